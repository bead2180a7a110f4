import AsyncHTTPClient
import Foundation
import Kernel
import Store

/// Takes money through Stripe, or whatever speaks its API: buyers pay on its Checkout page, webhooks tell what became of
/// it (https://docs.stripe.com/payments/checkout).
public final class StripeProvider: PaymentProvider {
    /// How the account is reached.
    public struct Configuration: Sendable {
        /// When money is taken. Not every way to pay can wait.
        public enum Capture: String, Sendable, CaseIterable {
            /// When the buyer pays.
            case automatic
            /// A moment later, once the orders still stand; what is promised for dead ones is let go, not refunded.
            case manual
        }

        /// The secret key of the account.
        public let key: String
        /// The signing secret of the webhook endpoint.
        public let webhookSecret: String
        /// Where its API is.
        public let url: String
        /// Where people reach this site, without a slash at the end; the Checkout page sends them back there.
        public let site: String
        /// When money is taken.
        public let capture: Capture

        /// An account.
        public init(
            key: String, webhookSecret: String, url: String = "https://api.stripe.com", site: String,
            capture: Capture = .automatic
        ) {
            self.capture = capture
            self.key = key
            self.webhookSecret = webhookSecret
            self.url = url
            self.site = site
        }
    }

    public let name = "stripe"
    public let signatureHeader = "Stripe-Signature"
    public let payOrigin: String?
    private let store: any Store
    private let source: Source
    private let configuration: Configuration
    private let client: StripeClient

    /// Buyers are sent to `payOrigin`; Stripe's own pages when nothing is said.
    public init(
        store: any Store, source: Source, configuration: Configuration, client: HTTPClient,
        payOrigin: String = "https://checkout.stripe.com"
    ) {
        self.store = store
        self.source = source
        self.configuration = configuration
        self.payOrigin = payOrigin
        self.client = StripeClient(url: configuration.url, key: configuration.key, client: client)
    }

    public func begin(_ intent: PaymentIntent, returnTo url: String) async throws -> String {
        let known = try await checkout(of: intent.id)
        if let known {
            let page = try await page(known.session)
            if page.status == "complete" { return url }
            if page.status == "open", let url = page.url { return url }
        }
        let attempt = (known?.attempt ?? 0) + 1
        let page: StripeCheckout = try await client.post(
            "/v1/checkout/sessions", fields(intent, returnTo: url),
            idempotencyKey: "checkout-\(intent.id)-\(attempt)")
        guard let payURL = page.url else { throw ProviderProblem.refused("it has no page for this payment.") }
        try await store.write { transaction in
            try transaction.run(
                """
                INSERT INTO stripe_checkouts (intent, attempt, session)
                VALUES (\(intent.id), \(attempt), \(page.id))
                ON CONFLICT (intent) DO UPDATE SET attempt = excluded.attempt, session = excluded.session
                """)
        }
        return payURL
    }

    public func read(webhook body: String, signature: String?) throws -> ProviderEvent? {
        try StripeSignature(header: signature).check(body, secret: configuration.webhookSecret, at: source.now)
        return try read(kept: body)
    }

    public func read(kept body: String) throws -> ProviderEvent? {
        guard let event = try? JSONDecoder().decode(StripeEvent.self, from: Data(body.utf8)) else {
            throw WebhookRefused("the body is not a message of this provider.")
        }
        return event.meaning
    }

    public func status(of intent: PaymentIntent) async throws -> ProviderEvent? {
        guard let checkout = try await checkout(of: intent.id),
            let payment = try await page(checkout.session).payment_intent, let state = payment.state
        else { return nil }
        return payment.event("status-\(payment.id)", state)
    }

    public func capture(_ intent: PaymentIntent) async throws {
        let payment = try await payment(of: intent)
        guard payment.state != .succeeded else { return }
        let _: StripePayment = try await client.post(
            "/v1/payment_intents/\(payment.id)/capture", [], idempotencyKey: "capture-\(intent.id)")
    }

    public func void(_ intent: PaymentIntent) async throws {
        let payment = try await payment(of: intent)
        guard payment.state != .cancelled else { return }
        let _: StripePayment = try await client.post(
            "/v1/payment_intents/\(payment.id)/cancel", [], idempotencyKey: "void-\(intent.id)")
    }

