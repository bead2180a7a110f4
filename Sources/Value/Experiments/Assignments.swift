import Journal
import Kernel

/// Everybody's arms at one moment: what a decision point asks. A value, so that it can be swapped as a whole.
public struct Assignments: Sendable {
    /// What a person gets and what has to be told about it.
    public struct Answer: Sendable, Equatable {
        /// The arm's treatment, in the lever's words; `nil` for what is in force.
        public let treatment: String?
        /// What is to be appended to the journal.
        public let exposure: Exposure
    }

    /// Where a person stands towards a lever.
    public enum Place: Sendable, Equatable {
        /// Held back from every change of the lever.
        case heldOut
        /// In an experiment.
        case arm(Answer)
        /// In none: what is in force.
        case outside
    }

    let key: AssignmentKey
    private let holdouts: [String: Holdout]
    private let experiments: [Lever: [Experiment]]
    private var kept: [ExperimentID: [PersonID: Int]]

    /// - Parameters:
    ///   - holdouts: `global` and one for each programme.
    ///   - experiments: the running ones.
    ///   - kept: the arms that persons keep from their time as visitors.
    public init(
        key: AssignmentKey, holdouts: [Holdout], experiments: [Experiment],
        kept: [ExperimentID: [PersonID: Int]] = [:]
    ) {
        (self.key, self.kept) = (key, kept)
        self.holdouts = Dictionary(holdouts.map { ($0.name, $0) }) { first, _ in first }
        // Experiments that measure come first: whoever is in none of them can confirm what was shipped.
        self.experiments = Dictionary(grouping: experiments.filter { $0.state == .running }) { $0.terms.lever }
            .mapValues { found in
                found.filter { $0.purpose == .measure } + found.filter { $0.purpose != .measure }
            }
    }

    /// Adds arms that persons keep.
    mutating func keep(_ facts: [AssignmentKept]) {
        for fact in facts { kept[fact.experiment, default: [:]][fact.person] = fact.arm }
    }

    /// The running experiments of a lever.
    public func experiments(of lever: Lever) -> [Experiment] { experiments[lever] ?? [] }

    /// Where `person` stands towards `lever` at `now`. Costs at most five hashes.
    public func place(of person: PersonID, lever: Lever, at now: Instant) -> Place {
        if !kept.isEmpty, let running = experiments[lever],
            let own = running.first(where: { kept[$0.id]?[person] != nil })
        {
            return .arm(answer(own, person, now))
        }
        if isHeldOutOfAll(person) || holdouts[lever.programme]?.contains(person, key) == true { return .heldOut }
        guard let running = experiments[lever] else { return .outside }
        let bucket = key.bucket("layer/\(lever.layer)", person.rawValue)
        for experiment in running where experiment.purpose == .confirm || experiment.buckets.contains(bucket) {
            return .arm(answer(experiment, person, now))
        }
        return .outside
    }

    /// Whether somebody is held out of everything; who was as a visitor stays so.
    func isHeldOutOfAll(_ person: PersonID) -> Bool {
        if let total = experiments[.everything]?.first, let arm = kept[total.id]?[person] { return arm == 0 }
        return holdouts["global"]?.contains(person, key) == true
    }

    /// The arm of a person who is in `experiment`.
    public func arm(of person: PersonID, in experiment: Experiment, at now: Instant) -> Int {
        if experiment.terms.design == .persons, let own = kept[experiment.id]?[person] { return own }
        let point =
            switch experiment.terms.design {
            case .persons: key.bucket("arm/\(experiment.id)", person.rawValue)
            // The part that is left out belongs to its window: it is the time in which the arms change over.
            case .switchback(let window, _):
                key.bucket("window/\(experiment.id)", UInt128(now.milliseconds / (Int64(window) * 60_000)))
            }
        var end = 0
        for (index, arm) in experiment.terms.arms.enumerated() {
            end += arm.share
            if point < end { return index }
        }
        return 0
    }

    private func answer(_ experiment: Experiment, _ person: PersonID, _ now: Instant) -> Answer {
        let number = arm(of: person, in: experiment, at: now)
        let arm = experiment.terms.arms[number]
        return Answer(
            treatment: arm.treatment,
            exposure: Exposure(
                experiment: experiment.id, arm: number, person: person, time: now,
                propensity: Double(arm.share) / Double(BucketSet.size), isGhost: number == 0))
    }
}
