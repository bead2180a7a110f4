import Inference
import Kernel
import Store

extension Experience {
    /// The score of a shop over the last 90 days.
    public static func score(of shop: ShopID, at now: Instant, in transaction: any Transaction) throws -> ShopScore {
        let since = now.milliseconds / 86_400_000 - ShopScore.window
        let (own, all) = (
            try sums(of: "\(shop)", since: since, in: transaction), try sums(of: "", since: since, in: transaction)
        )
        let parts = ScorePart.allCases.map { part in
            var everything = ScoreSum()
            for sum in (all[part] ?? [:]).values { everything += sum }
            let shares = (own[part] ?? [:]).map { category, sum in
                (category, ScoreShare(own: sum, category: all[part]?[category] ?? sum))
            }
            return PartScore(
                part, shares: Dictionary(shares) { first, _ in first }, everything: everything)
        }
        let orders = try transaction.value(
            """
            SELECT COUNT(*) FROM score_orders WHERE shop = \("\(shop)") AND day > \(since) AND is_left_out = 0
                AND (goods IS NOT NULL OR logistics IS NOT NULL OR service IS NOT NULL)
            """, as: Int.self)
        // Only the question about goods asks whether the shop is to be recommended.
        let answers = try transaction.rows(
            """
            SELECT i.score FROM survey_invitations i
            LEFT JOIN score_appeals a ON a.order_id = i.order_id AND a.state = 'accepted'
            WHERE i.shop = \(shop) AND i.created_at > \(Instant(milliseconds: since * 86_400_000))
                AND i.journey = 'goods' AND i.state = 'answered' AND a.order_id IS NULL
            """
        ).map { try $0.get(0, as: Int.self) }
        return ShopScore(
            shop: shop, orders: orders ?? 0, parts: parts, recommendation: NetPromoterScore(answers: answers))
    }

    private static func sums(
        of shop: String, since: Int64, in transaction: any Transaction
    ) throws -> [ScorePart: [String: ScoreSum]] {
        var sums: [ScorePart: [String: ScoreSum]] = [:]
        for row in try transaction.rows(
            """
            SELECT part, category, CAST(SUM(orders) AS BIGINT), CAST(SUM(points) AS BIGINT) FROM score_cells
            WHERE shop = \(shop) AND day > \(since) GROUP BY part, category
            """)
        {
            guard let part = ScorePart(rawValue: try row.get(0, as: String.self)) else { continue }
            sums[part, default: [:]][try row.get(1)] = ScoreSum(orders: try row.get(2), points: try row.get(3))
        }
        return sums
    }

    /// The orders that moved a shop's score most, those that lowered it first.
    ///
    /// - Parameter limit: how many; of at most the 2,000 newest.
    public static func influences(
        on shop: ShopID, at now: Instant, limit: Int, in transaction: any Transaction
    ) throws -> [OrderInfluence] {
        let score = try score(of: shop, at: now, in: transaction)
        let since = now.milliseconds / 86_400_000 - ShopScore.window
        let rows = try transaction.rows(
            """
            SELECT o.*, a.state AS appeal FROM score_orders o LEFT JOIN score_appeals a ON a.order_id = o.order_id
            WHERE o.shop = \("\(shop)") AND o.day > \(since) ORDER BY o.day DESC, o.order_id DESC LIMIT 2000
            """)
        var found: [OrderInfluence] = []
        for row in rows {
            let appeal = try row.get("appeal", as: String?.self).flatMap { AppealState(rawValue: $0) }
            if let influence = OrderInfluence(try ScoredOrder(row), appeal, score) { found.append(influence) }
        }
        return Array(found.sorted { ($0.effect, $0.order) < ($1.effect, $1.order) }.prefix(limit))
    }

    /// A shop has something against an order's counting.
    ///
    /// - Throws: `NotFound` when the order doesn't count for the shop; `InvalidField`; ``AppealProblem/appealedAlready``.
    public func appeal(
        _ order: OrderID, of shop: ShopID, reason: String, by person: PersonID, in transaction: any Transaction
    ) throws {
        let reason = try ValidatedText(reason, field: "reason", length: 5...1_000).value
        let counts = try transaction.row("SELECT 1 FROM score_orders WHERE order_id = \(order) AND shop = \("\(shop)")")
        guard counts != nil else { throw NotFound("order") }
        let appealed = try transaction.run(
            """
            INSERT INTO score_appeals (order_id, shop, state, reason, person, created_at)
            VALUES (\(order), \(shop), 'open', \(reason), \(person), \(source.now)) ON CONFLICT (order_id) DO NOTHING
            """)
        guard appealed == 1 else { throw AppealProblem.appealedAlready }
    }

