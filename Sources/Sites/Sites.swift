import Flows
import HTTP
import Hummingbird
import Kernel
import Payments

/// Pages for people. Every page works without script; modules under `/assets` add motion where a person expects it.
///
/// A page composes the faces of rooms for one audience and holds no rule of trade. Forms post with the hidden field
/// `form_token` and answer 303, so that a reload repeats nothing.
public struct Sites: Sendable {
    let frame: Frame

    /// - Parameters:
    ///   - market: the rooms that are shown.
    ///   - cookies: makes the cookies of sessions and languages.
    ///   - testProvider: its payment page is served when there is one.
    ///   - notice: a label on every page, such as "Demo marketplace: all goods, people and history are simulated".
    public init(market: Marketplace, cookies: IdentityMiddleware, testProvider: TestProvider?, notice: Localized?) {
        frame = Frame(market: market, cookies: cookies, testProvider: testProvider, notice: notice)
    }

    /// Adds every page and asset.
    public func addRoutes(to router: Router<Context>) {
        Asset.addRoutes(to: router)
        FeedPages(frame).addRoutes(to: router)
        ReactionForms(frame).addRoutes(to: router)
        VideoPages(frame).addRoutes(to: router)
        LivePages(frame).addRoutes(to: router)
        LiveDeskPages(frame).addRoutes(to: router)
        MallPages(frame).addRoutes(to: router)
        SearchPages(frame).addRoutes(to: router)
        ProductPages(frame).addRoutes(to: router)
        ShopPages(frame).addRoutes(to: router)
        CreatorPages(frame).addRoutes(to: router)
        CartPages(frame).addRoutes(to: router)
        CheckoutPages(frame).addRoutes(to: router)
        PaymentPages(frame).addRoutes(to: router)
        OrderPages(frame).addRoutes(to: router)
        SignInPages(frame).addRoutes(to: router)
        AccountPages(frame).addRoutes(to: router)
        PersonalDataPages(frame).addRoutes(to: router)
        ShopDeskPages(frame).addRoutes(to: router)
        StaffPages(frame).addRoutes(to: router)
        GoodsTablePages(frame).addRoutes(to: router)
        GoodsPages(frame).addRoutes(to: router)
        StockPages(frame).addRoutes(to: router)
        WarehousePages(frame).addRoutes(to: router)
        ParcelPages(frame).addRoutes(to: router)
        FlashLotPages(frame).addRoutes(to: router)
        RulePages(frame).addRoutes(to: router)
        DealPages(frame).addRoutes(to: router)
        FreightPages(frame).addRoutes(to: router)
        CouponPages(frame).addRoutes(to: router)
        CasePages(frame).addRoutes(to: router)
        MessagePages(frame).addRoutes(to: router)
        MoneyPages(frame).addRoutes(to: router)
        AlliancePages(frame).addRoutes(to: router)
        CommissionPages(frame).addRoutes(to: router)
        CommissionReviewPages(frame).addRoutes(to: router)
        OperatorPages(frame).addRoutes(to: router)
        DecisionPages(frame).addRoutes(to: router)
        ExperimentPages(frame).addRoutes(to: router)
        ValuePages(frame).addRoutes(to: router)
        SurveyPages(frame).addRoutes(to: router)
        ExperiencePages(frame).addRoutes(to: router)
        ScorePages(frame).addRoutes(to: router)
        NorthStarPages(frame).addRoutes(to: router)
        AllocationPages(frame).addRoutes(to: router)
        ReconciliationPages(frame).addRoutes(to: router)
        WebhookPages(frame).addRoutes(to: router)
    }

    /// Shows problems as pages; somebody who has to sign in is sent there and comes back.
    public var problemPage: ProblemMiddleware.Page {
        { [frame] details, request, context in
            try await ProblemPages(frame).page(details, request, context)
        }
    }
}
