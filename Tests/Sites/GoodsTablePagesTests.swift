import Hummingbird
import HummingbirdTesting
import Kernel
import Testing

@testable import Sites

/// A merchant takes goods out as a table and brings them back.
struct GoodsTablePagesTests {
    @Test func aTableIsCheckedThenBroughtIn() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { try await Self.bring(site, $0) }
    }

    static func bring(_ site: Site, _ client: any TestClientProtocol) async throws {
        let (shop, stranger) = (Browser(client), Browser(client))
        try await AfterSalePagesTests.employ(shop, at: site)
        try await stranger.signUp("Eve")
        let path = "/shop-desk/\(site.shop)/goods-table"
        let out = try await shop.get("/shop-desk/\(site.shop)/goods.csv")
        #expect(out.text.contains("Green tea") && out.text.contains("49.00"))
        #expect(try await stranger.get("/shop-desk/\(site.shop)/goods.csv").status == .notFound)
        _ = try await shop.get(path)
        // The table that went out, with one price changed and one row that is wrong.
        let text = out.text.replacing("49.00", with: "52.00") + "NEW,,,,,Tea,,N-1,,,5,,,CNY,listed,\r\n"
        let checked = try await shop.upload(path, [("mode", "check")], files: [Array(text.utf8)])
        #expect(checked.status == .ok && checked.text.contains("Nothing has changed yet. 0 would be made, 2 changed"))
        #expect(checked.text.contains("must not be empty") && checked.text.contains("leave the rest"))
        #expect(try await stranger.upload(path, [("mode", "all")], files: [Array(text.utf8)]).status == .notFound)
        // The table stands in the page, escaped, and is applied from there.
        let table = try #require(checked.field("table"))
        let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")].reduce(table) {
            $0.replacing($1.0, with: $1.1)
        }
        #expect(plain == text)
        let applied = try await shop.upload(path, [("mode", "good"), ("table", plain)], files: [])
        #expect(applied.text.contains("Done: 0 made, 2 changed, 0 as they were, 1 refused."), "\(applied.text)")
        let tea = try #require(try await site.market.catalog.product(site.tea))
        #expect(tea.variants.allSatisfy { $0.price?.amount == Money(5_200, .cny) })
        let nonsense = try await shop.upload(path, [("mode", "check")], files: [[1, 2, 3]])
        #expect(nonsense.status == .unprocessableContent && nonsense.text.contains("unknown column"))
    }
}
