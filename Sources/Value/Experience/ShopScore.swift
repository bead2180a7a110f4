import Inference
import Kernel

/// Orders and points of some part: what a mean is made of.
public struct ScoreSum: Sendable, Hashable {
    /// Orders that have a say.
    public var orders: Int64
    /// Their points in thousandths.
    public var points: Int64

    /// A sum.
    public init(orders: Int64 = 0, points: Int64 = 0) { (self.orders, self.points) = (orders, points) }

    /// Points for an order, 0…1; `nil` without orders.
    public var mean: Double? { orders > 0 ? Double(points) / Double(orders) / 1_000 : nil }

    static func += (left: inout ScoreSum, right: ScoreSum) {
        left.orders += right.orders
        left.points += right.points
    }
}

/// What a shop's orders of one category came to, and what all shops' orders of that category came to.
public struct ScoreShare: Sendable, Hashable {
    /// The shop's.
    public let own: ScoreSum
    /// Everybody's in the category.
    public let category: ScoreSum

    /// A share.
    public init(own: ScoreSum, category: ScoreSum) { (self.own, self.category) = (own, category) }
}

/// One part of a shop's score.
public struct PartScore: Sendable, Hashable {
    /// The part.
    public let part: ScorePart
    /// The shop's orders that have a say.
    public let orders: Int64
    /// What they came to, 0…100, as it is.
    public let plain: Double?
    /// What orders of the same categories come to at other shops and this one, 0…100.
    public let expected: Double
    /// What orders come to on the whole marketplace, 0…100.
    public let average: Double
    /// The score, 0…100: the marketplace's average, moved by how the shop differs from its categories, that difference
    /// shrunk by how few its orders are.
    public let score: Double

    /// Orders of an average shop that are added, so that a handful doesn't decide.
    static let prior = 20.0

    private let shares: [String: ScoreShare]
    private let everything: ScoreSum

    /// - Parameters:
    ///   - shares: by category.
    ///   - everything: all shops and categories.
    init(_ part: ScorePart, shares: [String: ScoreShare], everything: ScoreSum) {
        (self.part, self.shares, self.everything) = (part, shares, everything)
        let mean = everything.mean ?? 1
        var (own, expected) = (ScoreSum(), 0.0)
        // In a fixed order, so that the same facts come to the same last bit.
        for (_, share) in shares.sorted(by: { $0.key < $1.key }) {
            own += share.own
            // A category with few orders is drawn to the marketplace's average likewise.
            let among =
                (Double(share.category.points) / 1_000 + Self.prior * mean)
                / (Double(share.category.orders) + Self.prior)
            expected += among * Double(share.own.orders)
        }
        orders = own.orders
        plain = own.mean.map { $0 * 100 }
        average = mean * 100
        self.expected = own.orders > 0 ? 100 * expected / Double(own.orders) : average
        let surplus = Double(own.points) / 1_000 - expected
        score = min(100, max(0, 100 * (mean + surplus / (Double(own.orders) + Self.prior))))
    }

    /// By how much the score would be another without one order, in points: what the order moved it by. Everything is
    /// reckoned without it, its category and the marketplace too, so an accepted appeal moves the score by just this.
    ///
    /// - Parameter points: thousandths of the order; `nil` when it has no say.
    func effect(of points: Int64?, in category: String) -> Double {
        guard let points, let share = shares[category] else { return 0 }
        func less(_ sum: ScoreSum) -> ScoreSum { ScoreSum(orders: sum.orders - 1, points: sum.points - points) }
        var others = shares
        others[category] = ScoreShare(own: less(share.own), category: less(share.category))
        return score - PartScore(part, shares: others, everything: less(everything)).score
    }
}

/// The experience score of a shop over the last 90 days. Pure.
public struct ShopScore: Sendable, Hashable {
    /// Paid orders below which nothing is said.
    public static let leastOrders = 20
    /// Days that count.
    public static let window: Int64 = 90

