import Foundation
import Journal
import Kernel
import Store
import Synchronization

/// Experiments: who gets what, who met it, and what came of it.
///
/// Assignment is a keyed hash and is never stored. Decision points ask ``assignments`` (memory only) and append an
/// ``Exposure``; ``follower`` turns exposures and outcomes into cells of moments, each fact once in effect. Whatever starts
/// or ships takes a ``RunningDecision``, which only the room of decisions can make.
public final class Experiments: Sendable {
    let store: any Store
    let journal: Journal
    let source: Source
    private let current = Mutex<Assignments?>(nil)

    /// The room on a store and a journal.
    public init(store: any Store, journal: Journal, source: Source) {
        self.store = store
        self.journal = journal
        self.source = source
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "experiments", number: 1, file: PackageResources._001_experiments_sql),
        Migration(room: "experiments", number: 2, file: PackageResources._002_holdout_changes_sql),
        Migration(room: "experiments", number: 3, file: PackageResources._003_levers_and_history_sql),
        Migration(room: "experiments", number: 4, file: PackageResources._004_kept_assignments_sql),
        Migration(room: "experiments", number: 5, file: PackageResources._005_segments_sql),
    ]

    // MARK: What is kept in memory

    /// Who gets what now; `nil` before ``load()``.
    public var assignments: Assignments? { current.withLock { $0 } }

    /// Reads who gets what, and swaps it in as a whole. At start, and whenever ``ExperimentChanged`` is told.
    ///
    /// The first call of all draws the key.
    public func load() async throws {
        let drawn = source.secret(bytes: 32)
        let secret = try await store.write { transaction in
            try transaction.run(
                "INSERT INTO experiment_secret (id, secret) VALUES (1, \(drawn)) ON CONFLICT (id) DO NOTHING")
            return try transaction.value("SELECT secret FROM experiment_secret WHERE id = 1", as: String.self)
        }
        guard let secret else { return }
        let (holdouts, running, kept) = try await store.read { transaction in
            (
                try Self.holdouts(in: transaction), try Self.running(in: transaction), try Self.kept(in: transaction)
            )
        }
        let fresh = Assignments(
            key: AssignmentKey(secret: secret), holdouts: holdouts, experiments: running, kept: kept)
        current.withLock { $0 = fresh }
    }

    /// Adds arms that persons keep, without reading everything again.
    public func adopt(_ facts: [AssignmentKept]) {
        current.withLock { $0?.keep(facts) }
    }

    // MARK: Commands

    /// Writes an experiment of a decision as a draft.
    ///
    /// - Throws: `InvalidField`.
    public func draft(
        _ terms: ExperimentTerms, of decision: DecisionID, by person: PersonID, in transaction: any Transaction
    ) throws -> ExperimentID {
        try insert(try terms.checked(), of: decision, .measure, by: person, in: transaction)
    }

    /// Starts a draft: takes its buckets, and pins what control gets to what is in force now, so that a decision shipped
    /// meanwhile changes neither arm.
    ///
    /// - Parameters:
    ///   - running: that of the experiment's own decision.
    ///   - inForce: the treatment that everybody gets at present.
    /// - Throws: `NotFound`, ``ExperimentProblem``.
    public func start(
        _ id: ExperimentID, by running: RunningDecision, inForce: String, in transaction: any Transaction
    ) throws {
        let found = try Self.find(id, in: transaction)
        guard found.decision == running.id else { throw NotFound("experiment of this decision") }
        guard found.state == .draft else { throw ExperimentProblem.wrongState(found.state) }
        var terms = found.terms
        for index in terms.arms.indices where terms.arms[index].treatment == nil {
            terms.arms[index].treatment = inForce
        }
        guard Set(terms.arms.map(\.treatment)).count == terms.arms.count else {
            throw InvalidField("arms", "must differ from what is in force.", zh: "处理组须与现行版本不同。")
        }
        let buckets = try take(terms.share, for: found, in: transaction)
        try begin(id, terms, buckets, in: transaction)
    }

    /// Lets more people in. Nobody who is assigned moves.
    ///
    /// - Parameter share: basis points of all people.
    /// - Throws: `NotFound`, `InvalidField`, ``ExperimentProblem``.
    public func ramp(
        _ id: ExperimentID, to share: Int, by running: RunningDecision, in transaction: any Transaction
    ) throws {
        guard (1...BucketSet.size).contains(share) else {
            throw InvalidField("share", "must be 1–10000 basis points.", zh: "须为 1–10000 个基点。")
        }
        let found = try Self.find(id, in: transaction)
        guard found.decision == running.id else { throw NotFound("experiment of this decision") }
        guard found.state == .running, found.purpose == .measure else {
            throw ExperimentProblem.wrongState(found.state)
        }
        guard share >= found.buckets.count else { throw ExperimentProblem.shrinking }
        let buckets = try take(share, for: found, in: transaction)
        let changed = try transaction.run(
            """
            UPDATE experiments SET buckets = \(try Self.text(of: buckets))
            WHERE id = \(id) AND state = \(ExperimentState.running.rawValue)
            """)
        guard changed == 1 else { throw StoreError.contention }
        try tell(id, in: transaction)
    }

    /// Ends an experiment; what was counted stays.
    ///
    /// - Throws: `NotFound`, ``ExperimentProblem/wrongState(_:)``.
    public func end(_ id: ExperimentID, in transaction: any Transaction) throws {
        let ended = try transaction.run(
            """
            UPDATE experiments SET state = \(ExperimentState.ended.rawValue), ended_at = \(source.now)
            WHERE id = \(id) AND state = \(ExperimentState.running.rawValue)
            """)
        guard ended == 1 else {
            throw ExperimentProblem.wrongState(try Self.find(id, in: transaction).state)
        }
        try tell(id, in: transaction)
    }

    /// Begins to confirm what was shipped: some people stay with what was in force before.
    ///
    /// A confirmation of the same lever that runs already ends: people can be held back from one thing at a time.
    ///
    /// - Parameters:
    ///   - share: basis points that are held back, 100…2,000.
    ///   - terms: those of the experiment that measured it, if one did.
    /// - Throws: `InvalidField`.
    public func confirm(
        _ treatment: String, instead previous: String, of lever: Lever, share: Int, like terms: ExperimentTerms?,
        by running: RunningDecision, person: PersonID, in transaction: any Transaction
    ) throws {
        guard (100...2_000).contains(share) else {
            throw InvalidField("holdout", "must be 100–2000 basis points.", zh: "须为 100–2000 个基点。")
        }
        for other in try Self.running(in: transaction)
        where other.purpose == .confirm && other.terms.lever == lever {
            try end(other.id, in: transaction)
        }
        let arms = [
            Arm(name: "held back", share: share, treatment: previous),
            Arm(name: "shipped", share: BucketSet.size - share, treatment: treatment),
        ]
        var own = ExperimentTerms(
            name: terms?.name ?? treatment, lever: lever, arms: arms, share: BucketSet.size,
            leastWorthwhile: terms?.leastWorthwhile ?? 1)
        if let terms { (own.primary, own.toleratedHarm) = (terms.primary, terms.toleratedHarm) }
        let id = try insert(try own.checked(), of: running.id, .confirm, by: person, in: transaction)
        try begin(id, own, .all, in: transaction)
    }

    /// Says what an experiment cost, so that the cost of what it created can be told.
    ///
    /// - Throws: `NotFound`, `InvalidField`.
    public func setCost(_ cost: ExperimentCost, of id: ExperimentID, in transaction: any Transaction) throws {
        guard cost.amount >= 0 else { throw InvalidField("amount", "must not be negative.", zh: "不能为负数。") }
        let changed = try transaction.run(
            "UPDATE experiments SET cost = \(cost.amount), currency = \(cost.currency) WHERE id = \(id)")
        guard changed == 1 else { throw NotFound("experiment") }
    }

    // MARK: How

    func insert(
        _ terms: ExperimentTerms, of decision: DecisionID, _ purpose: ExperimentPurpose, by person: PersonID,
        in transaction: any Transaction
    ) throws -> ExperimentID {
        let id = source.identifier(ExperimentKind.self)
        try transaction.send(
            """
            INSERT INTO experiments (id, decision, purpose, layer, terms, state, buckets, author, created_at)
            VALUES (\(id), \(decision), \(purpose.rawValue), \(terms.lever.layer), \(try Self.text(of: terms)),
                \(ExperimentState.draft.rawValue), \(try Self.text(of: BucketSet())), \(person), \(source.now))
            """)
        return id
    }

    func begin(
        _ id: ExperimentID, _ terms: ExperimentTerms, _ buckets: BucketSet, in transaction: any Transaction
    ) throws {
        var terms = terms
        terms.expectedPeople = try Self.expectedPeople(buckets.count, at: source.now, in: transaction)
        let started = try transaction.run(
            """
            UPDATE experiments SET state = \(ExperimentState.running.rawValue), terms = \(try Self.text(of: terms)),
                buckets = \(try Self.text(of: buckets)), started_at = \(source.now)
            WHERE id = \(id) AND state = \(ExperimentState.draft.rawValue)
            """)
        guard started == 1 else { throw StoreError.contention }
        try tell(id, in: transaction)
        let experiment = try Self.find(id, in: transaction)
        guard experiment.purpose != .total else { return }
        try watchEverything(for: experiment.decision, by: experiment.author, in: transaction)
    }

    /// How many people of a share, in basis points, may come in the first weeks: as many as were active in the last four,
    /// and no fewer than it takes for a mean to be nearly normal.
    static func expectedPeople(_ share: Int, at now: Instant, in transaction: any Transaction) throws -> Int {
        let week = History.week(of: now) - History.weeks
        let active = try transaction.value(
            "SELECT COUNT(*) FROM experiment_history WHERE week >= \(week)", as: Int.self)
        guard let active, active > 0 else { return expectedAtFirst }
        return max(fewestExpected, active * share / BucketSet.size)
    }

    /// Of whom nothing is known yet.
    private static let expectedAtFirst = 2_000
    private static let fewestExpected = 500

    private func take(
        _ share: Int, for experiment: Experiment, in transaction: any Transaction
    ) throws -> BucketSet {
        let layer = experiment.terms.lever.layer
        let seen = try transaction.value("SELECT version FROM experiment_layers WHERE name = \(layer)", as: Int64.self)
        guard let seen else { throw NotFound("layer") }
        let others = try Self.running(in: transaction)
            .filter { $0.terms.lever.layer == layer && $0.purpose == .measure && $0.id != experiment.id }
            .map(\.buckets)
        guard let buckets = experiment.buckets.grown(to: share, besides: others) else {
            throw ExperimentProblem.layerFull(left: BucketSet.size - others.reduce(0) { $0 + $1.count })
        }
        let taken = try transaction.run(
            "UPDATE experiment_layers SET version = \(seen + 1) WHERE name = \(layer) AND version = \(seen)")
        guard taken == 1 else { throw StoreError.contention }
        return buckets
    }

    private func tell(_ id: ExperimentID, in transaction: any Transaction) throws {
        let state = try Self.find(id, in: transaction).state
        try journal.append(ExperimentChanged(id: id, state: state), at: source.now, in: transaction)
    }

    static func text(of value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

/// An experiment started, grew or ended: whoever keeps assignments in memory reads them again.
public struct ExperimentChanged: FactContent {
    public static let topic = "value.experiment_changed"
    /// The experiment.
    public let id: ExperimentID
    /// Where it stands now.
    public let state: ExperimentState
    public var key: String { id.description }
}
