import Catalog
import HTTP
import Kernel
import Shops
import Stock
import Store

/// A shop sells so many units of a variant at a special price for a time, or stops.
public struct OpenFlashLot: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Price, units and time of a lot.
    public struct Terms: Sendable {
        let amount: Int64
        let total: Int64
        let buyerLimit: Int64
        let startsAt: Instant
        let endsAt: Instant

        /// - Parameters:
        ///   - amount: minor units of the currency of the variant's price.
        ///   - total: units at that price.
        ///   - buyerLimit: units that one buyer may have.
        public init(amount: Int64, total: Int64, buyerLimit: Int64, startsAt: Instant, endsAt: Instant) {
            self.amount = amount
            self.total = total
            self.buyerLimit = buyerLimit
            self.startsAt = startsAt
            self.endsAt = endsAt
        }
    }

    /// - Throws: ``NotFound`` when the shop has no such variant for sale, ``InvalidField``, ``FlashLotProblem/overlaps``,
    ///   ``Forbidden``.
    public func callAsFunction(
        _ variant: VariantID, at shop: ShopID, by identity: Identity, terms: Terms
    ) async throws -> FlashLot {
        try identity.require(.prices, at: shop)
        let now = market.source.now
        let id = market.source.identifier(FlashLotKind.self)
        return try await market.store.write { [stock = market.stock, shops = market.shops] transaction in
            let found = try Catalog.variants([variant], at: now, in: transaction)[variant]
            guard let found, found.shop == shop, let price = found.price else { throw NotFound("variant") }
            guard terms.amount < price.amount.amount else {
                throw InvalidField("amount", "must be below the present price.", zh: "须低于当前价格。")
            }
            guard terms.endsAt > now else {
                throw InvalidField("endsAt", "must be in the future.", zh: "须晚于当前时间。")
            }
            let lot = FlashLot(
                id: id, variant: variant, shop: shop, price: Money(terms.amount, price.amount.currency),
                total: terms.total, buyerLimit: terms.buyerLimit, startsAt: terms.startsAt, endsAt: terms.endsAt)
            try stock.open(lot, in: transaction)
            let change = TrailChange("amount", was: nil, now: lot.price.plain)
            try TrailNote(.flashLotOpened, of: id, [change]).keep(in: shops, by: identity, at: shop, in: transaction)
            return lot
        }
    }

    /// Ends a lot now; what was bought stays bought.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func end(_ lot: FlashLotID, of shop: ShopID, by identity: Identity) async throws {
        try identity.require(.prices, at: shop)
        let note = TrailNote(.flashLotEnded, of: lot)
        try await market.store.write { [stock = market.stock, shops = market.shops] transaction in
            try stock.end(lot, of: shop, in: transaction)
            try note.keep(in: shops, by: identity, at: shop, in: transaction)
        }
    }
}
