import Decisions
import Experiments
import Inference
import Kernel
import Store

/// A decision in the value ledger.
public struct ValueLine: Sendable {
    /// The decision.
    public let decision: Decision
    /// What it claimed, and what was measured and confirmed.
    public let value: DecisionValue
    /// Whether it was kept.
    public let isShipped: Bool
}

/// Decisions that are judged by one metric, with their sum: figures of different metrics have no common unit.
public struct ValueAccount: Sendable {
    /// A sum over shipped decisions.
    public typealias Total = ValueLedger.Total
    /// The metric.
    public let metric: Metric
    /// Its decisions, oldest first.
    public let lines: [ValueLine]
    /// What shipped decisions claimed, per 1,000 people.
    public let claimed: Double
    /// Their measured effects as they are: the figure that misleads, since lucky ones ship.
    public let measured: Double
    /// The same without the luck; `nil` below three measured decisions, from which luck can't be told.
    public let created: ValueLedger.Total?
    /// What holding people back shows, of those that were.
    public let confirmed: ValueLedger.Total?
    /// Everybody against those who are held out of everything: what all decisions did together, luck or not.
    public let everything: DecisionValue.Effect?

    init(_ metric: Metric, _ lines: [ValueLine], everything: ExperimentResult?) {
        self.everything = everything?.arms.first?.row(metric.name).flatMap(DecisionValue.Effect.init)
        (self.metric, self.lines) = (metric, lines)
        let entries = lines.compactMap { $0.value.entry(isShipped: $0.isShipped) }
        let ledger = try? ValueLedger(entries)
        let shipped = lines.filter(\.isShipped)
        claimed = shipped.reduce(0) { $0 + $1.value.claimed }
        measured = shipped.reduce(0) { $0 + ($1.value.measured?.value ?? 0) }
        created = ledger?.created
        confirmed = ledger?.confirmed
    }
}

/// A decision that somebody wanted to look at again.
public struct ValueReview: Sendable {
    /// The decision.
    public let decision: Decision
    /// Whether its day has come.
    public let isDue: Bool
    /// What it claimed, and what was measured and is confirmed by now; `nil` without an experiment.
    public let value: DecisionValue?
    /// Whether it still does what it was meant to do.
    public let drift: Drift
}

/// An experiment with all that is known of it.
public struct ExperimentReading: Sendable {
    /// What it shows.
    public let result: ExperimentResult
    /// Whose experiment it is.
    public let decision: Decision
    /// All that was counted.
    public let counted: Counted
    /// How many people it needs, and how long they take to come; `nil` where too little is known.
    public let plan: DurationPlan?
}

/// What experiments and decisions show.
public struct ReadValue: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// An experiment with its decision, all that was counted and its plan.
    ///
    /// - Throws: `NotFound`.
    public func result(of id: ExperimentID) async throws -> ExperimentReading {
        let now = market.source.now
        return try await market.store.read { transaction in
            let experiment = try Experiments.find(id, in: transaction)
            let counted = try Experiments.counted(id, in: transaction)
            return ExperimentReading(
                result: ExperimentResult(experiment, counted),
                decision: try Decisions.find(experiment.decision, in: transaction), counted: counted,
                plan: try DurationPlan.read(experiment, counted, at: now, in: transaction))
        }
    }

    /// The value ledger, one account a metric.
    public func ledger() async throws -> [ValueAccount] {
        let (lines, everything) = try await market.store.read { transaction in
            let total = try Experiments.everything(in: transaction).map {
                ExperimentResult($0, try Experiments.counted($0.id, in: transaction))
            }
            return (try Self.lines(in: transaction), total)
        }
        let accounts = Dictionary(grouping: lines) { $0.value.metric.name }
        return Metric.all.compactMap { metric in
            accounts[metric.name].map { ValueAccount(metric, $0, everything: everything) }
        }
    }

    /// Decisions that wait for somebody to look again, the one that waits longest first, each measured anew from what holding
    /// people back shows by now.
    public func reviews() async throws -> [ValueReview] {
        let now = market.source.now
        return try await market.store.read { transaction in
            let values = Dictionary(
                try Self.lines(in: transaction).map { ($0.decision.id, $0.value) },
                uniquingKeysWith: { first, _ in first })
            return try Decisions.awaitingReview(in: transaction).map { decision in
                let value = values[decision.id]
                return ValueReview(
                    decision: decision, isDue: decision.isReviewDue(at: now), value: value,
                    drift: value?.drift ?? .unknown)
            }
        }
    }

    private static func lines(in transaction: any Transaction) throws -> [ValueLine] {
        let experiments = try Experiments.started(in: transaction).filter { $0.purpose != .total }
        var order: [DecisionID] = []
        for experiment in experiments where !order.contains(experiment.decision) { order.append(experiment.decision) }
        return try order.compactMap { id in
            let counted = try experiments.filter { $0.decision == id }.map {
                (experiment: $0, counted: try Experiments.counted($0.id, in: transaction))
            }
            guard let value = DecisionValue(counted) else { return nil }
            let decision = try Decisions.find(id, in: transaction)
            let steps = try Decisions.record(of: id, in: transaction).steps
            return ValueLine(decision: decision, value: value, isShipped: steps.contains { $0.event == .ship })
        }
    }
}
