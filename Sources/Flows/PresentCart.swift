import Alliance
import Carts
import Catalog
import Journal
import Kernel
import Pricing
import Shops
import Stock
import Store

/// A cart with what everything costs and whether it can be bought right now.
public struct PresentedCart: Sendable {
    /// A line as it stands now.
    public struct Line: Sendable {
        /// What lies in the cart.
        public let line: CartLine
        /// The product.
        public let product: Product
        /// The variant.
        public let variant: Variant
        /// Units that can be bought.
        public let available: Int64
        /// What one unit costs now; `nil` when it can't be bought at all.
        public let price: Price?
        /// What set the price.
        public let reason: ResolvedPrice?
        /// Whether it costs something else than when it was put in.
        public var priceChanged: Bool { price.map { $0.amount.amount != line.shownAmount } ?? false }
        /// Whether the cart's quantity can be bought.
        public var isBuyable: Bool { price != nil && available >= line.quantity }
    }

    /// The lines at one shop.
    public struct Parcel: Sendable {
        /// The shop.
        public let shop: Shop
        /// Its lines.
        public let lines: [Line]
    }

    /// The lines by shop, the shop of the newest line first.
    public let parcels: [Parcel]
    /// What the buyable lines cost, per currency.
    public let totals: [Money]

    /// All lines.
    public var lines: [Line] { parcels.flatMap(\.lines) }
    /// Whether everything can be bought, in one currency.
    public var isBuyable: Bool { !lines.isEmpty && lines.allSatisfy(\.isBuyable) && totals.count == 1 }
}

/// Shows a cart with live prices and stock.
public struct PresentCart: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// The cart of a person or visitor.
    public func callAsFunction(of person: PersonID) async throws -> PresentedCart {
        let version = market.pricing.version
        let lines = try await market.store.read { [self] transaction -> [PresentedCart.Line] in
            try self.lines(
                Carts.lines(of: person, in: transaction), for: person, version: version, in: transaction)
        }
        return try await present(lines)
    }

    /// One variant as if it were the whole cart, for "buy now"; its amount doesn't matter.
    public func callAsFunction(only line: ShownLine, for person: PersonID) async throws -> PresentedCart {
        let version = market.pricing.version
        let lines = try await market.store.read { [self] in
            try single(line, for: person, version: version, in: $0)
        }
        return try await present(lines)
    }

    private func single(
        _ wanted: ShownLine, for person: PersonID, version: Int, in transaction: any Transaction
    ) throws -> [PresentedCart.Line] {
        let now = market.source.now
        guard let found = try Catalog.variants([wanted.variant], at: now, in: transaction)[wanted.variant] else {
            throw NotFound("variant")
        }
        let prices = try LivePrices(of: [found], for: person, version: version, market, in: transaction)
        let line = CartLine(
            variant: wanted.variant, product: found.product, shop: found.shop, quantity: wanted.quantity,
            shownAmount: prices[wanted.variant]?.amount.amount ?? 0, slate: wanted.slate, addedAt: now)
        return try lines([line], for: person, version: version, in: transaction)
    }

    private func lines(
        _ lines: [CartLine], for person: PersonID, version: Int, in transaction: any Transaction
    ) throws -> [PresentedCart.Line] {
        let now = market.source.now
        let products = try Catalog.products(Array(Set(lines.map(\.product))), at: now, in: transaction)
        let byID = Dictionary(products.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let available = try market.stock.available(lines.map(\.variant), in: transaction)
        let prices = try LivePrices(
            of: products.flatMap(\.variants), for: person, version: version, market, in: transaction)
        return lines.compactMap { line in
            guard let product = byID[line.product],
                let variant = product.variants.first(where: { $0.id == line.variant })
            else { return nil }
            return PresentedCart.Line(
                line: line, product: product, variant: variant, available: available[line.variant] ?? 0,
                price: product.isListed ? prices[line.variant] : nil, reason: prices.reasons[line.variant])
        }
    }

    private func present(_ lines: [PresentedCart.Line]) async throws -> PresentedCart {
        var order: [ShopID] = []
        for line in lines where !order.contains(line.line.shop) { order.append(line.line.shop) }
        let shops = try await market.shops.shops(order)
        let parcels = order.compactMap { id in
            shops[id].map { shop in PresentedCart.Parcel(shop: shop, lines: lines.filter { $0.line.shop == id }) }
        }
        var totals: [Money] = []
        for line in lines where line.isBuyable {
            guard let amount = try line.price?.amount.times(line.line.quantity) else { continue }
            if let index = totals.firstIndex(where: { $0.currency == amount.currency }) {
                totals[index] = try totals[index].adding(amount)
            } else {
                totals.append(amount)
            }
        }
        return PresentedCart(parcels: parcels, totals: totals)
    }
}

/// Puts goods into a cart at the price of now.
public struct AddToCart: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// - Throws: ``NotFound`` when the variant can't be bought, ``OutOfStock``, ``CartFull``, ``InvalidField``.
    public func callAsFunction(
        _ variant: VariantID, quantity: Int64, slate: SlateID?, for person: PersonID, key: IdempotencyKey? = nil
    ) async throws {
        let now = market.source.now
        let version = market.pricing.version
        try await market.store.write { [market] transaction in
            _ = try transaction.once(key, fingerprint: "cart \(variant) \(quantity)", at: now) {
                guard let found = try Catalog.variants([variant], at: now, in: transaction)[variant],
                    let price = try LivePrices(of: [found], for: person, version: version, market, in: transaction)[
                        variant],
                    let product = try Catalog.products([found.product], at: now, in: transaction).first,
                    product.isListed
                else { throw NotFound("variant") }
                let available = try market.stock.available([variant], in: transaction)[variant] ?? 0
                guard available >= quantity else { throw OutOfStock(left: [variant: available]) }
                try Carts.add(
                    CartLine(
                        variant: variant, product: found.product, shop: found.shop, quantity: quantity,
                        shownAmount: price.amount.amount, slate: slate, addedAt: now), to: person, in: transaction)
                // Whoever puts it in during a creator's session was brought by that creator, however late the order comes.
                for session in try market.live.watchedSessions(
                    by: person, holding: [found.product], in: transaction)
                {
                    try Alliance.touch(session.touch, by: person, of: found.product, in: transaction)
                }
                try market.journal.append(
                    Touchpoint(person: person, time: now, kind: .cart, subject: .product(found.product), slate: slate),
                    at: now, in: transaction)
                return true
            }
        }
    }
}

/// Changes how many units of a variant lie in a cart.
public struct ChangeCart: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// - Throws: ``NotFound`` when there is no such line, ``InvalidField`` for a quantity out of range.
    public func callAsFunction(_ variant: VariantID, to quantity: Int64, for person: PersonID) async throws {
        try await market.store.write { try Carts.setQuantity(quantity, of: variant, for: person, in: $0) }
    }
}
