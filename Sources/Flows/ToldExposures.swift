import Experiments
import Journal
import Kernel
import Synchronization

/// Who was told of already, so that meeting a decision point again costs nothing. Forgetting is harmless: the follower counts
/// a person's first exposure only.
final class ToldExposures: Sendable {
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

    /// The exposure, when it is the first today and its moment counts; else nothing.
    func first(_ exposure: Exposure, in experiments: [Experiment]) -> Exposure? {
        let experiment = experiments.first { $0.id == exposure.experiment }
        guard let experiment, let period = experiment.terms.design.period(of: exposure.time) else { return nil }
        return isNew(exposure, period: period) ? exposure : nil
    }

    private func isNew(_ exposure: Exposure, period: Int64) -> Bool {
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
