import Experiments
import Feed
import Journal
import Kernel
import Matching
import Store
import Synchronization

/// Which weights rank for whom: the feed asks this for every ranking, and it answers from memory.
///
/// What it knows is swapped as a whole whenever an experiment starts, grows or ends on any node. Without experiments and with
/// nothing in force it costs one lock.
public final class RankingArms: Sendable {
    /// What holds at one moment.
    private struct Standing {
        let assignments: Assignments
        let sets: [String: RankingWeights]
        let inForce: RankingWeights?
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
        let versions = Set(
            assignments.experiments(of: .rankingWeights).flatMap(\.terms.arms).compactMap(\.treatment))
        let (sets, inForce) = try await store.read { transaction in
            let current = try Feed.weightHistory(in: transaction).last?.version
            var sets: [String: RankingWeights] = [:]
            for version in versions { sets[version] = try Feed.weightSet(version, in: transaction) }
            return (sets, try current.map { try Feed.weightSet($0, in: transaction) })
        }
        let isIdle = sets.isEmpty && inForce == nil
        let fresh = isIdle ? nil : Standing(assignments: assignments, sets: sets, inForce: inForce)
        standing.withLock { $0 = fresh }
    }

    /// Follows what other nodes start and end until cancelled.
    public func run(_ journal: Journal) async {
        await journal.tail(after: .start, topics: [ExperimentChanged.topic, HoldoutResized.topic]) { [self] _, _ in
            try await load()
        }
    }

    /// The weights of a person, and the exposure to be told when this is the first time today that they meet their arm.
    @Sendable
    public func weights(for person: PersonID, at now: Instant) -> PersonalWeights {
        guard let standing = standing.withLock({ $0 }) else { return PersonalWeights(weights: nil) }
        switch standing.assignments.place(of: person, lever: .rankingWeights, at: now) {
        case .heldOut: return PersonalWeights(weights: nil)
        case .outside: return PersonalWeights(weights: standing.inForce)
        case .arm(let answer):
            let weights = answer.treatment.flatMap { standing.sets[$0] } ?? standing.inForce
            return PersonalWeights(weights: weights, exposures: exposures(answer, standing, now))
        }
    }

    private func exposures(_ answer: Assignments.Answer, _ standing: Standing, _ now: Instant) -> [Exposure] {
        let exposure = answer.exposure
        let experiment = standing.assignments.experiments(of: .rankingWeights).first { $0.id == exposure.experiment }
        guard let experiment, let period = experiment.terms.design.period(of: now) else { return [] }
        return told.isNew(exposure, period: period) ? [exposure] : []
    }
}

/// Who was told of already, so that a person's later slates cost nothing. Forgetting is harmless: the follower counts a
/// person's first exposure only.
private final class ToldExposures: Sendable {
    private struct Key: Hashable {
        let experiment: ExperimentID
        let period: Int64
        let day: Int64
    }

    private struct State {
        var people: [Key: Set<PersonID>] = [:]
        var count = 0
    }

    private let state = Mutex(State())
    private static let limit = 500_000

    func isNew(_ exposure: Exposure, period: Int64) -> Bool {
        let day = exposure.time.milliseconds / 86_400_000
        let key = Key(experiment: exposure.experiment, period: period, day: day)
        return state.withLock { state in
            if state.count >= Self.limit { state = State() }
            let isNew = state.people[key, default: []].insert(exposure.person).inserted
            if isNew { state.count += 1 }
            return isNew
        }
    }
}
