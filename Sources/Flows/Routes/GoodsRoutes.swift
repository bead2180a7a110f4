import Catalog
import HTTP
import Hummingbird
import Kernel

extension MarketplaceAPI {
    func addGoodsRoutes(to api: API) {
        api.route(
            .get, "/shops/{shop}/products", "listShopProducts",
            "A shop's goods, the newest first; all that are not archived unless a status is named.",
            access: .person(.shops),
            query: [
                QueryParameter("q", "a part of a title, a product's code or a variant's number"),
                QueryParameter("status", "where they stand", .oneOf(ProductStatus.allCases.map(\.rawValue))),
                QueryParameter("cursor", "what `next` of the page before said"),
                QueryParameter("limit", "products of a page", .integer(1...100)),
            ]
        ) { [self] call in try await list(call) }
        api.route(
            .post, "/shops/{shop}/products", "createProduct",
            "Makes a product that nobody sees until it is put on the shelf.", access: .person(.shops),
            body: NewProductBody.self, status: .created
        ) { [self] call in
            let shop = try call.shop(.goods)
            return ShopProductBody(
                try await KeepProducts(market).create(try call.body.patch(), at: shop, try call.command))
        }
        api.route(
            .get, "/shops/{shop}/products/{product}", "getShopProduct",
            "A product as its shop keeps it, retired variants included.", access: .person(.shops)
        ) { [self] call in
            let shop = try call.shop(.see)
            let id = try call.context.identifier("product", "product", as: ProductKind.self)
            let now = market.source.now
            return ShopProductBody(
                try await market.store.read { try Catalog.goods(id, of: shop, at: now, in: $0) })
        }
        api.respond(
            .patch, "/shops/{shop}/products/{product}", "changeProduct",
            "Changes a product, adds variants or retires them; 409 with `changes` and `product` when somebody was faster.",
            access: .person(.shops), body: ProductPatchBody.self, answer: ShopProductBody.self
        ) { [self] call in
            let target = try call.goods(version: call.body.version)
            return try await Self.answer(call.context) {
                try await KeepProducts(market).edit(target, try call.body.patch(), try call.command)
            }
        }
        api.respond(
            .put, "/shops/{shop}/products/{product}/status", "setProductStatus",
            "Puts a product on the shelf, takes it off, archives it or takes it out of the archive.",
            access: .person(.shops), body: ProductStatusBody.self, answer: ShopProductBody.self
        ) { [self] call in
            let target = try call.goods(version: call.body.version)
            return try await Self.answer(call.context) {
                try await KeepProducts(market).move(target, to: call.body.status, try call.command)
            }
        }
    }

    private func list(_ call: Call<Nothing>) async throws -> Page<ShopProductBody> {
        let shop = try call.shop(.see)
        let limit = try call.request.query("limit", in: 1...100, default: 20)
        let cursor = try call.request.cursor(as: GoodsCursor.self)
        let status = try call.request.query("status").map { text in
            guard let status = ProductStatus(rawValue: text) else {
                throw InvalidField("status", "must be listed, unlisted or archived.", zh: "状态无效。")
            }
            return status
        }
        let filter = GoodsFilter(words: call.request.query("q", limit: 100) ?? "", status: status)
        let now = market.source.now
        let found = try await market.store.read {
            try Catalog.goods(of: shop, filter, after: cursor, limit: limit + 1, at: now, in: $0)
        }
        let shown = found.prefix(limit)
        return Page(
            items: shown.map { ShopProductBody($0) },
            next: found.count > limit ? shown.last.map { "\(GoodsCursor(after: $0))" } : nil)
    }

    /// The product, or what somebody else did to it.
    static func answer(_ context: Context, _ work: () async throws -> Product) async throws -> Response {
        do {
            return try API.json(ShopProductBody(try await work()))
        } catch let problem as GoodsChanged {
            return ProblemMiddleware.response(
                problem.details, language: context.language, extensions: GoodsChangedBody(problem))
        }
    }
}

extension Call {
    /// The shop in the path, where the caller may do something.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    func shop(_ permission: ShopPermission) throws -> ShopID {
        let shop = try context.identifier("shop", "shop", as: ShopKind.self)
        try context.person().require(permission, at: shop)
        return shop
    }

    /// The product in the path.
    func goods(version: Int64) throws -> KeepProducts.Target {
        KeepProducts.Target(
            try context.identifier("product", "product", as: ProductKind.self), of: try shop(.goods), version: version)
    }
}
