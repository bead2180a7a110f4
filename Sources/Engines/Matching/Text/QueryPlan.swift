/// What has to be looked up for a query, independent of any segment.
struct QueryPlan: Sendable {
    /// One way to satisfy a group: all of these terms.
    struct Alternative: Sendable {
        var terms: [[UInt8]]
        /// How much a match this way counts against the words as typed.
        var factor: Float
    }

    /// A thing that the query asks for. Its score is that of its best alternative.
    struct Group: Sendable {
        var alternatives: [Alternative]
        /// Whether a document must have it when all words are asked for.
        var isRequired: Bool
    }

    /// The most terms that take part, so that the sum of their scores stays below ``Scoring/exactBonus``.
    static let mostGroups = 64

    var groups: [Group]
    /// The term of the whole text as a title.
    var exactKey: [UInt8]?

    init(words: [QueryWord], synonyms: Synonyms, exactKey: [UInt8]?) {
        var groups: [Group] = []
        var index = 0
        while index < words.count {
            if let match = synonyms.match(words[index...]) {
                let typed = words[index..<index + match.length].flatMap(\.required)
                let others = match.others.map { Alternative(terms: $0, factor: Synonyms.factor) }
                groups.append(
                    Group(alternatives: [Alternative(terms: typed, factor: 1)] + others, isRequired: !typed.isEmpty))
                index += match.length
            } else {
                groups += words[index].required.map {
                    Group(alternatives: [Alternative(terms: [$0], factor: 1)], isRequired: true)
                }
                groups += words[index].optional.map {
                    Group(alternatives: [Alternative(terms: [$0], factor: 1)], isRequired: false)
                }
                index += 1
            }
        }
        self.groups = Self.withoutRepeats(Array(groups.prefix(Self.mostGroups)))
        self.exactKey = exactKey
    }

    /// Two words with one stem are one thing to look for.
    private static func withoutRepeats(_ groups: [Group]) -> [Group] {
        var result: [Group] = []
        for group in groups {
            let same = result.firstIndex {
                $0.alternatives.count == 1 && group.alternatives.count == 1
                    && $0.alternatives[0].terms == group.alternatives[0].terms
            }
            if let same {
                result[same].isRequired = result[same].isRequired || group.isRequired
            } else {
                result.append(group)
            }
        }
        return result
    }
}

/// Scores as whole numbers: sums don't depend on the order of their parts, so every way to evaluate a query agrees to
/// the last bit.
enum Scoring {
    /// Steps per unit of idf.
    static let scale: Float = 2048
    /// What an exact title adds; more than all terms of the longest query together.
    static let exactBonus: UInt32 = 1_000 * 2048 * 255

    /// The weight of a term: its inverse document frequency in fixed point.
    static func weight(frequency: Int, documents: Int, factor: Float) -> UInt32 {
        let n = Float(max(documents, frequency))
        let df = Float(frequency)
        let idf = logOnePlus((n - df + 0.5) / (df + 0.5))
        return UInt32(max(1, min(14, idf) * scale * factor))
    }

    /// A score for people.
    static func display(_ score: UInt32) -> Float {
        Float(score) / scale / 255
    }
}

/// Curated sets of words and phrases that mean the same.
struct Synonyms: Sendable, Equatable {
    /// A match by synonym counts a little less than one by the word itself.
    static let factor: Float = 0.8

    struct Phrase: Sendable, Equatable {
        /// Its words, folded.
        var surfaces: [[UInt8]]
        /// Its terms.
        var terms: [[UInt8]]
    }

    private(set) var sets: [[Phrase]] = []
    /// What the sets were made from, for the encoded form.
    private(set) var texts: [[String]] = []
    /// By first word: set and place in it.
    private var byFirst: [[UInt8]: [(set: Int, phrase: Int)]] = [:]

    static func == (a: Synonyms, b: Synonyms) -> Bool {
        a.texts == b.texts
    }

    mutating func add(_ set: [String], _ analyzer: Analyzer) {
        let phrases = set.compactMap { text -> Phrase? in
            let words = analyzer.queryWords(text)
            let terms = words.flatMap { $0.required.isEmpty ? $0.optional : $0.required }
            return terms.isEmpty ? nil : Phrase(surfaces: words.map(\.surface), terms: terms)
        }
        guard phrases.count > 1, !texts.contains(set) else { return }
        for (place, phrase) in phrases.enumerated() {
            byFirst[phrase.surfaces[0], default: []].append((sets.count, place))
        }
        sets.append(phrases)
        texts.append(set)
    }

    struct Match {
        /// How many words of the query it covers.
        var length: Int
        var others: [[[UInt8]]]
    }

    /// The longest phrase that the words begin with.
    func match(_ words: ArraySlice<QueryWord>) -> Match? {
        guard let first = words.first, let entries = byFirst[first.surface] else { return nil }
        let matching = entries.filter { entry in
            let surfaces = sets[entry.set][entry.phrase].surfaces
            return words.count >= surfaces.count && zip(words, surfaces).allSatisfy { $0.surface == $1 }
        }
        guard let length = matching.map({ sets[$0.set][$0.phrase].surfaces.count }).max() else { return nil }
        var others: [[[UInt8]]] = []
        for entry in matching where sets[entry.set][entry.phrase].surfaces.count == length {
            for (place, phrase) in sets[entry.set].enumerated() where place != entry.phrase {
                if !others.contains(phrase.terms) { others.append(phrase.terms) }
            }
        }
        return Match(length: length, others: others)
    }
}
