import Foundation
import Inference
import Journal
import Kernel
import Store

/// Decision records: before a thing is done, what value it will create; afterwards, whether it did.
///
/// What a record claims is frozen when it starts. From then on amendments are added beside it, for everybody to see, and
/// nothing is rewritten. A claim that takes a process metric for the North Star or a method for the goal doesn't start
/// until somebody has answered the finding in writing.
public final class Decisions: Sendable {
    let store: any Store
    let journal: Journal
    let source: Source

    /// The room on a store and a journal.
    public init(store: any Store, journal: Journal, source: Source) {
        self.store = store
        self.journal = journal
        self.source = source
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "decisions", number: 1, file: PackageResources._001_decisions_sql),
        Migration(room: "decisions", number: 2, file: PackageResources._002_metric_reading_sql),
    ]

    /// Writes a new draft.
    ///
    /// - Throws: `InvalidField`.
    public func draft(
        _ terms: DecisionTerms, by person: PersonID, in transaction: any Transaction
    ) throws -> DecisionID {
        let id = source.identifier(DecisionKind.self)
        try transaction.send(
            """
            INSERT INTO decisions (id, state, terms, author, created_at)
            VALUES (\(id), \(DecisionState.draft.rawValue), \(try Self.text(of: terms.checked())), \(person),
                \(source.now))
            """)
        return id
    }

    /// Rewrites a draft. Answers to findings go with the words that they were about.
    ///
    /// - Throws: `InvalidField`, `NotFound`, ``DecisionProblem/frozen``.
    public func revise(_ id: DecisionID, _ terms: DecisionTerms, in transaction: any Transaction) throws {
        let text = try Self.text(of: terms.checked())
        let revised = try transaction.run(
            "UPDATE decisions SET terms = \(text) WHERE id = \(id) AND state = \(DecisionState.draft.rawValue)")
        guard revised == 1 else {
            _ = try Self.find(id, in: transaction)
            throw DecisionProblem.frozen
        }
        try transaction.send("DELETE FROM decision_acknowledgements WHERE decision = \(id)")
    }

    /// Says in writing why a decision starts although the lint finds a mistake.
    ///
    /// - Throws: `InvalidField`, `NotFound`, ``DecisionProblem/frozen``, ``DecisionProblem/notFound(_:)``.
    public func acknowledge(
        _ mistake: DecisionMistake, in id: DecisionID, reason: String, by person: PersonID,
        in transaction: any Transaction
    ) throws {
        let reason = try ValidatedText(reason, field: "reason", length: 5...1_000).value
        let decision = try Self.find(id, in: transaction)
        guard decision.state == .draft else { throw DecisionProblem.frozen }
        guard DecisionLint().findings(in: decision.claim).contains(where: { $0.mistake == mistake }) else {
            throw DecisionProblem.notFound(mistake)
        }
        try transaction.send(
            """
            INSERT INTO decision_acknowledgements (decision, mistake, reason, person, happened_at)
            VALUES (\(id), \(mistake.rawValue), \(reason), \(person), \(source.now))
            ON CONFLICT (decision, mistake)
            DO UPDATE SET reason = EXCLUDED.reason, person = EXCLUDED.person, happened_at = EXCLUDED.happened_at
            """)
    }

    /// Lets an event happen to a decision. It starts whole, and with every finding answered.
    ///
    /// - Parameter note: why it stops or ships, or what the review found; needed for everything but the start.
    /// - Throws: `InvalidField`, `NotFound`, ``DecisionProblem/illegal(_:from:)``,
    ///   ``DecisionProblem/unacknowledged(_:)``.
    public func apply(
        _ event: DecisionEvent, to id: DecisionID, note: String, by person: PersonID, in transaction: any Transaction
    ) throws {
        let note = try ValidatedText(note, field: "note", length: (event == .start ? 0 : 1)...2_000).value
        let decision = try Self.find(id, in: transaction)
        guard let next = DecisionMachine.next(decision.state, event) else {
            throw DecisionProblem.illegal(event, from: decision.state)
        }
        if event == .start { try requireReady(decision, in: transaction) }
        let now = source.now
        let started = event == .start ? now : decision.startedAt
        let moved = try transaction.run(
            """
            UPDATE decisions SET state = \(next.rawValue), started_at = \(started)
            WHERE id = \(id) AND state = \(decision.state.rawValue)
            """)
        guard moved == 1 else { throw StoreError.contention }
        try transaction.send(
            """
            INSERT INTO decision_steps (decision, position, event, state, person, note, happened_at)
            SELECT \(id), COUNT(*) + 1, \(event.rawValue), \(next.rawValue), \(person), \(note), \(now)
            FROM decision_steps WHERE decision = \(id)
            """)
        try journal.append(DecisionChanged(id: id, state: next), at: now, in: transaction)
    }

    /// Adds an amendment beside the frozen claim.
    ///
    /// - Throws: `InvalidField`, `NotFound`, ``DecisionProblem/stillDraft``.
    public func amend(
        _ part: DecisionPart, of id: DecisionID, change: String, reason: String, by person: PersonID,
        in transaction: any Transaction
    ) throws {
        let change = try ValidatedText(change, field: "change", length: 1...2_000).value
        let reason = try ValidatedText(reason, field: "reason", length: 1...1_000).value
        guard try Self.find(id, in: transaction).state != .draft else { throw DecisionProblem.stillDraft }
        try transaction.send(
            """
            INSERT INTO decision_amendments (decision, position, part, change, reason, person, happened_at)
            SELECT \(id), COUNT(*) + 1, \(part.rawValue), \(change), \(reason), \(person), \(source.now)
            FROM decision_amendments WHERE decision = \(id)
            """)
    }

    private func requireReady(_ decision: Decision, in transaction: any Transaction) throws {
        try decision.terms.requireWhole(at: source.now)
        let open = try Self.findings(in: decision, in: transaction).filter { $0.acknowledgement == nil }
        guard open.isEmpty else { throw DecisionProblem.unacknowledged(open.map(\.mistake)) }
    }

    static func text(of terms: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(terms), as: UTF8.self)
    }
}

/// A decision went somewhere.
public struct DecisionChanged: FactContent {
    public static let topic = "value.decision_changed"
    /// The decision.
    public let id: DecisionID
    /// Where it stands now.
    public let state: DecisionState
    public var key: String { id.description }
}
