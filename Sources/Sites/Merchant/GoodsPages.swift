import Catalog
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Store

/// A shop's goods: the list, and the form for one of them.
struct GoodsPages: Sendable {
    private let frame: Frame
    var market: Marketplace { frame.market }
    private static let pageSize = 20

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/shop-desk/{shop}/goods") { try await list($0, $1) }
        router.post("/shop-desk/{shop}/goods") { try await create($0, $1) }
        router.get("/shop-desk/{shop}/goods/new") { try await blank($0, $1) }
        router.get("/shop-desk/{shop}/goods/{product}") { try await open($0, $1) }
        router.post("/shop-desk/{shop}/goods/{product}") { try await save($0, $1) }
        router.post("/shop-desk/{shop}/goods/{product}/status") { try await move($0, $1) }
        addPictureRoutes(to: router)
    }

    // MARK: The list

    private func list(
        problem: (any Problem)? = nil, _ request: Request, _ context: Context
    ) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        try context.person().require(.see, at: shop)
        guard let name = try await market.shops.shop(shop)?.name else { throw NotFound("shop") }
        let status = request.query("status").flatMap { ProductStatus(rawValue: $0) }
        let words = request.query("q", limit: 100) ?? ""
        let cursor = request.query("after").flatMap { GoodsCursor($0) }
        let now = market.source.now
        let filter = GoodsFilter(words: words, status: status)
        let (found, counts) = try await market.store.read { transaction in
            (
                try Catalog.goods(
                    of: shop, filter, after: cursor, limit: Self.pageSize + 1, at: now, in: transaction),
                try Catalog.counts(of: shop, in: transaction)
            )
        }
        let shown = Array(found.prefix(Self.pageSize))
        let mayKeep = try context.person().may(.goods, at: shop)
        let path = "/shop-desk/\(shop)/goods"
        let query = (status.map { "status=\($0.rawValue)&" } ?? "") + (words.isEmpty ? "" : "q=\(words.queryEscaped)&")
        var page = Page(
            .goods, context.words(.goods), .me,
            [
                "shop": name.text(in: context.language), "shopID": shop.description, "mayKeep": mayKeep,
                "message": maybe(problem?.sentence(in: context.language)), "words": words,
                "status": maybe(status?.rawValue), "states": states(path, status, counts, context),
                "hasGoods": !shown.isEmpty, "isSearch": !words.isEmpty || status != nil,
                "products": shown.map { row($0, mayKeep, "\(path)?\(query)", context) },
                "following": maybe(
                    found.count > Self.pageSize
                        ? shown.last.map { "\(path)?\(query)after=\(GoodsCursor(after: $0))" } : nil),
            ])
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func row(_ product: Product, _ mayKeep: Bool, _ here: String, _ context: Context) -> View {
        let price = product.card.price.map { context.format.money($0.amount) } ?? context.words(.noPrice)
        return [
            "id": product.id.description, "title": product.title.text(in: context.language),
            "code": maybe(product.code.isEmpty ? nil : product.code), "price": price,
            "count": context.words(.variantsCount, context.format.number(product.sold.count)),
            "image": maybe(product.media.first.map { "/media/\($0)" }), "state": context.words(product.status.word),
            "version": String(product.version), "here": here,
            "steps": mayKeep ? Self.steps(product.status, context) : [],
        ]
    }

    private static func steps(_ status: ProductStatus, _ context: Context) -> [View] {
        let steps: [(ProductStatus, GoodsWord)] =
            switch status {
            case .listed: [(.unlisted, .takeOff)]
            case .unlisted: [(.listed, .putOnShelf), (.archived, .archive)]
            case .archived: [(.unlisted, .restore)]
            }
        return steps.map { ["status": $0.rawValue, "name": context.words($1)] }
    }

    private func states(
        _ path: String, _ chosen: ProductStatus?, _ counts: [ProductStatus: Int], _ context: Context
    ) -> [View] {
        let all = (counts[.listed] ?? 0) + (counts[.unlisted] ?? 0)
        let first: View = [
            "href": path, "name": context.words(.allKept), "count": context.format.number(all), "isOn": chosen == nil,
        ]
        return [first]
            + ProductStatus.allCases.map { status in
                [
                    "href": "\(path)?status=\(status.rawValue)", "name": context.words(status.word),
                    "count": context.format.number(counts[status] ?? 0), "isOn": chosen == status,
                ]
            }
    }

    // MARK: The form

    /// What the form says after it was sent.
    struct Answer {
        var form: Form?
        var problem: (any Problem)?
        var product: Product?
        var isSaved = false
    }

    private func blank(_ request: Request, _ context: Context) async throws -> Response {
        try context.person().require(.goods, at: try context.identifier("shop", "shop"))
        return try await show(Answer(), request, context)
    }

    private func open(_ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        try context.person().require(.see, at: shop)
        let product = try await product(of: shop, context)
        return try await show(Answer(product: product, isSaved: request.query("saved") != nil), request, context)
    }

    func product(of shop: ShopID, _ context: Context) async throws -> Product {
        let id: ProductID = try context.identifier("product", "product")
        let now = market.source.now
        return try await market.store.read { try Catalog.goods(id, of: shop, at: now, in: $0) }
    }

    func show(_ answer: Answer, _ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let product = answer.product
        let stale = answer.problem as? GoodsChanged
        let form = GoodsForm(
            product: product, form: answer.form, invalid: answer.problem as? InvalidField,
            changes: stale?.changes ?? [], isTold: stale != nil, currency: try await currency(product, shop),
            context: context)
        let message = stale == nil ? answer.problem?.sentence(in: context.language) : context.words(.changedMeanwhile)
        let chosen = answer.form?["category"] ?? product?.category.description
        var view = form.view
        view.merge([
            "isKept": product != nil, "pictures": Self.pictures(of: product),
            "hasPictures": product?.media.isEmpty == false,
            "present": String(product?.version ?? 0),
            "shopID": shop.description, "message": maybe(message), "isSaved": answer.isSaved,
            "heading": product?.title.text(in: context.language) ?? context.words(.newProduct),
            "action": "/shop-desk/\(shop)/goods" + (product.map { "/\($0.id)" } ?? ""),
            "state": maybe(product.map { context.words($0.status.word) }),
            "seen": maybe(product?.status == .listed ? product.map { "/products/\($0.id)" } : nil),
            "steps": product.map { Self.steps($0.status, context) } ?? [],
            "mayKeep": try context.person().may(.goods, at: shop), "key": market.source.secret(bytes: 16),
            "categories": try await frame.categories.all().map { category in
                [
                    "value": category.id.description, "name": category.name.text(in: context.language),
                    "isOn": category.id.description == chosen,
                ] as View
            },
        ])
        if !(try context.person().may(.goods, at: shop)) { view["steps"] = [View]() }
        var page = Page(.goodsForm, context.words(.goods), .me, view)
        if let problem = answer.problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    /// The currency of the product, else of the shop's newest price, else yuan.
    private func currency(_ product: Product?, _ shop: ShopID) async throws -> Currency {
        if let price = product?.variants.compactMap(\.price).first { return price.amount.currency }
        return try await market.catalog.newest(shop: shop, limit: 1).first?.price?.amount.currency ?? .cny
    }

    // MARK: What forms do

    private func create(_ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        let form = try await Form(request, context)
        do {
            let patch = try GoodsForm.patch(form, currency: try await currency(nil, shop))
            let product = try await KeepProducts(market).create(
                patch, at: shop, try form.command(by: identity, "create product \(patch)"))
            return Frame.redirect("/shop-desk/\(shop)/goods/\(product.id)?saved=1")
        } catch let problem as InvalidField {
            return try await show(Answer(form: form, problem: problem), request, context)
        }
    }

    private func save(_ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        let form = try await Form(request, context)
        try identity.require(.goods, at: shop)
        let product = try await product(of: shop, context)
        do {
            let patch = try GoodsForm.patch(form, currency: try await currency(product, shop))
            let target = KeepProducts.Target(product.id, of: shop, version: try form.number("version") ?? 0)
            _ = try await KeepProducts(market).edit(
                target, patch, try form.command(by: identity, "edit \(product.id) \(target.version) \(patch)"))
            return Frame.redirect("/shop-desk/\(shop)/goods/\(product.id)?saved=1")
        } catch let problem as InvalidField {
            return try await show(Answer(form: form, problem: problem, product: product), request, context)
        } catch let problem as GoodsChanged {
            return try await show(Answer(form: form, problem: problem, product: problem.product), request, context)
        }
    }

    private func move(_ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        let form = try await Form(request, context)
        guard let status = ProductStatus(rawValue: try form.required("status")) else {
            throw InvalidField("status", "must be listed, unlisted or archived.", zh: "状态无效。")
        }
        let target = KeepProducts.Target(
            try context.identifier("product", "product"), of: shop, version: try form.number("version") ?? 0)
        do {
            _ = try await KeepProducts(market).move(target, to: status, Command(by: identity))
        } catch let problem as any Problem
            where problem is InvalidField || problem is GoodsChanged || problem is IllegalProductStep
        {
            return try await list(problem: problem, request, context)
        }
        return Frame.redirect(form.next(else: "/shop-desk/\(shop)/goods"))
    }
}

extension ProductStatus {
    /// What it is called.
    var word: GoodsWord {
        switch self {
        case .listed: .statusListed
        case .unlisted: .statusUnlisted
        case .archived: .statusArchived
        }
    }
}
