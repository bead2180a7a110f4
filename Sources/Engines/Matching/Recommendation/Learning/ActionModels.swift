/// Calibrated probabilities of what a person does with an item that comes into view, one model an action.
///
/// Each is a boosted model of the logistic loss, set right on persons it did not learn from (Platt 1999). How the
/// probabilities combine is not learned: the public ``RankingWeights`` say what an action is worth and what dissatisfaction
/// costs, and sales value is not among them.
///
/// Regrets (refund, late delivery, complaint) are learned from purchases, and only from those whose time for regret is over:
/// their probability is that of buying times that of regretting what was bought.
public struct ActionModels: Sendable, Hashable, Codable {
    struct Calibrated: Sendable, Hashable, Codable {
        let model: RankingModel
        let slope, shift: Float

        func probabilities(_ candidates: ContiguousArray<Candidate>) -> ContiguousArray<Float> {
            ContiguousArray(
                model.logOdds(candidates).map { 1 / (1 + naturalExponential(-(slope * $0 + shift))) })
        }
    }

    /// By raw value of the event's kind.
    var models: [UInt8: Calibrated]
    /// Purchases an impression: what regrets are multiplied by while buying itself has no model.
    let buyRate: Float
    /// Names the set in the model version.
    public let version: String

    /// The actions that are predicted.
    public static let actions: [Event.Kind] = [
        .finish, .like, .follow, .open, .cart, .buy, .refund, .lateDelivery, .complaint, .notInterested, .report,
    ]

    /// The actions for which there was enough to learn from.
    public var learned: [Event.Kind] { Self.actions.filter { models[$0.rawValue] != nil } }

    /// Fewest answers of one kind from which its model is learned.
    static let leastAnswers = 60

    /// Fewest impressions from which the rate of buying is taken anew.
    static let leastImpressions = 1_000

    /// Learns from what came of impressions, and of the purchases whose time for regret is over; nil when no action was
    /// answered often enough or none is predicted better than by its mean.
    ///
    /// - Parameter former: the set in force. Impressions do not survive a restart, so a model that there is too little to
    ///   learn anew from stays; one that was tried again and predicts no better than the mean goes.
    init?(
        _ rows: [SlateLedger.Row], purchases: [SlateLedger.Row], former: ActionModels? = nil, version: String,
        seed: UInt64
    ) {
        var models = former?.models ?? [:]
        var tried = 0
        for action in Self.actions {
            let examples = action.isRegret ? purchases : rows
            guard Self.isEnough(examples, of: action.bit) else { continue }
            models[action.rawValue] = Self.model(of: action.bit, in: examples, version: version, seed: seed)
            tried += 1
        }
        guard tried > 0, !models.isEmpty else { return nil }
        self.models = models
        self.version = version
        let bought = rows.count { $0.actions & Event.Kind.buy.bit != 0 }
        let rate = Float(bought + 1) / Float(rows.count + 100)
        buyRate = rows.count < Self.leastImpressions ? former?.buyRate ?? rate : rate
    }

    init(models: [UInt8: Calibrated], buyRate: Float, version: String) {
        (self.models, self.buyRate, self.version) = (models, buyRate, version)
    }

    private static func isEnough(_ rows: [SlateLedger.Row], of bit: UInt32) -> Bool {
        let answers = rows.count { $0.actions & bit != 0 }
        let others = rows.count { $0.actions & bit != 0 && $0.person % 5 != 0 }
        return answers >= leastAnswers && answers < rows.count && others >= leastAnswers / 2
    }

    private static func model(
        of bit: UInt32, in rows: [SlateLedger.Row], version: String, seed: UInt64
    ) -> Calibrated? {
        var learning = Examples()
        var judging: [SlateLedger.Row] = []
        for row in rows {
            // A fifth of the persons judges; a person is on one side only.
            if row.person % 5 == 0 {
                judging.append(row)
            } else {
                learning.append(row.signals, responded: row.actions & bit != 0, weight: 1)
            }
        }
        let model = RankingTrainer(trees: 80, depth: 4, rate: 0.1, seed: seed).fit(learning, version: version)
        return calibrate(model, judging, bit)
    }

