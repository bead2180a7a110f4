import Foundation
import Harness
import Testing

/// Payments through a server that speaks Stripe's API.
@Suite(.enabled(if: StripeStandIn.python != nil, "./test installs the stand-in"))
struct StripeTests {
    @Test func aBuyerPaysAndIsRefunded() async throws { try await Self.payAndRefund(capture: "automatic") }

    @Test func moneyIsPromisedAndThenTaken() async throws { try await Self.payAndRefund(capture: "manual") }

    private static func payAndRefund(capture: String) async throws {
        try await withShop(capture: capture) { shop in
            let goods = try await shop.buyer.goods()[0]
            let placed = try await shop.buyer.order([goods])
            try await shop.stripe.pay(try #require(placed["payAt"]), card: StripeStandIn.declined)
            try await shop.stripe.pay(try #require(placed["payAt"]), card: StripeStandIn.good)
            let order = try await shop.order(in: "paid")
            try await shop.expectAgreement(of: 1)

            // A webhook again, and one that came late: nothing happens twice.
            for event in try await shop.stripe.events() { try await shop.stripe.resend(event) }
            let cancelled = try await shop.buyer.api("POST", "/orders/\(order)/cancellation", ["reason": "too many"])
            #expect(cancelled.status == 200, "\(cancelled.text)")
            _ = try await eventually("the refund is there") {
                try await shop.reconciliation().json["matched"] as? Int == 2 ? true : nil
            }
            try await shop.expectAgreement(of: 2)
            #expect(try await shop.order(in: "cancelled") == order)
        }
    }

    @Test func lostWebhooksAreMadeUpFor() async throws {
        try await Self.withShop { shop in
            try await shop.stripe.silence()
            let goods = try await shop.buyer.goods()
            let first = try await shop.buyer.order([goods[0]])
            try await shop.stripe.pay(try #require(first["payAt"]), card: StripeStandIn.good)
            // The buyer comes back before any webhook.
            let page = try await shop.buyer.send("GET", "/orders/groups/\(try #require(first["group"]))/return")
            #expect(page.status == 200)
            _ = try await shop.order(in: "paid")

            // The next one never comes back.
            let second = try await shop.buyer.order([goods[1]])
            try await shop.stripe.pay(try #require(second["payAt"]), card: StripeStandIn.good)
            let found = try await shop.reconciliation()
            #expect(found.list("differences").map { $0["fault"] as? String } == ["doneOnlyThere"], "\(found.text)")
            for applied in [1, 0] {
                let caught = try await shop.operatorCaller.api(
                    "POST", "/reconciliation/catch-ups",
                    ["from": "2020-01-01T00:00:00Z", "until": "2020-02-01T00:00:00Z"])
                #expect(caught.json["applied"] as? Int == 0, "\(caught.text)")
                let now = Date()
                let period: [String: any Sendable] = [
                    "from": now.addingTimeInterval(-86_400).ISO8601Format(),
                    "until": now.addingTimeInterval(86_400).ISO8601Format(),
                ]
                let done = try await shop.operatorCaller.api("POST", "/reconciliation/catch-ups", period)
                #expect(done.json["applied"] as? Int == applied, "\(done.text)")
            }
            try await shop.expectAgreement(of: 2)
            #expect(try await shop.buyer.orders().allSatisfy { $0["state"] as? String == "paid" })
            #expect(try await shop.buyer.api("GET", "/reconciliation").status == 403)
        }
    }

    @Test func forgedAndForeignMessagesChangeNothing() async throws {
        try await Self.withShop { shop in
            let placed = try await shop.buyer.order([try await shop.buyer.goods()[0]])
            let body = """
                {"id":"evt_1","type":"payment_intent.succeeded","data":{"object":{"object":"payment_intent","id":"pi_1",
                "created":1,"status":"succeeded","amount":1,"currency":"cny",
                "metadata":{"quanyu_intent":"\(try #require(placed["payment"]))"}}}}
                """
            for signature in ["", "t=1,v1=00", "v1=aa", "t=9999999999,v1=\(String(repeating: "0", count: 64))"] {
                let answer = try await shop.buyer.send(
                    "POST", "/api/v1/webhooks/stripe", body: Data(body.utf8), headers: ["Stripe-Signature": signature])
                #expect(answer.problem == "webhook-refused", "\(answer.text)")
            }
            #expect(try await shop.buyer.send("POST", "/api/v1/webhooks/test", body: Data(body.utf8)).status == 404)
            #expect(try await shop.buyer.orders().first?["state"] as? String == "placed")
        }
    }

    @Test func anOrderStandsWhenStripeIsAway() async throws {
        try await Self.withShop { shop in
            try await shop.stripe.stop()
            let placed = try await shop.buyer.order([try await shop.buyer.goods()[0]])
            #expect(placed.status == 201 || placed.status == 200, "\(placed.text)")
            let path = try #require(placed["payAt"])
            #expect(path == "/orders/groups/\(try #require(placed["group"]))/return")
            #expect(try await shop.operatorCaller.api("GET", "/reconciliation").problem == "provider-unreachable")
        }
    }

    /// A server that takes money through a stand-in of its own.
    private struct Shop {
        let stripe: StripeStandIn
        let buyer: Caller
        let operatorCaller: Caller

        func order(in state: String) async throws -> String {
            try await eventually("an order is \(state)") {
                try await buyer.orders().first { $0["state"] as? String == state }?["id"] as? String
            }
        }

        func reconciliation() async throws -> Answer {
            try await operatorCaller.api(
                "GET", "/reconciliation?until=\(Date().addingTimeInterval(60).ISO8601Format())")
        }

        func expectAgreement(of count: Int) async throws {
            let found = try await reconciliation()
            #expect(found.json["matched"] as? Int == count, "\(found.text)")
            #expect(found.list("differences").isEmpty, "\(found.text)")
        }
    }

    private static func withShop(capture: String = "automatic", _ body: (Shop) async throws -> Void) async throws {
        let market = try await SmallMarket()
        let port = try freePort()
        let stripe = try await StripeStandIn.start(callingBack: "http://127.0.0.1:\(port)/api/v1/webhooks/stripe")
        let server = try await Server.start(
            data: market.data, port: port,
            environment: [
                "QUANYU_STRIPE_KEY": "sk_test_stand_in", "QUANYU_STRIPE_WEBHOOK_SECRET": StripeStandIn.secret,
                "QUANYU_STRIPE_URL": stripe.address, "QUANYU_SITE": "http://127.0.0.1:\(port)/",
                "QUANYU_STRIPE_CAPTURE": capture,
            ])
        do {
            let buyer = Caller(server.address)
            try await buyer.signUp("buyer@example.com")
            let operatorCaller = Caller(server.address)
            try await operatorCaller.signUp("boss@example.com")
            let granted = try await Child.run(
                try Executable.quanyu, ["grant", "boss@example.com", "operator", "--data", market.data])
            #expect(granted.end == .exit(0), "\(granted.output)")
            try await operatorCaller.signIn("boss@example.com")
            try await body(Shop(stripe: stripe, buyer: buyer, operatorCaller: operatorCaller))
        } catch {
            try? await server.kill()
            throw error
        }
        #expect(try await server.stop() == .exit(0), "\(server.child.output)")
    }
}
