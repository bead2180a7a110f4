import Journal
import Kernel
import Store

/// Somebody changed how many people are held out of something.
public struct HoldoutChange: Sendable, Hashable {
    /// The holdout.
    public let name: String
    /// Basis points since then.
    public let share: Int
    /// In the name of which decision.
    public let decision: DecisionID
    /// When.
    public let changedAt: Instant
}

extension Experiments {
    /// Changes the size of a holdout. The draw is nested: a larger one keeps everybody who is in it, a smaller one lets the
    /// last ones go and moves nobody else.
    ///
    /// - Parameters:
    ///   - name: `global` or a programme's.
    ///   - share: basis points of all people, 0…1,000.
    /// - Throws: `NotFound`, `InvalidField`.
    public func resizeHoldout(
        _ name: String, to share: Int, by running: RunningDecision, person: PersonID, in transaction: any Transaction
    ) throws {
        guard (0...1_000).contains(share) else {
            throw InvalidField("share", "must be 0–1000 basis points.", zh: "须为 0–1000 个基点。")
        }
        let resized = try transaction.run("UPDATE experiment_holdouts SET share = \(share) WHERE name = \(name)")
        guard resized == 1 else { throw NotFound("holdout") }
        try transaction.send(
            """
            INSERT INTO experiment_holdout_changes (name, position, share, decision, person, changed_at)
            SELECT \(name), COUNT(*) + 1, \(share), \(running.id), \(person), \(source.now)
            FROM experiment_holdout_changes WHERE name = \(name)
            """)
        if name == "global" { try watchAnew(by: running, person: person, in: transaction) }
        try journal.append(HoldoutResized(name: name, share: share), at: source.now, in: transaction)
    }

    /// How holdouts were changed, newest first.
    public static func holdoutChanges(in transaction: any Transaction) throws -> [HoldoutChange] {
        try transaction.rows(
            """
            SELECT name, share, decision, changed_at FROM experiment_holdout_changes
            ORDER BY changed_at DESC, name, position DESC LIMIT 100
            """
        ).map {
            HoldoutChange(
                name: try $0.get("name"), share: try $0.get("share"), decision: try $0.get("decision"),
                changedAt: try $0.get("changed_at"))
        }
    }
}

/// A holdout has another size: whoever keeps assignments in memory reads them again.
public struct HoldoutResized: FactContent {
    public static let topic = "value.holdout_resized"
    /// The holdout.
    public let name: String
    /// Basis points.
    public let share: Int
    public var key: String { name }
}
