import AfterSales
import Ledger
import Orders
import Payments
import Sequences
import Testing

/// Random commands to the tables of states beside facts that a shopkeeper would remember. Every command that a table
/// allows the facts must allow, and the other way round.
@Suite("The tables of states against facts") struct MachineModelTests {
    enum Step: Sendable {
        case order(OrderState), payment(PaymentState), refund(RefundState), payout(PayoutState)
        case open(AfterSaleKind), afterSale(AfterSaleEvent)
    }

    /// What has happened, told without the tables.
    struct Facts {
        var (isPaid, isShipped, isReceived, isCancelled) = (false, false, false, false)
        var (moneyIsHere, isAuthorised, hasFailed, isGivenUp) = (false, false, false, false)
        var (isAsked, isBack, refundFailed) = (false, false, false)
        var (isClaimed, isPaidOut, payoutFailed) = (false, false, false)

        /// Whether an order may become what is asked for.
        func allows(_ next: OrderState) -> Bool {
            switch next {
            case .placed: false
            case .paid: !isPaid && !isCancelled
            case .shipped: isPaid && !isShipped && !isCancelled
            case .completed: isShipped && !isReceived
            case .cancelled: !isShipped && !isCancelled
            }
        }

        func allows(_ next: PaymentState) -> Bool {
            guard !moneyIsHere else { return false }
            return switch next {
            // Money that arrives is always taken in, also after the payment was given up.
            case .succeeded: true
            case .pending: hasFailed
            case .authorised: !isAuthorised && !isGivenUp
            case .failed: !hasFailed && !isGivenUp
            case .cancelled: !isGivenUp
            }
        }

        func allows(_ next: RefundState) -> Bool {
            guard !isBack else { return false }
            return switch next {
            case .succeeded: true
            case .pending: refundFailed
            case .requested: !isAsked && !refundFailed
            case .failed: !refundFailed
            }
        }

        func allows(_ next: PayoutState) -> Bool {
            guard !isPaidOut && !payoutFailed else { return false }
            return switch next {
            case .requested: false
            case .claimed: !isClaimed
            case .paid: isClaimed
            case .failed: true
            }
        }

        mutating func note(_ next: OrderState) {
            switch next {
            case .placed: break
            case .paid: isPaid = true
            case .shipped: isShipped = true
            case .completed: isReceived = true
            case .cancelled: isCancelled = true
            }
        }

        mutating func note(_ next: PaymentState) {
            isAuthorised = next == .authorised
            hasFailed = next == .failed
            moneyIsHere = next == .succeeded
            isGivenUp = next == .cancelled
        }

        mutating func note(_ next: RefundState) {
            isAsked = next == .requested
            isBack = next == .succeeded
            refundFailed = next == .failed
        }

        mutating func note(_ next: PayoutState) {
            isClaimed = isClaimed || next == .claimed
            isPaidOut = next == .paid
            payoutFailed = next == .failed
        }
    }

    /// The states as the tables lead from one to the next.
    struct States {
        var order = OrderState.placed
        var payment = PaymentState.pending
        var refund = RefundState.pending
        var payout = PayoutState.requested
    }

    static let steps = Sequences<Step>(0..<10_000, length: 40) { random in
        switch Int.random(in: 0..<8, using: &random) {
        case 0: .order(OrderState.allCases.randomElement(using: &random) ?? .paid)
        case 1: .payment(PaymentState.allCases.randomElement(using: &random) ?? .succeeded)
        case 2: .refund(RefundState.allCases.randomElement(using: &random) ?? .succeeded)
        case 3: .payout(PayoutState.allCases.randomElement(using: &random) ?? .paid)
        case 4: .open(AfterSaleKind.allCases.randomElement(using: &random) ?? .refund)
        default: .afterSale(AfterSaleEvent.allCases.randomElement(using: &random) ?? .approve)
        }
    }

    @Test("10,000 sequences: each table allows what the facts allow, and nothing else")
    func tables() {
        let found = Self.steps.counterexample(Self.run)
        #expect(found == nil, "\(found?.description ?? "")")
    }

    @Test("A table with a hole is caught, and the shortest way into the hole is shown")
    func hole() throws {
        let found = Self.steps.counterexample { steps in
            try Self.run(steps, orders: OrderState.transitions.merging([.cancelled: [.paid]]) { $1 })
        }
        let commands = try #require(found).commands.map { "\($0)" }
        #expect(commands.count == 2 && commands[0].hasSuffix("cancelled)") && commands[1].hasSuffix("paid)"))
    }

