import Flows
import HTTP
import Kernel
import Orders
import Stock
import Store
import Testing

/// A flash lot has a total and a limit for each buyer; both hold however many buy at once.
@Suite("Flash lots") struct FlashLotTests {
    @Test("many buyers: exactly the lot is sold at its price", arguments: TestStore.available)
    func total(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let sale = try await Sale(store, units: 50, total: 10, buyerLimit: 2)
            let sold = await sale.count(buyers: (0..<40).map { PersonID(rawValue: 100 + $0) })
            #expect(sold == 10)
            #expect(try await sale.bazaar.left() == 40)
            // Sold out: the lot's price is no longer what it costs.
            await #expect(throws: CheckoutProblem.priceChanged([sale.bazaar.variant: 500])) {
                try await sale.buy(by: PersonID(rawValue: 7))
            }
        }
    }

    @Test("one buyer with many windows gets no more than a buyer may", arguments: TestStore.available)
    func buyerLimit(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let sale = try await Sale(store, units: 50, total: 10, buyerLimit: 2)
            let sold = await sale.count(buyers: Array(repeating: PersonID(rawValue: 9), count: 12))
            #expect(sold == 2)
            #expect(try await sale.remaining() == 8)
            await #expect(throws: FlashLotProblem.overBuyerLimit(2)) { try await sale.buy(by: PersonID(rawValue: 9)) }
            await #expect(throws: FlashLotProblem.overBuyerLimit(2)) {
                try await sale.buy(3, by: PersonID(rawValue: 10))
            }
            #expect(try await sale.remaining() == 8)
        }
    }

    @Test("unpaid units and shares come back at expiry, asked for or not", arguments: TestStore.available)
    func expiry(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let sale = try await Sale(store, units: 50, total: 2, buyerLimit: 2)
            let buyer = PersonID(rawValue: 9)
            let placed = try await sale.buy(2, by: buyer)
            #expect(try await sale.remaining() == nil)
            sale.bazaar.clock.advance(by: .minutes(16))
            #expect(try await sale.remaining() == 2)
            _ = try await sale.buy(1, by: buyer)
            #expect(try await sale.remaining() == 1)
            // The first order's money comes late: one of its units is somebody else's by now, so it goes back.
            try await sale.bazaar.deliverWebhook(for: placed)
            #expect(try await sale.remaining() == 1)
        }
    }

    @Test("a lot keeps to its time, and lots of one variant don't overlap", arguments: TestStore.available)
    func times(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in try await Self.checkTimes(store) }
    }

    private static func checkTimes(_ store: any Store) async throws {
        let sale = try await Sale(store, units: 50, total: 10, buyerLimit: 2)
        let owner = Identity(
            person: PersonID(rawValue: 1), proof: .visitor, roles: [], shops: [sale.bazaar.shop: .owner], name: "")
        let now = sale.bazaar.clock.source.now
        let again = OpenFlashLot.Terms(
            amount: 200, total: 5, buyerLimit: 1, startsAt: now + .minutes(59), endsAt: now + .minutes(90))
        await #expect(throws: FlashLotProblem.overlaps) {
            _ = try await OpenFlashLot(sale.bazaar.market)(
                sale.bazaar.variant, at: sale.bazaar.shop, by: owner, terms: again)
        }
        let stranger = Identity(person: PersonID(rawValue: 2), proof: .visitor, roles: [], shops: [:], name: "")
        await #expect(throws: NotFound.self) {
            try await OpenFlashLot(sale.bazaar.market).end(sale.lot, of: sale.bazaar.shop, by: stranger)
        }
        sale.bazaar.clock.advance(by: .minutes(60))
        #expect(try await sale.remaining() == nil)
        await #expect(throws: CheckoutProblem.priceChanged([sale.bazaar.variant: 500])) {
            try await sale.buy(by: PersonID(rawValue: 9))
        }
        let next = OpenFlashLot.Terms(
            amount: 200, total: 5, buyerLimit: 1, startsAt: now + .minutes(60), endsAt: now + .minutes(90))
        _ = try await OpenFlashLot(sale.bazaar.market)(
            sale.bazaar.variant, at: sale.bazaar.shop, by: owner, terms: next)
        #expect(try await sale.remaining() == 5)
    }

    @Test("random orders, cancellations and pauses keep lot, shares and stock together")
    func model() async throws {
        for seed in 1...12 {
            try await TestStore.sqlite.run(Marketplace.migrations) { store in
                try await Self.compareWithModel(store, seed: UInt64(seed))
            }
        }
    }

    /// Against a model that is nothing but a list of who holds what until when.
    private static func compareWithModel(_ store: any Store, seed: UInt64) async throws {
        let sale = try await Sale(store, units: 9, total: 6, buyerLimit: 3, minutes: 1_000)
        let random = TestClock(seed: seed).source
        var held: [(order: PlaceOrder.Placed, buyer: UInt64, quantity: Int64, until: Instant)] = []
        for _ in 0..<30 {
            let now = sale.bazaar.clock.source.now
            held.removeAll { $0.until <= now }
            let buyer = random.random() % 3
            let quantity = Int64(random.random() % 3) + 1
            switch random.random() % 4 {
            case 0: sale.bazaar.clock.advance(by: .minutes(Int64(random.random() % 9)))
            case 1 where !held.isEmpty:
                let gone = held.remove(at: Int(random.random() % UInt64(held.count)))
                try await sale.cancel(gone.order, by: PersonID(rawValue: UInt128(gone.buyer)))
            default:
                let placed = try? await sale.buy(quantity, by: PersonID(rawValue: UInt128(buyer)))
                let own = held.filter { $0.buyer == buyer }.reduce(0) { $0 + $1.quantity }
                let fits = held.reduce(0) { $0 + $1.quantity } + quantity <= 6 && own + quantity <= 3
                #expect((placed != nil) == fits, "seed \(seed)")
                if let placed { held.append((placed, buyer, quantity, now + PlaceOrder.reservationTime)) }
            }
            let still = held.filter { $0.until > sale.bazaar.clock.source.now }.reduce(0) { $0 + $1.quantity }
            let left = try await sale.remaining() ?? 0
            #expect(left == 6 - still, "seed \(seed)")
            #expect(try await sale.bazaar.left() == 9 - still, "seed \(seed)")
        }
    }
}

