import Coupons
import Decisions
import Experiments
import Feed
import HTTP
import Kernel
import Store

/// Operators write experiments, start, grow and end them, and register the weights that they try; each command once.
public struct KeepExperiments: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Writes an experiment of a decision as a draft.
    ///
    /// - Throws: `Forbidden`, `InvalidField`, `NotFound`, `WeightProblem`.
    public func draft(
        _ terms: ExperimentTerms, of decision: DecisionID, _ command: Command
    ) async throws -> Experiment {
        try await once(command) { [market] transaction in
            _ = try Decisions.find(decision, in: transaction)
            for treatment in terms.arms.compactMap(\.treatment) {
                try Self.require(treatment, of: terms.lever, decision, in: transaction)
            }
            return try market.experiments.draft(
                terms, of: decision, by: command.identity.person, in: transaction)
        }
    }

    /// Starts an experiment while its decision runs, both seen in one transaction.
    ///
    /// - Throws: `Forbidden`, `NotFound`, `InvalidField`, `DecisionProblem/notRunning`, ``ExperimentProblem``.
    public func start(_ id: ExperimentID, _ command: Command) async throws -> Experiment {
        try await once(command) { [market] transaction in
            let proof = try Self.proof(of: id, in: transaction)
            let lever = try Experiments.find(id, in: transaction).terms.lever
            try market.experiments.start(id, by: proof, inForce: Self.inForce(lever, in: transaction), in: transaction)
            return id
        }
    }

    /// Lets more people in; those who are in stay where they are.
    ///
    /// - Throws: `Forbidden`, `NotFound`, `InvalidField`, `DecisionProblem/notRunning`, ``ExperimentProblem``.
    public func ramp(_ id: ExperimentID, to share: Int, _ command: Command) async throws -> Experiment {
        try await once(command) { [market] transaction in
            let proof = try Self.proof(of: id, in: transaction)
            try market.experiments.ramp(id, to: share, by: proof, in: transaction)
            return id
        }
    }

    /// Ends an experiment. Its decision goes on; everybody gets what is in force.
    ///
    /// - Throws: `Forbidden`, `NotFound`, ``ExperimentProblem/wrongState(_:)``.
    public func end(_ id: ExperimentID, _ command: Command) async throws -> Experiment {
        try await once(command) { [market] transaction in
            try market.experiments.end(id, in: transaction)
            return id
        }
    }

    /// Says what an experiment cost.
    ///
    /// - Throws: `Forbidden`, `NotFound`, `InvalidField`.
    public func setCost(_ cost: ExperimentCost, of id: ExperimentID, _ command: Command) async throws -> Experiment {
        try await once(command) { [market] transaction in
            try market.experiments.setCost(cost, of: id, in: transaction)
            return id
        }
    }

    /// Registers ranking weights, which changes nothing for anybody.
    ///
    /// - Returns: the version.
    /// - Throws: `Forbidden`, `InvalidField`, `WeightProblem/versionTaken(_:)`.
    public func register(weights text: String, _ command: Command) async throws -> String {
        try command.identity.requireOperator()
        let now = market.source.now
        return try await market.store.write { [market] transaction in
            try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try market.feed.register(text, by: command.identity.person, in: transaction)
            }
        }
    }

    /// Whether an arm can get what it names: only what exists, and of coupons only those of the decision itself.
    private static func require(
        _ treatment: String, of lever: Lever, _ decision: DecisionID, in transaction: any Transaction
    ) throws {
        switch lever {
        case .rankingWeights: _ = try Feed.weightSet(treatment, in: transaction)
        case .explorationPools: _ = try Feed.explorationShare(treatment)
        case .everything: throw ExperimentProblem.unknownTreatment(treatment)
        case .coupons:
            guard treatment != Lever.nothing else { return }
            guard let id = CouponID(treatment), try Coupons.decision(of: id, in: transaction) == decision else {
                throw ExperimentProblem.unknownTreatment(treatment)
            }
        }
    }

    private static func inForce(_ lever: Lever, in transaction: any Transaction) throws -> String {
        switch lever {
        case .rankingWeights: try Feed.weightHistory(in: transaction).last?.version ?? Feed.baseline.version
        case .explorationPools: "\(try Feed.exploration(in: transaction)?.value ?? Feed.usualExplorationShare)"
        case .coupons, .everything: Lever.nothing
        }
    }

    private static func proof(of id: ExperimentID, in transaction: any Transaction) throws -> RunningDecision {
        let decision = try Experiments.find(id, in: transaction).decision
        return try Decisions.requireRunning(decision, in: transaction)
    }

    private func once(
        _ command: Command, _ body: @escaping @Sendable (any Transaction) throws -> ExperimentID
    ) async throws -> Experiment {
        try command.identity.requireOperator()
        let now = market.source.now
        let experiment = try await market.store.write { transaction in
            let id = try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try body(transaction)
            }
            return try Experiments.find(id, in: transaction)
        }
        // Whoever asks next is ranked by it already.
        try await market.reloadArms()
        return experiment
    }
}
