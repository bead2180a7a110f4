import Flows
import Hummingbird
import HummingbirdTesting
import Testing

@testable import Sites

/// A shop looks what a rule would do, sets it, sees it act and ends it, without script.
struct RulePagesTests {
    @Test func aRuleFromItsPreviewToItsEnd() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let shop = Browser(client)
            try await AfterSalePagesTests.employ(shop, at: site)
            let path = "/shop-desk/\(site.shop)/rules"
            #expect(try await shop.get(path).text.contains("Nothing happens by itself yet"))
            #expect(try await shop.get(path, language: "zh").text.contains("自动规则"))
            let variant = ("variant", "\(site.teaVariants[0])")
            let empty = try await shop.post(path, [variant, ("when", "stock")])
            #expect(empty.status == .unprocessableContent)
            let fields = [variant, ("when", "stock"), ("atMost", "5"), ("amount", "59.90")]
            let preview = try await shop.post(path, fields)
            #expect(preview.text.contains("at once from ¥49.00 to ¥59.90"))
            #expect(try await shop.get(path).text.contains("Nothing happens by itself yet"), "a preview sets nothing")
            let key = ("key", "k1")
            #expect(try await shop.post(path, fields + [("confirmed", "1"), key]).location == path)
            #expect(try await shop.post(path, fields + [("confirmed", "1"), key]).location == path, "a double click")
            #expect(try await ActOnRules(site.market)().acted == 1)
            let acting = try await shop.get(path).text
            #expect(
                acting.contains("Acting") && acting.contains("was ¥49.00") && acting.contains("at 5 units or fewer"))
            let id = try #require(acting.firstMatch(of: /rul_[0-9a-z]+/)).0
            #expect(try await shop.post("\(path)/\(id)/end", []).location == path)
            #expect(try await site.market.catalog.product(site.tea)?.variants[0].price?.amount.amount == 4_900)
            let trail = try await shop.get("/shop-desk/\(site.shop)/trail").text
            #expect(trail.contains("Rule set") && trail.contains("Rule acted") && trail.contains("Rule ended"))
        }
    }
}
