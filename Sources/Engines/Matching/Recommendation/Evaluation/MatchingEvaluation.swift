/// Judges the engine on a file of events: learn until a time, predict what follows, compare.
///
/// The protocol: truth is the distinct items that a person responded to within the test period, items never seen before
/// included (they count as misses). **All** asks for anything; **discovery** only for what the person never had before.
/// Recall@k = hits / min(k, |truth|); NDCG@k is binary; both with a bootstrap over persons. The ranking is learned from the
/// last `horizon` of the training period by an engine that saw only what came before it: nothing sees the test period.
public struct MatchingEvaluation: Sendable {
    /// Time at which training ends and the test begins, and at which the test ends; milliseconds since 1970 UTC.
    public var trainUntil: Int64
    public var testUntil: Int64
    /// Length of the lists.
    public var k = 20
    /// Seed of sampling, training and bootstrap.
    public var seed: UInt64 = 1
    /// Bootstrap rounds.
    public var rounds = 1000
    /// Whether the ranking is learned; without, the public weights rank alone.
    public var learns = true
    /// The engine's settings; listings are implied by events.
    public var configuration: Configuration

    /// Makes an evaluation.
    public init(trainUntil: Int64, testUntil: Int64, configuration: Configuration = Configuration()) {
        self.trainUntil = trainUntil
        self.testUntil = testUntil
        self.configuration = configuration
        self.configuration.admitsUnlisted = true
    }

    /// A mean with its 95 % bootstrap interval.
    public struct Estimate: Sendable, Hashable {
        public let mean, low, high: Double
    }

    /// What one of the two questions came to.
    public struct Result: Sendable {
        public let persons: Int
        public let pairs: Int
        public let recall, ndcg: Estimate
        /// Share of the truth among the candidates, mean over persons, and how many candidates there were.
        public let candidateRecall: Double
        public let candidates: Double
        /// Distinct items over all lists.
        public let coverage: Int
        public let recommendationsPerSecond: Double
        /// NDCG of each person, in order of key: two runs compare by ``MatchingEvaluation/pairedGain(_:over:)``.
        public let scores: [Key: Double]
        /// The lists.
        public let lists: [Key: [Key]]
    }

    /// Both answers and what the training cost.
    public struct Report: Sendable {
        public let events: Int
        public let eventsPerSecond: Double
        public let trainSeconds: Double
        public let all: Result
        public let discovery: Result
    }

    /// Runs the evaluation.
    ///
    /// - Parameters:
    ///   - events: in order of time.
    ///   - items: attributes of items, when there are any; availability is not read.
    ///   - seconds: a clock, only to report speeds.
    public func run(events: [Event], items: [Item] = [], seconds: () -> Double) -> Report {
        let training = events.filter { $0.time < trainUntil }
        let test = events.filter { $0.time >= trainUntil && $0.time < testUntil }
        let began = seconds()
        let horizon = max(1, testUntil - trainUntil)
        let models = learns ? learn(training, items, horizon) : nil
        let observing = seconds()
        let matcher = engine(training, items)
        let observed = seconds()
        matcher.refresh(now: trainUntil)
        matcher.adopt(models?.all, discovery: models?.discovery)
        let trained = seconds()
        let before = Self.responses(training), truth = Self.responses(test).filter { before[$0.key] != nil }
        return Report(
            events: training.count, eventsPerSecond: Double(training.count) / max(1e-9, observed - observing),
            trainSeconds: trained - began,
            all: judge(matcher, truth, discovery: false, seconds),
            discovery: judge(matcher, Self.new(truth, before), discovery: true, seconds))
    }

    /// The mean gain of one run over another on the same persons, with its 95 % paired bootstrap interval.
    public func pairedGain(_ one: [Key: Double], over other: [Key: Double]) -> Estimate {
        estimate(one.keys.sorted().compactMap { key in other[key].map { (one[key] ?? 0) - $0 } })
    }

    // MARK: Training

    private func engine(_ events: [Event], _ items: [Item]) -> Matcher {
        let matcher = Matcher(configuration: configuration)
        // Only what the events already spoke of: the file may list goods that came later.
        let known = Set(events.map(\.subject))
        matcher.list(
            items.filter { known.contains($0.id) }.map { item in
                var item = item
                item.available = true
                return item
            })
        matcher.observe(events)
        return matcher
    }

