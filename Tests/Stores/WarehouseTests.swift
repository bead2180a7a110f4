import Catalog
import Flows
import HTTP
import Kernel
import Orders
import Stock
import Store
import Testing
import Warehouse

/// What can be sold and what lies in the warehouses, on both stores.
@Suite("Stock and warehouses") struct WarehouseTests {
    @Test("an adjustment against buyers: nothing is oversold and nothing is lost", arguments: TestStore.available)
    func adjustmentAgainstTake(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.raceAdjustment(on: $0) }
    }

    private static func raceAdjustment(on store: any Store) async throws {
        let bazaar = try await Bazaar(store, units: 10)
        let clerk = Clerk(bazaar)
        async let sold = withTaskGroup(of: Int.self) { group in
            for buyer in 0..<12 {
                group.addTask { (try? await bazaar.buy(by: PersonID(rawValue: UInt128(100 + buyer)))) != nil ? 1 : 0 }
            }
            return await group.reduce(0, +)
        }
        async let lost = withTaskGroup(of: Int.self) { group in
            for _ in 0..<6 {
                group.addTask { (try? await clerk.adjust(-2, .lost)) != nil ? 2 : 0 }
            }
            return await group.reduce(0, +)
        }
        let (units, gone) = (await sold, await lost)
        let left = try await bazaar.left()
        #expect(Int64(10 - units - gone) == left)
        #expect(left >= 0 && left < 2)
        try await clerk.requireBalance("race")
    }

    @Test("the last unit: a buyer or a program's delta gets it, never both", arguments: TestStore.available)
    func lastUnit(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 0)
            let clerk = Clerk(bazaar)
            for round in 0..<6 { try await Self.raceLastUnit(bazaar, clerk, round) }
        }
    }

    private static func raceLastUnit(_ bazaar: Bazaar, _ clerk: Clerk, _ round: Int) async throws {
        let level = try await bazaar.left()
        #expect(level == 0)
        try await clerk.adjust(1, .received)
        async let bought = try? bazaar.buy(by: PersonID(rawValue: UInt128(100 + round)))
        async let applied = clerk.sync([clerk.delta("till-\(round)", -1)])
        let (isSold, outcome) = (await bought != nil, try await applied[0])
        #expect(isSold != (outcome.result != nil))
        if isSold { #expect(outcome.problem is StockProblem) }
        try await clerk.requireBalance("round \(round)")
    }

    @Test("one delta's identifier many times at once is applied once", arguments: TestStore.available)
    func sameDelta(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.raceDelta(on: $0) }
    }

    private static func raceDelta(on store: any Store) async throws {
        let bazaar = try await Bazaar(store, units: 5)
        let clerk = Clerk(bazaar)
        let outcomes = try await withThrowingTaskGroup(of: [ChangeStock.Outcome].self) { group in
            for _ in 0..<8 { group.addTask { try await clerk.sync([clerk.delta("d", 3, .received)]) } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(outcomes.count { $0.result != nil } == 1)
        #expect(outcomes.allSatisfy { $0.problem == nil })
        #expect(try await bazaar.left() == 8)
        let reused = try await clerk.sync([clerk.delta("d", 4, .received)])
        #expect(reused[0].problem as? WarehouseProblem == .deltaReused)
        try await clerk.requireBalance("deltas")
    }

    @Test("a batch answers each line for itself, and a refused one may come again", arguments: TestStore.available)
    func batch(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 1)
            let clerk = Clerk(bazaar)
            let foreign = ChangeStock.Adjustment(
                1, of: VariantID(rawValue: 404), at: nil, .received, note: "")
            var deltas = [clerk.delta("a", -5), .init(id: "b", foreign), clerk.delta("", 1, .received)]
            deltas += (0..<120).map { clerk.delta("n\($0)", 1, .received) }
            let outcomes = try await clerk.sync(deltas)
            #expect(outcomes[0].problem as? StockProblem == .tooFewUnsold(1) || outcomes[0].problem is WarehouseProblem)
            #expect(outcomes[1].problem is NotFound)
            #expect(outcomes[2].problem is InvalidField)
            #expect(outcomes.count { $0.result != nil } == 120)
            #expect(try await clerk.sync([deltas[0]])[0].result?.onHand == 116)
            #expect(try await clerk.sync([deltas[0]])[0].result == nil)
            #expect(try await bazaar.left() == 116)
            await #expect(throws: InvalidField.self) {
                try await clerk.sync((0...ChangeStock.limit).map { clerk.delta("x\($0)", 1, .received) })
            }
        }
    }

    @Test(
        "a count is kept as the difference, and what waits to be shipped is counted with it",
        arguments: TestStore.available)
    func counts(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 10)
            let clerk = Clerk(bazaar)
            _ = try await bazaar.buy(4, by: PersonID(rawValue: 9))
            let result = try await clerk.count(9)
            #expect(result.quantity == -1 && result.onHand == 9)
            #expect(try await bazaar.left() == 5)
            // Buyers wait for four of them: fewer can't be there without an order being cancelled.
            await #expect(throws: StockProblem.tooFewUnsold(5)) { try await clerk.count(3) }
            let movements = try await bazaar.market.warehouses.movements(of: bazaar.shop, limit: 10)
            #expect(movements.map(\.reason) == [.counted, .opening])
            #expect(movements.map(\.quantity) == [-1, 10] && movements.map(\.onHand) == [9, 10])
            try await clerk.requireBalance("count")
        }
    }

    @Test("a watched variant is told of once for each time that it falls", arguments: TestStore.available)
    func lowStock(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 5)
            let clerk = Clerk(bazaar)
            try await ChangeStock(bazaar.market).watch(
                bazaar.variant, at: 3, of: bazaar.shop, Command(by: clerk.identity))
            for buyer in 0..<3 { _ = try await bazaar.buy(by: PersonID(rawValue: UInt128(20 + buyer))) }
            try await clerk.adjust(-1, .damaged)
            #expect(try await clerk.lowFacts() == [3])
            let low = try await bazaar.market.stock.levels(of: bazaar.shop, onlyLow: true, limit: 10)
            #expect(low.map(\.available) == [1] && low.map(\.isLow) == [true])
            try await clerk.adjust(4, .received)
            #expect(try await bazaar.market.stock.levels(of: bazaar.shop, onlyLow: true, limit: 10).isEmpty)
            try await clerk.adjust(-2, .lost)
            #expect(try await clerk.lowFacts() == [3, 3])
        }
    }

    @Test("what other shops have is not there", arguments: TestStore.available)
    func strangers(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.refuseStrangers(on: $0) }
    }

    private static func refuseStrangers(on store: any Store) async throws {
        let bazaar = try await Bazaar(store, units: 5)
        let clerk = Clerk(bazaar)
        let elsewhere = ShopID(rawValue: 99)
        let stranger = Identity(person: PersonID(rawValue: 66), proof: .visitor, shops: [elsewhere: .owner])
        let change = ChangeStock(bazaar.market)
        let adjustment = ChangeStock.Adjustment(1, of: bazaar.variant, at: nil, .received, note: "")
        for shop in [bazaar.shop, elsewhere] {
            await #expect(throws: NotFound.self) {
                try await change.adjust(adjustment, of: shop, Command(by: stranger))
            }
            await #expect(throws: NotFound.self) {
                try await change.watch(bazaar.variant, at: 1, of: shop, Command(by: stranger))
            }
        }
        let finance = Identity(person: PersonID(rawValue: 67), proof: .visitor, shops: [bazaar.shop: .finance])
        await #expect(throws: Forbidden.self) {
            try await change.adjust(adjustment, of: bazaar.shop, Command(by: finance))
        }
        let place = try await clerk.warehouse("West")
        let theirs = Move(1, of: bazaar.variant, at: place, .received)
        #expect(theirs.quantity == 1)
        await #expect(throws: NotFound.self) {
            try await KeepWarehouses(bazaar.market).change(
                Warehouse(id: place, shop: elsewhere, name: "x", region: "", isActive: true, isDefault: false),
                Command(by: stranger))
        }
        #expect(try await bazaar.left() == 5)
    }

    @Test("transfers, inbound orders and snapshots", arguments: TestStore.available)
    func moving(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.move(on: $0) }
    }

    private static func move(on store: any Store) async throws {
        let bazaar = try await Bazaar(store, units: 10)
        let clerk = Clerk(bazaar)
        let keep = KeepWarehouses(bazaar.market)
        let west = try await clerk.warehouse("West")
        let home = try await keep.all(of: bazaar.shop, by: clerk.identity)[0]
        #expect(home.isDefault && home.id != west)
        let transfer = KeepWarehouses.Transfer(6, of: bazaar.variant, from: home.id, to: west, note: "")
        #expect(try await keep.transfer(transfer, of: bazaar.shop, Command(by: clerk.identity)) == 6)
        await #expect(throws: WarehouseProblem.tooFewThere(4)) {
            try await keep.transfer(transfer, of: bazaar.shop, Command(by: clerk.identity))
        }
        #expect(try await bazaar.left() == 10)
        let before = bazaar.clock.source.now
        bazaar.clock.advance(by: .hours(1))
        let inbound = try await keep.expect(
            [bazaar.variant: 20], at: west, of: bazaar.shop, reference: "PO 1", Command(by: clerk.identity))
        let came = try await keep.receive(
            [.init(18, damaged: 2, of: bazaar.variant)], for: inbound.id, of: bazaar.shop,
            Command(by: clerk.identity))
        #expect(came.state == .receiving && came.lines[0].received == 18 && came.lines[0].damaged == 2)
        #expect(try await bazaar.left() == 28)
        _ = try await keep.close(inbound.id, of: bazaar.shop, Command(by: clerk.identity))
        await #expect(throws: WarehouseProblem.inboundClosed) {
            try await keep.receive(
                [.init(1, damaged: 0, of: bazaar.variant)], for: inbound.id, of: bazaar.shop,
                Command(by: clerk.identity))
        }
        try await clerk.requireBalance("inbound")
        let read = ReadStock(bazaar.market)
        let then = try await read.snapshot(of: bazaar.shop, warehouse: west, at: before, by: clerk.identity)
        let now = try await read.snapshot(of: bazaar.shop, warehouse: west, at: nil, by: clerk.identity)
        #expect(then.split(separator: "\r\n").map { $0.split(separator: ",").last } == ["on_hand", "6"])
        #expect(now.split(separator: "\r\n").map { $0.split(separator: ",").last } == ["on_hand", "24"])
        let closed = Warehouse(
            id: west, shop: bazaar.shop, name: "West", region: "", isActive: false, isDefault: false)
        await #expect(throws: WarehouseProblem.notEmpty) {
            try await keep.change(closed, Command(by: clerk.identity))
        }
    }

    @Test("what an import sets later finds its place in the default warehouse", arguments: TestStore.available)
    func imported(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 10)
            let clerk = Clerk(bazaar)
            _ = try await bazaar.buy(2, by: PersonID(rawValue: 9))
            try await clerk.adjust(1, .received)
            for units in [30, 4] as [Int64] {
                try await clerk.set(units)
                try await clerk.adjust(1, .received)
                try await clerk.requireBalance("import of \(units)")
                #expect(try await bazaar.left() == units + 1)
            }
        }
    }
}
