import Foundation
import Kernel
import Store

/// Coupons: who offers them, who pays for them, who has them, and how often they are used.
///
/// A use is *held* from the checkout to the payment, *consumed* by the payment, and *released* when the order is
/// cancelled or was not paid in time. Three conditional writes decide, in the transaction of the order: one takes a use
/// and its amount from the coupon, one counts it for the person, one keeps it for the order group. A held use whose time
/// is over counts as free from that moment on, whoever asks; no clean-up job decides anything.
public final class Coupons: Sendable {
    let store: any Store
    let source: Source

    /// The room on a store.
    public init(store: any Store, source: Source) {
        self.store = store
        self.source = source
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "coupons", number: 1, file: PackageResources._001_coupons_sql)
    ]

    /// Offers a coupon. It can be used once everybody who pays for it has agreed; `author` has.
    ///
    /// - Throws: ``CouponProblem/codeTaken``.
    public func offer(
        _ terms: CouponTerms, by author: CouponFunder, decision: DecisionID? = nil, in transaction: any Transaction
    ) throws -> CouponID {
        let id = source.identifier(CouponKind.self)
        let now = source.now
        if let code = terms.code,
            try transaction.row("SELECT 1 FROM coupons WHERE code = \(code)") != nil
        {
            throw CouponProblem.codeTaken
        }
        let columns = Columns(terms)
        try transaction.run(
            """
            INSERT INTO coupons (id, shop, creator, name_en, name_zh, code, kind, value, ceiling, threshold, products,
                currency, shop_share, platform_share, creator_share, person_limit, uses, uses_left, budget, budget_left,
                starts_at, ends_at, zone, decision, shop_agreed_at, platform_agreed_at, creator_agreed_at, created_at)
            VALUES (\(id), \(terms.scope.shop), \(terms.creator), \(terms.name.en), \(terms.name.zh), \(terms.code),
                \(columns.kind), \(columns.value), \(columns.ceiling), \(terms.threshold), \(columns.products),
                \(terms.currency), \(terms.funding.shop.value), \(terms.funding.platform.value),
                \(terms.funding.creator.value), \(terms.personLimit), \(terms.uses), \(terms.uses), \(terms.budget),
                \(terms.budget), \(terms.startsAt), \(terms.endsAt), \(terms.zone), \(decision),
                \(author == .shop ? now : nil), \(author == .platform ? now : nil),
                \(author == .creator ? now : nil), \(now))
            """)
        return id
    }

    /// A funder agrees to pay its share.
    ///
    /// - Throws: ``NotFound``.
    public func agree(
        to id: CouponID, as funder: CouponFunder, decision: DecisionID? = nil, in transaction: any Transaction
    ) throws {
        let now = source.now
        let column: SQL =
            switch funder {
            case .shop: "shop_agreed_at"
            case .platform: "platform_agreed_at"
            case .creator: "creator_agreed_at"
            }
        let agreed = try transaction.run(
            """
            UPDATE coupons SET \(column) = COALESCE(\(column), \(now)), decision = COALESCE(decision, \(decision))
            WHERE id = \(id)
            """)
        guard agreed == 1 else { throw NotFound("coupon") }
    }

    /// Ends a coupon now. What was held or consumed stays so.
    ///
    /// - Throws: ``NotFound`` when it is over already.
    public func end(_ id: CouponID, in transaction: any Transaction) throws {
        let now = source.now
        // One that has not started yet keeps a time, an empty one.
        let before = now - .milliseconds(1)
        let ended = try transaction.run(
            """
            UPDATE coupons SET ends_at = \(now),
                starts_at = CASE WHEN starts_at < \(now) THEN starts_at ELSE \(before) END
            WHERE id = \(id) AND ends_at > \(now)
            """)
        guard ended == 1 else { throw NotFound("coupon") }
    }

    /// A person takes a coupon: by its code, or by a tap when it has none. Taking it again changes nothing.
    ///
    /// - Throws: ``NotFound``, ``CouponProblem/over(_:)``.
    public func claim(
        _ id: CouponID, code: String? = nil, by person: PersonID, in transaction: any Transaction
    ) throws {
        let now = source.now
        guard let coupon = try Self.coupons([id], at: now, in: transaction)[id], coupon.terms.code == code else {
            throw NotFound("coupon")
        }
        guard now < coupon.terms.endsAt, coupon.waitsFor.isEmpty else { throw CouponProblem.over(id) }
        try transaction.run(
            """
            INSERT INTO coupon_claims (person, coupon, used, claimed_at) VALUES (\(person), \(id), 0, \(now))
            ON CONFLICT (person, coupon) DO NOTHING
            """)
    }

    /// A person takes the coupon with this code.
    ///
    /// - Throws: ``NotFound``, ``InvalidField``, ``CouponProblem/over(_:)``.
    public func claim(code typed: String, by person: PersonID, in transaction: any Transaction) throws -> CouponID {
        let code = try CouponTerms.code(typed)
        guard let id: CouponID = try transaction.value("SELECT id FROM coupons WHERE code = \(code)") else {
            throw NotFound("coupon")
        }
        try claim(id, code: code, by: person, in: transaction)
        return id
    }
}

/// How a coupon's terms lie in columns.
private struct Columns {
    let kind: String
    let value: Int64
    let ceiling: Int64?
    let products: String?

    init(_ terms: CouponTerms) {
        switch terms.benefit {
        case .amountOff(let amount): (kind, value, ceiling) = ("amount", amount, nil)
        case .percentOff(let rate, let most): (kind, value, ceiling) = ("percent", rate.value, most)
        }
        products =
            if case .products(_, let products) = terms.scope {
                products.sorted().map(\.description).joined(separator: " ")
            } else { nil }
    }
}