/// A bazaar whose only variant is in a flash lot for an hour, at 300 instead of 500.
private struct Sale {
    let bazaar: Bazaar
    let lot: FlashLotID

    init(_ store: any Store, units: Int64, total: Int64, buyerLimit: Int64, minutes: Int64 = 60) async throws {
        let bazaar = try await Bazaar(store, units: units)
        let now = bazaar.clock.source.now
        let lot = FlashLot(
            id: FlashLotID(rawValue: 5), variant: bazaar.variant, shop: bazaar.shop, price: Money(300, .cny),
            total: total, buyerLimit: buyerLimit, startsAt: now, endsAt: now + .minutes(minutes))
        try await store.write { try bazaar.market.stock.open(lot, in: $0) }
        self.bazaar = bazaar
        self.lot = lot.id
    }

    @discardableResult
    func buy(_ quantity: Int64 = 1, by buyer: PersonID) async throws -> PlaceOrder.Placed {
        try await bazaar.buy(quantity, amount: 300, by: buyer)
    }

    /// How many of these buyers get one, all at once.
    func count(buyers: [PersonID]) async -> Int {
        await withTaskGroup(of: Bool.self) { group in
            for buyer in buyers { group.addTask { (try? await buy(by: buyer)) != nil } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
    }

    func cancel(_ placed: PlaceOrder.Placed, by buyer: PersonID) async throws {
        let orders = try await bazaar.market.store.read { try Orders.group(placed.group, in: $0)?.orders ?? [] }
        let identity = Identity(person: buyer, proof: .visitor, roles: [], shops: [:], name: "")
        for order in orders {
            _ = try await ChangeOrder(bazaar.market).cancel(order.id, by: identity, reason: "changed my mind")
        }
    }

    /// What is left of the lot; `nil` when it does not run or is sold out.
    func remaining() async throws -> Int64? {
        let variant = bazaar.variant
        return try await bazaar.market.store.read { [stock = bazaar.market.stock] in
            try stock.runningLots(of: [variant], in: $0)[variant]?.remaining
        }
    }
}