    private func learn(
        _ training: [Event], _ items: [Item], _ horizon: Int64
    ) -> (all: RankingModel, discovery: RankingModel)? {
        let cut = trainUntil - horizon
        let earlier = training.filter { $0.time < cut }
        guard !earlier.isEmpty else { return nil }
        let matcher = engine(earlier, items)
        matcher.refresh(now: cut)
        let before = Self.responses(earlier)
        let followed = Self.responses(training.filter { $0.time >= cut }).filter { before[$0.key] != nil }
        let new = Self.new(followed, before)
        return (
            matcher.learnRanking(followed: followed, now: cut, discovery: false, version: "all", seed: seed),
            matcher.learnRanking(followed: new, now: cut, discovery: true, version: "discovery", seed: seed)
        )
    }

    /// The items that each person responded to, impressions and dislikes apart.
    static func responses(_ events: [Event]) -> [Key: Set<Key>] {
        let weights = RankingWeights.current
        var answers: [Key: Set<Key>] = [:]
        for event in events where event.kind != .search && weights.evidence(of: event) > 0 {
            answers[event.person, default: []].insert(event.subject)
        }
        return answers
    }

    private static func new(_ truth: [Key: Set<Key>], _ before: [Key: Set<Key>]) -> [Key: Set<Key>] {
        var new: [Key: Set<Key>] = [:]
        for (person, items) in truth {
            let rest = items.subtracting(before[person] ?? [])
            if !rest.isEmpty { new[person] = rest }
        }
        return new
    }

    // MARK: Judging

    private func judge(
        _ matcher: Matcher, _ truth: [Key: Set<Key>], discovery: Bool, _ seconds: () -> Double
    ) -> Result {
        let persons = truth.keys.sorted()
        func request(_ person: Key) -> Request {
            Request(
                person: person, now: trainUntil, count: k, discovery: discovery, repeatsSeen: true, explores: false,
                diversifies: false)
        }
        let began = seconds()
        let slates = persons.map { matcher.recommend(request($0)) }
        let elapsed = seconds() - began
        var recalls: [Double] = []
        var gains: [Key: Double] = [:]
        var lists: [Key: [Key]] = [:]
        var found = 0.0
        for (person, slate) in zip(persons, slates) {
            let answers = truth[person] ?? []
            let list = slate.slots.map(\.item)
            lists[person] = list
            recalls.append(Double(list.filter(answers.contains).count) / Double(min(k, answers.count)))
            gains[person] = Self.ndcg(list, answers, k)
            let candidates = matcher.signals(request(person)).filter { answers.contains($0.item) }
            found += Double(candidates.count) / Double(answers.count)
        }
        let count = Double(max(1, persons.count))
        return Result(
            persons: persons.count, pairs: truth.values.reduce(0) { $0 + $1.count }, recall: estimate(recalls),
            ndcg: estimate(persons.compactMap { gains[$0] }), candidateRecall: found / count,
            candidates: Double(slates.reduce(0) { $0 + $1.candidates }) / count,
            coverage: Set(lists.values.joined()).count,
            recommendationsPerSecond: Double(persons.count) / max(1e-9, elapsed), scores: gains, lists: lists)
    }

    /// Binary NDCG at `k` (Järvelin & Kekäläinen 2002).
    static func ndcg(_ list: [Key], _ truth: Set<Key>, _ k: Int) -> Double {
        func discount(_ rank: Int) -> Double { 1 / logarithm2(Double(rank) + 2) }
        let gain = list.prefix(k).enumerated().reduce(0.0) {
            $0 + (truth.contains($1.element) ? discount($1.offset) : 0)
        }
        let ideal = (0..<min(k, truth.count)).reduce(0.0) { $0 + discount($1) }
        return ideal > 0 ? gain / ideal : 0
    }

    /// Mean and percentile bootstrap over persons.
    private func estimate(_ values: [Double]) -> Estimate {
        guard !values.isEmpty else { return Estimate(mean: 0, low: 0, high: 0) }
        var random = SplitMix64(seed: seed)
        let means = (0..<max(1, rounds)).map { _ in
            let sum = values.indices.reduce(0.0) { sum, _ in sum + values[Int(random.unit() * Double(values.count))] }
            return sum / Double(values.count)
        }.sorted()
        return Estimate(
            mean: values.reduce(0, +) / Double(values.count), low: means[means.count / 40],
            high: means[means.count - 1 - means.count / 40])
    }
}
