import Decisions
import HTTP
import Kernel
import NorthStar
import Store

/// Operators write decisions, start them, and say what became of them; each command once.
public struct KeepDecisions: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Writes a new draft.
    ///
    /// - Throws: `Forbidden`, `InvalidField`.
    public func draft(_ terms: DecisionTerms, _ command: Command) async throws -> DecisionRecord {
        try await once(command) { [self] in
            let id = try market.decisions.draft(terms, by: command.identity.person, in: $0)
            try readTree(for: id, in: $0)
            return id
        }
    }

    /// Rewrites a draft.
    ///
    /// - Throws: `Forbidden`, `InvalidField`, `NotFound`, ``DecisionProblem/frozen``.
    public func revise(_ id: DecisionID, _ terms: DecisionTerms, _ command: Command) async throws -> DecisionRecord {
        try await once(command) { [self] in
            try market.decisions.revise(id, terms, in: $0)
            try readTree(for: id, in: $0)
            return id
        }
    }

    /// Answers a finding of the lint in writing.
    ///
    /// - Throws: `Forbidden`, `InvalidField`, `NotFound`, ``DecisionProblem``.
    public func acknowledge(
        _ mistake: DecisionMistake, in id: DecisionID, reason: String, _ command: Command
    ) async throws -> DecisionRecord {
        try await once(command) { [market] in
            try market.decisions.acknowledge(mistake, in: id, reason: reason, by: command.identity.person, in: $0)
            return id
        }
    }

    /// Starts, stops, ships or reviews a decision, with what that means for its experiments.
    ///
    /// - Throws: `Forbidden`, `InvalidField`, `NotFound`, ``DecisionProblem``, `ExperimentProblem/chooseArm`,
    ///   `WeightProblem`.
    public func apply(
        _ event: DecisionEvent, to id: DecisionID, note: String, _ command: Command
    ) async throws -> DecisionRecord {
        if event == .start {
            try command.identity.requireOperator()
            // Kept also when the start is refused: a slope that was learnt meanwhile has to be seen to be answered.
            try await market.store.write { try readTree(for: id, in: $0) }
        }
        return try await once(command) { [market] in
            try ApplyDecision(market).carryOut(event, of: id, by: command.identity.person, in: $0)
            try market.decisions.apply(event, to: id, note: note, by: command.identity.person, in: $0)
            return id
        }
    }

    /// Adds an amendment beside a frozen claim.
    ///
    /// - Throws: `Forbidden`, `InvalidField`, `NotFound`, ``DecisionProblem/stillDraft``.
    public func amend(
        _ part: DecisionPart, of id: DecisionID, change: String, reason: String, _ command: Command
    ) async throws -> DecisionRecord {
        try await once(command) { [market] in
            try market.decisions.amend(
                part, of: id, change: change, reason: reason, by: command.identity.person, in: $0)
            return id
        }
    }

    /// Notes what the North Star tree knows of the metric, so that the lint reads the tree.
    private func readTree(for id: DecisionID, in transaction: any Transaction) throws {
        let metric = try Decisions.find(id, in: transaction).terms.metric
        let found = try NorthStar.reading(of: metric, in: transaction)
        let reading = found.map { MetricReading(parent: $0.parent?.title.en, slope: $0.slope) } ?? MetricReading()
        try market.decisions.note(reading, of: id, in: transaction)
    }

    private func once(
        _ command: Command, _ body: @escaping @Sendable (any Transaction) throws -> DecisionID
    ) async throws -> DecisionRecord {
        try command.identity.requireOperator()
        let now = market.source.now
        return try await market.store.write { transaction in
            let id = try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try body(transaction)
            }
            return try Decisions.record(of: id, in: transaction)
        }
    }
}
