import Foundation
import Kernel
import Store

extension Pricing {
    /// Announces a price under a rule.
    ///
    /// - Throws: ``InvalidField``.
    public func open(_ offer: PriceOffer, in transaction: any Transaction) throws {
        guard offer.startsAt < offer.endsAt else {
            throw InvalidField("endsAt", "must be after the start.", zh: "结束时间须晚于开始时间。")
        }
        guard offer.price.amount > 0 else { throw InvalidField("amount", "must be more than 0.", zh: "须大于 0。") }
        let audience = try ValidatedText(offer.audience, field: "tier", length: 0...60).value
        guard [.deal, .member, .live].contains(offer.rule), audience.isEmpty == (offer.rule == .deal) else {
            throw InvalidField("tier", "must be named for a member price only.", zh: "仅会员价须指定等级。")
        }
        try transaction.send(
            """
            INSERT INTO price_offers (id, shop, variant, rule, audience, amount, currency, starts_at, ends_at, zone)
            VALUES (\(offer.id), \(offer.shop), \(offer.variant), \(offer.rule.rawValue), \(audience),
                \(offer.price.amount), \(offer.price.currency), \(offer.startsAt), \(offer.endsAt), \(offer.zone))
            """)
        forget(offer.shop, after: transaction)
    }

    /// Ends an offer now. What was bought at its price stays bought.
    ///
    /// - Throws: ``NotFound`` when the shop has no such offer that is not over.
    public func end(_ offer: PriceOfferID, of shop: ShopID, in transaction: any Transaction) throws {
        let now = source.now
        let ended = try transaction.run(
            "UPDATE price_offers SET ends_at = \(now) WHERE id = \(offer) AND shop = \(shop) AND ends_at > \(now)")
        guard ended == 1 else { throw NotFound("price offer") }
        forget(shop, after: transaction)
    }

    /// Ends the prices of a live session now: all of them, or those of some variants.
    public func endLivePrices(
        of session: LiveSessionID, variants: [VariantID]? = nil, in transaction: any Transaction
    ) throws {
        let now = source.now
        let some: SQL = variants.map { "AND variant IN \(list: $0)" } ?? ""
        let shops = try transaction.rows(
            """
            UPDATE price_offers SET ends_at = \(now)
            WHERE audience = \("\(session)") AND rule = \(PriceRule.live.rawValue) AND ends_at > \(now) \(some)
            RETURNING shop
            """
        ).map { try $0.get(0, as: ShopID.self) }
        for shop in Set(shops) { forget(shop, after: transaction) }
    }

    /// The prices of a live session that stand at a moment.
    public static func livePrices(
        of session: LiveSessionID, at now: Instant, in transaction: any Transaction
    ) throws -> [VariantID: PriceOffer] {
        let rows = try transaction.rows(
            """
            SELECT * FROM price_offers WHERE audience = \("\(session)") AND rule = \(PriceRule.live.rawValue)
            AND starts_at <= \(now) AND ends_at > \(now) ORDER BY amount DESC, id DESC
            """
        ).map(PriceOffer.init)
        return Dictionary(rows.map { ($0.variant, $0) }, uniquingKeysWith: { $1 })
    }

    /// An offer, or `nil`.
    public static func offer(_ id: PriceOfferID, in transaction: any Transaction) throws -> PriceOffer? {
        try transaction.row("SELECT * FROM price_offers WHERE id = \(id)").map(PriceOffer.init)
    }

    /// A shop's offers, the latest first.
    public func offers(of shop: ShopID, limit: Int) async throws -> [PriceOffer] {
        try await store.read { transaction in
            try transaction.rows(
                "SELECT * FROM price_offers WHERE shop = \(shop) ORDER BY starts_at DESC, id LIMIT \(limit)"
            ).map(PriceOffer.init)
        }
    }

    /// The offers of these variants that run at a moment.
    public static func offers(
        of variants: [VariantID], at now: Instant, in transaction: any Transaction
    ) throws -> [VariantID: [PriceOffer]] {
        guard !variants.isEmpty else { return [:] }
        let rows = try transaction.rows(
            """
            SELECT * FROM price_offers WHERE variant IN \(list: variants) AND starts_at <= \(now) AND ends_at > \(now)
            """)
        return Dictionary(grouping: try rows.map(PriceOffer.init), by: \.variant)
    }

    /// The offers of these variants that run or come.
    public static func standingOffers(
        of variants: [VariantID], at now: Instant, in transaction: any Transaction
    ) throws -> [PriceOffer] {
        try transaction.rows(
            "SELECT * FROM price_offers WHERE variant IN \(list: variants) AND ends_at > \(now) ORDER BY starts_at, id"
        ).map(PriceOffer.init)
    }

    /// Adds or replaces a freight template. A default one takes that place from the shop's others.
    ///
    /// - Throws: ``NotFound`` when the template is another shop's.
    public func put(_ template: FreightTemplate, in transaction: any Transaction) throws {
        let zones = String(decoding: try JSONEncoder().encode(template.zones), as: UTF8.self)
        if template.isDefault {
            try transaction.send("UPDATE freight_templates SET is_default = 0 WHERE shop = \(template.shop)")
        }
        let put = try transaction.run(
            """
            INSERT INTO freight_templates (id, shop, name, measure, currency, zones, is_default, created_at)
            VALUES (\(template.id), \(template.shop), \(template.name), \(template.measure.rawValue),
                \(template.currency), \(zones), \(template.isDefault), \(source.now))
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, measure = excluded.measure,
                currency = excluded.currency, zones = excluded.zones, is_default = excluded.is_default
            WHERE freight_templates.shop = excluded.shop
            """)
        guard put == 1 else { throw NotFound("freight template") }
        forget(template.shop, after: transaction)
    }

