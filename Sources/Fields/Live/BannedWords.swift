import Foundation
import Kernel

/// Words that nobody may write in a chat. Pure.
///
/// Case, width and accents hide nothing. A word of Latin letters is found only as a whole word, so that "ass" does not
/// silence "class"; words of other scripts are found anywhere, with spaces and signs between their characters or not.
public struct BannedWords: Sendable, Equatable {
    /// As the host wrote them.
    public let words: [String]

    /// Checks the words: at most a hundred, of 1–40 characters; empty ones and repetitions fall away.
    ///
    /// - Throws: ``InvalidField``.
    public init(_ words: [String]) throws {
        var kept: [String] = []
        for word in words {
            let word = word.trimmingCharacters(in: .whitespacesAndNewlines)
            if word.isEmpty || kept.contains(word) { continue }
            kept.append(try ValidatedText(word, field: "words", length: 1...40).value)
        }
        guard kept.count <= 100 else { throw InvalidField("words", "are 100 at most.", zh: "禁用词最多 100 个。") }
        self.words = kept
    }

    init(stored text: String) { words = text.split(separator: "\n").map(String.init) }

    var stored: String { words.joined(separator: "\n") }

    /// Whether a text has one of the words.
    public func finds(in text: String) -> Bool {
        guard !words.isEmpty else { return false }
        let folded = Self.folded(text)
        let tokens = folded.split { !($0.isLetter || $0.isNumber) }
        let compact = tokens.joined()
        return words.contains { word in
            let parts = Self.folded(word).split { !($0.isLetter || $0.isNumber) }
            guard !parts.isEmpty else { return folded.contains(word) }
            guard parts.allSatisfy({ $0.allSatisfy(\.isASCII) }) else { return compact.contains(parts.joined()) }
            return tokens.indices.contains { tokens[$0...].starts(with: parts) }
        }
    }

    private static func folded(_ text: String) -> String {
        text.folding(options: [.caseInsensitive, .widthInsensitive, .diacriticInsensitive], locale: nil)
    }
}
