/// Who pays for a discount, in minor units each.
public struct FundingShares: Hashable, Sendable, Codable {
    /// The shop's part.
    public var shop: Int64
    /// The platform's part.
    public var platform: Int64
    /// The creator's part.
    public var creator: Int64

    /// A discount of three parts, each at least 0.
    public init(shop: Int64 = 0, platform: Int64 = 0, creator: Int64 = 0) {
        self.shop = shop
        self.platform = platform
        self.creator = creator
    }

    /// A discount split over its funders by largest remainder.
    ///
    /// - Throws: ``MoneyError``.
    public init(_ discount: Money, weights: (shop: Int64, platform: Int64, creator: Int64)) throws(MoneyError) {
        let parts = try discount.split(by: [weights.shop, weights.platform, weights.creator])
        self.init(shop: parts[0].amount, platform: parts[1].amount, creator: parts[2].amount)
    }

    /// Funder by funder. Parts of one price can't overflow: none exceeds the price.
    public static func + (left: Self, right: Self) -> Self {
        Self(
            shop: left.shop + right.shop, platform: left.platform + right.platform,
            creator: left.creator + right.creator)
    }

    /// Whether a part is below zero.
    public var isNegative: Bool { min(shop, platform, creator) < 0 }
    /// All parts together; wide enough for any three.
    public var total: Int128 { Int128(shop) + Int128(platform) + Int128(creator) }
}

/// Tax on a line.
public struct TaxRule: Hashable, Sendable, Codable {
    /// Its rate.
    public let rate: BasisPoints
    /// Whether prices hold it already; otherwise it is added.
    public let isIncluded: Bool

    /// A rule.
    public init(_ rate: BasisPoints, isIncluded: Bool) {
        self.rate = rate
        self.isIncluded = isIncluded
    }

    /// Prices are all there is; who owes tax settles it elsewhere.
    public static let none = TaxRule(BasisPoints(0), isIncluded: true)

    /// The tax on an amount, rounded half up once.
    public func tax(on amount: Money) throws(MoneyError) -> Money {
        guard isIncluded else { return try amount.share(of: rate) }
        let divisor = Int128(10_000 + rate.value)
        let product = Int128(amount.amount) * Int128(rate.value)
        guard let tax = Int64(exactly: (2 * product + divisor) / (2 * divisor)) else { throw .overflow }
        return Money(tax, amount.currency)
    }
}

/// What a sold line costs besides its price: fixed when it is ordered, so that nothing which changes later changes it.
public struct LineCharges: Hashable, Sendable {
    /// Who pays for the discount on the goods.
    public var discount = FundingShares()
    /// Delivery, as far as this line bears it, in minor units.
    public var shipping: Int64 = 0
    /// Tax on goods and delivery.
    public var tax = TaxRule.none
    /// Coupons that made the discount.
    public var coupons: [CouponID] = []
    /// The creator who pays for a part of the discount.
    public var creator: PersonID?

    /// Nothing besides the price.
    public init() {}

    /// Tax on goods and delivery of a line whose units cost `price`; part of it or on top of it as ``tax`` says. It is
    /// taken on what the shop asks: a discount that somebody else pays for leaves the shop's tax as it is.
    public func taxAmount(on price: Money) throws(MoneyError) -> Money {
        let asked = Money(price.amount - discount.shop, price.currency)
        return try tax.tax(on: asked).adding(try tax.tax(on: Money(shipping, price.currency)))
    }

    /// What the buyer pays for a line whose units cost `price`.
    public func paid(_ price: Money) throws(MoneyError) -> Money {
        guard let less = Int64(exactly: discount.total) else { throw .overflow }
        let net = try price.subtracting(Money(less, price.currency)).adding(Money(shipping, price.currency))
        return tax.isIncluded ? net : try net.adding(try taxAmount(on: price))
    }
}

extension LineCharges: Codable {
    private enum Key: String, CodingKey { case discount, shipping, tax, coupons, creator }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        discount = try values.decodeIfPresent(FundingShares.self, forKey: .discount) ?? FundingShares()
        shipping = try values.decodeIfPresent(Int64.self, forKey: .shipping) ?? 0
        tax = try values.decodeIfPresent(TaxRule.self, forKey: .tax) ?? .none
        coupons = try values.decodeIfPresent([CouponID].self, forKey: .coupons) ?? []
        creator = try values.decodeIfPresent(PersonID.self, forKey: .creator)
    }

    /// Only what is there: most lines cost their price and nothing else.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        if discount != FundingShares() { try values.encode(discount, forKey: .discount) }
        if shipping != 0 { try values.encode(shipping, forKey: .shipping) }
        if tax != .none { try values.encode(tax, forKey: .tax) }
        if !coupons.isEmpty { try values.encode(coupons, forKey: .coupons) }
        try values.encodeIfPresent(creator, forKey: .creator)
    }
}
