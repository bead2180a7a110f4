import Alliance
import Catalog
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel

/// What a shop pays to creators: the open plan of each product, what a sale would pay, and who earned.
struct CommissionPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }
    private static let pageSize = 100

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/shop-desk/{shop}/commissions") { try await show($0, $1) }
        router.post("/shop-desk/{shop}/commissions") { try await set($0, $1) }
    }

    /// What somebody typed: a product and a rate.
    private struct Draft {
        let product: ProductID
        let rate: BasisPoints

        /// - Throws: ``InvalidField``.
        init(_ form: Form) throws {
            product = try form.identifier("product")
            guard let points = try form.percent("rate") else {
                throw InvalidField("rate", "must not be empty.", zh: "不能为空。")
            }
            rate = BasisPoints(points)
        }
    }

    private func show(_ request: Request, _ context: Context) async throws -> Response {
        try await show(draft: nil, previews: [], problem: nil, form: nil, request, context)
    }

    /// Shows what it would pay, or sets it; the button says which.
    private func set(_ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        let form = try await Form(request, context)
        do {
            let draft = try Draft(form)
            let previews = try await OfferPlans(market).preview(draft.rate, of: draft.product, at: shop, by: identity)
            guard form["confirmed"] == "1" else {
                return try await show(
                    draft: draft, previews: previews, problem: nil, form: form, request, context)
            }
            let what = "commission \(draft.product) \(draft.rate.value)"
            _ = try await SetCommission(market)(draft.rate, of: draft.product, try form.command(by: identity, what))
        } catch let problem as InvalidField {
            return try await show(draft: nil, previews: [], problem: problem, form: form, request, context)
        }
        return Frame.redirect("/shop-desk/\(shop)/commissions")
    }

    private func show(
        draft: Draft?, previews: [OfferPlans.Preview], problem: InvalidField?, form: Form?, _ request: Request,
        _ context: Context
    ) async throws -> Response {
        let id: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        try identity.require(.prices, at: id)
        guard let shop = try await market.shops.shop(id) else { throw NotFound("shop") }
        let goods = try await ShopGoods(of: id, market, context)
        var content: View = [
            "shop": shop.name.text(in: context.language), "shopID": id.description,
            "message": maybe(problem?.sentence(in: context.language)), "key": market.source.secret(bytes: 16),
            "rate": form?["rate"] ?? "",
            "goods": goods.products.map { option -> View in
                option.merging(["isOn": form?["product"] == option["value"] as? String])
            },
        ]
        content.merge(try await plans(of: id, by: identity, request, context))
        content.merge(try await earners(of: id, context))
        if let draft { content["preview"] = preview(draft, previews, goods, context) }
        var page = Page(.creatorCommissions, context.words(.creatorCommissions), .me, content)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func plans(
        of shop: ShopID, by identity: Identity, _ request: Request, _ context: Context
    ) async throws -> View {
        let plans = try await OfferPlans(market).plans(
            of: shop, after: request.query("after").flatMap { ProductID($0) }, limit: Self.pageSize, by: identity)
        let cards = try await market.catalog.cards(plans.map(\.product))
        let view = CommissionView(context: context)
        let following = plans.count == Self.pageSize ? plans.last?.product : nil
        return [
            "hasPlans": !plans.isEmpty, "following": maybe(following.map { "?after=\($0)" }),
            "plans": plans.map { plan -> View in
                let card = cards.first { $0.id == plan.product }
                let rate = plan.current.flatMap { $0.rate.value > 0 ? $0.rate : nil }
                return [
                    "title": card?.title.text(in: context.language) ?? "—",
                    "rate": rate.map { context.words(.ratePercent, view.percent($0)) }
                        ?? context.words(AllianceWord.noRate),
                    "coming": maybe(plan.coming.map { context.words(.comingRate, view.percent($0.rate)) }),
                    "start": maybe(plan.coming.map { context.format.time($0.effectiveFrom) }),
                ]
            },
        ]
    }

    /// Who earned with the shop's goods in the last thirty days, the largest sales first.
    private func earners(of shop: ShopID, _ context: Context) async throws -> View {
        let creators = try await CommissionTotals(market).creators(at: shop, from: market.source.now - .days(30))
        let names = try await market.people.accounts(Array(Set(creators.keys.map(\.kind))))
        let sorted = creators.sorted { ($0.value.base, $0.key.kind) > ($1.value.base, $1.key.kind) }
        return [
            "hasEarners": !sorted.isEmpty,
            "earners": sorted.prefix(50).map { key, sum -> View in
                let name = names[key.kind]
                return [
                    "name": name?.name ?? "—", "href": "/creators/\(name?.handle ?? key.kind.description)",
                    "lines": context.format.number(sum.lines),
                    "sales": context.format.money(Money(sum.base, key.currency)),
                    "commission": context.format.money(Money(sum.commission, key.currency)),
                ]
            },
        ]
    }

    private func preview(
        _ draft: Draft, _ previews: [OfferPlans.Preview], _ goods: ShopGoods, _ context: Context
    ) -> View {
        [
            "title": context.words(.previewTitle, CommissionView(context: context).percent(draft.rate)),
            "product": draft.product.description,
            "rows": previews.map { preview -> View in
                func money(_ amount: Int64) -> String {
                    context.format.money(Money(amount, preview.price.currency))
                }
                return [
                    "name": goods.names[preview.variant] ?? "…" + preview.variant.description.suffix(8),
                    "price": context.format.money(preview.price), "fee": money(preview.fee),
                    "commission": money(preview.commission), "shop": money(preview.shop),
                ]
            },
        ]
    }
}
