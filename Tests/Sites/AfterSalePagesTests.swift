import Hummingbird
import HummingbirdTesting
import Kernel
import Orders
import People
import Testing

@testable import Sites

/// A buyer, a shop and nobody else: an after-sale case through the pages of both.
struct AfterSalePagesTests {
    @Test func aBuyerAsksAndTheShopAgrees() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let (buyer, shop, stranger) = (Browser(client), Browser(client), Browser(client))
            try await Self.employ(shop, at: site)
            try await stranger.signUp("Eve")
            let order = try await Self.buy(site, buyer)
            let path = "/orders/\(order.id)/after-sale"
            #expect(try await buyer.get("/orders/\(order.id)").text.contains(path))
            let form = try await buyer.get(path)
            let key = try #require(form.field("key"))
            // Nothing chosen is said on the form, and what was typed stays.
            let empty = try await buyer.post(path, [("kind", "refund"), ("note", "too late"), ("key", key)])
            #expect(empty.status == .unprocessableContent && empty.text.contains("too late"))
            let fields = [
                ("kind", "refund"), ("reason", "changedMind"), ("note", "<b>sorry</b>"), ("key", key),
                ("quantity-\(order.lines[0].id)", "1"),
            ]
            let opened = try #require(try await buyer.post(path, fields).location)
            #expect(try await buyer.post(path, fields).location == opened, "a double click opens one case")
            for other in [stranger, Browser(client)] {
                #expect(try await !other.get(opened).text.contains("Refund only"))
            }
            #expect(try await buyer.get(opened).text.contains("Withdraw the request"))
            let queue = try await shop.get("/shop-desk/\(site.shop)/after-sale")
            #expect(queue.text.contains(opened))
            let seen = try await shop.get(opened)
            #expect(seen.text.contains("Agree") && seen.text.contains("&lt;b&gt;sorry"))
            _ = try await stranger.get("/me")
            #expect(try await stranger.post("\(opened)/approval", []).status == .notFound)
            #expect(try await shop.post("\(opened)/approval", [("key", "k1")]).location == opened)
            #expect(try await buyer.get(opened).text.contains("Refund on its way"))
            // Answered once; another answer changes nothing and says why.
            #expect(try await shop.post("\(opened)/refusal", [("note", "no"), ("key", "k2")]).status == .conflict)
        }
    }

    @Test func moneyPagesShowTheSaleAndOnlyToThoseWhoMay() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let (buyer, shop) = (Browser(client), Browser(client))
            try await Self.employ(shop, at: site)
            _ = try await Self.buy(site, buyer)
            let page = try await shop.get("/shop-desk/\(site.shop)/money")
            #expect(page.status == .ok && page.text.contains("Held back") && page.text.contains("Sale"))
            for path in ["/shop-desk/\(site.shop)/money", "/shop-desk/\(site.shop)/after-sale", "/operator"] {
                #expect(try await buyer.get(path).status.code >= 403, "\(path)")
            }
            #expect(try await buyer.get("/me/alliance").text.contains("No commissions yet"))
        }
    }

    @Test func aShopOpensAFlashLotAndItsPriceShows() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let shop = Browser(client)
            try await Self.employ(shop, at: site)
            let path = "/shop-desk/\(site.shop)/flash-lots"
            _ = try await shop.get(path)
            var fields = [
                ("variant", "\(site.teaVariants[0])"), ("amount", "59.90"), ("total", "3"), ("limit", "2"),
                ("starts", "2020-01-01T00:00"), ("ends", "2099-01-01T00:00"),
            ]
            let dear = try await shop.post(path, fields)
            #expect(dear.status == .unprocessableContent && dear.text.contains("59.90"))
            fields[1] = ("amount", "39.90")
            #expect(try await shop.post(path, fields).location == path)
            let product = try await Browser(client).get("/products/\(site.tea)?variant=\(site.teaVariants[0])")
            #expect(product.text.contains("3 left") && product.text.contains("up to 2 each"))
            #expect(try await shop.get(path).text.contains("Running"))
        }
    }

    static func employ(_ browser: Browser, at site: Site) async throws {
        try await browser.signUp("Owner")
        let owner = try await site.market.store.read {
            try $0.value("SELECT id FROM people WHERE name = 'Owner'", as: PersonID.self)
        }
        let person = try #require(owner)
        try await site.market.store.write { [people = site.market.people, shop = site.shop] in
            try people.setStaff(person, of: shop, role: .owner, in: $0)
        }
    }

    /// - Parameter name: under which the buyer signs up; `nil` for somebody who is signed in.
    static func buy(_ site: Site, _ browser: Browser, as name: String? = "Lin") async throws -> Order {
        if let name { try await browser.signUp(name) }
        _ = try await browser.get("/products/\(site.tea)")
        _ = try await browser.post(
            "/cart/lines", [("variant", "\(site.teaVariants[0])"), ("quantity", "2"), ("product", "\(site.tea)")])
        let open = try await browser.get("/checkout")
        let address = [
            ("name", "Lin"), ("phone", "139 0000 0000"), ("region", "Zhejiang"), ("city", "Hangzhou"),
            ("street", "1 Road"),
        ]
        let fields = [("line", open.field("line") ?? ""), ("key", open.field("key") ?? ""), ("mode", "cart")] + address
        let payment = try #require(try await browser.post("/checkout", fields).location)
        _ = try await browser.get(payment)
        let decided = try await browser.post(payment, [("decision", "pay")])
        let result = try await browser.get(try #require(decided.location))
        let path = try #require(result.text.firstMatch(of: /\/orders\/(ord_[0-9a-z]+)/)).1
        let id = try #require(OrderID(path))
        return try #require(try await site.market.orders.order(id))
    }
}
