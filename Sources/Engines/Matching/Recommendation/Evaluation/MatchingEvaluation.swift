/// Judges the engine on a file of events: learn until a time, predict what follows, compare.
///
/// The protocol: truth is the distinct items that a person responded to within the test period, items never seen before
/// included (they count as misses). **All** asks for anything; **discovery** only for what the person never had before.
/// Recall@k = hits / min(k, |truth|); NDCG@k is binary; both with a bootstrap over persons. Persons without any response
/// in the training period are counted and not judged. Everything that is learned or chosen is learned on the training
/// period, by engines that saw only what came before the time they are asked about: nothing sees the test period.
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
    /// Most persons judged; of more, an even sample.
    public var personLimit = Int.max
    /// The engine's settings; listings are implied by events.
    public var configuration: Configuration

    /// Makes an evaluation.
    public init(trainUntil: Int64, testUntil: Int64, configuration: Configuration = Configuration()) {
        self.trainUntil = trainUntil
        self.testUntil = testUntil
        self.configuration = configuration
        self.configuration.admitsUnlisted = true
        self.configuration.weights.learned = 1
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
        /// Events before the test, and within it.
        public let events: Int
        public let testEvents: Int
        /// Persons with something in the test period of whom the training knew nothing.
        public let unknownPersons: Int
        public let eventsPerSecond: Double
        public let trainSeconds: Double
        public let all: Result
        public let discovery: Result
        /// How a baseline did, when one was asked for.
        public let baseline: BaselineReport?
        /// How each peer did.
        public let peers: [PeerReport]
    }

    /// Runs the evaluation.
    ///
    /// - Parameters:
    ///   - events: in order of time.
    ///   - items: attributes of items, when there are any; availability is not read.
    ///   - baseline: what to compare with.
    ///   - peers: lists of other recommenders to compare with.
    ///   - rankings: those to judge in place of learning them here; they must not have seen the test period.
    ///   - seconds: a clock, only to report speeds.
    public func run(
        events: [Event], items: [Item] = [], baseline: Baseline? = nil, peers: [Peer] = [],
        rankings: LearnedRankings? = nil, seconds: () -> Double
    ) -> Report {
        let training = events.filter { $0.time < trainUntil }
        let test = events.filter { $0.time >= trainUntil && $0.time < testUntil }
        let began = seconds()
        var learning = RollingTraining(
            training, items, until: trainUntil, ahead: testUntil - trainUntil, seed: seed, configuration: configuration)
        let learned = rankings ?? (learns ? learning.learn(version: "learned", seconds) : LearnedRankings())
        learning.finish(seconds)
        let matcher = learning.matcher
        matcher.adopt(learned)
        let trained = seconds()
        let before = Self.responses(training), all = Self.responses(test)
        let truth = sample(all.filter { before[$0.key] != nil })
        let new = Self.new(truth, before)
        let answers = (
            all: judge(matcher, truth, discovery: false, seconds), new: judge(matcher, new, discovery: true, seconds)
        )
        return Report(
            events: training.count, testEvents: test.count,
            unknownPersons: all.keys.count { before[$0] == nil },
            eventsPerSecond: Double(training.count) / max(1e-9, learning.observingSeconds),
            trainSeconds: trained - began, all: answers.all, discovery: answers.new,
            baseline: baseline.map { compare($0, training, truth, new, before, answers.all, answers.new) },
            peers: peers.map { compare($0, truth, new, answers.all, answers.new) })
    }

    /// The mean gain of one run over another on the same persons, with its 95 % paired bootstrap interval.
    public func pairedGain(_ one: [Key: Double], over other: [Key: Double]) -> Estimate {
        estimate(one.keys.sorted().compactMap { key in other[key].map { (one[key] ?? 0) - $0 } })
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

    /// What a person never had before.
    static func new(_ truth: [Key: Set<Key>], _ before: [Key: Set<Key>]) -> [Key: Set<Key>] {
        var new: [Key: Set<Key>] = [:]
        for (person, items) in truth {
            let rest = items.subtracting(before[person] ?? [])
            if !rest.isEmpty { new[person] = rest }
        }
        return new
    }

    private func sample(_ truth: [Key: Set<Key>]) -> [Key: Set<Key>] {
        guard truth.count > personLimit else { return truth }
        var random = SplitMix64(seed: seed)
        let share = Double(personLimit) / Double(truth.count)
        let chosen = truth.keys.sorted().filter { _ in random.unit() < share }
        return Dictionary(uniqueKeysWithValues: chosen.map { ($0, truth[$0] ?? []) })
    }
}
