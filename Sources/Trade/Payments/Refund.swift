import Kernel
import Store

/// Where a refund stands.
public enum RefundState: String, Sendable, Codable, CaseIterable, SQLReadable {
    /// Promised; the provider has not been asked yet.
    case pending
    /// The provider has taken it.
    case requested
    /// The provider says that the buyer has the money.
    case succeeded
    /// The provider says that it can't be done; somebody has to look at it.
    case failed

    /// Every legal transition. A webhook may come before the answer to the request, and a provider may correct itself.
    public static let transitions: [RefundState: Set<RefundState>] = [
        .pending: [.requested, .succeeded, .failed],
        .requested: [.succeeded, .failed],
        .failed: [.pending, .succeeded],
        .succeeded: [],
    ]
}

/// Money that goes back. Refunds are never deleted.
public struct Refund: Sendable, Equatable {
    /// The refund.
    public let id: RefundID
    /// The payment it is taken from.
    public let intent: PaymentIntentID
    /// What it is for, for example an order's or an after-sale case's identifier.
    public let cause: String
    /// Minor units in the payment's currency.
    public let amount: Int64
    /// Where it stands.
    public let state: RefundState
    /// When it was promised.
    public let createdAt: Instant
}

extension Payments {
    /// Promises to give money back, a part or all; the provider is asked later, once. The same cause refunds once.
    ///
    /// - Parameter cause: what the refund is for, for example an order's identifier.
    /// - Throws: ``PaymentProblem/refundTooLarge``.
    public func refund(
        _ amount: Money, of intent: PaymentIntentID, for cause: String, in transaction: any Transaction
    ) throws {
        guard amount.amount > 0 else { return }
        let added = try transaction.run(
            """
            INSERT INTO refunds (id, intent, source, amount, state, created_at)
            VALUES (\(source.identifier(RefundKind.self)), \(intent), \(cause), \(amount.amount), 'pending', \(source.now))
            ON CONFLICT (source) DO NOTHING
            """)
        guard added == 1 else { return }
        let taken = try transaction.run(
            """
            UPDATE payment_intents SET refunded = refunded + \(amount.amount)
            WHERE id = \(intent) AND currency = \(amount.currency) AND refunded + \(amount.amount) <= amount
            """)
        guard taken == 1 else { throw PaymentProblem.refundTooLarge }
    }

    /// Moves a refund to what the provider says of it.
    ///
    /// - Returns: the refund when this call moved it.
    /// - Throws: ``NotFound``, ``PaymentProblem/wrongAmount``.
    public func applyRefund(_ event: ProviderEvent, in transaction: any Transaction) throws -> Refund? {
        guard let id = event.refund,
            let row = try transaction.row("SELECT * FROM refunds WHERE id = \(id)"),
            case let refund = try Refund(row), refund.intent == event.intent
        else { throw NotFound("refund") }
        guard refund.amount == event.amount.amount else { throw PaymentProblem.wrongAmount }
        return try move(id, to: event.state == .succeeded ? .succeeded : .failed, in: transaction)
    }

    /// Moves a refund if its state machine allows it.
    ///
    /// - Returns: the refund when it moved.
    @discardableResult
    public func move(_ id: RefundID, to next: RefundState, in transaction: any Transaction) throws -> Refund? {
        let origins = RefundState.allCases.filter { RefundState.transitions[$0, default: []].contains(next) }
        return try transaction.row(
            """
            UPDATE refunds SET state = \(next.rawValue) WHERE id = \(id) AND state IN \(list: origins.map(\.rawValue))
            RETURNING *
            """
        ).map(Refund.init)
    }

    /// The provider has taken a refund.
    public func accepted(_ refund: RefundID) async throws {
        try await store.write { try self.move(refund, to: .requested, in: $0) }
    }

    /// Refunds that the provider has not been asked for yet, with their intents.
    public func pendingRefunds(limit: Int) async throws -> [(id: RefundID, intent: PaymentIntent, amount: Money)] {
        try await store.read { transaction in
            let rows = try transaction.rows(
                "SELECT id, intent, amount FROM refunds WHERE state = 'pending' ORDER BY created_at LIMIT \(limit)")
            return try rows.compactMap { row in
                guard let intent = try Self.intent(row.get("intent"), in: transaction) else { return nil }
                return (try row.get("id"), intent, Money(try row.get("amount"), intent.amount.currency))
            }
        }
    }

    /// A refund, or `nil`.
    public func refund(_ id: RefundID) async throws -> Refund? {
        try await store.read { try $0.row("SELECT * FROM refunds WHERE id = \(id)").map(Refund.init) }
    }

    /// Every refund of a payment, oldest first.
    public func refunds(of intent: PaymentIntentID) async throws -> [Refund] {
        try await store.read { transaction in
            try transaction.rows("SELECT * FROM refunds WHERE intent = \(intent) ORDER BY created_at, id").map(
                Refund.init)
        }
    }
}

extension Refund {
    init(_ row: SQLRow) throws {
        id = try row.get("id")
        intent = try row.get("intent")
        cause = try row.get("source")
        amount = try row.get("amount")
        state = try row.get("state")
        createdAt = try row.get("created_at")
    }
}
