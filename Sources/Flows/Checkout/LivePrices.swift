import Catalog
import Kernel
import Pricing
import Stock
import Store

/// Who holds which tier of a shop's membership; the room of members will answer it.
public protocol Memberships: Sendable {
    /// The tiers that a person holds at these shops; shops without one are left out.
    func tiers(
        of person: PersonID, at shops: Set<ShopID>, in transaction: any Transaction
    ) throws -> [ShopID: Set<String>]
}

/// Nobody is a member of anything.
public struct NoMemberships: Memberships {
    public init() {}
    public func tiers(
        of person: PersonID, at shops: Set<ShopID>, in transaction: any Transaction
    ) throws -> [ShopID: Set<String>] { [:] }
}

/// What variants cost somebody at this moment and why; see ``PricePrecedence`` for which rule goes before which.
public struct LivePrices: Sendable {
    private var prices: [VariantID: Price] = [:]
    /// The running lots behind flash prices.
    public private(set) var lots: [VariantID: FlashLot] = [:]
    /// What set each price.
    public private(set) var reasons: [VariantID: ResolvedPrice] = [:]

    /// The prices of these variants now.
    ///
    /// - Parameters:
    ///   - person: who asks; members pay their tier's price.
    ///   - version: what ``Pricing/version`` said before the unit of work began.
    ///   - countsLots: whether somebody wants to know how much is left of the lots, not only whether something is.
    init(
        of variants: [Variant], for person: PersonID?, version: Int, countsLots: Bool = true, _ market: Marketplace,
        in transaction: any Transaction
    ) throws {
        let now = market.source.now
        let running = try market.stock.runningLots(of: variants.map(\.id), exactly: countsLots, in: transaction)
        let policies = try market.pricing.policies(of: Set(variants.map(\.shop)), version: version, in: transaction)
        // Most shops have no offers, and then nothing more is asked.
        let offering = variants.filter { policies[$0.shop]?.hasOffers ?? false }
        let offers = try Pricing.offers(of: offering.map(\.id), at: now, in: transaction)
        let shops = Set(offering.map(\.shop))
        let tiers =
            try person.flatMap {
                shops.isEmpty ? nil : try market.memberships.tiers(of: $0, at: shops, in: transaction)
            }
        for variant in variants {
            guard let catalogue = variant.price else { continue }
            let lot = running[variant.id]
            let resolved = PricePrecedence.resolve(
                catalogue: catalogue.amount, offers: offers[variant.id] ?? [], flash: lot.map { ($0.price, $0.id) },
                for: PriceAudience(tiers: tiers?[variant.shop] ?? []), at: now)
            reasons[variant.id] = resolved
            if resolved.rule == .flash { lots[variant.id] = lot }
            let before = catalogue.list ?? (resolved.rule == .list ? nil : catalogue.amount)
            prices[variant.id] = Price(amount: resolved.amount, list: before)
        }
    }

    /// What one unit costs; `nil` when the variant is not for sale.
    public subscript(variant: VariantID) -> Price? { prices[variant] }
}

extension Marketplace {
    /// The prices of these variants now, for anybody.
    public func livePrices(of variants: [Variant]) async throws -> LivePrices {
        let version = pricing.version
        return try await store.read { [self] in
            try LivePrices(of: variants, for: nil, version: version, self, in: $0)
        }
    }
}
