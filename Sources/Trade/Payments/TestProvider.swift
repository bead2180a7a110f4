import AsyncHTTPClient
import Crypto
import Foundation
import Kernel
import NIOCore
import Store

/// A payment company for tests and demos: it has a page where the buyer pays or declines, keeps its own books, and calls
/// back over real HTTP with a signature, again and again until the call is answered by 2xx. No money moves.
public final class TestProvider: PaymentProvider {
    public let name = "test"
    public let signatureHeader = "Quanyu-Test-Signature"
    private let store: any Store
    private let source: Source
    private let key: SymmetricKey
    private let callback: String
    private let client: HTTPClient

    /// A provider that calls back to `callback` and signs with `secret`.
    public init(store: any Store, source: Source, secret: String, callback: String, client: HTTPClient) {
        self.store = store
        self.source = source
        key = SymmetricKey(data: Data(secret.utf8))
        self.callback = callback
        self.client = client
    }

    /// What the provider sends.
    struct Message: Codable {
        let id: String
        let intent: PaymentIntentID
        var refund: RefundID?
        let state: PaymentState
        let amount: Int64
        let currency: Currency
    }

    /// A payment as the provider's page shows it.
    public struct Payment: Sendable {
        /// The intent.
        public let intent: PaymentIntentID
        /// What is to be paid.
        public let amount: Money
        /// Where it stands.
        public let state: PaymentState
        /// Where the buyer goes afterwards.
        public let returnURL: String
    }

    public func expect(_ intent: PaymentIntent, returnTo url: String, in transaction: any Transaction) throws {
        try transaction.insert(
            into: "test_provider_payments (intent, amount, currency, state, return_url, created_at)",
            """
            (\(intent.id), \(intent.amount.amount), \(intent.amount.currency), 'pending', \(url), \(source.now))
            """)
    }

    public func begin(_ intent: PaymentIntent, returnTo url: String) async throws -> String {
        if try await payment(intent.id) == nil { try await add(intent, returnTo: url) }
        return "/test-provider/\(intent.id)"
    }

    private func add(_ intent: PaymentIntent, returnTo url: String) async throws {
        let now = source.now
        try await store.write { transaction in
            try transaction.run(
                """
                INSERT INTO test_provider_payments (intent, amount, currency, state, return_url, created_at)
                VALUES (\(intent.id), \(intent.amount.amount), \(intent.amount.currency), 'pending', \(url), \(now))
                ON CONFLICT (intent) DO NOTHING
                """)
        }
    }

