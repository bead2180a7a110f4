/// Leads one engine through what happened and learns rankings on the way.
///
/// At a few times before the end the engine, which has seen only what came before, is asked for the candidates of persons
/// whose next responses are known; these examples train the rankings in force at the end.
struct RollingTraining {
    let events: [Event]
    /// When the rankings will be asked, milliseconds since 1970 UTC, and how long ahead they look, milliseconds.
    let end, ahead: Int64
    let seed: UInt64
    let configuration: Configuration
    let matcher: Matcher
    private(set) var observingSeconds = 0.0
    private var unlisted: [Key: Item]
    private var next = 0
    private var examples: (all: [Examples], discovery: [Examples]) = ([], [])

    /// Times at which examples are taken: at least, and at most where few persons come back.
    private static let folds = 3, foldLimit = 10
    /// About as many lists as are wanted of all times together.
    private static let lists = 6000
    /// Most persons asked at each time.
    private static let persons = 3000

    /// - Parameter events: in order of time.
    init(
        _ events: [Event], _ items: [Item], until end: Int64, ahead: Int64, seed: UInt64, configuration: Configuration
    ) {
        self.events = events
        (self.end, self.ahead, self.seed, self.configuration) = (end, ahead, seed, configuration)
        matcher = Matcher(configuration: configuration)
        unlisted = Dictionary(items.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Takes examples at every time and learns from them.
    mutating func learn(version: String, _ seconds: () -> Double) -> LearnedRankings {
        for cut in cuts {
            observe(until: cut, seconds)
            matcher.refresh(now: cut)
            takeExamples(at: cut, horizon: horizon)
        }
        func share(of pool: Int) -> Double { Double(configuration.candidateLimit) / Double(pool) }
        return LearnedRankings(
            all: LearnedRanking(
                times: examples.all, apart: apart, weights: configuration.weights, version: version,
                share: share(of: configuration.poolLimit), seed: seed),
            // Leaning on popularity halved what discovery showed, for a gain within the noise.
            discovery: LearnedRanking(
                examples.discovery.reduce(into: Examples()) { $0 += $1 }, version: version,
                share: share(of: configuration.discoveryPoolLimit), seed: seed))
    }

    /// Leads the engine to the end.
    mutating func finish(_ seconds: () -> Double) {
        observe(until: end, seconds)
        matcher.refresh(now: end)
    }

    /// As long as what is asked for, but no more than leaves something to learn from.
    private var horizon: Int64 {
        let span = events.first.map { end - $0.time } ?? 0
        return max(1, min(ahead, span / 4))
    }

    /// Where few persons come back, more times are asked and closer together: each finds others in the middle of something.
    private var isDense: Bool { foldCount > Self.folds }

    private var foldCount: Int {
        max(Self.folds, min(Self.foldLimit, Self.lists / max(1, Set(events.lazy.map(\.person)).count)))
    }

    /// Times that a horizon spans.
    private var apart: Int { isDense ? 4 : 1 }

    private var cuts: [Int64] {
        guard let first = events.first else { return [] }
        let span = end - first.time
        let folds = foldCount
        let step = horizon / Int64(apart)
        return (0..<folds).reversed().map { end - horizon - Int64($0) * step }
            .filter { $0 - first.time >= span / 3 }
    }

    private mutating func observe(until time: Int64, _ seconds: () -> Double) {
        let began = seconds()
        var last = next
        while last < events.count, events[last].time < time {
            // Only what the events already spoke of is listed: a file may name goods that came later.
            if var item = unlisted.removeValue(forKey: events[last].subject) {
                item.available = true
                matcher.list(item)
            }
            last += 1
        }
        matcher.observe(events[next..<last])
        next = last
        observingSeconds += seconds() - began
    }

    private mutating func takeExamples(at cut: Int64, horizon: Int64) {
        let earlier = MatchingEvaluation.responses(Array(events[..<next]))
        let later = events[next...].prefix { $0.time < cut + horizon }
        let followed = MatchingEvaluation.responses(Array(later)).filter { earlier[$0.key] != nil }
        var random = SplitMix64(seed: seed &+ UInt64(bitPattern: cut))
        let share = Double(Self.persons) / Double(max(1, followed.count))
        let chosen = followed.sorted { $0.key < $1.key }.filter { _ in random.unit() < share }
        let asked = Dictionary(uniqueKeysWithValues: chosen)
        let new = MatchingEvaluation.new(asked, earlier)
        examples.all.append(matcher.examples(followed: asked, now: cut, discovery: false, seed: seed))
        examples.discovery.append(matcher.examples(followed: new, now: cut, discovery: true, seed: seed))
    }
}
