/// The rankings in force: of everything, and of what is new to the person.
///
/// The evaluation and the live feed learn them with the same code, so what is measured is what is served.
public struct LearnedRankings: Sendable, Hashable, Codable {
    /// Nil where there was too little to learn from; the public weights rank then.
    public internal(set) var all: LearnedRanking?
    /// The same for requests that ask only for what is new; nil takes ``all``.
    public internal(set) var discovery: LearnedRanking?

    /// Learns nothing.
    public init() {}

    init(all: LearnedRanking?, discovery: LearnedRanking?) {
        self.all = all
        self.discovery = discovery
    }

    /// Learns from what happened, by time: an engine of its own is led through the events and asked at a few earlier times,
    /// knowing only what came before; what followed is the answer. Costs minutes for a million events.
    ///
    /// - Parameters:
    ///   - events: in order of time, all before `end`.
    ///   - items: attributes of items; those without are known by their events alone.
    ///   - end: from when the rankings will be asked, milliseconds since 1970 UTC.
    ///   - ahead: how long ahead they look, milliseconds; at most a quarter of the span of the events.
    ///   - version: names them in the model version.
    public init(
        learningFrom events: [Event], items: [Item], until end: Int64, ahead: Int64, version: String, seed: UInt64 = 1,
        configuration: Configuration = Configuration()
    ) {
        var configuration = configuration
        // What was taken down since was still an answer then.
        configuration.admitsUnlisted = true
        var training = RollingTraining(
            events, items, until: end, ahead: ahead, seed: seed, configuration: configuration)
        self = training.learn(version: version) { 0 }
    }

    /// Whether nothing was learned.
    public var isEmpty: Bool { all == nil && discovery == nil }
}

/// A ranking in force: what it admits to the candidates, and how it ranks them.
public struct LearnedRanking: Sendable, Hashable, Codable {
    /// Chooses, by few signals, which of a wide pool become candidates (a cascade, Liu et al. 2017); nil admits by quotas.
    var admission: RankingModel?
    /// Ranks the candidates.
    var model: RankingModel
    /// Popularity on top.
    var prior = PopularityPrior()
    /// Names it in the model version.
    public var version: String { model.version }

    /// Fewest examples with a response from which a ranking is learned; below, the public weights rank.
    static let leastResponses = 50

    init(admission: RankingModel?, model: RankingModel) {
        self.admission = admission
        self.model = model
    }

    /// Learns both from examples of wide pools; nil when there are too few responses to learn from.
    ///
    /// - Parameter share: the part of a pool that is admitted. The second model learns on what the first admits, as it will
    ///   be asked: telling good candidates from better ones is another question than telling them from the rest.
    /// - Parameter trees: of the second model.
    init?(_ examples: Examples, version: String, share: Double = 1, trees: Int = 300, seed: UInt64) {
        guard examples.positives >= Self.leastResponses, examples.positives < examples.count else { return nil }
        var first = RankingTrainer(seed: seed)
        (first.trees, first.depth, first.rate, first.signalShare) = (60, 4, 0.2, 0.8)
        first.among = Signal.early
        let admission = first.fit(examples, version: version)
        let admitted = share < 1 ? examples.highest(admission.logOdds(examples), share: share) : examples
        self.admission = admission
        let isEnough = admitted.positives >= Self.leastResponses && admitted.positives < admitted.count
        var second = RankingTrainer(seed: seed)
        // Fewer trees take longer steps.
        (second.trees, second.rate) = (trees, second.rate * Float(second.trees) / Float(trees))
        model = second.fit(isEnough ? admitted : examples, version: version)
    }

    /// The same from examples of several times, in order; how far to trust it is tried on the last of them, and nil as
    /// well when the public weights would have ranked that one better.
    ///
    /// - Parameter apart: times of examples so far before the last that their answers were known by then.
    init?(
        times: [Examples], apart: Int, weights: RankingWeights = .current, version: String, share: Double, seed: UInt64
    ) {
        var all = Examples(), earlier = Examples()
        for examples in times { all += examples }
        for examples in times.dropLast(apart) { earlier += examples }
        self.init(all, version: version, share: share, seed: seed)
        guard let last = times.last, times.count > apart,
            let trial = LearnedRanking(earlier, version: version, share: share, trees: 100, seed: seed)
        else { return }
        let odds = trial.model.logOdds(last)
        guard ListGain(last.marks(odds), over: last.marks(last.scores(weights))).mean >= 0 else { return nil }
        prior = PopularityPrior(odds: odds, last: last)
    }
}
