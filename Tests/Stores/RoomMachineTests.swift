import AfterSales
import Flows
import Kernel
import Ledger
import Orders
import Payments
import Sequences
import Store
import Testing
import Warehouse

/// Random moves through the rooms that keep states: a room does what its table says, refuses everything else, and a
/// refusal leaves state and history as they were. The tables themselves are held against facts in `MachineModelTests`.
@Suite("State machines in their rooms") struct RoomMachineTests {
    /// Numbers; a machine takes each as one of its moves.
    static let moves = Sequences<Int>(0..<10_000, length: 6) { Int.random(in: 0..<10_000, using: &$0) }

    @Test("10,000 lives on SQLite, 350 on PostgreSQL, of the machines in turn", arguments: TestStore.available)
    func lives(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let market = Marketplace(store: store, source: TestClock().source, provider: SilentProvider())
            let machines = RoomMachine.all
            for seed in 0..<(kind == .sqlite ? 10_000 : 350) as Range<UInt64> {
                let machine = machines[Int(seed) % machines.count]
                let found = await Sequences.slowCounterexample(of: Self.moves.commands(seed), seed: seed) {
                    try await Self.live($0, machine, market)
                }
                if let found { throw Difference("\(machine.name), moves \(machine.moves): \(found)") }
            }
        }
    }

    @Test("A table with a hole is caught by the two moves that lead into it")
    func hole() async throws {
        try await TestStore.sqlite.run(Marketplace.migrations) { store in
            let market = Marketplace(store: store, source: TestClock().source, provider: SilentProvider())
            let wrong = RoomMachine.order(OrderState.transitions.merging([.cancelled: [.paid]]) { $1 })
            for seed in 0..<1_000 as Range<UInt64> {
                let found = await Sequences.slowCounterexample(of: Self.moves.commands(seed), seed: seed) {
                    try await Self.live($0, wrong, market)
                }
                guard let found else { continue }
                #expect(
                    found.commands.map { wrong.moves[$0 % wrong.moves.count] } == ["cancelled", "paid"], "\(found)")
                return
            }
            Issue.record("Nobody noticed that a cancelled order may be paid.")
        }
    }

    /// Lives once, in a unit of work that is undone at the end.
    private static func live(_ moves: [Int], _ machine: RoomMachine, _ market: Marketplace) async throws {
        do {
            try await market.store.write { transaction in
                try machine.live(moves.map { machine.moves[$0 % machine.moves.count] }, market, transaction)
                throw Undone()
            }
        } catch is Undone {}
    }

    private struct Undone: Error {}
}

/// A table of states and the room that keeps them.
private struct RoomMachine: Sendable {
    /// Something whose state can be moved and read.
    struct Subject {
        /// Does a move.
        ///
        /// - Returns: whether the room did it.
        let move: (String) throws -> Bool
        let state: () throws -> String
        /// How many steps the room has written down; `nil` where it keeps no history.
        let steps: () throws -> Int64?
    }

    let name: String
    let start: String
    let moves: [String]
    /// Where a move leads from a state.
    let next: @Sendable (_ state: String, _ move: String) -> String?
    let open: @Sendable (Marketplace, any Transaction) throws -> Subject

    /// - Throws: ``Difference``.
    func live(_ moves: [String], _ market: Marketplace, _ transaction: any Transaction) throws {
        let subject = try open(market, transaction)
        var (state, steps) = (start, try subject.steps())
        for move in moves {
            let (expected, isDone) = (next(state, move), try subject.move(move))
            try Difference.unless(
                isDone == (expected != nil), "\(state) \(move): the table says \(expected ?? "no"), the room \(isDone)")
            if let expected {
                state = expected
                steps = steps.map { $0 + 1 }
            }
            let stands = try subject.state()
            try Difference.unless(stands == state, "after \(move) it is \(stands), not \(state)")
            try Difference.unless(try subject.steps() == steps, "after \(move) the history is wrong")
        }
    }

    /// A machine whose moves are the states to which it is asked to go.
    init<State: RawRepresentable<String> & CaseIterable & Hashable & Sendable>(
        _ name: String, _ table: [State: Set<State>], from start: State,
        open: @escaping @Sendable (Marketplace, any Transaction) throws -> Subject
    ) {
        self.init(
            name, from: start.rawValue, moves: State.allCases.map(\.rawValue),
            next: { state, move in
                guard let from = State(rawValue: state), let to = State(rawValue: move) else { return nil }
                return table[from, default: []].contains(to) ? move : nil
            }, open: open)
    }

