import Allocations
import Experiments
import Feed
import Journal
import Kernel
import Matching
import Store
import Synchronization

/// Which weights rank for whom, and how much of their feed explores: the feed asks this for every ranking, and it answers
/// from memory.
///
/// What it knows is swapped as a whole whenever an experiment starts, grows or ends on any node. Without experiments and with
/// nothing in force it costs one lock.
public final class RankingArms: Sendable {
    /// What holds at one moment.
    private struct Standing {
        var assignments: Assignments
        var sets: [String: RankingWeights] = [:]
        var inForce: RankingWeights?
        var exploration: Int?

        var isIdle: Bool {
            sets.isEmpty && inForce == nil && exploration == nil
                && assignments.experiments(of: .explorationPools).isEmpty
                && assignments.experiments(of: .everything).isEmpty
        }
    }

    private let experiments: Experiments
    private let store: any Store
    private let standing = Mutex<Standing?>(nil)
    private let told = ToldExposures()

    init(experiments: Experiments, store: any Store) { (self.experiments, self.store) = (experiments, store) }

    /// Reads what holds now. At start, after a command of this node, and when the journal tells of one of another.
    public func load() async throws {
        try await experiments.load()
        guard let assignments = experiments.assignments else { return }
        let fresh = try await store.read { try Self.standing(assignments, in: $0) }
        standing.withLock { $0 = fresh.isIdle ? nil : fresh }
    }

    /// Takes other assignments; what is in force stays.
    func adopt(_ assignments: Assignments?) {
        guard let assignments else { return }
        standing.withLock { $0?.assignments = assignments }
    }

    private static func standing(_ assignments: Assignments, in transaction: any Transaction) throws -> Standing {
        var standing = Standing(assignments: assignments)
        standing.exploration = try Feed.exploration(in: transaction)?.value
        let price = try pricing(in: transaction)
        let versions = assignments.experiments(of: .rankingWeights).flatMap(\.terms.arms).compactMap(\.treatment)
        for version in Set(versions) {
            let weights = try Feed.weightSet(version, in: transaction)
            standing.sets[version] = price?(weights) ?? weights
        }
        if let current = try Feed.weightHistory(in: transaction).last?.version {
            let weights = try Feed.weightSet(current, in: transaction)
            standing.inForce = price?(weights) ?? weights
        } else if let price {
            standing.inForce = price(Feed.baseline)
        }
        return standing
    }

    /// What the published prices make of a weight set: the same in every arm. `nil` without rates or without prices.
    private static func pricing(
        in transaction: any Transaction
    ) throws -> ((RankingWeights) -> RankingWeights)? {
        guard let rates = try Feed.exchangeRates(in: transaction),
            let prices = try Allocations.prices(in: transaction).first(where: { $0.currency == rates.value.currency })
        else { return nil }
        let name = "rates-\(rates.position).\(prices.allocation.description.suffix(6))"
        return {
            rates.value.priced($0, money: prices.money, experience: prices.experience, name: name)
        }
    }

    /// The weights of a person, and the exposures to be told when this is the first time today that they meet their arms.
    @Sendable
    public func weights(for person: PersonID, at now: Instant) -> PersonalWeights {
        guard let standing = standing.withLock({ $0 }) else { return PersonalWeights(weights: nil) }
        var exposures: [Exposure] = []
        func answer(_ lever: Lever) -> (treatment: String?, isHeldOut: Bool) {
            switch standing.assignments.place(of: person, lever: lever, at: now) {
            case .heldOut: return (nil, true)
            case .outside: return (nil, false)
            case .arm(let answer):
                let experiments = standing.assignments.experiments(of: lever)
                if let exposure = told.first(answer.exposure, in: experiments) { exposures.append(exposure) }
                return (answer.treatment, false)
            }
        }
        let (ranking, pools) = (answer(.rankingWeights), answer(.explorationPools))
        if let everything = standing.assignments.exposureToEverything(of: person, at: now),
            let exposure = told.first(everything, in: standing.assignments.experiments(of: .everything))
        {
            exposures.append(exposure)
        }
        return PersonalWeights(
            weights: ranking.isHeldOut ? nil : ranking.treatment.flatMap { standing.sets[$0] } ?? standing.inForce,
            exploration: pools.isHeldOut ? nil : pools.treatment.flatMap { Int($0) } ?? standing.exploration,
            exposures: exposures)
    }
}
