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

extension Bazaar {
    var buyer: Identity { Identity(person: PersonID(rawValue: 9), proof: .visitor) }
    var seller: Identity { Identity(person: PersonID(rawValue: 8), proof: .visitor, shops: [shop: .owner]) }
    var officer: Identity { Identity(person: PersonID(rawValue: 7), proof: .visitor, roles: [.operator]) }

    /// An order of `quantity` units that is paid for.
    func paid(_ quantity: Int64 = 1) async throws -> Order {
        let placed = try await buy(quantity, by: buyer.person)
        try await SettlePayments(market).returned(to: placed.group, by: buyer.person)
        return try #require(try await market.orders.group(placed.group)?.orders.first)
    }

    /// One that the buyer has.
    func received(_ quantity: Int64 = 1) async throws -> Order {
        let order = try await paid(quantity)
        _ = try await ChangeOrder(market).ship(order.id, by: seller, carrier: "SF", tracking: "1")
        return try await ChangeOrder(market).confirmReceipt(order.id, by: buyer.person)
    }

    func balance(_ party: Party, _ purpose: Account.Purpose) async throws -> Int64 {
        try await market.ledger.balance(of: Account(party, purpose, .cny))
    }

    /// What the provider would say of each refund that it was asked for.
    func confirmRefunds(of order: Order, times: Int = 1) async throws {
        try await SettlePayments(market).processRefunds()
        let intent = try #require(try await market.payments.intent(of: order.group))
        for refund in try await market.payments.refunds(of: intent.id) where refund.state == .requested {
            for time in 0..<times {
                let event = ProviderEvent(
                    id: "r\(refund.id)\(time)", intent: intent.id, refund: refund.id, state: .succeeded,
                    amount: Money(refund.amount, .cny))
                try await market.payments.keep(
                    event, payload: "r\(refund.id)\(time) \(intent.id) \(refund.amount) \(refund.id)", from: "test")
            }
        }
        try await SettlePayments(market).processWebhooks()
    }

    func open(
        _ kind: AfterSaleKind, _ order: Order, _ quantity: Int64 = 1, reason: AfterSaleReason = .changedMind,
        amount: Int64? = nil, by identity: Identity? = nil
    ) async throws -> AfterSaleCase {
        try await OpenAfterSaleCase(market)(
            AfterSales.Request(
                kind, reason: reason, note: "", lines: order.lines.map { .init(line: $0.id, quantity: quantity) },
                amount: amount.map { Money($0, .cny) }), about: order.id, Command(by: identity ?? buyer))
    }

    /// The books are sound, everything sums to zero, and the provider holds exactly what its books say.
    func requireSoundBooks() async throws {
        let proof = try await market.ledger.verify()
        #expect(proof.isSound, "\(proof)")
    }
}

