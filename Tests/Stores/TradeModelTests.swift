import AfterSales
import Flows
import HTTP
import Kernel
import Ledger
import Orders
import Payments
import Sequences
import Store
import Testing

/// Random lives of orders against a model that a shopkeeper could keep in the head.
@Suite("Orders against a model") struct TradeModelTests {
    enum Command: CaseIterable, Sendable {
        case pay, cancel, ship, receive, refund, sendHome, exchange, goodwill, approve, reject, sendBack, pass, fail
        case withdraw, dispute, forBuyer, forShop, replace, replaced, confirm, confirm2, seal
    }

    /// A command with the seed of whatever it chooses, so that it does the same in a shorter life.
    struct Step: Sendable {
        let command: Command
        let seed: UInt64
    }

    /// What should be so.
    struct Model {
        /// Units that were ordered.
        let ordered: Int64
        var order = OrderState.placed
        var found: (id: AfterSaleCaseID, kind: AfterSaleKind, state: AfterSaleState, units: Int64, amount: Int64?)?
        /// Units that the buyer has been charged for and not asked back.
        var kept: Int64
        /// Units that the shop can't sell.
        var gone: Int64
        /// Money that came in, is promised back, is back.
        var paid: Int64 = 0
        var promised: Int64 = 0
        var back: Int64 = 0
    }

    @Test("150 random lives: states, stock and money are what the model says, and the books are sound")
    func lives() async throws {
        try await TestStore.sqlite.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 100_000)
            var sold: Int64 = 0
            var seen: Set<String> = []
            for seed in 0..<150 as Range<UInt64> {
                var life = try await Life(bazaar, seed: seed, sold: sold)
                do {
                    for _ in 0..<30 {
                        try await life.step()
                        seen.insert(life.model.order.rawValue)
                        if let found = life.model.found { seen.insert("\(found.kind) \(found.state)") }
                    }
                } catch is Difference {
                    throw await Self.shortest(life.trace, seed: seed)
                }
                sold += life.model.gone
            }
            try await bazaar.requireSoundBooks()
            // The lives have to lead somewhere, or they prove nothing.
            #expect(OrderState.allCases.allSatisfy { seen.contains($0.rawValue) })
            let places = ["refund completed", "return completed", "exchange completed", "refund disputed"]
            #expect(places.allSatisfy(seen.contains), "\(seen.sorted())")
        }
    }
}

extension TradeModelTests {
    @Test("A rule that is wrong on purpose is shown with the two commands of nine that break it")
    func brokenModel() async throws {
        let commands: [Command] = [.seal, .pay, .refund, .seal, .approve, .confirm, .receive, .seal, .cancel]
        let steps = commands.enumerated().map { Step(command: $1, seed: UInt64($0)) }
        let found = await Sequences.slowCounterexample(of: steps, seed: 7) { steps in
            try await Self.relive(steps, seed: 7)
            // What the wrong model says: nobody ever gets money back.
            let gaveBack = steps.contains { $0.command == .pay } && steps.contains { $0.command == .cancel }
            try Difference.unless(!gaveBack, "money went back")
        }
        #expect(try #require(found).commands.map(\.command) == [.pay, .cancel])
    }

    /// Lives the failed life again, each time in a market of its own and with fewer commands.
    private static func shortest(_ steps: [Step], seed: UInt64) async -> any Error {
        let found = await Sequences.slowCounterexample(of: steps, seed: seed) { try await relive($0, seed: seed) }
        return found ?? Difference("seed \(seed): fails only after the lives before it: \(steps)")
    }

    private static func relive(_ steps: [Step], seed: UInt64) async throws {
        try await TestStore.sqlite.run(Marketplace.migrations) { store in
            var life = try await Life(try await Bazaar(store, units: 100_000), seed: seed, sold: 0)
            for step in steps { try await life.take(step) }
        }
    }
}

/// One order's life.
struct Life {
    let bazaar: Bazaar
    let seed: UInt64
    let placed: PlaceOrder.Placed
    let order: OrderID
    let buyer: Identity
    let soldBefore: Int64
    /// Chooses the commands; what a command chooses is in its own seed.
    var choices: SplitMix
    var random: SplitMix
    var model: TradeModelTests.Model
    var trace: [TradeModelTests.Step] = []

    init(_ bazaar: Bazaar, seed: UInt64, sold: Int64) async throws {
        self.bazaar = bazaar
        self.seed = seed
        soldBefore = sold
        random = SplitMix(state: seed)
        choices = SplitMix(state: ~seed)
        buyer = Identity(person: PersonID(rawValue: UInt128(10_000 + seed)), proof: .visitor)
        let units = Int64.random(in: 1...4, using: &random)
        model = .init(ordered: units, kept: units, gone: units)
        placed = try await bazaar.buy(units, by: buyer.person)
        order = try #require(try await bazaar.market.orders.group(placed.group)?.orders.first?.id)
    }

