import Catalog
import Flows
import HTTP
import Kernel
import Orders
import Stock
import Store
import Testing
import Warehouse

/// Orders from before the house knew what had left it, and those that were sold elsewhere.
@Suite("Orders from before") struct OldOrdersTests {
    @Test("what was on its way before has left, what was not lies there still", arguments: TestStore.available)
    func migrated(kind: TestStore) async throws {
        let before = Marketplace.migrations.filter { $0.room != "flows" }
        try await kind.run(before) { try await Self.migrate($0) }
    }

    private static func migrate(_ store: any Store) async throws {
        let bazaar = try await Bazaar(store, units: 10)
        let clerk = Clerk(bazaar)
        let buyer = Identity(person: PersonID(rawValue: 9), proof: .visitor)
        let sent = try await clerk.paid(2, by: buyer)
        _ = try await clerk.paid(3, by: buyer)
        // As it was done then.
        try await store.write {
            _ = try bazaar.market.orders.move(sent.id, to: .shipped, by: nil, carrier: "SF", tracking: "1", in: $0)
        }
        try await store.migrate(Marketplace.migrations)
        try await clerk.adjust(1, .received)
        let onHand = try await store.read { try Warehouses.levels(of: bazaar.variant, in: $0).map(\.onHand) }
        #expect(onHand == [9])
        try await clerk.requireBalance("migrated")
    }

    @Test("an imported order that was paid elsewhere is shipped without touching stock", arguments: TestStore.available)
    func imported(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.shipImported($0) }
    }

    private static func shipImported(_ store: any Store) async throws {
        let bazaar = try await Bazaar(store, units: 10)
        let clerk = Clerk(bazaar)
        let order = OrderID(rawValue: 70)
        let line = OrderLine(
            id: OrderLineID(rawValue: 71), product: bazaar.product, variant: bazaar.variant, quantity: 2,
            title: Localized(en: "Tea"), spec: Localized(en: ""), image: nil, unitPrice: Money(500, .cny),
            listAmount: nil, amount: Money(1_000, .cny), reservation: nil, slate: nil)
        try await store.write {
            _ = try bazaar.market.orders.addImported(
                order, group: OrderGroupID(rawValue: 72), shop: bazaar.shop, buyer: PersonID(rawValue: 9),
                state: .paid, lines: [line], currency: .cny, at: bazaar.clock.source.now, in: $0)
        }
        let part = try await clerk.ship(order, [line.id: 1], tracking: "1")
        #expect(part.state == .paid)
        let all = try await ChangeOrder(bazaar.market).ship(order, by: clerk.identity, carrier: "SF", tracking: "2")
        #expect(all.state == .shipped && all.tracking == "2")
        #expect(try await bazaar.left() == 10)
        try await clerk.requireBalance("imported")
    }
}
