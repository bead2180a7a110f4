import Flows
import Journal
import Kernel
import Sequences
import Stock
import Store
import Synchronization
import Testing

/// Random lives of flash lots against a model that is a list of who holds what until when.
@Suite("Flash lots against a model") struct FlashLotModelTests {
    static let steps = Sequences<LotStep>(0..<10_000, length: 14) { random in
        let units = Int64.random(in: 1...4, using: &random)
        let which = Int.random(in: 0..<3, using: &random)
        switch Int.random(in: 0..<16, using: &random) {
        case 0, 1: return .open(total: units + 2, limit: Int64.random(in: 1...3, using: &random), in: Int64(which))
        case 2...6: return .buy(units, by: Int.random(in: 0..<3, using: &random), fromLot: which > 0)
        case 7...9: return .pay(which)
        case 10: return .cancel(which)
        case 11, 12: return .refund(which, units: max(1, units - 2))
        case 13: return .wait(minutes: Int64(which) * 2 * units)
        case 14: return .wait(minutes: Int64(which))
        default: return .end
        }
    }

    @Test("lot, buyers' shares and stock are what the model says", arguments: TestStore.available)
    func lives(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let seen = Seen()
            for seed in 0..<(kind == .sqlite ? 10_000 : 300) as Range<UInt64> {
                let commands = Self.steps.commands(seed)
                let found = await Sequences.slowCounterexample(of: commands, seed: seed) {
                    try await Self.live($0, on: store, seen)
                }
                if let found { throw found }
            }
            // Lives in which everything is refused, or nothing is, prove nothing.
            for step in ["open", "buy", "pay", "cancel", "refund", "end"] {
                #expect(seen.count(step, isDone: true) > 10 && seen.count(step, isDone: false) > 10, "\(step)")
            }
        }
    }

    @Test("A model that forgets the buyer's limit is caught by two steps: open, and buy too much")
    func brokenModel() async throws {
        try await TestStore.sqlite.run(Marketplace.migrations) { store in
            for seed in 0..<100 as Range<UInt64> {
                let found = await Sequences.slowCounterexample(of: Self.steps.commands(seed), seed: seed) {
                    try await Self.live($0, on: store, Seen(), keepsLimit: false)
                }
                guard let found else { continue }
                #expect(found.commands.count <= 4 && "\(found.commands)".contains("open"), "\(found)")
                return
            }
            Issue.record("Nobody noticed that the limit is gone.")
        }
    }

    /// Lives once, in a unit of work that is undone at the end, so that every life begins in an empty market.
    private static func live(
        _ steps: [LotStep], on store: any Store, _ seen: Seen, keepsLimit: Bool = true
    ) async throws {
        do {
            try await store.write { transaction in
                let life = LotLife(store, transaction, seen, keepsLimit: keepsLimit)
                try life.begin()
                for step in steps { try life.take(step) }
                throw Undone()
            }
        } catch is Undone {}
    }

    private struct Undone: Error {}
}

/// What can happen to a flash lot.
enum LotStep: Sendable {
    case open(total: Int64, limit: Int64, in: Int64)
    case buy(Int64, by: Int, fromLot: Bool)
    case pay(Int)
    case cancel(Int)
    case refund(Int, units: Int64)
    case wait(minutes: Int64)
    case end

    var name: String { String("\(self)".prefix { $0 != "(" }) }
}

/// How often a step was done, and how often it was refused.
final class Seen: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    func note(_ step: LotStep, isDone: Bool) { counts.withLock { $0["\(step.name) \(isDone)", default: 0] += 1 } }
    func count(_ name: String, isDone: Bool) -> Int { counts.withLock { $0["\(name) \(isDone)"] ?? 0 } }
}

/// One life: a variant with nine units and, one after the other, lots of it.
private final class LotLife {
    /// What somebody has, or had, reserved.
    struct Holding {
        let id: ReservationID
        let buyer: Int
        let lot: Int?
        var units: Int64
        let until: Instant
        var isPaid = false
        var isGone = false

        func counts(at now: Instant) -> Bool { !isGone && (isPaid || until > now) }
    }

