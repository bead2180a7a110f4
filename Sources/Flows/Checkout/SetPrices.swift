import Catalog
import HTTP
import Kernel
import Pricing
import Shops
import Store

/// A shop's owner or manager sets what goes beyond the catalogue's price: deals and member prices, freight, tax.
public struct SetPrices: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Price and time of an offer.
    public struct Terms: Sendable {
        let tier: String
        let amount: Int64
        let startsAt: Instant
        let endsAt: Instant
        let zone: TimeZoneName

        /// - Parameters:
        ///   - tier: ``PriceAudience/shopMember`` for a member price; empty for a deal.
        ///   - amount: minor units of the currency of the variant's price.
        public init(tier: String = "", amount: Int64, startsAt: Instant, endsAt: Instant, zone: TimeZoneName) {
            self.tier = tier
            self.amount = amount
            self.startsAt = startsAt
            self.endsAt = endsAt
            self.zone = zone
        }
    }

    /// Announces a deal or a member price.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, ``InvalidField``.
    public func open(
        _ terms: Terms, of variant: VariantID, at shop: ShopID, _ command: Command
    ) async throws -> PriceOffer {
        let now = market.source.now
        let id = market.source.identifier(PriceOfferKind.self)
        let note = TrailNote(.priceOfferOpened, of: id, [TrailChange("amount", was: nil, now: "\(terms.amount)")])
        return try await once(command, at: shop, note) { [pricing = market.pricing] transaction in
            let found = try Catalog.variants([variant], at: now, in: transaction)[variant]
            guard let found, found.shop == shop, let price = found.price else { throw NotFound("variant") }
            guard terms.tier.isEmpty || terms.tier == PriceAudience.shopMember else {
                throw InvalidField("tier", "must be `member` or absent.", zh: "须为 member 或留空。")
            }
            guard terms.amount < price.amount.amount else {
                throw InvalidField("amount", "must be below the present price.", zh: "须低于当前价格。")
            }
            guard terms.endsAt > now else {
                throw InvalidField("endsAt", "must be in the future.", zh: "须晚于当前时间。")
            }
            let offer = PriceOffer(
                id: id, shop: shop, variant: variant, rule: terms.tier.isEmpty ? .deal : .member,
                audience: terms.tier, price: Money(terms.amount, price.amount.currency), startsAt: terms.startsAt,
                endsAt: terms.endsAt, zone: terms.zone.text)
            try pricing.open(offer, in: transaction)
            return id
        } found: { id, transaction in
            guard let offer = try Pricing.offer(id, in: transaction) else { throw NotFound("price offer") }
            return offer
        }
    }

    /// Ends an offer now; what was bought stays bought.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func end(_ offer: PriceOfferID, of shop: ShopID, _ command: Command) async throws {
        try await once(command, at: shop, TrailNote(.priceOfferEnded, of: offer)) { [pricing = market.pricing] in
            try pricing.end(offer, of: shop, in: $0)
        }
    }

    /// Adds or replaces a freight template.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func put(_ template: FreightTemplate, _ command: Command) async throws {
        try await once(command, at: template.shop, TrailNote(.freightChanged, of: template.id, named: template.name)) {
            [pricing = market.pricing] in
            try pricing.put(template, in: $0)
        }
    }

    /// Takes a freight template away.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func remove(_ template: FreightTemplateID, of shop: ShopID, _ command: Command) async throws {
        try await once(command, at: shop, TrailNote(.freightChanged, of: template)) { [pricing = market.pricing] in
            try pricing.remove(template, of: shop, in: $0)
        }
    }

    /// Says how a product travels.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, ``InvalidField``.
    public func setFreight(
        of product: ProductID, at shop: ShopID, template: FreightTemplateID?, grams: Int64, _ command: Command
    ) async throws {
        try await once(command, at: shop, TrailNote(.freightChanged, of: product)) {
            [pricing = market.pricing] transaction in
            guard try Catalog.shops(of: [product], in: transaction)[product] == shop else { throw NotFound("product") }
            try pricing.setFreight(of: product, in: shop, template: template, grams: grams, in: transaction)
        }
    }

    /// Sets or replaces a tax rate.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func set(_ rate: TaxRate, at shop: ShopID, _ command: Command) async throws {
        let change = TrailChange("rate", was: nil, now: "\(rate.rule.rate.value) \(rate.region ?? "")")
        let note = TrailNote(.taxChanged, of: rate.category?.description ?? "*", [change])
        try await once(command, at: shop, note) { [pricing = market.pricing] transaction in
            if let category = rate.category, try Catalog.known([category], in: transaction).isEmpty {
                throw NotFound("category")
            }
            try pricing.set(rate, of: shop, in: transaction)
        }
    }

    /// Takes a tax rate away.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func removeTax(
        category: CategoryID?, region: String?, at shop: ShopID, _ command: Command
    ) async throws {
        let note = TrailNote(
            .taxChanged, of: category?.description ?? "*", [TrailChange("rate", was: region, now: nil)])
        try await once(command, at: shop, note) { [pricing = market.pricing] in
            try pricing.removeTax(category: category, region: region, of: shop, in: $0)
        }
    }

    private func once(
        _ command: Command, at shop: ShopID, _ note: TrailNote,
        _ body: @escaping @Sendable (any Transaction) throws -> Void
    ) async throws {
        try command.identity.require(.prices, at: shop)
        let now = market.source.now
        try await market.store.write { [shops = market.shops] transaction in
            _ = try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try body(transaction)
                try note.keep(in: shops, by: command.identity, at: shop, in: transaction)
                return true
            }
        }
    }

    private func once<Kind: IdentifierKind, Found: Sendable>(
        _ command: Command, at shop: ShopID, _ note: TrailNote,
        _ body: @escaping @Sendable (any Transaction) throws -> Identifier<Kind>,
        found: @escaping @Sendable (Identifier<Kind>, any Transaction) throws -> Found
    ) async throws -> Found {
        try command.identity.require(.prices, at: shop)
        let now = market.source.now
        return try await market.store.write { [shops = market.shops] transaction in
            let id = try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                let id = try body(transaction)
                try note.keep(in: shops, by: command.identity, at: shop, in: transaction)
                return id
            }
            return try found(id, transaction)
        }
    }
}
