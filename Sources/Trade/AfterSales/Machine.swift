import Kernel
import Store

/// What a buyer wants.
public enum AfterSaleKind: String, Sendable, Codable, CaseIterable, SQLReadable {
    /// Money back, and the goods stay where they are.
    case refund
    /// Goods back, then money back.
    case `return`
    /// Goods back, then the same goods again.
    case exchange
    /// The difference to a lower price.
    case priceProtection
}

/// Where a case stands.
public enum AfterSaleState: String, Sendable, Codable, CaseIterable, SQLReadable {
    /// The shop has to answer.
    case requested
    /// The shop said no; the buyer can dispute it.
    case rejected
    /// The buyer has to send the goods.
    case awaitingReturn
    /// The goods are on their way; the shop has to look at them.
    case returning
    /// The platform has to decide.
    case disputed
    /// Money is on its way back.
    case refunding
    /// The shop has to send goods again.
    case replacing
    /// Goods are on their way again.
    case replacementShipped
    /// The buyer has what was promised.
    case completed
    /// It ended without anything going back.
    case closed

    /// Whether it can still change.
    public var isOpen: Bool { self != .completed && self != .closed }
}

/// What happens to a case.
public enum AfterSaleEvent: String, Sendable, Codable, CaseIterable, SQLReadable {
    /// The shop agrees, or says nothing in time.
    case approve
    /// The shop says no.
    case reject
    /// The buyer doesn't want it any more, or lets the time pass.
    case withdraw
    /// The buyer hands the goods to a carrier.
    case sendBack
    /// The goods are as they should be, or the shop says nothing in time.
    case passInspection
    /// The goods are not as they should be.
    case failInspection
    /// Goods to send again are not there any more.
    case runOut
    /// The buyer asks the platform.
    case dispute
    /// The platform decides for the buyer.
    case decideForBuyer
    /// The platform decides for the shop.
    case decideForShop
    /// The shop sends goods again.
    case shipReplacement
    /// The buyer has them, or says nothing in time.
    case receiveReplacement
    /// The provider says that the buyer has the money.
    case confirmRefund
}

/// The state machine of after-sale cases. Pure, and apart from the order's.
public enum AfterSaleMachine {
    /// Every legal transition whatever the kind of case; the documentation's drawing is made from this.
    public static let transitions: [(from: AfterSaleState, event: AfterSaleEvent, to: AfterSaleState)] =
        AfterSaleState.allCases.flatMap { state in
            AfterSaleEvent.allCases.flatMap { event in
                Set(AfterSaleKind.allCases.compactMap { next(state, event, kind: $0) })
                    .sorted { $0.rawValue < $1.rawValue }.map { (state, event, $0) }
            }
        }

    /// Where an event leads, or `nil` when it can't happen.
    public static func next(
        _ state: AfterSaleState, _ event: AfterSaleEvent, kind: AfterSaleKind
    ) -> AfterSaleState? {
        let bringsGoods = kind == .return || kind == .exchange
        switch (state, event) {
        case (.requested, .approve): return bringsGoods ? .awaitingReturn : .refunding
        case (.requested, .reject): return .rejected
        case (.requested, .withdraw), (.rejected, .withdraw), (.awaitingReturn, .withdraw): return .closed
        case (.awaitingReturn, .sendBack): return .returning
        case (.returning, .passInspection): return kind == .exchange ? .replacing : .refunding
        case (.returning, .failInspection): return .rejected
        case (.replacing, .runOut): return .refunding
        case (.replacing, .shipReplacement): return .replacementShipped
        case (.replacementShipped, .receiveReplacement): return .completed
        case (.rejected, .dispute): return .disputed
        case (.disputed, .decideForBuyer): return .refunding
        case (.disputed, .decideForShop): return .closed
        case (.refunding, .confirmRefund): return .completed
        default: return nil
        }
    }

    /// What it means when nobody acts in time: silence never leaves the other side waiting.
    public static func lapse(of state: AfterSaleState) -> AfterSaleEvent? {
        switch state {
        case .requested: .approve
        case .rejected, .awaitingReturn: .withdraw
        case .returning: .passInspection
        case .replacing: .runOut
        case .replacementShipped: .receiveReplacement
        // The platform's own delay decides nothing, and money on its way arrives or fails by the provider's word.
        case .disputed, .refunding, .completed, .closed: nil
        }
    }
}

/// How long each side has.
public struct AfterSaleDeadlines: Sendable, Equatable {
    /// For the shop's answer before goods are shipped.
    public var answerBeforeShipping = Duration.hours(24)
    /// For the shop's answer later.
    public var answer = Duration.hours(48)
    /// For the buyer to dispute a refusal.
    public var dispute = Duration.days(7)
    /// For the buyer to send goods.
    public var sendBack = Duration.days(7)
    /// For the shop to look at them, from the day they were sent.
    public var inspection = Duration.days(10)
    /// For the shop to send goods again.
    public var replacement = Duration.days(3)
    /// For the buyer to say that they came.
    public var receipt = Duration.days(10)
    /// For the platform's decision; when it passes the case is marked as late.
    public var arbitration = Duration.days(5)

    /// The defaults.
    public init() {}

    /// How long a state may last; `nil` when nobody has to act.
    public func time(in state: AfterSaleState, isShipped: Bool) -> Duration? {
        switch state {
        case .requested: isShipped ? answer : answerBeforeShipping
        case .rejected: dispute
        case .awaitingReturn: sendBack
        case .returning: inspection
        case .replacing: replacement
        case .replacementShipped: receipt
        case .disputed: arbitration
        case .refunding, .completed, .closed: nil
        }
    }
}
