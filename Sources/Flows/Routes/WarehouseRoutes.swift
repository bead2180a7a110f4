import HTTP
import Hummingbird
import Kernel
import Warehouse

/// A warehouse to be added.
struct NewWarehouseBody: Documented {
    let name: String
    /// Province or state, as it stands in addresses.
    let region: String
    static let example = NewWarehouseBody(name: "West", region: "Sichuan")
}

/// A warehouse.
struct WarehouseBody: Documented {
    let id: WarehouseID
    let name: String
    let region: String
    let isActive: Bool
    /// Whether goods that name no warehouse are there.
    let isDefault: Bool
    static let example = WarehouseBody(
        id: Identifier(rawValue: 31), name: "West", region: "Sichuan", isActive: true, isDefault: false)
}

/// How a warehouse is to be.
struct WarehouseChangeBody: Documented {
    let name: String
    let region: String
    let isActive: Bool
    let isDefault: Bool
    static let example = WarehouseChangeBody(name: "West", region: "Sichuan", isActive: true, isDefault: true)
}

/// Goods that go from one warehouse to another.
struct TransferBody: Documented {
    let variant: VariantID
    let from: WarehouseID
    let to: WarehouseID
    let quantity: Int64
    let note: String?
    static let example = TransferBody(
        variant: Identifier(rawValue: 2), from: Identifier(rawValue: 31), to: Identifier(rawValue: 32), quantity: 5,
        note: "weekly")
}

/// What lies in the second warehouse now.
struct TransferredBody: Documented {
    let onHand: Int64
    static let example = TransferredBody(onHand: 5)
}

/// Goods that are announced.
struct NewInboundBody: Documented {
    struct Line: Codable {
        let variant: VariantID
        let expected: Int64
    }

    let warehouse: WarehouseID?
    /// The supplier's or the shop's own number.
    let reference: String
    let lines: [Line]
    static let example = NewInboundBody(
        warehouse: Identifier(rawValue: 31), reference: "PO 118",
        lines: [.init(variant: Identifier(rawValue: 2), expected: 100)])
}

/// An inbound order.
struct InboundBody: Documented {
    struct Line: Codable {
        let variant: VariantID
        let expected: Int64
        let received: Int64
        /// Units that came broken and were written off.
        let damaged: Int64
    }

    let id: InboundOrderID
    let warehouse: WarehouseID
    let reference: String
    let state: InboundOrder.State
    let createdAt: Instant
    let lines: [Line]
    static let example = InboundBody(
        id: Identifier(rawValue: 33), warehouse: Identifier(rawValue: 31), reference: "PO 118", state: .receiving,
        createdAt: Instant(milliseconds: 0),
        lines: [.init(variant: Identifier(rawValue: 2), expected: 100, received: 98, damaged: 1)])
}

/// Goods that came.
struct ArrivalsBody: Documented {
    struct Line: Codable {
        let variant: VariantID
        /// Units that can be sold.
        let received: Int64
        /// Units that came broken; they are written off.
        let damaged: Int64?
    }

    let lines: [Line]
    static let example = ArrivalsBody(lines: [.init(variant: Identifier(rawValue: 2), received: 98, damaged: 1)])
}

