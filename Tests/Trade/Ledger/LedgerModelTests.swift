import Kernel
import Sequences
import Store
import Synchronization
import Testing

@testable import Ledger

/// Random commands against the books and against arithmetic that a person could do on paper.
@Suite("The books against a model") struct LedgerModelTests {
    /// What a person would write down: each line's parts, and who has been given what.
    struct Paper {
        struct Line {
            var left: LineRemainder
            var isReleased = false
            var blocks = 0
            var isSettled = false
            var isVoided = false
            /// Whether something came back after the settlement.
            var isBackLate = false
        }
        var lines: [UInt128: Line] = [:]
        /// Held and payable of shop, creator and agency, the buyer's credit, fees and what the provider holds.
        var balances: [Account: Int64] = [:]
        var payouts: [PayoutID: (party: Party, amount: Int64, state: PayoutState)] = [:]

        mutating func add(_ amount: Int64, _ party: Party, _ purpose: Account.Purpose) {
            balances[Account(party, purpose, .cny), default: 0] += amount
        }
    }

    enum Command: CaseIterable, Sendable {
        case buy, takeBack, takeBackAgain, release, block, unblock, settle, pay, claim, finish, fail, void, deposit
        case draw, seal
    }

    /// A command with the seed of whatever it chooses, so that it does the same in a shorter sequence.
    struct Step: Sendable {
        let command: Command
        let seed: UInt64
    }

    /// One sequence with its books and its paper.
    final class Sequence {
        let books: Books
        let transaction: any Transaction
        let offset: UInt128
        var random: Seeded
        var paper = Paper()
        var count: UInt128 = 0
        /// Fees, subsidies and tax together: their accounts are shared by all sequences of the database.
        var rest: Int64 = 0
        var causes: [(UInt128, String)] = []
        /// A wrong rule of the paper: what comes back of a settled line is still taken from what is held.
        let forgetsSettlement: Bool

        /// - Parameter number: keeps its parties apart from every other sequence's in the database.
        init(_ books: Books, _ transaction: any Transaction, number: UInt64, forgetsSettlement: Bool = false) {
            self.books = books
            self.transaction = transaction
            self.forgetsSettlement = forgetsSettlement
            offset = UInt128(number) << 32
            random = Seeded(number)
        }

        var ledger: Ledger { books.ledger }
        var parties: [Party] {
            [
                .shop(ShopID(rawValue: offset + 1)), .creator(PersonID(rawValue: offset + 2)),
                .agency(AgencyID(rawValue: offset + 3)),
            ]
        }
        var buyer: PersonID { PersonID(rawValue: offset + 4) }
        var provider: String { "p\(offset)" }
    }

    private static let long = Sequences<Step>(0..<300, length: 25) { draw(&$0) }
    private static let short = Sequences<Step>(0..<10_000, length: 7) { draw(&$0) }

    /// Every command, and those more often that lead a line to its payout: few lines of seven steps would get there.
    private static func draw(_ random: inout SplitMix) -> Step {
        let onward: [Command] = [.release, .settle, .takeBack, .takeBack, .pay, .pay, .claim, .claim, .finish, .draw]
        return Step(command: (Command.allCases + onward).randomElement(using: &random) ?? .buy, seed: random.next())
    }

    @Test("After every of 300 long sequences the books stand where the paper stands, and all together are sound")
    func longSequences() async throws {
        try await Books.run { books in
            for batch in 0..<3 as Range<UInt64> {
                try await books.store.write { transaction in
                    for seed in batch * 100..<batch * 100 + 100 {
                        try Self.run(Self.long.commands(seed), number: seed, books, transaction)
                        // Balances add what is not sealed, so a long tail would only make the next sequence slow.
                        while try books.ledger.seal(in: transaction) > 0 {}
                    }
                }
            }
            try await books.ledger.sealAll()
            let proof = try await books.ledger.verify()
            #expect(proof.isSound && proof.entries > 1_250, "\(proof)")
        }
    }

    @Test(
        "Short sequences, 10,000 on SQLite and 300 on PostgreSQL, each on empty books", arguments: BookStore.available)
    func shortSequences(kind: BookStore) async throws {
        try await Books.run(on: kind) { books in
            let reached = Reached()
            for seed in 0..<(kind == .sqlite ? 10_000 : 300) as Range<UInt64> {
                let found = await Sequences.slowCounterexample(of: Self.short.commands(seed), seed: seed) {
                    try await Self.undone($0, books, reached, startsSettled: seed % 2 == 0)
                }
                if let found { throw found }
            }
            // Lines that nothing happens to prove nothing.
            for (place, least) in [("settled", 100), ("back after settlement", 50)] {
                #expect(reached.count(place) > least, "\(place): \(reached.count(place))")
            }
            guard kind == .sqlite else { return }
            for place in ["payout paid", "payout failed"] {
                #expect(reached.count(place) > 20, "\(place): \(reached.count(place))")
            }
        }
    }

