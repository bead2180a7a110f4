import AfterSales
import Flows
import HTTP
import Kernel
import Orders
import Sequences
import Stock
import Store
import Testing
import Warehouse

/// Random days in a warehouse: after every step, what lies in all warehouses is what can be sold and what is reserved or
/// sold and has not left.
@Suite("A warehouse's days") struct WarehouseModelTests {
    @Test(
        "random adjustments, counts, deltas, transfers, arrivals, sales, parcels, refunds, returns and imports",
        arguments: TestStore.available)
    func days(kind: TestStore) async throws {
        var done: Set<Day.Step> = []
        for seed in 0..<(kind == .sqlite ? 24 : 4) as Range<UInt64> {
            try await kind.run(Marketplace.migrations) { done.formUnion(try await Self.day(seed, on: $0)) }
        }
        // Days on which everything is refused prove nothing.
        if kind == .sqlite { #expect(Set(Day.Step.allCases).subtracting(done).isEmpty) }
    }

    /// - Returns: the steps that were not refused.
    private static func day(_ seed: UInt64, on store: any Store) async throws -> Set<Day.Step> {
        var day = try await Day(store, seed)
        var done: Set<Day.Step> = []
        for _ in 0..<40 {
            let step = Day.Step.allCases.randomElement(using: &day.random) ?? .adjust
            day.trace.append(step)
            do { if try await day.take(step) { done.insert(step) } } catch let problem as any Problem {
                // A refusal is fine; whether it changed anything is what is asked next.
                try #require(!(problem is StoreError), "seed \(seed): \(day.trace) \(problem)")
            }
            try await day.clerk.requireBalance("seed \(seed): \(day.trace)")
        }
        try await day.bazaar.requireSoundBooks()
        return done
    }
}

struct Day {
    enum Step: CaseIterable {
        case adjust, count, delta, transfer, arrive, buy, pay, payAgain, shipPart, shipAll, plan, openParcel, cancel
        case refund, sendHome, takeBack, exchange, set, wait
    }

    let bazaar: Bazaar
    let clerk: Clerk
    let buyer = Identity(person: PersonID(rawValue: 9), proof: .visitor)
    var random: SplitMix
    var places: [WarehouseID] = []
    var groups: [OrderGroupID] = []
    var orders: [Order] = []
    var cases: [AfterSaleCaseID] = []
    var trace: [Step] = []

    init(_ store: any Store, _ seed: UInt64) async throws {
        bazaar = try await Bazaar(store, units: 12)
        clerk = Clerk(bazaar)
        random = SplitMix(state: seed)
        places = [
            try await KeepWarehouses(bazaar.market).all(of: bazaar.shop, by: clerk.identity)[0].id,
            try await clerk.warehouse("East", region: "浙江"), try await clerk.warehouse("West", region: "Sichuan"),
        ]
    }

