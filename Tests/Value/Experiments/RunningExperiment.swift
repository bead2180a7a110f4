import Kernel

@testable import Experiments

extension Experiment {
    /// A running experiment on persons with two equal arms, "without" and "with".
    static func running(
        share: Int = 10_000, leastWorthwhile: Double = 5, _ change: (inout ExperimentTerms) -> Void = { _ in }
    ) -> Experiment {
        var terms = ExperimentTerms(
            name: "t",
            arms: [
                Arm(name: "without", share: 5_000, treatment: "old"), Arm(name: "with", share: 5_000, treatment: "new"),
            ], share: share, leastWorthwhile: leastWorthwhile)
        change(&terms)
        let now = Instant(milliseconds: 0)
        return Experiment(
            id: ExperimentID(rawValue: 1), decision: DecisionID(rawValue: 1), purpose: .measure, terms: terms,
            state: .running, buckets: .all, people: 0, cost: nil, author: PersonID(rawValue: 1), createdAt: now,
            startedAt: now, endedAt: nil)
    }
}
