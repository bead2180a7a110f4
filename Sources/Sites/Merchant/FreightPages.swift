import Catalog
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Pricing

/// What delivery costs and which tax applies: a shop's templates, its products' weights, its rates.
struct FreightPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }
    /// Zones in the form without script.
    private static let rows = 3

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/shop-desk/{shop}/freight") { try await show($0, $1) }
        router.post("/shop-desk/{shop}/freight") { try await put($0, $1) }
        router.post("/shop-desk/{shop}/freight/{template}/remove") { try await remove($0, $1) }
        router.post("/shop-desk/{shop}/freight/products") { try await setFreight($0, $1) }
        router.post("/shop-desk/{shop}/tax") { try await setTax($0, $1) }
        router.post("/shop-desk/{shop}/tax/remove") { try await removeTax($0, $1) }
    }

    private func show(
        problem: (any Problem)? = nil, _ request: Request, _ context: Context
    ) async throws -> Response {
        let id: ShopID = try context.identifier("shop", "shop")
        try context.person().require(.see, at: id)
        guard let shop = try await market.shops.shop(id) else { throw NotFound("shop") }
        let goods = try await ShopGoods(of: id, market, context)
        let categories = try await frame.categories.all()
        let names = Dictionary(
            categories.map { ($0.id, $0.name.text(in: context.language)) }, uniquingKeysWith: { first, _ in first })
        var page = Page(
            .freight, context.words(PriceWord.freightAndTax), .me,
            [
                "shop": shop.name.text(in: context.language), "shopID": id.description,
                "message": maybe(problem?.sentence(in: context.language)),
                "templates": try await market.pricing.templates(of: id).map { view($0, context) },
                "rows": (1...Self.rows).map { ["number": String($0)] as View }, "products": goods.products,
                "taxes": try await market.pricing.taxes(of: id).map { view($0, names, context) },
                "categories": categories.map {
                    ["value": $0.id.description, "name": $0.name.text(in: context.language)] as View
                }, "key": market.source.secret(bytes: 16),
            ])
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func view(_ template: FreightTemplate, _ context: Context) -> View {
        func money(_ amount: Int64) -> String { context.format.money(Money(amount, template.currency)) }
        return [
            "id": template.id.description, "name": template.name, "isDefault": template.isDefault,
            "measure": context.words(template.measure == .piece ? PriceWord.byPiece : .byWeight),
            "zones": template.zones.map { zone in
                let regions = zone.regions.isEmpty ? "…" : zone.regions.joined(separator: ", ")
                let free = zone.freeAbove.map { " · \(context.words(PriceWord.freeAbove)) \(money($0))" } ?? ""
                return "\(regions): \(zone.first) → \(money(zone.firstAmount)), +\(zone.additional) → "
                    + money(zone.additionalAmount) + free
            },
        ]
    }

    private func view(_ rate: TaxRate, _ names: [CategoryID: String], _ context: Context) -> View {
        let percent = rate.rule.rate.value
        return [
            "rate": percent % 100 == 0 ? "\(percent / 100) %" : "\(Double(percent) / 100) %",
            "category": rate.category.map { names[$0] ?? "\($0)" } ?? context.words(PriceWord.anyCategory),
            "categoryID": rate.category?.description ?? "", "region": rate.region ?? "…",
            "regionKey": rate.region ?? "",
            "kind": context.words(rate.rule.isIncluded ? PriceWord.inPrice : .onTop),
        ]
    }

    /// The fields of a zone; `nil` for an empty row.
    private func zone(_ number: Int, _ form: Form, _ currency: Currency) throws -> FreightZone? {
        guard let first = try form.number("first-\(number)") else { return nil }
        let regions = (form["regions-\(number)"] ?? "").split { ",，、;；".contains($0) }.map {
            String($0).trimmingSpaces
        }
        return FreightZone(
            regions: regions.filter { !$0.isEmpty }, first: first,
            firstAmount: try form.amount("first-amount-\(number)", currency) ?? 0,
            additional: try form.number("more-\(number)") ?? 1,
            additionalAmount: try form.amount("more-amount-\(number)", currency) ?? 0,
            freeAbove: try form.amount("free-\(number)", currency))
    }

    private func put(_ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        let form = try await Form(request, context)
        do {
            try identity.require(.see, at: shop)
            let currency = try await ShopGoods(of: shop, market, context).currency
            let zones = try (1...Self.rows).compactMap { try zone($0, form, currency) }
            let template = try FreightTemplate(
                id: market.source.identifier(), shop: shop, name: try form.required("name"),
                measure: FreightTemplate.Measure(rawValue: form["measure"] ?? "") ?? .piece, currency: currency,
                zones: zones, isDefault: form["default"] != nil)
            let command = try form.command(by: identity, "freight \(template.name) \(zones)")
            try await SetPrices(market).put(template, command)
        } catch let problem as InvalidField {
            return try await show(problem: problem, request, context)
        }
        return Frame.redirect("/shop-desk/\(shop)/freight")
    }

    private func remove(_ request: Request, _ context: Context) async throws -> Response {
        let form = try await Form(request, context)
        let shop: ShopID = try context.identifier("shop", "shop")
        let template: FreightTemplateID = try context.identifier("template", "freight template")
        let command = try form.command(by: try context.person(), "remove \(template)")
        try await SetPrices(market).remove(template, of: shop, command)
        return Frame.redirect("/shop-desk/\(shop)/freight")
    }

    private func setFreight(_ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        let form = try await Form(request, context)
        do {
            let template: FreightTemplateID? = form["template"] == nil ? nil : try form.identifier("template")
            try await SetPrices(market).setFreight(
                of: try form.identifier("product"), at: shop, template: template,
                grams: try form.number("grams") ?? 0, try form.command(by: identity, "grams"))
        } catch let problem as InvalidField {
            return try await show(problem: problem, request, context)
        }
        return Frame.redirect("/shop-desk/\(shop)/freight")
    }

    private func setTax(_ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        let form = try await Form(request, context)
        do {
            let category: CategoryID? = form["category"] == nil ? nil : try form.identifier("category")
            guard let points = try form.percent("rate") else {
                throw InvalidField("rate", "must not be empty.", zh: "不能为空。")
            }
            let rate = try TaxRate(
                category: category, region: form["region"],
                rule: TaxRule(BasisPoints(points), isIncluded: form["kind"] != "added"))
            try await SetPrices(market).set(rate, at: shop, try form.command(by: identity, "tax"))
        } catch let problem as InvalidField {
            return try await show(problem: problem, request, context)
        }
        return Frame.redirect("/shop-desk/\(shop)/freight#tax")
    }

    private func removeTax(_ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let form = try await Form(request, context)
        let category: CategoryID? = form["category"] == nil ? nil : try form.identifier("category")
        let command = try form.command(by: try context.person(), "remove tax")
        try await SetPrices(market).removeTax(category: category, region: form["region"], at: shop, command)
        return Frame.redirect("/shop-desk/\(shop)/freight#tax")
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
