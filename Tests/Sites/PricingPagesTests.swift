import Foundation
import Hummingbird
import HummingbirdTesting
import Kernel
import Orders
import People
import Testing

@testable import Sites

/// A shop sets a deal, delivery, tax and a coupon; a buyer takes the coupon, sees what everything costs and pays that.
struct PricingPagesTests {
    private static let address = [
        ("name", "Lin"), ("phone", "139 0000 0000"), ("region", "Zhejiang"), ("city", "Hangzhou"), ("street", "1 Road"),
    ]

    @Test func fromTheShopsDeskToThePaidOrder() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { try await Self.walk(site, $0) }
    }

    private static func walk(_ site: Site, _ client: any TestClientProtocol) async throws {
        let owner = Browser(client)
        try await employ(owner, at: site)
        let desk = "/shop-desk/\(site.shop)"
        try await setPrices(owner, desk, site)
        let buyer = Browser(client)
        try await buyer.signUp("Lin")
        _ = try await buyer.get("/products/\(site.tea)")
        _ = try await buyer.post("/cart/lines", [("variant", "\(site.teaVariants[0])"), ("quantity", "2")])
        let cart = try await buyer.get("/cart")
        #expect(cart.text.contains("¥40.00") && cart.text.contains("¥49.00") && cart.text.contains("Deal"))
        var page = try await buyer.get("/checkout")
        #expect(page.text.contains("once the region is known") && page.text.contains("Spring tea"))
        let coupon = try #require(page.text.firstMatch(of: /name="claim" value="(cpn_[0-9a-z]+)"/)).1
        page = try await buyer.post("/checkout", fields(page) + [("claim", String(coupon))])
        // 80.00 − 10.00, 9.00 delivery, 9 % on top of 70.00 + 9.00.
        for text in ["¥80.00", "−¥10.00", "¥9.00", "¥7.11", "¥86.11"] { #expect(page.text.contains(text), "\(text)") }
        // Without the coupon it is another total, which has to be confirmed.
        let other = try await buyer.post("/checkout", fields(page) + [("coupon-group", "\(site.shop)")])
        #expect(other.text.contains("¥97.01") && other.text.contains("Confirm"))
        page = try await buyer.post(
            "/checkout",
            fields(other) + [
                ("coupon-group", "\(site.shop)"), ("coupon-\(site.shop)", String(coupon)), ("update", "1"),
            ])
        #expect(page.text.contains("¥86.11"))
        try await endDeal(owner, desk)
        let chosen = [("coupon-group", "\(site.shop)"), ("coupon-\(site.shop)", String(coupon))]
        let changed = try await buyer.post("/checkout", fields(page) + chosen)
        #expect(changed.status == .conflict && changed.text.contains("from ¥40.00 to ¥49.00"))
        let payment = try #require(try await buyer.post("/checkout", fields(changed) + chosen).location)
        _ = try await buyer.get(payment)
        let decided = try await buyer.post(payment, [("decision", "pay")])
        let result = try await buyer.get(try #require(decided.location))
        let path = try #require(result.text.firstMatch(of: /\/orders\/ord_[0-9a-z]+/)).output
        // 98.00 − 10.00 + 9.00, and 9 % of 88.00 and 9.00.
        let order = try await buyer.get(String(path))
        for text in ["¥98.00", "¥10.00", "¥8.73", "¥105.73"] { #expect(order.text.contains(text), "\(text)") }
        #expect(try await buyer.get(String(path), language: "zh").text.contains("运费"))
        #expect(try await buyer.get("/me/coupons", language: "zh").text.contains("春茶"))
        try await checkOutsiders(client, desk)
    }

    private static func fields(_ page: Browser.Page) -> [(String, String)] {
        ["line", "key", "mode", "quote"].compactMap { name in page.field(name).map { (name, $0) } } + address
    }

    private static func setPrices(_ owner: Browser, _ desk: String, _ site: Site) async throws {
        let page = try await owner.get("\(desk)/deals")
        let time = [("zone", "Asia/Shanghai"), ("starts", "2020-01-01T00:00"), ("ends", "2120-01-01T00:00")]
        let key = try #require(page.field("key"))
        let deal = [("variant", "\(site.teaVariants[0])"), ("amount", "40"), ("key", key)] + time
        #expect(try await owner.post("\(desk)/deals", deal).location == "\(desk)/deals")
        #expect(try await owner.post("\(desk)/deals", deal).location == "\(desk)/deals")
        let deals = try await owner.get("\(desk)/deals").text
        #expect(deals.matches(of: /deals\/ofr_[0-9a-z]+\/end/).count == 1, "a double click makes one deal")
        let dearer = try await owner.post(
            "\(desk)/deals", [("variant", "\(site.teaVariants[0])"), ("amount", "50")] + time)
        #expect(dearer.status == .unprocessableContent)
        #expect(try await owner.get("\(desk)/freight").text.contains("No templates"))
        let template = [
            ("name", "Standard"), ("measure", "piece"), ("regions-1", "浙江, Zhejiang"), ("first-1", "1"),
            ("first-amount-1", "8"), ("more-1", "1"), ("more-amount-1", "1"), ("default", "1"),
        ]
        #expect(try await owner.post("\(desk)/freight", template).location == "\(desk)/freight")
        let tax = [("category", ""), ("region", ""), ("rate", "9"), ("kind", "added")]
        #expect(try await owner.post("\(desk)/tax", tax).location == "\(desk)/freight#tax")
        let shown = try await owner.get("\(desk)/freight").text
        #expect(shown.contains("Standard") && shown.contains("9 %"))
        let coupon = [
            ("name", "Spring tea"), ("nameChinese", "春茶"), ("amount", "10"), ("threshold", "50"), ("shopShare", "100"),
            ("uses", "5"), ("personLimit", "1"), ("budget", "50"), ("zone", "Asia/Shanghai"),
            ("startsAt", "2020-01-01T00:00"), ("endsAt", "2120-01-01T00:00"),
        ]
        let bad = try await owner.post("\(desk)/coupons", coupon.map { $0.0 == "shopShare" ? ($0.0, "90") : $0 })
        #expect(bad.status == .unprocessableContent && bad.text.contains("value=\"Spring tea\""))
        #expect(try await owner.post("\(desk)/coupons", coupon).location == "\(desk)/coupons")
        #expect(try await owner.get("\(desk)/coupons").text.contains("Spring tea"))
    }

    private static func endDeal(_ owner: Browser, _ desk: String) async throws {
        let page = try await owner.get("\(desk)/deals").text
        let path = try #require(page.firstMatch(of: /\/shop-desk\/shp_[0-9a-z]+\/deals\/ofr_[0-9a-z]+\/end/)).output
        #expect(try await owner.post(String(path), []).location == "\(desk)/deals")
    }

    private static func checkOutsiders(_ client: any TestClientProtocol, _ desk: String) async throws {
        let stranger = Browser(client)
        try await stranger.signUp("Eve")
        for page in ["deals", "freight", "coupons"] {
            #expect(try await stranger.get("\(desk)/\(page)").status == .notFound, "\(page)")
            _ = try await stranger.get("/me")
            #expect(try await stranger.post("\(desk)/\(page)", []).status == .notFound, "\(page)")
        }
        #expect(try await stranger.get("/operator/coupons").status == .forbidden)
    }

    private static func employ(_ browser: Browser, at site: Site) async throws {
        try await browser.signUp("Owner")
        let owner = try await site.market.store.read {
            try $0.value("SELECT id FROM people WHERE name = 'Owner'", as: PersonID.self)
        }
        let person = try #require(owner)
        try await site.market.store.write { [people = site.market.people, shop = site.shop] in
            try people.setStaff(person, of: shop, role: .owner, in: $0)
        }
    }
}