    public func read(webhook body: String, signature: String?) throws -> ProviderEvent? {
        guard let code = [UInt8](hexadecimal: signature ?? ""),
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Data(body.utf8), using: key)
        else { throw WebhookRefused("the signature is wrong.") }
        return try read(kept: body)
    }

    public func retry() async { await deliverDue() }

    public func read(kept body: String) throws -> ProviderEvent? {
        guard let message = try? JSONDecoder().decode(Message.self, from: Data(body.utf8)) else {
            throw WebhookRefused("the body is not a message of this provider.")
        }
        return ProviderEvent(
            id: message.id, intent: message.intent, refund: message.refund, state: message.state,
            amount: Money(message.amount, message.currency))
    }

    public func status(of intent: PaymentIntent) async throws -> ProviderEvent? {
        guard let payment = try await payment(intent.id), payment.state != .pending else { return nil }
        return ProviderEvent(
            id: "status-\(intent.id)", intent: intent.id, state: payment.state, amount: payment.amount)
    }

    public func refund(_ refund: RefundID, of intent: PaymentIntent, amount: Money) async throws {
        let message = message(intent.id, .succeeded, amount, refund: refund)
        try await store.write { [self] transaction in
            let added = try transaction.run(
                """
                INSERT INTO test_provider_refunds (refund, intent, amount, created_at)
                SELECT \(refund), p.intent, \(amount.amount), \(source.now) FROM test_provider_payments p
                WHERE p.intent = \(intent.id) AND p.state = 'succeeded' AND p.currency = \(amount.currency)
                AND p.amount >= \(amount.amount) + COALESCE(
                    (SELECT SUM(r.amount) FROM test_provider_refunds r WHERE r.intent = p.intent), 0)
                ON CONFLICT (refund) DO NOTHING
                """)
            if added == 1 { return try send(message, in: transaction) }
            let known = try transaction.row("SELECT 1 FROM test_provider_refunds WHERE refund = \(refund)")
            guard known != nil else { throw PaymentProblem.refundTooLarge }
        }
        await deliverDue()
    }

    public func capture(_ intent: PaymentIntent) async throws { try await finish(intent, as: .succeeded) }

    public func void(_ intent: PaymentIntent) async throws { try await finish(intent, as: .cancelled) }

    public func records(in period: Range<Instant>) async throws -> [ProviderRecord] {
        try await store.read { transaction in
            let payments = try transaction.rows(
                """
                SELECT intent, amount, currency, state, created_at FROM test_provider_payments
                WHERE created_at >= \(period.lowerBound) AND created_at < \(period.upperBound)
                """
            ).map { try ProviderRecord($0, .payment, id: "intent", isDone: $0.get("state") == "succeeded") }
            let refunds = try transaction.rows(
                """
                SELECT r.refund, r.amount, p.currency, r.created_at FROM test_provider_refunds r
                JOIN test_provider_payments p ON p.intent = r.intent
                WHERE r.created_at >= \(period.lowerBound) AND r.created_at < \(period.upperBound)
                """
            ).map { try ProviderRecord($0, .refund, id: "refund", isDone: true) }
            return payments + refunds
        }
    }

    /// What the provider's books say of a payment: paid, and of that given back, in minor units.
    public func books(of intent: PaymentIntentID) async throws -> (paid: Int64, refunded: Int64) {
        try await store.read { transaction in
            let paid: Int64? = try transaction.value(
                "SELECT amount FROM test_provider_payments WHERE intent = \(intent) AND state = 'succeeded'")
            let refunded: Int64? = try transaction.value(
                """
                SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM test_provider_refunds WHERE intent = \(intent)
                """)
            return (paid ?? 0, refunded ?? 0)
        }
    }

    /// A payment, or `nil`.
    public func payment(_ intent: PaymentIntentID) async throws -> Payment? {
        try await store.read { transaction in
            try transaction.row("SELECT * FROM test_provider_payments WHERE intent = \(intent)").map {
                Payment(
                    intent: intent, amount: Money(try $0.get("amount"), try $0.get("currency")),
                    state: try $0.get("state"), returnURL: try $0.get("return_url"))
            }
        }
    }

    /// The buyer pays or declines on the provider's page. Paying twice pays once.
    ///
    /// - Throws: ``NotFound``.
    public func decide(_ intent: PaymentIntentID, pays: Bool) async throws -> Payment {
        try await decide(intent, as: pays ? .succeeded : .failed)
    }

    /// The buyer promises the money; it is taken by ``capture(_:)``.
    ///
    /// - Throws: ``NotFound``.
    public func authorise(_ intent: PaymentIntentID) async throws -> Payment {
        try await decide(intent, as: .authorised)
    }

    private func decide(_ intent: PaymentIntentID, as next: PaymentState) async throws -> Payment {
        guard let payment = try await payment(intent) else { throw NotFound("payment") }
        try await change(payment, to: next, from: [.pending, .failed, .authorised])
        return payment
    }

    private func finish(_ intent: PaymentIntent, as next: PaymentState) async throws {
        guard let payment = try await payment(intent.id) else { throw NotFound("payment") }
        try await change(payment, to: next, from: [.authorised])
    }

    /// Writes the provider's books and the message about it in one transaction.
    private func change(_ payment: Payment, to next: PaymentState, from states: [PaymentState]) async throws {
        let message = message(payment.intent, next, payment.amount)
        let origins = states.filter { $0 != next }.map(\.rawValue)
        try await store.write { [self] transaction in
            let changed = try transaction.run(
                """
                UPDATE test_provider_payments SET state = \(next.rawValue)
                WHERE intent = \(payment.intent) AND state IN \(list: origins)
                """)
            if changed == 1 { try send(message, in: transaction) }
        }
        await deliverDue()
    }

    private func message(
        _ intent: PaymentIntentID, _ state: PaymentState, _ amount: Money, refund: RefundID? = nil
    ) -> Message {
        Message(
            id: "evt_\(source.secret(bytes: 12))", intent: intent, refund: refund, state: state, amount: amount.amount,
            currency: amount.currency)
    }

    private func send(_ message: Message, in transaction: any Transaction) throws {
        let body = String(decoding: try JSONEncoder().encode(message), as: UTF8.self)
        try transaction.send(
            """
            INSERT INTO test_provider_events (id, payload, attempts, due_at)
            VALUES (\(message.id), \(body), 0, \(source.now))
            """)
    }

    /// Delivers what is due, once each. A failed delivery is due again after a pause that doubles up to ten minutes.
    public func deliverDue() async {
        let now = source.now
        let due = try? await store.read { transaction in
            try transaction.rows(
                """
                SELECT id, payload, attempts FROM test_provider_events
                WHERE delivered_at IS NULL AND due_at <= \(now) ORDER BY due_at LIMIT 50
                """
            ).map { (try $0.get(0, as: String.self), try $0.get(1, as: String.self), try $0.get(2, as: Int.self)) }
        }
        for (id, payload, attempts) in due ?? [] {
            let wasAccepted = await deliver(payload)
            let pause = Duration.seconds(min(600, 1 << min(attempts, 10)))
            let now = source.now
            _ = try? await store.write { transaction in
                wasAccepted
                    ? try transaction.run("UPDATE test_provider_events SET delivered_at = \(now) WHERE id = \(id)")
                    : try transaction.run(
                        """
                        UPDATE test_provider_events SET attempts = attempts + 1, due_at = \(now + pause) WHERE id = \(id)
                        """)
            }
        }
    }

    private func deliver(_ payload: String) async -> Bool {
        var request = HTTPClientRequest(url: callback)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Quanyu-Test-Signature", value: sign(payload))
        request.body = .bytes(ByteBuffer(string: payload))
        guard let response = try? await client.execute(request, timeout: .seconds(5)) else { return false }
        return (200..<300).contains(response.status.code)
    }

    private func sign(_ body: String) -> String {
        HMAC<SHA256>.authenticationCode(for: Data(body.utf8), using: key).hexadecimal
    }
}

extension ProviderRecord {
    /// The test provider knows things by our identifiers.
    fileprivate init(_ row: SQLRow, _ kind: Kind, id: String, isDone: Bool) throws {
        let id: String = try row.get(id)
        self.init(
            kind: kind, reference: id, ours: id, amount: Money(try row.get("amount"), try row.get("currency")),
            isDone: isDone, time: try row.get("created_at"))
    }
}
