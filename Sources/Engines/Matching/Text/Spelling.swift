#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Proposes other texts for a query that finds nothing.
struct Spelling {
    private static let mostCandidates = 4

    let snapshot: Snapshot

    /// Texts that might have been meant, the likeliest first. Words that the index knows stay as they are.
    func proposals(for words: [QueryWord]) -> [String] {
        let missing = words.indices.filter { isMissing(words[$0]) }
        guard !missing.isEmpty else { return [] }
        var proposals = wholePinyin(words)
        let choices = missing.map { candidates(for: words[$0]) }
        guard !choices.contains(where: \.isEmpty) else { return proposals }
        // All words take their best candidate, but for one that also tries the others.
        for varied in missing.indices {
            for candidate in choices[varied].indices where varied == 0 || candidate > 0 {
                var texts = words.map(\.surface)
                for (place, index) in missing.enumerated() {
                    texts[index] = choices[place][place == varied ? candidate : 0].word
                }
                proposals.append(join(texts, words))
            }
        }
        return Array(proposals.prefix(2 * Self.mostCandidates))
    }

    /// How likely a proposal was meant: the likeliest come first, and words that are common everywhere (“the”) must be
    /// found together with their neighbours more often than their frequency explains (cosine of co-occurrence).
    func worth(of text: String, found: Int, place: Int) -> Double {
        let words = text.split(separator: " ")
        let penalty = Double(place) * 0.4
        guard words.count > 1 else { return -penalty }
        let frequencies = words.reduce(0.0) { $0 + log(Double(1 + count(Array($1.utf8)))) }
        return log(Double(found)) - frequencies / Double(words.count) - penalty
    }

    private func isMissing(_ word: QueryWord) -> Bool {
        word.required.contains { term in
            !snapshot.views.contains { $0.segment.terms.find(term) != nil }
        }
    }

    private func candidates(for word: QueryWord) -> [Lexicon.Candidate] {
        let text = String(decoding: word.surface, as: UTF8.self)
        let found: [[Lexicon.Candidate]]
        switch word.script {
        case .spaced:
            let limit = Self.allowedDistance(word.surface.count)
            let similar =
                limit == 0 ? [] : snapshot.views.flatMap { $0.segment.lexicon.similar(to: word.surface, within: limit) }
            found = [similar, split(word.surface), homophones(text)]
        case .unspaced:
            found = [homophones(Analyzer.pinyin(text.utf16))]
        }
        return Array(ranked(found.flatMap { $0 }, like: word.surface).prefix(Self.mostCandidates))
    }

    /// How many edits a word of this length may be away: short words have too many neighbours.
    static func allowedDistance(_ length: Int) -> Int {
        length < 3 ? 0 : length < 6 ? 1 : 2
    }

    private func homophones(_ pinyin: String) -> [Lexicon.Candidate] {
        pinyin.isEmpty ? [] : snapshot.views.flatMap { $0.segment.lexicon.words(pinyin: pinyin) }
    }

    /// Two known words that were typed as one.
    private func split(_ word: [UInt8]) -> [Lexicon.Candidate] {
        guard word.count >= 6 else { return [] }
        return (3...word.count - 3).compactMap { place in
            let left = count(Array(word[..<place]))
            let right = count(Array(word[place...]))
            guard left > 0, right > 0 else { return nil }
            return Lexicon.Candidate(
                word: Array(word[..<place]) + [0x20] + word[place...], distance: 1, count: min(left, right))
        }
    }

    private func count(_ word: [UInt8]) -> Int {
        snapshot.views.reduce(0) { sum, view in
            let lexicon = view.segment.lexicon
            return sum + (lexicon.words.find(word).map { Int(lexicon.counts[$0]) } ?? 0)
        }
    }

    private func wholePinyin(_ words: [QueryWord]) -> [String] {
        guard words.count > 1, words.allSatisfy({ $0.script == .spaced }) else { return [] }
        let key = String(decoding: words.flatMap(\.surface), as: UTF8.self)
        return ranked(homophones(key), like: []).prefix(2).map { String(decoding: $0.word, as: UTF8.self) }
    }

    /// Nearest first, then the same first letter, then the more frequent. The same word of several segments is one.
    private func ranked(_ candidates: [Lexicon.Candidate], like word: [UInt8]) -> [Lexicon.Candidate] {
        var sums: [[UInt8]: Lexicon.Candidate] = [:]
        for candidate in candidates {
            var sum = sums[candidate.word] ?? Lexicon.Candidate(word: candidate.word, distance: .max, count: 0)
            sum.count += candidate.count
            sum.distance = min(sum.distance, candidate.distance)
            sums[candidate.word] = sum
        }
        func rank(_ candidate: Lexicon.Candidate) -> (Int, Int, Int, String) {
            (
                candidate.distance, candidate.word.first == word.first ? 0 : 1, -candidate.count,
                String(decoding: candidate.word, as: UTF8.self)
            )
        }
        return sums.values.sorted { rank($0) < rank($1) }
    }

    private func join(_ texts: [[UInt8]], _ words: [QueryWord]) -> String {
        var result = ""
        for (text, word) in zip(texts, words) {
            if !result.isEmpty, word.startsRun { result += " " }
            result += String(decoding: text, as: UTF8.self)
        }
        return result
    }
}
