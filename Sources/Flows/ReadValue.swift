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

    init(_ metric: Metric, _ lines: [ValueLine]) {
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

/// What experiments and decisions show.
public struct ReadValue: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// An experiment with its decision and all that was counted.
    ///
    /// - Throws: `NotFound`.
    public func result(
        of id: ExperimentID
    ) async throws -> (result: ExperimentResult, decision: Decision, counted: Counted) {
        try await market.store.read { transaction in
            let experiment = try Experiments.find(id, in: transaction)
            let counted = try Experiments.counted(id, in: transaction)
            return (
                ExperimentResult(experiment, counted), try Decisions.find(experiment.decision, in: transaction), counted
            )
        }
    }

    /// The value ledger, one account a metric.
    public func ledger() async throws -> [ValueAccount] {
        let lines = try await market.store.read { transaction in try Self.lines(in: transaction) }
        let accounts = Dictionary(grouping: lines) { $0.value.metric.name }
        return Metric.all.compactMap { metric in accounts[metric.name].map { ValueAccount(metric, $0) } }
    }

    private static func lines(in transaction: any Transaction) throws -> [ValueLine] {
        let experiments = try Experiments.started(in: transaction)
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