    /// Takes a template away; products that had it have the shop's default.
    ///
    /// - Throws: ``NotFound``.
    public func remove(_ template: FreightTemplateID, of shop: ShopID, in transaction: any Transaction) throws {
        let removed = try transaction.run(
            "DELETE FROM freight_templates WHERE id = \(template) AND shop = \(shop)")
        guard removed == 1 else { throw NotFound("freight template") }
        try transaction.send("UPDATE product_freight SET template = NULL WHERE template = \(template)")
        forget(shop, after: transaction)
    }

    /// A shop's templates, the oldest first.
    public func templates(of shop: ShopID) async throws -> [FreightTemplate] {
        try await store.read { try Self.templates(of: [shop], in: $0) }
    }

    /// Says how a product travels: with which template (`nil` for the shop's default) and how heavy a unit is.
    ///
    /// - Throws: ``InvalidField``, ``NotFound`` for a template of another shop.
    public func setFreight(
        of product: ProductID, in shop: ShopID, template: FreightTemplateID?, grams: Int64,
        in transaction: any Transaction
    ) throws {
        guard (0...100_000_000).contains(grams) else {
            throw InvalidField("grams", "must be 0–100,000,000.", zh: "须为 0–100000000 克。")
        }
        if let template,
            try transaction.row("SELECT 1 FROM freight_templates WHERE id = \(template) AND shop = \(shop)") == nil
        {
            throw NotFound("freight template")
        }
        try transaction.run(
            """
            INSERT INTO product_freight (product, shop, template, grams)
            VALUES (\(product), \(shop), \(template), \(grams))
            ON CONFLICT (product) DO UPDATE SET template = excluded.template, grams = excluded.grams
            """)
    }

    /// How products travel, as far as it was said.
    public static func freight(
        of products: [ProductID], in transaction: any Transaction
    ) throws -> [ProductID: (template: FreightTemplateID?, grams: Int64)] {
        guard !products.isEmpty else { return [:] }
        let rows = try transaction.rows(
            "SELECT product, template, grams FROM product_freight WHERE product IN \(list: products)")
        return Dictionary(
            try rows.map { (try $0.get(0), (template: try $0.get(1), grams: try $0.get(2))) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Sets or replaces a tax rate of a shop.
    public func set(_ rate: TaxRate, of shop: ShopID, in transaction: any Transaction) throws {
        try transaction.run(
            """
            INSERT INTO tax_rates (shop, category, region, rate, is_included)
            VALUES (\(shop), \(rate.category?.description ?? ""), \(rate.region ?? ""), \(rate.rule.rate.value),
                \(rate.rule.isIncluded))
            ON CONFLICT (shop, category, region) DO UPDATE SET rate = excluded.rate, is_included = excluded.is_included
            """)
        forget(shop, after: transaction)
    }

    /// Takes a tax rate away.
    ///
    /// - Throws: ``NotFound``.
    public func removeTax(
        category: CategoryID?, region: String?, of shop: ShopID, in transaction: any Transaction
    ) throws {
        let removed = try transaction.run(
            """
            DELETE FROM tax_rates WHERE shop = \(shop) AND category = \(category?.description ?? "")
            AND region = \(region ?? "")
            """)
        guard removed == 1 else { throw NotFound("tax rate") }
        forget(shop, after: transaction)
    }

    /// A shop's tax rates.
    public func taxes(of shop: ShopID) async throws -> [TaxRate] {
        try await store.read { try Self.taxes(of: [shop], in: $0).map(\.1) }
    }
}

extension Pricing {
    /// Keeps a quote until it is taken.
    public static func keep(
        _ content: String, as id: QuoteID, for person: PersonID, until expiry: Instant, in transaction: any Transaction
    ) throws {
        try transaction.send(
            """
            INSERT INTO quotes (id, person, content, expires_at) VALUES (\(id), \(person), \(content), \(expiry))
            """)
    }

    /// Takes a person's quote, once; the transaction that fails to place it leaves it.
    ///
    /// - Throws: ``NotFound``.
    public static func take(_ id: QuoteID, of person: PersonID, in transaction: any Transaction) throws -> String {
        let row = try transaction.row(
            "DELETE FROM quotes WHERE id = \(id) AND person = \(person) RETURNING content")
        guard let row else { throw NotFound("quote") }
        return try row.get(0)
    }

    /// A person's quote, left where it is.
    ///
    /// - Throws: ``NotFound``.
    public static func quote(_ id: QuoteID, of person: PersonID, in transaction: any Transaction) throws -> String {
        let content: String? = try transaction.value(
            "SELECT content FROM quotes WHERE id = \(id) AND person = \(person)")
        guard let content else { throw NotFound("quote") }
        return content
    }

    /// Lets go quotes that ended before `limit`.
    ///
    /// - Returns: how many.
    public func forgetQuotes(before limit: Instant) async throws -> Int {
        try await store.write { try $0.run("DELETE FROM quotes WHERE expires_at < \(limit)") }
    }
}
