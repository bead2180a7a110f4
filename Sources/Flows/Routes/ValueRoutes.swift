import Decisions
import Experiments
import Feed
import HTTP
import Hummingbird
import Kernel

/// Ranking weights to be registered.
struct NewWeightsBody: Documented {
    /// One `name = number` a line, with a `version`.
    let weights: String
    static let example = NewWeightsBody(weights: "version = 2026-12\nfreshness = 0.4\n")
}

/// A version of the ranking weights.
struct WeightSetBody: Documented {
    let version: String
    /// Every `name = number`.
    let weights: String
    /// Whether everybody who is not held back gets it.
    let isInForce: Bool
    /// Since when, and in the name of which decision; absent unless it is or was in force.
    let since: Instant?
    let decision: DecisionID?
    static let example = WeightSetBody(
        version: "2026-12", weights: "version = 2026-12\n", isInForce: true, since: Instant(milliseconds: 0),
        decision: Identifier(rawValue: 14))
}

/// Weights to be put in force by shipping a decision.
struct ShipWeightsBody: Documented {
    let decision: DecisionID
    /// Basis points of people who stay with what was in force before, 100…2000.
    let holdout: Int
    /// Why.
    let note: String
    static let example = ShipWeightsBody(decision: Identifier(rawValue: 14), holdout: 500, note: "It created value.")
}

/// An effect per 1,000 people with its interval.
struct EffectBody: Documented {
    let value: Double
    let lower: Double?
    let upper: Double?
    static let example = EffectBody(value: 4.5, lower: 3.9, upper: 5.2)
}

/// A decision in the value ledger, in the unit of its metric per 1,000 people.
struct ValueLineBody: Documented {
    let decision: DecisionID
    let title: String
    let isShipped: Bool
    let experiment: ExperimentID
    let claimed: Double
    let measured: EffectBody?
    let confirmed: EffectBody?
    /// Minor units for each order that it created; absent when it may have created none, or the cost isn't known.
    let costPerCreated: Double?
    /// Minor units for each order that is credited to it.
    let costPerCredited: Double?
    static let example = ValueLineBody(
        decision: Identifier(rawValue: 14), title: "Fresher feed", isShipped: true,
        experiment: Identifier(rawValue: 15), claimed: 5, measured: .example, confirmed: .example,
        costPerCreated: 412.5, costPerCredited: 88.2)
}

/// Decisions judged by one metric, with the sums over those that shipped.
struct ValueAccountBody: Documented {
    let metric: MetricBody
    let claimed: Double
    /// Effects added as they are; misleads, since lucky decisions ship.
    let measured: Double
    /// Effects without the luck; absent below three measured decisions.
    let created: EffectBody?
    let confirmed: EffectBody?
    /// Everybody against the global holdout: what all decisions did together.
    let everything: EffectBody?
    let decisions: [ValueLineBody]
    static let example = ValueAccountBody(
        metric: .example, claimed: 5, measured: 6, created: .example, confirmed: .example,
        everything: .example, decisions: [.example])
}

/// A decision that somebody wanted to look at again.
struct ValueReviewBody: Documented {
    let decision: DecisionID
    let title: String
    let state: DecisionState
    let reviewAt: Instant?
    let isDue: Bool
    /// holds; faded (surely less than measured), short (surely less than claimed), harmful; unknown.
    let drift: Drift
    let claimed: Double?
    let measured: EffectBody?
    let confirmed: EffectBody?
    static let example = ValueReviewBody(
        decision: Identifier(rawValue: 14), title: "Fresher feed", state: .shipped,
        reviewAt: Instant(milliseconds: 1_803_000_000_000), isDue: true, drift: .faded, claimed: 5, measured: .example,
        confirmed: .example)
}

extension ValueReviewBody {
    init(_ review: ValueReview) {
        self.init(
            decision: review.decision.id, title: review.decision.terms.title, state: review.decision.state,
            reviewAt: review.decision.terms.reviewAt, isDue: review.isDue, drift: review.drift,
            claimed: review.value?.claimed, measured: review.value?.measured.map(EffectBody.init),
            confirmed: review.value?.confirmed.map(EffectBody.init))
    }
}

