import Kernel
import Store

/// Why a coupon can't be used as wanted.
public enum CouponProblem: Problem, Equatable {
    /// Every use, or the whole budget, is taken.
    case usedUp(CouponID)
    /// The person has used it as often as one may.
    case overPersonLimit(CouponID)
    /// It has not started, is over, or waits for somebody who pays.
    case over(CouponID)
    /// The goods in its scope cost too little; so much is missing.
    case belowThreshold(CouponID, Money)
    /// It takes nothing off these goods.
    case doesNotFit(CouponID)
    /// Another coupon of the same shop, or another for all shops, is used already.
    case oneEach(CouponID)
    /// Another coupon has this code.
    case codeTaken
    /// The platform does not pay it for this person.
    case notGranted(CouponID)

    public var details: ProblemDetails {
        switch self {
        case .usedUp:
            ProblemDetails(
                .conflict, "coupon-used-up", "This coupon is used up. Go on without it.", zh: "该优惠券已被领用完，请不使用它继续。")
        case .overPersonLimit:
            ProblemDetails(
                .conflict, "coupon-person-limit", "You have used this coupon as often as one person may.",
                zh: "你使用该优惠券的次数已达上限。")
        case .over:
            ProblemDetails(.conflict, "coupon-over", "This coupon can't be used at present.", zh: "该优惠券当前不可用。")
        case .belowThreshold(_, let missing):
            ProblemDetails(
                .conflict, "coupon-below-threshold",
                "The goods cost too little for this coupon: \(missing.amount) minor units of \(missing.currency) are missing.",
                zh: "未达到该优惠券的使用门槛。")
        case .doesNotFit:
            ProblemDetails(
                .conflict, "coupon-does-not-fit", "This coupon takes nothing off these goods.", zh: "该优惠券不适用于这些商品。")
        case .oneEach:
            ProblemDetails(
                .conflict, "coupon-one-each", "One coupon for each shop and one for all shops can be used together.",
                zh: "每个店铺限用一张店铺券，另可叠加一张平台券。")
        case .notGranted:
            ProblemDetails(
                .conflict, "coupon-not-granted", "This coupon is not offered to you. Go on without it.",
                zh: "该优惠券未向你发放，请不使用它继续。")
        case .codeTaken:
            ProblemDetails(
                .conflict, "coupon-code-taken", "Another coupon has this code. Choose another.", zh: "该券码已被使用，请更换。")
        }
    }
}

extension Coupons {
    /// Holds one use of each coupon for an order group until `expiry`, or throws and so undoes the transaction. Coupons
    /// are taken in sorted order so that two buyers never wait for each other.
    ///
    /// - Throws: ``CouponProblem``.
    public func hold(
        _ amounts: [CouponID: Int64], for group: OrderGroupID, by person: PersonID, until expiry: Instant,
        in transaction: any Transaction
    ) throws {
        for (coupon, amount) in amounts.sorted(by: { $0.key < $1.key }) {
            try giveBackExpired(of: coupon, in: transaction)
            try take(amount, of: coupon, by: person, duringItsTime: true, in: transaction)
            try transaction.send(
                """
                INSERT INTO coupon_uses (order_group, coupon, person, amount, state, expires_at)
                VALUES (\(group), \(coupon), \(person), \(amount), 'held', \(expiry))
                """)
        }
    }

    /// The group was paid for: what it holds is consumed. A use whose time was over and that somebody else got meanwhile
    /// is missing; one that nobody got is taken again, even after the coupon's end.
    ///
    /// - Returns: coupons that are missing.
    public func consume(
        _ coupons: Set<CouponID>, of group: OrderGroupID, in transaction: any Transaction
    ) throws -> [CouponID] {
        var missing: [CouponID] = []
        for coupon in coupons.sorted() {
            let kept = try transaction.run(
                """
                UPDATE coupon_uses SET state = 'consumed'
                WHERE order_group = \(group) AND coupon = \(coupon) AND state IN ('held', 'consumed')
                """)
            guard kept == 0 else { continue }
            let row = try transaction.row(
                "SELECT person, amount FROM coupon_uses WHERE order_group = \(group) AND coupon = \(coupon)")
            guard let row else { throw NotFound("use of a coupon") }
            try giveBackExpired(of: coupon, in: transaction)
            do {
                try take(row.get("amount"), of: coupon, by: row.get("person"), duringItsTime: false, in: transaction)
            } catch is CouponProblem {
                missing.append(coupon)
                continue
            }
            try transaction.send(
                "UPDATE coupon_uses SET state = 'consumed' WHERE order_group = \(group) AND coupon = \(coupon)")
        }
        return missing
    }

    /// Gives uses back, consumed ones too. Giving back twice changes nothing.
    public func release(
        _ coupons: Set<CouponID>, of group: OrderGroupID, in transaction: any Transaction
    ) throws {
        for coupon in coupons.sorted() {
            let row = try transaction.row(
                """
                UPDATE coupon_uses SET state = 'released'
                WHERE order_group = \(group) AND coupon = \(coupon) AND state IN ('held', 'consumed')
                RETURNING person, amount
                """)
            guard let row else { continue }
            try give(row.get("amount"), uses: 1, to: coupon, in: transaction)
            try uncount(1, of: coupon, for: row.get("person"), in: transaction)
        }
    }

    /// Takes one use and its amount, and counts it for the person. When the second write says no, the first is undone
    /// here, since the caller may go on.
    private func take(
        _ amount: Int64, of coupon: CouponID, by person: PersonID, duringItsTime: Bool, in transaction: any Transaction
    ) throws {
        let now = source.now
        let time: SQL = duringItsTime ? "AND starts_at <= \(now) AND ends_at > \(now)" : ""
        let limit: Int64? = try transaction.row(
            """
            UPDATE coupons SET uses_left = uses_left - 1, budget_left = budget_left - \(amount)
            WHERE id = \(coupon) AND uses_left >= 1 AND budget_left >= \(amount) \(time)
            RETURNING person_limit
            """)?.get(0)
        guard let limit else { throw CouponProblem.usedUp(coupon) }
        let counted = try transaction.run(
            """
            UPDATE coupon_claims SET used = used + 1
            WHERE person = \(person) AND coupon = \(coupon) AND used < \(limit)
            """)
        guard counted == 0 else { return }
        try give(amount, uses: 1, to: coupon, in: transaction)
        throw CouponProblem.overPersonLimit(coupon)
    }

    private func give(_ amount: Int64, uses: Int64, to coupon: CouponID, in transaction: any Transaction) throws {
        try transaction.send(
            """
            UPDATE coupons SET uses_left = uses_left + \(uses), budget_left = budget_left + \(amount)
            WHERE id = \(coupon)
            """)
    }

    private func uncount(
        _ uses: Int64, of coupon: CouponID, for person: PersonID, in transaction: any Transaction
    ) throws {
        try transaction.send(
            "UPDATE coupon_claims SET used = used - \(uses) WHERE person = \(person) AND coupon = \(coupon)")
    }

    private func giveBackExpired(of coupon: CouponID, in transaction: any Transaction) throws {
        let expired = try transaction.rows(
            """
            UPDATE coupon_uses SET state = 'released'
            WHERE coupon = \(coupon) AND state = 'held' AND expires_at <= \(source.now) RETURNING person, amount
            """)
        guard !expired.isEmpty else { return }
        var total: Int64 = 0
        for row in expired {
            total += try row.get("amount", as: Int64.self)
            try uncount(1, of: coupon, for: row.get("person"), in: transaction)
        }
        try give(total, uses: Int64(expired.count), to: coupon, in: transaction)
    }
}
