import Allocations
import Decisions
import Experiments
import Feed
import HTTP
import Kernel
import Store

/// Carries out what a decision decides: the one way in which ranking weights, exploration pools and coupons of the platform
/// change for anybody.
public struct ApplyDecision: Sendable {
    private let market: Marketplace
    /// Basis points that are held back from what ships, unless somebody says otherwise.
    public static let usualHoldout = 500

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Ships a decision: its weights come in force for everybody but those who are held back to confirm it.
    ///
    /// - Parameters:
    ///   - holdout: basis points that stay with what was in force before, 100…2,000.
    ///   - note: why.
    /// - Throws: `Forbidden`, `InvalidField`, `NotFound`, `DecisionProblem/notRunning`, `WeightProblem`.
    public func ship(
        _ version: String, for decision: DecisionID, holdout: Int = usualHoldout, note: String, _ command: Command
    ) async throws -> DecisionRecord {
        try command.identity.requireOperator()
        let now = market.source.now
        let record = try await market.store.write { transaction in
            let id = try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                let person = command.identity.person
                try shipWeights(version, for: decision, holdout: holdout, by: person, in: transaction)
                try market.decisions.apply(.ship, to: decision, note: note, by: person, in: transaction)
                return decision
            }
            return try Decisions.record(of: id, in: transaction)
        }
        try await market.reloadArms()
        return record
    }

    /// What a step of a decision means for its experiments, in the transaction of the step and before it.
    ///
    /// Stopping and reviewing end them. Shipping puts the one treatment in force that was tried.
    ///
    /// - Throws: `ExperimentProblem/chooseArm` when several were tried; `NotFound`, `DecisionProblem`, `WeightProblem`.
    func carryOut(
        _ event: DecisionEvent, of decision: DecisionID, by person: PersonID, in transaction: any Transaction
    ) throws {
        let state = try Decisions.find(decision, in: transaction).state
        guard DecisionMachine.next(state, event) != nil, event != .start else { return }
        let running = try Experiments.of(decision, in: transaction).filter { $0.state == .running }
        if event == .ship, let tried = running.first(where: { $0.purpose == .measure }) {
            guard tried.terms.arms.count == 2, running.count == 1 else { throw ExperimentProblem.chooseArm }
            try ship(tried, by: person, in: transaction)
        } else {
            for experiment in running { try market.experiments.end(experiment.id, in: transaction) }
        }
        let market = market
        transaction.afterCommit { Task { try? await market.reloadArms() } }
    }

    /// Puts the one treatment in force that an experiment tried.
    private func ship(_ tried: Experiment, by person: PersonID, in transaction: any Transaction) throws {
        let (treatment, decision) = (tried.terms.arms[1].treatment ?? "", tried.decision)
        switch tried.terms.lever {
        case .rankingWeights:
            try shipWeights(treatment, for: decision, holdout: Self.usualHoldout, by: person, in: transaction)
        case .everything: throw ExperimentProblem.wrongState(tried.state)
        case .explorationPools:
            let proof = try guarded(decision, in: transaction)
            let share = try Feed.explorationShare(treatment)
            let previous = try market.feed.explore(share, by: proof, in: transaction)
            try confirm(tried, instead: "\(previous)", by: proof, person: person, in: transaction)
        case .coupons:
            let proof = try guarded(decision, in: transaction)
            // It goes to those for whom an allocation found it worth its cost; without one nobody would get it.
            guard let coupon = CouponID(treatment), try Self.isAllocated(coupon, in: transaction) else {
                throw ExperimentProblem.notAllocated
            }
            try confirm(tried, instead: Lever.nothing, by: proof, person: person, in: transaction)
        }
    }

    private func guarded(_ decision: DecisionID, in transaction: any Transaction) throws -> RunningDecision {
        let proof = try Decisions.requireRunning(decision, in: transaction)
        try GuardExperience(market: market).ship(decision, proof, in: transaction)
        return proof
    }

    private func confirm(
        _ tried: Experiment, instead previous: String, by proof: RunningDecision, person: PersonID,
        in transaction: any Transaction
    ) throws {
        try market.experiments.end(tried.id, in: transaction)
        try market.experiments.confirm(
            tried.terms.arms[1].treatment ?? "", instead: previous, of: tried.terms.lever, share: Self.usualHoldout,
            like: tried.terms, by: proof, person: person, in: transaction)
    }

    private static func isAllocated(_ coupon: CouponID, in transaction: any Transaction) throws -> Bool {
        try Allocations.list(limit: 100, in: transaction).contains { stored in
            stored.outcome.choices.contains { $0.option == coupon.description && $0.people > 0 }
        }
    }

    private func shipWeights(
        _ version: String, for decision: DecisionID, holdout: Int, by person: PersonID, in transaction: any Transaction
    ) throws {
        let proof = try guarded(decision, in: transaction)
        let previous = try market.feed.putInForce(version, by: proof, in: transaction)
        let own = try Experiments.of(decision, in: transaction)
        for experiment in own where experiment.state == .running {
            try market.experiments.end(experiment.id, in: transaction)
        }
        let measured = own.last { experiment in
            experiment.purpose == .measure && experiment.terms.arms.contains { $0.treatment == version }
        }
        try market.experiments.confirm(
            version, instead: previous, of: .rankingWeights, share: holdout, like: measured?.terms, by: proof,
            person: person, in: transaction)
    }
}
