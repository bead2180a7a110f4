import Catalog
import Kernel
import Live
import Membership
import Pricing
import Stock
import Store

/// What variants cost somebody at this moment and why; see ``PricePrecedence`` for which rule goes before which.
public struct LivePrices: Sendable {
    private var prices: [VariantID: Price] = [:]
    /// The running lots behind flash prices.
    public private(set) var lots: [VariantID: FlashLot] = [:]
    /// What set each price.
    public private(set) var reasons: [VariantID: ResolvedPrice] = [:]
    /// What members of the shop pay where that is less than what the one who asks pays.
    public private(set) var memberPrices: [VariantID: Money] = [:]

    /// The prices of these variants now.
    ///
    /// - Parameters:
    ///   - person: who asks; members of a shop pay its member prices, and who watches a session on air its live prices. Both
    ///     are read from what rooms keep, in the transaction of the answer.
    ///   - shown: sessions whose prices are shown to whoever watches them, whoever that is.
    ///   - version: what ``Pricing/version`` said before the unit of work began.
    ///   - countsLots: whether somebody wants to know how much is left of the lots, not only whether something is.
    init(
        of variants: [Variant], for person: PersonID?, version: Int, countsLots: Bool = true,
        showing shown: Set<LiveSessionID> = [], _ market: Marketplace, in transaction: any Transaction
    ) throws {
        let now = market.source.now
        let running = try market.stock.runningLots(of: variants.map(\.id), exactly: countsLots, in: transaction)
        let policies = try market.pricing.policies(of: Set(variants.map(\.shop)), version: version, in: transaction)
        // Most shops have no offers, and then nothing more is asked.
        let offering = variants.filter { policies[$0.shop]?.hasOffers ?? false }
        let offers = try Pricing.offers(of: offering.map(\.id), at: now, in: transaction)
        let shops = Set(offering.map(\.shop) + variants.filter { $0.price?.member != nil }.map(\.shop))
        let sessions = try Self.sessions(behind: offers, for: person, showing: shown, at: now, in: transaction)
        let joined = try person.map { try Membership.joined(shops, by: $0, in: transaction) } ?? []
        for variant in variants {
            guard let catalogue = variant.price else { continue }
            let lot = running[variant.id]
            func price(forMembers isMember: Bool) -> ResolvedPrice {
                PricePrecedence.resolve(
                    catalogue: catalogue.amount, member: catalogue.member, offers: offers[variant.id] ?? [],
                    flash: lot.map { ($0.price, $0.id) },
                    for: PriceAudience(tiers: isMember ? [PriceAudience.shopMember] : [], liveSessions: sessions),
                    at: now)
            }
            let isMember = joined.contains(variant.shop)
            let resolved = price(forMembers: isMember)
            reasons[variant.id] = resolved
            if !isMember {
                let lower = price(forMembers: true).amount
                if lower.amount < resolved.amount.amount { memberPrices[variant.id] = lower }
            }
            if resolved.rule == .flash { lots[variant.id] = lot }
            let before = catalogue.list ?? (resolved.rule == .list ? nil : catalogue.amount)
            prices[variant.id] = Price(amount: resolved.amount, list: before)
        }
    }

    /// Of the sessions that have set any of these prices, those whose prices hold for somebody now.
    private static func sessions(
        behind offers: [VariantID: [PriceOffer]], for person: PersonID?, showing shown: Set<LiveSessionID>,
        at now: Instant, in transaction: any Transaction
    ) throws -> Set<String> {
        let live = offers.values.joined().filter { $0.rule == .live }.compactMap { LiveSessionID($0.audience) }
        let watched = try person.map { try Live.watched(Set(live), by: $0, at: now, in: transaction) } ?? []
        return Set(watched.union(shown).map(\.description))
    }

    /// What one unit costs; `nil` when the variant is not for sale.
    public subscript(variant: VariantID) -> Price? { prices[variant] }
}

extension Marketplace {
    /// The prices of these variants now.
    ///
    /// - Parameter person: who asks; `nil` for anybody.
    public func livePrices(of variants: [Variant], for person: PersonID?) async throws -> LivePrices {
        let version = pricing.version
        return try await store.read { [self] in
            try LivePrices(of: variants, for: person, version: version, self, in: $0)
        }
    }
}
