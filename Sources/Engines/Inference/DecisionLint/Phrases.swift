/// Text made comparable: lower case, words between single spaces, so that a phrase is found as a whole word in English and
/// anywhere in Chinese.
struct Phrases {
    private let text: String

    init(_ texts: String?...) {
        var result = " "
        for scalar in texts.compactMap({ $0 }).joined(separator: " . ").lowercased().unicodeScalars {
            let isWord = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            if isWord {
                result.unicodeScalars.append(scalar)
            } else if !result.hasSuffix(" ") {
                result += " "
            }
        }
        text = result.hasSuffix(" ") ? result : result + " "
    }

    /// The first phrase that occurs. Phrases ending in `*` match the beginning of a word.
    func first(of phrases: [String]) -> String? { phrases.first { contains($0) } }

    func contains(_ phrase: String) -> Bool { place(of: phrase) != nil }

    /// Whether the text begins with one of the phrases, an article or pronoun before it aside.
    func begins(with phrases: [String]) -> String? {
        let starts = ["", "our goal is to ", "the goal is to ", "goal ", "we ", "we will ", "to ", "please "]
        return phrases.first { phrase in
            starts.contains { text.hasPrefix(Self.isHan(phrase) ? " " + phrase : " " + $0 + phrase + " ") }
        }
    }

    /// What stands within `distance` characters before a phrase.
    func before(_ phrase: String, distance: Int = 18) -> String {
        place(of: phrase).map { String(text[..<$0.lowerBound].suffix(distance)) } ?? ""
    }

    /// What stands within `distance` characters behind a phrase.
    func after(_ phrase: String, distance: Int = 30) -> String {
        place(of: phrase).map { String(text[$0.upperBound...].prefix(distance)) } ?? ""
    }

    private func place(of phrase: String) -> Range<String.Index>? {
        let pattern =
            Self.isHan(phrase) ? phrase : phrase.hasSuffix("*") ? " " + phrase.dropLast() : " " + phrase + " "
        return text.firstRange(of: pattern)
    }

    private static func isHan(_ phrase: String) -> Bool {
        phrase.unicodeScalars.first.map { (0x3400...0x9FFF).contains($0.value) } ?? false
    }
}
