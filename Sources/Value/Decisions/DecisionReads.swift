import Foundation
import Inference
@_spi(Decisions) import Kernel
import Store

extension Decisions {
    /// A decision.
    ///
    /// - Throws: `NotFound`.
    public static func find(_ id: DecisionID, in transaction: any Transaction) throws -> Decision {
        guard let row = try transaction.row("SELECT * FROM decisions WHERE id = \(id)") else {
            throw NotFound("decision")
        }
        return try Decision(row)
    }

    /// Refuses what is to be changed in the name of a decision that isn't running.
    ///
    /// - Returns: the proof that rooms ask for before they change anything of theirs.
    /// - Throws: `NotFound`, ``DecisionProblem/notRunning``.
    @discardableResult
    public static func requireRunning(_ id: DecisionID, in transaction: any Transaction) throws -> RunningDecision {
        guard try find(id, in: transaction).state == .running else { throw DecisionProblem.notRunning }
        return RunningDecision(id)
    }

    /// A decision with everything that was said about it.
    ///
    /// - Throws: `NotFound`.
    public static func record(of id: DecisionID, in transaction: any Transaction) throws -> DecisionRecord {
        let decision = try find(id, in: transaction)
        let amendments = try transaction.rows(
            "SELECT * FROM decision_amendments WHERE decision = \(id) ORDER BY position")
        let steps = try transaction.rows("SELECT * FROM decision_steps WHERE decision = \(id) ORDER BY position")
        return DecisionRecord(
            decision: decision, findings: try findings(in: decision, in: transaction),
            amendments: try amendments.map(DecisionAmendment.init), steps: try steps.map(DecisionStep.init))
    }

    /// ``record(of:in:)`` in a unit of work of its own.
    public func record(of id: DecisionID) async throws -> DecisionRecord {
        try await store.read { try Self.record(of: id, in: $0) }
    }

    /// Decisions, newest first.
    ///
    /// - Parameter cursor: continues after this decision.
    public func list(after cursor: Decision? = nil, limit: Int) async throws -> [Decision] {
        let following: SQL = cursor.map { "WHERE (created_at, id) < (\($0.createdAt), \($0.id))" } ?? ""
        return try await store.read { transaction in
            try transaction.rows(
                "SELECT * FROM decisions \(following) ORDER BY created_at DESC, id DESC LIMIT \(limit)"
            )
            .map(Decision.init)
        }
    }

    /// Decisions that started and were not reviewed, the one with the earliest day for it first.
    public static func awaitingReview(in transaction: any Transaction) throws -> [Decision] {
        let waiting = [DecisionState.running, .stopped, .shipped].map(\.rawValue)
        return try transaction.rows("SELECT * FROM decisions WHERE state IN \(list: waiting) ORDER BY id")
            .map(Decision.init).filter { $0.terms.reviewAt != nil }
            .sorted { ($0.terms.reviewAt ?? $0.createdAt) < ($1.terms.reviewAt ?? $1.createdAt) }
    }

    static func findings(in decision: Decision, in transaction: any Transaction) throws -> [DecisionFinding] {
        let found = DecisionLint().findings(in: decision.claim)
        guard !found.isEmpty else { return [] }
        var answers: [String: String] = [:]
        for row in try transaction.rows(
            "SELECT mistake, reason FROM decision_acknowledgements WHERE decision = \(decision.id)")
        {
            answers[try row.get("mistake")] = try row.get("reason", as: String.self)
        }
        return found.map {
            DecisionFinding(
                mistake: $0.mistake, reasons: $0.reasons.map(Localized.init), advice: Localized($0.advice),
                acknowledgement: answers[$0.mistake.rawValue])
        }
    }
}

extension Localized {
    init(_ sentence: PlainSentence) { self.init(en: sentence.en, zh: sentence.zh) }
}

extension Decision {
    init(_ row: SQLRow) throws {
        id = try row.get("id")
        state = try row.get("state")
        terms = try JSONDecoder().decode(
            DecisionTerms.self, from: Data(try row.get("terms", as: String.self).utf8))
        reading = try JSONDecoder().decode(
            MetricReading.self, from: Data(try row.get("reading", as: String.self).utf8))
        author = try row.get("author")
        createdAt = try row.get("created_at")
        startedAt = try row.get("started_at")
    }
}

extension DecisionAmendment {
    init(_ row: SQLRow) throws {
        position = try row.get("position")
        part = try row.get("part")
        change = try row.get("change")
        reason = try row.get("reason")
        person = try row.get("person")
        at = try row.get("happened_at")
    }
}

extension DecisionStep {
    init(_ row: SQLRow) throws {
        event = try row.get("event")
        state = try row.get("state")
        person = try row.get("person")
        note = try row.get("note")
        at = try row.get("happened_at")
    }
}
