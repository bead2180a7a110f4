import Flows
import Foundation
import HTTP
import Carts
import Catalog
import Kernel
import Orders
import Payments
import People
import Shops
import Stock
import Store
import Testing

/// A payment company that remembers what it was asked and answers what a test says.
struct SilentProvider: PaymentProvider {
    let name = "test"
    let signatureHeader = "Signature"
    func begin(_ intent: PaymentIntent, returnTo url: String) async throws -> String { "/pay" }
    func read(webhook body: String, signature: String?) throws -> ProviderEvent? { throw WebhookRefused("silent") }
    func read(kept body: String) throws -> ProviderEvent? {
        let parts = body.split(separator: " ")
        return ProviderEvent(
            id: String(parts[0]), intent: PaymentIntentID(parts[1])!,
            refund: parts.count > 3 ? RefundID(parts[3]) : nil, state: .succeeded,
            amount: Money(Int64(parts[2])!, .cny))
    }
    func status(of intent: PaymentIntent) async throws -> ProviderEvent? {
        ProviderEvent(id: "s", intent: intent.id, state: .succeeded, amount: intent.amount)
    }
    func refund(_ refund: RefundID, of intent: PaymentIntent, amount: Money) async throws {}
    func records(in period: Range<Instant>) async throws -> [ProviderRecord] { [] }
}

/// A shop with one product in one variant.
struct Bazaar {
    let market: Marketplace
    let clock: TestClock
    let shop = ShopID(rawValue: 1)
    let product = ProductID(rawValue: 2)
    let variant = VariantID(rawValue: 3)
    let address: Address

    init(_ store: any Store, units: Int64) async throws {
        clock = TestClock()
        let market = Marketplace(store: store, source: clock.source, provider: SilentProvider())
        self.market = market
        address = try Address(name: "Lin", phone: "13900000000", region: "Zhejiang", city: "Hangzhou", street: "1 Road")
        let (shop, product, variant) = (shop, product, variant)
        let start = Instant(milliseconds: 0)
        try await store.write { transaction in
            try market.shops.put(
                Shop(id: shop, name: Localized(en: "Tea"), about: Localized(en: ""), logo: nil, createdAt: start),
                in: transaction)
            try market.catalog.put(
                ProductEntry(
                    id: product, shop: shop, category: CategoryID(rawValue: 4),
                    title: Localized(en: "Green tea", zh: "绿茶"),
                    description: Localized(en: ""), brand: "", attributes: [], media: [], createdAt: start),
                in: transaction)
            try market.catalog.putVariant(
                variant, of: product, in: shop, spec: Localized(en: ""), sku: "", position: 0, in: transaction)
            try market.catalog.setPrice(
                Price(amount: Money(500, .cny), list: nil), of: variant, from: start, until: nil, in: transaction)
            try market.stock.set(units, of: variant, product: product, shop: shop, in: transaction)
        }
    }

    func buy(_ quantity: Int64 = 1, amount: Int64 = 500, by buyer: PersonID, key: IdempotencyKey? = nil) async throws
        -> PlaceOrder.Placed
    {
        try await PlaceOrder(market)(
            [ShownLine(variant: variant, quantity: quantity, amount: amount)], to: address, by: buyer, key: key)
    }

    /// What the webhook route does once a signature was found right.
    func deliverWebhook(for placed: PlaceOrder.Placed) async throws {
        let event = ProviderEvent(id: "e1", intent: placed.intent, state: .succeeded, amount: Money(500, .cny))
        try await market.payments.keep(event, payload: "e1 \(placed.intent) 500", from: "test")
        try await SettlePayments(market).processWebhooks()
    }

    func left() async throws -> Int64 { try await market.stock.available([variant])[variant] ?? -1 }
}

@Suite("Trade races") struct TradeRaceTests {
    @Test("many buyers, few units: exactly the stock is sold", arguments: TestStore.available)
    func noOversell(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 7)
            let sold = await withTaskGroup(of: Bool.self) { group in
                for buyer in 0..<40 {
                    group.addTask { (try? await bazaar.buy(by: PersonID(rawValue: UInt128(100 + buyer)))) != nil }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(sold == 7)
            #expect(try await bazaar.left() == 0)
        }
    }

    @Test("double submit with one key is one order", arguments: TestStore.available)
    func doubleSubmit(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 50)
            let buyer = PersonID(rawValue: 9)
            let key = try IdempotencyKey(caller: "\(buyer)", text: "k")
            let placed = try await withThrowingTaskGroup(of: PlaceOrder.Placed.self) { group in
                for _ in 0..<10 { group.addTask { try await bazaar.buy(2, by: buyer, key: key) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(placed.map(\.group)).count == 1)
            #expect(try await bazaar.left() == 48)
        }
    }

