import Catalog
import HTTP
import Kernel
import Shops
import Stock
import Store

/// A shop says what happens by itself to its goods, looks what that would do now, and ends it again.
public struct KeepRules: Sendable {
    /// What somebody wants to happen; a class, so that it is one thing to hand on.
    public final class Wish: Sendable {
        let product: ProductID
        let variant: VariantID?
        let condition: GoodsRule.Condition
        let amount: Int64?

        /// - Parameters:
        ///   - variant: whose price is set, or whose units are counted for the shelf of its whole product.
        ///   - amount: the price in minor units of the variant's currency; `nil` takes the product off the shelf.
        public init(
            of product: ProductID, _ variant: VariantID?, while condition: GoodsRule.Condition, amount: Int64?
        ) {
            self.product = product
            self.variant = variant
            self.condition = condition
            self.amount = amount
        }
    }

    /// What a rule would do if it were set now.
    public enum Preview: Sendable, Equatable {
        /// Nothing yet: so many units can be sold, or its time has not come.
        case waits(available: Int64)
        /// The product would leave the shelf at once.
        case unlists(available: Int64)
        /// The price would change at once.
        case prices(from: Money, to: Money, available: Int64)
        /// It would act at once and can't.
        case refused(reason: String, chinese: String)
    }

    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// A shop's rules that are not over, the oldest first.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func rules(of shop: ShopID, by identity: Identity) async throws -> [GoodsRule] {
        try identity.require(.see, at: shop)
        return try await market.store.read { try Catalog.rules(of: shop, limit: Self.ruleLimit, in: $0) }
    }

    /// Most rules that a shop keeps at once.
    public static let ruleLimit = 500

    /// Sets a rule; it acts within seconds, if there is something to do.
    ///
    /// - Throws: ``GoodsRuleProblem``, ``InvalidField``, ``NotFound``, ``Forbidden``.
    public func set(_ wish: Wish, at shop: ShopID, _ command: Command) async throws -> GoodsRule {
        try command.identity.require(.goods, at: shop)
        let work = Work(market, wish, shop, command)
        return try await market.store.write { try work.set(in: $0) }
    }

    /// What the rule would do now. Nothing is kept.
    ///
    /// - Throws: ``InvalidField``, ``NotFound``, ``Forbidden``.
    public func preview(_ wish: Wish, at shop: ShopID, by identity: Identity) async throws -> Preview {
        try identity.require(.goods, at: shop)
        let work = Work(market, wish, shop, Command(by: identity))
        do {
            return try await market.store.write { throw Tried(preview: try work.preview(in: $0)) }
        } catch let tried as Tried { return tried.preview }
    }

    /// Ends a rule; what it did is undone, unless somebody has changed that since.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, ``InvalidField`` when it can't be undone.
    public func end(_ id: GoodsRuleID, of shop: ShopID, _ command: Command) async throws {
        try command.identity.require(.goods, at: shop)
        let ending = Ending(market, id, shop, command)
        try await market.store.write { try ending.end(in: $0) }
    }

    /// Undoes what a preview did.
    private struct Tried: Error {
        let preview: Preview
    }

    /// A rule that is to end; a class, so that it is one thing to hand on.
    private final class Ending: Sendable {
        private let market: Marketplace
        private let id: GoodsRuleID
        private let shop: ShopID
        private let command: Command

        init(_ market: Marketplace, _ id: GoodsRuleID, _ shop: ShopID, _ command: Command) {
            self.market = market
            self.id = id
            self.shop = shop
            self.command = command
        }

        func end(in transaction: any Transaction) throws {
            _ = try transaction.once(command.key, fingerprint: command.fingerprint, at: market.source.now) {
                let rule = try Catalog.rule(id, in: transaction)
                guard rule.shop == shop else { throw NotFound("rule") }
                let shelf = try ActOnRules.Shelf(of: [rule], market, in: transaction)
                try ActOnRules(market).undo(rule, shelf, by: command.identity, in: transaction)
                guard try market.catalog.move(rule, to: .over, in: transaction) else { throw NotFound("rule") }
                try TrailNote(.goodsRuleEnded, of: id).keep(
                    in: market.shops, by: command.identity, at: shop, in: transaction)
                return true
            }
        }
    }

    /// A rule that is to be made; a class, so that it is one thing to hand on.
    private final class Work: Sendable {
        private let market: Marketplace
        private let wish: Wish
        private let shop: ShopID
        private let command: Command

        init(_ market: Marketplace, _ wish: Wish, _ shop: ShopID, _ command: Command) {
            self.market = market
            self.wish = wish
            self.shop = shop
            self.command = command
        }

        func set(in transaction: any Transaction) throws -> GoodsRule {
            let id = try transaction.once(command.key, fingerprint: command.fingerprint, at: market.source.now) {
                let rule = try rule(in: transaction)
                guard
                    try Catalog.rules(of: shop, limit: KeepRules.ruleLimit, in: transaction).count < KeepRules.ruleLimit
                else {
                    throw InvalidField(
                        "product", "has to wait: a shop keeps \(KeepRules.ruleLimit) rules.", zh: "规则数量已达上限。")
                }
                try market.catalog.add(rule, in: transaction)
                try TrailNote(.goodsRuleSet, of: rule.id, rule.changes).keep(
                    in: market.shops, by: command.identity, at: shop, in: transaction)
                return rule.id
            }
            return try Catalog.rule(id, in: transaction)
        }

        func preview(in transaction: any Transaction) throws -> Preview {
            let rule = try rule(in: transaction)
            let shelf = try ActOnRules.Shelf(of: [rule], market, countsAll: true, in: transaction)
            guard let product = shelf[rule] else { throw NotFound("product") }
            let available = shelf.available(rule)
            guard rule.condition.holds(available: available, at: market.source.now) else {
                return .waits(available: available)
            }
            do {
                guard try ActOnRules(market).act(rule, shelf, in: transaction) != nil else {
                    return .waits(available: available)
                }
            } catch let problem as InvalidField {
                return .refused(reason: problem.reason, chinese: problem.reasonChinese)
            }
            guard case .price(let price) = rule.effect else { return .unlists(available: available) }
            let now = product.variants.first { $0.id == rule.variant }?.price?.amount ?? price
            return .prices(from: now, to: price, available: available)
        }

        private func rule(in transaction: any Transaction) throws -> GoodsRule {
            let now = market.source.now
            let product = try Catalog.goods(wish.product, of: shop, at: now, in: transaction)
            if case .time(_, let until) = wish.condition, until <= now {
                throw InvalidField("endsAt", "must be in the future.", zh: "须晚于当前时间。")
            }
            var effect = GoodsRule.Effect.unlist
            if let amount = wish.amount {
                let variant = product.sold.first { $0.id == wish.variant }
                guard let price = variant?.price else {
                    throw InvalidField("variant", "must be one that is sold and has a price.", zh: "请选择有价格的在售规格。")
                }
                effect = .price(Money(amount, price.amount.currency))
            }
            return try GoodsRule(
                id: market.source.identifier(), of: product.id, wish.variant, at: shop, while: wish.condition, effect,
                by: command.identity.person)
        }
    }
}

extension GoodsRule {
    /// What it says, for the trail.
    fileprivate var changes: [TrailChange] {
        var found: [TrailChange] = []
        switch condition {
        case .stock(let atMost): found.append(TrailChange("atMost", was: nil, now: "\(atMost)"))
        case .time(let from, let until):
            found.append(TrailChange("startsAt", was: nil, now: from.rfc3339))
            found.append(TrailChange("endsAt", was: nil, now: until.rfc3339))
        }
        switch effect {
        case .price(let price): found.append(TrailChange("amount", was: nil, now: price.plain))
        case .unlist: found.append(TrailChange("status", was: nil, now: "unlisted"))
        }
        return found + [TrailChange("product", was: nil, now: "\(product)")]
    }
}
