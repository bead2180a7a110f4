/// Learns from what people type, and what they tap next: synonyms, and the search that goes with a video.
///
/// Pure and bounded in memory. Evidence is counted in distinct persons, so that one busy person teaches nothing.
public struct SearchBehaviour: Sendable {
    /// Times and thresholds.
    public struct Settings: Sendable, Hashable {
        /// A second search within this time after the first may be its reformulation, milliseconds.
        public var reformulation: Int64 = 5 * 60_000
        /// A tap within this time answers the search, milliseconds.
        public var answer: Int64 = 10 * 60_000
        /// A search within this time after a video may come from it, milliseconds.
        public var inspiration: Int64 = 30 * 60_000
        /// Persons from which a pair counts.
        public var leastPersons = 3
        /// Share of taps that two ways of saying it must have in common (cosine), when both were answered.
        public var leastLikeness = 0.3
        /// Most pairs, and most videos and queries, kept in memory; the weakest leave.
        public var limit = 20_000

        /// The defaults.
        public init() {}
    }

    /// What a person did last.
    private struct Trail: Sendable {
        var search: (words: String, time: Int64)?
        /// The search before, while it is unanswered.
        var before: String?
        var video: (id: UInt128, time: Int64)?
    }

    private struct Pair: Hashable, Sendable {
        let from, to: String
    }

    private struct Inspired: Hashable, Sendable {
        let video: UInt128
        let words: String
    }

    private let settings: Settings
    private var trails: [UInt128: Trail] = [:]
    /// Persons who searched `from`, tapped nothing, searched `to` and tapped something.
    private var reformulations: [Pair: PersonCount] = [:]
    /// Persons who tapped an item after a query.
    private var taps: [String: [UInt128: PersonCount]] = [:]
    private var inspired: [Inspired: PersonCount] = [:]
    private var watched: [UInt128: PersonCount] = [:]
    private var searched: [String: PersonCount] = [:]

    /// Knows nothing yet.
    public init(settings: Settings = Settings()) { self.settings = settings }

    // MARK: Telling

    /// A person searched. Words are folded here.
    public mutating func observe(search text: String, by person: UInt128, at time: Int64) {
        let words = Self.normalized(text)
        guard !words.isEmpty, words.utf8.count <= 80 else { return }
        searched[words, default: PersonCount()].add(person)
        var trail = trails[person] ?? Trail()
        let last = trail.search
        trail.before = last.flatMap { time - $0.time <= settings.reformulation && $0.words != words ? $0.words : nil }
        trail.search = (words, time)
        if let video = trail.video, time - video.time <= settings.inspiration {
            inspired[Inspired(video: video.id, words: words), default: PersonCount()].add(person)
        }
        keep(trail, of: person)
    }

    /// A person opened something; if it follows a search, it answers it.
    public mutating func observe(tap item: UInt128, by person: UInt128, at time: Int64) {
        guard var trail = trails[person], let search = trail.search, time - search.time <= settings.answer else {
            return
        }
        taps[search.words, default: [:]][item, default: PersonCount()].add(person)
        if let before = trail.before {
            reformulations[Pair(from: before, to: search.words), default: PersonCount()].add(person)
        }
        // One answer for a reformulation; a search may be answered by several taps.
        trail.before = nil
        trails[person] = trail
    }

    /// A person watched a video.
    public mutating func observe(watch video: UInt128, by person: UInt128, at time: Int64) {
        watched[video, default: PersonCount()].add(person)
        var trail = trails[person] ?? Trail()
        trail.video = (video, time)
        keep(trail, of: person)
    }

    /// Forgets a person's trail; counts over all people keep their sums.
    public mutating func forget(_ person: UInt128) { trails[person] = nil }

