import AfterSales
import Flows
import HTTP
import Kernel
import Ledger
import Orders
import Payments
import Stock
import Store
import Testing
import Warehouse

/// Parcels, from the shelf to the carrier, on both stores.
@Suite("Parcels") struct ShipmentTests {
    @Test(
        "an order in three parcels: it is shipped with the last one, and the books wait for the receipt",
        arguments: TestStore.available)
    func partialShipment(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.shipInParts(on: $0) }
    }

    private static func shipInParts(on store: any Store) async throws {
        let bazaar = try await Bazaar(store, units: 10)
        let clerk = Clerk(bazaar)
        let order = try await clerk.paid(3, by: buyer)
        let line = order.lines[0].id
        for part in 1...2 {
            bazaar.clock.advance(by: .seconds(1))
            let now = try await clerk.ship(order.id, [line: 1], tracking: "SF\(part)")
            #expect(now.state == .paid)
            try await clerk.requireBalance("parcel \(part)")
        }
        await #expect(throws: ShipmentProblem.tooMany) { try await clerk.ship(order.id, [line: 2], tracking: "SF9") }
        await #expect(throws: ShipmentProblem.partlyShipped) {
            try await ChangeOrder(bazaar.market).cancel(order.id, by: Self.buyer, reason: "")
        }
        let seen = try await PickParcels(bazaar.market).parcels(of: order.id, for: buyer)
        #expect(seen.map(\.tracking) == ["SF1", "SF2"] && seen.allSatisfy { $0.lines.map(\.quantity) == [1] })
        let last = try await clerk.ship(order.id, nil, tracking: "SF3")
        #expect(last.state == .shipped && last.tracking == "SF3")
        #expect(try await clerk.holdback(of: line).allSatisfy { $0.releaseAt == nil })
        _ = try await ChangeOrder(bazaar.market).confirmReceipt(order.id, by: buyer.person)
        #expect(try await clerk.holdback(of: line).allSatisfy { $0.releaseAt != nil })
        #expect(try await bazaar.left() == 7)
        try await clerk.requireBalance("received")
        try await bazaar.requireSoundBooks()
    }

    static let buyer = Identity(person: PersonID(rawValue: 9), proof: .visitor)

    @Test(
        "what has not left is refunded, its goods are free again, and the order is shipped without it",
        arguments: TestStore.available)
    func refundOfTheRest(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.refundRest(on: $0) }
    }

    private static func refundRest(on store: any Store) async throws {
        let bazaar = try await Bazaar(store, units: 10)
        let clerk = Clerk(bazaar)
        let order = try await clerk.paid(3, by: buyer)
        let line = order.lines[0].id
        _ = try await clerk.ship(order.id, [line: 1], tracking: "SF1")
        #expect(try await PickParcels(bazaar.market).plan(of: bazaar.shop, by: clerk.identity) == 1)
        #expect(try await clerk.openParcels().count == 1)
        await #expect(throws: AfterSaleProblem.tooMany) { try await clerk.refund(3, of: order, by: Self.buyer) }
        let case1 = try await clerk.refund(1, of: order, by: buyer)
        await #expect(throws: AfterSaleProblem.alreadyOpen) { try await clerk.ship(order.id, nil, tracking: "SF2") }
        _ = try await AnswerAfterSaleCase(bazaar.market)(
            case1.id, approves: true, note: "", Command(by: clerk.identity))
        #expect(try await bazaar.left() == 8)
        #expect(try await bazaar.market.orders.order(order.id)?.state == .paid)
        try await clerk.confirmRefunds(of: order)
        let case2 = try await clerk.refund(1, of: order, by: buyer)
        _ = try await AnswerAfterSaleCase(bazaar.market)(
            case2.id, approves: true, note: "", Command(by: clerk.identity))
        #expect(try await bazaar.left() == 9)
        #expect(try await bazaar.market.orders.order(order.id)?.state == .shipped)
        #expect(try await clerk.openParcels().isEmpty)
        try await clerk.requireBalance("refunded")
        try await bazaar.requireSoundBooks()
    }

    @Test("pick, pack, ship: a scan counts one unit, and only what is in the parcel", arguments: TestStore.available)
    func picking(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.pick(on: $0) }
    }

    private static func pick(on store: any Store) async throws {
        let bazaar = try await Bazaar(store, units: 10)
        let clerk = Clerk(bazaar)
        let order = try await clerk.paid(2, by: buyer)
        let pick = PickParcels(bazaar.market)
        #expect(try await pick.plan(of: bazaar.shop, by: clerk.identity) == 1)
        #expect(try await pick.plan(of: bazaar.shop, by: clerk.identity) == 0)
        let parcel = try #require(try await clerk.openParcels().first)
        let command = Command(by: clerk.identity)
        await #expect(throws: ShipmentProblem.illegal(from: .planned, to: .shipped)) {
            try await pick.dispatch(parcel.id, with: Carriage(carrier: "SF", tracking: "1"), command)
        }
        await #expect(throws: ShipmentProblem.unknownCode("nonsense")) {
            try await pick.scan("nonsense", for: parcel.id, command)
        }
        let code = bazaar.variant.description.uppercased()
        #expect(try await pick.scan(code, for: parcel.id, command).state == .picking)
        #expect(try await bazaar.market.warehouses.pickTasks(of: bazaar.shop, limit: 9).map(\.picked) == [1])
        #expect(try await pick.scan(code, for: parcel.id, command).state == .picked)
        await #expect(throws: ShipmentProblem.pickedAll(code)) { try await pick.scan(code, for: parcel.id, command) }
        #expect(try await pick.pack(parcel.id, command).state == .packed)
        let gone = try await pick.dispatch(parcel.id, with: Carriage(carrier: "SF", tracking: "1"), command)
        #expect(gone.state == .shipped)
        #expect(try await bazaar.market.orders.order(order.id)?.state == .shipped)
        let stranger = Identity(person: PersonID(rawValue: 66), proof: .visitor, shops: [ShopID(rawValue: 99): .owner])
        await #expect(throws: NotFound.self) { try await pick.read(parcel.id, by: stranger) }
        await #expect(throws: NotFound.self) { try await pick.scan(code, for: parcel.id, Command(by: stranger)) }
        await #expect(throws: NotFound.self) { try await pick.parcels(of: order.id, for: stranger) }
        try await clerk.requireBalance("picked")
    }

    @Test(
        "two warehouses: what lies apart leaves apart, under one number when it is shipped at once",
        arguments: TestStore.available)
    func twoWarehouses(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.shipFromTwo(on: $0) }
    }

    private static func shipFromTwo(on store: any Store) async throws {
        let bazaar = try await Bazaar(store, units: 6)
        let clerk = Clerk(bazaar)
        let near = try await clerk.warehouse("East", region: "浙江省")
        let home = try await KeepWarehouses(bazaar.market).all(of: bazaar.shop, by: clerk.identity)[0].id
        _ = try await KeepWarehouses(bazaar.market).transfer(
            .init(3, of: bazaar.variant, from: home, to: near, note: ""), of: bazaar.shop, Command(by: clerk.identity))
        let small = try await clerk.paid(2, by: buyer)
        _ = try await clerk.ship(small.id, nil, tracking: "SF1")
        let parcels = try await PickParcels(bazaar.market).parcels(of: small.id, for: clerk.identity)
        #expect(parcels.map(\.warehouse) == [near], "the nearest that has all")
        let large = try await clerk.paid(4, by: buyer)
        let shipped = try await clerk.ship(large.id, nil, tracking: "SF2")
        #expect(shipped.state == .shipped)
        let both = try await PickParcels(bazaar.market).parcels(of: large.id, for: clerk.identity)
        #expect(Set(both.map(\.warehouse)) == [near, home] && both.allSatisfy { $0.tracking == "SF2" })
        try await clerk.requireBalance("two warehouses")
    }

    @Test(
        "ship against cancel, parcel by parcel: stock, parcels, money and order agree", arguments: TestStore.available)
    func shipAgainstCancel(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 60)
            let clerk = Clerk(bazaar)
            for round in 0..<6 { try await Self.race(bazaar, clerk, round) }
        }
    }

    private static func race(_ bazaar: Bazaar, _ clerk: Clerk, _ round: Int) async throws {
        let before = try await bazaar.left()
        let order = try await clerk.paid(3, by: buyer)
        let line = order.lines[0].id
        async let cancelled = try? ChangeOrder(bazaar.market).cancel(order.id, by: buyer, reason: "")
        async let first = try? clerk.ship(order.id, [line: 1], tracking: "a")
        async let second = try? clerk.ship(order.id, [line: 2], tracking: "b")
        async let planned = try? PickParcels(bazaar.market).plan(of: bazaar.shop, by: clerk.identity)
        let isCancelled = await cancelled != nil
        let parts = [await first, await second].compactMap { $0 }
        _ = await planned
        #expect(isCancelled == parts.isEmpty)
        let state = try await bazaar.market.orders.order(order.id)?.state
        #expect((state == .cancelled) == isCancelled)
        #expect(try await bazaar.left() == (isCancelled ? before : before - 3))
        let intent = try #require(try await bazaar.market.payments.intent(of: order.group))
        #expect(intent.refunded.amount == (isCancelled ? 1_500 : 0))
        try await clerk.requireBalance("round \(round)")
        guard !isCancelled else { return }
        if state == .paid { _ = try await clerk.ship(order.id, nil, tracking: "c") }
        #expect(try await bazaar.market.orders.order(order.id)?.state == .shipped)
        try await clerk.requireBalance("round \(round), all shipped")
    }

    @Test("goods come back: for sale again where they were put, or written off", arguments: TestStore.available)
    func inspection(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.inspect(on: $0) }
    }

    private static func inspect(on store: any Store) async throws {
        let bazaar = try await Bazaar(store, units: 10)
        let clerk = Clerk(bazaar)
        let returns = try await clerk.warehouse("Returns")
        for isResellable in [true, false] {
            let before = try await bazaar.left()
            let order = try await clerk.paid(2, by: buyer)
            _ = try await clerk.ship(order.id, nil, tracking: "SF1")
            let found = try await clerk.sendHome(2, of: order, by: buyer)
            let goods = ReturnedGoods(isResellable: isResellable, warehouse: returns)
            _ = try await ReturnGoods(bazaar.market).inspect(
                found.id, passes: true, goods: goods, note: "", Command(by: clerk.identity))
            #expect(try await bazaar.left() == (isResellable ? before : before - 2))
            try await clerk.requireBalance("resellable: \(isResellable)")
        }
        let moves = try await bazaar.market.warehouses.movements(of: bazaar.shop, limit: 20)
            .filter { $0.warehouse == returns }
        #expect(moves.map(\.reason) == [.damaged, .returned, .returned])
        #expect(moves.map(\.quantity) == [-2, 2, 2])
    }
}
