import Kernel
import Store

/// What every creator earns who sells a product: a shop's open offer.
public struct CommissionPlan: Sendable, Equatable {
    /// The product.
    public let product: ProductID
    /// Counts the shop's changes of mind, from 1.
    public let version: Int64
    /// The commission on what the shop asks.
    public let rate: BasisPoints
    /// From when on it holds.
    public let effectiveFrom: Instant
}

/// When a changed rate holds: more at once, less from the next day on, so that nobody who recommended a product in the
/// morning earns less for it in the evening.
public enum PlanRule {
    /// - Parameters:
    ///   - current: the rate that holds at `now`.
    ///   - offset: the platform's offset from UTC, which decides when a day begins.
    public static func effective(
        of rate: BasisPoints, after current: BasisPoints, at now: Instant, offset: Duration = .hours(8)
    ) -> Instant {
        guard rate.value < current.value else { return now }
        let day = Duration.days(1).milliseconds
        let local = now.milliseconds + offset.milliseconds
        let floored = local >= 0 ? local / day : (local - day + 1) / day
        return Instant(milliseconds: (floored + 1) * day - offset.milliseconds)
    }

    /// The plan that holds at a moment: of those that have begun, the one that was made last.
    public static func current(_ plans: [CommissionPlan], at now: Instant) -> CommissionPlan? {
        plans.filter { $0.effectiveFrom <= now }.max { $0.version < $1.version }
    }
}

extension Alliance {
    /// Sets a product's open commission; 0 ends the offer. It holds when ``PlanRule`` says.
    ///
    /// - Throws: ``InvalidField``.
    public func setRate(
        _ rate: BasisPoints, of product: ProductID, in shop: ShopID, by person: PersonID,
        in transaction: any Transaction
    ) throws -> CommissionPlan {
        guard (0...Self.highestRate).contains(rate.value) else {
            throw InvalidField(
                "rate", "must lie between 0 and \(Self.highestRate) basis points.", zh: "佣金率须在 0 到 80% 之间。")
        }
        let (now, plans) = (source.now, try Self.plans(of: product, in: transaction))
        let current = PlanRule.current(plans, at: now)?.rate ?? BasisPoints(0)
        let plan = CommissionPlan(
            product: product, version: (plans.map(\.version).max() ?? 0) + 1, rate: rate,
            effectiveFrom: PlanRule.effective(of: rate, after: current, at: now))
        try transaction.run(
            """
            INSERT INTO commission_plans (product, version, shop, rate, effective_from, set_by, created_at)
            VALUES (\(product), \(plan.version), \(shop), \(rate.value), \(plan.effectiveFrom), \(person), \(now))
            """)
        return plan
    }

    /// Every version of a product's plan, oldest first.
    public static func plans(of product: ProductID, in transaction: any Transaction) throws -> [CommissionPlan] {
        try transaction.shared("SELECT * FROM commission_plans WHERE product = \(product) ORDER BY version") {
            try $0.map(CommissionPlan.init)
        }
    }

    /// ``plans(of:in:)`` in a unit of work of its own.
    public func plans(of product: ProductID) async throws -> [CommissionPlan] {
        try await store.read { try Self.plans(of: product, in: $0) }
    }

    /// The highest commission in basis points; the platform's fee has to fit beside it.
    public static let highestRate: Int64 = 8_000
}
