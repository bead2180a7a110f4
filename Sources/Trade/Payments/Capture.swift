import Kernel
import Store

/// What a provider is asked to do with an authorised payment.
public enum PaymentOperation: String, Sendable, Codable, CaseIterable, SQLReadable {
    /// Take the money.
    case capture
    /// Let it go.
    case void
}

extension Payments {
    /// Asks the provider, later and once, to capture or void an authorised payment. What was asked first holds.
    public func want(
        _ operation: PaymentOperation, of intent: PaymentIntentID, in transaction: any Transaction
    ) throws {
        try transaction.send(
            """
            INSERT INTO payment_operations (intent, kind, state, created_at)
            VALUES (\(intent), \(operation.rawValue), 'pending', \(source.now)) ON CONFLICT (intent, kind) DO NOTHING
            """)
    }

    /// Operations that the provider has not been asked for yet, oldest first.
    public func pendingOperations(limit: Int) async throws -> [(operation: PaymentOperation, intent: PaymentIntent)] {
        try await store.read { transaction in
            try transaction.rows(
                """
                SELECT intent, kind FROM payment_operations WHERE state = 'pending' ORDER BY created_at LIMIT \(limit)
                """
            ).compactMap { row in
                try Self.intent(row.get(0), in: transaction).map { (try row.get(1), $0) }
            }
        }
    }

    /// The provider has taken an operation.
    public func accepted(_ operation: PaymentOperation, of intent: PaymentIntentID) async throws {
        try await store.write {
            try $0.run(
                """
                UPDATE payment_operations SET state = 'requested'
                WHERE intent = \(intent) AND kind = \(operation.rawValue)
                """)
        }
    }
}
