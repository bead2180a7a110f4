import Coupons
import HTTP
import Hummingbird
import Kernel

/// A coupon to be offered.
struct NewCouponBody: Documented {
    let name: String
    let nameChinese: String?
    /// Minor units that it takes off; or ``rate`` and ``ceiling``.
    let amount: Int64?
    /// Basis points that it takes off.
    let rate: Int64?
    /// The most that a rate takes off, in minor units.
    let ceiling: Int64?
    /// What the goods in its scope have to cost, in minor units.
    let threshold: Int64
    /// The shop; absent for all shops.
    let shop: ShopID?
    /// Some products of the shop; absent for all of them.
    let products: [ProductID]?
    let currency: Currency
    /// Shares in basis points that sum to 10,000.
    let shopShare: Int64
    let platformShare: Int64
    let creatorShare: Int64
    let creator: PersonID?
    /// By which it is claimed; absent when everybody may take it.
    let code: String?
    let personLimit: Int64
    let uses: Int64
    /// What it may cost in all, in minor units.
    let budget: Int64
    let startsAt: Instant
    let endsAt: Instant
    /// IANA time zone.
    let zone: String
    /// The running decision for which the platform pays.
    let decision: DecisionID?
    static let example = NewCouponBody(
        name: "5 off 50", nameChinese: "满50减5", amount: 500, rate: 1_000, ceiling: 2_000, threshold: 5_000,
        shop: Identifier(rawValue: 8), products: [Identifier(rawValue: 1)], currency: .cny, shopShare: 10_000,
        platformShare: 0, creatorShare: 0, creator: Identifier(rawValue: 5), code: "TEA2026", personLimit: 1,
        uses: 1_000, budget: 500_000, startsAt: Instant(milliseconds: 0), endsAt: Instant(milliseconds: 86_400_000),
        zone: "Asia/Shanghai", decision: Identifier(rawValue: 14))
}

extension NewCouponBody {
    /// - Throws: ``InvalidField``.
    func terms(at shop: ShopID?) throws -> CouponTerms {
        let benefit: CouponBenefit
        switch (amount, rate, ceiling) {
        case (let amount?, nil, nil): benefit = .amountOff(amount)
        case (nil, let rate?, let ceiling?): benefit = .percentOff(BasisPoints(rate), ceiling: ceiling)
        default:
            throw InvalidField("amount", "or both rate and ceiling must be named.", zh: "须填写减免金额，或折扣比例与封顶金额。")
        }
        let scope: CouponScope =
            shop.map { shop in products.map { .products(shop, Set($0)) } ?? .shop(shop) } ?? .everything
        return try CouponTerms(
            name: Localized(en: name, zh: nameChinese), benefit: benefit, threshold: threshold, scope: scope,
            currency: currency,
            funding: CouponFunding(shop: shopShare, platform: platformShare, creator: creatorShare), creator: creator,
            code: code, personLimit: personLimit, uses: uses, budget: budget, startsAt: startsAt, endsAt: endsAt,
            zone: try TimeZoneName(zone))
    }
}

/// A coupon as it stands.
struct CouponBody: Documented {
    let id: CouponID
    let name: String
    let amount: Int64?
    let rate: Int64?
    let ceiling: Int64?
    let threshold: Int64
    let shop: ShopID?
    let products: [ProductID]?
    let currency: Currency
    let shopShare: Int64
    let platformShare: Int64
    let creatorShare: Int64
    let creator: PersonID?
    let personLimit: Int64
    let usesLeft: Int64
    let budgetLeft: Int64
    let startsAt: Instant
    let endsAt: Instant
    let zone: String
    let decision: DecisionID?
    /// Who has not agreed to pay yet; while there is somebody, it can't be used.
    let waitsFor: [CouponFunder]
    static let example = CouponBody(
        id: Identifier(rawValue: 21), name: "5 off 50", amount: 500, rate: 1_000, ceiling: 2_000, threshold: 5_000,
        shop: Identifier(rawValue: 8), products: [Identifier(rawValue: 1)], currency: .cny, shopShare: 10_000,
        platformShare: 0, creatorShare: 0, creator: Identifier(rawValue: 5), personLimit: 1, usesLeft: 1_000,
        budgetLeft: 500_000, startsAt: Instant(milliseconds: 0), endsAt: Instant(milliseconds: 86_400_000),
        zone: "Asia/Shanghai", decision: Identifier(rawValue: 14), waitsFor: [.creator])
}

extension CouponBody {
    init(_ coupon: Coupon, _ language: Kernel.Language) {
        let terms = coupon.terms
        var products: [ProductID]?
        if case .products(_, let some) = terms.scope { products = some.sorted() }
        var (amount, rate, ceiling): (Int64?, Int64?, Int64?)
        switch terms.benefit {
        case .amountOff(let off): amount = off
        case .percentOff(let share, let most): (rate, ceiling) = (share.value, most)
        }
        self.init(
            id: coupon.id, name: terms.name.text(in: language), amount: amount, rate: rate, ceiling: ceiling,
            threshold: terms.threshold, shop: terms.scope.shop, products: products, currency: terms.currency,
            shopShare: terms.funding.shop.value, platformShare: terms.funding.platform.value,
            creatorShare: terms.funding.creator.value, creator: terms.creator, personLimit: terms.personLimit,
            usesLeft: coupon.usesLeft, budgetLeft: coupon.budgetLeft, startsAt: terms.startsAt, endsAt: terms.endsAt,
            zone: terms.zone, decision: coupon.decision, waitsFor: coupon.waitsFor)
    }
}