    /// Fits slope and shift by Newton's steps; nil when the model does worse than the mean rate.
    private static func calibrate(_ model: RankingModel, _ rows: [SlateLedger.Row], _ bit: UInt32) -> Calibrated? {
        guard rows.count >= 50 else { return Calibrated(model: model, slope: 1, shift: 0) }
        let odds = model.logOdds(
            ContiguousArray(
                rows.map { row in
                    var candidate = Candidate(item: row.item, sources: 0)
                    candidate.signals = row.signals
                    return candidate
                })
        ).map(Double.init)
        let answers = rows.map { $0.actions & bit != 0 ? 1.0 : 0 }
        let fit = logistic(odds, answers)
        let mean = (answers.reduce(0, +) + 1) / (Double(rows.count) + 2)
        var loss = 0.0, plain = 0.0
        for (x, y) in zip(odds, answers) {
            let p = min(1 - 1e-6, max(1e-6, 1 / (1 + naturalExponential(-(fit.slope * x + fit.shift)))))
            loss -= y * naturalLogarithm(p) + (1 - y) * naturalLogarithm(1 - p)
            plain -= y * naturalLogarithm(mean) + (1 - y) * naturalLogarithm(1 - mean)
        }
        guard loss < plain, fit.slope > 0 else { return nil }
        return Calibrated(model: model, slope: Float(fit.slope), shift: Float(fit.shift))
    }

    private static func logistic(_ xs: [Double], _ ys: [Double]) -> (slope: Double, shift: Double) {
        var (slope, shift) = (1.0, 0.0)
        for _ in 0..<25 {
            // A weak pull towards slope 1 and shift 0 keeps few answers from running away.
            var (g0, g1, h00, h01, h11) = (-(slope - 1), -shift, 1.0, 0.0, 1.0)
            for (x, y) in zip(xs, ys) {
                let p = 1 / (1 + naturalExponential(-(slope * x + shift)))
                let w = p * (1 - p)
                g0 += (y - p) * x
                g1 += y - p
                h00 += w * x * x
                h01 += w * x
                h11 += w
            }
            let determinant = h00 * h11 - h01 * h01
            guard determinant > 1e-12 else { break }
            let (a, b) = ((h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant)
            slope += max(-2, min(2, a))
            shift += max(-2, min(2, b))
            if abs(a) + abs(b) < 1e-9 { break }
        }
        return (slope, shift)
    }

    /// What each candidate is expected to be worth and to cost, by the public weights, in units of a like, and the
    /// probability that it is bought.
    func value(
        _ candidates: ContiguousArray<Candidate>, _ weights: RankingWeights
    ) -> (worth: ContiguousArray<Float>, cost: ContiguousArray<Float>, buying: ContiguousArray<Float>) {
        var worth = ContiguousArray(repeating: Float(0), count: candidates.count)
        var cost = worth
        var buying = ContiguousArray(repeating: buyRate, count: candidates.count)
        // In the order of the actions: buying is known before what regrets it.
        for action in learned {
            guard let model = models[action.rawValue] else { continue }
            let probabilities = model.probabilities(candidates)
            if action == .buy { buying = probabilities }
            let (weight, costs) = weights.worth(of: action)
            for place in candidates.indices {
                if action.isRegret {
                    cost[place] += Float(weight) * buying[place] * probabilities[place]
                } else if costs {
                    cost[place] += Float(weight) * probabilities[place]
                } else {
                    worth[place] += Float(weight) * probabilities[place]
                }
            }
        }
        return (worth, cost, buying)
    }
}

extension RankingWeights {
    /// What an action is worth, and whether it is dissatisfaction.
    func worth(of action: Event.Kind) -> (weight: Double, costs: Bool) {
        switch action {
        case .finish: (finish, false)
        case .like: (like, false)
        case .follow: (follow, false)
        case .open: (open, false)
        case .cart: (cart, false)
        case .buy: (buy, false)
        case .refund: (refund, true)
        case .lateDelivery: (lateDelivery, true)
        case .complaint: (complaint, true)
        case .notInterested: (notInterested, true)
        case .report: (report, true)
        default: (0, false)
        }
    }
}

extension RankingModel: Codable {
    private enum CodingKeys: CodingKey {
        case edges, trees, base, version
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let edges = try container.decode([[Float]].self, forKey: .edges)
        let trees = try container.decode([Tree].self, forKey: .trees)
        // A file may be damaged: what would read past an array is refused here.
        let isSound =
            edges.count == Examples.width && edges.allSatisfy { $0.count < Self.bins }
            && trees.allSatisfy { tree in
                tree.signals.count == tree.bins.count && tree.signals.count <= Self.levels
                    && tree.leaves.count == 1 << tree.signals.count && tree.signals.allSatisfy(edges.indices.contains)
                    && tree.bins.allSatisfy { $0 < Self.bins }
            }
        guard isSound else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: container.codingPath, debugDescription: "is no ranking"))
        }
        self.init(
            edges: edges, trees: trees, base: try container.decode(Float.self, forKey: .base),
            version: try container.decode(String.self, forKey: .version))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(edges, forKey: .edges)
        try container.encode(trees, forKey: .trees)
        try container.encode(base, forKey: .base)
        try container.encode(version, forKey: .version)
    }
}
