/// What was shown or could have been, and whether the person responded: the training data of a ranking, row by row.
struct Examples: Sendable {
    /// Signals of all examples, ``width`` each.
    private(set) var signals: ContiguousArray<Float> = []
    private(set) var responded: ContiguousArray<Bool> = []
    /// How many like it each example stands for.
    private(set) var weights: ContiguousArray<Float> = []

    static let width = Signal.allCases.count

    var count: Int { weights.count }
    var isEmpty: Bool { weights.isEmpty }
    var positives: Int { responded.count { $0 } }

    mutating func append(_ signals: Signals, responded: Bool, weight: Float) {
        for signal in 0..<Self.width { self.signals.append(signals[signal]) }
        self.responded.append(responded)
        weights.append(weight)
    }

    static func += (all: inout Examples, more: Examples) {
        all.signals += more.signals
        all.responded += more.responded
        all.weights += more.weights
    }

    @inline(__always)
    func value(_ signal: Int, of example: Int) -> Float { signals[example * Self.width + signal] }
}

/// A ranking in force: what it admits to the candidates, and how it ranks them.
public struct LearnedRanking: Sendable, Hashable {
    /// Chooses, by few signals, which of a wide pool become candidates (a cascade, Liu et al. 2017); nil admits by quotas.
    var admission: RankingModel?
    /// Ranks the candidates.
    var model: RankingModel
    /// Names it in the model version.
    public var version: String { model.version }

    /// Fewest examples with a response from which a ranking is learned; below, the public weights rank.
    static let leastResponses = 50
    /// Depth of the trees for everything and for discovery.
    static func depth(discovery: Bool) -> Int { discovery ? 4 : 6 }

    init(admission: RankingModel?, model: RankingModel) {
        self.admission = admission
        self.model = model
    }

    /// Learns both from examples of wide pools; nil when there are too few responses to learn from.
    ///
    /// - Parameter depth: of the trees; what is new to a person is noisier than habits and wants shallower ones.
    init?(_ examples: Examples, version: String, depth: Int, seed: UInt64) {
        guard examples.positives >= Self.leastResponses, examples.positives < examples.count else { return nil }
        var first = RankingTrainer(seed: seed)
        (first.trees, first.depth, first.rate, first.signalShare) = (60, 4, 0.2, 0.8)
        first.among = Signal.early
        admission = first.fit(examples, version: version)
        model = RankingTrainer(depth: depth, seed: seed).fit(examples, version: version)
    }
}
