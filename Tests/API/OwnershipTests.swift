import Foundation
import Harness
import Testing

@Suite("What belongs to one person stays with that person")
struct OwnershipTests {
    @Test("Another person's order, session, token and shop can't be read or changed")
    func othersThings() async throws {
        try await withSmallMarket { server, _ in
            let (owner, other) = (Caller(server.address), Caller(server.address))
            #expect(try await owner.signUp("owner@example.com").status == 201)
            #expect(try await other.signIn(SmallMarket.merchants[0], password: SmallMarket.password).status == 201)
            let goods = try await owner.goods()
            let foreign = try #require(goods.first { $0.shop != goods[0].shop })
            let staffShop = try await Self.shop(of: other, among: goods)
            let elsewhere = try #require(goods.first { $0.shop != staffShop }, "the small market has three shops")
            let placed = try await owner.order([elsewhere])
            #expect(placed.status == 201, "\(placed.text)")
            let order = try #require(try await owner.orders().first?["id"] as? String)
            let session = try #require(try await owner.api("GET", "/me/sessions").list("items").first?["id"] as? String)
            let token = try await owner.api("POST", "/me/tokens", ["name": "t", "scopes": ["orders"]])
            let tokenID = try #require(token["id"])
            try await Self.expectRefused(
                other,
                [
                    ("GET", "/orders/\(order)", nil), ("POST", "/orders/\(order)/cancellation", ["reason": "mine now"]),
                    ("POST", "/orders/\(order)/receipt", nil),
                    ("POST", "/orders/\(order)/shipment", ["carrier": "SF", "tracking": "SF1"]),
                    ("GET", "/shops/\(elsewhere.shop)/orders", nil), ("DELETE", "/me/sessions/\(session)", nil),
                    ("DELETE", "/me/tokens/\(tokenID)", nil),
                ])
            let payment = try #require(placed["payment"])
            #expect(try await other.send("GET", "/test-provider/\(payment)").status == 404)
            #expect(try await owner.api("GET", "/orders/\(order)")["state"] == "placed")
            #expect(try await owner.api("GET", "/me").status == 200)
            let program = Caller(server.address, token: try #require(token["secret"]))
            #expect(try await program.api("GET", "/orders").status == 200)
            _ = foreign
        }
    }

    @Test("Another shop's money, another buyer's case and what operators do are out of reach")
    func othersMoney() async throws {
        try await withSmallMarket { server, _ in
            let (owner, merchant) = (Caller(server.address), Caller(server.address))
            #expect(try await owner.signUp("owner@example.com").status == 201)
            #expect(try await merchant.signIn(SmallMarket.merchants[0], password: SmallMarket.password).status == 201)
            let goods = try await owner.goods()
            let own = try await Self.shop(of: merchant, among: goods)
            let elsewhere = try #require(goods.first { $0.shop != own })
            let (id, line) = try await Self.paidOrder(of: owner, elsewhere)
            let units: [String: any Sendable] = ["line": line, "quantity": 1]
            let request: [String: any Sendable] = [
                "kind": "refund", "reason": "changedMind", "note": "", "lines": [units],
            ]
            let opened = try await owner.api("POST", "/orders/\(id)/after-sale-cases", request, key: "case")
            #expect(opened.status == 201 && opened["state"] == "requested", "\(opened.text)")
            let again = try await owner.api("POST", "/orders/\(id)/after-sale-cases", request, key: "case")
            let found = try #require(opened["id"])
            #expect(again["id"] == found, "\(again.text)")
            let twice = try await owner.api("POST", "/orders/\(id)/after-sale-cases", request)
            #expect(twice.problem == "case-already-open")
            let shop = elsewhere.shop
            let change: [String: any Sendable] = ["variant": elsewhere.variant, "quantity": 1, "reason": "received"]
            try await Self.expectRefused(
                merchant,
                [
                    ("GET", "/after-sale-cases/\(found)", nil), ("GET", "/after-sale-cases/\(found)/steps", nil),
                    ("POST", "/after-sale-cases/\(found)/answer", ["approves": true, "note": ""]),
                    ("POST", "/after-sale-cases/\(found)/withdrawal", nil),
                    ("POST", "/after-sale-cases/\(found)/arbitration", ["forBuyer": true, "note": "n"]),
                    ("POST", "/orders/\(id)/after-sale-cases", request), ("GET", "/shops/\(shop)/balances", nil),
                    ("GET", "/shops/\(shop)/statement", nil), ("GET", "/shops/\(shop)/statement?format=csv", nil),
                    ("GET", "/shops/\(shop)/payouts", nil), ("GET", "/shops/\(shop)/after-sale-cases", nil),
                    ("POST", "/shops/\(shop)/payouts", ["currency": "CNY"]), ("GET", "/payouts", nil),
                    ("GET", "/disputes", nil), ("GET", "/commissions/held", nil),
                    ("PUT", "/products/\(elsewhere.product)/commission-plan", ["rate": 100]),
                    ("GET", "/shops/\(shop)/coupons", nil), ("GET", "/shops/\(shop)/price-offers", nil),
                    ("GET", "/shops/\(shop)/freight-templates", nil), ("GET", "/shops/\(shop)/tax-rates", nil),
                    ("PUT", "/shops/\(shop)/tax-rates", ["rate": 100, "isIncluded": true]),
                    ("GET", "/operator/coupons", nil),
                    ("GET", "/shops/\(shop)/stock", nil), ("GET", "/shops/\(shop)/stock-movements", nil),
                    ("GET", "/shops/\(shop)/stock-snapshot", nil), ("GET", "/shops/\(shop)/warehouses", nil),
                    ("GET", "/shops/\(shop)/pick-tasks", nil), ("GET", "/shops/\(shop)/parcels", nil),
                    ("GET", "/shops/\(shop)/inbound-orders", nil), ("GET", "/shops/\(shop)/messages/unread", nil),
                    ("POST", "/shops/\(shop)/pick-waves", nil), ("POST", "/shops/\(shop)/stock-adjustments", change),
                    ("POST", "/shops/\(own)/stock-adjustments", change),
                    ("GET", "/orders/\(id)/parcels", nil), ("GET", "/orders/\(id)/messages", nil),
                    ("POST", "/orders/\(id)/messages", ["text": "hello"]),
                    ("POST", "/orders/\(id)/parcels", ["carrier": "SF", "tracking": "SF1"]),
                    ("GET", "/quotes/\(try await Self.quote(of: owner, elsewhere))", nil),
                    (
                        "POST", "/shops/\(own)/deposits",
                        ["amount": ["amount": 100, "currency": "CNY"] as [String: any Sendable], "reference": "r"]
                    ),
                ])
            #expect(try await merchant.api("GET", "/shops/\(own)/balances").status == 200)
            let csv = try await merchant.api("GET", "/shops/\(own)/statement?format=csv")
            #expect(csv.text.hasPrefix("time,entry,kind,"))
            let nothing = try await merchant.api("POST", "/shops/\(own)/payouts", ["currency": "CNY"])
            #expect(nothing.problem == "nothing-to-pay", "\(nothing.text)")
            #expect(try await owner.api("GET", "/after-sale-cases").list("items").count == 1)
            #expect(try await owner.api("POST", "/after-sale-cases/\(found)/withdrawal")["state"] == "closed")
        }
    }

    @Test("A webhook that the provider did not sign pays nothing")
    func forgedWebhook() async throws {
        try await withSmallMarket { server, _ in
            let buyer = Caller(server.address)
            #expect(try await buyer.signUp("buyer@example.com").status == 201)
            let goods = try #require(try await buyer.goods().first)
            let payment = try #require(try await buyer.order([goods])["payment"])
            let body =
                #"{"id":"1","intent":"\#(payment)","state":"succeeded","amount":\#(goods.amount),"currency":"CNY"}"#
            for signature in [nil, "", "0000"] as [String?] {
                let answer = try await Caller(server.address).send(
                    "POST", "/api/v1/webhooks/test", body: Data(body.utf8),
                    headers: signature.map { ["Quanyu-Test-Signature": $0] } ?? [:])
                #expect((400..<500).contains(answer.status), "\(answer.text)")
            }
            #expect(try await buyer.orders().first?["state"] as? String == "placed")
        }
    }

    @Test("The same key is one command; with another request it is refused")
    func idempotency() async throws {
        try await withSmallMarket { server, _ in
            let buyer = Caller(server.address)
            #expect(try await buyer.signUp("buyer@example.com").status == 201)
            let goods = try await buyer.goods()
            let first = try await buyer.order([goods[0]], key: "k1")
            let again = try await buyer.order([goods[0]], key: "k1")
            #expect(first["group"] != nil && first["group"] == again["group"])
            #expect(try await buyer.order([goods[1]], key: "k1").problem == "idempotency-key-reused")
            #expect(try await buyer.orders().count == 1)
        }
    }

    /// A quote that belongs to its buyer.
    private static func quote(of buyer: Caller, _ goods: Goods) async throws -> String {
        let lines: [[String: any Sendable]] = [["variant": goods.variant, "quantity": 1]]
        let made = try await buyer.api("POST", "/quotes", ["lines": lines, "region": "Zhejiang"])
        guard let id = made["id"] else { throw HarnessProblem("Nothing was quoted: \(made.text)") }
        return id
    }

    /// An order that its buyer has paid for on the provider's page.
    private static func paidOrder(of buyer: Caller, _ goods: Goods) async throws -> (id: String, line: String) {
        let order = try await buyer.pay(try await buyer.order([goods]))
        guard let id = order["id"] as? String, let line = (order["lines"] as? [[String: Any]])?.first?["id"] as? String
        else { throw HarnessProblem("An order without lines: \(order)") }
        return (id, line)
    }

    /// The shop in which the caller may see orders.
    private static func shop(of caller: Caller, among goods: [Goods]) async throws -> String {
        for shop in Set(goods.map(\.shop)) where try await caller.api("GET", "/shops/\(shop)/orders").status == 200 {
            return shop
        }
        throw HarnessProblem("The merchant has no shop.")
    }

    private static func expectRefused(
        _ caller: Caller, _ requests: [(String, String, [String: any Sendable]?)]
    ) async throws {
        for (method, path, body) in requests {
            let answer = try await caller.api(method, path, body)
            #expect([403, 404].contains(answer.status), "\(method) \(path): \(answer.status) \(answer.text)")
        }
    }
}
