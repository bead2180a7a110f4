import Catalog
import HTTP
import Kernel
import Live
import Pricing
import Shops
import Store

/// The shop that owns a variant sets what it costs in a live session: in its own, or in a creator's whose bag holds it.
/// The host of a creator's session never sets another shop's price.
public struct SetLivePrice: Sendable {
    /// How long a price stands at most, after the session's plan or after now, whichever is later. It ends with the
    /// session in any case.
    public static let lifetime = Duration.hours(24)

    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// A price for one session.
    public final class Terms: Sendable {
        let session: LiveSessionID
        let variant: VariantID
        let amount: Int64?

        /// - Parameter amount: minor units of the currency of the variant's price, below it; `nil` takes the price away.
        public init(_ amount: Int64?, of variant: VariantID, in session: LiveSessionID) {
            self.session = session
            self.variant = variant
            self.amount = amount
        }

        /// The currency in which the price is meant.
        ///
        /// - Throws: ``NotFound`` for a variant that is not for sale.
        public func currency(at now: Instant, in transaction: any Transaction) throws -> Currency {
            guard let price = try Catalog.variants([variant], at: now, in: transaction)[variant]?.price else {
                throw NotFound("variant")
            }
            return price.amount.currency
        }
    }

    /// Sets, replaces or takes away a price. It holds from now on for who watches, while the session is on air.
    ///
    /// - Throws: ``NotFound`` for an unknown session or variant, or for whoever has no part in the variant's shop,
    ///   ``Forbidden``, ``LiveProblem/over``, ``LiveProblem/notInBag``, ``InvalidField``.
    public func callAsFunction(_ terms: Terms, _ command: Command) async throws {
        try await market.store.write { [self] transaction in
            _ = try transaction.once(command.key, fingerprint: command.fingerprint, at: market.source.now) {
                try set(terms, command, in: transaction)
                return true
            }
        }
    }

    private func set(_ terms: Terms, _ command: Command, in transaction: any Transaction) throws {
        let now = market.source.now
        let found = try Catalog.variants([terms.variant], at: now, in: transaction)[terms.variant]
        guard let found, let price = found.price else { throw NotFound("variant") }
        try command.identity.require(.prices, at: found.shop)
        let session = try Live.open(terms.session, in: transaction)
        guard session.products.contains(found.product) else { throw LiveProblem.notInBag }
        let before = try Pricing.livePrices(of: session.id, at: now, in: transaction)[found.id]?.price
        try market.pricing.endLivePrices(of: session.id, variants: [found.id], in: transaction)
        if let amount = terms.amount {
            guard amount < price.amount.amount else {
                throw InvalidField("amount", "must be below the present price.", zh: "须低于当前价格。")
            }
            let offer = PriceOffer(
                id: market.source.identifier(), shop: found.shop, variant: found.id, rule: .live,
                audience: "\(session.id)", price: Money(amount, price.amount.currency), startsAt: now,
                endsAt: max(now, session.plannedAt) + Self.lifetime)
            try market.pricing.open(offer, in: transaction)
        }
        market.live.forget(session.id, after: transaction)
        let change = TrailChange("amount", was: before?.plain, now: terms.amount.map(String.init))
        try TrailNote(terms.amount == nil ? .livePriceEnded : .livePriceSet, of: session.id, [change])
            .keep(in: market.shops, by: command.identity, at: found.shop, in: transaction)
    }
}
