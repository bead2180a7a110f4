import Coupons
import HTTP
import Hummingbird
import Kernel
import Pricing

/// Units of a variant to be quoted.
struct QuoteLineWish: Documented {
    let variant: VariantID
    let quantity: Int64
    let slate: SlateID?
    static let example = QuoteLineWish(
        variant: Identifier(rawValue: 2), quantity: 2, slate: Identifier(rawValue: 4))
}

/// What is to be quoted.
struct NewQuoteBody: Documented {
    let lines: [QuoteLineWish]
    /// Where it goes; without it, delivery costs nothing yet.
    let region: String?
    /// Coupons to use; absent for the best of the caller's, empty for none.
    let coupons: [CouponID]?
    static let example = NewQuoteBody(
        lines: [.example], region: "Zhejiang", coupons: [Identifier(rawValue: 21)])
}

/// A line of a quote; all amounts are minor units.
struct QuoteLineBody: Documented {
    let variant: VariantID
    let product: ProductID
    let shop: ShopID
    let quantity: Int64
    /// What one unit costs.
    let unitAmount: Int64
    /// The struck-through price of a unit.
    let listAmount: Int64?
    /// What set the price: list, deal, member, live or flash.
    let priceRule: String
    /// The version of the precedence that chose it.
    let priceVersion: Int
    /// Discounts by who pays them.
    let discount: FundingShares
    let shipping: Int64
    let tax: Int64
    /// Tax in basis points.
    let taxRate: Int64
    /// Whether the price holds the tax.
    let taxIncluded: Bool
    /// What the buyer pays in all.
    let paid: Int64
    static let example = QuoteLineBody(
        variant: Identifier(rawValue: 2), product: Identifier(rawValue: 1), shop: Identifier(rawValue: 8), quantity: 2,
        unitAmount: 4_900, listAmount: 5_900, priceRule: "deal", priceVersion: 2,
        discount: FundingShares(shop: 300, platform: 200), shipping: 600, tax: 570, taxRate: 600, taxIncluded: true,
        paid: 9_900)
}

/// A coupon in a quote.
struct QuoteCouponBody: Documented {
    let coupon: CouponID
    let name: String
    let shop: ShopID?
    let amount: Int64
    static let example = QuoteCouponBody(
        coupon: Identifier(rawValue: 21), name: "5 off 50", shop: Identifier(rawValue: 8), amount: 500)
}

/// What a checkout costs, to be confirmed until it expires.
struct QuoteBody: Documented {
    let id: QuoteID
    let expiresAt: Instant
    let region: String?
    let lines: [QuoteLineBody]
    let coupons: [QuoteCouponBody]
    let goods: Money
    let discount: Money
    let freight: Money
    let includedTax: Money
    let addedTax: Money
    let total: Money
    static let example = QuoteBody(
        id: Identifier(rawValue: 20), expiresAt: Instant(milliseconds: 0), region: "Zhejiang", lines: [.example],
        coupons: [.example], goods: .example, discount: Money(500, .cny), freight: Money(600, .cny),
        includedTax: Money(570, .cny), addedTax: Money(0, .cny), total: Money(9_900, .cny))
}

extension QuoteBody {
    init(_ quote: Quote, _ language: Kernel.Language) {
        self.init(
            id: quote.id, expiresAt: quote.expiresAt, region: quote.region,
            lines: quote.lines.map { line in
                QuoteLineBody(
                    variant: line.variant, product: line.product, shop: line.shop, quantity: line.quantity,
                    unitAmount: line.price.amount.amount, listAmount: line.list, priceRule: line.price.rule.rawValue,
                    priceVersion: line.price.version, discount: line.charges.discount,
                    shipping: line.charges.shipping, tax: line.tax, taxRate: line.charges.tax.rate.value,
                    taxIncluded: line.charges.tax.isIncluded, paid: line.paid)
            },
            coupons: quote.coupons.map {
                QuoteCouponBody(coupon: $0.coupon, name: $0.name.text(in: language), shop: $0.shop, amount: $0.amount)
            }, goods: quote.goods, discount: quote.discount, freight: quote.freight, includedTax: quote.includedTax,
            addedTax: quote.addedTax, total: quote.total)
    }
}

/// What a 409 `quote-changed` says besides the usual members.
struct QuoteChangedBody: Encodable, Sendable {
    let quote: QuoteBody
    let changes: [QuoteChange]

    init(_ problem: QuoteChanged, _ language: Kernel.Language) {
        quote = QuoteBody(problem.quote, language)
        changes = problem.changes
    }
}

extension MarketplaceAPI {
    func addQuoteRoutes(to api: API) {
        api.route(
            .post, "/quotes", "makeQuote",
            "Tells what lines cost with coupons, delivery and tax; placing it within ten minutes costs just that.",
            access: .person(.shopping), body: NewQuoteBody.self, status: .created
        ) { [self] call in
            let lines = call.body.lines.map {
                ShownLine(variant: $0.variant, quantity: $0.quantity, amount: 0, slate: $0.slate)
            }
            let choice: CouponChoice = call.body.coupons.map { .these($0) } ?? .best
            let quote = try await MakeQuote(market)(
                .init(lines, to: call.body.region, coupons: choice), for: try call.person, key: call.key,
                fingerprint: call.fingerprint)
            return QuoteBody(quote, call.context.language)
        }
        api.route(
            .get, "/quotes/{quote}", "readQuote", "A quote of the caller that was not placed yet.",
            access: .person(.shopping)
        ) { [self] call in
            let id = try call.context.identifier("quote", "quote", as: QuoteKind.self)
            return QuoteBody(try await MakeQuote(market).find(id, of: try call.person), call.context.language)
        }
    }
}
