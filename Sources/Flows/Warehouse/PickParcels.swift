import AfterSales
import Catalog
import HTTP
import Kernel
import Orders
import Stock
import Store
import Warehouse

/// The work in a warehouse: a wave of parcels is planned, their goods are taken from the shelves, packed and handed over.
public struct PickParcels: Sendable {
    /// Most orders in a wave.
    public static let waveLimit = 100

    private let market: Marketplace
    private var door: ShipParcels { ShipParcels(market) }

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Plans parcels for the orders of a shop that have waited longest, each order for itself. Orders about which a buyer
    /// wants something wait.
    ///
    /// - Returns: how many orders have parcels now that had none.
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func plan(of shop: ShopID, by identity: Identity) async throws -> Int {
        try identity.require(.ship, at: shop)
        var (planned, looked, cursor) = (0, 0, Orders.Cursor?.none)
        while planned < Self.waveLimit, looked < 2_000 {
            let orders = try await market.orders.waiting(at: shop, after: cursor, limit: 200)
            guard let last = orders.last else { break }
            let ids = orders.map(\.id)
            let open = try await market.store.read { try Warehouses.unplanned(ids, in: $0) }
            for id in ids where open.contains(id) && planned < Self.waveLimit {
                if try await plan(id) { planned += 1 }
            }
            (looked, cursor) = (looked + orders.count, Orders.Cursor(after: last))
        }
        return planned
    }

    private func plan(_ id: OrderID) async throws -> Bool {
        do {
            return try await market.store.write { [self] transaction in
                guard let order = try Orders.order(id, in: transaction), order.state == .paid else { return false }
                try door.requireWanted(nil, of: order, in: transaction)
                let toShip = try door.begin(order, in: transaction)
                return try !market.warehouses.plan(toShip, nil, from: nil, in: transaction).isEmpty
            }
        } catch is AfterSaleProblem { return false } catch is ShipmentProblem { return false }
    }

    /// A unit was scanned: it is taken for the parcel. The code is the variant's own, or its shop's (SKU).
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, ``InvalidField``, ``ShipmentProblem``.
    public func scan(_ code: String, for id: ShipmentID, _ command: Command) async throws -> Shipment {
        let code = try ValidatedText(code, field: "code", length: 1...100).value
        return try await step(id, command) { [market] parcel, transaction in
            let variants = try Catalog.variants(
                parcel.lines.map(\.variant), at: market.source.now, in: transaction)
            let matching = parcel.lines.filter { line in
                let names = [line.variant.description, variants[line.variant]?.sku ?? ""]
                return names.contains { !$0.isEmpty && $0.lowercased() == code.lowercased() }
            }
            guard !matching.isEmpty else { throw ShipmentProblem.unknownCode(code) }
            for line in matching.map(\.line) {
                if try market.warehouses.pick(line, for: parcel, by: command.identity.person, in: transaction) {
                    return
                }
            }
            throw ShipmentProblem.pickedAll(code)
        }
    }

    /// The parcel is closed.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, ``ShipmentProblem``.
    public func pack(_ id: ShipmentID, _ command: Command) async throws -> Shipment {
        try await step(id, command) { [market] parcel, transaction in
            try market.warehouses.move(parcel, to: .packed, by: command.identity.person, in: transaction)
        }
    }

    /// A carrier takes the packed parcel; with the last one the order is shipped.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, ``ShipmentProblem``, ``AfterSaleProblem/alreadyOpen``.
    public func dispatch(_ id: ShipmentID, with carriage: Carriage, _ command: Command) async throws -> Shipment {
        try await step(id, command) { [self] parcel, transaction in
            guard let order = try Orders.order(parcel.order, in: transaction) else { throw NotFound("order") }
            guard order.state == .paid else { throw IllegalOrderTransition(from: order.state, to: .shipped) }
            try door.requireWanted(Set(parcel.lines.map(\.line)), of: order, in: transaction)
            try door.dispatch(parcel, with: carriage, by: command.identity.person, in: transaction)
            try door.finish(order, with: carriage, by: command.identity.person, in: transaction)
        }
    }

    /// The parcel is opened again; its goods wait for a new one.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, ``ShipmentProblem``.
    public func cancel(_ id: ShipmentID, _ command: Command) async throws -> Shipment {
        try await step(id, command) { [market] parcel, transaction in
            try market.warehouses.cancel(parcel, by: command.identity.person, in: transaction)
        }
    }

    /// Runs a step of a parcel as it stands now, once for its key.
    private func step(
        _ id: ShipmentID, _ command: Command, _ body: @escaping @Sendable (Shipment, any Transaction) throws -> Void
    ) async throws -> Shipment {
        let now = market.source.now
        return try await market.store.write { transaction in
            let parcel = try Self.staffed(id, by: command.identity, in: transaction)
            _ = try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try body(parcel, transaction)
                return id
            }
            return try Warehouses.shipment(id, in: transaction)
        }
    }

    /// A parcel of a shop whose goods the caller may move.
    private static func staffed(
        _ id: ShipmentID, by identity: Identity, in transaction: any Transaction
    ) throws -> Shipment {
        let parcel = try Warehouses.shipment(id, in: transaction)
        do { try identity.require(.ship, at: parcel.shop) } catch is NotFound {
            throw NotFound("parcel")
        }
        return parcel
    }

    /// A parcel for the staff of its shop.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func read(_ id: ShipmentID, by identity: Identity) async throws -> Shipment {
        try await market.store.read { try Self.staffed(id, by: identity, in: $0) }
    }

    /// The parcels of an order as its buyer or its shop may see them: the buyer sees those that have left.
    ///
    /// - Throws: ``NotFound`` for anybody else.
    public func parcels(of id: OrderID, for identity: Identity) async throws -> [Shipment] {
        let order = try await ChangeOrder(market).order(id, for: identity)
        let all = try await market.warehouses.shipments(of: [id])[id] ?? []
        let isStaff = identity.may(.orders, at: order.shop)
        return isStaff ? all : all.filter { $0.state == .shipped }
    }
}
