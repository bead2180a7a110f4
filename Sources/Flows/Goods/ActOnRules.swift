import Catalog
import HTTP
import Kernel
import Shops
import Stock
import Store

/// Does what shops' rules say, and undoes it when their condition is over. The condition is looked at in the transaction
/// that acts, and the rule's state decides between two who come at once.
public struct ActOnRules: Sendable {
    /// What one sweep did.
    public struct Acted: Sendable, Equatable {
        /// Rules that began to act.
        public var acted = 0
        /// Rules whose doing was undone.
        public var undone = 0
        /// Rules that could not do what they should.
        public var refused = 0
    }

    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Looks at every rule once.
    @discardableResult
    public func callAsFunction() async throws -> Acted {
        var acted = Acted()
        var last: GoodsRuleID?
        while true {
            let due = try await due(after: last)
            for due in due.rules { try await step(due, &acted) }
            guard let next = due.next else { return acted }
            last = next
        }
    }

    /// Sweeps every five seconds until cancelled.
    func run() async {
        repeat { _ = try? await self() } while (try? await Task.sleep(for: .seconds(5))) != nil
    }

    /// A rule that has something to do; a class, so that it is one thing to hand on.
    private final class Due: Sendable {
        let rule: GoodsRule

        init(_ rule: GoodsRule) { self.rule = rule }
    }

    /// Those of the next few hundred rules that have something to do.
    private func due(after rule: GoodsRuleID?) async throws -> (rules: [Due], next: GoodsRuleID?) {
        let limit = 300
        return try await market.store.read { transaction in
            let rules = try Catalog.openRules(after: rule, limit: limit, in: transaction)
            let shelf = try Shelf(of: rules, market, in: transaction)
            let due = rules.filter { isDue($0, shelf) }.map(Due.init)
            return (due, rules.count == limit ? rules.last?.id : nil)
        }
    }

    /// Products of rules, and what can be sold of them: read once for all rules that are looked at together.
    struct Shelf: Sendable {
        private let products: [ProductID: Product]
        private let levels: [VariantID: Int64]

        /// Two statements for the products; one more for the stock of those whose rules ask for it.
        ///
        /// - Parameter countsAll: whether somebody wants to know the stock whatever the rules ask for.
        init(
            of rules: [GoodsRule], _ market: Marketplace, countsAll: Bool = false, in transaction: any Transaction
        ) throws {
            let found = try Catalog.products(
                Array(Set(rules.map(\.product))), withRetired: true, at: market.source.now, in: transaction)
            let products = Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            let counted = rules.filter { $0.condition.countsStock || countsAll }.flatMap {
                Self.counted($0, products[$0.product])
            }
            self.products = products
            levels = counted.isEmpty ? [:] : try market.stock.available(Array(Set(counted)), in: transaction)
        }

        /// The product of a rule; `nil` when the shop has it no more.
        subscript(rule: GoodsRule) -> Product? {
            products[rule.product].flatMap { $0.shop == rule.shop ? $0 : nil }
        }

        /// What can be sold of what a rule counts: a variant, or all sold variants of the product.
        func available(_ rule: GoodsRule) -> Int64 {
            Self.counted(rule, self[rule]).reduce(0) { $0 + (levels[$1] ?? 0) }
        }

        private static func counted(_ rule: GoodsRule, _ product: Product?) -> [VariantID] {
            rule.variant.map { [$0] } ?? product?.sold.map(\.id) ?? []
        }
    }

    private func isDue(_ rule: GoodsRule, _ shelf: Shelf) -> Bool {
        if rule.condition.isOver(at: market.source.now) { return true }
        let holds = holds(rule, shelf)
        guard holds != (rule.state == .acting) else { return false }
        return !holds || hasWork(rule, shelf)
    }

    /// Whether there is anything that the rule would change: what is off the shelf can't be taken off.
    private func hasWork(_ rule: GoodsRule, _ shelf: Shelf) -> Bool {
        guard let product = shelf[rule] else { return false }
        guard case .price(let amount) = rule.effect else { return product.status == .listed }
        return product.sold.contains { $0.id == rule.variant && $0.price.map { $0.amount != amount } ?? false }
    }

    private func holds(_ rule: GoodsRule, _ shelf: Shelf) -> Bool {
        rule.condition.holds(
            available: rule.condition.countsStock ? shelf.available(rule) : 0, at: market.source.now)
    }

