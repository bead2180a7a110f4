import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Warehouse

/// A shop's warehouses, what moves between them, and what comes in.
struct WarehousePages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/shop-desk/{shop}/warehouses") { try await show($0, $1) }
        router.post("/shop-desk/{shop}/warehouses/{step}") { try await step($0, $1) }
    }

    private func show(
        problem: (any Problem)? = nil, form: Form? = nil, _ request: Request, _ context: Context
    ) async throws -> Response {
        let shop = try await StaffedShop(market, context)
        let places = try await KeepWarehouses(market).all(of: shop.id, by: shop.identity)
        let inbound = try await market.warehouses.inbounds(of: shop.id, limit: 30)
        let goods = try await ShopGoods(of: shop.id, market, context)
        var page = Page(
            .warehouses, context.words(.warehouses), .me,
            [
                "shop": shop.name, "shopID": shop.id.description,
                "message": maybe(problem?.sentence(in: context.language)),
                "key": market.source.secret(bytes: 12), "mayManage": shop.may(.places),
                "mayMove": shop.may(.stock), "hasPlaces": places.count > 1,
                "places": places.map { place in
                    [
                        "id": place.id.description, "name": place.name, "title": place.title(in: context),
                        "region": place.region, "isActive": place.isActive, "isDefault": place.isDefault,
                        "csv": "/shop-desk/\(shop.id)/stock.csv?warehouse=\(place.id)",
                    ] as View
                },
                "goods": goods.variants.map { option in
                    var option = option
                    option["isOn"] = form?["variant"] == option["value"] as? String
                    return option
                },
                "quantity": form?["quantity"] ?? "", "reference": form?["reference"] ?? "",
                "inbound": inbound.map { order($0, places, goods, context) },
            ])
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func order(
        _ order: InboundOrder, _ places: [Warehouse], _ goods: ShopGoods, _ context: Context
    ) -> View {
        [
            "id": order.id.description,
            "name": order.reference.isEmpty ? "…" + order.id.description.suffix(8) : order.reference,
            "place": places.first { $0.id == order.warehouse }?.title(in: context) ?? "—",
            "state": context.words(order.state.word), "isOpen": order.state != .closed,
            "time": context.format.time(order.createdAt),
            "lines": order.lines.map { line in
                [
                    "id": order.id.description, "variant": line.variant.description,
                    "name": goods.names[line.variant] ?? "…" + line.variant.description.suffix(8),
                    "expected": String(line.expected), "received": String(line.received),
                    "damaged": maybe(line.damaged > 0 ? String(line.damaged) : nil),
                    "canReceive": order.state != .closed,
                    "missing": String(max(0, line.expected - line.received - line.damaged)),
                ] as View
            },
        ]
    }

    private func step(_ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        try identity.require(.see, at: shop)
        let form = try await Form(request, context)
        let name = context.parameters.get("step") ?? ""
        do {
            let command = try form.command(by: identity, "\(name) \(shop)")
            try await take(name, at: shop, form, command)
        } catch let problem as any Problem where problem.details.kind == .invalid || problem.details.kind == .conflict {
            return try await show(problem: problem, form: form, request, context)
        }
        return Frame.redirect("/shop-desk/\(shop)/warehouses")
    }

    private func take(_ step: String, at shop: ShopID, _ form: Form, _ command: Command) async throws {
        let keep = KeepWarehouses(market)
        switch step {
        case "add":
            _ = try await keep.add(name: form["name"] ?? "", region: form["region"] ?? "", to: shop, command)
        case "change":
            let changed = Warehouse(
                id: try form.identifier("warehouse"), shop: shop, name: form["name"] ?? "",
                region: form["region"] ?? "", isActive: form["active"] != nil || form["default"] != nil,
                isDefault: form["default"] != nil)
            _ = try await keep.change(changed, command)
        case "transfer":
            let transfer = KeepWarehouses.Transfer(
                try form.number("quantity") ?? 0, of: try form.identifier("variant"), from: try form.identifier("from"),
                to: try form.identifier("to"), note: form["note"] ?? "")
            _ = try await keep.transfer(transfer, of: shop, command)
        case "expect":
            let place: WarehouseID? = try form["warehouse"] == nil ? nil : form.identifier("warehouse")
            let lines: [VariantID: Int64] = [try form.identifier("variant"): try form.number("quantity") ?? 0]
            _ = try await keep.expect(lines, at: place, of: shop, reference: form["reference"] ?? "", command)
        case "receive":
            let arrival = KeepWarehouses.Arrival(
                try form.number("received") ?? 0, damaged: try form.number("damaged") ?? 0,
                of: try form.identifier("variant"))
            _ = try await keep.receive([arrival], for: try form.identifier("inbound"), of: shop, command)
        case "close": _ = try await keep.close(try form.identifier("inbound"), of: shop, command)
        default: throw NotFound("step")
        }
    }
}