extension MarketplaceAPI {
    func addWarehouseRoutes(to api: API) {
        api.route(
            .get, "/shops/{shop}/warehouses", "listWarehouses", "A shop's warehouses, the default first.",
            access: .person(.shops)
        ) { [market] call in
            let found = try await KeepWarehouses(market).all(of: try call.shop, by: try call.context.person())
            return Page(items: found.map(WarehouseBody.init))
        }
        api.route(
            .post, "/shops/{shop}/warehouses", "addWarehouse", "Adds a warehouse.", access: .person(.shops),
            body: NewWarehouseBody.self, status: .created
        ) { [market] call in
            let (shop, command) = (try call.shop, try call.command)
            return WarehouseBody(
                try await KeepWarehouses(market).add(
                    name: call.body.name, region: call.body.region, to: shop, command))
        }
        api.route(
            .put, "/shops/{shop}/warehouses/{warehouse}", "changeWarehouse",
            "Names a warehouse, opens or closes it, or makes it the default.", access: .person(.shops),
            body: WarehouseChangeBody.self
        ) { [market] call in
            let changed = Warehouse(
                id: try call.context.identifier("warehouse", "warehouse"), shop: try call.shop, name: call.body.name,
                region: call.body.region, isActive: call.body.isActive, isDefault: call.body.isDefault)
            return WarehouseBody(try await KeepWarehouses(market).change(changed, try call.command))
        }
        api.route(
            .post, "/shops/{shop}/stock-transfers", "transferStock", "Moves goods from one warehouse to another.",
            access: .person(.shops), body: TransferBody.self, status: .created
        ) { [market] call in
            let transfer = KeepWarehouses.Transfer(
                call.body.quantity, of: call.body.variant, from: call.body.from, to: call.body.to,
                note: call.body.note ?? "")
            let (shop, command) = (try call.shop, try call.command)
            return TransferredBody(onHand: try await KeepWarehouses(market).transfer(transfer, of: shop, command))
        }
        addInboundRoutes(to: api)
    }

    private func addInboundRoutes(to api: API) {
        api.route(
            .get, "/shops/{shop}/inbound-orders", "listInbound", "A shop's inbound orders, newest first.",
            access: .person(.shops)
        ) { [market] call in
            let shop = try call.shop
            try call.context.person().require(.see, at: shop)
            return Page(items: try await market.warehouses.inbounds(of: shop, limit: 100).map(InboundBody.init))
        }
        api.route(
            .post, "/shops/{shop}/inbound-orders", "expectInbound", "Announces goods that are on their way.",
            access: .person(.shops), body: NewInboundBody.self, status: .created
        ) { [market] call in
            let lines = Dictionary(call.body.lines.map { ($0.variant, $0.expected) }) { first, second in
                let (sum, isTooMuch) = first.addingReportingOverflow(second)
                return isTooMuch ? .max : sum
            }
            let (shop, command) = (try call.shop, try call.command)
            return InboundBody(
                try await KeepWarehouses(market).expect(
                    lines, at: call.body.warehouse, of: shop, reference: call.body.reference, command))
        }
        api.route(
            .post, "/shops/{shop}/inbound-orders/{inbound}/receipts", "receiveInbound",
            "Goods came: they can be sold; broken ones are written off.", access: .person(.shops),
            body: ArrivalsBody.self
        ) { [market] call in
            let id = try call.context.identifier("inbound", "inbound order", as: InboundOrderKind.self)
            let arrivals = call.body.lines.map {
                KeepWarehouses.Arrival($0.received, damaged: $0.damaged ?? 0, of: $0.variant)
            }
            let (shop, command) = (try call.shop, try call.command)
            return InboundBody(try await KeepWarehouses(market).receive(arrivals, for: id, of: shop, command))
        }
        api.route(
            .post, "/shops/{shop}/inbound-orders/{inbound}/closing", "closeInbound", "Nothing more is awaited.",
            access: .person(.shops)
        ) { [market] call in
            let id = try call.context.identifier("inbound", "inbound order", as: InboundOrderKind.self)
            let (shop, command) = (try call.shop, try call.command)
            return InboundBody(try await KeepWarehouses(market).close(id, of: shop, command))
        }
    }
}

extension Call {
    fileprivate var shop: ShopID {
        get throws { try context.identifier("shop", "shop", as: ShopKind.self) }
    }
}

extension WarehouseBody {
    fileprivate init(_ found: Warehouse) {
        self.init(
            id: found.id, name: found.name, region: found.region, isActive: found.isActive, isDefault: found.isDefault)
    }
}

extension InboundBody {
    fileprivate init(_ order: InboundOrder) {
        self.init(
            id: order.id, warehouse: order.warehouse, reference: order.reference, state: order.state,
            createdAt: order.createdAt,
            lines: order.lines.map {
                Line(variant: $0.variant, expected: $0.expected, received: $0.received, damaged: $0.damaged)
            })
    }
}
