import Experience
import HTTP
import Hummingbird
import Inference
import Kernel

/// A part of a shop's score, 0…100.
struct PartScoreBody: Documented {
    let part: ScorePart
    /// Orders that have a say.
    let orders: Int
    let score: Double
    /// What the shop's orders came to, as it is; absent without orders.
    let plain: Double?
    /// What orders of the same categories come to.
    let expected: Double
    /// What orders of the whole marketplace come to.
    let average: Double
    static let example = PartScoreBody(
        part: .logistics, orders: 214, score: 94.1, plain: 91.2, expected: 88.4, average: 91.5)
}

/// The experience score of a shop over the last 90 days.
struct ShopScoreBody: Documented {
    let shop: ShopID
    /// 0…100; absent below 20 orders: not enough orders yet.
    let score: Double?
    /// What an average shop has.
    let average: Double
    let orders: Int
    /// Goods weigh 40 %, logistics and service 30 % each.
    let parts: [PartScoreBody]
    /// Would buyers recommend the shop? Points, with the adjusted Wald interval; absent without answers.
    let nps: Double?
    let npsLower: Double?
    let npsUpper: Double?
    let answers: Int
    static let example = ShopScoreBody(
        shop: Identifier(rawValue: 1), score: 93.2, average: 91.8, orders: 214, parts: [.example], nps: 42,
        npsLower: 11, npsUpper: 66, answers: 19)
}

/// An order in a shop's score.
struct OrderInfluenceBody: Documented {
    let order: OrderID
    let paidAt: Instant
    /// By how much it moved the score.
    let effect: Double
    let reasons: [ScoreReason]
    let appeal: AppealState?
    let isLeftOut: Bool
    static let example = OrderInfluenceBody(
        order: Identifier(rawValue: 3), paidAt: Instant(milliseconds: 0), effect: -0.21, reasons: [.shippedLate],
        appeal: .open, isLeftOut: false)
}

/// What a shop has against an order's counting.
struct AppealBody: Documented {
    let order: OrderID
    let shop: ShopID
    let state: AppealState
    let reason: String
    let createdAt: Instant
    /// What the operator says to it.
    let note: String
    static let example = AppealBody(
        order: Identifier(rawValue: 3), shop: Identifier(rawValue: 1), state: .accepted,
        reason: "The carrier's hub was closed by a storm", createdAt: Instant(milliseconds: 0), note: "Confirmed")
}

/// An appeal to be made.
struct NewAppealBody: Documented {
    let order: OrderID
    let reason: String
    static let example = NewAppealBody(
        order: Identifier(rawValue: 3), reason: "The carrier's hub was closed by a storm")
}

/// An answer to an appeal.
struct AppealDecisionBody: Documented {
    let accepts: Bool
    let note: String
    static let example = AppealDecisionBody(accepts: true, note: "Confirmed by the carrier")
}

extension MarketplaceAPI {
    func addScoreRoutes(to api: API) {
        api.route(
            .get, "/shops/{shop}/score", "readShopScore", "The experience score of a shop over the last 90 days.",
            access: .anyone
        ) { [market] call in ShopScoreBody(try await KeepScores(market).score(of: try call.scoredShop)) }
        api.route(
            .get, "/shops/{shop}/score/orders", "listScoreOrders",
            "The orders that moved the score most, those that lowered it first.", access: .person(.shops)
        ) { [market] call in
            let found = try await KeepScores(market).influences(
                on: try call.scoredShop, for: try call.context.person(), limit: 200)
            return Page(items: found.map(OrderInfluenceBody.init))
        }
        api.route(
            .get, "/shops/{shop}/score/appeals", "listScoreAppeals", "A shop's appeals, newest first.",
            access: .person(.shops)
        ) { [market] call in
            let found = try await KeepScores(market).appeals(of: try call.scoredShop, for: try call.context.person())
            return Page(items: found.map(AppealBody.init))
        }
        api.route(
            .post, "/shops/{shop}/score/appeals", "appealScore",
            "Says what the shop has against an order's counting; once an order.", access: .person(.shops),
            body: NewAppealBody.self
        ) { [market] call in
            let body = call.body
            try await KeepScores(market).appeal(
                body.order, of: try call.scoredShop, reason: body.reason, try call.command)
            return Nothing()
        }
        let access = Access.role([.operator], .operate)
        api.route(
            .get, "/score-appeals", "listWaitingAppeals", "Appeals that wait for an answer, the longest first.",
            access: access
        ) { [market] call in
            Page(items: try await KeepScores(market).waiting(for: try call.context.person()).map(AppealBody.init))
        }
        api.route(
            .post, "/score-appeals/{order}/decision", "decideAppeal",
            "Accepts an appeal, which takes the order out of the score, or refuses it.", access: access,
            body: AppealDecisionBody.self
        ) { [market] call in
            let id = try call.context.identifier("order", "appeal", as: OrderKind.self)
            try await KeepScores(market).decide(
                id, accepts: call.body.accepts, note: call.body.note, try call.command)
            return Nothing()
        }
    }
}

extension Call {
    fileprivate var scoredShop: ShopID {
        get throws { try context.identifier("shop", "shop", as: ShopKind.self) }
    }
}

extension ShopScoreBody {
    init(_ score: ShopScore) {
        let interval = score.recommendationInterval
        self.init(
            shop: score.shop, score: score.total, average: score.average, orders: score.orders,
            parts: score.parts.map {
                PartScoreBody(
                    part: $0.part, orders: Int($0.orders), score: $0.score, plain: $0.plain, expected: $0.expected,
                    average: $0.average)
            }, nps: interval == nil ? nil : score.recommendation.score, npsLower: interval?.lower,
            npsUpper: interval?.upper, answers: score.recommendation.count)
    }
}

extension OrderInfluenceBody {
    init(_ influence: OrderInfluence) {
        self.init(
            order: influence.order, paidAt: influence.paidAt, effect: influence.effect, reasons: influence.reasons,
            appeal: influence.appeal, isLeftOut: influence.isLeftOut)
    }
}

extension AppealBody {
    init(_ appeal: ScoreAppeal) {
        self.init(
            order: appeal.order, shop: appeal.shop, state: appeal.state, reason: appeal.reason,
            createdAt: appeal.createdAt, note: appeal.note)
    }
}
