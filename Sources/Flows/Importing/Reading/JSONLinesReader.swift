import Foundation

/// Reads JSON Lines: one object a line, its members are the columns.
final class JSONLinesReader: RecordReader {
    private(set) var columns: Set<String> = []
    var bytesRead: Int { input.bytesRead }

    private let input: FileInput
    private let decoder = JSONDecoder()
    private var buffer: [UInt8] = []
    private var start = 0
    private var number = 0
    private var isAtEnd = false

    /// A reader of an opened file.
    init(_ input: FileInput) { self.input = input }

    func next() throws -> Record? {
        while let (line, isTooLong) = try nextLine() {
            number += 1
            if isTooLong {
                return .broken(number: number, Refusal(nil, "is longer than \(ReadingLimits.record) bytes."))
            }
            if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\t") }) {
                continue
            }
            do { return .row(try row(line)) } catch { return .broken(number: number, error) }
        }
        return nil
    }

    private func row(_ line: ArraySlice<UInt8>) throws(Refusal) -> Row {
        guard line.withUnsafeBytes({ String(validating: $0, as: UTF8.self) }) != nil else {
            throw Refusal(nil, "is not valid UTF-8.")
        }
        guard let members = try? decoder.decode([String: Member].self, from: Data(line)) else {
            throw Refusal(nil, "is not a JSON object of texts, numbers and lists of texts.")
        }
        guard members.count <= ReadingLimits.columns else { throw Refusal(nil, "has too many members.") }
        var texts: [String: String] = Dictionary(minimumCapacity: members.count)
        for (name, member) in members {
            if columns.count < ReadingLimits.columns * 10 { columns.insert(name) }
            guard let text = try member.text(column: name), !text.isEmpty else { continue }
            guard !text.utf8.contains(0) else { throw Refusal(name, "holds a NUL byte.") }
            texts[name] = text
        }
        return Row(number: number, texts: texts)
    }

    /// The next line without its line feed; one that is too long comes empty and marked.
    private func nextLine() throws -> (ArraySlice<UInt8>, isTooLong: Bool)? {
        var isTooLong = false
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                let isOver = isTooLong || end - start > ReadingLimits.record
                return (isOver ? [] : buffer[start..<end], isOver)
            }
            if isAtEnd {
                guard start < buffer.count || isTooLong else { return nil }
                defer { start = buffer.count }
                return (isTooLong ? [] : buffer[start...], isTooLong)
            }
            buffer.removeFirst(start)
            start = 0
            if buffer.count > ReadingLimits.record {
                isTooLong = true
                buffer.removeAll(keepingCapacity: true)
            }
            searched = buffer.count
            let chunk = try input.read(ReadingLimits.chunk)
            isAtEnd = chunk.isEmpty
            buffer += chunk
        }
    }
}

/// A JSON value as a column holds it.
private enum Member: Decodable {
    case absent
    case text(String)
    case list([String])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if container.decodeNil() {
            self = .absent
        } else if let number = try? container.decode(Int64.self) {
            self = .text(String(number))
        } else if let flag = try? container.decode(Bool.self) {
            self = .text(String(flag))
        } else if let number = try? container.decode(Double.self) {
            // Columns hold whole numbers only, so the column's own rule refuses this one with its reason.
            self = .text(String(number))
        } else {
            self = .list(try container.decode([String].self))
        }
    }

    func text(column: String) throws(Refusal) -> String? {
        switch self {
        case .absent: return nil
        case .text(let text): return text
        case .list(let parts):
            guard !parts.contains(where: { $0.contains("|") }) else {
                throw Refusal(column, "has a part with the separator | in it.")
            }
            return parts.joined(separator: "|")
        }
    }
}
