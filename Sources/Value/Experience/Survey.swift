import Kernel
import Store

/// What an invitation asks about.
public enum Journey: String, Sendable, Codable, CaseIterable, SQLReadable {
    /// The marketplace as a whole; random people, buyers or not. Its score is the global NPS.
    case everything
    /// How an order came.
    case logistics
    /// What came.
    case goods
    /// How an after-sale case was handled.
    case service

    /// The question, from "not at all" (0) to "very" (10).
    public var question: Localized {
        switch self {
        case .everything:
            Localized(en: "How likely are you to recommend this marketplace to a friend?", zh: "你有多愿意把这个平台推荐给朋友？")
        case .logistics:
            Localized(
                en: "After this delivery, how likely are you to recommend this marketplace to a friend?",
                zh: "经过这次配送，你有多愿意把这个平台推荐给朋友？")
        case .goods:
            Localized(
                en: "Now that you have the goods, how likely are you to recommend this shop to a friend?",
                zh: "收到商品后，你有多愿意把这家店推荐给朋友？")
        case .service:
            Localized(
                en: "After this after-sale case, how likely are you to recommend this marketplace to a friend?",
                zh: "经过这次售后，你有多愿意把这个平台推荐给朋友？")
        }
    }

    /// What it is called.
    public var title: Localized {
        switch self {
        case .everything: Localized(en: "Everything (global NPS)", zh: "整体（全局 NPS）")
        case .logistics: Localized(en: "Logistics", zh: "物流")
        case .goods: Localized(en: "Goods", zh: "商品")
        case .service: Localized(en: "After-sale service", zh: "售后服务")
        }
    }

    /// Reasons to choose from.
    public var drivers: [SurveyDriver] {
        switch self {
        case .everything: [.feedInterest, .findingThings, .price, .trust, .advertising, .ease]
        case .logistics: [.speed, .packaging, .courier, .tracking, .dateKept]
        case .goods: [.quality, .asDescribed, .price, .selection]
        case .service: [.answerSpeed, .fairness, .politeness, .refundSpeed]
        }
    }
}

/// Why somebody gave a score.
public enum SurveyDriver: String, Sendable, Codable, CaseIterable {
    case feedInterest, findingThings, price, trust, advertising, ease
    case speed, packaging, courier, tracking, dateKept
    case quality, asDescribed, selection
    case answerSpeed, fairness, politeness, refundSpeed

    /// What it is called.
    public var title: Localized {
        switch self {
        case .feedInterest: Localized(en: "What the feed shows", zh: "推荐内容")
        case .findingThings: Localized(en: "Finding things", zh: "找商品")
        case .price: Localized(en: "Price", zh: "价格")
        case .trust: Localized(en: "Trust", zh: "可信度")
        case .advertising: Localized(en: "Advertising", zh: "广告")
        case .ease: Localized(en: "Ease of use", zh: "易用性")
        case .speed: Localized(en: "Speed", zh: "速度")
        case .packaging: Localized(en: "Packaging", zh: "包装")
        case .courier: Localized(en: "Courier", zh: "快递员")
        case .tracking: Localized(en: "Knowing where it is", zh: "物流跟踪")
        case .dateKept: Localized(en: "Promised date", zh: "按时送达")
        case .quality: Localized(en: "Quality", zh: "质量")
        case .asDescribed: Localized(en: "As described", zh: "与描述相符")
        case .selection: Localized(en: "Selection", zh: "选择")
        case .answerSpeed: Localized(en: "Speed of answers", zh: "响应速度")
        case .fairness: Localized(en: "Fairness", zh: "公平")
        case .politeness: Localized(en: "Politeness", zh: "态度")
        case .refundSpeed: Localized(en: "Speed of the refund", zh: "退款速度")
        }
    }
}

/// Where an invitation stands.
public enum InvitationState: String, Sendable, Codable, CaseIterable, SQLReadable {
    /// Waits for an answer until it expires.
    case open
    /// Answered, once and for all.
    case answered
    /// The person doesn't want to.
    case dismissed
}

/// An invitation to answer a survey.
public struct Invitation: Sendable, Hashable {
    /// The invitation.
    public let id: InvitationID
    /// What it asks about.
    public let journey: Journey
    /// Who is asked, and nobody else.
    public let person: PersonID
    /// The order that it is about; `nil` for ``Journey/everything``.
    public let order: OrderID?
    /// The order's shop.
    public let shop: ShopID?
    /// The probability, 0 < p ≤ 1, with which it was drawn.
    public let propensity: Double
    /// Where it stands.
    public let state: InvitationState
    /// When it was drawn.
    public let createdAt: Instant
    /// Until when it can be answered.
    public let expiresAt: Instant
    /// When the person saw it first.
    public let shownAt: Instant?
    /// 0…10.
    public let score: Int?
}

/// What somebody answers.
public struct SurveyAnswer: Sendable, Hashable {
    /// 0 (not at all likely) … 10 (very).
    public let score: Int
    /// Why, from ``Journey/drivers``.
    public let drivers: [SurveyDriver]
    /// Why, in own words; may be empty.
    public let reason: String

    /// An answer.
    ///
    /// - Throws: `InvalidField`.
    public init(score: Int, drivers: [SurveyDriver] = [], reason: String = "") throws {
        guard (0...10).contains(score) else { throw InvalidField("score", "must be 0–10.", zh: "须为 0–10。") }
        self.score = score
        self.drivers = SurveyDriver.allCases.filter(drivers.contains)
        self.reason = try ValidatedText(reason, field: "reason", length: 0...1_000).value
    }
}

/// How often people are asked.
public struct SurveyTerms: Sendable, Hashable {
    /// Basis points of all persons and visitors who are seen in a week that are asked about everything.
    public var everybodyShare = 500
    /// Basis points of received orders, and of each of logistics and goods, that are asked about; at most 5,000.
    public var orderShare = 1_500
    /// Basis points of ended after-sale cases that are asked about.
    public var caseShare = 5_000
    /// After an invitation, an answer or a dismissal nobody is asked again for so long, by whatever survey.
    public var rest = Duration.days(30)
    /// How long an invitation stays open. What happened longer ago isn't asked about.
    public var open = Duration.days(14)

    /// The defaults.
    public init() {}
}

/// What a survey refuses.
public enum SurveyProblem: Problem, Equatable {
    /// It was answered or dismissed already, or its time is over; nothing has changed.
    case ended

    public var details: ProblemDetails {
        ProblemDetails(
            .conflict, "survey-ended",
            "This question was answered or dismissed already, or its time is over. Thank you.",
            zh: "该问卷已作答、已关闭或已过期。谢谢。")
    }
}
