/// Turns signals into one score with the public weights.
///
/// The strengths of the ways in which an item can be wanted add up (a person may want it for several reasons), and what
/// costs multiplies: the score is the logarithm of the product.
struct Ranker: Sendable {
    var weights: RankingWeights
    /// The learned part; nil until one was adopted.
    var model: RankingModel?
    var prior = PopularityPrior()
    /// Probabilities of the actions, learned from what came into view; nil until there are any.
    var actions: ActionModels?
    /// Whether only what is new to the person is ranked.
    var discovers = false

    func rank(_ candidates: inout ContiguousArray<Candidate>) {
        if let odds = model?.logOdds(candidates) {
            for place in candidates.indices {
                let signals = candidates[place].signals
                candidates[place].signals[.learned] =
                    odds[place] + prior.logOdds(week: signals[.week], month: signals[.month])
            }
        }
        if let actions {
            rank(&candidates, by: actions)
            return
        }
        let (isLearned, prices) = (model != nil, regretPrices())
        for place in candidates.indices {
            let signals = candidates[place].signals
            let score = isLearned ? learnedScore(signals, prices) : score(signals, prices)
            candidates[place].score = candidates[place].paused ? score - 20 : score
        }
    }

    /// Expected worth of the actions in place of what long habits say, the session's pull on top, expected
    /// dissatisfaction as a cost: the weights stay the public ones. What a learned ranking says of habits is a signal of the
    /// actions' models too, which know by now how much it says of what is shown.
    private func rank(_ candidates: inout ContiguousArray<Candidate>, by actions: ActionModels) {
        let expected = actions.value(candidates, weights)
        let (isLearned, prices) = (model != nil, regretPrices(except: actions))
        for place in candidates.indices {
            let signals = candidates[place].signals
            var parts = strengths(signals)
            for habit in [Strength.personal, Strength.linear, Strength.trending, Strength.near] {
                parts[habit] *= isLearned ? 0 : 0.1
            }
            let habits = isLearned ? naturalExponential(max(-40, min(0, signals[.learned]))) : 0
            let strength = expected.worth[place] + 0.1 * (parts.sum() + habits) + 1e-4
            // What has no model yet costs on the same scale: the chance of buying times the rate of regretting.
            let unlearned = expected.buying[place] * regretCost(signals, prices)
            let score = naturalLog(strength) - cost(signals) - expected.cost[place] - unlearned
            candidates[place].score = candidates[place].paused ? score - 20 : score
        }
    }

    /// With a learned model its odds replace what long habits say; what happens in this session, who is followed and what
    /// the page asks for still add, and dislike still costs: the model learns from whole days and cannot know them.
    private func learnedScore(_ signals: Signals, _ prices: SIMD4<Float>) -> Float {
        var parts = strengths(signals)
        for habit in [Strength.personal, Strength.linear, Strength.trending, Strength.new, Strength.near] {
            parts[habit] = 0
        }
        parts[Strength.affinity] *= min(1, signals[.categoryPulse] + signals[.creator])
        let strength = naturalExponential(max(-40, signals[.learned])) + 0.1 * parts.sum()
        // Where nobody wants an item, its share says nothing more.
        let novelty = discovers ? Float(weights.novelty) * max(-14, signals[.month]) : 0
        return naturalLog(strength) - cost(signals) - regretCost(signals, prices) - novelty
    }

    private func cost(_ signals: Signals) -> Float {
        Float(weights.fatigue) * signals[.fatigue] + Float(weights.damping) * signals[.damp]
    }

    func score(_ signals: Signals) -> Float { score(signals, regretPrices()) }

    private func score(_ signals: Signals, _ prices: SIMD4<Float>) -> Float {
        let strength = strengths(signals).sum() + 1e-4
        // Here nothing was learned, so dislikes count too, as refunds do.
        return naturalLog(strength) - cost(signals) - regretCost(signals, prices)
            - Float(weights.refund) * signals[.dislike]
    }

    /// What the item's rates say of dissatisfaction with a purchase. Without a probability of buying this is the cost of
    /// showing it too: the public weights weigh a rate whole.
    @inline(__always)
    private func regretCost(_ signals: Signals, _ prices: SIMD4<Float>) -> Float {
        (prices * SIMD4(signals[.returns], signals[.lateness], signals[.complaints], 0)).sum()
    }

    /// What a unit of each of these rates costs, each by its own weight. A model that was learned of a kind has seen its rate
    /// and says it better.
    private func regretPrices(except learned: ActionModels? = nil) -> SIMD4<Float> {
        func price(_ action: Event.Kind) -> Float {
            learned?.models[action.rawValue] == nil ? Float(weights.worth(of: action).weight) : 0
        }
        return SIMD4(price(.refund), price(.lateDelivery), price(.complaint), 0)
    }

    /// How much each way of wanting contributes; lanes by ``Strength``.
    func strengths(_ signals: Signals) -> SIMD16<Float> {
        var parts = SIMD16<Float>()
        parts[Strength.personal] = Float(weights.repurchase) * signals[.due]
        parts[Strength.linear] = Float(weights.similarity) * signals[.linear]
        parts[Strength.session] = Float(weights.session) * min(1, signals[.session])
        // The square root of the share of the moment's attention, 1 for one item in a hundred.
        let trend = power2(0.5 * max(signals[.month], max(signals[.week], signals[.day] - 1)) + 3.3)
        parts[Strength.trending] =
            Float(weights.popularity) * min(1.5, trend) * (0.5 + 2 * min(0.25, signals[.response]))
        let interest =
            0.12 * signals[.categorySlow] + 0.2 * signals[.categoryFast] + 0.5 * signals[.categoryPulse]
            + 0.3 * signals[.tag] + 0.15 * signals[.shop] + 0.3 * signals[.creator]
        parts[Strength.affinity] = Float(weights.affinity) * interest * (0.1 + min(1, trend))
        let recent = power2(-signals[.age] * 0.5)
        parts[Strength.following] = Float(weights.following) * signals[.following] * (0.2 + 0.8 * recent)
        parts[Strength.context] = Float(weights.context) * signals[.context]
        parts[Strength.near] = Float(weights.nearness) * max(0, signals[.nearness] - 0.5)
        parts[Strength.new] = Float(weights.freshness) * recent * 0.1
        return parts
    }
}

/// Lanes of ``Ranker/strengths(_:)``.
enum Strength {
    static let personal = 0, linear = 1, session = 2, trending = 3, affinity = 4, following = 5, context = 6, new = 7,
        near = 8
    static let count = 9
}

@inline(__always) func naturalLog(_ x: Float) -> Float { 0.693_147_2 * logarithm2(x) }
