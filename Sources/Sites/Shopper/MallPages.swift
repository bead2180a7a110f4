import Catalog
import Feed
import Flows
import HTTP
import Hummingbird
import Kernel

/// The mall's home: categories, what may be needed again, what many want, what is new.
struct MallPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/mall") { try await mall($0, $1) }
    }

    private func mall(_ request: Request, _ context: Context) async throws -> Response {
        let identity = try context.anybody()
        let present = PresentCards(market)
        let buyAgain = market.feed.buyAgain(identity.person, count: 12)
        let trending = market.feed.trending(for: identity.person, count: 24)
        let again = try await present.products(buyAgain.products, in: context.language)
        let popular = try await present.products(trending.products, in: context.language)
        let newest = try await market.catalog.newest(limit: 12).map(\.id)
        let fresh = try await present.products(newest, in: context.language)
        let categories = try await frame.categories.all().filter { $0.parent == nil }
        let format = context.format
        return try await frame.show(
            Page(
                .mall, context.words(.mall), .mall,
                [
                    "categories": categories.map { View($0, context.language) }, "hasBuyAgain": !again.isEmpty,
                    "buyAgain": again.map { format.card($0, slate: buyAgain.id) }, "hasTrending": !popular.isEmpty,
                    "trending": popular.map { format.card($0, slate: trending.id) }, "hasNewest": !fresh.isEmpty,
                    "newest": fresh.map { format.card($0) }, "isEmpty": popular.isEmpty && fresh.isEmpty,
                ]), request, context)
    }
}

extension View {
    /// A category in a list.
    init(_ category: Category, _ language: Kernel.Language) {
        self = [
            "href": "/categories/\(category.id)", "name": category.name.text(in: language), "emoji": category.emoji,
        ]
    }
}
