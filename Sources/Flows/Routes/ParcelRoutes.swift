import HTTP
import Hummingbird
import Kernel
import Warehouse

/// Units of an order line.
struct ParcelLineBody: Documented {
    let line: OrderLineID
    let variant: VariantID
    let quantity: Int64
    /// Units that were taken from the shelf.
    let picked: Int64
    static let example = ParcelLineBody(
        line: Identifier(rawValue: 12), variant: Identifier(rawValue: 2), quantity: 2, picked: 1)
}

/// A parcel of an order.
struct ParcelBody: Documented {
    let id: ShipmentID
    let order: OrderID
    let warehouse: WarehouseID
    let state: ShipmentState
    let carrier: String?
    let tracking: String?
    let createdAt: Instant
    let changedAt: Instant
    let lines: [ParcelLineBody]
    static let example = ParcelBody(
        id: Identifier(rawValue: 34), order: Identifier(rawValue: 11), warehouse: Identifier(rawValue: 31),
        state: .shipped, carrier: "SF", tracking: "SF123", createdAt: Instant(milliseconds: 0),
        changedAt: Instant(milliseconds: 0), lines: [.example])
}

/// A part of an order that leaves.
struct PartialShipmentBody: Documented {
    /// Units of each line; everything that has still to leave when it is absent.
    let lines: [CaseLineBody]?
    /// Where they leave; chosen when it is absent.
    let warehouse: WarehouseID?
    let carrier: String
    let tracking: String
    static let example = PartialShipmentBody(
        lines: [.example], warehouse: Identifier(rawValue: 31), carrier: "SF", tracking: "SF123")
}

/// Units that somebody has to take from a shelf.
struct PickTaskBody: Documented {
    let warehouse: WarehouseID
    let parcel: ShipmentID
    let order: OrderID
    let line: OrderLineID
    let variant: VariantID
    let title: String
    let spec: String
    let sku: String
    let quantity: Int64
    let picked: Int64
    static let example = PickTaskBody(
        warehouse: Identifier(rawValue: 31), parcel: Identifier(rawValue: 34), order: Identifier(rawValue: 11),
        line: Identifier(rawValue: 12), variant: Identifier(rawValue: 2), title: "Mountain green tea",
        spec: "250 g", sku: "TEA-250", quantity: 2, picked: 1)
}

/// How many orders have parcels now.
struct WaveBody: Documented {
    let planned: Int
    static let example = WaveBody(planned: 17)
}

/// What was scanned.
struct ScanBody: Documented {
    /// The variant's identifier or its SKU.
    let code: String
    static let example = ScanBody(code: "TEA-250")
}

extension MarketplaceAPI {
    func addParcelRoutes(to api: API) {
        addOrderParcelRoutes(to: api)
        api.route(
            .post, "/shops/{shop}/pick-waves", "planWave",
            "Plans parcels for up to 100 orders that have waited longest.", access: .person(.shops), status: .created
        ) { [market] call in
            WaveBody(planned: try await PickParcels(market).plan(of: try call.shop, by: try call.context.person()))
        }
        api.route(
            .get, "/shops/{shop}/pick-tasks", "listPickTasks",
            "What has to be taken from the shelves, by warehouse and variant.", access: .person(.shops),
            query: [QueryParameter("warehouse", "keeps to a warehouse")]
        ) { [market] call in
            let shop = try call.shop
            try call.context.person().require(.orders, at: shop)
            let tasks = try await market.warehouses.pickTasks(of: shop, at: try call.warehouse, limit: 500)
            let names = try await ReadStock(market).names(of: tasks.map(\.variant))
            return Page(items: tasks.map { PickTaskBody($0, names[$0.variant], call.context.language) })
        }
        api.route(
            .get, "/shops/{shop}/parcels", "listParcels", "Parcels that are still in the house, oldest first.",
            access: .person(.shops), query: [QueryParameter("warehouse", "keeps to a warehouse")]
        ) { [market] call in
            let shop = try call.shop
            try call.context.person().require(.orders, at: shop)
            let found = try await market.warehouses.openShipments(of: shop, at: try call.warehouse, limit: 200)
            return Page(items: found.map(ParcelBody.init))
        }
        api.route(.get, "/parcels/{parcel}", "readParcel", "A parcel of the caller's shop.", access: .person(.shops)) {
            [market] call in
            ParcelBody(try await PickParcels(market).read(try call.parcel, by: try call.context.person()))
        }
        addParcelSteps(to: api)
    }

