import HTTP
import HTTPTypes
import Hummingbird
import Kernel

/// Shorter than the library's full name, which is written often.
typealias HTTPMethod = HTTPRequest.Method

/// The JSON API below `/api/v1`: every route of every room and flow, with its document.
public struct MarketplaceAPI: Sendable {
    let market: Marketplace
    let cards: PresentCards
    let writes: RateLimiter
    /// Each new account costs a slow hash; a family behind one address still gets through.
    let newAccounts: RateLimiter

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) {
        self.market = market
        cards = PresentCards(market)
        writes = RateLimiter(capacity: 20, every: .seconds(3), source: market.source)
        newAccounts = RateLimiter(capacity: 20, every: .seconds(6), source: market.source)
    }

    /// Adds every route and the document that describes them, `/api/v1/openapi.json`.
    ///
    /// - Returns: the described routes, in order.
    @discardableResult
    public func addRoutes(to router: Router<Context>, cookies: IdentityMiddleware) throws -> [RouteDescription] {
        let api = API(router: router)
        addSignInRoutes(to: api, cookies: cookies)
        market.people.addRoutes(to: api)
        addPersonalDataRoutes(to: api, cookies: cookies)
        addFeedRoutes(to: api)
        addCentreRoutes(to: api)
        addCartRoutes(to: api)
        addOrderRoutes(to: api)
        addQuoteRoutes(to: api)
        addFlashLotRoutes(to: api)
        addGoodsRoutes(to: api)
        addPictureRoutes(to: api)
        addGoodsTableRoutes(to: api)
        addGoodsRuleRoutes(to: api)
        addStaffRoutes(to: api)
        addStockRoutes(to: api)
        addWarehouseRoutes(to: api)
        addParcelRoutes(to: api)
        addMessageRoutes(to: api)
        addPricingRoutes(to: api)
        addMembershipRoutes(to: api)
        addLiveRoutes(to: api)
        addLiveHostRoutes(to: api)
        addCouponRoutes(to: api)
        addAfterSaleRoutes(to: api)
        addMoneyRoutes(to: api)
        addReconciliationRoutes(to: api)
        addShopWebhookRoutes(to: api)
        addCommissionRoutes(to: api)
        addCommissionLists(to: api)
        addOpenPlanRoutes(to: api)
        addDecisionRoutes(to: api)
        addExperimentRoutes(to: api)
        addValueRoutes(to: api)
        addSurveyRoutes(to: api)
        addScoreRoutes(to: api)
        addNorthStarRoutes(to: api)
        addAllocationRoutes(to: api)
        addPriceRoutes(to: api)
        addWebhookRoute(to: router)
        let document = ByteBuffer(bytes: try OpenAPIDocument(routes: api.routes).json())
        router.get("\(API.root)/openapi.json") { _, _ in
            Response(status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: document))
        }
        return api.routes
    }
}
