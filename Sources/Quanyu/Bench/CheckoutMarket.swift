import Catalog
import Coupons
import Flows
import Foundation
import HTTP
import Kernel
import People
import Shops
import Stock
import Store

/// What the checkout benchmark sells, and to whom: three shops with two products each, and one hot variant in a flash lot.
struct CheckoutMarket: Sendable {
    /// One variant and its price.
    struct Goods: Sendable {
        let variant: VariantID
        let amount: Int64
    }

    let basket: [Goods]
    let hot: Goods
    let shop: ShopID
    let category: CategoryID
    /// Session secrets of the buyers.
    let sessions: [String]
    let buyers: [PersonID]
    /// A coupon of the platform that every buyer has and may use as often as the benchmark likes.
    let coupon: CouponID
    /// What it takes off, in minor units.
    static let couponAmount: Int64 = 150
    /// What a unit of the hot variant costs in a flash lot.
    static let flashAmount: Int64 = 300

    /// Makes shops, goods and signed-in buyers in an empty marketplace.
    static func make(in market: Marketplace, buyers count: Int) async throws -> CheckoutMarket {
        let source = market.source
        let shops = (0..<3).map { _ in source.identifier(ShopKind.self) }
        let category = source.identifier(CategoryKind.self)
        var basket: [Goods] = []
        try await market.store.write { transaction in
            try market.catalog.put(
                Category(id: category, parent: nil, name: Localized(en: "Tea", zh: "茶"), emoji: "🍵"), position: 0,
                in: transaction)
        }
        for shop in shops {
            try await market.store.write { transaction in
                try market.shops.put(
                    Shop(
                        id: shop, name: Localized(en: "Bench"), about: Localized(en: ""), logo: nil,
                        createdAt: source.now), in: transaction)
            }
            for _ in 0..<2 { basket.append(try await product(of: shop, category, market)) }
        }
        let hot = try await product(of: shops[0], category, market)
        let people = try await signedIn(count, market)
        return CheckoutMarket(
            basket: basket, hot: hot, shop: shops[0], category: category, sessions: people.map(\.secret),
            buyers: people.map(\.person), coupon: try await coupon(for: people.map(\.person), market))
    }

    private static func coupon(for buyers: [PersonID], _ market: Marketplace) async throws -> CouponID {
        let now = market.source.now
        let most: Int64 = 1_000_000_000
        let terms = try CouponTerms(
            name: Localized(en: "Bench"), benefit: .amountOff(couponAmount), threshold: couponAmount,
            scope: .everything,
            currency: .cny, funding: CouponFunding(platform: 10_000), personLimit: most, uses: most,
            budget: most * 1_000, startsAt: now, endsAt: now + .days(1), zone: .shanghai)
        return try await market.store.write { [coupons = market.coupons] transaction in
            let id = try coupons.offer(terms, by: .platform, in: transaction)
            for buyer in buyers { try coupons.claim(id, by: buyer, in: transaction) }
            return id
        }
    }

    /// Puts the hot variant into a lot from now on, in place of the one before.
    func openLot(total: Int64, buyerLimit: Int64, _ market: Marketplace) async throws -> FlashLotID {
        if let running = try await market.stock.lots(of: shop, limit: 1).first {
            try await market.store.write { [stock = market.stock] in
                try stock.end(running.id, of: running.shop, in: $0)
            }
        }
        // Read after the end of the one before, so that the two have no moment in common.
        let now = market.source.now
        let lot = FlashLot(
            id: market.source.identifier(), variant: hot.variant, shop: shop, price: Money(Self.flashAmount, .cny),
            total: total, buyerLimit: buyerLimit, startsAt: now, endsAt: now + .days(1))
        try await market.store.write { [stock = market.stock] in try stock.open(lot, in: $0) }
        return lot.id
    }

    /// A new product of one variant in plenty.
    static func product(
        of shop: ShopID, _ category: CategoryID, _ market: Marketplace
    ) async throws -> Goods {
        let (id, variant) = (market.source.identifier(ProductKind.self), market.source.identifier(VariantKind.self))
        let now = market.source.now
        try await market.store.write { transaction in
            try market.catalog.put(
                ProductEntry(
                    id: id, shop: shop, category: category, title: Localized(en: "Green tea", zh: "绿茶"),
                    description: Localized(en: ""), brand: "", attributes: [], media: [], createdAt: now),
                in: transaction)
            try market.catalog.putVariant(
                variant, of: id, in: shop, spec: Localized(en: "250 g"), sku: "", position: 0, in: transaction)
            try market.catalog.setPrice(
                Price(amount: Money(500, .cny), list: nil), of: variant, from: now, until: nil, in: transaction)
            try market.stock.set(1_000_000_000, of: variant, product: id, shop: shop, in: transaction)
            try market.catalog.announce([id], in: transaction)
        }
        return Goods(variant: variant, amount: 500)
    }

    private static func signedIn(_ count: Int, _ market: Marketplace) async throws -> [OpenedSession] {
        var sessions: [OpenedSession] = []
        for number in 0..<count {
            let person = market.source.identifier(PersonKind.self)
            let account = try NewAccount(
                imported: "Buyer \(number)", email: nil, password: nil, handle: nil, language: .en, roles: [],
                bio: Localized(en: ""), avatar: nil)
            sessions.append(
                try await market.store.write { [people = market.people, now = market.source.now] transaction in
                    try people.put(account, id: person, passwordHash: nil, at: now, in: transaction)
                    return try people.open(for: person, visitor: nil, device: "bench", in: transaction)
                })
        }
        return sessions
    }
}
