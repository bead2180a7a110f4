import Catalog
import Kernel
import Stock
import Store
import Warehouse

/// Changes what can be sold and what lies in the warehouses in one transaction, so that the two never part: of each
/// variant, what lies in all warehouses is what can be sold and what is reserved or sold and has not left.
struct KeepGoods {
    let market: Marketplace

    /// Gives a variant its place; see ``Warehouses/open(_:of:edition:physical:in:)``.
    func open(_ variant: VariantID, of shop: ShopID, in transaction: any Transaction) throws {
        guard let edition = try Stock.edition(of: variant, in: transaction) else { return }
        try market.warehouses.open(
            variant, of: shop, edition: edition,
            physical: { try Stock.physical(of: variant, in: transaction)?.units ?? 0 }, in: transaction)
    }

    /// Goods come or go: they lie there, or not, and can be sold, or not.
    ///
    /// - Returns: what lies there now.
    /// - Throws: ``StockProblem``, ``WarehouseProblem``; then nothing has changed, not even in this transaction.
    @discardableResult
    func change(_ move: Move, of shop: ShopID, in transaction: any Transaction) throws -> Int64 {
        try open(move.variant, of: shop, in: transaction)
        return try market.warehouses.move(move, of: shop, in: transaction) {
            try market.stock.change(move.quantity, of: move.variant, in: transaction)
        }
    }

    /// Goods came that can't be sold: the history shows that they came, and that they were written off.
    func writeOff(_ move: Move, of shop: ShopID, in transaction: any Transaction) throws {
        try open(move.variant, of: shop, in: transaction)
        try market.warehouses.move(move, of: shop, in: transaction)
        try market.warehouses.move(
            Move(
                -move.quantity, of: move.variant, at: move.warehouse, .damaged, note: move.note, cause: move.cause,
                by: move.person), of: shop, in: transaction)
    }

    /// Goods leave the house without a shipment of an order: from the warehouse that has most of them free.
    func send(_ sent: GoodsSent, of shop: ShopID, in transaction: any Transaction) throws {
        try open(sent.variant, of: shop, in: transaction)
        guard try market.stock.ship(sent.quantity, of: sent.reservation, in: transaction) else { return }
        var left = sent.quantity
        for level in try Warehouses.levels(of: sent.variant, in: transaction).sorted(by: { $0.free > $1.free })
        where left > 0 && level.free > 0 {
            let part = min(left, level.free)
            let move = Move(
                -part, of: sent.variant, at: level.warehouse, .shipped, cause: sent.cause, by: sent.person)
            try market.warehouses.move(move, of: shop, in: transaction)
            left -= part
        }
    }

    /// The warehouse of a shop that was named, or its default.
    ///
    /// - Throws: ``NotFound`` for one of another shop.
    func place(
        _ named: WarehouseID?, of shop: ShopID, in transaction: any Transaction
    ) throws -> WarehouseID {
        guard let named else { return try market.warehouses.standard(of: shop, in: transaction) }
        return try Warehouses.find(named, of: shop, in: transaction).id
    }

    /// Makes sure that these variants are the shop's, and that the room Stock knows them.
    ///
    /// - Throws: ``NotFound`` for a variant of another shop.
    func own(_ variants: [VariantID], of shop: ShopID, in transaction: any Transaction) throws {
        let owners = try Catalog.owners(of: variants, in: transaction)
        for variant in variants {
            guard let owner = owners[variant], owner.shop == shop else { throw NotFound("variant") }
            try market.stock.open(variant, of: owner.product, in: shop, transaction)
        }
    }
}

extension KeepGoods {
    /// Gives every variant of a shop its place, a few hundred in each transaction.
    func openAll(of shop: ShopID) async throws {
        var last: VariantID?
        while true {
            let levels = try await market.stock.levels(of: shop, after: last, limit: 200)
            guard let final = levels.last else { return }
            try await market.store.write { [market, levels] transaction in
                let goods = KeepGoods(market: market)
                for level in levels { try goods.open(level.variant, of: shop, in: transaction) }
            }
            last = final.variant
        }
    }
}

/// Units of a reservation that leave the house.
struct GoodsSent {
    let variant: VariantID
    let quantity: Int64
    let reservation: ReservationID
    let cause: String
    let person: PersonID?
}