    @Test("Paper that forgets settlements is caught by three commands: release, settle, take something back")
    func brokenPaper() async throws {
        try await Books.run { books in
            for seed in 0..<200 as Range<UInt64> {
                let found = await Sequences.slowCounterexample(of: Self.long.commands(seed), seed: seed) {
                    try await Self.undone($0, books, Reached(), forgetsSettlement: true)
                }
                guard let found else { continue }
                let commands = found.commands.map(\.command)
                #expect(commands.prefix(2) == [.release, .settle] && commands.count == 3, "\(found)")
                return
            }
            Issue.record("Nobody noticed that settlements are forgotten.")
        }
    }

    /// Runs a sequence in a unit of work that is undone at the end, so that every one begins with empty books.
    ///
    /// - Parameter startsSettled: whether the first line has been received and settled before the sequence begins.
    private static func undone(
        _ steps: [Step], _ books: Books, _ reached: Reached, startsSettled: Bool = false,
        forgetsSettlement: Bool = false
    ) async throws {
        do {
            try await books.store.write { transaction in
                let sequence = Sequence(books, transaction, number: 1, forgetsSettlement: forgetsSettlement)
                try compare(steps, after: startsSettled ? [.buy, .release, .settle] : [.buy], sequence)
                reached.note(sequence.paper)
                throw Undone()
            }
        } catch is Undone {}
    }

    private struct Undone: Error {}

    /// - Throws: ``Counterexample``; the books are then as they were before.
    private static func run(
        _ steps: [Step], number: UInt64, _ books: Books, _ transaction: any Transaction
    ) throws {
        do {
            try compare(steps, Sequence(books, transaction, number: number))
        } catch is Difference {
            // Every try has its own parties, so what failed tries leave behind is not in the way.
            var tries = number << 16
            let found = Sequences.counterexample(of: steps, seed: number) { shorter in
                tries += 1
                try compare(shorter, Sequence(books, transaction, number: tries))
            }
            throw found ?? Difference("seed \(number): \(steps) failed once and then no more")
        }
    }

    private static func compare(_ steps: [Step], after first: [Command] = [.buy], _ sequence: Sequence) throws {
        for command in first { try sequence.run(command) }
        for step in steps {
            sequence.random = Seeded(step.seed)
            try sequence.run(step.command)
        }
        try sequence.compare()
    }

    /// How often sequences came to places that take several commands.
    final class Reached: Sendable {
        private let counts = Mutex<[String: Int]>([:])

        func note(_ paper: Paper) {
            let places =
                paper.lines.values.flatMap { line in
                    (line.isSettled ? ["settled"] : []) + (line.isBackLate ? ["back after settlement"] : [])
                } + paper.payouts.values.map { "payout \($0.state.rawValue)" }
            counts.withLock { counts in for place in places { counts[place, default: 0] += 1 } }
        }
        func count(_ place: String) -> Int { counts.withLock { $0[place] ?? 0 } }
    }
}

extension LedgerModelTests.Sequence {
    func run(_ command: LedgerModelTests.Command) throws {
        switch command {
        case .buy: try buy()
        case .takeBack: try takeBack()
        case .takeBackAgain: try takeBackAgain()
        case .release: try release()
        case .block, .unblock: try block(command == .block)
        case .settle: try settle()
        case .pay: try pay()
        case .claim, .finish, .fail: try movePayout(command)
        case .void: try void()
        case .deposit: try deposit()
        case .draw: try draw()
        case .seal: _ = try ledger.seal(limit: Int.random(in: 1...9, using: &random), in: transaction)
        }
    }

    /// Every account that the paper knows, and the rule that all of them sum to zero.
    func compare() throws {
        for (account, amount) in paper.balances {
            let stands = try Ledger.balance(of: account, in: transaction)
            try Difference.unless(stands == amount, "\(account): \(stands) in the books, \(amount) on paper")
        }
        try Difference.unless(paper.balances.values.reduce(0, +) + rest == 0, "the paper doesn't sum to zero")
        for number in paper.lines.keys {
            let book = try Ledger.line(OrderLineID(rawValue: number), in: transaction)
            try Difference.unless(book?.remainder == paper.lines[number]?.left, "line \(number - offset) differs")
        }
    }

