import Hummingbird
import HummingbirdTesting
import Kernel
import Testing

@testable import Sites

/// A shop sets a member price; somebody reads of it, joins, pays it and leaves.
struct MemberPricePagesTests {
    @Test func fromTheGoodsEditorToTheCart() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { try await Self.walk(site, $0) }
    }

    private static func walk(_ site: Site, _ client: any TestClientProtocol) async throws {
        let (owner, buyer) = (Browser(client), Browser(client))
        try await AfterSalePagesTests.employ(owner, at: site)
        try await setPrice(owner, site)
        let (product, shop) = ("/products/\(site.tea)?variant=\(site.teaVariants[0])", "/shops/\(site.shop)")
        let seen = try await buyer.get(product)
        #expect(seen.text.contains("Member price</strong> ¥45.00") && seen.text.contains("\(shop)#membership"))
        #expect(try await buyer.get(product, language: "zh").text.contains("免费加入店铺会员"))
        // Joining takes an account, and the terms are there to be read.
        let door = try await buyer.get(shop)
        #expect(door.text.contains("Sign in to join") && door.text.contains("it gets no list of its members"))
        #expect(try await buyer.post("\(shop)/membership", [("terms", "1")]).location?.hasPrefix("/sign-in") == true)
        try await buyer.signUp("Lin")
        let terms = try #require(try await buyer.get(shop).field("terms"))
        #expect(try await buyer.post("\(shop)/membership", [("terms", "7")]).status == .unprocessableContent)
        let joined = try await buyer.post("\(shop)/membership", [("terms", terms), ("on", "1")])
        #expect(joined.location == "\(shop)#membership")
        #expect(try await buyer.get(shop, language: "zh").text.contains("您已是本店会员"))
        #expect(try await buyer.get(product).text.contains("You pay the member price."))
        _ = try await buyer.post("/cart/lines", [("variant", "\(site.teaVariants[0])"), ("quantity", "2")])
        let cart = try await buyer.get("/cart")
        #expect(cart.text.contains("¥45.00") && cart.text.contains("Member price"))
        #expect(try await owner.get("/shop-desk/\(site.shop)/deals").text.contains("1 members of this shop"))
        _ = try await buyer.get(shop)
        _ = try await buyer.post("\(shop)/membership", [("on", "0")])
        #expect(try await !buyer.get("/cart").text.contains("Member price"))
    }

    private static func setPrice(_ owner: Browser, _ site: Site) async throws {
        let path = "/shop-desk/\(site.shop)/goods/\(site.tea)"
        let page = try await owner.get(path)
        let names = page.text.matches(
            of: /name="((?:id|spec-en|spec-zh|sku|amount|list)-[0-9]+|version|key|title-en|title-zh)" value="([^"]+)"/)
        let category = try #require(page.text.firstMatch(of: /value="(cat_[0-9a-z]+)" selected/)?.1)
        let fields = names.map { (String($0.1), String($0.2)) } + [("category", String(category))]
        let dear = try await owner.post(path, fields + [("member-0", "49")])
        #expect(dear.status == .unprocessableContent && dear.text.contains("must be below the price"))
        let again = fields.map { $0.0 == "key" ? ("key", "k2") : $0 }
        #expect(try await owner.post(path, again + [("member-0", "45")]).location == "\(path)?saved=1")
    }
}