    @Test("a price that changed is confirmed again and nothing is reserved", arguments: TestStore.available)
    func priceChanged(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 5)
            await #expect(throws: CheckoutProblem.priceChanged([bazaar.variant: 500])) {
                try await bazaar.buy(amount: 499, by: PersonID(rawValue: 9))
            }
            #expect(try await bazaar.left() == 5)
        }
    }

    @Test("an unpaid reservation is for sale again at its expiry, with no clean-up", arguments: TestStore.available)
    func expiry(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 1)
            let first = try await bazaar.buy(by: PersonID(rawValue: 9))
            await #expect(throws: OutOfStock(left: [bazaar.variant: 0])) {
                try await bazaar.buy(by: PersonID(rawValue: 10))
            }
            bazaar.clock.advance(by: PlaceOrder.reservationTime)
            #expect(try await bazaar.left() == 1)
            _ = try await bazaar.buy(by: PersonID(rawValue: 10))
            // The first buyer pays too late: the money goes back and the orders are cancelled.
            try await SettlePayments(bazaar.market).returned(to: first.group, by: PersonID(rawValue: 9))
            let group = try #require(try await bazaar.market.orders.group(first.group))
            #expect(group.orders.map(\.state) == [.cancelled])
            let intent = try #require(try await bazaar.market.payments.intent(of: first.group))
            #expect(intent.refunded == intent.amount)
            #expect(try await bazaar.left() == 0)
        }
    }

    @Test("redirect and the same webhook many times at once pay once", arguments: TestStore.available)
    func settlesOnce(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 5)
            let buyer = PersonID(rawValue: 9)
            let placed = try await bazaar.buy(by: buyer)
            let settle = SettlePayments(bazaar.market)
            try await withThrowingTaskGroup { group in
                for _ in 0..<6 {
                    group.addTask { try await settle.returned(to: placed.group, by: buyer) }
                    group.addTask { try await bazaar.deliverWebhook(for: placed) }
                }
                try await group.waitForAll()
            }
            let order = try #require(try await bazaar.market.orders.group(placed.group)?.orders.first)
            #expect(order.state == .paid)
            #expect(try await bazaar.market.orders.history(of: order.id).map(\.state) == [.placed, .paid])
            #expect(try await bazaar.left() == 4)
        }
    }

    @Test("cancel against ship: one wins, and stock and money agree with it", arguments: TestStore.available)
    func cancelAgainstShip(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 20)
            let buyer = Identity(person: PersonID(rawValue: 9), proof: .visitor)
            let seller = Identity(person: PersonID(rawValue: 8), proof: .visitor, shops: [bazaar.shop: .owner])
            for _ in 0..<8 {
                let before = try await bazaar.left()
                let placed = try await bazaar.buy(by: buyer.person)
                try await SettlePayments(bazaar.market).returned(to: placed.group, by: buyer.person)
                let order = try #require(try await bazaar.market.orders.group(placed.group)?.orders.first)
                let change = ChangeOrder(bazaar.market)
                async let cancelled = try? change.cancel(order.id, by: buyer, reason: "")
                async let shipped = try? change.ship(order.id, by: seller, carrier: "SF", tracking: "1")
                let outcome = await (cancelled != nil, shipped != nil)
                #expect(outcome.0 != outcome.1)
                #expect(try await bazaar.left() == (outcome.0 ? before : before - 1))
                let intent = try #require(try await bazaar.market.payments.intent(of: placed.group))
                #expect(intent.refunded.amount == (outcome.0 ? 500 : 0))
            }
        }
    }

    @Test("another person's order is not there", arguments: TestStore.available)
    func strangers(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 5)
            let placed = try await bazaar.buy(by: PersonID(rawValue: 9))
            let order = try #require(try await bazaar.market.orders.group(placed.group)?.orders.first)
            let stranger = Identity(
                person: PersonID(rawValue: 66), proof: .visitor, shops: [ShopID(rawValue: 99): .owner])
            let change = ChangeOrder(bazaar.market)
            await #expect(throws: NotFound.self) { try await change.order(order.id, for: stranger) }
            await #expect(throws: NotFound.self) { try await change.cancel(order.id, by: stranger, reason: "") }
            await #expect(throws: NotFound.self) { try await change.confirmReceipt(order.id, by: stranger.person) }
            await #expect(throws: NotFound.self) {
                try await change.ship(order.id, by: stranger, carrier: "SF", tracking: "1")
            }
            await #expect(throws: NotFound.self) {
                try await SettlePayments(bazaar.market).returned(to: placed.group, by: stranger.person)
            }
        }
    }
}
