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
    private var examples = (all: Examples(), discovery: Examples())

    /// Most times at which examples are taken, and most persons asked at each.
    private static let folds = 3
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
                examples.all, version: "all", share: share(of: configuration.poolLimit), seed: evaluation.seed),
            discovery: LearnedRanking(
                examples.discovery, version: "discovery", share: share(of: configuration.discoveryPoolLimit),
                seed: evaluation.seed))
    }

    /// As long as the test, but no more than leaves something to learn from.
    private var horizon: Int64 {
        let span = events.first.map { evaluation.trainUntil - $0.time } ?? 0
        return max(1, min(evaluation.testUntil - evaluation.trainUntil, span / 4))
    }

    private var cuts: [Int64] {
        guard let first = events.first else { return [] }
        let span = evaluation.trainUntil - first.time
        return (1...Self.folds).reversed().map { evaluation.trainUntil - Int64($0) * horizon }
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
        examples.all += matcher.examples(followed: asked, now: cut, discovery: false, seed: evaluation.seed)
        examples.discovery += matcher.examples(followed: new, now: cut, discovery: true, seed: evaluation.seed)
    }
}