/// A coupon to be taken: by itself, or by its code.
struct ClaimBody: Documented {
    let coupon: CouponID?
    let code: String?
    static let example = ClaimBody(coupon: Identifier(rawValue: 21), code: "TEA2026")
}

/// The decision for which the platform agrees to pay.
struct AgreementBody: Documented {
    let decision: DecisionID?
    static let example = AgreementBody(decision: Identifier(rawValue: 14))
}

extension MarketplaceAPI {
    func addCouponRoutes(to api: API) {
        api.route(
            .get, "/shops/{shop}/offered-coupons", "listOfferedCoupons",
            "Coupons that anybody may take: of the shop, and for all shops.", access: .anyone
        ) { [self] call in
            let found = try await GrantCoupons(market).offered(
                at: [try call.couponShop], to: call.context.identity?.person, limit: 100)
            return Page(items: found.map { CouponBody($0, call.context.language) })
        }
        api.route(
            .get, "/me/coupons", "listMyCoupons", "The caller's coupons that are not over.", access: .person(.shopping)
        ) { [self] call in
            let found = try await market.coupons.claimed(by: try call.person)
            return Page(items: found.map { CouponBody($0.coupon, call.context.language) })
        }
        api.route(
            .post, "/me/coupons", "claimCoupon", "Takes a coupon by a tap, or by its code.",
            access: .person(.shopping), body: ClaimBody.self, status: .created
        ) { [self] call in
            let coupon = try await OfferCoupons(market).claim(
                call.body.coupon, code: call.body.code, try call.couponCommand)
            return CouponBody(coupon, call.context.language)
        }
        addShopCouponRoutes(to: api)
        addOperatorCouponRoutes(to: api)
    }

    private func addShopCouponRoutes(to api: API) {
        api.route(
            .get, "/shops/{shop}/coupons", "listShopCoupons", "A shop's coupons, the latest first.",
            access: .person(.shops)
        ) { [self] call in
            let shop = try call.couponShop
            try call.context.person().require(.see, at: shop)
            let found = try await market.coupons.coupons(of: shop, limit: 100)
            return Page(items: found.map { CouponBody($0, call.context.language) })
        }
        api.route(
            .post, "/shops/{shop}/coupons", "offerShopCoupon",
            "Offers a coupon of a shop; it runs once everybody who pays has agreed.", access: .person(.shops),
            body: NewCouponBody.self, status: .created
        ) { [self] call in
            let terms = try call.body.terms(at: try call.shop(.prices))
            let coupon = try await OfferCoupons(market).offer(terms, as: .shop, try call.couponCommand)
            return CouponBody(coupon, call.context.language)
        }
        api.route(
            .post, "/coupons/{coupon}/agreements/{funder}", "agreeToCoupon",
            "Agrees to pay a share: as shop, platform or creator.", access: .person(.shopping),
            body: AgreementBody.self
        ) { [self] call in
            guard let funder = CouponFunder(rawValue: try call.context.parameters.require("funder")) else {
                throw NotFound("funder")
            }
            let coupon = try await OfferCoupons(market).agree(
                to: try call.coupon, as: funder, decision: call.body.decision, try call.couponCommand)
            return CouponBody(coupon, call.context.language)
        }
        api.route(
            .delete, "/coupons/{coupon}", "endCoupon", "Ends a coupon now; what was used stays used.",
            access: .person(.shopping)
        ) { [self] call in
            let coupon = try await OfferCoupons(market).end(try call.coupon, try call.couponCommand)
            return CouponBody(coupon, call.context.language)
        }
    }

    private func addOperatorCouponRoutes(to api: API) {
        api.route(
            .get, "/operator/coupons", "listPlatformCoupons", "Coupons for which the platform pays a share.",
            access: .role([.operator], .operate)
        ) { [self] call in
            let found = try await market.coupons.platformCoupons(limit: 100)
            return Page(items: found.map { CouponBody($0, call.context.language) })
        }
        api.route(
            .post, "/operator/coupons", "offerPlatformCoupon",
            "Offers a coupon of the platform in the name of a running decision.",
            access: .role([.operator], .operate), body: NewCouponBody.self, status: .created
        ) { [self] call in
            let terms = try call.body.terms(at: call.body.shop)
            let coupon = try await OfferCoupons(market).offer(
                terms, as: .platform, decision: call.body.decision, try call.couponCommand)
            return CouponBody(coupon, call.context.language)
        }
        api.route(
            .get, "/me/paid-coupons", "listPaidCoupons", "Coupons for which the caller, a creator, pays a share.",
            access: .person(.content)
        ) { [self] call in
            let found = try await market.coupons.coupons(paidBy: try call.person, limit: 100)
            return Page(items: found.map { CouponBody($0, call.context.language) })
        }
    }
}

extension Call {
    fileprivate var couponShop: ShopID {
        get throws { try context.identifier("shop", "shop", as: ShopKind.self) }
    }

    fileprivate var coupon: CouponID {
        get throws { try context.identifier("coupon", "coupon", as: CouponKind.self) }
    }

    fileprivate var couponCommand: Command {
        get throws { Command(by: try context.person(), key: key, fingerprint: fingerprint) }
    }
}