    mutating func step() async throws {
        // Mostly what is possible, or no life would get far.
        let all = TradeModelTests.Command.allCases
        let moves = all.filter { allowed($0) && event($0) != nil && $0 != .withdraw }
        let waits = model.found?.state == .refunding ? [TradeModelTests.Command.confirm, .confirm2, .confirm] : []
        let ways = all.filter { allowed($0) && $0 != .seal && $0 != .cancel }
        let possible = moves + moves + waits + ways
        let command = (Int.random(in: 0..<4, using: &choices) > 0 ? possible : all).randomElement(using: &choices)
        try await take(TradeModelTests.Step(command: command ?? .pay, seed: choices.next()))
    }

    /// - Throws: ``Difference`` when the shop and the model don't agree.
    mutating func take(_ step: TradeModelTests.Step) async throws {
        trace.append(step)
        random = SplitMix(state: step.seed)
        let before = try await bazaar.market.orders.order(order)?.state
        do {
            let expected = try await run(step.command)
            try Difference.unless(expected, "\(step.command) should have been refused")
        } catch let problem as any Problem {
            // A refusal changes nothing that the model would not know of.
            let now = try await bazaar.market.orders.order(order)?.state
            try Difference.unless(now == before, "\(step.command) was refused and changed the order: \(problem)")
            try Difference.unless(!allowed(step.command), "\(step.command) was refused: \(problem)")
        }
        try await compare()
    }

    /// Whether the model allows a command now.
    private func allowed(_ command: TradeModelTests.Command) -> Bool {
        let isOpen = model.found?.state.isOpen ?? false
        let blocksShipping = model.found.map { $0.state == .requested || $0.state == .disputed } ?? false
        switch command {
        case .pay, .confirm, .confirm2, .seal: return true
        case .cancel: return model.order == .placed || model.order == .paid
        case .ship: return model.order == .paid && !blocksShipping
        case .receive: return model.order == .shipped
        case .refund: return !isOpen && model.kept > 0 && [.paid, .shipped, .completed].contains(model.order)
        case .sendHome, .exchange:
            return !isOpen && model.kept > 0 && [.shipped, .completed].contains(model.order)
        case .goodwill:
            return !isOpen && model.kept > 0 && [.paid, .shipped, .completed].contains(model.order) && left >= 7
        default: return event(command).map { next($0) != nil } ?? false
        }
    }

    /// What the buyer has paid for goods and not been promised back.
    private var left: Int64 { model.paid - model.promised }

    private func event(_ command: TradeModelTests.Command) -> AfterSaleEvent? {
        switch command {
        case .approve: .approve
        case .reject: .reject
        case .sendBack: .sendBack
        case .pass: .passInspection
        case .fail: .failInspection
        case .withdraw: .withdraw
        case .dispute: .dispute
        case .forBuyer: .decideForBuyer
        case .forShop: .decideForShop
        case .replace: .shipReplacement
        case .replaced: .receiveReplacement
        default: nil
        }
    }

    private func next(_ event: AfterSaleEvent) -> AfterSaleState? {
        model.found.flatMap { AfterSaleMachine.next($0.state, event, kind: $0.kind) }
    }

    /// - Returns: whether the model allowed what was done.
    private mutating func run(_ command: TradeModelTests.Command) async throws -> Bool {
        let isAllowed = allowed(command)
        let (market, change) = (bazaar.market, ChangeOrder(bazaar.market))
        switch command {
        case .pay:
            try await SettlePayments(market).returned(to: placed.group, by: buyer.person)
            pay()
        case .cancel:
            _ = try await change.cancel(order, by: buyer, reason: "")
            cancel()
        case .ship:
            _ = try await change.ship(order, by: bazaar.seller, carrier: "SF", tracking: "1")
            model.order = .shipped
        case .receive:
            _ = try await change.confirmReceipt(order, by: buyer.person)
            model.order = .completed
        case .refund, .sendHome, .exchange, .goodwill: try await open(command)
        case .confirm, .confirm2:
            if let order = try await market.orders.order(order), model.paid > 0 {
                try await bazaar.confirmRefunds(of: order, times: command == .confirm ? 1 : 2)
                confirm()
            }
        case .seal: _ = try await market.ledger.seal(limit: 5)
        default: try await step(command)
        }
        return isAllowed
    }

    private mutating func pay() {
        guard model.paid == 0 else { return }
        model.paid = model.ordered * 500
        if model.order == .placed {
            model.order = .paid
        } else {
            model.promised = model.paid
        }
    }

