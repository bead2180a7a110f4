import AfterSales
import Catalog
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Orders
import Warehouse

/// The work in a warehouse: a pick list, and each parcel from the shelf to the carrier.
struct ParcelPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/shop-desk/{shop}/parcels") { try await list($0, $1) }
        router.post("/shop-desk/{shop}/parcels") { try await plan($0, $1) }
        router.get("/parcels/{parcel}") { request, context in
            try await show(try context.identifier("parcel", "parcel"), request, context)
        }
        router.post("/parcels/{parcel}/{step}") { try await step($0, $1) }
    }

    private func list(done: String? = nil, _ request: Request, _ context: Context) async throws -> Response {
        let shop = try await StaffedShop(market, context)
        try shop.identity.require(.orders, at: shop.id)
        let tasks = try await market.warehouses.pickTasks(of: shop.id, limit: 300)
        let parcels = try await market.warehouses.openShipments(of: shop.id, limit: 100)
        let places = try await KeepWarehouses(market).all(of: shop.id, by: shop.identity)
        let names = try await names(of: tasks.map(\.variant) + parcels.flatMap { $0.lines.map(\.variant) }, context)
        return try await frame.show(
            Page(
                .parcels, context.words(.parcels), .me,
                [
                    "shop": shop.name, "shopID": shop.id.description, "done": maybe(done),
                    "mayMove": shop.may(.ship),
                    "places": places.compactMap { place -> View? in
                        let here = tasks.filter { $0.warehouse == place.id }
                        guard !here.isEmpty else { return nil }
                        return [
                            "name": place.title(in: context),
                            "tasks": here.map { task -> View in
                                [
                                    "name": names[task.variant] ?? "—", "toTake": String(task.quantity - task.picked),
                                    "parcel": "…" + task.shipment.description.suffix(8),
                                    "href": "/parcels/\(task.shipment)",
                                ]
                            },
                        ]
                    }, "hasTasks": !tasks.isEmpty,
                    "parcels": parcels.map { parcel -> View in
                        [
                            "href": "/parcels/\(parcel.id)", "name": "…" + parcel.id.description.suffix(8),
                            "place": places.first { $0.id == parcel.warehouse }?.title(in: context) ?? "—",
                            "state": context.words(parcel.state.word),
                            "what": parcel.lines.map { "\(names[$0.variant] ?? "—") × \($0.quantity)" }
                                .joined(separator: context.language == .zh ? "，" : ", "),
                        ]
                    },
                ]), request, context)
    }

    /// The names of variants, with their codes.
    private func names(of variants: [VariantID], _ context: Context) async throws -> [VariantID: String] {
        try await ReadStock(market).names(of: variants).mapValues { name in
            let spec = name.spec.text(in: context.language)
            let parts = [name.title.text(in: context.language), spec, name.sku]
            return parts.filter { !$0.isEmpty }.joined(separator: " · ")
        }
    }

    private func plan(_ request: Request, _ context: Context) async throws -> Response {
        _ = try await Form(request, context)
        let shop = try await StaffedShop(market, context)
        let planned = try await PickParcels(market).plan(of: shop.id, by: shop.identity)
        return try await list(done: context.words(.wavePlanned, String(planned)), request, context)
    }

    private func show(
        _ id: ShipmentID, problem: (any Problem)? = nil, _ request: Request, _ context: Context
    ) async throws -> Response {
        let parcel = try await PickParcels(market).read(id, by: try context.person())
        guard let order = try await market.orders.order(parcel.order) else { throw NotFound("order") }
        let group = try await market.orders.group(order.group)
        let lines = parcel.lines.map { ($0.variant, $0) }
        let skus = try await market.store.read { [now = market.source.now] in
            try Catalog.variants(lines.map(\.0), at: now, in: $0).mapValues(\.sku)
        }
        var content = OrderView.detail(order, group, context)
        content["id"] = id.description
        content["shopID"] = parcel.shop.description
        content["orderID"] = order.id.description
        content["name"] = "…" + id.description.suffix(8)
        content["state"] = context.words(parcel.state.word)
        content["message"] = maybe(problem?.sentence(in: context.language))
        content["key"] = market.source.secret(bytes: 12)
        content["scanned"] = context.words(.scanned, "{0}", "{1}")
        content["canPick"] = [.planned, .picking].contains(parcel.state)
        content["canPack"] = parcel.state.canBecome(.packed)
        content["canShip"] = parcel.state == .packed
        content["canCancel"] = parcel.state.isOpen
        content["carrier"] = parcel.carrier ?? ""
        content["tracking"] = maybe(parcel.tracking)
        content["lines"] = parcel.lines.map { line -> View in
            let sold = order.lines.first { $0.id == line.line }
            let (sku, spec) = (skus[line.variant] ?? "", sold?.spec.text(in: context.language) ?? "")
            return [
                "title": sold?.title.text(in: context.language) ?? "—", "spec": maybe(spec.isEmpty ? nil : spec),
                "code": sku.isEmpty ? line.variant.description : sku, "isComplete": line.picked == line.quantity,
                "image": maybe(sold?.image.map { "/media/\($0)" }), "line": line.line.description,
                "picked": context.words(.scanned, String(line.picked), String(line.quantity)),
            ]
        }
        var page = Page(.parcel, context.words(.parcel), .me, content)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func step(_ request: Request, _ context: Context) async throws -> Response {
        let id: ShipmentID = try context.identifier("parcel", "parcel")
        let name = context.parameters.get("step") ?? ""
        let form = try await Form(request, context)
        do {
            let command = try form.command(by: try context.person(), "\(name) \(id) \(form["code"] ?? "")")
            switch name {
            case "scan": _ = try await PickParcels(market).scan(form["code"] ?? "", for: id, command)
            case "pack": _ = try await PickParcels(market).pack(id, command)
            case "dispatch":
                let carriage = try Carriage(carrier: form["carrier"] ?? "", tracking: form["tracking"] ?? "")
                _ = try await PickParcels(market).dispatch(id, with: carriage, command)
            case "cancel": _ = try await PickParcels(market).cancel(id, command)
            default: throw NotFound("step")
            }
        } catch let problem as any Problem where problem.details.kind == .invalid || problem.details.kind == .conflict {
            return try await show(id, problem: problem, request, context)
        }
        return Frame.redirect("/parcels/\(id)")
    }
}

/// What buyer and shop see of the parcels of an order.
enum ParcelView {
    static func rows(_ parcels: [Shipment], of order: Order, _ context: Context) -> [View] {
        parcels.map { parcel in
            [
                "href": "/parcels/\(parcel.id)", "name": "…" + parcel.id.description.suffix(8),
                "state": context.words(parcel.state.word), "carrier": parcel.carrier ?? "",
                "tracking": maybe(parcel.tracking),
                "what": parcel.lines.map { line in
                    let title = order.lines.first { $0.id == line.line }?.title.text(in: context.language) ?? "—"
                    return "\(title) × \(line.quantity)"
                }.joined(separator: context.language == .zh ? "，" : ", "),
            ]
        }
    }
}
