import Flows
import HTTP
import Kernel
import Orders
import People
import Pricing
import Shops
import Store
import Testing

@Suite("A shop's staff and trail") struct StaffTests {
    @Test("two owners who remove each other at once leave one", arguments: TestStore.available)
    func race(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.race($0) }
    }

    static func race(_ store: any Store) async throws {
        let fair = try await Fair(store)
        for round in 0..<10 {
            let owners = try await hire(fair, round)
            let removed = try await withThrowingTaskGroup(of: Bool.self) { group in
                for (index, owner) in owners.enumerated() {
                    group.addTask { try await Self.fire(owners[1 - index].person, by: owner, fair) }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(removed == 1)
            let left = try await store.read { [shop = fair.shops[0]] in try People.staff(of: shop, in: $0) }
            #expect(left.filter { $0.role == .owner }.count == 1)
            for member in left where member.role == .owner {
                try await store.write { [shop = fair.shops[0]] in
                    try $0.run("DELETE FROM shop_staff WHERE shop = \(shop)")
                }
            }
        }
    }

    static func fire(_ person: PersonID, by owner: Identity, _ fair: Fair) async throws -> Bool {
        do {
            try await KeepStaff(fair.market).remove(.init(person, of: fair.shops[0]), Command(by: owner))
            return true
        } catch is LastOwner { return false }
    }

    /// Two owners with accounts.
    static func hire(_ fair: Fair, _ round: Int) async throws -> [Identity] {
        try await fair.market.store.write { [market = fair.market, shop = fair.shops[0]] transaction in
            try (0..<2).map { index in
                let id = PersonID(rawValue: UInt128(1_000 + round * 2 + index))
                let account = try NewAccount(
                    imported: "P", email: "p\(round)-\(index)@x.example", password: nil, handle: nil, language: .en,
                    roles: [.shopper], bio: Localized(en: ""), avatar: nil)
                try market.people.put(account, id: id, passwordHash: nil, at: market.source.now, in: transaction)
                try market.people.setStaff(id, of: shop, role: .owner, in: transaction)
                return Identity(person: id, proof: .visitor, shops: [shop: .owner])
            }
        }
    }

    @Test("what staff does stands on the trail with it, what fails does not", arguments: TestStore.available)
    func trail(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.trail($0) }
    }

    static func trail(_ store: any Store) async throws {
        let fair = try await Fair(store)
        let (shop, seller, now) = (fair.shops[0], fair.seller, fair.market.source.now)
        let offer = try await SetPrices(fair.market).open(
            .init(amount: 1_000, startsAt: now, endsAt: now + .days(1), zone: .shanghai), of: fair.variants[0],
            at: shop, Command(by: seller))
        try await SetPrices(fair.market).end(offer.id, of: shop, Command(by: seller))
        let lot = try await OpenFlashLot(fair.market)(
            fair.variants[0], at: shop, by: seller,
            terms: .init(amount: 900, total: 5, buyerLimit: 1, startsAt: now, endsAt: now + .days(1)))
        try await OpenFlashLot(fair.market).end(lot.id, of: shop, by: seller)
        let orders = try await fair.pay(try await fair.place(try await fair.quote([1, 0, 0, 0])))
        let order = try #require(orders.first)
        _ = try await ChangeOrder(fair.market).ship(order.id, by: seller, carrier: "SF", tracking: "SF1")
        // It has left: what fails leaves nothing on the trail.
        await #expect(throws: (any Error).self) {
            try await ChangeOrder(fair.market).ship(order.id, by: seller, carrier: "SF", tracking: "SF2")
        }
        await #expect(throws: (any Error).self) {
            try await ChangeOrder(fair.market).cancel(order.id, by: seller, reason: "late")
        }
        let read = ReadTrail(fair.market)
        let lines = try await read(of: shop, .init(), limit: 50, by: seller)
        #expect(
            lines.map(\.entry.action) == [
                .orderShipped, .flashLotEnded, .flashLotOpened, .priceOfferEnded, .priceOfferOpened, .commissionSet,
            ])
        #expect(lines.allSatisfy { $0.entry.person == seller.person })
        let shipped = try await read(of: shop, .init(thing: "\(order.id)"), limit: 50, by: seller)
        #expect(shipped.first?.entry.changes == [TrailChange("tracking", was: nil, now: "SF SF1")])
        // A page goes on where the last one ended; the other shop knows nothing of it.
        let rest = try await read(of: shop, .init(), before: lines[3].entry.number, limit: 50, by: seller)
        #expect(rest.map(\.entry.action) == [.priceOfferOpened, .commissionSet])
        #expect(try await read(of: fair.shops[1], .init(), limit: 50, by: seller).isEmpty)
        let text = try await read.file(of: shop, .init(action: .orderShipped), by: seller)
        #expect(text.hasPrefix("time,person_id,") && text.contains("tracking: – → SF SF1"))
        await #expect(throws: NotFound("shop")) { try await read(of: shop, .init(), limit: 1, by: fair.buyer) }
        let goods = Identity(person: seller.person, proof: .visitor, shops: [shop: .goods])
        await #expect(throws: Forbidden.self) { try await read(of: shop, .init(), limit: 1, by: goods) }
    }
}
