import Kernel
import Store

/// A provider's message about a payment or a refund of it.
public struct ProviderEvent: Sendable, Equatable {
    /// The provider's number of the message; the same message may come many times.
    public let id: String
    /// The payment.
    public let intent: PaymentIntentID
    /// The refund it is about; `nil` when it is about the payment itself.
    public let refund: RefundID?
    /// What the provider says of it; of a refund only success or failure.
    public let state: PaymentState
    /// What was paid, or goes back.
    public let amount: Money

    /// A message.
    public init(
        id: String, intent: PaymentIntentID, refund: RefundID? = nil, state: PaymentState, amount: Money
    ) {
        self.id = id
        self.refund = refund
        self.intent = intent
        self.state = state
        self.amount = amount
    }
}

/// Takes money. The test provider is one; others speak to companies.
public protocol PaymentProvider: Sendable {
    /// A stable name, part of the webhook's path.
    var name: String { get }
    /// The header in which its webhooks carry their signature.
    var signatureHeader: String { get }
    /// The origin of the pages where buyers pay, when it is not this site's.
    var payOrigin: String? { get }
    /// Notes a payment in the transaction that opens it, where a provider keeps its books in the same database; others hear
    /// of it by ``begin(_:returnTo:)``.
    func expect(_ intent: PaymentIntent, returnTo url: String, in transaction: any Transaction) throws
    /// Prepares a payment and says where the buyer pays. Calling it again for the same intent changes nothing.
    func begin(_ intent: PaymentIntent, returnTo url: String) async throws -> String
    /// Reads a webhook; `nil` for one that is about nothing we care for.
    ///
    /// - Throws: ``WebhookRefused`` when the signature or the content is wrong.
    func read(webhook body: String, signature: String?) throws -> ProviderEvent?
    /// Reads a webhook that was kept after its signature was checked.
    func read(kept body: String) throws -> ProviderEvent?
    /// Does again what failed before; called about once a second.
    func retry() async
    /// What the provider says of a payment now, for a buyer who returns before the webhook.
    func status(of intent: PaymentIntent) async throws -> ProviderEvent?
    /// Takes an authorised payment. Calling it again changes nothing; a webhook tells when it is done.
    func capture(_ intent: PaymentIntent) async throws
    /// Lets an authorised payment go. Calling it again changes nothing; a webhook tells when it is done.
    func void(_ intent: PaymentIntent) async throws
    /// Asks to give money back, a part or all. Calling it again for the same refund changes nothing; a webhook tells when
    /// the buyer has it.
    func refund(_ refund: RefundID, of intent: PaymentIntent, amount: Money) async throws
    /// Payments and refunds that the provider has in its books and that began in `period`, in any state.
    func records(in period: Range<Instant>) async throws -> [ProviderRecord]
}

extension PaymentProvider {
    public var payOrigin: String? { nil }
    public func expect(_ intent: PaymentIntent, returnTo url: String, in transaction: any Transaction) throws {}
    // Most providers send again by themselves.
    public func retry() async {}
    // A provider that takes the money at once has nothing to capture or to let go.
    public func capture(_ intent: PaymentIntent) async throws {}
    public func void(_ intent: PaymentIntent) async throws {}
}

/// A webhook that did not come from the provider, or makes no sense.
public struct WebhookRefused: Problem, Equatable {
    /// Why.
    public let reason: String

    /// Refused for `reason`.
    public init(_ reason: String) { self.reason = reason }

    public var details: ProblemDetails {
        ProblemDetails(.malformed, "webhook-refused", "The webhook was refused: \(reason)", zh: "回调被拒绝。")
    }
}

/// Why a payment company did not do what it was asked.
public enum ProviderProblem: Problem, Equatable {
    /// It can't be reached or is too busy; the same request may succeed later.
    case unreachable
    /// It said no, in its own words.
    case refused(String)

    public var details: ProblemDetails {
        switch self {
        case .unreachable:
            ProblemDetails(
                .unavailable, "provider-unreachable",
                "The payment company can't be reached. Nothing was charged; try again in a moment.",
                zh: "暂时无法连接支付机构，未发生扣款，请稍后重试。", retryAfter: 5)
        case .refused(let reason):
            ProblemDetails(
                .conflict, "provider-refused", "The payment company refused: \(reason)", zh: "支付机构拒绝了请求：\(reason)")
        }
    }
}