    private static func run(_ steps: [Step]) throws { try run(steps, orders: OrderState.transitions) }

    private static func run(_ steps: [Step], orders: [OrderState: Set<OrderState>]) throws {
        var (states, facts, life) = (States(), Facts(), CaseLife())
        for step in steps {
            switch step {
            case .order(let next):
                let isAllowed = facts.allows(next)
                try move(&states.order, to: next, orders, isAllowed)
                if isAllowed { facts.note(next) }
            case .payment(let next):
                let isAllowed = facts.allows(next)
                try move(&states.payment, to: next, PaymentState.transitions, isAllowed)
                if isAllowed { facts.note(next) }
            case .refund(let next):
                let isAllowed = facts.allows(next)
                try move(&states.refund, to: next, RefundState.transitions, isAllowed)
                if isAllowed { facts.note(next) }
            case .payout(let next):
                let isAllowed = facts.allows(next)
                try move(&states.payout, to: next, PayoutState.transitions, isAllowed)
                if isAllowed { facts.note(next) }
            case .open(let kind): life.open(kind)
            case .afterSale(let event): try life.take(event)
            }
        }
    }

    private static func move<State: Hashable>(
        _ state: inout State, to next: State, _ table: [State: Set<State>], _ isAllowed: Bool
    ) throws {
        let may = table[state, default: []].contains(next)
        try Difference.unless(may == isAllowed, "\(state) → \(next): the table says \(may), the facts \(isAllowed)")
        if may { state = next }
    }
}

/// An after-sale case beside what both sides remember of it.
struct CaseLife {
    private var kind: AfterSaleKind?
    private var state = AfterSaleState.requested
    private var history: [AfterSaleEvent] = []

    /// Opens the next case once the last is over.
    mutating func open(_ kind: AfterSaleKind) {
        guard self.kind == nil || !state.isOpen else { return }
        (self.kind, state, history) = (kind, .requested, [])
    }

    /// - Throws: ``Difference`` when table and memory differ.
    mutating func take(_ event: AfterSaleEvent) throws {
        guard let kind else { return }
        let next = AfterSaleMachine.next(state, event, kind: kind)
        let isAllowed = allows(event, kind)
        try Difference.unless(
            (next != nil) == isAllowed,
            "\(kind) \(history) then \(event): the table says \(next.map { "\($0)" } ?? "no"), memory \(isAllowed)")
        guard let next else { return }
        history.append(event)
        state = next
        try Difference.unless(state.isOpen == !isOver, "\(kind) \(history): \(state)")
    }

    private func has(_ event: AfterSaleEvent) -> Bool { history.contains(event) }
    private var isRefused: Bool { has(.reject) || has(.failInspection) }
    private var isOver: Bool {
        has(.withdraw) || has(.decideForShop) || has(.confirmRefund) || has(.receiveReplacement)
    }
    /// Whether the money is to go back.
    private func owesMoney(_ kind: AfterSaleKind) -> Bool {
        if has(.decideForBuyer) || has(.runOut) { return true }
        return kind.bringsGoods ? has(.passInspection) && kind == .return : has(.approve)
    }

    private func allows(_ event: AfterSaleEvent, _ kind: AfterSaleKind) -> Bool {
        guard !isOver else { return false }
        let goods = kind.bringsGoods
        return switch event {
        case .approve, .reject: history.isEmpty
        case .withdraw:
            !has(.sendBack) && !has(.dispute) && (history.isEmpty || isRefused || (has(.approve) && goods))
                || has(.failInspection) && !has(.dispute)
        case .sendBack: goods && has(.approve) && !has(.sendBack)
        case .passInspection, .failInspection: history.last == .sendBack
        case .runOut: kind == .exchange && history.last == .passInspection
        case .shipReplacement: kind == .exchange && history.last == .passInspection
        case .receiveReplacement: has(.shipReplacement)
        case .dispute: isRefused && !has(.dispute)
        case .decideForBuyer, .decideForShop: history.last == .dispute
        case .confirmRefund: owesMoney(kind)
        }
    }
}

extension AfterSaleKind {
    fileprivate var bringsGoods: Bool { self == .return || self == .exchange }
}
