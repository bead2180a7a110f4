import HTTP
import Hummingbird
import Kernel
import Pricing

/// A deal or a member price to be announced.
struct NewPriceOfferBody: Documented {
    let variant: VariantID
    /// What one unit costs, in minor units of the currency of the variant's price.
    let amount: Int64
    /// `member` for members of the shop only; absent for a deal.
    let tier: String?
    let startsAt: Instant
    let endsAt: Instant
    /// IANA time zone.
    let zone: String
    static let example = NewPriceOfferBody(
        variant: Identifier(rawValue: 2), amount: 3_900, tier: "member", startsAt: Instant(milliseconds: 0),
        endsAt: Instant(milliseconds: 3_600_000), zone: "Asia/Shanghai")
}

/// A price under a rule.
struct PriceOfferBody: Documented {
    let id: PriceOfferID
    let variant: VariantID
    let rule: PriceRule
    let audience: String
    let price: Money
    let startsAt: Instant
    let endsAt: Instant
    let zone: String
    static let example = PriceOfferBody(
        PriceOffer(
            id: Identifier(rawValue: 22), shop: Identifier(rawValue: 8), variant: Identifier(rawValue: 2),
            rule: .member, audience: "member", price: .example, startsAt: Instant(milliseconds: 0),
            endsAt: Instant(milliseconds: 3_600_000)))
}

extension PriceOfferBody {
    init(_ offer: PriceOffer) {
        self.init(
            id: offer.id, variant: offer.variant, rule: offer.rule, audience: offer.audience, price: offer.price,
            startsAt: offer.startsAt, endsAt: offer.endsAt, zone: offer.zone)
    }
}

/// What delivery costs to some regions.
struct FreightZoneBody: Documented {
    /// Empty for everywhere that no other zone names.
    let regions: [String]
    /// Pieces or grams.
    let first: Int64
    let firstAmount: Int64
    let additional: Int64
    let additionalAmount: Int64
    /// Free when the goods cost at least so much.
    let freeAbove: Int64?
    static let example = FreightZoneBody(
        regions: ["浙江"], first: 1, firstAmount: 600, additional: 1, additionalAmount: 100, freeAbove: 9_900)
}

/// A freight template.
struct FreightTemplateBody: Documented {
    /// Absent when it is new.
    let id: FreightTemplateID?
    let name: String
    /// piece or weight.
    let measure: FreightTemplate.Measure
    let currency: Currency
    let zones: [FreightZoneBody]
    let isDefault: Bool
    static let example = FreightTemplateBody(
        id: Identifier(rawValue: 23), name: "Standard", measure: .piece, currency: .cny, zones: [.example],
        isDefault: true)
}

extension FreightTemplateBody {
    init(_ template: FreightTemplate) {
        self.init(
            id: template.id, name: template.name, measure: template.measure, currency: template.currency,
            zones: template.zones.map {
                FreightZoneBody(
                    regions: $0.regions, first: $0.first, firstAmount: $0.firstAmount, additional: $0.additional,
                    additionalAmount: $0.additionalAmount, freeAbove: $0.freeAbove)
            }, isDefault: template.isDefault)
    }

    func template(_ id: FreightTemplateID, of shop: ShopID) throws -> FreightTemplate {
        try FreightTemplate(
            id: id, shop: shop, name: name, measure: measure, currency: currency,
            zones: zones.map {
                FreightZone(
                    regions: $0.regions, first: $0.first, firstAmount: $0.firstAmount, additional: $0.additional,
                    additionalAmount: $0.additionalAmount, freeAbove: $0.freeAbove)
            }, isDefault: isDefault)
    }
}

/// How a product travels.
struct ProductFreightBody: Documented {
    /// Absent for the shop's default.
    let template: FreightTemplateID?
    /// Of one unit.
    let grams: Int64
    static let example = ProductFreightBody(template: Identifier(rawValue: 23), grams: 250)
}

/// A tax rate of a shop.
struct TaxRateBody: Documented {
    /// Absent for all others.
    let category: CategoryID?
    /// Absent for all others.
    let region: String?
    /// Basis points.
    let rate: Int64
    /// Whether prices hold it.
    let isIncluded: Bool
    static let example = TaxRateBody(
        category: Identifier(rawValue: 3), region: "Zhejiang", rate: 900, isIncluded: true)
}

