import Alliance
import HTTP
import Kernel

/// A plan that any creator may promote.
struct OpenPlanBody: Documented {
    let plan: CommissionPlanBody
    let title: String
    let shop: ShopID
    /// The lowest price now.
    let price: Money?
    /// What a unit at that price pays, the agency's part in it, in minor units.
    let commission: Int64?
    /// The caller's link, once it is made.
    let link: PromotionLinkID?
    static let example = OpenPlanBody(
        plan: .example, title: "Green tea", shop: Identifier(rawValue: 8), price: Money(9_800, .cny),
        commission: 1_470, link: Identifier(rawValue: 30))
}

/// A shop's plan for a product: what holds and what will.
struct ShopPlanBody: Documented {
    let product: ProductID
    let current: CommissionPlanBody?
    let coming: CommissionPlanBody?
    static let example = ShopPlanBody(product: Identifier(rawValue: 1), current: .example, coming: .example)
}

/// What one unit pays to whom if it is sold now, in minor units of the price's currency.
struct CommissionPreviewBody: Documented {
    let variant: VariantID
    /// What the shop asks, before coupons, delivery and tax.
    let price: Money
    let fee: Int64
    let commission: Int64
    /// What is left for the shop.
    let shop: Int64
    static let example = CommissionPreviewBody(
        variant: Identifier(rawValue: 2), price: Money(9_800, .cny), fee: 196, commission: 1_470, shop: 8_134)
}

extension MarketplaceAPI {
    /// Open plans: for creators to choose from, for shops to set.
    func addOpenPlanRoutes(to api: API) {
        api.route(
            .get, "/open-commission-plans", "listOpenCommissionPlans",
            "Plans that any creator may promote now, those that began last first.",
            access: .role([.creator], .content),
            query: [QueryParameter("cursor", "what `next` of the page before said")]
        ) { [market] call in
            let page = try await OfferPlans(market).open(
                to: try call.person, after: try call.request.cursor(), limit: 50)
            let language = call.context.language
            let items = page.offers.map { OpenPlanBody($0, title: $0.card.title.text(in: language)) }
            return Page(items: items, next: page.next?.description)
        }
        api.route(
            .get, "/shops/{shop}/commission-plans", "listShopCommissionPlans",
            "A shop's commission plans by product: what holds and what will.", access: .person(.shops),
            query: [QueryParameter("cursor", "what `next` of the page before said")]
        ) { [market] call in
            let shop = try call.context.identifier("shop", "shop", as: ShopKind.self)
            let plans = try await OfferPlans(market).plans(
                of: shop, after: try call.request.cursor(), limit: 50, by: try call.context.person())
            return Page(
                items: plans.map(ShopPlanBody.init), next: plans.count == 50 ? plans.last?.product.description : nil)
        }
        api.route(
            .get, "/shops/{shop}/products/{product}/commission-preview", "previewCommission",
            "What one unit of each variant would pay to whom at a rate.", access: .person(.shops),
            query: [QueryParameter("rate", "basis points on what the shop asks", .integer(0...8_000))]
        ) { [market] call in
            let rate = try call.request.query("rate", in: 0...8_000, default: 0)
            let previews = try await OfferPlans(market).preview(
                BasisPoints(Int64(rate)), of: try call.context.identifier("product", "product"),
                at: try call.context.identifier("shop", "shop"), by: try call.context.person())
            return Page(items: previews.map(CommissionPreviewBody.init))
        }
    }
}

extension OpenPlanBody {
    fileprivate init(_ offer: OfferPlans.Offer, title: String) {
        self.init(
            plan: CommissionPlanBody(offer.plan), title: title, shop: offer.card.shop, price: offer.card.price?.amount,
            commission: offer.commission?.amount, link: offer.link)
    }
}

extension ShopPlanBody {
    fileprivate init(_ plan: OfferPlans.ShopPlan) {
        self.init(
            product: plan.product, current: plan.current.map(CommissionPlanBody.init),
            coming: plan.coming.map(CommissionPlanBody.init))
    }
}

extension CommissionPreviewBody {
    fileprivate init(_ preview: OfferPlans.Preview) {
        self.init(
            variant: preview.variant, price: preview.price, fee: preview.fee, commission: preview.commission,
            shop: preview.shop)
    }
}
