import Catalog
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Pricing

/// A shop's deals and member prices: what runs, what comes, and the form for the next one.
struct DealPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/shop-desk/{shop}/deals") { try await show($0, $1) }
        router.post("/shop-desk/{shop}/deals") { try await open($0, $1) }
        router.post("/shop-desk/{shop}/deals/{offer}/end") { try await end($0, $1) }
    }

    private func show(
        problem: (any Problem)? = nil, form: Form? = nil, _ request: Request, _ context: Context
    ) async throws -> Response {
        let id: ShopID = try context.identifier("shop", "shop")
        try context.person().require(.see, at: id)
        guard let shop = try await market.shops.shop(id) else { throw NotFound("shop") }
        let goods = try await ShopGoods(of: id, market, context)
        let now = market.source.now
        let zone = TimeZoneName.shanghai
        let offers = try await market.pricing.offers(of: id, limit: 50)
        let members = try await market.membership.count(of: id)
        var page = Page(
            .deals, context.words(PriceWord.deals), .me,
            [
                "shop": shop.name.text(in: context.language), "shopID": id.description,
                "message": maybe(problem?.sentence(in: context.language)),
                "deals": offers.map { row($0, goods.names[$0.variant], at: now, context) },
                "goods": goods.variants.map { option in
                    var option = option
                    option["isOn"] = form?["variant"] == option["value"] as? String
                    return option
                },
                "amount": form?["amount"] ?? "", "isForMembers": form?["tier"] != nil,
                "memberText": context.words(.memberCount, context.format.number(Int(members))),
                "zoneName": form?["zone"] ?? zone.text, "starts": form?["starts"] ?? zone.local(now),
                "ends": form?["ends"] ?? zone.local(now + .days(7)), "key": market.source.secret(bytes: 16),
            ])
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func row(_ offer: PriceOffer, _ name: String?, at now: Instant, _ context: Context) -> View {
        let state: PriceWord = offer.endsAt <= now ? .couponOver : offer.startsAt > now ? .planned : .runs
        return [
            "id": offer.id.description, "name": name ?? "…" + offer.variant.description.suffix(8),
            "price": context.format.money(offer.price), "state": context.words(state),
            "rule": offer.rule.word.map { context.words($0) } ?? "", "canEnd": offer.endsAt > now,
            "zone": offer.zone, "start": context.format.time(offer.startsAt), "end": context.format.time(offer.endsAt),
        ]
    }

    private func open(_ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        let form = try await Form(request, context)
        do {
            let variant: VariantID = try form.identifier("variant")
            let now = market.source.now
            let found = try await market.store.read { try Catalog.variants([variant], at: now, in: $0)[variant] }
            guard let price = found?.price else { throw NotFound("variant") }
            let zone = try TimeZoneName(try form.required("zone"))
            let terms = SetPrices.Terms(
                tier: form["tier"] ?? "", amount: try form.amount("amount", price.amount.currency) ?? 0,
                startsAt: try form.time("starts", in: zone), endsAt: try form.time("ends", in: zone), zone: zone)
            let command = try form.command(by: identity, "deal \(variant) \(terms)")
            _ = try await SetPrices(market).open(terms, of: variant, at: shop, command)
        } catch let problem as InvalidField {
            return try await show(problem: problem, form: form, request, context)
        }
        return Frame.redirect("/shop-desk/\(shop)/deals")
    }

    private func end(_ request: Request, _ context: Context) async throws -> Response {
        let form = try await Form(request, context)
        let shop: ShopID = try context.identifier("shop", "shop")
        let offer: PriceOfferID = try context.identifier("offer", "price offer")
        try await SetPrices(market).end(offer, of: shop, try form.command(by: try context.person(), "end \(offer)"))
        return Frame.redirect("/shop-desk/\(shop)/deals")
    }
}
