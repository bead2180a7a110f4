import Foundation
import Harness
import Testing

let skipsBrowser = ProcessInfo.processInfo.environment["QUANYU_SKIP_BROWSER"] == "1"

@Suite(
    "People go their whole way in a browser", .serialized,
    .disabled(if: skipsBrowser, "QUANYU_SKIP_BROWSER=1: the journeys were left out."))
struct JourneyTests {
    private static let tea = "Mountain green tea"

    @Test(
        "A visitor finds goods, signs up, buys, and takes it back",
        arguments: [Driver.Look.phone, Driver.Look.desktop])
    func wholePath(look: Driver.Look) async throws {
        try await Self.withDriver { driver, server, _ in
            let person = Person(browser: try await driver.open(server.address, look), email: "lin@example.com")
            try await person.readsFeed()
            try await person.searches("绿茶", expecting: Self.tea)
            try await person.fillsCart(with: Self.tea)
            try await person.signsUpAtCheckout()
            try await person.ordersAndPays(for: Self.tea)
            try await person.cancels()
            for page in ["/mall", "/me", "/orders", "/following", "/cart"] {
                try await person.browser.go(page)
                try await person.looks(String(page.dropFirst()))
            }
            try await person.browser.close()
        }
    }

    @Test("Without script: from the feed to a paid order, the merchant ships it, the buyer confirms")
    func withoutScript() async throws {
        try await Self.withDriver { driver, server, _ in
            let buyer = Person(browser: try await driver.open(server.address, .withoutScript), email: "an@example.com")
            try await buyer.readsFeed()
            try await buyer.searches("绿茶", expecting: Self.tea)
            try await buyer.fillsCart(with: Self.tea)
            try await buyer.signsUpAtCheckout()
            try await buyer.ordersAndPays(for: Self.tea)
            let order = try #require(URL(string: try await buyer.browser.url)?.path)
            try await Self.ships(driver, server, order: order)
            try await buyer.browser.go(order)
            try await buyer.browser.find(".section-head .state--shipped")
            #expect(try await buyer.browser.pageText().contains("SF-2026-1"))
            try await buyer.browser.click("form[action$='/receipt'] button")
            try await buyer.browser.find(".section-head .state--completed")
            try await buyer.browser.close()
        }
    }

    @Test(
        "One press turns the site Chinese, prices and goods included",
        arguments: [Driver.Look.phone, Driver.Look.desktop])
    func chinese(look: Driver.Look) async throws {
        try await Self.withDriver { driver, server, _ in
            let person = Person(browser: try await driver.open(server.address, look), email: "")
            try await person.browser.go("/mall")
            try await person.browser.click("button[name=language][value=zh]")
            _ = try await eventually("the page is Chinese") {
                try await person.browser.attribute("lang", of: "html")?.hasPrefix("zh") == true ? true : nil
            }
            for page in ["/mall", "/search?q=%E8%8C%B6%E6%9D%AF", "/cart", "/sign-up", "/"] {
                try await person.browser.go(page)
                try await person.looks("zh" + page.replacing("/", with: "-").prefix(8))
                let text = try await person.browser.pageText()
                let han = text.unicodeScalars.count { (0x4E00...0x9FFF).contains($0.value) }
                #expect(han > 10, "\(page): \(text)")
            }
            try await person.browser.go("/search?q=%E8%8C%B6%E6%9D%AF")
            #expect(try await person.browser.text(".grid .card-title") == "青瓷茶杯")
            try await person.browser.close()
        }
    }

    /// The owner of the shop sends the order away.
    private static func ships(_ driver: Driver, _ server: Server, order: String) async throws {
        let browser = try await driver.open(server.address, .phone)
        let merchant = Person(browser: browser, email: SmallMarket.merchants[0])
        try await merchant.signsIn(password: SmallMarket.password, next: "/shop-desk")
        try await merchant.looks("shop-desk")
        try await browser.click(".desk .shop-link")
        let id = order.split(separator: "/").last.map(String.init) ?? ""
        try await browser.find("#\(id)")
        try await merchant.looks("queue")
        try await browser.type("SF Express", into: "#carrier-\(id)")
        try await browser.type("SF-2026-1", into: "#tracking-\(id)")
        try await browser.click("#\(id) form.ship button")
        _ = try await eventually("the order has left the queue") {
            try await browser.all("#\(id)").isEmpty ? true : nil
        }
        try await browser.close()
    }

    static func withDriver(_ body: (Driver, Server, SmallMarket) async throws -> Void) async throws {
        let driver = try await Driver.start()
        do {
            try await withSmallMarket(withVideos: true) { try await body(driver, $0, $1) }
        } catch {
            try? await driver.stop()
            throw error
        }
        try await driver.stop()
    }
}
