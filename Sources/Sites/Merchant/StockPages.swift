import Flows
import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Stock
import Warehouse

/// A shop's stock: what can be sold, where it lies, what came and went, and the forms that change it.
struct StockPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }
    private static let pageSize = 50

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/shop-desk/{shop}/stock") { try await list($0, $1) }
        router.get("/shop-desk/{shop}/stock.csv") { try await snapshot($0, $1) }
        router.get("/shop-desk/{shop}/stock/movements") { try await history($0, $1) }
        router.post("/shop-desk/{shop}/stock/{variant}/{step}") { try await change($0, $1) }
    }

    /// What a form said or could not do.
    private struct Notice {
        var problem: (any Problem)?
        var done: String?
    }

    private func list(notice: Notice = .init(), _ request: Request, _ context: Context) async throws -> Response {
        let shop = try await StaffedShop(market, context)
        let onlyLow = request.query("low") == "true"
        let after = request.query("after").flatMap { VariantID($0) }
        let rows = try await ReadStock(market).rows(
            of: shop.id, onlyLow: onlyLow, after: after, limit: Self.pageSize + 1, by: shop.identity)
        let shown = rows.prefix(Self.pageSize)
        let places = try await KeepWarehouses(market).all(of: shop.id, by: shop.identity)
        let path = "/shop-desk/\(shop.id)/stock"
        let following =
            rows.count > Self.pageSize
            ? shown.last.map { "\(path)?\(onlyLow ? "low=true&" : "")after=\($0.level.variant)" } : nil
        var page = Page(
            .stock, context.words(.stock), .me,
            [
                "shop": shop.name, "shopID": shop.id.description,
                "message": maybe(notice.problem?.sentence(in: context.language)),
                "done": maybe(notice.done), "onlyLow": onlyLow, "key": market.source.secret(bytes: 12),
                "rows": shown.map { row($0, places, context) }, "following": maybe(following),
                "mayChange": shop.may(.stock),
                "reasons": MovementReason.adjustments.map {
                    ["value": $0.rawValue, "name": context.words($0.word)] as View
                },
                "places": places.filter(\.isActive).map { place in
                    ["value": place.id.description, "name": place.title(in: context)] as View
                }, "hasPlaces": places.count > 1,
            ])
        if let problem = notice.problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func row(_ row: ReadStock.Row, _ places: [Warehouse], _ context: Context) -> View {
        let number = context.format.number
        let spec = row.spec.text(in: context.language)
        let lies = row.places.filter { $0.onHand > 0 || row.places.count == 1 }
        return [
            "id": row.level.variant.description, "href": "/products/\(row.level.product)",
            "title": row.title.text(in: context.language), "spec": maybe(spec.isEmpty ? nil : spec),
            "sku": maybe(row.sku.isEmpty ? nil : row.sku), "available": number(Int(row.level.available)),
            "isLow": row.level.isLow, "threshold": row.level.threshold.map { String($0) } ?? "",
            "lies": lies.map { level -> View in
                [
                    "name": places.first { $0.id == level.warehouse }?.title(in: context) ?? "—",
                    "onHand": number(Int(level.onHand)),
                    "allocated": maybe(level.allocated > 0 ? number(Int(level.allocated)) : nil),
                ]
            },
        ]
    }

    private func history(_ request: Request, _ context: Context) async throws -> Response {
        let shop = try await StaffedShop(market, context)
        let variant = request.query("variant").flatMap { VariantID($0) }
        let before = request.query("before").flatMap { Int64($0) }
        let found = try await market.warehouses.movements(
            of: shop.id, variant: variant, before: before, limit: Self.pageSize + 1)
        let shown = found.prefix(Self.pageSize)
        let names = try await ReadStock(market).names(of: shown.map(\.variant))
        let places = try await KeepWarehouses(market).all(of: shop.id, by: shop.identity)
        let only = variant.map { "variant=\($0)&" } ?? ""
        let following =
            found.count > Self.pageSize
            ? shown.last.map { "/shop-desk/\(shop.id)/stock/movements?\(only)before=\($0.position)" } : nil
        return try await frame.show(
            Page(
                .stockHistory, context.words(.history), .me,
                [
                    "shop": shop.name, "shopID": shop.id.description, "following": maybe(following),
                    "rows": shown.map { movement -> View in
                        let name = names[movement.variant]
                        let spec = name?.spec.text(in: context.language) ?? ""
                        return [
                            "time": context.format.time(movement.at),
                            "title": (name?.title.text(in: context.language) ?? "—")
                                + (spec.isEmpty ? "" : " · \(spec)"),
                            "place": places.first { $0.id == movement.warehouse }?.title(in: context) ?? "—",
                            "reason": context.words(movement.reason.word), "isLess": movement.quantity < 0,
                            "quantity": (movement.quantity > 0 ? "+" : "")
                                + context.format.number(Int(movement.quantity)),
                            "onHand": context.format.number(Int(movement.onHand)),
                            "note": maybe(movement.note.isEmpty ? nil : movement.note), "cause": maybe(movement.cause),
                        ]
                    },
                ]), request, context)
    }

    private func snapshot(_ request: Request, _ context: Context) async throws -> Response {
        let shop = try await StaffedShop(market, context)
        let warehouse = try request.query("warehouse").map { text in
            guard let id = WarehouseID(text) else { throw NotFound("warehouse") }
            return id
        }
        let csv = try await ReadStock(market).snapshot(of: shop.id, warehouse: warehouse, at: nil, by: shop.identity)
        return Response(csv: csv, named: "stock.csv")
    }

    private func change(_ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        try identity.require(.see, at: shop)
        let variant: VariantID = try context.identifier("variant", "variant")
        let form = try await Form(request, context)
        do {
            let step = context.parameters.get("step") ?? ""
            let command = try form.command(by: identity, "\(step) \(variant) \(form["quantity"] ?? "")")
            let onHand = try await take(step, of: variant, at: shop, form, command)
            guard let onHand else { return Frame.redirect("/shop-desk/\(shop)/stock") }
            let done = context.words(.changed, form["title"] ?? "", context.format.number(Int(onHand)))
            return try await list(notice: Notice(done: done), request, context)
        } catch let problem as any Problem where problem.details.kind == .invalid || problem.details.kind == .conflict {
            return try await list(notice: Notice(problem: problem), request, context)
        }
    }

    /// - Returns: what lies there now; `nil` when nothing has moved.
    private func take(
        _ step: String, of variant: VariantID, at shop: ShopID, _ form: Form, _ command: Command
    ) async throws -> Int64? {
        let warehouse: WarehouseID? = try form["warehouse"] == nil ? nil : form.identifier("warehouse")
        let (quantity, note) = (try form.number("quantity"), form["note"] ?? "")
        switch step {
        case "adjustment":
            guard let reason = MovementReason(rawValue: form["reason"] ?? "") else {
                throw InvalidField("reason", "must be chosen.", zh: "请选择原因。")
            }
            return try await ChangeStock(market).adjust(
                .init(quantity ?? 0, of: variant, at: warehouse, reason, note: note), of: shop, command
            ).onHand
        case "count":
            guard let quantity else { throw InvalidField("quantity", "must not be empty.", zh: "不能为空。") }
            return try await ChangeStock(market).count(
                .init(quantity, of: variant, at: warehouse, note: note), of: shop, command
            ).onHand
        case "threshold":
            try await ChangeStock(market).watch(variant, at: quantity, of: shop, command)
            return nil
        default: throw NotFound("step")
        }
    }
}

/// The shop in the address of a desk's page, and who works there.
struct StaffedShop: Sendable {
    let id: ShopID
    let name: String
    let identity: Identity

    /// - Throws: ``NotFound`` for whoever does not work there, ``SignInRequired``.
    init(_ market: Marketplace, _ context: Context) async throws {
        id = try context.identifier("shop", "shop")
        identity = try context.person()
        try identity.require(.see, at: id)
        guard let shop = try await market.shops.shop(id) else { throw NotFound("shop") }
        name = shop.name.text(in: context.language)
    }

    /// Whether the caller may do something here.
    func may(_ permission: ShopPermission) -> Bool { identity.may(permission, at: id) }
}

extension Warehouse {
    /// What pages call it.
    func title(in context: Context) -> String { name.isEmpty ? context.words(.mainWarehouse) : name }
}
