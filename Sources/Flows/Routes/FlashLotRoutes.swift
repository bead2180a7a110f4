import Catalog
import HTTP
import Kernel
import Stock

/// A flash lot to be announced.
struct NewFlashLotBody: Documented {
    let variant: VariantID
    /// What one unit costs, in minor units of the currency of the variant's price.
    let amount: Int64
    /// Units at that price.
    let total: Int64
    /// Units that one buyer may have.
    let buyerLimit: Int64
    let startsAt: Instant
    let endsAt: Instant
    static let example = NewFlashLotBody(
        variant: Identifier(rawValue: 2), amount: 3_900, total: 100, buyerLimit: 2,
        startsAt: Instant(milliseconds: 0), endsAt: Instant(milliseconds: 3_600_000))
}

/// A flash lot as it stands.
struct FlashLotBody: Documented {
    let id: FlashLotID
    let variant: VariantID
    let price: Money
    let total: Int64
    /// Units that can still be had.
    let remaining: Int64
    let buyerLimit: Int64
    let startsAt: Instant
    let endsAt: Instant
    static let example = FlashLotBody(
        FlashLot(
            id: Identifier(rawValue: 9), variant: Identifier(rawValue: 2), shop: Identifier(rawValue: 3),
            price: .example, total: 100, buyerLimit: 2, startsAt: Instant(milliseconds: 0),
            endsAt: Instant(milliseconds: 3_600_000)))
}

extension FlashLotBody {
    init(_ lot: FlashLot) {
        self.init(
            id: lot.id, variant: lot.variant, price: lot.price, total: lot.total, remaining: lot.remaining,
            buyerLimit: lot.buyerLimit, startsAt: lot.startsAt, endsAt: lot.endsAt)
    }
}

extension MarketplaceAPI {
    func addFlashLotRoutes(to api: API) {
        api.route(
            .get, "/shops/{shop}/flash-lots", "listFlashLots", "A shop's flash lots, the latest first.",
            access: .person(.shops)
        ) { [self] call in
            let shop = try call.shop
            try call.context.person().require(.see, at: shop)
            return Page(items: try await market.stock.lots(of: shop, limit: 100).map { FlashLotBody($0) })
        }
        api.route(
            .post, "/shops/{shop}/flash-lots", "openFlashLot", "Announces so many units at a special price for a time.",
            access: .person(.shops), body: NewFlashLotBody.self, status: .created
        ) { [self] call in
            let lot = try await OpenFlashLot(market)(
                call.body.variant, at: try call.shop, by: try call.context.person(),
                terms: .init(
                    amount: call.body.amount, total: call.body.total, buyerLimit: call.body.buyerLimit,
                    startsAt: call.body.startsAt, endsAt: call.body.endsAt))
            return FlashLotBody(lot)
        }
        api.route(
            .delete, "/shops/{shop}/flash-lots/{lot}", "endFlashLot", "Ends a flash lot now.", access: .person(.shops)
        ) { [self] call in
            let lot = try call.context.identifier("lot", "flash lot", as: FlashLotKind.self)
            try await OpenFlashLot(market).end(lot, of: try call.shop, by: try call.context.person())
            return Nothing()
        }
    }
}

extension Call {
    fileprivate var shop: ShopID {
        get throws { try context.identifier("shop", "shop", as: ShopKind.self) }
    }
}