    private mutating func cancel() {
        model.promised = model.paid
        model.order = .cancelled
        // What earlier cases gave back is in the shop already.
        model.gone = 0
        model.kept = 0
        if let found = model.found, AfterSaleMachine.next(found.state, .withdraw, kind: found.kind) != nil {
            model.found?.state = .closed
        }
    }

    private mutating func confirm() {
        model.back = model.promised
        if model.found?.state == .refunding { model.found?.state = .completed }
    }

    private mutating func open(_ command: TradeModelTests.Command) async throws {
        let kind: AfterSaleKind = command == .sendHome ? .return : command == .exchange ? .exchange : .refund
        let isGoodwill = command == .goodwill
        let units = Int64.random(in: 1...max(1, model.kept), using: &random)
        guard let found = try await bazaar.market.orders.order(order) else { return }
        let opened = try await OpenAfterSaleCase(bazaar.market)(
            AfterSales.Request(
                kind, reason: .damaged, note: "", lines: [.init(line: found.lines[0].id, quantity: units)],
                amount: isGoodwill ? Money(7, .cny) : nil), about: order,
            Command(by: isGoodwill ? bazaar.seller : buyer))
        model.found = (opened.id, kind, .requested, units, isGoodwill ? 7 : nil)
        if isGoodwill { promise() }
    }

    /// The money of the case is promised; units by their share of what is left, whatever was given back before.
    private mutating func promise() {
        guard let found = model.found else { return }
        model.found?.state = .refunding
        if let amount = found.amount {
            let money = min(amount, left)
            model.promised += money
            if money == 0 { model.found?.state = .completed }
            return
        }
        let units = min(found.units, model.kept)
        let money = model.kept > 0 ? share(left, units, of: model.kept) : 0
        model.promised += money
        model.kept -= units
        if model.order == .paid {
            model.gone -= units
            if model.kept == 0 { model.order = .cancelled }
        }
        if money == 0 { model.found?.state = .completed }
    }

    private func share(_ amount: Int64, _ part: Int64, of whole: Int64) -> Int64 {
        // Largest remainder over two parts, ties to the first: half up.
        (2 * amount * part + whole) / (2 * whole)
    }

    private mutating func step(_ command: TradeModelTests.Command) async throws {
        guard let found = model.found, let event = event(command) else { throw NotFound("case") }
        let market = bazaar.market
        let (asBuyer, asShop) = (Command(by: buyer), Command(by: bazaar.seller))
        switch command {
        case .approve, .reject:
            _ = try await AnswerAfterSaleCase(market)(found.id, approves: command == .approve, note: "n", asShop)
        case .sendBack: _ = try await ReturnGoods(market).send(found.id, carrier: "c", tracking: "t", asBuyer)
        case .pass, .fail:
            _ = try await ReturnGoods(market).inspect(found.id, passes: command == .pass, note: "n", asShop)
        case .withdraw: _ = try await DisputeCase(market).withdraw(found.id, asBuyer)
        case .dispute: _ = try await DisputeCase(market).dispute(found.id, note: "n", asBuyer)
        case .forBuyer, .forShop:
            _ = try await DisputeCase(market).arbitrate(
                found.id, forBuyer: command == .forBuyer, note: "n", Command(by: bazaar.officer))
        case .replace: _ = try await ReplaceGoods(market).ship(found.id, carrier: "c", tracking: "t", asShop)
        default: _ = try await ReplaceGoods(market).receive(found.id, asBuyer)
        }
        guard let state = next(event) else { return }
        model.found?.state = state
        // An inspected return can be sold again; an exchange takes as many units as came back.
        if event == .passInspection, found.kind == .return { model.gone -= found.units }
        if state == .refunding { promise() }
    }

    /// Compares everything that the model knows.
    func compare() async throws {
        let market = bazaar.market
        let state = try await market.orders.order(order)?.state
        try Difference.unless(state == model.order, "the order is \(state as Any), the model \(model.order)")
        let (left, expected) = (try await bazaar.left(), 100_000 - soldBefore - model.gone)
        try Difference.unless(left == expected, "\(left) units are left, \(expected) in the model")
        let refunded = try await market.payments.intent(of: placed.group)?.refunded.amount
        try Difference.unless(
            refunded == model.promised, "\(refunded as Any) are promised back, \(model.promised) in the model")
        // The credit is what was promised and has not arrived.
        let (credit, owed) = (try await bazaar.balance(.buyer(buyer.person), .credit), model.promised - model.back)
        try Difference.unless(credit == owed, "the buyer's credit is \(credit), \(owed) in the model")
        if let found = model.found {
            let stands = try await DisputeCase(market).read(found.id, by: buyer).state
            try Difference.unless(stands == found.state, "the case is \(stands), \(found.state) in the model")
        }
    }
}
