import Catalog
import Content
import Flows
import HTTP
import Hummingbird
import Journal
import Kernel
import Membership
import Shops

/// A shop as everybody sees it.
struct ShopPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }
    private static let pageSize = 24

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/shops/{id}") { try await show($0, $1) }
        router.post("/shops/{id}/membership") { try await join($0, $1) }
    }

    /// Joins the shop's members, or leaves them.
    private func join(_ request: Request, _ context: Context) async throws -> Response {
        let form = try await Form(request, context)
        let shop: ShopID = try context.identifier("id", "shop")
        let identity = try context.person()
        if form["on"] == "0" {
            try await JoinShop(market).leave(shop, by: identity)
        } else {
            try await JoinShop(market)(shop, terms: form["terms"].flatMap { Int64($0) } ?? 0, by: identity)
        }
        return Frame.redirect("/shops/\(shop)#membership")
    }

    private func show(_ request: Request, _ context: Context) async throws -> Response {
        let id: ShopID = try context.identifier("id", "shop")
        guard let shop = try await market.shops.shop(id) else { throw NotFound("shop") }
        let identity = try context.anybody()
        let person = identity.person
        let page = try request.query("page", in: 1...1_000, default: 1)
        // One more than a page tells whether there is another page.
        let cards = try await market.catalog.newest(
            shop: id, limit: Self.pageSize + 1, offset: (page - 1) * Self.pageSize)
        let products = try await PresentCards(market).products(
            cards.prefix(Self.pageSize).map(\.id), in: context.language)
        let followers = try await market.content.followers(of: .shop(id), for: person)
        let about = shop.about.text(in: context.language)
        let name = shop.name.text(in: context.language)
        let pager: View = [
            "text": "", "previous": maybe(page > 1 ? "/shops/\(id)?page=\(page - 1)" : nil),
            "following": maybe(cards.count > Self.pageSize ? "/shops/\(id)?page=\(page + 1)" : nil),
        ]
        let isMember = try await market.membership.isMember(person, of: id)
        let score = ScoreView(try await KeepScores(market).score(of: id)).view(context)
        return try await frame.show(
            Page(
                .shop, name, .mall,
                ([
                    "id": id.description, "name": name, "about": maybe(about.isEmpty ? nil : about),
                    "image": maybe(shop.logo.map { "/media/\($0)" }), "isFollowing": followers.isFollowing,
                    "followersText": context.words(.followers, context.format.count(followers.count)),
                    "followNext": "/shops/\(id)", "cards": products.map { context.format.card($0) },
                    "isMember": isMember, "isVisitor": identity.isVisitor, "terms": String(Membership.terms),
                    "hasCards": !products.isEmpty,
                    "pager": page > 1 || cards.count > Self.pageSize ? pager as Any : false,
                ] as View).merging(score)), request, context)
    }
}
