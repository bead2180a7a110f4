import Allocations
import Decisions
import Experiments
import Feed
import HTTP
import Inference
import Kernel
import Store

/// What stands for allocation: the budget of experience, what was spent of it, holdouts, and the latest allocations.
public struct AllocationDesk: Sendable {
    /// The budget that holds now, if one does.
    public let budget: StoredBudget?
    /// What was spent of it, newest first.
    public let spending: [ExperienceSpending]
    /// How many people are held out of what.
    public let holdouts: [Holdout]
    /// How that was changed, newest first.
    public let changes: [HoldoutChange]
    /// Newest first.
    public let allocations: [StoredAllocation]
    /// λ and μ that hold now.
    public let prices: [PublishedPrices]
    /// By what ranking turns them into weights.
    public let rates: InForce<ExchangeRates>?
    /// The share of slots that exploration may take, in basis points.
    public let exploration: Int
}

/// Operators size holdouts, set the experience budget and allocate, each in the name of a running decision, each once.
public struct KeepAllocations: Sendable {
    let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// What stands.
    public func desk() async throws -> AllocationDesk {
        let now = market.source.now
        return try await market.store.read { transaction in
            let budget = try Allocations.budget(at: now, in: transaction)
            return AllocationDesk(
                budget: budget, spending: try budget.map { try Allocations.spending(of: $0.id, in: transaction) } ?? [],
                holdouts: try Experiments.holdouts(in: transaction),
                changes: try Experiments.holdoutChanges(in: transaction),
                allocations: try Allocations.list(limit: 50, in: transaction),
                prices: try Allocations.prices(in: transaction),
                rates: try Feed.exchangeRates(in: transaction),
                exploration: try Feed.exploration(in: transaction)?.value ?? Feed.usualExplorationShare)
        }
    }

    /// An allocation.
    ///
    /// - Throws: `NotFound`.
    public func allocation(_ id: AllocationID) async throws -> StoredAllocation {
        try await market.store.read { try Allocations.find(id, in: $0) }
    }

    /// Changes how many people are held out of something.
    ///
    /// - Throws: `Forbidden`, `NotFound`, `InvalidField`, `DecisionProblem/notRunning`.
    public func resizeHoldout(_ name: String, to share: Int, for decision: DecisionID, _ command: Command) async throws
    {
        try await once(command, decision) { market, proof, person, transaction in
            try market.experiments.resizeHoldout(name, to: share, by: proof, person: person, in: transaction)
            return decision.description
        }
        try await market.reloadArms()
    }

    /// Sets how many points of the North Star may be given up in a time.
    ///
    /// - Throws: `Forbidden`, `NotFound`, `InvalidField`, `DecisionProblem/notRunning`.
    public func setBudget(
        _ allowance: Double, from start: Instant, until end: Instant, for decision: DecisionID, _ command: Command
    ) async throws {
        try await once(command, decision) { market, proof, person, transaction in
            "\(try market.allocations.setBudget(allowance, from: start, until: end, by: proof, person: person, in: transaction))"
        }
    }

    /// Sets what dissatisfaction costs beside a like, so that ranking weighs it by the published prices.
    ///
    /// - Throws: `Forbidden`, `NotFound`, `InvalidField`, `DecisionProblem/notRunning`.
    public func setRates(_ rates: ExchangeRates, for decision: DecisionID, _ command: Command) async throws {
        try await once(command, decision) { market, proof, _, transaction in
            try market.feed.exchange(at: rates, by: proof, in: transaction)
            return decision.description
        }
        try await market.reloadArms()
    }

    /// Allocates. An estimate that names an experiment is measured there, per person and against its control.
    ///
    /// - Parameter measured: by group and option, the experiment whose first treatment is the option.
    /// - Throws: `Forbidden`, `NotFound`, `InvalidField`, `DecisionProblem/notRunning`, `AllocationProblem`.
    public func allocate(
        _ request: AllocationRequest, measured: [MeasuredOption] = [], for decision: DecisionID, _ command: Command
    ) async throws -> StoredAllocation {
        let text = try await once(command, decision) { market, proof, person, transaction in
            let filled = try Self.fill(request, measured, in: transaction)
            return try market.allocations.allocate(filled, by: proof, person: person, in: transaction).description
        }
        try await market.reloadArms()
        guard let id = AllocationID(text) else { throw NotFound("allocation") }
        return try await allocation(id)
    }

    /// An option whose value is taken from an experiment.
    public struct MeasuredOption: Sendable {
        let group: String
        let option: String
        let experiment: ExperimentID

        /// An option of a group.
        public init(group: String, option: String, experiment: ExperimentID) {
            (self.group, self.option, self.experiment) = (group, option, experiment)
        }
    }

    private static func fill(
        _ request: AllocationRequest, _ measured: [MeasuredOption], in transaction: any Transaction
    ) throws -> AllocationRequest {
        var request = request
        guard !measured.isEmpty else {
            request.margin = nil
            return request
        }
        guard let margin = request.margin else {
            throw InvalidField(
                "margin",
                "is needed where an experiment measured what people paid: the share left after goods "
                    + "and delivery.",
                zh: "价值取自实验测得的支付金额时必填：扣除货品与物流成本后剩余的比例。")
        }
        let share = Double(margin.value) / 10_000
        for entry in measured {
            guard let group = request.groups.firstIndex(where: { $0.name == entry.group }),
                let option = request.groups[group].options.firstIndex(where: { $0.option == entry.option })
            else { continue }
            let experiment = try Experiments.find(entry.experiment, in: transaction)
            let result = ExperimentResult(experiment, try Experiments.counted(entry.experiment, in: transaction))
            guard let comparison = result.arms.first?.row(.paidValue)?.comparison else {
                throw InvalidField("experiment", "has measured no paid value yet.", zh: "该实验尚未测得支付金额。")
            }
            request.groups[group].options[option].value = comparison.effect * share
            request.groups[group].options[option].valueError = comparison.standardError * share
        }
        return request
    }

    @discardableResult
    func once(
        _ command: Command, _ decision: DecisionID,
        _ body: @escaping @Sendable (Marketplace, RunningDecision, PersonID, any Transaction) throws -> String
    ) async throws -> String {
        try command.identity.requireOperator()
        let now = market.source.now
        return try await market.store.write { [market] transaction in
            try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                let proof = try Decisions.requireRunning(decision, in: transaction)
                return try body(market, proof, command.identity.person, transaction)
            }
        }
    }
}

/// A decision whose measured effect on the global NPS may take the experience below what is left to spend doesn't ship.
struct GuardExperience {
    let market: Marketplace

    /// Spends what shipping may cost. Where nothing was measured, or no budget holds, nothing is spent.
    ///
    /// - Throws: `AllocationProblem/budgetSpent(bound:left:)`.
    func ship(_ decision: DecisionID, _ proof: RunningDecision, in transaction: any Transaction) throws {
        guard try Allocations.budget(at: market.source.now, in: transaction) != nil else { return }
        let experiments = try Experiments.of(decision, in: transaction)
        guard let measured = experiments.last(where: { $0.purpose == .measure && $0.startedAt != nil }) else { return }
        let arms = try ReadExperience.arms(of: measured, in: transaction)
        guard let effect = arms.dropFirst().compactMap(\.interval).first else { return }
        try market.allocations.spend(effect, for: measured.terms.name, by: proof, in: transaction)
    }
}
