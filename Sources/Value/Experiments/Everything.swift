import Inference
import Journal
import Kernel
import Store

/// What all decisions did together: whoever is held out of everything against everybody else. It begins with the first
/// experiment and begins anew when the global holdout is resized, since other people are held out then.
extension Experiments {
    /// Begins it, unless it runs already or nobody is held out.
    func watchEverything(
        for decision: DecisionID, by person: PersonID, in transaction: any Transaction
    ) throws {
        let share = try Self.holdouts(in: transaction).first { $0.name == "global" }?.share ?? 0
        let runs = try Self.running(in: transaction).contains { $0.purpose == .total }
        guard share > 0, !runs else { return }
        let arms = [
            Arm(name: "held out", share: share, treatment: Lever.nothing),
            Arm(name: "everybody else", share: BucketSet.size - share, treatment: "everything"),
        ]
        let terms = ExperimentTerms(
            name: "Everything", lever: .everything, arms: arms, share: BucketSet.size, leastWorthwhile: 1)
        let id = try insert(try terms.checked(), of: decision, .total, by: person, in: transaction)
        try begin(id, terms, .all, in: transaction)
    }

    /// Other people are held out from now on.
    func watchAnew(by running: RunningDecision, person: PersonID, in transaction: any Transaction) throws {
        for experiment in try Self.running(in: transaction) where experiment.purpose == .total {
            try end(experiment.id, in: transaction)
        }
        try watchEverything(for: running.id, by: person, in: transaction)
    }

    /// The latest comparison of everybody with the global holdout; `nil` before the first experiment.
    public static func everything(in transaction: any Transaction) throws -> Experiment? {
        try transaction.row(
            """
            SELECT * FROM experiments WHERE purpose = \(ExperimentPurpose.total.rawValue) AND started_at IS NOT NULL
            ORDER BY started_at DESC, id DESC LIMIT 1
            """
        ).map(Experiment.init)
    }
}

extension Assignments {
    /// Where a person stands towards everything that was ever decided, when that is watched.
    public func exposureToEverything(of person: PersonID, at now: Instant) -> Exposure? {
        guard let total = experiments(of: .everything).first else { return nil }
        let arm = isHeldOutOfAll(person) ? 0 : 1
        return Exposure(
            experiment: total.id, arm: arm, person: person, time: now,
            propensity: Double(total.terms.arms[arm].share) / Double(BucketSet.size), isGhost: arm == 0)
    }
}