    /// The shop.
    public let shop: ShopID
    /// Paid orders that have a say in anything.
    public let orders: Int
    /// Goods, logistics, service.
    public let parts: [PartScore]
    /// What buyers answered about the shop's orders.
    public let recommendation: NetPromoterScore

    /// Whether there are enough orders to say something.
    public var isKnown: Bool { orders >= Self.leastOrders }
    /// 0…100; `nil` when there are not enough orders yet.
    public var total: Double? { isKnown ? parts.reduce(0) { $0 + $1.score * $1.part.weight } : nil }
    /// What an average shop has.
    public var average: Double { parts.reduce(0) { $0 + $1.average * $1.part.weight } }
    /// The adjusted Wald interval of the recommendation in points, which holds for small shops; `nil` without answers.
    public var recommendationInterval: Interval? { recommendation.count > 0 ? recommendation.interval() : nil }

    /// A score.
    init(shop: ShopID, orders: Int, parts: [PartScore], recommendation: NetPromoterScore) {
        (self.shop, self.orders, self.parts, self.recommendation) = (shop, orders, parts, recommendation)
    }
}

/// One order in a shop's score, and what it did to it.
public struct OrderInfluence: Sendable, Hashable {
    /// The order.
    public let order: OrderID
    /// When it was paid.
    public let paidAt: Instant
    /// Thousandths by part; absent where it has no say.
    public let points: [ScorePart: Int64]
    /// By how much it moved the whole score, in points of 100.
    public let effect: Double
    /// Why it has the points that it has.
    public let reasons: [ScoreReason]
    /// What the shop has against it, if anything.
    public let appeal: AppealState?
    /// Whether it doesn't count because an appeal was accepted.
    public let isLeftOut: Bool
}

/// Why an order has points or lacks them.
public enum ScoreReason: String, Sendable, Codable, CaseIterable {
    case shippedInTime, shippedLate, cancelledLate, arrivedAsPromised, qualityRefund, caseSettled, caseDisputed,
        answered

    /// In words.
    public var title: Localized {
        switch self {
        case .shippedInTime: Localized(en: "shipped within 48 hours", zh: "48 小时内发货")
        case .shippedLate: Localized(en: "shipped after 48 hours", zh: "超过 48 小时发货")
        case .cancelledLate: Localized(en: "cancelled unshipped after 48 hours", zh: "超过 48 小时未发货而取消")
        case .arrivedAsPromised: Localized(en: "nothing wrong with the goods", zh: "商品无质量问题")
        case .qualityRefund: Localized(en: "refunded or exchanged for the goods", zh: "因商品问题退款或换货")
        case .caseSettled: Localized(en: "case settled without the platform", zh: "售后自行解决")
        case .caseDisputed: Localized(en: "platform was called in", zh: "平台介入")
        case .answered: Localized(en: "the buyer answered a survey", zh: "买家填写了问卷")
        }
    }
}

/// Where an appeal stands.
public enum AppealState: String, Sendable, Codable, CaseIterable {
    case open, accepted, refused
}

/// What a shop has against an order's counting.
public struct ScoreAppeal: Sendable, Hashable {
    /// The order.
    public let order: OrderID
    /// The shop.
    public let shop: ShopID
    /// Where it stands.
    public let state: AppealState
    /// Why, in the shop's words.
    public let reason: String
    /// When.
    public let createdAt: Instant
    /// What the operator says to it.
    public let note: String
    /// When it was decided.
    public let decidedAt: Instant?
}

/// What an appeal refuses.
public enum AppealProblem: Problem, Equatable {
    /// There was one about this order already; an order is appealed once.
    case appealedAlready
    /// It was decided already.
    case decidedAlready

    public var details: ProblemDetails {
        switch self {
        case .appealedAlready:
            ProblemDetails(
                .conflict, "appealed-already", "This order was appealed already; look there for the answer.",
                zh: "该订单已申诉，请查看处理结果。")
        case .decidedAlready:
            ProblemDetails(
                .conflict, "appeal-decided", "This appeal was decided already.", zh: "该申诉已处理。")
        }
    }
}
