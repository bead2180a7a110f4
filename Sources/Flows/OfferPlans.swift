import Alliance
import Catalog
import HTTP
import Kernel
import Store

/// What creators may promote, and what shops pay for it.
public struct OfferPlans: Sendable {
    /// A plan that a creator may promote now.
    public struct Offer: Sendable {
        /// The plan.
        public let plan: CommissionPlan
        /// The product as people see it.
        public let card: ProductCard
        /// The creator's link to it, if they have made one.
        public let link: PromotionLinkID?

        /// What one unit at today's lowest price pays, in minor units; `nil` while it has no price.
        public var commission: Money? { card.price.flatMap { try? $0.amount.share(of: plan.rate) } }
    }

    /// A page of offers.
    public struct Offers: Sendable {
        /// Plans whose product people can see; there may be fewer than were asked for.
        public let offers: [Offer]
        /// Where the next page begins; `nil` at the end.
        public let next: Alliance.PlanCursor?
    }

    /// A shop's plan for a product: what holds, and what will.
    public struct ShopPlan: Sendable {
        /// The product.
        public let product: ProductID
        /// What holds now; `nil` before the first.
        public let current: CommissionPlan?
        /// What was set and has not begun.
        public let coming: CommissionPlan?
    }

    /// What one unit pays to whom if it is sold now, in minor units: before coupons, delivery and tax.
    public struct Preview: Sendable, Equatable {
        /// The variant.
        public let variant: VariantID
        /// What the shop asks.
        public let price: Money
        /// The platform's fee.
        public let fee: Int64
        /// What the creator, and their agency, get.
        public let commission: Int64

        /// What is left for the shop.
        public var shop: Int64 { price.amount - fee - commission }
    }

    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Open plans, those that began last first.
    public func open(
        to creator: PersonID, after cursor: Alliance.PlanCursor? = nil, limit: Int
    ) async throws -> Offers {
        let plans = try await market.alliance.openPlans(after: cursor, limit: limit)
        let cards = try await market.catalog.cards(plans.map(\.product))
        let links = try await market.alliance.links(of: creator, to: plans.map(\.product))
        let offers = plans.compactMap { plan -> Offer? in
            guard let card = cards.first(where: { $0.id == plan.product }), card.isListed else { return nil }
            return Offer(plan: plan, card: card, link: links[plan.product])
        }
        return Offers(
            offers: offers, next: plans.count == limit ? plans.last.map { Alliance.PlanCursor(after: $0) } : nil)
    }

    /// A shop's plans, by product.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func plans(
        of shop: ShopID, after product: ProductID? = nil, limit: Int, by identity: Identity
    ) async throws -> [ShopPlan] {
        try identity.require(.see, at: shop)
        let now = market.source.now
        let read = PlanRead(shop: shop, after: product, limit: limit)
        return try await market.store.read { transaction in
            let products = try read.products(in: transaction)
            let plans = try Alliance.plans(of: products, in: transaction)
            return products.map { product in
                let versions = plans[product] ?? []
                return ShopPlan(
                    product: product, current: PlanRule.current(versions, at: now),
                    coming: versions.last { $0.effectiveFrom > now })
            }
        }
    }

    /// What each variant of a product would pay at a rate.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, ``InvalidField``.
    public func preview(
        _ rate: BasisPoints, of product: ProductID, at shop: ShopID, by identity: Identity
    ) async throws -> [Preview] {
        try identity.require(.prices, at: shop)
        try SetCommission.check(rate, under: market.terms)
        guard let found = try await market.catalog.product(product), found.shop == shop else {
            throw NotFound("product")
        }
        let terms = market.terms
        return try found.sold.compactMap { variant in
            guard let price = variant.price?.amount else { return nil }
            return Preview(
                variant: variant.id, price: price, fee: try price.share(of: terms.fee).amount,
                commission: try price.share(of: rate).amount)
        }
    }
}

/// Which plans are read; a class, so that it is one thing to hand on.
private final class PlanRead: Sendable {
    let shop: ShopID
    let after: ProductID?
    let limit: Int

    init(shop: ShopID, after: ProductID?, limit: Int) {
        self.shop = shop
        self.after = after
        self.limit = limit
    }

    func products(in transaction: any Transaction) throws -> [ProductID] {
        try Alliance.promoted(by: shop, after: after, limit: limit, in: transaction)
    }
}