    struct Lot {
        let id: FlashLotID
        let total: Int64
        let limit: Int64
        let starts: Instant
        var ends: Instant

        func runs(at now: Instant) -> Bool { starts <= now && now < ends }
    }

    private let transaction: any Transaction
    private let clock = TestClock()
    private let stock: Stock
    private let seen: Seen
    private let keepsLimit: Bool
    private let variant = VariantID(rawValue: 3)
    private let shop = ShopID(rawValue: 1)
    private let units: Int64 = 9
    private var holdings: [Holding] = []
    private var lots: [Lot] = []
    private var now: Instant { clock.source.now }

    init(_ store: any Store, _ transaction: any Transaction, _ seen: Seen, keepsLimit: Bool) {
        self.transaction = transaction
        self.seen = seen
        self.keepsLimit = keepsLimit
        stock = Stock(store: store, journal: Journal(store: store), source: clock.source)
    }

    func begin() throws {
        try stock.set(units, of: variant, product: ProductID(rawValue: 2), shop: shop, in: transaction)
    }

    /// - Throws: ``Difference`` where the store and the model don't agree.
    func take(_ step: LotStep) throws {
        let expected = allows(step)
        var refusal: (any Problem)?
        try transaction.run("SAVEPOINT step")
        do {
            if try perform(step) { try transaction.run("RELEASE SAVEPOINT step") } else { refusal = NotFound("it") }
        } catch let problem as any Problem where !(problem is StoreError) { refusal = problem }
        if refusal != nil { try transaction.run("ROLLBACK TO SAVEPOINT step") }
        try Difference.unless(
            (refusal == nil) == expected,
            "\(step): the model says \(expected), the store \(refusal.map { "\($0)" } ?? "yes")")
        seen.note(step, isDone: refusal == nil)
        try compare()
    }

    // MARK: What should be so

    private func held(of lot: Int? = nil, by buyer: Int? = nil) -> Int64 {
        holdings.filter { $0.counts(at: now) && (lot == nil || $0.lot == lot) && (buyer == nil || $0.buyer == buyer) }
            .reduce(0) { $0 + $1.units }
    }

    private func fits(_ quantity: Int64, by buyer: Int, from lot: Int?) -> Bool {
        guard quantity <= units - held() else { return false }
        guard let lot else { return true }
        let terms = lots[lot]
        guard terms.runs(at: now), quantity <= terms.total - held(of: lot) else { return false }
        return !keepsLimit || held(of: lot, by: buyer) + quantity <= terms.limit
    }

    private func allows(_ step: LotStep) -> Bool {
        switch step {
        case .open(let total, let limit, let start):
            let starts = now + .minutes(start)
            let ends = starts + .minutes(30)
            return limit <= total && !lots.contains { $0.starts < ends && $0.ends > starts }
        case .buy(let quantity, let buyer, let fromLot):
            if fromLot && lots.isEmpty { return false }
            return fits(quantity, by: buyer, from: fromLot ? lots.indices.last : nil)
        case .pay(let index):
            guard holdings.indices.contains(index) else { return false }
            let holding = holdings[index]
            return !holding.isGone || fits(holding.units, by: holding.buyer, from: holding.lot)
        case .cancel(let index): return holdings.indices.contains(index) && !holdings[index].isGone
        case .refund(let index, let quantity):
            return holdings.indices.contains(index) && holdings[index].isPaid && !holdings[index].isGone
                && quantity <= holdings[index].units
        case .wait: return true
        case .end: return lots.last.map { $0.ends > now } ?? false
        }
    }

    /// What is reserved, also for those who did not pay in time and whose units nobody has needed yet.
    private func occupied(of lot: Int? = nil, by buyer: Int? = nil) -> Int64 {
        holdings.filter { !$0.isGone && (lot == nil || $0.lot == lot) && (buyer == nil || $0.buyer == buyer) }
            .reduce(0) { $0 + $1.units }
    }

