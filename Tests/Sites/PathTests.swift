import Catalog
import HummingbirdTesting
import Kernel
import Hummingbird
import Orders
import Testing

@testable import Sites

private let address = [
    ("name", "Lin"), ("phone", "139 0000 0000"), ("region", "Zhejiang"), ("city", "Hangzhou"),
    ("street", "1 West Lake Road + garden"),
]

/// The whole path of a shopper whose browser runs no script.
struct PathTests {
    /// Puts two units of the first tea into the cart and opens the checkout.
    private func checkout(_ site: Site, _ browser: Browser) async throws -> Browser.Page {
        _ = try await browser.get("/products/\(site.tea)")
        let added = try await browser.post(
            "/cart/lines", [("variant", "\(site.teaVariants[0])"), ("quantity", "2"), ("product", "\(site.tea)")])
        #expect(added.status == .seeOther)
        return try await browser.get("/checkout")
    }

    @Test func aVisitorBuysPaysAndCancels() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let browser = Browser(client)
            // The cart of a visitor survives the new account.
            let closed = try await checkout(site, browser)
            #expect(closed.location == "/sign-in?next=%2Fcheckout")
            try await browser.signUp()
            let open = try await browser.get("/checkout")
            #expect(open.text.contains("¥98.00"))
            let line = try #require(open.field("line"))
            let key = try #require(open.field("key"))
            let fields = [("line", line), ("key", key), ("mode", "cart")] + address
            let placed = try await browser.post("/checkout", fields)
            let payment = try #require(placed.location)
            #expect(payment.hasPrefix("/test-provider/pay_"))
            // The same form sent twice places one order.
            #expect(try await browser.post("/checkout", fields).location == payment)
            #expect(try await browser.get(payment).text.contains("no money moves"))
            let decided = try await browser.post(payment, [("decision", "pay")])
            let result = try await browser.get(try #require(decided.location))
            #expect(result.text.contains("Paid. Thank you!"))
            let order = try #require(result.text.firstMatch(of: /\/orders\/ord_[0-9a-z]+/)).output
            let page = try await browser.get(String(order))
            #expect(page.text.contains("To be shipped"))
            #expect(page.text.contains("1 West Lake Road + garden"))
            _ = try await browser.post("\(order)/cancel", [("reason", "I changed my mind")])
            #expect(try await browser.get(String(order)).text.contains("I changed my mind"))
        }
    }

    @Test func aChangedPriceIsConfirmedAgain() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let browser = Browser(client)
            try await browser.signUp()
            let open = try await checkout(site, browser)
            let (line, key) = (try #require(open.field("line")), try #require(open.field("key")))
            try await site.market.store.write { transaction in
                try site.market.catalog.setPrice(
                    Price(amount: Money(5_100, .cny), list: nil), of: site.teaVariants[0], from: site.market.source.now,
                    until: nil, in: transaction)
            }
            let again = try await browser.post("/checkout", [("line", line), ("key", key), ("mode", "cart")] + address)
            #expect(again.status == .conflict)
            #expect(again.text.contains("from ¥49.00 to ¥51.00"))
            #expect(again.text.contains("Confirm the new prices"))
            // What was typed is still there, and the new form is accepted.
            #expect(again.field("city") == nil && again.text.contains("value=\"Hangzhou\""))
            let fresh = [("line", try #require(again.field("line"))), ("key", try #require(again.field("key")))]
            let placed = try await browser.post("/checkout", fresh + [("mode", "cart")] + address)
            #expect(placed.location?.hasPrefix("/test-provider/") == true)
        }
    }

    @Test func moreThanThereIsIsRefusedWithAReason() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let browser = Browser(client)
            _ = try await browser.get("/cart")
            let refused = try await browser.post(
                "/cart/lines", [("variant", "\(site.teaVariants[0])"), ("quantity", "9")])
            #expect(refused.status == .conflict)
            #expect(refused.text.contains("no longer available in this quantity"))
            let nonsense = try await browser.post(
                "/cart/lines", [("variant", "\(site.teaVariants[0])"), ("quantity", "-1")])
            #expect(nonsense.status == .unprocessableContent)
        }
    }

    @Test func aRemovedLineCanBePutBack() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let browser = Browser(client)
            try await browser.signUp()
            _ = try await checkout(site, browser)
            let removed = try await browser.post(
                "/cart/lines/\(site.teaVariants[0])/remove", [("quantity", "2")])
            let cart = try await browser.get(try #require(removed.location))
            #expect(cart.text.contains("Undo") && cart.text.contains("Your cart is empty"))
            let variant = "\(site.teaVariants[0])"
            let undone = try await browser.post(
                "/cart/lines", [("variant", variant), ("quantity", "2"), ("next", "/cart")])
            #expect(undone.location == "/cart")
            #expect(try await browser.get("/cart").text.contains("¥98.00"))
        }
    }

    @Test func searchFindsInBothLanguagesAndKeepsPlusAsSpace() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let browser = Browser(client)
            #expect(try await browser.get("/search?q=green+tea").text.contains("/products/\(site.tea)"))
            let chinese = try await browser.get("/search?q=\("绿茶".queryEscaped)", language: "zh-CN")
            #expect(chinese.text.contains("lang=\"zh-Hans\"") && chinese.text.contains("绿茶"))
            #expect(try await browser.get("/search?q=zzzzqq").text.contains("Nothing found"))
            for query in ["q=tea&min=nan&max=1e99", "q=%ff%fe", "q=tea&page=-4&sort=none", "category=x"] {
                #expect(try await browser.get("/search?\(query)").status == .ok)
            }
        }
    }
}
