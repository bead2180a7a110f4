/// Text that a person typed, trimmed, normalised to NFC and checked for length and control characters.
public struct ValidatedText: Hashable, Sendable {
    /// The text after trimming.
    public let value: String

    /// Checks `raw` for `field`.
    ///
    /// - Parameter length: allowed number of characters after trimming.
    /// - Throws: ``InvalidField`` naming what is wrong.
    public init(_ raw: String, field: String, length: ClosedRange<Int>) throws {
        // A hostile megabyte must not be normalised before its size is known.
        guard raw.utf8.count <= length.upperBound * 16 else {
            throw InvalidField(
                field, "must be at most \(length.upperBound) characters.", zh: "最多 \(length.upperBound) 个字。")
        }
        var rest = raw[...]
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        let trimmed = String(rest)
        guard length.contains(trimmed.count) else {
            throw trimmed.isEmpty
                ? InvalidField(field, "must not be empty.", zh: "不能为空。")
                : InvalidField(
                    field, "must be \(length.lowerBound)–\(length.upperBound) characters.",
                    zh: "须为 \(length.lowerBound)–\(length.upperBound) 个字。")
        }
        // Category Cc is exactly U+0000–U+001F and U+007F–U+009F; looking each scalar up takes ten times as long.
        let isClean = trimmed.unicodeScalars.allSatisfy {
            $0 == "\n" || $0 == "\t" || ($0.value >= 0x20 && !(0x7F...0x9F).contains($0.value))
        }
        guard isClean else {
            throw InvalidField(field, "must not contain control characters.", zh: "不能包含控制字符。")
        }
        value = trimmed
    }
}

/// A text in the languages of the site.
public struct Localized: Hashable, Sendable, Codable {
    /// English.
    public let en: String
    /// Chinese; equal to English where there is no translation.
    public let zh: String

    /// English text with an optional Chinese one.
    public init(en: String, zh: String? = nil) {
        self.en = en
        self.zh = if let zh, !zh.isEmpty { zh } else { en }
    }

    /// The text for a language.
    public func text(in language: Language) -> String { language == .zh ? zh : en }
}

/// A language of the site.
public enum Language: String, Sendable, Codable, CaseIterable {
    /// Chinese (simplified).
    case zh
    /// English.
    case en
}
