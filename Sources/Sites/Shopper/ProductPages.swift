import Catalog
import Content
import Feed
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Shops
import Stock

/// One product with everything that helps to decide.
struct ProductPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/products/{id}") { request, context in
            let id: ProductID = try context.identifier("id", "product")
            return try await show(id, request, context)
        }
    }

    private func show(_ id: ProductID, _ request: Request, _ context: Context) async throws -> Response {
        let person = try context.anybody().person
        guard let product = try await market.catalog.product(id), product.isListed,
            let shop = try await market.shops.shop(product.shop)
        else { throw NotFound("product") }
        let stock = try await market.stock.available(product.variants.map(\.id))
        var content = try await describe(product, shop, context)
        let prices = try await market.livePrices(of: product.variants, for: person)
        content.merge(offer(product, stock, prices, request, context))
        let showing = try await market.content.videos(showing: id, limit: 8).map(\.id)
        let videos = try await PresentCards(market).videos(showing, for: person, in: context.language)
        let slate = market.feed.similar(to: id, for: person, count: 12)
        let similar = try await PresentCards(market).products(slate.products, in: context.language)
        content["videos"] = videos.map(context.format.tile)
        content["hasVideos"] = !videos.isEmpty
        content["similar"] = similar.map { context.format.card($0, slate: slate.id) }
        content["hasSimilar"] = !similar.isEmpty
        let title = product.title.text(in: context.language)
        return try await frame.show(Page(.product, title, .mall, content), request, context)
    }

    private func describe(_ product: Product, _ shop: Shop, _ context: Context) async throws -> View {
        let title = product.title.text(in: context.language)
        let categories = try await frame.categories.all()
        let paragraphs = product.description.text(in: context.language).split(separator: "\n").map(String.init)
        return [
            "id": product.id.description, "title": title, "brand": maybe(product.brand.isEmpty ? nil : product.brand),
            "path": CategoryShelf.path(to: product.category, in: categories).map { View($0, context.language) },
            "media": product.media.enumerated().map { index, path in
                let alt = product.alts[path]?.text(in: context.language) ?? ""
                return [
                    "src": "/media/\(path)", "alt": alt.isEmpty && index == 0 ? title : alt, "isFirst": index == 0,
                ] as View
            },
            "description": paragraphs, "hasDescription": !paragraphs.isEmpty,
            "attributes": product.attributes.map { ["name": $0.name, "value": $0.value] as View },
            "hasAttributes": !product.attributes.isEmpty, "shop": shop.name.text(in: context.language),
            "shopHref": "/shops/\(shop.id)", "shopLogo": maybe(shop.logo.map { "/media/\($0)" }),
        ]
    }

    /// Variants, prices and stock.
    private func offer(
        _ product: Product, _ stock: [VariantID: Int64], _ prices: LivePrices, _ request: Request, _ context: Context
    ) -> View {
        let format = context.format
        let buyable = product.variants.filter { prices[$0.id] != nil && stock[$0.id, default: 0] > 0 }
        let wanted = request.query("variant").flatMap { VariantID($0) }
        let chosen = product.variants.first { $0.id == wanted } ?? buyable.first ?? product.variants.first
        let left = chosen.flatMap { stock[$0.id] } ?? 0
        let price = chosen.flatMap { prices[$0.id] } ?? product.card.price
        let stockText =
            left <= 0
            ? context.words(.stockNone)
            : left <= 10 ? context.words(.stockLow, String(left)) : context.words(.stockGood)
        return [
            "price": format.price(price?.amount.amount, list: price?.list?.amount, price?.amount.currency),
            "hasChoice": product.variants.count > 1, "canBuy": !buyable.isEmpty, "stockText": stockText,
            "isLow": left <= 10, "flash": maybe(chosen.flatMap { prices.lots[$0.id] }.map { flashText($0, context) }),
            "member": maybe(chosen.flatMap { memberText($0, prices, context) }),
            "onlyVariant": maybe(product.variants.count == 1 ? product.variants[0].id.description : nil),
            "variants": product.variants.map { variant in
                variantView(
                    variant, stock[variant.id] ?? 0, prices[variant.id], isChecked: variant.id == chosen?.id, context)
            },
            "slate": maybe(request.query("slate").flatMap { SlateID($0) }?.description),
            "added": request.query("added") == "1", "key": market.source.secret(bytes: 16), "message": false,
        ]
    }

    /// What members pay and what to do to be one, or that the price shown is theirs.
    private func memberText(_ variant: Variant, _ prices: LivePrices, _ context: Context) -> View? {
        if let lower = prices.memberPrices[variant.id] {
            return ["price": context.format.money(lower), "how": context.words(PriceWord.howToMember)]
        }
        guard prices.reasons[variant.id]?.rule == .member else { return nil }
        return ["price": context.words(PriceWord.isMemberPrice), "how": false]
    }

    /// How much there is at a flash price, how much each may have, and until when.
    private func flashText(_ lot: FlashLot, _ context: Context) -> View {
        [
            "left": context.words(.flashLeft, context.format.number(Int(lot.remaining))),
            "limit": context.words(.flashLimit, context.format.number(Int(lot.buyerLimit))),
            "end": context.format.time(lot.endsAt),
        ]
    }

    private func variantView(
        _ variant: Variant, _ left: Int64, _ price: Price?, isChecked: Bool, _ context: Context
    ) -> View {
        let isOut = left <= 0 || price == nil
        let stockText =
            isOut
            ? context.words(.stockNone)
            : left <= 10 ? context.words(.stockLow, String(left)) : context.words(.stockGood)
        return [
            "id": variant.id.description, "spec": variant.spec.text(in: context.language), "isOut": isOut,
            "isChecked": isChecked && !isOut, "stock": stockText,
            "priceText": maybe(price.map { context.format.money($0.amount) }),
        ]
    }
}
