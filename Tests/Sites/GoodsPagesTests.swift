import Catalog
import Hummingbird
import HummingbirdTesting
import Kernel
import Testing

@testable import Sites

/// A merchant keeps goods with a browser that runs no script.
struct GoodsPagesTests {
    @Test func aProductIsMadeChangedAndPutOnTheShelf() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { try await Self.make(site, $0) }
    }

    static func make(_ site: Site, _ client: any TestClientProtocol) async throws {
        let (shop, stranger) = (Browser(client), Browser(client))
        try await AfterSalePagesTests.employ(shop, at: site)
        let path = "/shop-desk/\(site.shop)/goods"
        #expect(try await shop.get(path).text.contains("Green tea"))
        let form = try await shop.get("\(path)/new")
        let category = try #require(try await site.market.catalog.categories().first?.id)
        let key = try #require(form.field("key"))
        let text: [(String, String)] = [
            ("title-en", "<b>Cup</b>"), ("title-zh", "杯子"), ("category", "\(category)"), ("key", key), ("version", "0"),
            ("attributes", "Origin: Jingdezhen | 产地：景德镇"), ("spec-en-0", "Small"), ("sku-0", "C-1"),
        ]
        // What is wrong is said beside its field, and what was typed stays.
        let wrong = try await shop.post(path, text + [("amount-0", "cheap")])
        #expect(wrong.status == .unprocessableContent && wrong.text.contains("must be an amount like 39.90"))
        #expect(wrong.text.contains("id=\"amount-0-note\"") && wrong.text.contains("&lt;b&gt;Cup"))
        let made = try #require(try await shop.post(path, text + [("amount-0", "39.90")]).location)
        #expect(try await shop.post(path, text + [("amount-0", "39.90")]).location == made, "a double click")
        let product = String(made.prefix { $0 != "?" })
        let page = try await shop.get(made)
        #expect(page.text.contains("Saved.") && page.text.contains("value=\"39.90\"") && page.text.contains("产地: 景德镇"))
        let id = try #require(page.field("id-0"))
        let shopper = "/products/\(product.split(separator: "/").last ?? "")"
        #expect(try await stranger.get(shopper).status == .notFound)
        #expect(try await shop.post("\(product)/status", [("version", "1"), ("status", "listed")]).status == .seeOther)
        #expect(try await stranger.get(shopper).text.contains("&lt;b&gt;Cup"))
        // An old form is told what is different and keeps what was typed; saved again, it counts.
        let fields = text + [("id-0", id), ("amount-0", "45")]
        let old = fields.map { $0.0 == "version" ? ("version", "1") : $0.0 == "key" ? ("key", "k1") : $0 }
        let stale = try await shop.post(product, old)
        #expect(stale.status == .conflict && stale.text.contains("Somebody else changed this product"))
        #expect(stale.text.contains("value=\"45\""))
        let version = try #require(stale.text.matches(of: /name="version" value="([0-9]+)"/).last?.1)
        let saved = try await shop.post(
            product,
            fields.map { $0.0 == "version" ? ("version", String(version)) : $0.0 == "key" ? ("key", "k2") : $0 })
        #expect(saved.location == "\(product)?saved=1")
        let kept = try await site.market.catalog.newest(shop: site.shop, limit: 1)
        #expect(kept.first?.price?.amount == Money(4_500, .cny))
        _ = try await stranger.get("/me")
        try await stranger.signUp("Eve")
        for other in [path, "\(path)/new", product] {
            #expect(try await stranger.get(other).status == .notFound, "\(other)")
            #expect(try await stranger.post(other, fields).status != .seeOther, "\(other)")
        }
    }

    @Test func thereIsAPagerASearchAndAnEmptyState() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let shop = Browser(client)
            try await AfterSalePagesTests.employ(shop, at: site)
            try await Self.fill(site)
            let path = "/shop-desk/\(site.shop)/goods"
            let first = try await shop.get(path)
            let next = try #require(first.text.firstMatch(of: /rel="next" href="([^"]+)"/)?.1)
            let second = try await shop.get(String(next).replacing("&amp;", with: "&"))
            let count = { (page: Browser.Page) in page.text.matches(of: /<strong>/).count }
            #expect(count(first) == 20 && count(second) == 7)
            #expect(try await shop.get("\(path)?q=number+7").text.contains("Number 7"))
            #expect(try await shop.get("\(path)?status=archived").text.contains("Nothing fits"))
        }
    }

    static func fill(_ site: Site) async throws {
        let category = try #require(try await site.market.catalog.categories().first?.id)
        try await site.market.store.write { transaction in
            for index in 0..<25 {
                try site.market.catalog.put(
                    ProductEntry(
                        id: site.market.source.identifier(), shop: site.shop, category: category,
                        title: Localized(en: "Number \(index)"), description: Localized(en: ""), brand: "",
                        attributes: [], media: [], createdAt: site.market.source.now), in: transaction)
            }
        }
    }
}