    /// Whoever needs units, the last of them or a share that seems taken, first gives back what nobody paid for in time.
    private func forgetExpired(for quantity: Int64, by buyer: Int, from lot: Int?) {
        var isNeeded = quantity >= units - occupied()
        if let lot {
            isNeeded =
                isNeeded || quantity > lots[lot].total - occupied(of: lot)
                || quantity > lots[lot].limit - occupied(of: lot, by: buyer)
        }
        guard isNeeded else { return }
        for index in holdings.indices where !holdings[index].isPaid && holdings[index].until <= now {
            holdings[index].isGone = true
        }
    }

    // MARK: What is done

    /// - Returns: whether it could be done.
    private func perform(_ step: LotStep) throws -> Bool {
        switch step {
        case .open(let total, let limit, let start): try open(total, limit, start)
        case .buy(let quantity, let buyer, let fromLot): return try buy(quantity, buyer, fromLot: fromLot)
        case .pay(let index): return try pay(index)
        case .cancel(let index):
            guard holdings.indices.contains(index), !holdings[index].isGone else { return false }
            try stock.release([holdings[index].id], in: transaction)
            holdings[index].isGone = true
        case .refund(let index, let quantity):
            guard holdings.indices.contains(index),
                try stock.giveBack(quantity, of: holdings[index].id, in: transaction)
            else { return false }
            if holdings[index].units == quantity {
                holdings[index].isGone = true
            } else {
                holdings[index].units -= quantity
            }
        case .wait(let minutes): clock.advance(by: .minutes(minutes))
        case .end:
            guard let lot = lots.last else { return false }
            try stock.end(lot.id, of: shop, in: transaction)
            lots[lots.count - 1] = Lot(
                id: lot.id, total: lot.total, limit: lot.limit, starts: min(lot.starts, now), ends: now)
        }
        return true
    }

    private func open(_ total: Int64, _ limit: Int64, _ start: Int64) throws {
        let lot = Lot(
            id: FlashLotID(rawValue: UInt128(lots.count + 1)), total: total, limit: limit,
            starts: now + .minutes(start),
            ends: now + .minutes(start + 30))
        try stock.open(
            FlashLot(
                id: lot.id, variant: variant, shop: shop, price: Money(300, .cny), total: total, buyerLimit: limit,
                startsAt: lot.starts, endsAt: lot.ends), in: transaction)
        lots.append(lot)
    }

    private func buy(_ quantity: Int64, _ buyer: Int, fromLot: Bool) throws -> Bool {
        let lot = fromLot ? lots.indices.last : nil
        if fromLot && lot == nil { return false }
        let claim = lot.map { FlashClaim(lot: lots[$0].id, buyer: PersonID(rawValue: UInt128(100 + buyer))) }
        let until = now + .minutes(15)
        let demand = Demand(variant: variant, shop: shop, quantity: quantity, flash: claim)
        let reserved = try stock.reserve([demand], until: until, in: transaction)
        guard let id = reserved[variant] else { return false }
        // A refused attempt is undone with everything that it gave back.
        forgetExpired(for: quantity, by: buyer, from: lot)
        holdings.append(Holding(id: id, buyer: buyer, lot: lot, units: quantity, until: until))
        return true
    }

    /// Late money takes its units and its share again, if both are still there.
    private func pay(_ index: Int) throws -> Bool {
        guard holdings.indices.contains(index) else { return false }
        let wasGone = holdings[index].isGone
        guard try stock.commit([holdings[index].id], in: transaction).isEmpty else { return false }
        if wasGone { forgetExpired(for: holdings[index].units, by: holdings[index].buyer, from: holdings[index].lot) }
        holdings[index].isGone = false
        holdings[index].isPaid = true
        return true
    }

    private func compare() throws {
        let left = try stock.available([variant], in: transaction)[variant]
        let expected = units - held()
        try Difference.unless(left == expected, "\(left ?? -1) units can be sold, \(expected) in the model")
        let running = try stock.runningLots(of: [variant], in: transaction)[variant]
        // Lots have no time in common, so one at most runs.
        let lot = lots.indices.first { lots[$0].runs(at: now) }
        let rest = lot.map { lots[$0].total - held(of: $0) } ?? 0
        try Difference.unless(
            running?.remaining ?? 0 == rest,
            "the lot has \(running?.remaining ?? 0) left, \(rest) in the model")
    }
}