extension MarketplaceAPI {
    func addValueRoutes(to api: API) {
        let access = Access.role([.operator], .operate)
        api.route(
            .get, "/value-ledger", "readValueLedger",
            "Per decision and in total: claimed, measured and confirmed by holding people back.", access: access
        ) { [market] _ in Page(items: try await ReadValue(market).ledger().map(ValueAccountBody.init)) }
        api.route(
            .get, "/value-reviews", "listValueReviews",
            "Decisions that wait for a review, measured anew, with whether they have drifted.", access: access
        ) { [market] _ in Page(items: try await ReadValue(market).reviews().map(ValueReviewBody.init)) }
        api.route(
            .get, "/ranking-weights", "listRankingWeights", "The registered weight sets and what is in force.",
            access: access
        ) { [self] _ in Page(items: try await weightSets()) }
        api.route(
            .post, "/ranking-weights", "registerRankingWeights",
            "Registers a weight set, which changes nothing until a decision tries or ships it.", access: access,
            body: NewWeightsBody.self, status: .created
        ) { [self] call in
            let version = try await KeepExperiments(market).register(weights: call.body.weights, try call.command)
            guard let set = try await weightSets().first(where: { $0.version == version }) else {
                throw NotFound("weight set")
            }
            return set
        }
        api.route(
            .post, "/ranking-weights/{version}/in-force", "shipRankingWeights",
            "Ships a running decision: its weights come in force for all but those held back.", access: access,
            body: ShipWeightsBody.self
        ) { [market] call in
            guard let version = call.context.parameters.get("version") else { throw NotFound("weight set") }
            let body = call.body
            return DecisionBody(
                try await ApplyDecision(market).ship(
                    version, for: body.decision, holdout: body.holdout, note: body.note, try call.command))
        }
    }

    private func weightSets() async throws -> [WeightSetBody] {
        try await market.store.read { transaction in
            let history = try Feed.weightHistory(in: transaction)
            let current = history.last?.version ?? Feed.baseline.version
            let registered = try Feed.weightSets(in: transaction).map(\.weights)
            return (registered + [Feed.baseline]).map { weights in
                let force = history.last { $0.version == weights.version }
                return WeightSetBody(
                    version: weights.version, weights: weights.text, isInForce: weights.version == current,
                    since: force?.since, decision: force?.decision)
            }
        }
    }
}

extension EffectBody {
    init(_ effect: DecisionValue.Effect) {
        let (low, high) = (effect.interval.lower, effect.interval.upper)
        self.init(value: effect.value, lower: low.isFinite ? low : nil, upper: high.isFinite ? high : nil)
    }
}

extension ValueLineBody {
    init(_ line: ValueLine) {
        let value = line.value
        self.init(
            decision: line.decision.id, title: line.decision.terms.title, isShipped: line.isShipped,
            experiment: value.experiment, claimed: value.claimed, measured: value.measured.map(EffectBody.init),
            confirmed: value.confirmed.map(EffectBody.init), costPerCreated: value.costPerOrder?.perCreated,
            costPerCredited: value.costPerOrder.flatMap { $0.perCredited.isFinite ? $0.perCredited : nil })
    }
}

extension ValueAccountBody {
    init(_ account: ValueAccount) {
        func total(_ total: ValueAccount.Total?) -> EffectBody? {
            total.flatMap { total in
                guard total.count > 0 else { return nil }
                let interval = total.interval()
                return EffectBody(value: total.value, lower: interval.lower, upper: interval.upper)
            }
        }
        self.init(
            metric: MetricBody(account.metric), claimed: account.claimed, measured: account.measured,
            created: total(account.created), confirmed: total(account.confirmed),
            everything: account.everything.map(EffectBody.init),
            decisions: account.lines.map(ValueLineBody.init))
    }
}
