import Kernel
import Store

/// A coupon in a person's hands.
public struct ClaimedCoupon: Sendable, Equatable {
    /// The coupon.
    public let coupon: Coupon
    /// Orders in which the person can still use it.
    public let left: Int64
}

extension Coupons {
    /// Coupons as they stand. What is held beyond its time counts as free.
    public static func coupons(
        _ ids: [CouponID], at now: Instant, in transaction: any Transaction
    ) throws -> [CouponID: Coupon] {
        guard !ids.isEmpty else { return [:] }
        let found = try coupons(where: "c.id IN \(list: ids)", at: now, in: transaction)
        return Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// One coupon.
    ///
    /// - Throws: ``NotFound``.
    public func coupon(_ id: CouponID) async throws -> Coupon {
        let now = source.now
        let found = try await store.read { try Self.coupons([id], at: now, in: $0)[id] }
        guard let found else { throw NotFound("coupon") }
        return found
    }

    /// What coupons promise, over or not.
    public static func terms(
        of ids: [CouponID], in transaction: any Transaction
    ) throws -> [CouponID: CouponTerms] {
        try coupons(ids, at: Instant(milliseconds: 0), in: transaction).mapValues(\.terms)
    }

    /// The coupon with a code.
    ///
    /// - Throws: ``NotFound``, ``InvalidField``.
    public func find(code typed: String) async throws -> CouponID {
        let code = try CouponTerms.code(typed)
        let found = try await store.read {
            try $0.value("SELECT id FROM coupons WHERE code = \(code)", as: CouponID.self)
        }
        guard let found else { throw NotFound("coupon") }
        return found
    }

    /// The decision in the name of which the platform pays a coupon; `nil` where it pays none or there is no such coupon.
    public static func decision(of id: CouponID, in transaction: any Transaction) throws -> DecisionID? {
        try transaction.row("SELECT decision FROM coupons WHERE id = \(id) AND platform_share > 0")?.get(0)
    }

    /// What a coupon took off orders that were paid, by person, in minor units.
    public static func consumed(
        of coupon: CouponID, in transaction: any Transaction
    ) throws -> [PersonID: Int64] {
        let rows = try transaction.rows(
            """
            SELECT person, CAST(SUM(amount) AS BIGINT) FROM coupon_uses
            WHERE coupon = \(coupon) AND state = 'consumed' GROUP BY person
            """)
        return Dictionary(try rows.map { (try $0.get(0), try $0.get(1)) }, uniquingKeysWith: +)
    }

    /// What a person has taken and may use now: of the shops, and for all.
    public static func usable(
        by person: PersonID, at shops: Set<ShopID>, at now: Instant, in transaction: any Transaction
    ) throws -> [Coupon] {
        try claimed(by: person, at: now, in: transaction).filter { claimed in
            let shop = claimed.coupon.terms.scope.shop
            return claimed.left > 0 && claimed.coupon.usesLeft > 0 && claimed.coupon.isRunning(at: now)
                && shop.map(shops.contains) ?? true
        }.map(\.coupon)
    }

    /// What a person has taken and that is not over, the soonest end first.
    public func claimed(by person: PersonID) async throws -> [ClaimedCoupon] {
        let now = source.now
        return try await store.read { try Self.claimed(by: person, at: now, in: $0) }
    }

    static func claimed(
        by person: PersonID, at now: Instant, in transaction: any Transaction
    ) throws -> [ClaimedCoupon] {
        try transaction.rows(
            """
            SELECT c.*, \(freedColumns(now)), k.used - (SELECT COUNT(*) FROM coupon_uses u WHERE u.coupon = c.id
                    AND u.person = \(person) AND u.state = 'held' AND u.expires_at <= \(now)) AS used_now
            FROM coupon_claims k JOIN coupons c ON c.id = k.coupon
            WHERE k.person = \(person) AND c.ends_at > \(now) ORDER BY c.ends_at, c.id LIMIT 200
            """
        ).map { row in
            let coupon = try Coupon(row)
            return ClaimedCoupon(
                coupon: coupon, left: max(0, coupon.terms.personLimit - (try row.get("used_now", as: Int64.self))))
        }
    }

    /// Coupons without a code that anybody may take now, of these shops and for all; those with uses left.
    public func offered(at shops: [ShopID], limit: Int) async throws -> [Coupon] {
        let now = source.now
        return try await store.read { transaction in
            try Self.coupons(
                where: "(c.shop IS NULL OR c.shop IN \(list: shops)) AND c.code IS NULL AND c.ends_at > \(now)",
                at: now, limit: limit, in: transaction
            ).filter { $0.isRunning(at: now) && $0.usesLeft > 0 }
        }
    }

    /// A shop's coupons, the latest first.
    public func coupons(of shop: ShopID, limit: Int) async throws -> [Coupon] {
        let now = source.now
        return try await store.read {
            try Self.coupons(where: "c.shop = \(shop)", at: now, limit: limit, in: $0)
        }
    }

    /// Coupons for which the platform pays a share, the latest first.
    public func platformCoupons(limit: Int) async throws -> [Coupon] {
        let now = source.now
        return try await store.read {
            try Self.coupons(where: "c.platform_share > 0", at: now, limit: limit, in: $0)
        }
    }

    /// Coupons for which a creator pays a share, the latest first.
    public func coupons(paidBy creator: PersonID, limit: Int) async throws -> [Coupon] {
        let now = source.now
        return try await store.read {
            try Self.coupons(where: "c.creator = \(creator)", at: now, limit: limit, in: $0)
        }
    }

    /// What is held beyond its time, as columns beside those of coupon `c`.
    private static func freedColumns(_ now: Instant) -> SQL {
        """
        (SELECT COUNT(*) FROM coupon_uses u WHERE u.coupon = c.id AND u.state = 'held' AND u.expires_at <= \(now))
            AS freed,
        (SELECT COALESCE(SUM(u.amount), 0) FROM coupon_uses u WHERE u.coupon = c.id AND u.state = 'held'
            AND u.expires_at <= \(now)) AS freed_amount
        """
    }

    private static func coupons(
        where condition: SQL, at now: Instant, limit: Int = 1_000, in transaction: any Transaction
    ) throws -> [Coupon] {
        try transaction.rows(
            """
            SELECT c.*, \(freedColumns(now)) FROM coupons c WHERE \(condition)
            ORDER BY c.created_at DESC, c.id LIMIT \(limit)
            """
        ).map(Coupon.init)
    }
}

extension Coupon {
    init(_ row: SQLRow) throws {
        id = try row.get("id")
        terms = try CouponTerms(row)
        let freed: Int64 = try row.get("freed")
        usesLeft = try row.get("uses_left", as: Int64.self) + freed
        budgetLeft = try row.get("budget_left", as: Int64.self) + Int64(row.get("freed_amount", as: Int64.self))
        decision = try row.get("decision")
        let times: [(CouponFunder, Instant?)] = [
            (.shop, try row.get("shop_agreed_at")), (.platform, try row.get("platform_agreed_at")),
            (.creator, try row.get("creator_agreed_at")),
        ]
        agreed = Set(times.filter { $0.1 != nil }.map(\.0))
    }
}

extension CouponTerms {
    /// Terms that were checked before they were kept.
    fileprivate init(_ row: SQLRow) throws {
        let value: Int64 = try row.get("value")
        let ceiling: Int64? = try row.get("ceiling")
        let shop: ShopID? = try row.get("shop")
        let products: String? = try row.get("products")
        let listed = Set((products ?? "").split(separator: " ").compactMap { ProductID($0) })
        try self.init(
            name: Localized(en: try row.get("name_en"), zh: try row.get("name_zh")),
            benefit: try row.get("kind", as: String.self) == "percent"
                ? .percentOff(BasisPoints(value), ceiling: ceiling ?? .max) : .amountOff(value),
            threshold: try row.get("threshold"),
            scope: shop.map { products == nil ? .shop($0) : .products($0, listed) } ?? .everything,
            currency: try row.get("currency"),
            funding: CouponFunding(
                shop: try row.get("shop_share"), platform: try row.get("platform_share"),
                creator: try row.get("creator_share")),
            creator: try row.get("creator"), code: try row.get("code"), personLimit: try row.get("person_limit"),
            uses: try row.get("uses"), budget: try row.get("budget"), startsAt: try row.get("starts_at"),
            endsAt: try row.get("ends_at"), zone: try TimeZoneName(row.get("zone")))
    }
}
