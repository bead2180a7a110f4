@testable import MatchingText

/// A small generator with a known sequence (SplitMix64), so that a failing seed can be run again.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// A configuration without re-ranking: the order is the text score alone.
let plainConfiguration = Configuration(popularityShare: 0, personalShare: 0, rerankDepth: 0)

/// A random corpus from few words, so that terms meet and scores tie.
struct RandomCorpus {
    static let words = [
        "red", "green", "tea", "apple", "shampoo", "phone", "case", "running", "shoes", "b12", "dress", "cat", "food",
        "洗发水", "绿茶", "手机", "女装", "小红书", "清华大学", "苹果", "茶", "的", "鞋子",
    ]

    static func text(_ count: ClosedRange<Int>, _ generator: inout SeededGenerator) -> String {
        (0..<Int.random(in: count, using: &generator))
            .map { _ in words[Int(Double(words.count) * pow2(Double.random(in: 0..<1, using: &generator)))] }
            .joined(separator: Bool.random(using: &generator) ? " " : ", ")
    }

    // Some words are much more frequent than others, as in every language.
    private static func pow2(_ x: Double) -> Double { x * x }

    static func document(_ id: UInt128, _ generator: inout SeededGenerator) -> Document {
        Document(
            id: id, kind: Document.Kind.allCases.randomElement(using: &generator) ?? .product,
            titleEnglish: text(0...4, &generator), titleChinese: text(0...3, &generator),
            brand: text(0...1, &generator), categoryNames: [text(0...1, &generator), text(0...1, &generator)],
            tags: [text(0...2, &generator)], description: text(0...30, &generator),
            facets: Facets(
                categories: ["c\(Int.random(in: 0..<5, using: &generator))"],
                shop: UInt128(Int.random(in: 0..<4, using: &generator)),
                brand: Bool.random(using: &generator) ? "b\(Int.random(in: 0..<3, using: &generator))" : nil,
                price: Bool.random(using: &generator) ? Int64.random(in: 0..<1_000, using: &generator) : nil,
                flags: Bool.random(using: &generator) ? .inStock : []),
            createdAt: Int64.random(in: 0..<50, using: &generator), sales: Int64.random(in: 0..<50, using: &generator))
    }
}

/// Scores every document by reading it anew: slow, and with nothing in common with the index but the analysis.
struct BruteForce {
    private let ids: [UInt128]
    private let all: [[[UInt8]: UInt8]]

    init(documents: [Document], configuration: Configuration = plainConfiguration) {
        ids = documents.map(\.id)
        all = AnalyzerPool.shared.use { analyzer in
            documents.map { Self.impacts($0, configuration, analyzer) }
        }
    }

    private struct Sink: TermSink {
        var terms: [[UInt8]] = []

        mutating func term(_ term: [UInt8], _ units: Range<Int>) { terms.append(term) }
        mutating func word(_ word: [UInt8]) {}
    }

    private static func impacts(
        _ document: Document, _ configuration: Configuration, _ analyzer: Analyzer
    ) -> [[UInt8]: UInt8] {
        var weights: [[UInt8]: Float] = [:]
        for field in Field.allCases {
            var sink = Sink()
            let length = analyzer.index(document.text(of: field), into: &sink)
            let share = SegmentBuilder.share(of: configuration.fields[field.rawValue], length: length)
            for term in sink.terms { weights[term, default: 0] += share }
        }
        return weights.mapValues { SegmentBuilder.impact($0, saturation: configuration.saturation) }
    }

    /// Scores of all matches, by id, without the bonus for exact titles.
    func scores(_ text: String, requiresAll: Bool) -> [UInt128: UInt32] {
        AnalyzerPool.shared.use { analyzer in
            let groups = QueryPlan(words: analyzer.queryWords(text), synonyms: Synonyms(), exactKey: nil).groups
            let terms = groups.map { $0.alternatives[0].terms[0] }
            let weights = terms.map { term in
                Scoring.weight(frequency: all.count { $0[term] != nil }, documents: all.count, factor: 1)
            }
            var scores: [UInt128: UInt32] = [:]
            for (id, impacts) in zip(ids, all) {
                var score: UInt32 = 0
                var hasAll = true
                for (index, group) in groups.enumerated() {
                    if let impact = impacts[terms[index]] {
                        score += UInt32(impact) * weights[index]
                    } else if group.isRequired {
                        hasAll = false
                    }
                }
                if score > 0, hasAll || !requiresAll { scores[id] = score }
            }
            return scores
        }
    }
}