@Suite("Money races") struct MoneyRaceTests {
    @Test("two payouts at once: one gets the money", arguments: TestStore.available)
    func payouts(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 9)
            for _ in 0..<3 { _ = try await bazaar.received() }
            bazaar.clock.advance(by: .days(7))
            #expect(try await bazaar.market.ledger.settle().parts == 3)
            let amounts = await withTaskGroup(of: Int64?.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        try? await PayOut(bazaar.market).request(
                            to: .shop(bazaar.shop), in: .cny, Command(by: bazaar.seller)
                        ).amount.amount
                    }
                }
                return await group.reduce(into: [Int64]()) { if let amount = $1 { $0.append(amount) } }
            }
            #expect(amounts == [1_470])
            #expect(try await bazaar.balance(.shop(bazaar.shop), .payable) == 0)
            let payout = try #require(try await bazaar.market.ledger.payouts(of: .shop(bazaar.shop), limit: 9).first)
            let claims = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        (try? await PayOut(bazaar.market).claim(payout.id, Command(by: bazaar.officer))) != nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(claims == 1)
            try await bazaar.requireSoundBooks()
        }
    }

    @Test("the same refund webhook many times at once gives the money back once", arguments: TestStore.available)
    func refundWebhooks(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 9)
            let order = try await bazaar.paid(2)
            _ = try await ChangeOrder(bazaar.market).cancel(order.id, by: bazaar.buyer, reason: "")
            try await SettlePayments(bazaar.market).processRefunds()
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<6 { group.addTask { try? await bazaar.confirmRefunds(of: order, times: 3) } }
            }
            try await bazaar.confirmRefunds(of: order)
            #expect(try await bazaar.balance(.buyer(bazaar.buyer.person), .credit) == 0)
            #expect(try await bazaar.balance(.provider("test"), .clearing) == 0)
            #expect(try await bazaar.balance(.shop(bazaar.shop), .held) == 0)
            #expect(try await bazaar.balance(.platform, .fees) == 0)
            try await bazaar.requireSoundBooks()
        }
    }

    @Test("refund against settlement: the money is taken where it is", arguments: TestStore.available)
    func refundAgainstSettlement(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 60)
            for _ in 0..<6 {
                let order = try await bazaar.received(4)
                bazaar.clock.advance(by: .days(7))
                let before = try await bazaar.balance(.shop(bazaar.shop), .payable)
                async let refunded = try? bazaar.open(.refund, order, 1, by: bazaar.seller)
                async let settled = try? bazaar.market.ledger.settle()
                let outcome = await (refunded, settled)
                try #require(outcome.0 != nil)
                _ = try await bazaar.market.ledger.settle()
                // The case keeps an unsettled line until the buyer has the money.
                try await bazaar.confirmRefunds(of: order)
                _ = try await bazaar.market.ledger.settle()
                #expect(try await bazaar.balance(.shop(bazaar.shop), .held) == 0)
                #expect(try await bazaar.balance(.shop(bazaar.shop), .payable) == before + 3 * 490)
                #expect(try await bazaar.balance(.buyer(bazaar.buyer.person), .credit) == 0)
            }
            try await bazaar.requireSoundBooks()
        }
    }

    @Test("units of one line taken back at once: never more than were sold", arguments: TestStore.available)
    func takeBacks(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 9)
            let order = try await bazaar.received(5)
            let line = order.lines[0].id
            let ledger = bazaar.market.ledger
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        _ = try? await store.write {
                            try ledger.takeBack(
                                .units(1, withShipping: false), of: line, cause: "c\(number)", in: $0)
                        }
                    }
                }
            }
            #expect(try await bazaar.balance(.buyer(bazaar.buyer.person), .credit) == 2_500)
            #expect(try await bazaar.balance(.shop(bazaar.shop), .held) == 0)
            try await bazaar.requireSoundBooks()
        }
    }

    @Test("two cases about one line at once: one is opened", arguments: TestStore.available)
    func cases(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 9)
            let order = try await bazaar.received(2)
            let opened = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<6 { group.addTask { (try? await bazaar.open(.return, order)) != nil } }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(opened == 1)
        }
    }

    @Test("sealing by several at once while orders are paid keeps one chain", arguments: TestStore.available)
    func sealing(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 60)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<20 { group.addTask { _ = try? await bazaar.paid() } }
                for _ in 0..<20 { group.addTask { _ = try? await bazaar.market.ledger.seal(limit: 3) } }
            }
            try await bazaar.requireSoundBooks()
            try await bazaar.market.ledger.sealAll()
            let proof = try await bazaar.market.ledger.verify()
            #expect(proof.isSound && proof.entries == 40 && proof.waiting == 0, "\(proof)")
            #expect(try await bazaar.balance(.shop(bazaar.shop), .held) == 20 * 490)
        }
    }

    @Test("payment against the sweep: paid and delivered, or cancelled and given back", arguments: TestStore.available)
    func paymentAgainstSweep(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 9)
            for _ in 0..<6 {
                let before = try await bazaar.left()
                let placed = try await bazaar.buy(by: bazaar.buyer.person)
                bazaar.clock.advance(by: PlaceOrder.reservationTime + .minutes(5))
                async let paid: ()? = try? SettlePayments(bazaar.market).returned(
                    to: placed.group, by: bazaar.buyer.person)
                async let swept = try? SweepDeadlines(bazaar.market)()
                _ = await (paid, swept)
                try await SettlePayments(bazaar.market).returned(to: placed.group, by: bazaar.buyer.person)
                let order = try #require(try await bazaar.market.orders.group(placed.group)?.orders.first)
                let intent = try #require(try await bazaar.market.payments.intent(of: placed.group))
                #expect(intent.state == .succeeded)
                switch order.state {
                case .paid: #expect(try await bazaar.left() == before - 1)
                case .cancelled:
                    #expect(try await bazaar.left() == before)
                    #expect(intent.refunded == intent.amount)
                    try await bazaar.confirmRefunds(of: order)
                default: Issue.record("\(order.state)")
                }
                #expect(try await bazaar.balance(.buyer(bazaar.buyer.person), .credit) == 0)
            }
            try await bazaar.requireSoundBooks()
        }
    }
}
