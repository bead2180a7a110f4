import Flows
import HTTP
import Kernel
import Orders
import Stock
import Store
import Testing
import Warehouse

/// Somebody in the warehouse of a bazaar.
struct Clerk: Sendable {
    let bazaar: Bazaar
    let identity: Identity

    init(_ bazaar: Bazaar) {
        self.bazaar = bazaar
        identity = Identity(person: PersonID(rawValue: 8), proof: .visitor, shops: [bazaar.shop: .owner])
    }

    @discardableResult
    func adjust(
        _ quantity: Int64, _ reason: MovementReason, at warehouse: WarehouseID? = nil
    ) async throws -> ChangeStock.Result {
        try await ChangeStock(bazaar.market).adjust(
            .init(quantity, of: bazaar.variant, at: warehouse, reason, note: ""), of: bazaar.shop,
            Command(by: identity))
    }

    func count(_ counted: Int64, at warehouse: WarehouseID? = nil) async throws -> ChangeStock.Result {
        try await ChangeStock(bazaar.market).count(
            .init(counted, of: bazaar.variant, at: warehouse, note: ""), of: bazaar.shop, Command(by: identity))
    }

    func delta(_ id: String, _ quantity: Int64, _ reason: MovementReason = .correction) -> ChangeStock.Delta {
        .init(id: id, .init(quantity, of: bazaar.variant, at: nil, reason, note: ""))
    }

    func sync(_ deltas: [ChangeStock.Delta]) async throws -> [ChangeStock.Outcome] {
        try await ChangeStock(bazaar.market).sync(deltas, of: bazaar.shop, by: identity)
    }

    func warehouse(_ name: String, region: String = "") async throws -> WarehouseID {
        try await KeepWarehouses(bazaar.market).add(
            name: name, region: region, to: bazaar.shop, Command(by: identity)
        ).id
    }

    /// As an import does it.
    func set(_ units: Int64) async throws {
        let bazaar = bazaar
        try await bazaar.market.store.write {
            try bazaar.market.stock.set(
                units, of: bazaar.variant, product: bazaar.product, shop: bazaar.shop, in: $0)
        }
    }

    /// What the journal was told of low stock, in order.
    func lowFacts() async throws -> [Int64] {
        let payloads: [String] = try await bazaar.market.store.read { transaction in
            try transaction.rows("SELECT payload FROM journal WHERE topic = \(StockRanLow.topic) ORDER BY sequence")
                .map { try $0.get(0) }
        }
        return try payloads.map { try StockRanLow.read($0, with: .init()).available }
    }

    /// What lies in all warehouses is what can be sold and what is reserved or sold and has not left; the history says
    /// how it came about.
    func requireBalance(_ place: String) async throws {
        let variant = bazaar.variant
        // Until somebody asks, goods have no place.
        _ = try await ReadStock(bazaar.market).snapshot(
            of: bazaar.shop, warehouse: nil, at: nil, by: identity)
        let (onHand, physical, moved) = try await bazaar.market.store.read { transaction in
            let levels = try Warehouses.levels(of: variant, in: transaction)
            let physical = try Stock.physical(of: variant, in: transaction)?.units
            let moved: Int64? = try transaction.value(
                "SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT) FROM stock_movements WHERE variant = \(variant)")
            return (levels.reduce(0) { $0 + $1.onHand }, physical, moved)
        }
        try #require(onHand == physical, "\(place): \(onHand) lie there, \(physical ?? -1) should")
        try #require(moved == onHand, "\(place): the history says \(moved ?? -1), \(onHand) lie there")
    }
}
