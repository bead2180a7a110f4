import Decisions
import Experiments
import Flows
import HTTP
import Kernel

/// Two experiments on everybody, so that the feed's cost with and without them can be told.
struct BenchExperiments {
    let market: Marketplace

    private var command: Command {
        Command(by: Identity(person: PersonID(rawValue: 1), proof: .visitor, roles: [.operator], name: "Bench"))
    }

    /// Starts one on ranking weights and one on exploration; everybody is compared with the global holdout besides.
    ///
    /// - Returns: their decision, to be stopped.
    func start() async throws -> DecisionID {
        let version = "bench-\(market.source.secret(bytes: 4))"
        _ = try await KeepExperiments(market).register(weights: "version = \(version)\nfreshness = 0.4", command)
        let decision = try await market.store.write { [market] transaction in
            let now = market.source.now
            var terms = DecisionTerms.example
            (terms.startsAt, terms.endsAt, terms.reviewAt) = (now, now + .days(30), now + .days(60))
            let id = try market.decisions.draft(terms, by: PersonID(rawValue: 1), in: transaction)
            try market.decisions.apply(.start, to: id, note: "bench", by: PersonID(rawValue: 1), in: transaction)
            return id
        }
        for (lever, treatment) in [(Lever.rankingWeights, version), (.explorationPools, "800")] {
            let terms = ExperimentTerms(
                name: "Bench", lever: lever,
                arms: [
                    Arm(name: "as now", share: 5_000, treatment: nil),
                    Arm(name: "other", share: 5_000, treatment: treatment),
                ], share: 10_000, leastWorthwhile: 1)
            let drafted = try await KeepExperiments(market).draft(terms, of: decision, command)
            _ = try await KeepExperiments(market).start(drafted.id, command)
        }
        return decision
    }

    func stop(_ decision: DecisionID) async throws {
        _ = try await KeepDecisions(market).apply(.stop, to: decision, note: "bench", command)
    }
}
