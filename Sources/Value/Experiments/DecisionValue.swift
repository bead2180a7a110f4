import Inference
import Kernel

/// What a decision was said to create and what it measurably created, in the unit of its primary metric per 1,000 people; a
/// fall of what is bad counts as value.
public struct DecisionValue: Sendable {
    /// An effect with how sure it is.
    public struct Effect: Sendable, Hashable {
        /// Per 1,000 people.
        public let value: Double
        /// Its standard error.
        public let standardError: Double
        /// Valid however often one looks.
        public let interval: Interval
    }

    /// The decision.
    public let decision: DecisionID
    /// The experiment that measured it.
    public let experiment: ExperimentID
    /// Its primary metric.
    public let metric: Metric
    /// The least effect that it called worthwhile before it started.
    public let claimed: Double
    /// What the experiment shows.
    public let measured: Effect?
    /// What holding people back from it shows, once it was shipped.
    public let confirmed: Effect?
    /// What it cost.
    public let cost: ExperimentCost?
    /// The cost of an order that it created beside that of an order credited to it, in minor units.
    public let costPerOrder: CostPerOrder?

    /// The value of a decision from its experiments, oldest first; `nil` when none measured it.
    public init?(_ experiments: [(experiment: Experiment, counted: Counted)]) {
        guard let measured = experiments.last(where: { $0.experiment.purpose == .measure }) else { return nil }
        let confirming = experiments.last { $0.experiment.purpose == .confirm }
        let shipped = confirming?.experiment.terms.arms.last?.treatment
        let result = ExperimentResult(measured.experiment, measured.counted)
        // Without a word about which arm was kept, the first treatment is the one that was meant.
        let arm = result.arms.first { $0.arm.treatment == shipped } ?? result.arms.first
        guard let arm else { return nil }
        let terms = measured.experiment.terms
        decision = measured.experiment.decision
        experiment = measured.experiment.id
        metric = Metric(terms.primary)
        claimed = terms.leastWorthwhile
        self.measured = arm.row(terms.primary).flatMap(Effect.init)
        confirmed = confirming.flatMap { found in
            ExperimentResult(found.experiment, found.counted).arms.first?.row(terms.primary).flatMap(Effect.init)
        }
        cost = measured.experiment.cost
        let orders = arm.row(.paidOrders)?.comparison
        costPerOrder = cost.flatMap { cost in
            orders.map { CostPerOrder(spent: Double(cost.amount), comparison: $0, exposed: arm.counts.treatment) }
        }
    }

    /// As the engine's ledger takes it; `nil` before anything was measured.
    ///
    /// - Parameter isShipped: whether the decision was kept.
    public func entry(isShipped: Bool) -> ValueLedger.Entry? {
        measured.map {
            ValueLedger.Entry(
                claimed: claimed, measured: $0.value, standardError: $0.standardError, isShipped: isShipped,
                holdout: confirmed.map { ($0.value, $0.standardError) })
        }
    }
}

extension DecisionValue.Effect {
    /// Per 1,000 people, with a fall of what is bad as value; `nil` where nothing can be compared.
    public init?(_ row: ExperimentResult.Row) {
        guard let comparison = row.comparison, let interval = row.interval else { return nil }
        let sign = row.metric.isGood ? 1_000.0 : -1_000.0
        let ends = [interval.lower * sign, interval.upper * sign]
        value = comparison.effect * sign
        standardError = comparison.standardError * 1_000
        self.interval = Interval(ends.min() ?? 0, ends.max() ?? 0)
    }
}
