import Kernel
import Store

/// What a shop has set to happen by itself: while something holds, a price is another one or a product is off the shelf;
/// afterwards it is as it was.
public struct GoodsRule: Sendable, Equatable {
    /// While what it acts.
    public enum Condition: Sendable, Equatable {
        /// So many units or fewer can be sold.
        case stock(atMost: Int64)
        /// From a moment until before another.
        case time(from: Instant, until: Instant)

        /// Whether it holds.
        public func holds(available: Int64, at now: Instant) -> Bool {
            switch self {
            case .stock(let atMost): available <= atMost
            case .time(let from, let until): from <= now && now < until
            }
        }

        /// Whether it looks at what can be sold.
        public var countsStock: Bool { if case .stock = self { true } else { false } }

        /// Whether it can never hold again.
        public func isOver(at now: Instant) -> Bool {
            if case .time(_, let until) = self { now >= until } else { false }
        }
    }

    /// What it does.
    public enum Effect: Sendable, Equatable {
        /// The variant costs this.
        case price(Money)
        /// The product is off the shelf.
        case unlist
    }

    /// Where a rule stands.
    public enum State: String, Sendable, Codable, CaseIterable, SQLReadable {
        /// The condition does not hold, or there was nothing to do.
        case waiting
        /// It has done what it does.
        case acting
        /// It does nothing any more.
        case over
    }

    /// The rule.
    public let id: GoodsRuleID
    /// The shop.
    public let shop: ShopID
    /// The product.
    public let product: ProductID
    /// The variant whose price it sets; absent for the shelf.
    public let variant: VariantID?
    /// While what.
    public let condition: Condition
    /// Does what.
    public let effect: Effect
    /// Where it stands.
    public let state: State
    /// The price that it has replaced.
    public let before: Price?
    /// Why it could not act, in English; empty when it could.
    public let refusal: String
    /// Who set it.
    public let setBy: PersonID

    /// A rule that waits.
    ///
    /// - Throws: ``InvalidField``.
    public init(
        id: GoodsRuleID, of product: ProductID, _ variant: VariantID?, at shop: ShopID, while condition: Condition,
        _ effect: Effect, by person: PersonID
    ) throws {
        switch condition {
        case .stock(let atMost):
            guard (0...1_000_000).contains(atMost) else {
                throw InvalidField("atMost", "must be 0–1,000,000.", zh: "须为 0–1000000。")
            }
        case .time(let from, let until):
            guard from < until else {
                throw InvalidField("endsAt", "must be after the start.", zh: "结束时间须晚于开始时间。")
            }
        }
        if case .price(let price) = effect {
            guard price.amount > 0 else { throw InvalidField("amount", "must be more than 0.", zh: "价格必须大于 0。") }
            guard variant != nil else { throw InvalidField("variant", "must be named for a price.", zh: "请选择规格。") }
        }
        self.id = id
        self.shop = shop
        self.product = product
        if case .price = effect { self.variant = variant } else { self.variant = nil }
        self.condition = condition
        self.effect = effect
        state = .waiting
        before = nil
        refusal = ""
        setBy = person
    }

    init(_ row: SQLRow) throws {
        id = try row.get("id")
        shop = try row.get("shop")
        product = try row.get("product")
        variant = try row.get("variant")
        let (atMost, from, until): (Int64?, Instant?, Instant?) = (
            try row.get("at_most"), try row.get("starts_at"), try row.get("ends_at")
        )
        condition =
            if let from, let until { .time(from: from, until: until) } else { .stock(atMost: atMost ?? 0) }
        let (amount, currency): (Int64?, Currency?) = (try row.get("amount"), try row.get("currency"))
        effect = if let amount, let currency { .price(Money(amount, currency)) } else { .unlist }
        let (amountBefore, listBefore): (Int64?, Int64?) = (try row.get("amount_before"), try row.get("list_before"))
        before = amountBefore.flatMap { amount in
            currency.map { currency in
                Price(amount: Money(amount, currency), list: listBefore.map { Money($0, currency) })
            }
        }
        state = try row.get("state")
        refusal = try row.get("refusal")
        setBy = try row.get("set_by")
    }
}

/// Why a rule can't be made.
public enum GoodsRuleProblem: Problem, Equatable {
    /// Another rule does the same to the same thing.
    case exists

    public var details: ProblemDetails {
        ProblemDetails(
            .conflict, "goods-rule-exists",
            "Another rule sets this price, or moves this product. End that one first.",
            zh: "该商品已有同类规则，请先结束原规则。")
    }
}

/// The rules that a shop keeps.
extension Catalog {
    /// Keeps a new rule.
    ///
    /// - Throws: ``GoodsRuleProblem/exists``.
    public func add(_ rule: GoodsRule, in transaction: any Transaction) throws {
        let now = source.now
        var (atMost, from, until): (Int64?, Instant?, Instant?) = (nil, nil, nil)
        switch rule.condition {
        case .stock(let units): atMost = units
        case .time(let start, let end): (from, until) = (start, end)
        }
        var price: Money?
        if case .price(let money) = rule.effect { price = money }
        let added = try transaction.run(
            """
            INSERT INTO goods_rules (id, shop, product, variant, at_most, starts_at, ends_at, amount, currency, state,
                refusal, set_by, created_at, changed_at)
            VALUES (\(rule.id), \(rule.shop), \(rule.product), \(rule.variant), \(atMost), \(from), \(until),
                \(price?.amount), \(price?.currency), 'waiting', '', \(rule.setBy), \(now), \(now))
            ON CONFLICT DO NOTHING
            """)
        guard added == 1 else { throw GoodsRuleProblem.exists }
    }

    /// A shop's rules that are not over, the oldest first.
    public static func rules(of shop: ShopID, limit: Int, in transaction: any Transaction) throws -> [GoodsRule] {
        try transaction.rows(
            """
            SELECT * FROM goods_rules WHERE shop = \(shop) AND state <> 'over' ORDER BY created_at, id LIMIT \(limit)
            """
        ).map(GoodsRule.init)
    }

    /// Rules of all shops that are not over, by identifier.
    public static func openRules(
        after rule: GoodsRuleID?, limit: Int, in transaction: any Transaction
    ) throws -> [GoodsRule] {
        let following: SQL = rule.map { "AND id > \($0)" } ?? ""
        return try transaction.rows(
            "SELECT * FROM goods_rules WHERE state <> 'over' \(following) ORDER BY id LIMIT \(limit)"
        ).map(GoodsRule.init)
    }

    /// A rule that is not over.
    ///
    /// - Throws: ``NotFound``.
    public static func rule(_ id: GoodsRuleID, in transaction: any Transaction) throws -> GoodsRule {
        let row = try transaction.row("SELECT * FROM goods_rules WHERE id = \(id) AND state <> 'over'")
        guard let row else { throw NotFound("rule") }
        return try GoodsRule(row)
    }

    /// Says where a rule stands now; two who do at once are told apart by the state that they have seen.
    ///
    /// - Returns: whether it stood where the caller had seen it.
    public func move(
        _ rule: GoodsRule, to state: GoodsRule.State, before: Price? = nil, refusal: String = "",
        in transaction: any Transaction
    ) throws -> Bool {
        try transaction.run(
            """
            UPDATE goods_rules SET state = \(state.rawValue), amount_before = \(before?.amount.amount),
                list_before = \(before?.list?.amount), refusal = \(String(refusal.prefix(500))), changed_at = \(source.now)
            WHERE id = \(rule.id) AND state = \(rule.state.rawValue)
            """) == 1
    }
}
