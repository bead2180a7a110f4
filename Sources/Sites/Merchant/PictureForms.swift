import Catalog
import Flows
import HTTP
import Hummingbird
import Kernel
import Media
import Store

/// Pictures of a product: taken in from a form with files, ordered, described, taken away.
extension GoodsPages {
    func addPictureRoutes(to router: Router<Context>) {
        router.post("/shop-desk/{shop}/goods/{product}/pictures") { try await add($0, $1) }
        router.post("/shop-desk/{shop}/goods/{product}/picture-order") { try await arrange($0, $1) }
    }

    /// A row for each picture.
    static func pictures(of product: Product?) -> [View] {
        (product?.pictures ?? []).enumerated().map { index, picture in
            [
                "path": picture.path, "src": "/media/\(picture.path)", "place": String(index + 1),
                "alt": picture.alt.en, "altChinese": picture.alt.zh,
            ]
        }
    }

    private func add(_ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        // Before a large body is read, whoever sends it must be somebody who may.
        try identity.require(.goods, at: shop)
        let form = try await MultipartForm(request, limit: MarketplaceAPI.uploadLimit)
        try context.requireFormToken(form["form_token"])
        let product = try await product(of: shop, context)
        do {
            let key = try form["key"].map { try IdempotencyKey(caller: "\(identity.person)", text: $0) }
            _ = try await KeepPictures(market).add(
                form.files.map(\.bytes), alt: Localized(en: form["alt"] ?? "", zh: form["alt_zh"]),
                to: KeepProducts.Target(product.id, of: shop, version: product.version),
                Command(by: identity, key: key, fingerprint: "add pictures \(product.id)"))
        } catch let problem as any Problem where problem is PictureProblem || problem is InvalidField {
            return try await show(Answer(problem: problem, product: product), request, context)
        }
        return Frame.redirect("/shop-desk/\(shop)/goods/\(product.id)?saved=1#pictures")
    }

    private func arrange(_ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        let form = try await Form(request, context)
        try identity.require(.goods, at: shop)
        let product = try await product(of: shop, context)
        let target = KeepProducts.Target(product.id, of: shop, version: try form.number("version") ?? 0)
        do {
            let pictures = try Self.arranged(form)
            _ = try await KeepPictures(market).arrange(
                target, pictures, try form.command(by: identity, "pictures \(product.id) \(pictures)"))
        } catch let problem as InvalidField {
            return try await show(Answer(problem: problem, product: product), request, context)
        } catch let problem as GoodsChanged {
            return try await show(Answer(problem: problem, product: problem.product), request, context)
        }
        return Frame.redirect("/shop-desk/\(shop)/goods/\(product.id)?saved=1#pictures")
    }

    /// The pictures that stay, by the places that were typed; equal places keep their order.
    private static func arranged(_ form: Form) throws -> [ProductPicture] {
        var rows: [(place: Int64, picture: ProductPicture)] = []
        for index in 1...40 {
            guard let path = form["path-\(index)"], form["remove-\(index)"] == nil else { continue }
            let alt = Localized(en: form["alt-\(index)"] ?? "", zh: form["alt-zh-\(index)"])
            rows.append((try form.number("place-\(index)") ?? 99, ProductPicture(path: path, alt: alt)))
        }
        return rows.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
            .map(\.element.picture)
    }
}
