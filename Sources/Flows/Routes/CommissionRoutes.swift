import Alliance
import Catalog
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Ledger

/// A commission in basis points.
struct CommissionRateBody: Documented {
    let rate: Int64
    static let example = CommissionRateBody(rate: 1_500)
}

/// A product's open commission plan.
struct CommissionPlanBody: Documented {
    let product: ProductID
    let version: Int64
    /// Basis points on what the shop asks.
    let rate: Int64
    let effectiveFrom: Instant
    static let example = CommissionPlanBody(
        product: Identifier(rawValue: 1), version: 2, rate: 1_500, effectiveFrom: Instant(milliseconds: 0))
}

/// Which product a creator recommends.
struct NewLinkBody: Documented {
    let product: ProductID
    static let example = NewLinkBody(product: Identifier(rawValue: 1))
}

/// A creator's link to a product.
struct PromotionLinkBody: Documented {
    let id: PromotionLinkID
    let product: ProductID
    static let example = PromotionLinkBody(id: Identifier(rawValue: 30), product: Identifier(rawValue: 1))
}

/// A commission explained to the line; amounts in minor units of the base's currency.
struct CommissionBody: Documented {
    let line: OrderLineID
    let product: ProductID
    let shop: ShopID
    /// estimated, held, confirmed, settled, returned, cancelled or voided.
    let state: String
    /// On what it is taken.
    let base: Money
    let rate: Int64
    let planVersion: Int64
    let commission: Int64
    let agencyShare: Int64
    let discounts: Int64
    /// What the creator gets: commission less agency's share less the creator's part of discounts.
    let net: Int64
    /// Every touch that was known at the sale, oldest first; the last within the window is credited.
    let touches: [TouchBody]
    /// Why it is, or was, held.
    let signals: [String]
    /// What an operator decided about a held one: released or voided.
    let decision: String?
    /// Why.
    let reason: String?
    let orderedAt: Instant
    let releaseAt: Instant?
    let settlement: SettlementID?
    static let example = CommissionBody(
        line: Identifier(rawValue: 12), product: Identifier(rawValue: 1), shop: Identifier(rawValue: 8),
        state: "confirmed", base: Money(9_800, .cny), rate: 1_500, planVersion: 2, commission: 1_470, agencyShare: 294,
        discounts: 0, net: 1_176, touches: [.example], signals: ["sameAddress"],
        decision: "released", reason: "A gift to the creator's neighbour", orderedAt: Instant(milliseconds: 0),
        releaseAt: Instant(milliseconds: 0), settlement: Identifier(rawValue: 31))
}

/// A creator brought the buyer to the product.
struct TouchBody: Documented {
    /// `link:…`, `slate:…` or `coupon:…` for the creator's own touches; of others the kind alone.
    let cause: String
    let at: Instant
    /// Whether this creator did it.
    let isOwn: Bool
    /// Whether it is the one that is credited.
    let isCredited: Bool
    static let example = TouchBody(
        cause: "link:lnk_…", at: Instant(milliseconds: 0), isOwn: true, isCredited: true)
}

extension MarketplaceAPI {
    func addCommissionRoutes(to api: API) {
        api.route(
            .get, "/products/{product}/commission-plans", "listCommissionPlans",
            "Every version of a product's open commission plan, oldest first.", access: .anyone
        ) { [market] call in
            let product = try call.context.identifier("product", "product", as: ProductKind.self)
            return Page(items: try await market.alliance.plans(of: product).map(CommissionPlanBody.init))
        }
        api.route(
            .put, "/products/{product}/commission-plan", "setCommissionPlan",
            "Sets a product's open commission: more holds at once, less from the next day.", access: .person(.shops),
            body: CommissionRateBody.self
        ) { [market] call in
            let product = try call.context.identifier("product", "product", as: ProductKind.self)
            return CommissionPlanBody(
                try await SetCommission(market)(BasisPoints(call.body.rate), of: product, try call.command))
        }
        api.route(
            .post, "/me/promotion-links", "makePromotionLink", "The caller's link to a product; there is one.",
            access: .role([.creator], .content), body: NewLinkBody.self
        ) { [market] call in
            guard try await market.catalog.product(call.body.product) != nil else { throw NotFound("product") }
            let creator = try call.person
            let link = try await market.store.write {
                try market.alliance.link(of: creator, to: call.body.product, in: $0)
            }
            return PromotionLinkBody(id: link.id, product: link.product)
        }
        api.route(
            .post, "/promotion-links/{link}/visits", "followPromotionLink",
            "Somebody followed a link; its creator is credited with what they order soon.", access: .visitor
        ) { [market] call in
            let (id, person): (PromotionLinkID, PersonID) = (
                try call.context.identifier("link", "promotion link"), try call.person
            )
            let link = try await market.store.write { try market.alliance.follow(id, by: person, in: $0) }
            return PromotionLinkBody(id: link.id, product: link.product)
        }
    }
}

extension CommissionPlanBody {
    init(_ plan: CommissionPlan) {
        self.init(
            product: plan.product, version: plan.version, rate: plan.rate.value, effectiveFrom: plan.effectiveFrom)
    }
}

extension CommissionBody {
    init(_ explained: ExplainedCommission) {
        let line = explained.line
        self.init(
            line: line.line, product: line.product, shop: line.shop, state: explained.state.rawValue, base: line.base,
            rate: line.rate.value, planVersion: line.planVersion, commission: explained.commission,
            agencyShare: explained.agency, discounts: explained.discounts, net: explained.net,
            touches: explained.touches.map(TouchBody.init), signals: line.signals.map(\.rawValue),
            decision: line.decision?.rawValue, reason: line.reason.isEmpty ? nil : line.reason,
            orderedAt: line.createdAt, releaseAt: explained.releaseAt,
            settlement: explained.settlement)
    }
}

extension TouchBody {
    fileprivate init(_ touch: ExplainedCommission.Touch) {
        self.init(cause: touch.cause, at: touch.at, isOwn: touch.isOwn, isCredited: touch.isCredited)
    }
}
