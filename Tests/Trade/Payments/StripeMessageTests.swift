import Foundation
import Kernel
import Testing

@testable import Payments

struct StripeMessageTests {
    private static let body = #"{"id":"evt_1"}"#
    private static let secret = "whsec_test"
    private static let time: Int64 = 1_700_000_000
    private static let now = Instant(milliseconds: time * 1000)
    /// HMAC-SHA256 of `1700000000.{"id":"evt_1"}` with `whsec_test`, by Python's hmac.
    private static let code = "c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925"

    private static func check(_ header: String?, at now: Instant = now, _ body: String = body) throws {
        try StripeSignature(header: header).check(body, secret: secret, at: now)
    }

    @Test func aSignatureOfTheSecretIsTaken() throws {
        try Self.check("t=1700000000,v1=\(Self.code)")
        try Self.check("t=1700000000,v1=\(String(repeating: "0", count: 64)),v1=\(Self.code.uppercased()),v0=ff")
        try Self.check("t=1700000000,v1=\(Self.code)", at: Self.now + .seconds(300))
    }

    @Test(arguments: [
        nil, "", "v1=\(code)", "t=1700000000", "t=1700000001,v1=\(code)", "t=1700000000,v0=\(code)",
        "t=1700000000,v1=\(code.dropLast(2))", "t=1700000000,v1=zz", "t=now,v1=\(code)",
    ])
    func anyOtherIsRefused(_ header: String?) {
        #expect(throws: WebhookRefused.self) { try Self.check(header) }
    }

    @Test func anOldOrChangedMessageIsRefused() {
        let header = "t=1700000000,v1=\(Self.code)"
        #expect(throws: WebhookRefused.self) { try Self.check(header, at: Self.now + .seconds(301)) }
        #expect(throws: WebhookRefused.self) { try Self.check(header, at: Self.now - .seconds(301)) }
        #expect(throws: WebhookRefused.self) { try Self.check(header, Self.body + " ") }
    }

    private static func event(
        _ type: String, status: String, object: String = "payment_intent", metadata: String
    ) throws -> ProviderEvent? {
        let text = """
            {"id":"evt_2","type":"\(type)","data":{"object":{"object":"\(object)","id":"x_1","created":1700000000,
            "status":"\(status)","amount":500,"currency":"cny","metadata":\(metadata)}}}
            """
        return try JSONDecoder().decode(StripeEvent.self, from: Data(text.utf8)).meaning
    }

    @Test(arguments: [
        ("payment_intent.succeeded", "succeeded", PaymentState.succeeded),
        ("payment_intent.payment_failed", "requires_payment_method", .failed),
        ("payment_intent.canceled", "canceled", .cancelled),
        ("payment_intent.amount_capturable_updated", "requires_capture", .authorised),
        // The message tells what happened then, though the payment has moved on since.
        ("payment_intent.payment_failed", "succeeded", .failed),
    ])
    func messagesAboutPayments(_ type: String, _ status: String, _ state: PaymentState) throws {
        let intent = PaymentIntentID(rawValue: 7)
        let found = try Self.event(type, status: status, metadata: #"{"quanyu_intent":"\#(intent)"}"#)
        #expect(found == ProviderEvent(id: "evt_2", intent: intent, state: state, amount: Money(500, .cny)))
    }

    @Test(arguments: [("succeeded", PaymentState.succeeded), ("failed", .failed), ("canceled", .failed)])
    func messagesAboutRefunds(_ status: String, _ state: PaymentState) throws {
        let (intent, refund) = (PaymentIntentID(rawValue: 7), RefundID(rawValue: 8))
        let metadata = #"{"quanyu_intent":"\#(intent)","quanyu_refund":"\#(refund)"}"#
        let found = try Self.event("refund.updated", status: status, object: "refund", metadata: metadata)
        #expect(
            found
                == ProviderEvent(id: "evt_2", intent: intent, refund: refund, state: state, amount: Money(500, .cny)))
        #expect(try Self.event("refund.created", status: "pending", object: "refund", metadata: metadata) == nil)
    }

    @Test func whatIsNotOursNeedsNoAnswer() throws {
        #expect(try Self.event("payment_intent.succeeded", status: "succeeded", metadata: "{}") == nil)
        #expect(
            try Self.event("customer.created", status: "x", object: "customer", metadata: #"{"quanyu_intent":"a"}"#)
                == nil)
        let intent = PaymentIntentID(rawValue: 7)
        #expect(
            try Self.event(
                "payment_intent.created", status: "requires_payment_method",
                metadata: #"{"quanyu_intent":"\#(intent)"}"#) == nil)
    }
}