    private mutating func keep(_ trail: Trail, of person: UInt128) {
        if trails.count >= settings.limit, trails[person] == nil { trails.removeAll() }
        trails[person] = trail
        guard reformulations.count > settings.limit || inspired.count > settings.limit || taps.count > settings.limit
        else { return }
        reformulations = reformulations.filter { $0.value.count > 1 }
        inspired = inspired.filter { $0.value.count > 1 }
        taps = taps.filter { $0.value.values.contains { $0.count > 1 } }
        searched = searched.filter { $0.value.count > 1 }
        watched = watched.filter { $0.value.count > 1 }
    }

    // MARK: Asking

    /// Ways of saying the same thing: reformulations whose searches ended in the same taps, or whose first was never
    /// answered at all. Only what differs between the two is a synonym; leaving a word out or adding one is none.
    public func synonyms() -> [[String]] {
        var sets: Set<[String]> = []
        for (pair, persons) in reformulations where persons.count >= settings.leastPersons {
            guard let different = Self.difference(pair.from, pair.to) else { continue }
            let isAlike = taps[pair.from].map { likeness($0, taps[pair.to] ?? [:]) >= settings.leastLikeness }
            // Words that never led anywhere need more people to agree on what they meant.
            guard isAlike ?? (persons.count >= settings.leastPersons + 2) else { continue }
            sets.insert([different.from, different.to].sorted())
        }
        return sets.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// The searches that people came to from a video, most telling first: many persons, and more than search for it anyway.
    public func prompts(under video: UInt128, limit: Int = 3) -> [String] {
        guard let viewers = watched[video]?.count else { return [] }
        let everybody = Double(max(1, trails.count))
        return inspired.filter { $0.key.video == video && $0.value.count >= settings.leastPersons }
            .map { inspired, persons in
                let expected = Double(viewers) * Double(searched[inspired.words]?.count ?? 1) / everybody
                return (words: inspired.words, score: Double(persons.count) / (expected + 1).squareRoot())
            }
            .sorted { ($1.score, $0.words) < ($0.score, $1.words) }
            .prefix(limit).map(\.words)
    }

    /// Cosine of two distributions of taps.
    private func likeness(_ a: [UInt128: PersonCount], _ b: [UInt128: PersonCount]) -> Double {
        func norm(_ taps: [UInt128: PersonCount]) -> Double {
            taps.values.reduce(0) { $0 + Double($1.count * $1.count) }.squareRoot()
        }
        let both = a.reduce(0.0) { $0 + Double($1.value.count * (b[$1.key]?.count ?? 0)) }
        return both / max(1e-9, norm(a) * norm(b))
    }

    /// What differs between two queries once common words are taken out; nil when one contains the other or more than
    /// three words differ.
    static func difference(_ from: String, _ to: String) -> (from: String, to: String)? {
        let first = words(from), second = words(to)
        let common = Set(first).intersection(second)
        let rest = (first.filter { !common.contains($0) }, second.filter { !common.contains($0) })
        guard !rest.0.isEmpty, !rest.1.isEmpty, rest.0.count <= 3, rest.1.count <= 3 else { return nil }
        return (joined(rest.0), joined(rest.1))
    }

    /// Chinese words join without a space, others with one.
    private static func joined(_ words: [String]) -> String {
        words.reduce("") { text, word in
            let needsSpace = (text.last?.isASCII ?? false) && (word.first?.isASCII ?? false)
            return text + (needsSpace ? " " : "") + word
        }
    }

    private static func words(_ text: String) -> [String] {
        AnalyzerPool.shared.use { $0.queryWords(text).map { String(decoding: $0.surface, as: UTF8.self) } }
    }

    private static func normalized(_ text: String) -> String {
        text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

/// Distinct persons, exact up to sixteen and one for each new face after that.
struct PersonCount: Sendable {
    private var known: Set<UInt128> = []
    private(set) var count = 0
    private static let exact = 16

    mutating func add(_ person: UInt128) {
        if known.contains(person) { return }
        count += 1
        if known.count < Self.exact { known.insert(person) }
    }
}
