import HTTP
import Journal
import Kernel
import Store

/// What somebody wrote in a session.
public struct LiveMessage: Sendable, Equatable {
    /// The message.
    public let id: LiveMessageID
    /// Who wrote it.
    public let person: PersonID
    /// What it says.
    public let body: String
    /// When.
    public let sentAt: Instant
}

extension Live {
    /// Takes one message from a person's allowance.
    ///
    /// - Throws: ``TooManyRequests``.
    public func limitChat(of person: PersonID) throws { try chatLimit.take("\(person)") }

    /// Writes a message in a session that is on air.
    ///
    /// - Throws: ``InvalidField``, ``LiveProblem``, ``NotFound``.
    public func say(
        _ body: String, in id: LiveSessionID, by person: PersonID, in transaction: any Transaction
    ) throws -> LiveMessage {
        let text = try ValidatedText(body, field: "body", length: 1...200).value
        try watch(id, by: person, in: transaction)
        let session = try Self.required(id, in: transaction)
        guard try transaction.row("SELECT 1 FROM live_mutes WHERE session = \(id) AND person = \(person)") == nil else {
            throw LiveProblem.muted
        }
        guard !session.bannedWords.finds(in: text) else { throw LiveProblem.bannedWord }
        let message = LiveMessage(id: source.identifier(), person: person, body: text, sentAt: source.now)
        try transaction.send(
            """
            INSERT INTO live_messages (id, session, person, body, sent_at)
            VALUES (\(message.id), \(id), \(person), \(text), \(message.sentAt))
            """)
        try signal(.chat, id, by: person, in: transaction)
        forgetRoom(id, after: transaction)
        return message
    }

    /// Takes a message away.
    ///
    /// - Throws: ``NotFound``.
    public func remove(_ message: LiveMessageID, from id: LiveSessionID, in transaction: any Transaction) throws {
        let removed = try transaction.run("DELETE FROM live_messages WHERE id = \(message) AND session = \(id)")
        guard removed == 1 else { throw NotFound("message") }
        forget(id, after: transaction)
    }

    /// Mutes a person in a session, or lets them speak again; what they wrote goes when they are muted.
    public func mute(
        _ person: PersonID, isOn: Bool, in id: LiveSessionID, in transaction: any Transaction
    ) throws {
        _ = try Self.open(id, in: transaction)
        guard isOn else {
            try transaction.run("DELETE FROM live_mutes WHERE session = \(id) AND person = \(person)")
            return
        }
        try transaction.run(
            """
            INSERT INTO live_mutes (session, person, muted_at) VALUES (\(id), \(person), \(source.now))
            ON CONFLICT DO NOTHING
            """)
        try transaction.run("DELETE FROM live_messages WHERE session = \(id) AND person = \(person)")
        forget(id, after: transaction)
    }

    /// Who is muted in a session.
    public func muted(in id: LiveSessionID) async throws -> [PersonID] {
        try await store.read { transaction in
            try transaction.rows(
                "SELECT person FROM live_mutes WHERE session = \(id) ORDER BY muted_at, person LIMIT 500"
            )
            .map { try $0.get(0) }
        }
    }

    /// The newest messages of a session, the oldest of them first.
    public func messages(in id: LiveSessionID, limit: Int) async throws -> [LiveMessage] {
        try await store.read { transaction in
            try transaction.rows(
                """
                SELECT id, person, body, sent_at FROM live_messages WHERE session = \(id)
                ORDER BY sent_at DESC, id DESC LIMIT \(limit)
                """
            ).map {
                LiveMessage(
                    id: try $0.get(0), person: try $0.get(1), body: try $0.get(2), sentAt: try $0.get(3))
            }.reversed()
        }
    }
}
