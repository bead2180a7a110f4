import Kernel
import Store

extension Alliance {
    /// A place in a list of plans, those that began last first.
    public typealias PlanCursor = TimeCursor<ProductKind>

    /// The plans that hold now and pay something, those that began last first: what any creator may promote.
    public func openPlans(after cursor: PlanCursor? = nil, limit: Int) async throws -> [CommissionPlan] {
        let now = source.now
        let following: SQL = cursor.map { "AND (p.effective_from, p.product) < (\($0.time), \($0.id))" } ?? ""
        return try await store.read { transaction in
            try transaction.rows(
                """
                SELECT p.* FROM commission_plans p WHERE p.effective_from <= \(now) AND p.rate > 0 \(following)
                    AND NOT EXISTS (SELECT 1 FROM commission_plans q WHERE q.product = p.product
                        AND q.effective_from <= \(now) AND q.version > p.version)
                ORDER BY p.effective_from DESC, p.product DESC LIMIT \(limit)
                """
            ).map(CommissionPlan.init)
        }
    }

    /// Every version of the plans of these products, the oldest first.
    public static func plans(
        of products: [ProductID], in transaction: any Transaction
    ) throws -> [ProductID: [CommissionPlan]] {
        let rows = try transaction.rows(
            "SELECT * FROM commission_plans WHERE product IN \(list: products) ORDER BY product, version")
        return Dictionary(grouping: try rows.map(CommissionPlan.init), by: \.product)
    }

    /// The products of a shop that have, or had, a plan.
    public static func promoted(
        by shop: ShopID, after product: ProductID? = nil, limit: Int, in transaction: any Transaction
    ) throws -> [ProductID] {
        let following: SQL = product.map { "AND product > \($0)" } ?? ""
        return try transaction.rows(
            """
            SELECT DISTINCT product FROM commission_plans WHERE shop = \(shop) \(following) ORDER BY product LIMIT \(limit)
            """
        ).map { try $0.get(0) }
    }
}

extension CommissionPlan {
    init(_ row: SQLRow) throws {
        product = try row.get("product")
        version = try row.get("version")
        rate = BasisPoints(try row.get("rate"))
        effectiveFrom = try row.get("effective_from")
    }
}

extension TimeCursor<ProductKind> {
    /// After this one.
    public init(after plan: CommissionPlan) { self.init(time: plan.effectiveFrom, id: plan.product) }
}
