/// What was shown or could have been, and whether the person responded: the training data of a ranking, row by row.
struct Examples: Sendable {
    /// Signals of all examples, ``width`` each.
    private(set) var signals: ContiguousArray<Float> = []
    private(set) var responded: ContiguousArray<Bool> = []
    /// How many like it each example stands for.
    private(set) var weights: ContiguousArray<Float> = []
    /// Where the list of each person begins.
    private(set) var lists: ContiguousArray<Int> = []

    static let width = Signal.allCases.count

    var count: Int { weights.count }
    var isEmpty: Bool { weights.isEmpty }
    var positives: Int { responded.count { $0 } }

    /// What follows belongs to another person's list.
    mutating func beginList() { lists.append(count) }

    mutating func append(_ signals: Signals, responded: Bool, weight: Float) {
        for signal in 0..<Self.width { self.signals.append(signals[signal]) }
        self.responded.append(responded)
        weights.append(weight)
    }

    static func += (all: inout Examples, more: Examples) {
        let offset = all.count
        all.lists += more.lists.map { $0 + offset }
        all.signals += more.signals
        all.responded += more.responded
        all.weights += more.weights
    }

    /// The examples, apart from their lists, with a place among the `share` of all, by weight, that have the highest odds.
    func highest(_ odds: ContiguousArray<Float>, share: Double) -> Examples {
        let order = odds.indices.sorted { odds[$0] != odds[$1] ? odds[$0] > odds[$1] : $0 < $1 }
        var left = share * weights.reduce(0.0) { $0 + Double($1) }
        var isKept = ContiguousArray(repeating: false, count: count)
        for place in order {
            left -= Double(weights[place])
            if left < 0 { break }
            isKept[place] = true
        }
        var kept = Examples()
        for place in 0..<count where isKept[place] {
            kept.signals += signals[(place * Self.width)..<((place + 1) * Self.width)]
            kept.responded.append(responded[place])
            kept.weights.append(weights[place])
        }
        return kept
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

    /// The same from examples of several times, in order; how far to trust it is tried on the last of them.
    ///
    /// - Parameter apart: times of examples so far before the last that their answers were known by then.
    init?(times: [Examples], apart: Int, version: String, share: Double, seed: UInt64) {
        var all = Examples(), earlier = Examples()
        for examples in times { all += examples }
        for examples in times.dropLast(apart) { earlier += examples }
        self.init(all, version: version, share: share, seed: seed)
        guard let last = times.last, times.count > apart,
            let trial = LearnedRanking(earlier, version: version, share: share, trees: 100, seed: seed)
        else { return }
        prior = PopularityPrior(odds: trial.model.logOdds(last), last: last)
    }
}