    init(
        _ name: String, from start: String, moves: [String],
        next: @escaping @Sendable (String, String) -> String?,
        open: @escaping @Sendable (Marketplace, any Transaction) throws -> Subject
    ) {
        (self.name, self.start, self.moves, self.next, self.open) = (name, start, moves, next, open)
    }

    static let all =
        [order(OrderState.transitions), payment, refund, payout, parcel, inbound]
        + [.refund, .return, .exchange].map(afterSale)
    private static let shop = ShopID(rawValue: 1)
    private static let buyer = PersonID(rawValue: 2)
}

extension RoomMachine {
    static func order(_ table: [OrderState: Set<OrderState>]) -> RoomMachine {
        RoomMachine("order", table, from: .placed) { market, transaction in
            let address = try Address(name: "Lin", phone: "13900000000", region: "Z", city: "H", street: "1")
            let line = OrderLine(
                id: OrderLineID(rawValue: 3), product: ProductID(rawValue: 4), variant: VariantID(rawValue: 5),
                quantity: 1, title: Localized(en: "Tea"), spec: Localized(en: ""), image: nil,
                unitPrice: Money(500, .cny), listAmount: nil, amount: Money(500, .cny), reservation: nil, slate: nil)
            let group = try market.orders.open(
                [.init(shop: shop, lines: [line])], buyer: buyer, address: address, currency: .cny,
                reservedUntil: Instant(milliseconds: 0), in: transaction)
            let id = group.orders[0].id
            return Subject(
                move: { move in
                    do {
                        try market.orders.move(
                            id, to: try #require(OrderState(rawValue: move)), by: nil, in: transaction)
                        return true
                    } catch is IllegalOrderTransition { return false }
                }, state: { try Orders.order(id, in: transaction)?.state.rawValue ?? "" },
                steps: { try transaction.value("SELECT COUNT(*) FROM order_history WHERE order_id = \(id)") })
        }
    }

    static let payment = RoomMachine("payment", PaymentState.transitions, from: .pending) { market, transaction in
        let id = try intent(market, transaction)
        return Subject(
            move: { move in
                let next = try #require(PaymentState(rawValue: move))
                return try market.payments.move(id, to: next, in: transaction) != nil
            }, state: { try Payments.intent(id, in: transaction)?.state.rawValue ?? "" }, steps: { nil })
    }

    private static func intent(_ market: Marketplace, _ transaction: any Transaction) throws -> PaymentIntentID {
        try market.payments.open(
            for: OrderGroupID(rawValue: 6), buyer: buyer, amount: Money(500, .cny), provider: "test", in: transaction
        ).id
    }

    static let refund = RoomMachine("refund", RefundState.transitions, from: .pending) { market, transaction in
        let intent = try intent(market, transaction)
        try market.payments.refund(Money(200, .cny), of: intent, for: "cause", in: transaction)
        let id: RefundID = try #require(try transaction.value("SELECT id FROM refunds WHERE intent = \(intent)"))
        return Subject(
            move: { move in
                let next = try #require(RefundState(rawValue: move))
                return try market.payments.move(id, to: next, in: transaction) != nil
            }, state: { try transaction.value("SELECT state FROM refunds WHERE id = \(id)") ?? "" }, steps: { nil })
    }

    /// The money has to be where the state says: on its way, gone, or payable again.
    static let payout = RoomMachine("payout", PayoutState.transitions, from: .requested) { market, transaction in
        let (payable, way) = (Account(.shop(shop), .payable, .cny), Account(.shop(shop), .payout, .cny))
        let fees = Account(.platform, .fees, .cny)
        let earned = NewEntry(.sale, source: "s", postings: [Posting(payable, 70, "x"), Posting(fees, -70, "x")])
        try market.ledger.post(earned, in: transaction)
        let id = try market.ledger.requestPayout(to: .shop(shop), in: .cny, in: transaction).id
        return Subject(
            move: { try move(payout: id, to: $0, market.ledger, transaction) },
            state: {
                let state = try #require(try Ledger.payout(id, in: transaction)).state
                let amounts = [
                    try Ledger.balance(of: payable, in: transaction), try Ledger.balance(of: way, in: transaction),
                ]
                let due: [Int64] = state == .failed ? [70, 0] : state == .paid ? [0, 0] : [0, 70]
                try Difference.unless(amounts == due, "a payout that is \(state) has \(amounts)")
                return state.rawValue
            }, steps: { nil })
    }

    private static func move(
        payout id: PayoutID, to move: String, _ ledger: Ledger, _ transaction: any Transaction
    ) throws -> Bool {
        do {
            switch move {
            case "claimed": _ = try ledger.claim(id, by: "w", in: transaction)
            case "paid": _ = try ledger.finish(id, through: "test", reference: "r", in: transaction)
            case "failed": _ = try ledger.fail(id, reason: "r", in: transaction)
            default: return false
            }
            return true
        } catch LedgerProblem.payoutState { return false }
    }

    static func afterSale(_ kind: AfterSaleKind) -> RoomMachine {
        RoomMachine(
            "\(kind)", from: "requested", moves: AfterSaleEvent.allCases.map(\.rawValue),
            next: { state, move in
                guard let from = AfterSaleState(rawValue: state), let event = AfterSaleEvent(rawValue: move) else {
                    return nil
                }
                return AfterSaleMachine.next(from, event, kind: kind)?.rawValue
            },
            open: { market, transaction in
                let request = AfterSales.Request(
                    kind, reason: .damaged, note: "", lines: [.init(line: OrderLineID(rawValue: 3), quantity: 1)])
                let id = try market.afterSales.open(
                    request, about: OrderID(rawValue: 7), at: shop, buyer: buyer, currency: .cny, isShipped: true,
                    by: buyer, in: transaction
                ).id
                return Subject(
                    move: { move in
                        do {
                            let found = try AfterSales.find(id, in: transaction)
                            let event = try #require(AfterSaleEvent(rawValue: move))
                            _ = try market.afterSales.apply(event, to: found, by: buyer, in: transaction)
                            return true
                        } catch AfterSaleProblem.illegal { return false }
                    }, state: { try AfterSales.find(id, in: transaction).state.rawValue },
                    steps: { try transaction.value("SELECT COUNT(*) FROM after_sale_steps WHERE case_id = \(id)") })
            })
    }

    static let parcel = RoomMachine("parcel", ShipmentState.transitions, from: .planned) { market, transaction in
        let line = FulfilmentLine(
            line: OrderLineID(rawValue: 3), variant: VariantID(rawValue: 5), reservation: nil, quantity: 2)
        let order = Warehouses.OrderToShip(order: OrderID(rawValue: 7), shop: shop, region: "Z", lines: [line])
        _ = try market.warehouses.begin(order, in: transaction)
        let id = try #require(try market.warehouses.plan(order, nil, from: nil, in: transaction).first).id
        return Subject(
            move: { move in
                let parcel = try Warehouses.shipment(id, in: transaction)
                do {
                    switch try #require(ShipmentState(rawValue: move)) {
                    case .shipped:
                        _ = try market.warehouses.dispatch(
                            parcel, carrier: "c", tracking: "t", by: nil, in: transaction)
                    case .cancelled: try market.warehouses.cancel(parcel, by: nil, in: transaction)
                    case let next: try market.warehouses.move(parcel, to: next, by: nil, in: transaction)
                    }
                    return true
                } catch ShipmentProblem.illegal { return false }
            },
            state: {
                let state = try Warehouses.shipment(id, in: transaction).state
                let left = try Warehouses.fulfilment(of: OrderID(rawValue: 7), in: transaction)[0]
                let due: [Int64] = state == .shipped ? [0, 2] : state == .cancelled ? [0, 0] : [2, 0]
                try Difference.unless([left.planned, left.shipped] == due, "a parcel that is \(state) left \(left)")
                return state.rawValue
            }, steps: { try transaction.value("SELECT COUNT(*) FROM shipment_steps WHERE shipment = \(id)") })
    }

    /// Closing twice changes nothing and is no mistake.
    static let inbound = RoomMachine(
        "inbound order", from: "expected", moves: ["receiving", "closed"],
        next: { state, move in
            guard let from = InboundOrder.State(rawValue: state), let to = InboundOrder.State(rawValue: move) else {
                return nil
            }
            return InboundOrder.State.transitions[from, default: []].contains(to) || to == .closed ? move : nil
        },
        open: { market, transaction in
            let variant = VariantID(rawValue: 5)
            let place = try market.warehouses.standard(of: shop, in: transaction)
            let id = try market.warehouses.expect([variant: 3], at: place, of: shop, reference: "r", in: transaction).id
            return Subject(
                move: { move in
                    guard move == "receiving" else {
                        try market.warehouses.close(id, in: transaction)
                        return true
                    }
                    do {
                        try market.warehouses.receive(1, damaged: 1, of: variant, for: id, in: transaction)
                        return true
                    } catch WarehouseProblem.inboundClosed { return false }
                }, state: { try Warehouses.inbound(id, of: shop, in: transaction).state.rawValue }, steps: { nil })
        })
}