    private mutating func units(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }
    private mutating func place() -> WarehouseID { places[Int.random(in: 0..<places.count, using: &random)] }
    private mutating func order() throws -> Order { try #require(orders.randomElement(using: &random)) }

    /// - Returns: whether there was something to do.
    mutating func take(_ step: Step) async throws -> Bool {
        guard !orders.isEmpty || ![.shipPart, .shipAll, .cancel, .refund, .sendHome, .exchange].contains(step) else {
            return false
        }
        switch step {
        case .adjust: try await clerk.adjust(units(-3...3), .correction, at: place())
        case .count: _ = try await clerk.count(units(0...8), at: place())
        case .delta: _ = try await clerk.sync([clerk.delta("d\(units(0...5))", units(-2...4))])
        case .transfer, .arrive: try await move(step)
        case .buy: groups.append(try await bazaar.buy(units(1...3), by: buyer.person).group)
        case .pay, .payAgain: return try await pay()
        case .shipPart:
            let order = try order()
            try await clerk.ship(order.id, [order.lines[0].id: units(1...2)], tracking: "p")
        case .shipAll: try await clerk.ship(try order().id, nil, tracking: "a")
        case .plan: _ = try await PickParcels(bazaar.market).plan(of: bazaar.shop, by: clerk.identity)
        case .openParcel: return try await handleParcel()
        case .cancel: _ = try await ChangeOrder(bazaar.market).cancel(try order().id, by: buyer, reason: "")
        case .refund, .sendHome, .exchange: try await ask(step)
        case .takeBack: return try await takeBack()
        case .set: try await clerk.set(units(0...10))
        case .wait:
            bazaar.clock.advance(by: .minutes(units(1...30)))
            try await SweepDeadlines(bazaar.market)()
        }
        return true
    }

    private mutating func move(_ step: Step) async throws {
        let (keep, command) = (KeepWarehouses(bazaar.market), Command(by: clerk.identity))
        guard step == .arrive else {
            _ = try await keep.transfer(
                .init(units(1...3), of: bazaar.variant, from: place(), to: place(), note: ""), of: bazaar.shop, command)
            return
        }
        let inbound = try await keep.expect(
            [bazaar.variant: 3], at: place(), of: bazaar.shop, reference: "", command)
        _ = try await keep.receive(
            [.init(units(0...3), damaged: units(0...1), of: bazaar.variant)], for: inbound.id, of: bazaar.shop, command)
    }

    private mutating func pay() async throws -> Bool {
        guard let group = groups.popLast() else { return false }
        try await SettlePayments(bazaar.market).returned(to: group, by: buyer.person)
        orders += try await bazaar.market.orders.group(group)?.orders ?? []
        return true
    }

    private mutating func handleParcel() async throws -> Bool {
        guard let parcel = try await clerk.openParcels().randomElement(using: &random) else { return false }
        let (pick, command) = (PickParcels(bazaar.market), Command(by: clerk.identity))
        switch parcel.state {
        case .planned where units(0...1) == 0: _ = try await pick.cancel(parcel.id, command)
        case .planned, .picking: _ = try await pick.scan(bazaar.variant.description, for: parcel.id, command)
        case .picked: _ = try await pick.pack(parcel.id, command)
        default:
            _ = try await pick.dispatch(parcel.id, with: Carriage(carrier: "SF", tracking: "t"), command)
        }
        return true
    }

    private mutating func ask(_ step: Step) async throws {
        var order = try order()
        // Goods can come back only when they have left.
        if step != .refund {
            for one in orders where try await bazaar.market.orders.order(one.id)?.state == .shipped { order = one }
        }
        let kind: AfterSaleKind = step == .refund ? .refund : step == .exchange ? .exchange : .return
        let found = try await OpenAfterSaleCase(bazaar.market)(
            .init(kind, reason: .other, note: "", lines: [.init(line: order.lines[0].id, quantity: units(1...2))]),
            about: order.id, Command(by: buyer))
        cases.append(found.id)
        _ = try await AnswerAfterSaleCase(bazaar.market)(
            found.id, approves: true, note: "", Command(by: clerk.identity))
    }

    /// Goods come back, are looked at, and of an exchange others are sent, or the shop forgets to.
    private mutating func takeBack() async throws -> Bool {
        guard let id = cases.popLast() else { return false }
        let command = Command(by: clerk.identity)
        _ = try await ReturnGoods(bazaar.market).send(id, carrier: "SF", tracking: "b", Command(by: buyer))
        let goods = ReturnedGoods(isResellable: units(0...1) == 0, warehouse: place())
        _ = try await ReturnGoods(bazaar.market).inspect(id, passes: true, goods: goods, note: "", command)
        guard units(0...1) == 0 else {
            bazaar.clock.advance(by: .days(4))
            return true
        }
        _ = try await ReplaceGoods(bazaar.market).ship(id, carrier: "SF", tracking: "r", command)
        return true
    }
}
