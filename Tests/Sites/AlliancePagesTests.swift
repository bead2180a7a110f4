import Alliance
import Flows
import HTTP
import Hummingbird
import HummingbirdTesting
import Kernel
import People
import Testing

@testable import Sites

/// A shop offers a commission, a creator shares a link, a buyer follows it: through the pages of all three.
struct AlliancePagesTests {
    @Test func aCommissionFromItsOfferToItsExplanation() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let (shop, creator, buyer) = (Browser(client), Browser(client), Browser(client))
            try await AfterSalePagesTests.employ(shop, at: site)
            try await Self.offer(shop, at: site)
            try await Self.become(.creator, creator, at: site)
            let link = try await Self.link(creator, to: site)
            try await Self.follow(link, buyer, site)
            _ = try await AfterSalePagesTests.buy(site, buyer)
            let page = try await creator.get("/me/alliance")
            for text in ["Estimated", "Green tea", "¥14.70", "15 %", "Your promotion link", "counts: the last one"] {
                #expect(page.text.contains(text), "\(text)")
            }
            #expect(try await creator.get("/me/alliance", language: "zh").text.contains("预估"))
            let earned = try await shop.get("/shop-desk/\(site.shop)/commissions")
            #expect(earned.text.contains("Kai") && earned.text.contains("¥98.00") && earned.text.contains("¥14.70"))
            // A period without sales says so; an impossible one says what to do.
            let before = try await creator.get("/me/alliance?from=2020-01-01&until=2020-01-02")
            #expect(before.text.contains("No commissions yet") && !before.text.contains("14.70"))
            let wrong = try await creator.get("/me/alliance?from=2020-01-02&until=2020-01-01")
            #expect(wrong.status == .unprocessableContent)
        }
    }

    @Test func linksAreForCreatorsAndLeadOnlyWhereTheyShould() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let shopper = Browser(client)
            try await shopper.signUp("Eve")
            #expect(try await shopper.get("/me/alliance/plans").text.contains("Only creators make links"))
            let refused = try await shopper.post("/me/alliance/links", [("product", "\(site.tea)")])
            #expect(refused.status == .forbidden)
            #expect(try await shopper.get("/go/\(PromotionLinkID(rawValue: 5))").status == .notFound)
            #expect(try await shopper.get("/go/nothing").status == .notFound)
            #expect(try await Browser(client).get("/me/alliance").status != .ok)
        }
    }

    @Test func heldCommissionsAreDecidedForAReason() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let (shop, creator, officer) = (Browser(client), Browser(client), Browser(client))
            try await AfterSalePagesTests.employ(shop, at: site)
            try await Self.offer(shop, at: site)
            try await Self.become(.creator, creator, at: site)
            let link = try await Self.link(creator, to: site)
            try await Self.follow(link, creator, site)
            let order = try await AfterSalePagesTests.buy(site, creator, as: nil)
            #expect(try await creator.get("/me/alliance").text.contains("buyer and creator are one person"))
            #expect(try await creator.get("/operator/commissions").status == .forbidden)
            try await Self.become(.operator, officer, at: site)
            let desk = try await officer.get("/operator/commissions")
            let line = try #require(desk.field("line"))
            #expect(line == "\(order.lines[0].id)")
            let path = "/operator/commissions/\(line)/decision"
            let silent = try await officer.post(path, [("decision", "voided"), ("line", line)])
            #expect(silent.status == .unprocessableContent)
            let decision = [("decision", "voided"), ("line", line), ("reason", "bought from oneself"), ("key", "k")]
            #expect(try await officer.post(path, decision).location == "/operator/commissions")
            #expect(try await officer.post(path, decision).location == "/operator/commissions", "a double click")
            #expect(try await officer.get("/operator/commissions").text.contains("bought from oneself"))
            let seen = try await creator.get("/me/alliance").text
            #expect(seen.contains("Not paid") && seen.contains("bought from oneself"))
            let trail = try await shop.get("/shop-desk/\(site.shop)/trail").text
            #expect(trail.contains("Held commission decided") && trail.contains("bought from oneself"))
        }
    }

    /// Previews 15 %, which sets nothing, then sets it.
    private static func offer(_ shop: Browser, at site: Site) async throws {
        let path = "/shop-desk/\(site.shop)/commissions"
        _ = try await shop.get(path)
        let fields = [("product", "\(site.tea)"), ("rate", "15")]
        let preview = try await shop.post(path, fields)
        // 49.00: a fee of 2 % and a commission of 15 %.
        for text in ["¥0.98", "¥7.35", "¥40.67"] { #expect(preview.text.contains(text), "\(text)") }
        #expect(try await site.market.alliance.plans(of: site.tea).isEmpty)
        let dear = try await shop.post(path, [("product", "\(site.tea)"), ("rate", "99")])
        #expect(dear.status == .unprocessableContent)
        #expect(try await shop.post(path, fields + [("confirmed", "1"), ("key", "k1")]).location == path)
        #expect(try await site.market.alliance.plans(of: site.tea).map(\.rate.value) == [1_500])
    }

    private static func link(_ creator: Browser, to site: Site) async throws -> String {
        #expect(try await creator.get("/me/alliance/plans").text.contains("¥7.35 for each one sold"))
        let made = try await creator.post("/me/alliance/links", [("product", "\(site.tea)")])
        #expect(made.location == "/me/alliance/plans#\(site.tea)")
        let page = try await creator.get("/me/alliance/plans")
        return String(try #require(page.text.firstMatch(of: /\/go\/lnk_[0-9a-z]+/)).0)
    }

    private static func follow(_ link: String, _ buyer: Browser, _ site: Site) async throws {
        #expect(try await buyer.get(link).location == "/products/\(site.tea)")
    }

    private static func become(_ role: Role, _ browser: Browser, at site: Site) async throws {
        try await browser.signUp("Kai")
        let people = try await site.market.store.read { transaction in
            try transaction.rows("SELECT id FROM people ORDER BY created_at DESC, id DESC LIMIT 1")
                .map { try $0.get(0, as: PersonID.self) }
        }
        let person = try #require(people.first)
        try await site.market.store.write { [market = site.market] transaction in
            try market.people.grant(role, to: person, in: transaction)
        }
    }
}