    /// An operator answers an appeal. An accepted one takes just its order out of the sums.
    ///
    /// - Throws: `NotFound`, `InvalidField`, ``AppealProblem/decidedAlready``.
    public func decide(
        _ order: OrderID, accepts: Bool, note: String, by person: PersonID, in transaction: any Transaction
    ) throws {
        let note = try ValidatedText(note, field: "note", length: 1...1_000).value
        let state = accepts ? AppealState.accepted : .refused
        let decided = try transaction.run(
            """
            UPDATE score_appeals SET state = \(state.rawValue), note = \(note), decided_by = \(person),
                decided_at = \(source.now)
            WHERE order_id = \(order) AND state = 'open'
            """)
        guard decided == 1 else {
            let known = try transaction.row("SELECT 1 FROM score_appeals WHERE order_id = \(order)")
            throw known == nil ? NotFound("appeal") : AppealProblem.decidedAlready
        }
        guard accepts else { return }
        var batch = ScoreBatch()
        try batch.loadOrders([order], in: transaction)
        try batch.save(in: transaction)
    }

    /// Appeals, newest first: of a shop, or what waits for operators (oldest first).
    public static func appeals(of shop: ShopID?, limit: Int, in transaction: any Transaction) throws -> [ScoreAppeal] {
        let which: SQL =
            shop.map { "WHERE shop = \($0) ORDER BY created_at DESC" } ?? "WHERE state = 'open' ORDER BY created_at"
        return try transaction.rows("SELECT * FROM score_appeals \(which), order_id LIMIT \(limit)")
            .map(ScoreAppeal.init)
    }
}

extension ScoreAppeal {
    init(_ row: SQLRow) throws {
        order = try row.get("order_id")
        shop = try row.get("shop")
        guard let state = AppealState(rawValue: try row.get("state", as: String.self)) else {
            throw StoreError.unreadableColumn("state")
        }
        self.state = state
        reason = try row.get("reason")
        createdAt = try row.get("created_at")
        note = try row.get("note")
        decidedAt = try row.get("decided_at")
    }
}

extension OrderInfluence {
    /// `nil` for an order that has no say and had none.
    init?(_ order: ScoredOrder, _ appeal: AppealState?, _ score: ShopScore) {
        guard let paidAt = order.paidAt else { return nil }
        var counted = order
        counted.isLeftOut = false
        var points: [ScorePart: Int64] = [:]
        for part in ScorePart.allCases { points[part] = counted.points(part) }
        guard !points.isEmpty else { return nil }
        self.order = order.order
        self.paidAt = paidAt
        self.points = points
        self.appeal = appeal
        isLeftOut = order.isLeftOut
        let category = order.category.map { "\($0)" } ?? ""
        effect =
            order.isLeftOut
            ? 0 : score.parts.reduce(0) { $0 + $1.part.weight * $1.effect(of: points[$1.part], in: category) }
        reasons = Self.reasons(order)
    }

    private static func reasons(_ order: ScoredOrder) -> [ScoreReason] {
        guard let paidAt = order.paidAt else { return [] }
        let limit = paidAt + .shippingTime
        var reasons: [ScoreReason] = []
        if let shippedAt = order.shippedAt {
            reasons.append(shippedAt <= limit ? .shippedInTime : .shippedLate)
        } else if let cancelledAt = order.cancelledAt, cancelledAt > limit {
            reasons.append(.cancelledLate)
        }
        if order.completedAt != nil { reasons.append(order.qualityCases > 0 ? .qualityRefund : .arrivedAsPromised) }
        if order.endedCases > 0 { reasons.append(order.disputedCases > 0 ? .caseDisputed : .caseSettled) }
        if !order.asked.isEmpty { reasons.append(.answered) }
        return reasons
    }
}