    private func requireRefusal(_ problem: LedgerProblem, _ command: () throws -> Void) throws {
        do {
            try command()
        } catch let found as LedgerProblem {
            return try Difference.unless(found == problem, "refused with \(found), not \(problem)")
        }
        throw Difference("not refused with \(problem)")
    }

    private func anyLine() -> UInt128? { paper.lines.keys.sorted().randomElement(using: &random) }

    private func buy() throws {
        count += 1
        let number = offset + 100 + count
        let terms = LineTerms.any(&random)
        let amounts = try terms.amounts()
        guard case .shop(let shop) = parties[0], case .creator(let creator) = parties[1],
            case .agency(let agency) = parties[2]
        else { return }
        let sale = LineSale(
            line: OrderLineID(rawValue: number),
            parties: LineParties(buyer: buyer, shop: shop, creator: creator, agency: agency), terms: terms)
        let paid = amounts.paid(taxIncluded: terms.tax.isIncluded)
        try ledger.receive(
            Money(paid, .cny), from: buyer, through: provider, for: PaymentIntentID(rawValue: number), in: transaction)
        for _ in 0...1 { try ledger.sell([sale], of: OrderID(rawValue: number), in: transaction) }
        paper.add(-paid, .provider(provider), .clearing)
        paper.add(paid, .buyer(buyer), .credit)
        paper.lines[number] = .init(
            left: LineRemainder(quantity: terms.quantity, amounts: amounts, taxIncluded: terms.tax.isIncluded))
        move(amounts, of: number)
    }

    /// What each side gains by a sale, or loses when it is taken back, told apart from the code under test.
    private func move(_ a: LineAmounts, of number: UInt128, sign: Int64 = 1) {
        guard let line = paper.lines[number] else { return }
        let own: Account.Purpose = line.isSettled && !forgetsSettlement ? .payable : .held
        let included = line.left.taxIncluded
        let tax = a[.tax] + a[.shippingTax]
        let platform = a[.platformDiscount] + a[.platformShipping]
        let creatorPays = a[.creatorDiscount] + a[.creatorShipping]
        let shopPays = a[.shopDiscount] + a[.shopShipping]
        let shop = a[.price] + a[.shipping] - shopPays - a[.fee] - a[.commission] - (included ? tax : 0)
        paper.add(sign * shop, parties[0], own)
        paper.add(sign * (a[.commission] - a[.agencyShare] - creatorPays), parties[1], own)
        paper.add(sign * a[.agencyShare], parties[2], own)
        paper.add(-sign * a.paid(taxIncluded: included), .buyer(buyer), .credit)
        rest += sign * (a[.fee] - platform + tax)
    }

    private func takeBack() throws {
        guard let number = anyLine(), var line = paper.lines[number] else { return }
        let measure = RefundMeasure.any(line.left, &random)
        let cause = "c\(causes.count)"
        guard let part = try? line.left.part(measure) else {
            try requireRefusal(.refundTooLarge) {
                _ = try ledger.takeBack(measure, of: OrderLineID(rawValue: number), cause: cause, in: transaction)
            }
            return
        }
        let back = try ledger.takeBack(measure, of: OrderLineID(rawValue: number), cause: cause, in: transaction)
        let due = part.amounts.paid(taxIncluded: line.left.taxIncluded)
        try Difference.unless(back.amount == due, "\(back.amount) goes back where \(due) is due")
        move(part.amounts, of: number, sign: -1)
        line.left = line.left.without(part)
        line.isBackLate = line.isBackLate || line.isSettled
        paper.lines[number] = line
        causes.append((number, cause))
        guard Bool.random(using: &random), back.amount > 0 else { return }
        let refund = RefundID(rawValue: offset + UInt128(causes.count))
        for _ in 0...1 {
            try ledger.repay(
                back, to: buyer, through: provider, by: refund, of: PaymentIntentID(rawValue: number), in: transaction)
        }
        paper.add(-back.amount, .buyer(buyer), .credit)
        paper.add(back.amount, .provider(provider), .clearing)
    }

    private func takeBackAgain() throws {
        guard let (number, cause) = causes.randomElement(using: &random) else { return }
        // Whatever is asked under a known cause, nothing goes back again.
        let back = try ledger.takeBack(.everything, of: OrderLineID(rawValue: number), cause: cause, in: transaction)
        try Difference.unless(back.amount == 0, "\(back.amount) goes back a second time")
    }

    private func release() throws {
        guard let number = anyLine() else { return }
        try ledger.release([OrderLineID(rawValue: number)], at: ledger.source.now, in: transaction)
        paper.lines[number]?.isReleased = true
    }

