import Inference
import Kernel
import Store

/// The metrics that are really measured. Each is a person's total since the first exposure.
public enum MetricName: String, Sendable, Codable, CaseIterable, SQLReadable {
    case buyers
    case paidOrders = "paid_orders"
    case paidValue = "paid_value"
    case refunds
    case refundedValue = "refunded_value"
    case finishedVideos = "finished_videos"
    case notInterested = "not_interested"
    case reports
}

/// What a metric means.
public struct Metric: Sendable, Hashable {
    /// How amounts become a person's total.
    public enum Kind: String, Sendable, Codable {
        /// Amounts add up.
        case sum
        /// 1 once anything happened, else 0.
        case ever
    }

    /// Its name.
    public let name: MetricName
    /// How amounts become a total.
    public let kind: Kind
    /// Whether more of it is good.
    public let isGood: Bool
    /// Whether it tells how people fare, so that every experiment watches it.
    public let isExperience: Bool
    /// Who answers for the definition.
    public let owner: String
    /// What it is called.
    public let title: Localized
    /// What is counted.
    public let unit: Localized
    /// The exact definition.
    public let definition: Localized

    /// Every metric, in the order in which results show them.
    public static let all = MetricName.allCases.map(Metric.init)

    /// The metric of a name.
    public init(_ name: MetricName) {
        self.name = name
        switch name {
        case .buyers:
            (kind, isGood, isExperience, owner) = (.ever, true, false, "Trade")
            title = Localized(en: "People who bought", zh: "购买人数")
            unit = Localized(en: "people", zh: "人")
            definition = Localized(en: "1 once an order of theirs was paid, else 0", zh: "有过已支付订单为 1，否则为 0")
        case .paidOrders:
            (kind, isGood, isExperience, owner) = (.sum, true, false, "Trade")
            title = Localized(en: "Paid orders", zh: "支付订单数")
            unit = Localized(en: "orders", zh: "单")
            definition = Localized(en: "Orders paid, each once", zh: "已支付的订单，每单计一次")
        case .paidValue:
            (kind, isGood, isExperience, owner) = (.sum, true, false, "Trade")
            title = Localized(en: "Paid value", zh: "支付金额")
            unit = Localized(en: "minor units", zh: "最小货币单位")
            definition = Localized(en: "Sum of the lines of paid orders", zh: "已支付订单各行金额之和")
        case .refunds:
            (kind, isGood, isExperience, owner) = (.sum, false, true, "Trade")
            title = Localized(en: "Refunds", zh: "退款次数")
            unit = Localized(en: "refunds", zh: "次")
            definition = Localized(en: "Refunds that reached the buyer", zh: "已到账的退款")
        case .refundedValue:
            (kind, isGood, isExperience, owner) = (.sum, false, false, "Trade")
            title = Localized(en: "Refunded value", zh: "退款金额")
            unit = Localized(en: "minor units", zh: "最小货币单位")
            definition = Localized(en: "Money of refunds that reached the buyer", zh: "已到账退款的金额")
        case .finishedVideos:
            (kind, isGood, isExperience, owner) = (.sum, true, false, "Content")
            title = Localized(en: "Finished videos", zh: "完播数")
            unit = Localized(en: "videos", zh: "个")
            definition = Localized(en: "Videos watched to the end, each once a slate", zh: "看完的视频，同一次推荐内每个计一次")
        case .notInterested:
            (kind, isGood, isExperience, owner) = (.sum, false, true, "Feed")
            title = Localized(en: "“Not interested” taps", zh: "“不感兴趣”次数")
            unit = Localized(en: "taps", zh: "次")
            definition = Localized(en: "Taps on “not interested”, each item once a slate", zh: "点“不感兴趣”的次数，同一次推荐内每项计一次")
        case .reports:
            (kind, isGood, isExperience, owner) = (.sum, false, true, "Feed")
            title = Localized(en: "Reports", zh: "举报次数")
            unit = Localized(en: "reports", zh: "次")
            definition = Localized(en: "Reports, each item once a slate", zh: "举报的次数，同一次推荐内每项计一次")
        }
    }
}

// As a member name, so that totals and cells are kept as objects.
extension MetricName: CodingKeyRepresentable {}