    private func addOrderParcelRoutes(to api: API) {
        api.route(
            .get, "/orders/{order}/parcels", "listOrderParcels",
            "The parcels of an order; its buyer sees those that have left.", access: .person(.orders)
        ) { [market] call in
            let order = try call.context.identifier("order", "order", as: OrderKind.self)
            let found = try await PickParcels(market).parcels(of: order, for: try call.context.person())
            return Page(items: found.map(ParcelBody.init))
        }
        api.route(
            .post, "/orders/{order}/parcels", "shipParcel",
            "Hands a part of an order to a carrier; the order is shipped when all of it has left.",
            access: .person(.shops), body: PartialShipmentBody.self, status: .created
        ) { [market] call in
            let order = try call.context.identifier("order", "order", as: OrderKind.self)
            let units = try call.body.lines.map { lines in
                guard (1...200).contains(lines.count), Set(lines.map(\.line)).count == lines.count else {
                    throw InvalidField("lines", "must name 1–200 different lines.", zh: "须选择 1–200 个不同的商品。")
                }
                return Dictionary(lines.map { ($0.line, $0.quantity) }, uniquingKeysWith: { first, _ in first })
            }
            let carriage = try Carriage(carrier: call.body.carrier, tracking: call.body.tracking)
            let contents = ShipParcels.Contents(units, from: call.body.warehouse)
            let shipped = try await ShipParcels(market).ship(contents, of: order, with: carriage, try call.command)
            return OrderBody(shipped, call.context.language)
        }
    }

    private func addParcelSteps(to api: API) {
        api.route(
            .post, "/parcels/{parcel}/picks", "scanUnit", "A unit was scanned and taken for the parcel.",
            access: .person(.shops), body: ScanBody.self
        ) { [market] call in
            ParcelBody(try await PickParcels(market).scan(call.body.code, for: try call.parcel, try call.command))
        }
        api.route(.post, "/parcels/{parcel}/packing", "packParcel", "The parcel is closed.", access: .person(.shops)) {
            [market] call in
            ParcelBody(try await PickParcels(market).pack(try call.parcel, try call.command))
        }
        api.route(
            .post, "/parcels/{parcel}/dispatch", "dispatchParcel", "A carrier takes the packed parcel.",
            access: .person(.shops), body: ShipmentBody.self
        ) { [market] call in
            let carriage = try Carriage(carrier: call.body.carrier, tracking: call.body.tracking)
            return ParcelBody(
                try await PickParcels(market).dispatch(try call.parcel, with: carriage, try call.command))
        }
        api.route(
            .post, "/parcels/{parcel}/cancellation", "cancelParcel",
            "The parcel is opened again; its goods wait for a new one.", access: .person(.shops)
        ) { [market] call in
            ParcelBody(try await PickParcels(market).cancel(try call.parcel, try call.command))
        }
    }
}

extension Call {
    fileprivate var shop: ShopID {
        get throws { try context.identifier("shop", "shop", as: ShopKind.self) }
    }

    fileprivate var parcel: ShipmentID {
        get throws { try context.identifier("parcel", "parcel", as: ShipmentKind.self) }
    }

    fileprivate var warehouse: WarehouseID? {
        get throws {
            try request.query("warehouse").map { text in
                guard let id = WarehouseID(text) else { throw NotFound("warehouse") }
                return id
            }
        }
    }
}

extension ParcelBody {
    init(_ parcel: Shipment) {
        self.init(
            id: parcel.id, order: parcel.order, warehouse: parcel.warehouse, state: parcel.state,
            carrier: parcel.carrier, tracking: parcel.tracking, createdAt: parcel.createdAt,
            changedAt: parcel.changedAt,
            lines: parcel.lines.map {
                ParcelLineBody(line: $0.line, variant: $0.variant, quantity: $0.quantity, picked: $0.picked)
            })
    }
}

extension PickTaskBody {
    fileprivate init(_ task: PickTask, _ name: ReadStock.Name?, _ language: Kernel.Language) {
        self.init(
            warehouse: task.warehouse, parcel: task.shipment, order: task.order, line: task.line,
            variant: task.variant, title: name?.title.text(in: language) ?? "—",
            spec: name?.spec.text(in: language) ?? "", sku: name?.sku ?? "", quantity: task.quantity,
            picked: task.picked)
    }
}
