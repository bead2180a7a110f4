import Kernel

/// What a coupon takes off.
public enum CouponBenefit: Sendable, Equatable {
    /// So many minor units.
    case amountOff(Int64)
    /// A share of the price, at most `ceiling` minor units.
    case percentOff(BasisPoints, ceiling: Int64)
}

/// What a coupon can be used for.
public enum CouponScope: Sendable, Equatable {
    /// Everything at one shop.
    case shop(ShopID)
    /// Some products of one shop.
    case products(ShopID, Set<ProductID>)
    /// Everything on the platform.
    case everything

    /// The shop, unless it is for all.
    public var shop: ShopID? {
        switch self {
        case .shop(let shop), .products(let shop, _): shop
        case .everything: nil
        }
    }
}

/// Who pays for a coupon, in basis points that sum to 10,000.
public struct CouponFunding: Sendable, Equatable {
    /// The shop's share.
    public let shop: BasisPoints
    /// The platform's share.
    public let platform: BasisPoints
    /// The creator's share.
    public let creator: BasisPoints

    /// - Throws: ``InvalidField`` unless the shares are at least 0 and sum to 10,000.
    public init(shop: Int64 = 0, platform: Int64 = 0, creator: Int64 = 0) throws(InvalidField) {
        guard [shop, platform, creator].allSatisfy({ (0...10_000).contains($0) }), shop + platform + creator == 10_000
        else {
            throw InvalidField("funding", "must be shares that sum to 10,000 basis points.", zh: "出资比例之和须为 10000 基点。")
        }
        self.shop = BasisPoints(shop)
        self.platform = BasisPoints(platform)
        self.creator = BasisPoints(creator)
    }

    /// A discount split over those who pay for it, by largest remainder.
    func split(_ discount: Money) throws(MoneyError) -> FundingShares {
        try FundingShares(discount, weights: (shop.value, platform.value, creator.value))
    }
}

/// Somebody who pays for a part of a coupon and has to agree to it.
public enum CouponFunder: String, Sendable, Codable, CaseIterable {
    case shop, platform, creator
}

/// What a coupon promises, checked.
public struct CouponTerms: Sendable, Equatable {
    /// Its name.
    public let name: Localized
    /// What it takes off.
    public let benefit: CouponBenefit
    /// What the goods in its scope have to cost at least, in minor units.
    public let threshold: Int64
    /// What it can be used for.
    public let scope: CouponScope
    /// The currency of its amounts.
    public let currency: Currency
    /// Who pays for it.
    public let funding: CouponFunding
    /// The creator who pays for a part.
    public let creator: PersonID?
    /// The word by which it is claimed; without one everybody may take it.
    public let code: String?
    /// Orders in which one person may use it.
    public let personLimit: Int64
    /// Orders in which it may be used in all.
    public let uses: Int64
    /// What it may cost its funders in all, in minor units.
    public let budget: Int64
    /// When it starts.
    public let startsAt: Instant
    /// When it is over; this instant is no more part of it.
    public let endsAt: Instant
    /// The IANA time zone in which its times were meant.
    public let zone: String

    /// - Throws: ``InvalidField``.
    public init(
        name: Localized, benefit: CouponBenefit, threshold: Int64, scope: CouponScope, currency: Currency,
        funding: CouponFunding, creator: PersonID? = nil, code: String? = nil, personLimit: Int64 = 1, uses: Int64,
        budget: Int64, startsAt: Instant, endsAt: Instant, zone: TimeZoneName
    ) throws {
        self.name = Localized(
            en: try ValidatedText(name.en, field: "name", length: 1...60).value,
            zh: try ValidatedText(name.zh, field: "name", length: 1...60).value)
        self.benefit = benefit
        self.threshold = threshold
        self.scope = scope
        self.currency = currency
        self.funding = funding
        self.creator = creator
        self.code = try code.map(Self.code)
        self.personLimit = personLimit
        self.uses = uses
        self.budget = budget
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.zone = zone.text
        try check()
    }

    private func check() throws(InvalidField) {
        switch benefit {
        case .amountOff(let amount):
            guard amount > 0, amount <= max(threshold, 1) || threshold == 0 else {
                throw InvalidField("amount", "must be 1 up to the threshold.", zh: "须大于 0 且不超过使用门槛。")
            }
        case .percentOff(let rate, let ceiling):
            guard (1...10_000).contains(rate.value) else {
                throw InvalidField("rate", "must be 1–10,000 basis points.", zh: "须为 1–10000 基点。")
            }
            guard ceiling > 0 else { throw InvalidField("ceiling", "must be more than 0.", zh: "须大于 0。") }
        }
        let most: Int64 = 1_000_000_000_000
        guard (0...most).contains(threshold) else {
            throw InvalidField("threshold", "must not be negative.", zh: "不能为负数。")
        }
        guard (1...most).contains(uses) else { throw InvalidField("uses", "must be at least 1.", zh: "至少为 1。") }
        guard (1...most).contains(budget) else { throw InvalidField("budget", "must be more than 0.", zh: "须大于 0。") }
        guard (1...uses).contains(personLimit) else {
            throw InvalidField("personLimit", "must be 1–\(uses).", zh: "须为 1–\(uses)。")
        }
        guard startsAt < endsAt else {
            throw InvalidField("endsAt", "must be after the start.", zh: "结束时间须晚于开始时间。")
        }
        guard (funding.creator.value > 0) == (creator != nil) else {
            throw InvalidField("creator", "must be named exactly when a creator pays a share.", zh: "达人出资时须指定达人，反之不可。")
        }
        guard scope.shop != nil || (funding.shop.value == 0 && funding.creator.value == 0) else {
            throw InvalidField("funding", "of a coupon for all shops must be the platform's.", zh: "全平台优惠券须由平台全额出资。")
        }
        if case .products(_, let products) = scope {
            guard (1...500).contains(products.count) else {
                throw InvalidField("products", "must be 1–500.", zh: "须为 1–500 个商品。")
            }
        }
    }

    /// A code as it is kept: upper case, no spaces.
    ///
    /// - Throws: ``InvalidField``.
    public static func code(_ typed: String) throws(InvalidField) -> String {
        let code = typed.uppercased().filter { !$0.isWhitespace }
        guard (4...20).contains(code.count), code.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) }) else {
            throw InvalidField("code", "must be 4–20 letters and digits.", zh: "须为 4–20 位字母或数字。")
        }
        return code
    }
}

/// A coupon as it stands.
public struct Coupon: Sendable, Equatable {
    /// The coupon.
    public let id: CouponID
    /// What it promises.
    public let terms: CouponTerms
    /// Orders in which it can still be used.
    public let usesLeft: Int64
    /// What it may still cost.
    public let budgetLeft: Int64
    /// The decision for which the platform pays.
    public let decision: DecisionID?
    /// Who has agreed to pay.
    public let agreed: Set<CouponFunder>

    /// Who has not agreed yet; while there is somebody, it can't be used.
    public var waitsFor: [CouponFunder] {
        let shares: [(CouponFunder, BasisPoints)] = [
            (.shop, terms.funding.shop), (.platform, terms.funding.platform), (.creator, terms.funding.creator),
        ]
        return shares.filter { $0.1.value > 0 && !agreed.contains($0.0) }.map(\.0)
    }

    /// Whether it holds at a moment and everybody who pays has agreed.
    public func isRunning(at now: Instant) -> Bool {
        terms.startsAt <= now && now < terms.endsAt && waitsFor.isEmpty
    }
}
