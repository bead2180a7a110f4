import Kernel
import Store

/// A webhook that waits to be processed.
public struct StoredWebhook: Sendable {
    /// The provider.
    public let provider: String
    /// The provider's number of the message.
    public let event: String
    /// What it said.
    public let payload: String
}

extension Payments {
    /// Keeps a webhook before it is acknowledged. The same message again is acknowledged and not kept twice.
    public func keep(_ event: ProviderEvent, payload: String, from provider: String) async throws {
        let now = source.now
        try await store.write { transaction in
            try transaction.run(
                """
                INSERT INTO webhook_inbox (provider, event, payload, received_at)
                VALUES (\(provider), \(event.id), \(payload), \(now)) ON CONFLICT (provider, event) DO NOTHING
                """)
        }
    }

    /// Webhooks that wait, oldest first.
    public func waitingWebhooks(limit: Int) async throws -> [StoredWebhook] {
        try await store.read { transaction in
            try transaction.rows(
                """
                SELECT provider, event, payload FROM webhook_inbox WHERE processed_at IS NULL
                ORDER BY received_at, event LIMIT \(limit)
                """
            ).map { StoredWebhook(provider: try $0.get(0), event: try $0.get(1), payload: try $0.get(2)) }
        }
    }

    /// Marks a webhook as processed in the transaction of its effect. What it said of the buyer is not kept longer than
    /// that; its number is, so that the same message again changes nothing. One without an effect is kept whole for those
    /// who find out why.
    public func finish(_ webhook: StoredWebhook, outcome: WebhookOutcome, in transaction: any Transaction) throws {
        let payload: SQL = outcome == .applied ? "''" : "payload"
        try transaction.send(
            """
            UPDATE webhook_inbox SET processed_at = \(source.now), outcome = \(outcome.description), payload = \(payload)
            WHERE provider = \(webhook.provider) AND event = \(webhook.event)
            """)
    }
}

/// What came of a webhook.
public enum WebhookOutcome: Sendable, Equatable, CustomStringConvertible {
    /// It took effect, or had before.
    case applied
    /// Its body is no message of the provider.
    case unreadable
    /// It is about something that is not known here.
    case unknown(String)
    /// It speaks of another amount than was asked.
    case wrongAmount

    public var description: String {
        switch self {
        case .applied: "applied"
        case .unreadable: "unreadable"
        case .unknown(let what): "unknown \(what)"
        case .wrongAmount: "wrong amount"
        }
    }
}
