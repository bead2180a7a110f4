/// Leads one engine through the training period and learns its rankings on the way.
///
/// At a few times before the end the engine, which has seen only what came before, is asked for the candidates of persons
/// whose next responses are known; these examples train the rankings in force at the end.
struct RollingTraining {
    let evaluation: MatchingEvaluation
    let events: [Event]
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

    init(_ evaluation: MatchingEvaluation, _ events: [Event], _ items: [Item]) {
        self.evaluation = evaluation
        self.events = events
        matcher = Matcher(configuration: evaluation.configuration)
        unlisted = Dictionary(items.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func run(_ seconds: () -> Double) {
        if evaluation.learns {
            for cut in cuts {
                observe(until: cut, seconds)
                matcher.refresh(now: cut)
                takeExamples(at: cut, horizon: horizon)
            }
        }
        observe(until: evaluation.trainUntil, seconds)
        matcher.refresh(now: evaluation.trainUntil)
        let configuration = evaluation.configuration
        func share(of pool: Int) -> Double { Double(configuration.candidateLimit) / Double(pool) }
        matcher.adopt(
            LearnedRanking(
                times: examples.all, apart: apart, version: "all", share: share(of: configuration.poolLimit),
                seed: evaluation.seed),
            // Leaning on popularity halved what discovery showed, for a gain within the noise.
            discovery: LearnedRanking(
                examples.discovery.reduce(into: Examples()) { $0 += $1 }, version: "discovery",
                share: share(of: configuration.discoveryPoolLimit), seed: evaluation.seed))
    }

    /// As long as the test, but no more than leaves something to learn from.
    private var horizon: Int64 {
        let span = events.first.map { evaluation.trainUntil - $0.time } ?? 0
        return max(1, min(evaluation.testUntil - evaluation.trainUntil, span / 4))
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
        let span = evaluation.trainUntil - first.time
        let folds = foldCount
        let step = horizon / Int64(apart)
        return (0..<folds).reversed().map { evaluation.trainUntil - horizon - Int64($0) * step }
            .filter { $0 - first.time >= span / 3 }
    }

    private mutating func observe(until end: Int64, _ seconds: () -> Double) {
        let began = seconds()
        var last = next
        while last < events.count, events[last].time < end {
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
        var random = SplitMix64(seed: evaluation.seed &+ UInt64(bitPattern: cut))
        let share = Double(Self.persons) / Double(max(1, followed.count))
        let chosen = followed.sorted { $0.key < $1.key }.filter { _ in random.unit() < share }
        let asked = Dictionary(uniqueKeysWithValues: chosen)
        let new = MatchingEvaluation.new(asked, earlier)
        examples.all.append(matcher.examples(followed: asked, now: cut, discovery: false, seed: evaluation.seed))
        examples.discovery.append(matcher.examples(followed: new, now: cut, discovery: true, seed: evaluation.seed))
    }
}
