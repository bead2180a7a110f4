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
    /// that; its number is, so that the same message again changes nothing.
    public func finish(_ webhook: StoredWebhook, outcome: String, in transaction: any Transaction) throws {
        try transaction.send(
            """
            UPDATE webhook_inbox SET processed_at = \(source.now), outcome = \(outcome), payload = ''
            WHERE provider = \(webhook.provider) AND event = \(webhook.event)
            """)
    }
}
