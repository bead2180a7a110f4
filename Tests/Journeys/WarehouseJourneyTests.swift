import Foundation
import Harness
import Testing

@Suite(
    "A warehouse's work in a browser", .serialized,
    .disabled(if: skipsBrowser, "QUANYU_SKIP_BROWSER=1: the journeys were left out."))
struct WarehouseJourneyTests {
    /// What a hand scanner sends after a code.
    private static let enter = "\u{E007}"

    @Test(
        "A parcel is scanned, packed and handed over, with a scanner that types, and the stock has its pages",
        arguments: [Driver.Look.phone, Driver.Look.withoutScript])
    func scans(look: Driver.Look) async throws {
        try await JourneyTests.withDriver { driver, server, _ in
            let (shop, goods) = try await Self.sellTwo(server)
            let browser = try await driver.open(server.address, look)
            let worker = Person(browser: browser, email: SmallMarket.merchants[0])
            try await worker.signsIn(password: SmallMarket.password, next: "/shop-desk")
            for page in ["stock", "stock/movements", "warehouses", "orders"] {
                try await browser.go("/shop-desk/\(shop)/\(page)")
                try await worker.looks(page.replacing("/", with: "-"))
            }
            try await browser.go("/shop-desk/\(shop)/parcels")
            try await browser.click("main form button")
            try await worker.looks("parcels")
            try await browser.click("main table a")
            try await worker.looks("parcel")
            try await Self.scan(goods.variant, with: browser)
            try await browser.click("form[action$='/pack'] button")
            try await browser.type("SF", into: "#carrier")
            try await browser.type("SF-9" + Self.enter, into: "#tracking")
            _ = try await eventually("the parcel has left") {
                try await browser.text(".section-head .state").contains("On its way") ? true : nil
            }
            try await browser.close()
        }
    }

    /// Two units: after the first the field is empty and ready for the second.
    private static func scan(_ code: String, with browser: Browser) async throws {
        try await browser.type("nonsense" + enter, into: "#code")
        try await browser.find(browser.look.runsScript ? ".toast" : ".message--problem")
        try await browser.type(code + enter, into: "#code")
        _ = try await eventually("one unit is taken") {
            try await browser.text("[data-picked]").contains("1 of 2") ? true : nil
        }
        if browser.look.runsScript {
            let isReady = "document.activeElement.id === 'code' && document.activeElement.value === '' ? 1 : 0"
            #expect(try await browser.number(isReady) == 1)
        }
        try await browser.type(code + enter, into: "#code")
        _ = try await eventually("both are taken") {
            try await browser.text("[data-picked]").contains("2 of 2") ? true : nil
        }
    }

    /// Somebody orders two units of the merchant's shop.
    private static func sellTwo(_ server: Server) async throws -> (shop: String, goods: Goods) {
        let (buyer, merchant) = (Caller(server.address), Caller(server.address))
        #expect(try await buyer.signUp("two@example.com").status == 201)
        #expect(try await merchant.signIn(SmallMarket.merchants[0], password: SmallMarket.password).status == 201)
        for goods in try await buyer.goods() {
            guard try await merchant.api("GET", "/shops/\(goods.shop)/stock").status == 200 else { continue }
            _ = try await buyer.pay(try await buyer.order([goods], quantity: 2))
            return (goods.shop, goods)
        }
        throw HarnessProblem("The merchant has no goods.")
    }
}
