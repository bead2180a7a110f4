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