    public func refund(_ refund: RefundID, of intent: PaymentIntent, amount: Money) async throws {
        let payment = try await payment(of: intent)
        let fields = [
            ("payment_intent", payment.id), ("amount", String(amount.amount)),
            ("metadata[\(StripePayment.intentKey)]", "\(intent.id)"),
            ("metadata[\(StripeRefund.refundKey)]", "\(refund)"),
        ]
        let _: StripeRefund = try await client.post("/v1/refunds", fields, idempotencyKey: "refund-\(refund)")
    }

    public func records(in period: Range<Instant>) async throws -> [ProviderRecord] {
        let payments: [StripePayment] = try await all("/v1/payment_intents", period) { $0.id }
        let refunds: [StripeRefund] = try await all("/v1/refunds", period) { $0.id }
        return payments.compactMap(ProviderRecord.init) + refunds.compactMap(ProviderRecord.init)
    }

    private func all<Item: Decodable>(
        _ path: String, _ period: Range<Instant>, _ id: (Item) -> String
    ) async throws -> [Item] {
        var items: [Item] = []
        while true {
            // Whole seconds that hold the period; what is outside of it is nobody's mistake.
            var query = [
                ("limit", "100"), ("created[gte]", String(period.lowerBound.milliseconds / 1000)),
                ("created[lt]", String((period.upperBound.milliseconds + 999) / 1000)),
            ]
            if let last = items.last { query.append(("starting_after", id(last))) }
            let page: StripeList<Item> = try await client.get(path, query)
            items += page.data
            guard page.has_more, !page.data.isEmpty else { return items }
        }
    }

    private func fields(_ intent: PaymentIntent, returnTo url: String) -> [(String, String)] {
        [
            ("mode", "payment"), ("client_reference_id", "\(intent.id)"),
            ("success_url", configuration.site + url), ("cancel_url", configuration.site + url),
            ("line_items[0][quantity]", "1"),
            ("line_items[0][price_data][currency]", intent.amount.currency.code.lowercased()),
            ("line_items[0][price_data][unit_amount]", String(intent.amount.amount)),
            ("line_items[0][price_data][product_data][name]", "Order \(intent.group)"),
            ("payment_intent_data[capture_method]", configuration.capture.rawValue),
            ("payment_intent_data[metadata][\(StripePayment.intentKey)]", "\(intent.id)"),
            ("expand[]", "payment_intent"),
        ]
    }

    private func page(_ session: String) async throws -> StripeCheckout {
        try await client.get("/v1/checkout/sessions/\(session)", [("expand[]", "payment_intent")])
    }

    /// - Throws: ``NotFound`` when the buyer never began to pay.
    private func payment(of intent: PaymentIntent) async throws -> StripePayment {
        guard let checkout = try await checkout(of: intent.id),
            let payment = try await page(checkout.session).payment_intent
        else { throw NotFound("payment") }
        return payment
    }

    private func checkout(of intent: PaymentIntentID) async throws -> (session: String, attempt: Int)? {
        try await store.read { transaction in
            try transaction.row("SELECT session, attempt FROM stripe_checkouts WHERE intent = \(intent)").map {
                (try $0.get(0), try $0.get(1))
            }
        }
    }
}

extension ProviderRecord {
    /// `nil` when the currency is none.
    fileprivate init?(_ payment: StripePayment) {
        guard let currency = Currency(payment.currency.uppercased()) else { return nil }
        self.init(
            kind: .payment, reference: payment.id, ours: payment.metadata[StripePayment.intentKey],
            amount: Money(payment.amount, currency), isDone: payment.state == .succeeded,
            time: Instant(milliseconds: payment.created * 1000))
    }

    /// `nil` when the currency is none.
    fileprivate init?(_ refund: StripeRefund) {
        guard let currency = Currency(refund.currency.uppercased()) else { return nil }
        self.init(
            kind: .refund, reference: refund.id, ours: refund.metadata[StripeRefund.refundKey],
            amount: Money(refund.amount, currency), isDone: refund.state == .succeeded,
            time: Instant(milliseconds: refund.created * 1000))
    }
}
