import Kernel

/// A part of the experience score of a shop.
public enum ScorePart: String, Sendable, Codable, CaseIterable {
    /// Did people get what they were promised?
    case goods
    /// Was it on its way in time?
    case logistics
    /// When something was wrong, was it put right?
    case service

    /// What it weighs in the whole.
    public var weight: Double {
        switch self {
        case .goods: 0.4
        case .logistics, .service: 0.3
        }
    }

    /// What it is called.
    public var title: Localized {
        switch self {
        case .goods: Localized(en: "Goods", zh: "商品")
        case .logistics: Localized(en: "Logistics", zh: "物流")
        case .service: Localized(en: "Service", zh: "服务")
        }
    }
}

/// All that is known of an order for the score of its shop, and the points that follow. Pure.
///
/// Points are thousandths: what the facts say, and where the buyer has answered, the middle between that and the answer.
struct ScoredOrder: Sendable, Hashable {
    let order: OrderID
    var shop: ShopID?
    var category: CategoryID?
    var paidAt: Instant?
    var shippedAt: Instant?
    var completedAt: Instant?
    var cancelledAt: Instant?
    /// Ended cases about what came in which the buyer got something.
    var qualityCases: Int64 = 0
    /// Cases that the platform was called into.
    var disputedCases: Int64 = 0
    /// Ended cases.
    var endedCases: Int64 = 0
    /// 0…10, if the buyer answered.
    var asked: [ScorePart: Int64] = [:]
    /// Whether an appeal was accepted.
    var isLeftOut = false

    init(_ order: OrderID) { self.order = order }

    /// The day of payment, in days since 1970; `nil` before it was paid, when nothing counts.
    var day: Int64? { paidAt.map { $0.milliseconds / 86_400_000 } }

    /// Thousandths of a part; `nil` where the order has no say.
    func points(_ part: ScorePart) -> Int64? {
        guard !isLeftOut, shop != nil, let fact = fact(part) else { return nil }
        return asked[part].map { (fact + $0 * 100) / 2 } ?? fact
    }

    private func fact(_ part: ScorePart) -> Int64? {
        guard let paidAt else { return nil }
        switch part {
        case .goods: return completedAt == nil ? nil : qualityCases > 0 ? 0 : 1_000
        case .service: return endedCases == 0 ? nil : disputedCases > 0 ? 0 : 1_000
        case .logistics:
            let limit = paidAt + .shippingTime
            if let shippedAt { return shippedAt <= limit ? 1_000 : 0 }
            // Cancelling what should have left long ago doesn't make it forgotten.
            if let cancelledAt, cancelledAt > limit { return 0 }
            return nil
        }
    }

    /// Applies a step; applying it twice, or in another order, comes to the same.
    mutating func apply(_ step: SurveyEvent.OrderStep, category: CategoryID?) {
        shop = step.shop
        if self.category == nil { self.category = category }
        func first(_ known: Instant?) -> Instant { known.map { min($0, step.time) } ?? step.time }
        switch step.state {
        case "paid": paidAt = first(paidAt)
        case "shipped": shippedAt = first(shippedAt)
        case "completed": completedAt = first(completedAt)
        case "cancelled": cancelledAt = first(cancelledAt)
        default: break
        }
    }
}
