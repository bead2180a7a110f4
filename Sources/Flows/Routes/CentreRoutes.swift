import Catalog
import Centre
import Foundation
import HTTP
import Kernel

/// A variant on a product page.
struct VariantBody: Documented {
    let id: VariantID
    let spec: String
    let sku: String
    /// Minor units; absent while it can't be bought.
    let amount: Int64?
    let listAmount: Int64?
    /// What members of the shop pay, where that is less than `amount`; `/me/memberships` makes the caller one.
    let memberAmount: Int64?
    /// Units that can be bought now.
    let available: Int64
    /// The running flash lot whose price this is.
    let flashLot: FlashLotBody?
    static let example = VariantBody(
        id: Identifier(rawValue: 2), spec: "250 g", sku: "TEA-250", amount: 4_900, listAmount: 5_900,
        memberAmount: 4_500,
        available: 12,
        flashLot: .example)
}

/// Everything about a product, in the caller's language.
struct ProductBody: Documented {
    let id: ProductID
    let shop: PartyView
    let category: CategoryID
    let title: String
    let description: String
    let brand: String
    let currency: Currency?
    let media: [String]
    let attributes: [String: String]
    let variants: [VariantBody]
    static let example = ProductBody(
        id: Identifier(rawValue: 1), shop: .example, category: Identifier(rawValue: 6), title: "Mountain green tea",
        description: "Picked before Qingming.", brand: "Moss", currency: .cny, media: ["/media/ab/….jpg"],
        attributes: ["Origin": "Zhejiang"], variants: [.example])
}

/// A category with those below it told by `parent`.
struct CategoryBody: Documented {
    let id: CategoryID
    let parent: CategoryID?
    let name: String
    let emoji: String
    static let example = CategoryBody(
        id: Identifier(rawValue: 6), parent: Identifier(rawValue: 7), name: "Tea", emoji: "🍵")
}

/// A filter that would narrow the answer.
struct FacetBody: Documented {
    let value: String
    let name: String
    let count: Int
    static let example = FacetBody(value: "cat_…", name: "Tea", count: 31)
}

/// What was found.
struct SearchBody: Documented {
    let total: Int
    let products: [ProductView]
    let shops: [PartyView]
    /// Live sessions that are on air or come.
    let live: [LiveCardView]
    let videos: [VideoView]
    /// The words that were searched instead, after a typo was mended.
    let correctedWords: String?
    let matchesAllWords: Bool
    let categories: [FacetBody]
    let brands: [FacetBody]
    static let example = SearchBody(
        total: 1, products: [.example], shops: [.example], live: [.example], videos: [.example],
        correctedWords: "green tea", matchesAllWords: true, categories: [.example], brands: [.example])
}

/// Completions while somebody types.
struct SuggestionsBody: Documented {
    let suggestions: [String]
    static let example = SuggestionsBody(suggestions: ["green tea", "绿茶"])
}

/// A shop, in the caller's language.
struct ShopBody: Documented {
    let id: ShopID
    let name: String
    let about: String
    let logo: String?
    let products: [ProductView]
    static let example = ShopBody(
        id: Identifier(rawValue: 8), name: "Moss & Stone", about: "Tea from small gardens", logo: "/media/ab/….jpg",
        products: [.example])
}