    private func block(_ blocks: Bool) throws {
        guard let number = anyLine(), let line = paper.lines[number], blocks || line.blocks > 0 else { return }
        let id = OrderLineID(rawValue: number)
        if blocks { try ledger.block([id], in: transaction) } else { try ledger.unblock([id], in: transaction) }
        if !line.isSettled { paper.lines[number]?.blocks += blocks ? 1 : -1 }
    }

    private func settle() throws {
        _ = try ledger.settle(limit: 1_000, in: transaction)
        for (number, line) in paper.lines where line.isReleased && line.blocks == 0 && !line.isSettled {
            let (a, included) = (line.left.amounts, line.left.taxIncluded)
            let gains = a.gains(taxIncluded: included)
            for (side, party) in zip([Side.shop, .creator, .agency], parties) {
                paper.add(-(gains[side] ?? 0), party, .held)
                paper.add(gains[side] ?? 0, party, .payable)
            }
            paper.lines[number]?.isSettled = true
        }
    }

    private func pay() throws {
        guard let party = parties.randomElement(using: &random) else { return }
        let payable = paper.balances[Account(party, .payable, .cny), default: 0]
        guard payable > 0 else {
            try requireRefusal(.nothingToPay) { _ = try ledger.requestPayout(to: party, in: .cny, in: transaction) }
            return
        }
        let payout = try ledger.requestPayout(to: party, in: .cny, in: transaction)
        try Difference.unless(payout.amount.amount == payable, "\(payout.amount) is paid out of \(payable)")
        paper.payouts[payout.id] = (party, payable, .requested)
        paper.add(-payable, party, .payable)
        paper.add(payable, party, .payout)
    }

    private func movePayout(_ command: LedgerModelTests.Command) throws {
        guard let id = paper.payouts.keys.sorted().randomElement(using: &random), let payout = paper.payouts[id]
        else { return }
        let next: PayoutState = command == .claim ? .claimed : command == .finish ? .paid : .failed
        let isLegal = PayoutState.transitions[payout.state, default: []].contains(next)
        do {
            switch next {
            case .claimed: _ = try ledger.claim(id, by: "w", in: transaction)
            case .paid: _ = try ledger.finish(id, through: provider, reference: "r", in: transaction)
            default: _ = try ledger.fail(id, reason: "r", in: transaction)
            }
            try Difference.unless(isLegal, "a payout that is \(payout.state) became \(next)")
        } catch LedgerProblem.payoutState(let state) {
            try Difference.unless(!isLegal && state == payout.state, "a \(payout.state) payout stayed \(state)")
            return
        }
        paper.payouts[id]?.state = next
        guard next != .claimed else { return }
        paper.add(-payout.amount, payout.party, .payout)
        if next == .paid {
            paper.add(payout.amount, .provider(provider), .clearing)
        } else {
            paper.add(payout.amount, payout.party, .payable)
        }
    }

    private func void() throws {
        guard let number = anyLine(), var line = paper.lines[number], !line.isVoided else { return }
        try ledger.voidCommission(of: OrderLineID(rawValue: number), cause: "void", in: transaction)
        var part = LineAmounts()
        for component in [Component.commission, .agencyShare] { part[component] = line.left.amounts[component] }
        move(part, of: number, sign: -1)
        line.left = line.left.without((0, part))
        line.isVoided = true
        paper.lines[number] = line
    }

    private func deposit() throws {
        guard case .shop(let shop) = parties[0] else { return }
        count += 1
        let amount = Int64.random(in: 1...100_000, using: &random)
        for _ in 0...1 {
            try ledger.deposit(
                Money(amount, .cny), by: shop, through: provider, source: "deposit\(offset)-\(count)", in: transaction)
        }
        paper.add(-amount, .provider(provider), .clearing)
        paper.add(amount, parties[0], .deposit)
    }

    private func draw() throws {
        guard case .shop(let shop) = parties[0] else { return }
        count += 1
        let owed = -(paper.balances[Account(parties[0], .payable, .cny), default: 0])
        let amount = max(0, min(owed, paper.balances[Account(parties[0], .deposit, .cny), default: 0]))
        let drawn = try ledger.drawDeposit(of: shop, in: .cny, source: "draw\(offset)-\(count)", in: transaction)
        try Difference.unless(drawn == amount, "\(drawn) was drawn, \(amount) was there")
        paper.add(-amount, parties[0], .deposit)
        paper.add(amount, parties[0], .payable)
    }
}
