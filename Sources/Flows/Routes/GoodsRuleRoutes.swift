import Catalog
import HTTP
import Kernel

/// What should happen by itself: either `atMost`, or `startsAt` and `endsAt`; with `amount` a price, without the shelf.
struct GoodsRuleWishBody: Documented {
    let product: ProductID
    /// Whose price is set; for the shelf all variants are counted together.
    let variant: VariantID?
    /// While so many units or fewer can be sold.
    let atMost: Int64?
    /// From this time on.
    let startsAt: Instant?
    /// Until before this time.
    let endsAt: Instant?
    /// The price meanwhile, in minor units; absent to take the product off the shelf meanwhile.
    let amount: Int64?
    static let example = GoodsRuleWishBody(
        product: Identifier(rawValue: 1), variant: Identifier(rawValue: 2), atMost: 5,
        startsAt: Instant(milliseconds: 0), endsAt: Instant(milliseconds: 86_400_000), amount: 9_800)

    /// - Throws: ``InvalidField``.
    var wish: KeepRules.Wish {
        get throws {
            let condition: GoodsRule.Condition
            if let startsAt, let endsAt {
                condition = .time(from: startsAt, until: endsAt)
            } else if let atMost, startsAt == nil, endsAt == nil {
                condition = .stock(atMost: atMost)
            } else {
                throw InvalidField(
                    "atMost", "must be there, or both startsAt and endsAt.", zh: "须填写库存阈值，或同时填写开始与结束时间。")
            }
            return KeepRules.Wish(of: product, variant, while: condition, amount: amount)
        }
    }
}

/// A shop's rule about its goods.
struct GoodsRuleBody: Documented {
    let id: GoodsRuleID
    let product: ProductID
    let variant: VariantID?
    let atMost: Int64?
    let startsAt: Instant?
    let endsAt: Instant?
    /// The price that it sets; absent for the shelf.
    let price: Money?
    /// waiting, acting or over.
    let state: String
    /// The price that it has replaced.
    let before: Money?
    /// Why it could not act; absent when it could.
    let refusal: String?
    static let example = GoodsRuleBody(
        id: Identifier(rawValue: 40), product: Identifier(rawValue: 1), variant: Identifier(rawValue: 2), atMost: 5,
        startsAt: Instant(milliseconds: 0), endsAt: Instant(milliseconds: 86_400_000), price: Money(9_800, .cny),
        state: "acting", before: Money(8_800, .cny), refusal: "must stay above the deal or member price CNY 98.00")
}

/// What a rule would do now: `waits`, `unlists`, `prices` or `refused`.
struct GoodsRulePreviewBody: Documented {
    let outcome: String
    /// Units that can be sold of what the rule counts.
    let available: Int64?
    let from: Money?
    let to: Money?
    /// Why it would be refused.
    let reason: String?
    static let example = GoodsRulePreviewBody(
        outcome: "prices", available: 3, from: Money(8_800, .cny), to: Money(9_800, .cny), reason: "…")
}

extension MarketplaceAPI {
    func addGoodsRuleRoutes(to api: API) {
        api.route(
            .get, "/shops/{shop}/goods-rules", "listGoodsRules",
            "A shop's rules about its goods that are not over, the oldest first.", access: .person(.shops)
        ) { [market] call in
            let shop = try call.context.identifier("shop", "shop", as: ShopKind.self)
            let rules = try await KeepRules(market).rules(of: shop, by: try call.context.person())
            return Page(items: rules.map(GoodsRuleBody.init))
        }
        api.route(
            .post, "/shops/{shop}/goods-rules", "setGoodsRule",
            "Sets a rule: while little is left, or for a time, a price is another one or a product is off the shelf.",
            access: .person(.shops), body: GoodsRuleWishBody.self, status: .created
        ) { [market] call in
            let shop = try call.context.identifier("shop", "shop", as: ShopKind.self)
            try call.context.person().require(.goods, at: shop)
            return GoodsRuleBody(try await KeepRules(market).set(try call.body.wish, at: shop, try call.command))
        }
        api.route(
            .post, "/shops/{shop}/goods-rule-previews", "previewGoodsRule",
            "What a rule would do if it were set now; nothing is kept.", access: .person(.shops),
            body: GoodsRuleWishBody.self
        ) { [market] call in
            let shop = try call.context.identifier("shop", "shop", as: ShopKind.self)
            let identity = try call.context.person()
            try identity.require(.goods, at: shop)
            return GoodsRulePreviewBody(
                try await KeepRules(market).preview(try call.body.wish, at: shop, by: identity),
                in: call.context.language)
        }
        api.route(
            .delete, "/shops/{shop}/goods-rules/{rule}", "endGoodsRule",
            "Ends a rule and undoes what it did, unless somebody has changed that since.", access: .person(.shops)
        ) { [market] call in
            try await KeepRules(market).end(
                try call.context.identifier("rule", "rule"), of: try call.context.identifier("shop", "shop"),
                try call.command)
            return Nothing()
        }
    }
}

extension GoodsRuleBody {
    fileprivate init(_ rule: GoodsRule) {
        var (atMost, from, until): (Int64?, Instant?, Instant?) = (nil, nil, nil)
        switch rule.condition {
        case .stock(let units): atMost = units
        case .time(let start, let end): (from, until) = (start, end)
        }
        var price: Money?
        if case .price(let money) = rule.effect { price = money }
        self.init(
            id: rule.id, product: rule.product, variant: rule.variant, atMost: atMost, startsAt: from, endsAt: until,
            price: price, state: rule.state.rawValue, before: rule.before?.amount,
            refusal: rule.refusal.isEmpty ? nil : rule.refusal)
    }
}

extension GoodsRulePreviewBody {
    fileprivate init(_ preview: KeepRules.Preview, in language: Language) {
        switch preview {
        case .waits(let units): self.init(outcome: "waits", available: units, from: nil, to: nil, reason: nil)
        case .unlists(let units): self.init(outcome: "unlists", available: units, from: nil, to: nil, reason: nil)
        case .prices(let from, let to, let units):
            self.init(outcome: "prices", available: units, from: from, to: to, reason: nil)
        case .refused(let reason, let chinese):
            self.init(
                outcome: "refused", available: nil, from: nil, to: nil, reason: language == .zh ? chinese : reason)
        }
    }
}