extension MarketplaceAPI {
    func addPricingRoutes(to api: API) {
        api.route(
            .get, "/shops/{shop}/price-offers", "listPriceOffers", "A shop's deals and member prices, latest first.",
            access: .person(.shops)
        ) { [self] call in
            let shop = try call.staffedShop
            return Page(items: try await market.pricing.offers(of: shop, limit: 100).map { PriceOfferBody($0) })
        }
        api.route(
            .post, "/shops/{shop}/price-offers", "openPriceOffer", "Announces a deal or a member price for a time.",
            access: .person(.shops), body: NewPriceOfferBody.self, status: .created
        ) { [self] call in
            let terms = SetPrices.Terms(
                tier: call.body.tier ?? "", amount: call.body.amount, startsAt: call.body.startsAt,
                endsAt: call.body.endsAt, zone: try TimeZoneName(call.body.zone))
            return PriceOfferBody(
                try await SetPrices(market).open(
                    terms, of: call.body.variant, at: try call.staffedShop, try call.pricingCommand))
        }
        api.route(
            .delete, "/shops/{shop}/price-offers/{offer}", "endPriceOffer", "Ends a deal or member price now.",
            access: .person(.shops)
        ) { [self] call in
            let offer = try call.context.identifier("offer", "price offer", as: PriceOfferKind.self)
            try await SetPrices(market).end(offer, of: try call.staffedShop, try call.pricingCommand)
            return Nothing()
        }
        addFreightRoutes(to: api)
        addTaxRoutes(to: api)
    }

    private func addFreightRoutes(to api: API) {
        api.route(
            .get, "/shops/{shop}/freight-templates", "listFreightTemplates", "A shop's freight templates.",
            access: .person(.shops)
        ) { [self] call in
            let shop = try call.staffedShop
            return Page(items: try await market.pricing.templates(of: shop).map { FreightTemplateBody($0) })
        }
        api.route(
            .put, "/shops/{shop}/freight-templates/{template}", "putFreightTemplate",
            "Adds or replaces a freight template; the caller makes its identifier.", access: .person(.shops),
            body: FreightTemplateBody.self
        ) { [self] call in
            let id = try call.context.identifier("template", "freight template", as: FreightTemplateKind.self)
            let template = try call.body.template(id, of: try call.staffedShop)
            try await SetPrices(market).put(template, try call.pricingCommand)
            return FreightTemplateBody(template)
        }
        api.route(
            .delete, "/shops/{shop}/freight-templates/{template}", "removeFreightTemplate",
            "Takes a freight template away.", access: .person(.shops)
        ) { [self] call in
            let id = try call.context.identifier("template", "freight template", as: FreightTemplateKind.self)
            try await SetPrices(market).remove(id, of: try call.staffedShop, try call.pricingCommand)
            return Nothing()
        }
        api.route(
            .put, "/shops/{shop}/products/{product}/freight", "setProductFreight",
            "Says with which template a product travels and how heavy a unit is.", access: .person(.shops),
            body: ProductFreightBody.self
        ) { [self] call in
            let product = try call.context.identifier("product", "product", as: ProductKind.self)
            try await SetPrices(market).setFreight(
                of: product, at: try call.staffedShop, template: call.body.template, grams: call.body.grams,
                try call.pricingCommand)
            return call.body
        }
    }

    private func addTaxRoutes(to api: API) {
        api.route(
            .get, "/shops/{shop}/tax-rates", "listTaxRates", "A shop's tax rates.", access: .person(.shops)
        ) { [self] call in
            let rates = try await market.pricing.taxes(of: try call.staffedShop)
            return Page(
                items: rates.map {
                    TaxRateBody(
                        category: $0.category, region: $0.region, rate: $0.rule.rate.value,
                        isIncluded: $0.rule.isIncluded)
                })
        }
        api.route(
            .put, "/shops/{shop}/tax-rates", "setTaxRate", "Sets the rate of a category and a region.",
            access: .person(.shops), body: TaxRateBody.self
        ) { [self] call in
            let rule = TaxRule(BasisPoints(call.body.rate), isIncluded: call.body.isIncluded)
            let rate = try TaxRate(category: call.body.category, region: call.body.region, rule: rule)
            try await SetPrices(market).set(rate, at: try call.staffedShop, try call.pricingCommand)
            return call.body
        }
        api.route(
            .delete, "/shops/{shop}/tax-rates", "removeTaxRate", "Takes the rate of a category and a region away.",
            access: .person(.shops),
            query: [QueryParameter("category", "its category"), QueryParameter("region", "its region")]
        ) { [self] call in
            let category = try call.request.query("category").map { text in
                guard let id = CategoryID(text) else { throw NotFound("category") }
                return id
            }
            try await SetPrices(market).removeTax(
                category: category, region: call.request.query("region"), at: try call.staffedShop,
                try call.pricingCommand)
            return Nothing()
        }
    }
}

extension Call {
    /// The shop, at which the caller works.
    fileprivate var staffedShop: ShopID {
        get throws {
            let shop = try context.identifier("shop", "shop", as: ShopKind.self)
            try context.person().require(.see, at: shop)
            return shop
        }
    }

    fileprivate var pricingCommand: Command {
        get throws { Command(by: try context.person(), key: key, fingerprint: fingerprint) }
    }
}
