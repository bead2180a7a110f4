import Kernel
import Store

/// Why a buyer wants something.
public enum AfterSaleReason: String, Sendable, Codable, CaseIterable, SQLReadable {
    case changedMind, orderedTwice, notReceived, damaged, notAsDescribed, wrongItem, lowerPrice, other

    /// Whether the buyer need not bear the delivery.
    public var isFaultOfShop: Bool {
        switch self {
        case .notReceived, .damaged, .notAsDescribed, .wrongItem: true
        default: false
        }
    }
}

/// What somebody wants back after a sale, and where that stands.
public struct AfterSaleCase: Sendable, Equatable {
    /// Units of a line.
    public struct Line: Sendable, Equatable, Codable {
        /// The line.
        public let line: OrderLineID
        /// Units.
        public let quantity: Int64

        /// Units of a line.
        public init(line: OrderLineID, quantity: Int64) {
            self.line = line
            self.quantity = quantity
        }
    }

    /// The case.
    public let id: AfterSaleCaseID
    /// The order.
    public let order: OrderID
    /// The shop.
    public let shop: ShopID
    /// The buyer.
    public let buyer: PersonID
    /// What is wanted.
    public let kind: AfterSaleKind
    /// Why.
    public let reason: AfterSaleReason
    /// Where it stands.
    public let state: AfterSaleState
    /// The amount that goes back, where it doesn't follow from the units.
    public let amount: Money?
    /// Its currency.
    public let currency: Currency
    /// Whether the goods had left the shop when it was opened.
    public let isShipped: Bool
    /// Until when somebody has to act.
    public let dueAt: Instant?
    /// Who carries what is on its way.
    public let carrier: String?
    /// The carrier's number.
    public let tracking: String?
    /// When it was opened.
    public let createdAt: Instant
    /// When it last changed.
    public let changedAt: Instant
    /// Which units.
    public let lines: [Line]

    /// What the passing of time has made of it: the event that nobody's acting means, once the deadline is over.
    public func lapse(at now: Instant) -> AfterSaleEvent? {
        guard let dueAt, dueAt <= now else { return nil }
        return AfterSaleMachine.lapse(of: state)
    }

    /// Where it stands at a moment, whether or not somebody has written that down.
    public func state(at now: Instant) -> AfterSaleState {
        lapse(at: now).flatMap { AfterSaleMachine.next(state, $0, kind: kind) } ?? state
    }

    /// Whether the platform should have decided.
    public func isLate(at now: Instant) -> Bool { state == .disputed && dueAt.map { $0 <= now } ?? false }
}

/// A step in a case's life.
public struct AfterSaleStep: Sendable, Equatable {
    /// What happened.
    public let event: String
    /// Where that led.
    public let state: AfterSaleState
    /// Who did it; `nil` for the platform or the passing of time.
    public let person: PersonID?
    /// What was said.
    public let note: String
    /// When.
    public let at: Instant
}

/// What an after-sale case refuses.
public enum AfterSaleProblem: Problem, Equatable {
    /// It stands where this can't happen; nothing has changed.
    case illegal(AfterSaleEvent, from: AfterSaleState)
    /// A line has an open case already.
    case alreadyOpen
    /// The order is not in a state, or not a sale of ours, for which this can be asked.
    case notPossible
    /// The time to send goods back is over.
    case windowOver
    /// The price is not lower than what was paid.
    case priceNotLower
    /// More units than are left.
    case tooMany

    public var details: ProblemDetails {
        switch self {
        case .illegal(let event, let state):
            ProblemDetails(
                .conflict, "illegal-case-transition",
                "The case is \(state.rawValue), so \(event.rawValue) can't happen. Reload to see how it stands.",
                zh: "售后单当前状态不允许此操作，请刷新查看。")
        case .alreadyOpen:
            ProblemDetails(
                .conflict, "case-already-open", "There is an open case about these goods. Go on there.",
                zh: "该商品已有进行中的售后单。")
        case .notPossible:
            ProblemDetails(
                .conflict, "after-sale-not-possible", "This can't be asked for the order as it stands.",
                zh: "订单当前状态不支持此售后申请。")
        case .windowOver:
            ProblemDetails(
                .conflict, "return-window-over", "The time to send these goods back is over.", zh: "已超过退换货期限。")
        case .priceNotLower:
            ProblemDetails(
                .conflict, "price-not-lower", "The price is not lower than what was paid.", zh: "当前价格不低于购买价格。")
        case .tooMany:
            ProblemDetails(
                .conflict, "too-many-units", "More units were named than can still go back.", zh: "申请数量超过可售后数量。")
        }
    }
}