    /// One rule's step. What is refused leaves a sentence for the shop, and is tried again.
    private func step(_ due: Due, _ acted: inout Acted) async throws {
        do {
            let state = try await market.store.write { try step(due.rule.id, in: $0) }
            if state == .acting {
                acted.acted += 1
            } else if due.rule.state == .acting, state != nil {
                acted.undone += 1
            }
        } catch let problem as any Problem where !(problem is StoreError) {
            acted.refused += 1
            let reason = (problem as? InvalidField)?.reason ?? problem.details.detail
            guard reason != due.rule.refusal else { return }
            try await market.store.write { [market] in
                _ = try market.catalog.move(
                    due.rule, to: due.rule.state, before: due.rule.before, refusal: reason, in: $0)
            }
        }
    }

    /// - Returns: the new state; `nil` when nothing was to be done.
    private func step(_ id: GoodsRuleID, in transaction: any Transaction) throws -> GoodsRule.State? {
        guard let rule = try? Catalog.rule(id, in: transaction) else { return nil }
        let shelf = try Shelf(of: [rule], market, in: transaction)
        guard isDue(rule, shelf) else { return nil }
        let identity = Self.identity(of: rule)
        if holds(rule, shelf), rule.state == .waiting {
            guard let done = try act(rule, shelf, in: transaction) else { return nil }
            guard try market.catalog.move(rule, to: .acting, before: done.before, in: transaction) else { return nil }
            try note(rule, "acting", by: identity, in: transaction)
            return .acting
        }
        if rule.state == .acting { try undo(rule, shelf, by: identity, in: transaction) }
        let state: GoodsRule.State = rule.condition.isOver(at: market.source.now) ? .over : .waiting
        guard try market.catalog.move(rule, to: state, in: transaction) else { return nil }
        if rule.state == .acting { try note(rule, state.rawValue, by: identity, in: transaction) }
        return state
    }

    /// What was so before a rule acted.
    struct Done {
        let before: Price?
    }

    /// Does what a rule says.
    ///
    /// - Returns: what was so before; `nil` when there is nothing to do.
    /// - Throws: ``InvalidField`` when the goods' own rules forbid it.
    func act(_ rule: GoodsRule, _ shelf: Shelf, in transaction: any Transaction) throws -> Done? {
        guard let product = shelf[rule] else { throw NotFound("product") }
        switch rule.effect {
        case .unlist:
            guard product.status == .listed else { return nil }
            try move(product, to: .unlisted, by: Self.identity(of: rule), in: transaction)
            return Done(before: nil)
        case .price(let amount):
            guard let variant = product.sold.first(where: { $0.id == rule.variant }), let price = variant.price,
                price.amount != amount
            else { return nil }
            try set(
                Price(amount: amount, list: price.list), of: variant.id, in: product, by: Self.identity(of: rule),
                in: transaction)
            return Done(before: price)
        }
    }

    /// Undoes what a rule did, unless somebody has changed it since.
    func undo(
        _ rule: GoodsRule, _ shelf: Shelf, by identity: Identity, in transaction: any Transaction
    ) throws {
        guard rule.state == .acting, let product = shelf[rule] else { return }
        switch rule.effect {
        case .unlist:
            guard product.status == .unlisted else { return }
            try move(product, to: .listed, by: identity, in: transaction)
        case .price(let amount):
            guard let variant = product.variants.first(where: { $0.id == rule.variant }), let before = rule.before,
                variant.price?.amount == amount
            else { return }
            try set(before, of: variant.id, in: product, by: identity, in: transaction)
        }
    }

    private func move(
        _ product: Product, to status: ProductStatus, by identity: Identity, in transaction: any Transaction
    ) throws {
        _ = try KeepProducts(market).move(
            .init(product.id, of: product.shop, version: product.version), to: status, by: identity, in: transaction)
    }

    private func set(
        _ price: Price, of variant: VariantID, in product: Product, by identity: Identity,
        in transaction: any Transaction
    ) throws {
        _ = try KeepProducts(market).edit(
            .init(product.id, of: product.shop, version: product.version),
            GoodsPatch(variants: [VariantPatch(id: variant, price: price)]), by: identity, in: transaction)
    }

    private func note(
        _ rule: GoodsRule, _ state: String, by identity: Identity, in transaction: any Transaction
    ) throws {
        let change = TrailChange("state", was: rule.state.rawValue, now: state)
        try TrailNote(.goodsRuleActed, of: rule.id, [change]).keep(
            in: market.shops, by: identity, at: rule.shop, in: transaction)
    }

    /// A rule acts in the name of whoever set it, at that shop and nowhere else.
    private static func identity(of rule: GoodsRule) -> Identity {
        Identity(person: rule.setBy, proof: .visitor, shops: [rule.shop: .goods])
    }
}
