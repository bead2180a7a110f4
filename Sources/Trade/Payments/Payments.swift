import Journal
import Kernel
import Store

/// Where a payment stands.
public enum PaymentState: String, Sendable, Codable, CaseIterable, SQLReadable {
    /// The buyer has to pay.
    case pending
    /// The money is promised to us and not taken yet.
    case authorised
    /// The money is ours.
    case succeeded
    /// The buyer or the provider said no; the buyer may try again.
    case failed
    /// Nothing is wanted any more.
    case cancelled

    /// Every legal transition. Success after a failure or a cancellation happens: webhooks arrive out of order.
    public static let transitions: [PaymentState: Set<PaymentState>] = [
        .pending: [.authorised, .succeeded, .failed, .cancelled],
        .authorised: [.succeeded, .failed, .cancelled],
        .failed: [.authorised, .succeeded, .pending, .cancelled],
        .cancelled: [.succeeded],
        .succeeded: [],
    ]
}

/// What a buyer owes for an order group.
public struct PaymentIntent: Sendable, Equatable {
    /// The intent.
    public let id: PaymentIntentID
    /// What it pays for.
    public let group: OrderGroupID
    /// Who pays.
    public let buyer: PersonID
    /// How much.
    public let amount: Money
    /// How much of it has gone or is going back.
    public let refunded: Money
    /// Where it stands.
    public let state: PaymentState
    /// Which provider takes the money.
    public let provider: String
}

/// What can go wrong with money coming in or going back.
public enum PaymentProblem: Problem, Equatable {
    /// More was to go back than was paid.
    case refundTooLarge
    /// Another amount was paid than is owed.
    case wrongAmount

    public var details: ProblemDetails {
        switch self {
        case .refundTooLarge:
            ProblemDetails(
                .conflict, "refund-too-large", "More can't be refunded than was paid.", zh: "退款金额不能超过已支付金额。")
        case .wrongAmount:
            ProblemDetails(.conflict, "wrong-amount", "Another amount was paid than is owed.", zh: "支付金额与应付金额不符。")
        }
    }
}

/// Money coming in and going back: intents, refunds and the webhook inbox.
public final class Payments: Sendable {
    let store: any Store
    let source: Source

    /// The room on a store.
    public init(store: any Store, source: Source) {
        self.store = store
        self.source = source
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "payments", number: 1, file: PackageResources._001_payments_sql),
        Migration(room: "payments", number: 2, file: PackageResources._002_test_provider_sql),
        Migration(room: "payments", number: 3, file: PackageResources._003_captures_and_refund_books_sql),
        Migration(room: "payments", number: 4, file: PackageResources._004_stripe_sql),
        Migration(room: "payments", number: 5, file: PackageResources._005_applied_webhooks_sql),
    ]

    /// Opens the intent of an order group.
    public func open(
        for group: OrderGroupID, buyer: PersonID, amount: Money, provider: String, in transaction: any Transaction
    ) throws -> PaymentIntent {
        let now = source.now
        let intent = PaymentIntent(
            id: source.identifier(), group: group, buyer: buyer, amount: amount, refunded: .zero(amount.currency),
            state: .pending, provider: provider)
        try transaction.insert(
            into: "payment_intents (id, order_group, buyer, amount, currency, state, provider, created_at, changed_at)",
            """
            (\(intent.id), \(group), \(buyer), \(amount.amount), \(amount.currency), 'pending', \(provider), \(now),
                \(now))
            """)
        return intent
    }

    /// The intent of an order group, or `nil`.
    public static func intent(of group: OrderGroupID, in transaction: any Transaction) throws -> PaymentIntent? {
        try transaction.row("SELECT * FROM payment_intents WHERE order_group = \(group)").map(PaymentIntent.init)
    }

    /// ``intent(of:in:)`` in a unit of work of its own.
    public func intent(of group: OrderGroupID) async throws -> PaymentIntent? {
        try await store.read { try Self.intent(of: group, in: $0) }
    }

    /// An intent, or `nil`.
    public static func intent(_ id: PaymentIntentID, in transaction: any Transaction) throws -> PaymentIntent? {
        try transaction.row("SELECT * FROM payment_intents WHERE id = \(id)").map(PaymentIntent.init)
    }

    /// Moves an intent to what a provider says. Redirect, webhook and repeated webhooks all meet here.
    ///
    /// - Returns: the intent when this call moved it; `nil` when it already was there or the message is out of date.
    /// - Throws: ``NotFound``, ``PaymentProblem/wrongAmount``.
    public func apply(_ event: ProviderEvent, in transaction: any Transaction) throws -> PaymentIntent? {
        guard let intent = try Self.intent(event.intent, in: transaction) else { throw NotFound("payment") }
        if event.state == .succeeded, event.amount != intent.amount { throw PaymentProblem.wrongAmount }
        return try move(intent.id, to: event.state, in: transaction)
    }

    /// Moves an intent if its state machine allows it.
    ///
    /// - Returns: the intent when it moved.
    public func move(
        _ id: PaymentIntentID, to next: PaymentState, in transaction: any Transaction
    ) throws -> PaymentIntent? {
        let origins = PaymentState.allCases.filter { PaymentState.transitions[$0, default: []].contains(next) }
        return try transaction.row(
            """
            UPDATE payment_intents SET state = \(next.rawValue), changed_at = \(source.now)
            WHERE id = \(id) AND state IN \(list: origins.map(\.rawValue)) RETURNING *
            """
        ).map(PaymentIntent.init)
    }
}

extension PaymentIntent {
    init(_ row: SQLRow) throws {
        let currency: Currency = try row.get("currency")
        id = try row.get("id")
        group = try row.get("order_group")
        buyer = try row.get("buyer")
        amount = Money(try row.get("amount"), currency)
        refunded = Money(try row.get("refunded"), currency)
        state = try row.get("state")
        provider = try row.get("provider")
    }
}