extension MarketplaceAPI {
    func addCentreRoutes(to api: API) {
        api.route(.get, "/categories", "listCategories", "All categories.", access: .anyone) { [self] call in
            let language = call.context.language
            return Page(
                items: try await market.catalog.categories().map {
                    CategoryBody(id: $0.id, parent: $0.parent, name: $0.name.text(in: language), emoji: $0.emoji)
                })
        }
        api.route(.get, "/products/{product}", "readProduct", "A product with price and stock now.", access: .anyone) {
            [self] call in
            let id = try call.context.identifier("product", "product", as: ProductKind.self)
            return try await product(id, for: call.context.identity?.person, in: call.context.language)
        }
        api.route(
            .get, "/products/{product}/similar", "listSimilar", "Goods like a product.", access: .visitor,
            query: [QueryParameter("count", "how many, 12 by default", .integer(1...30))]
        ) { [self] call in
            let id = try call.context.identifier("product", "product", as: ProductKind.self)
            let count = try call.request.query("count", in: 1...30, default: 12)
            let slate = market.feed.similar(to: id, for: try call.person, count: count)
            return try await cards.slate(slate, in: call.context.language)
        }
        api.route(
            .get, "/buy-again", "listBuyAgain", "Goods that the caller bought and may need again.", access: .visitor,
            query: [QueryParameter("count", "how many, 12 by default", .integer(1...30))]
        ) { [self] call in
            let count = try call.request.query("count", in: 1...30, default: 12)
            let slate = market.feed.buyAgain(try call.person, count: count)
            return try await cards.slate(slate, in: call.context.language)
        }
        api.route(
            .get, "/shops/{shop}", "readShop", "A shop with its newest goods.", access: .anyone,
            query: [QueryParameter("offset", "goods to skip", .integer(0...100_000))]
        ) { [self] call in
            let id = try call.context.identifier("shop", "shop", as: ShopKind.self)
            let offset = try call.request.query("offset", in: 0...100_000, default: 0)
            guard let shop = try await market.shops.shop(id) else { throw NotFound("shop") }
            let newest = try await market.catalog.newest(shop: id, limit: 30, offset: offset)
            let language = call.context.language
            return ShopBody(
                id: id, name: shop.name.text(in: language), about: shop.about.text(in: language),
                logo: shop.logo.map { "/media/\($0)" },
                products: try await cards.products(newest.map(\.id), in: language))
        }
        api.route(
            .get, "/search", "search", "Searches products, shops, live sessions and videos.", access: .visitor,
            query: [
                QueryParameter("q", "words in any language; empty browses"), QueryParameter("category", "a category"),
                QueryParameter("shop", "a shop"), QueryParameter("brand", "a brand"),
                QueryParameter("min", "lowest price in minor units", .integer(0...1_000_000_000)),
                QueryParameter("max", "highest price in minor units", .integer(0...1_000_000_000)),
                QueryParameter("stock", "1 leaves out what is sold out", .integer(0...1)),
                QueryParameter(
                    "sort", "the order of the hits", .oneOf(["relevance", "price", "-price", "newest", "sales"])),
                QueryParameter("offset", "hits to skip", .integer(0...10_000)),
                QueryParameter("limit", "how many hits", .integer(1...60)),
            ]
        ) { [self] call in
            try await search(SearchQuery(call.request), for: try call.person, in: call.context.language)
        }
        api.route(
            .get, "/search/suggestions", "suggest", "Completions while somebody types.", access: .anyone,
            query: [QueryParameter("prefix", "what was typed so far")]
        ) { [self] call in
            SuggestionsBody(suggestions: market.centre.suggest(call.request.query("prefix", limit: 60) ?? "", limit: 8))
        }
    }

    private func product(
        _ id: ProductID, for person: PersonID?, in language: Language
    ) async throws -> ProductBody {
        guard let product = try await market.catalog.product(id), product.isListed,
            let shop = try await market.shops.shop(product.shop)
        else { throw NotFound("product") }
        let available = try await market.stock.available(product.variants.map(\.id))
        let prices = try await market.livePrices(of: product.variants, for: person)
        return ProductBody(
            id: id, shop: PartyView(shop, language), category: product.category,
            title: product.title.text(in: language),
            description: product.description.text(in: language), brand: product.brand,
            currency: product.card.price?.amount.currency, media: product.media.map { "/media/\($0)" },
            attributes: Dictionary(
                product.attributes.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }),
            variants: product.variants.map {
                VariantBody(
                    id: $0.id, spec: $0.spec.text(in: language), sku: $0.sku, amount: prices[$0.id]?.amount.amount,
                    listAmount: prices[$0.id]?.list?.amount, memberAmount: prices.memberPrices[$0.id]?.amount,
                    available: available[$0.id] ?? 0,
                    flashLot: prices.lots[$0.id].map { FlashLotBody($0) })
            })
    }

    private func search(_ query: SearchQuery, for person: PersonID, in language: Language) async throws -> SearchBody {
        let answer = market.centre.search(query, interest: query.words.isEmpty ? [:] : market.feed.interest(of: person))
        let names = try await market.catalog.categories()
        let shopIDs = answer.others.compactMap { if case .shop(let id) = $0 { id } else { nil } }
        let videoIDs = answer.others.compactMap { if case .video(let id) = $0 { id } else { nil } }
        let rooms = answer.others.compactMap { if case .live(let id) = $0 { id } else { nil } }
        let shops = try await market.shops.shops(shopIDs)
        return SearchBody(
            total: answer.total, products: try await cards.products(answer.products, in: language),
            shops: shopIDs.compactMap { shops[$0] }.map { PartyView($0, language) },
            live: try await PresentLive(market).open(rooms, in: language),
            videos: try await cards.videos(videoIDs, for: person, in: language), correctedWords: answer.correctedWords,
            matchesAllWords: answer.matchesAllWords,
            categories: answer.categories.compactMap { facet in
                names.first { $0.id.description == facet.value }.map {
                    FacetBody(value: facet.value, name: $0.name.text(in: language), count: facet.count)
                }
            }, brands: answer.brands.map { FacetBody(value: $0.value, name: $0.value, count: $0.count) })
    }
}
