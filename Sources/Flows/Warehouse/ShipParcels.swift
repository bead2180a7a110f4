import AfterSales
import HTTP
import Journal
import Kernel
import Ledger
import Orders
import Shops
import Stock
import Store
import Warehouse

/// The one door through which goods of orders leave the house, in one parcel or many.
///
/// An order stays paid until everything that is to leave has left, and is shipped then; so receipt, return window and
/// holdback run from the last parcel.
public struct ShipParcels: Sendable {
    let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// What leaves in a parcel.
    public struct Contents: Sendable {
        let units: [OrderLineID: Int64]?
        let warehouse: WarehouseID?

        /// - Parameters:
        ///   - units: of each line; everything that has still to leave when it is absent.
        ///   - warehouse: where it leaves; chosen when it is absent.
        public init(_ units: [OrderLineID: Int64]? = nil, from warehouse: WarehouseID? = nil) {
            self.units = units
            self.warehouse = warehouse
        }
    }

    /// Hands a part of an order, or all that has still to leave, to a carrier.
    ///
    /// Goods that lie in several warehouses leave in as many parcels under the same number.
    /// - Throws: ``NotFound``, ``Forbidden``, ``IllegalOrderTransition``, ``ShipmentProblem``,
    ///   ``AfterSaleProblem/alreadyOpen``.
    public func ship(
        _ contents: Contents, of id: OrderID, with carriage: Carriage, _ command: Command
    ) async throws -> Order {
        try await market.store.write { [self, now = market.source.now] transaction in
            _ = try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try ship(contents, of: id, with: carriage, by: command.identity, in: transaction)
                return id
            }
            guard let order = try Orders.order(id, in: transaction) else { throw NotFound("order") }
            return order
        }
    }

    private func ship(
        _ contents: Contents, of id: OrderID, with carriage: Carriage, by identity: Identity,
        in transaction: any Transaction
    ) throws {
        let order = try staffed(id, by: identity, in: transaction)
        guard order.state == .paid else { throw IllegalOrderTransition(from: order.state, to: .shipped) }
        try requireWanted(contents.units.map { Set($0.keys) }, of: order, in: transaction)
        let toShip = try begin(order, in: transaction)
        var parcels = try market.warehouses.plan(
            toShip, contents.units, from: contents.warehouse, in: transaction)
        if contents.units == nil {
            parcels = try Warehouses.shipments(of: id, in: transaction).filter(\.state.isOpen)
        }
        guard !parcels.isEmpty else { throw ShipmentProblem.nothingLeft }
        for parcel in parcels {
            let closed =
                parcel.state == .packed
                ? parcel : try market.warehouses.move(parcel, to: .packed, by: identity.person, in: transaction)
            try dispatch(closed, with: carriage, by: identity.person, in: transaction)
        }
        try finish(order, with: carriage, by: identity.person, in: transaction)
    }

    /// A carrier takes a packed parcel: its goods lie here no more and are held no more.
    func dispatch(
        _ parcel: Shipment, with carriage: Carriage, by person: PersonID, in transaction: any Transaction
    ) throws {
        let left = try market.warehouses.dispatch(
            parcel, carrier: carriage.carrier, tracking: carriage.tracking, by: person, in: transaction)
        let known = try Warehouses.fulfilment(of: left.order, in: transaction)
        for line in left.lines {
            guard let reservation = known.first(where: { $0.line == line.line })?.reservation else { continue }
            guard try market.stock.ship(line.quantity, of: reservation, in: transaction) else {
                throw ShipmentProblem.tooLittle
            }
        }
        let number = TrailChange("tracking", was: nil, now: "\(carriage.carrier) \(carriage.tracking)")
        try market.shops.note(
            .orderShipped, of: "\(left.order)", [number], by: person, at: left.shop, in: transaction)
        try market.journal.append(ParcelShipped(left), at: market.source.now, in: transaction)
    }

    /// The order is shipped as soon as nothing of it has still to leave.
    func finish(
        _ order: Order, with carriage: Carriage?, by person: PersonID?, in transaction: any Transaction
    ) throws {
        let lines = try Warehouses.fulfilment(of: order.id, in: transaction)
        guard lines.allSatisfy({ $0.rest == 0 }) else { return }
        try market.orders.move(
            order.id, to: .shipped, by: person, carrier: carriage?.carrier, tracking: carriage?.tracking,
            in: transaction)
    }

    /// An order of a shop whose goods the caller may move.
    func staffed(_ id: OrderID, by identity: Identity, in transaction: any Transaction) throws -> Order {
        guard let order = try Orders.order(id, in: transaction) else { throw NotFound("order") }
        try identity.require(.ship, at: order.shop)
        return order
    }

    /// Goods that the buyer may not want any more are not sent; the shop answers first.
    func requireWanted(
        _ lines: Set<OrderLineID>?, of order: Order, in transaction: any Transaction
    ) throws {
        for open in try AfterSales.cases(about: order.id, in: transaction) where open.state.isOpen {
            guard lines.map({ lines in open.lines.contains { lines.contains($0.line) } }) ?? true else { continue }
            let now = try AfterSaleSteps(market: market).current(open.id, in: transaction)
            guard now.state != .requested, now.state != .disputed else { throw AfterSaleProblem.alreadyOpen }
        }
    }

    /// Makes the lines of a paid order known to the warehouse, with what was taken back before.
    @discardableResult
    func begin(_ order: Order, in transaction: any Transaction) throws -> Warehouses.OrderToShip {
        let region = try Orders.group(order.group, in: transaction)?.address.region ?? ""
        let books = try Ledger.lines(of: order.id, in: transaction)
        let lines = order.lines.map { line in
            let left = books.first { $0.line == line.id }?.remainder.quantity
            return FulfilmentLine(
                line: line.id, variant: line.variant, reservation: line.reservation, quantity: line.quantity,
                withdrawn: left.map { max(0, line.quantity - $0) } ?? 0)
        }
        let toShip = Warehouses.OrderToShip(
            order: order.id, shop: order.shop, region: region, lines: lines)
        _ = try market.warehouses.begin(toShip, in: transaction)
        let goods = KeepGoods(market: market)
        for variant in Set(order.lines.filter { $0.reservation != nil }.map(\.variant)).sorted() {
            try goods.open(variant, of: order.shop, in: transaction)
        }
        return toShip
    }
}

/// A parcel of an order left.
public struct ParcelShipped: FactContent {
    public static let topic = "warehouse.parcel_shipped"
    /// The parcel.
    public let shipment: ShipmentID
    /// Its order.
    public let order: OrderID
    /// The shop.
    public let shop: ShopID
    /// Where it left.
    public let warehouse: WarehouseID
    public var key: String { order.description }

    init(_ parcel: Shipment) {
        shipment = parcel.id
        order = parcel.order
        shop = parcel.shop
        warehouse = parcel.warehouse
    }
}
