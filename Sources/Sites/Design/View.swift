import Mustache

/// Values for a template, by the names that stand in it.
///
/// A type of its own because the templates ask every value whether it has parts: of a dictionary that took most of the
/// time of a long page.
struct View: MustacheParent, ExpressibleByDictionaryLiteral {
    private var values: [String: Any]

    init(dictionaryLiteral elements: (String, Any)...) {
        values = Dictionary(elements, uniquingKeysWith: { $1 })
    }

    subscript(name: String) -> Any? {
        get { values[name] }
        set { values[name] = newValue }
    }

    /// Takes over all values of `other`, in place of those of the same names.
    mutating func merge(_ other: View) {
        values.merge(other.values) { $1 }
    }

    /// These values and all of `other`, which go before those of the same names.
    func merging(_ other: View) -> View {
        var both = self
        both.merge(other)
        return both
    }

    func child(named name: String) -> Any? { values[name] }
}

/// Text inside a page: what could be read as markup is escaped.
struct PageText: MustacheContentType {
    func escapeText(_ text: String) -> String {
        guard text.utf8.contains(where: { Self.escape($0) != nil }) else { return text }
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count + 16)
        var rest = text[...]
        while let index = rest.utf8.firstIndex(where: { Self.escape($0) != nil }) {
            escaped += rest[..<index]
            escaped += Self.escape(rest.utf8[index]) ?? ""
            rest = rest[rest.utf8.index(after: index)...]
        }
        return escaped + rest
    }

    private static func escape(_ byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }
}
