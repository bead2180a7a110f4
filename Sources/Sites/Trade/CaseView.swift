import AfterSales
import HTTP
import Kernel
import Orders

/// What templates need to know of an after-sale case.
enum CaseView {
    /// What everybody sees.
    static func row(_ found: AfterSaleCase, _ order: Order, at now: Instant, _ context: Context) -> View {
        let state = found.state(at: now)
        let titles = found.lines.map { part -> View in
            let line = order.lines.first { $0.id == part.line }
            return [
                "title": line?.title.text(in: context.language) ?? "—", "quantity": String(part.quantity),
                "image": maybe(line?.image.map { "/media/\($0)" }),
            ]
        }
        return [
            "id": found.id.description, "href": "/after-sale-cases/\(found.id)",
            "shortID": "…" + found.id.description.suffix(8), "kind": context.words(found.kind.word),
            "reason": context.words(found.reason.word), "state": context.words(state.word),
            "stateHelp": context.words(state.helpWord), "stateName": state.isOpen ? "paid" : "completed",
            "amountText": maybe(found.amount.map { context.format.money($0) }), "lines": titles,
            "time": context.format.time(found.createdAt),
            "due": maybe(state.isOpen ? found.dueAt.map { context.format.time($0) } : nil),
        ]
    }

    /// What `identity` can do while the case is in `state`.
    static func actions(in state: AfterSaleState, of found: AfterSaleCase, for identity: Identity) -> View {
        let isBuyer = found.buyer == identity.person
        let isStaff = identity.may(.service, at: found.shop)
        let isOperator = identity.roles.contains(.operator)
        return [
            "canWithdraw": isBuyer && [.requested, .rejected, .awaitingReturn].contains(state),
            "canSendBack": isBuyer && state == .awaitingReturn, "canReceive": isBuyer && state == .replacementShipped,
            "canDispute": isBuyer && state == .rejected, "canAnswer": isStaff && state == .requested,
            "canInspect": isStaff && state == .returning, "canReplace": isStaff && state == .replacing,
            "canArbitrate": isOperator && state == .disputed,
        ]
    }
}

extension AfterSaleKind {
    /// What a buyer can ask for while the order is in a state.
    static func possible(for state: OrderState) -> [AfterSaleKind] {
        switch state {
        case .placed, .cancelled: []
        case .paid: [.refund, .priceProtection]
        case .shipped, .completed: [.refund, .return, .exchange, .priceProtection]
        }
    }

    var word: DeskWord {
        switch self {
        case .refund: .kindRefund
        case .return: .kindReturn
        case .exchange: .kindExchange
        case .priceProtection: .kindPriceProtection
        }
    }

    var helpWord: DeskWord {
        switch self {
        case .refund: .kindRefundHelp
        case .return: .kindReturnHelp
        case .exchange: .kindExchangeHelp
        case .priceProtection: .kindPriceProtectionHelp
        }
    }
}

extension AfterSaleReason {
    var word: DeskWord {
        switch self {
        case .changedMind: .reasonChangedMind
        case .orderedTwice: .reasonOrderedTwice
        case .notReceived: .reasonNotReceived
        case .damaged: .reasonDamaged
        case .notAsDescribed: .reasonNotAsDescribed
        case .wrongItem: .reasonWrongItem
        case .lowerPrice: .reasonLowerPrice
        case .other: .reasonOther
        }
    }
}

extension AfterSaleState {
    var word: DeskWord {
        switch self {
        case .requested: .caseRequested
        case .rejected: .caseRejected
        case .awaitingReturn: .caseAwaitingReturn
        case .returning: .caseReturning
        case .disputed: .caseDisputed
        case .refunding: .caseRefunding
        case .replacing: .caseReplacing
        case .replacementShipped: .caseReplacementShipped
        case .completed: .caseCompleted
        case .closed: .caseClosed
        }
    }

    var helpWord: DeskWord {
        switch self {
        case .requested: .caseRequestedHelp
        case .rejected: .caseRejectedHelp
        case .awaitingReturn: .caseAwaitingReturnHelp
        case .returning: .caseReturningHelp
        case .disputed: .caseDisputedHelp
        case .refunding: .caseRefundingHelp
        case .replacing: .caseReplacingHelp
        case .replacementShipped: .caseReplacementShippedHelp
        case .completed: .caseCompletedHelp
        case .closed: .caseClosedHelp
        }
    }
}
