/// Writes comma-separated values as RFC 4180 describes them (<https://www.rfc-editor.org/rfc/rfc4180>).
///
/// A text field that a spreadsheet would run as a formula (it starts with `=`, `+`, `-` or `@`, a tab or a return) gets
/// an apostrophe in front (OWASP, "CSV injection"); numbers are written as they are.
public struct CSVWriter: Sendable {
    /// One value of a row.
    public enum Field: Sendable, ExpressibleByStringLiteral {
        /// What somebody may have typed.
        case text(String)
        /// A number.
        case number(Int64)
        /// A finite figure.
        case figure(Double)
        /// Nothing.
        case empty

        public init(stringLiteral value: String) { self = .text(value) }
    }

    /// What was written so far, with CRLF after every row.
    public private(set) var text: String

    /// A document that starts with these column names.
    public init(header: [String]) {
        text = ""
        append(header.map(Field.text))
    }

    /// Gives away what was written so far, for a file that is sent in pieces.
    public mutating func take() -> String {
        defer { text = "" }
        return text
    }

    /// Adds a row.
    public mutating func append(_ fields: [Field]) {
        text += fields.map(\.encoded).joined(separator: ",") + "\r\n"
    }
}

extension CSVWriter.Field {
    fileprivate var encoded: String {
        switch self {
        case .empty: return ""
        case .number(let number): return "\(number)"
        case .figure(let figure): return "\(figure)"
        case .text(let raw):
            let isFormula = raw.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
            let safe = isFormula ? "'" + raw : raw
            guard safe.unicodeScalars.contains(where: { "\",\r\n".unicodeScalars.contains($0) }) else { return safe }
            return "\"" + safe.replacing("\"", with: "\"\"") + "\""
        }
    }
}
