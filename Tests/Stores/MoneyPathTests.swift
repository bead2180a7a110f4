import AfterSales
import Alliance
import Flows
import HTTP
import Kernel
import Ledger
import Orders
import Payments
import Store
import Testing

extension Bazaar {
    var creator: PersonID { PersonID(rawValue: 77) }
    var agency: AgencyID { AgencyID(rawValue: 78) }

    /// The product pays 10 % to creators, the creator's agency has a quarter of it, and the buyer follows the creator's
    /// link.
    func promote(to person: PersonID? = nil) async throws {
        _ = try await SetCommission(market)(BasisPoints(1_000), of: product, Command(by: seller))
        let (creator, agency, product, follower) = (creator, agency, product, person ?? buyer.person)
        try await market.store.write { [market] transaction in
            try market.alliance.join(creator, to: agency, share: BasisPoints(2_500), in: transaction)
            let link = try market.alliance.link(of: creator, to: product, in: transaction)
            _ = try market.alliance.follow(link.id, by: follower, in: transaction)
        }
    }

    /// Everything that anybody has of the goods, zero but for what the provider still holds for nobody.
    func requireNothingLeft() async throws {
        let accounts: [(Party, Account.Purpose)] = [
            (.buyer(buyer.person), .credit), (.shop(shop), .held), (.shop(shop), .payable), (.creator(creator), .held),
            (.creator(creator), .payable), (.agency(agency), .held), (.agency(agency), .payable), (.platform, .fees),
            (.platform, .subsidy), (.tax, .due), (.provider("test"), .clearing),
        ]
        for (party, purpose) in accounts {
            let balance = try await balance(party, purpose)
            #expect(balance == 0, "\(party) \(purpose)")
        }
        try await requireSoundBooks()
    }

    func answer(_ found: AfterSaleCase, _ approves: Bool = true) async throws -> AfterSaleCase {
        try await AnswerAfterSaleCase(market)(found.id, approves: approves, note: "so be it", Command(by: seller))
    }

    func sendBack(_ found: AfterSaleCase) async throws -> AfterSaleCase {
        try await ReturnGoods(market).send(found.id, carrier: "SF", tracking: "9", Command(by: buyer))
    }

    func inspect(_ found: AfterSaleCase, passes: Bool = true) async throws -> AfterSaleCase {
        try await ReturnGoods(market).inspect(found.id, passes: passes, note: "looked", Command(by: seller))
    }

    func read(_ found: AfterSaleCase) async throws -> AfterSaleCase {
        try await DisputeCase(market).read(found.id, by: buyer)
    }
}

@Suite("Where the money goes") struct MoneyPathTests {
    @Test("a sale with a creator, to the last cent on everybody's bank account", arguments: TestStore.available)
    func sale(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 9)
            try await bazaar.promote()
            let order = try await bazaar.paid(2)
            // 10.00: 2 % fee, 10 % commission, a quarter of it the agency's.
            #expect(try await bazaar.balance(.shop(bazaar.shop), .held) == 880)
            #expect(try await bazaar.balance(.creator(bazaar.creator), .held) == 75)
            #expect(try await bazaar.balance(.agency(bazaar.agency), .held) == 25)
            var explained = try #require(
                try await ExplainCommissions(bazaar.market)(of: bazaar.creator, limit: 9).first)
            #expect(explained.state == .estimated && explained.net == 75 && explained.line.touches.count == 1)
            _ = try await ChangeOrder(bazaar.market).ship(order.id, by: bazaar.seller, carrier: "SF", tracking: "1")
            bazaar.clock.advance(by: .days(10))
            #expect(try await SweepDeadlines(bazaar.market)().received == 1)
            explained = try #require(try await ExplainCommissions(bazaar.market)(of: bazaar.creator, limit: 9).first)
            #expect(explained.state == .confirmed)
            bazaar.clock.advance(by: .days(7))
            #expect(try await SweepDeadlines(bazaar.market)().settled == 3)
            explained = try #require(try await ExplainCommissions(bazaar.market)(of: bazaar.creator, limit: 9).first)
            #expect(explained.state == .settled && explained.settlement != nil)
            let parties: [(Party, Int64)] = [
                (.shop(bazaar.shop), 880), (.creator(bazaar.creator), 75), (.agency(bazaar.agency), 25),
            ]
            for (party, amount) in parties {
                let payOut = PayOut(bazaar.market)
                let payout = try await payOut.request(to: party, in: .cny, Command(by: bazaar.seller))
                #expect(payout.amount.amount == amount)
                _ = try await payOut.claim(payout.id, Command(by: bazaar.officer))
                _ = try await payOut.finish(payout.id, arrived: true, reference: "b", Command(by: bazaar.officer))
            }
            #expect(try await bazaar.balance(.provider("test"), .clearing) == -20)
            #expect(try await bazaar.balance(.platform, .fees) == 20)
            try await bazaar.requireSoundBooks()
        }
    }

    @Test("every way back leaves nobody with anything", arguments: TestStore.available)
    func waysBack(kind: TestStore) async throws {
        let paths: [(String, @Sendable (Bazaar) async throws -> Order)] = [
            (
                "cancelled",
                { bazaar in
                    let order = try await bazaar.paid(3)
                    _ = try await ChangeOrder(bazaar.market).cancel(order.id, by: bazaar.buyer, reason: "")
                    return order
                }
            ),
            (
                "before shipping, in two parts",
                { bazaar in
                    let order = try await bazaar.paid(3)
                    _ = try await bazaar.answer(try await bazaar.open(.refund, order, 1))
                    try await bazaar.confirmRefunds(of: order)
                    #expect(try await bazaar.left() == 7)
                    _ = try await bazaar.answer(try await bazaar.open(.refund, order, 2))
                    #expect(try await bazaar.market.orders.order(order.id)?.state == .cancelled)
                    return order
                }
            ),
            (
                "a part, then cancelled",
                { bazaar in
                    let order = try await bazaar.paid(3)
                    _ = try await bazaar.answer(try await bazaar.open(.refund, order, 1))
                    try await bazaar.confirmRefunds(of: order)
                    _ = try await ChangeOrder(bazaar.market).cancel(order.id, by: bazaar.buyer, reason: "")
                    return order
                }
            ),
            (
                "after shipping, an amount, then the goods",
                { bazaar in
                    let order = try await bazaar.received(3)
                    _ = try await bazaar.open(.refund, order, 1, amount: 333, by: bazaar.seller)
                    try await bazaar.confirmRefunds(of: order)
                    var found = try await bazaar.answer(try await bazaar.open(.return, order, 3, reason: .damaged))
                    found = try await bazaar.sendBack(found)
                    _ = try await bazaar.inspect(found)
                    return order
                }
            ),
            (
                "a dispute that the buyer wins",
                { bazaar in
                    let order = try await bazaar.received(3)
                    var found = try await bazaar.answer(
                        try await bazaar.open(.refund, order, 3, reason: .notReceived), false)
                    found = try await DisputeCase(bazaar.market).dispute(found.id, note: "n", Command(by: bazaar.buyer))
                    _ = try await DisputeCase(bazaar.market).arbitrate(
                        found.id, forBuyer: true, note: "n", Command(by: bazaar.officer))
                    _ = try await bazaar.market.store.write { [bazaar] transaction in
                        // Goods that never came are gone for the shop; put them back so that stock compares.
                        try bazaar.market.stock.change(3, of: bazaar.variant, in: transaction)
                    }
                    return order
                }
            ),
            (
                "after settlement and payout",
                { bazaar in
                    let order = try await bazaar.received(3)
                    bazaar.clock.advance(by: .days(7))
                    try await SweepDeadlines(bazaar.market)()
                    _ = try await bazaar.open(.refund, order, 3, by: bazaar.seller)
                    _ = try await bazaar.market.store.write { [bazaar] transaction in
                        try bazaar.market.stock.change(3, of: bazaar.variant, in: transaction)
                    }
                    return order
                }
            ),
        ]
        for (name, path) in paths {
            try await kind.run(Marketplace.migrations) { store in
                let bazaar = try await Bazaar(store, units: 9)
                try await bazaar.promote()
                let order = try await path(bazaar)
                try await bazaar.confirmRefunds(of: order, times: 2)
                try await bazaar.requireNothingLeft()
                #expect(try await bazaar.left() == 9, "\(name)")
                let cases = try await bazaar.market.afterSales.cases(about: order.id)
                #expect(cases.allSatisfy { $0.state == .completed }, "\(name): \(cases.map(\.state))")
                let explained = try await ExplainCommissions(bazaar.market)(of: bazaar.creator, limit: 9)
                #expect(explained.allSatisfy { $0.net == 0 || $0.state == .cancelled }, "\(name)")
            }
        }
    }

    @Test("an exchange moves goods and no money; sold out, the money goes back", arguments: TestStore.available)
    func exchange(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 5)
            let order = try await bazaar.received(2)
            var found = try await bazaar.answer(try await bazaar.open(.exchange, order, 1))
            found = try await bazaar.sendBack(found)
            found = try await bazaar.inspect(found)
            #expect(found.state == .replacing)
            #expect(try await bazaar.left() == 3)
            found = try await ReplaceGoods(bazaar.market).ship(
                found.id, carrier: "SF", tracking: "2", Command(by: bazaar.seller))
            found = try await ReplaceGoods(bazaar.market).receive(found.id, Command(by: bazaar.buyer))
            #expect(found.state == .completed)
            #expect(try await bazaar.balance(.shop(bazaar.shop), .held) == 980)
            #expect(try await bazaar.market.ledger.holdbacks(of: order.lines.map(\.id)).map(\.blocks) == [0])
        }
    }

    @Test("a price that fell is made good once", arguments: TestStore.available)
    func priceProtection(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 5)
            let order = try await bazaar.paid(2)
            await #expect(throws: AfterSaleProblem.priceNotLower) { try await bazaar.open(.priceProtection, order, 2) }
            let (variant, now) = (bazaar.variant, bazaar.clock.source.now)
            try await store.write { [bazaar] in
                try bazaar.market.catalog.setPrice(
                    .init(amount: Money(420, .cny), list: nil), of: variant, from: now, until: nil, in: $0)
            }
            let found = try await bazaar.open(.priceProtection, order, 2)
            #expect(found.state == .refunding && found.amount == Money(160, .cny))
            try await bazaar.confirmRefunds(of: order)
            #expect(try await bazaar.read(found).state == .completed)
            await #expect(throws: AfterSaleProblem.priceNotLower) { try await bazaar.open(.priceProtection, order, 2) }
            #expect(try await bazaar.balance(.shop(bazaar.shop), .held) == 823)
            #expect(try await bazaar.balance(.platform, .fees) == 17)
        }
    }

    @Test("self-purchase and linked accounts are held until an operator decides", arguments: TestStore.available)
    func fraud(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 9)
            try await bazaar.promote()
            // The creator has had something sent to the same address.
            _ = try await bazaar.buy(by: bazaar.creator)
            let visitor = PersonID(rawValue: 500)
            try await store.write { [bazaar] transaction in
                try Alliance.recognise(visitor, as: bazaar.creator, in: transaction)
                try Alliance.recognise(visitor, as: bazaar.buyer.person, in: transaction)
            }
            let order = try await bazaar.received()
            bazaar.clock.advance(by: .days(7))
            try await SweepDeadlines(bazaar.market)()
            #expect(try await bazaar.balance(.shop(bazaar.shop), .payable) == 440)
            #expect(try await bazaar.balance(.creator(bazaar.creator), .payable) == 0)
            let held = try await ExplainCommissions(bazaar.market).held(limit: 9)
            #expect(held.map(\.line.signals) == [[.sameAddress, .sameDevice]])
            #expect(held.map(\.state) == [.held])
            let voided = try CommissionRuling(.voided, because: "one browser for buyer and creator")
            let decide = DecideCommission(bazaar.market)
            try await decide(order.lines[0].id, voided, Command(by: bazaar.officer))
            #expect(try await bazaar.balance(.shop(bazaar.shop), .payable) == 490)
            #expect(try await bazaar.balance(.creator(bazaar.creator), .held) == 0)
            await #expect(throws: NotFound.self) {
                try await decide(
                    order.lines[0].id, try CommissionRuling(.released, because: "second thoughts"),
                    Command(by: bazaar.officer))
            }
            let reviewed = try await ExplainCommissions(bazaar.market).reviewed(limit: 9)
            #expect(reviewed.map(\.line.reason) == ["one browser for buyer and creator"])
            #expect(reviewed.map(\.state) == [.voided])
            let seller = bazaar.seller
            let trail = try await ReadTrail(bazaar.market)(
                of: bazaar.shop, .init(action: .commissionReviewed), limit: 9, by: seller)
            #expect(trail.map(\.entry.person) == [bazaar.officer.person])
            try await bazaar.requireSoundBooks()
        }
    }

    @Test("deadlines are decided when asked, with no sweep", arguments: TestStore.available)
    func deadlines(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 9)
            let order = try await bazaar.received(2)
            let found = try await bazaar.open(.return, order, 1)
            bazaar.clock.advance(by: .hours(48))
            // The shop was silent, so it has agreed; saying no comes too late.
            #expect(try await bazaar.read(found).state(at: bazaar.clock.source.now) == .awaitingReturn)
            await #expect(throws: AfterSaleProblem.illegal(.reject, from: .awaitingReturn)) {
                try await bazaar.answer(found, false)
            }
            _ = try await bazaar.sendBack(found)
            bazaar.clock.advance(by: .days(10))
            #expect(try await SweepDeadlines(bazaar.market)().cases == 1)
            try await bazaar.confirmRefunds(of: order)
            #expect(try await bazaar.read(found).state == .completed)
            #expect(try await bazaar.left() == 8)
            // The buyer lets the time to send pass: nothing goes back, and the money is no longer kept.
            let placed = try await bazaar.received(1)
            let lapsed = try await bazaar.answer(try await bazaar.open(.return, placed, 1))
            bazaar.clock.advance(by: .days(7))
            try await SweepDeadlines(bazaar.market)()
            #expect(try await bazaar.read(lapsed).state == .closed)
        }
    }

    @Test("a shop does not ship what the buyer may not want; strangers see no case", arguments: TestStore.available)
    func rights(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 9)
            let order = try await bazaar.paid(2)
            let found = try await bazaar.open(.refund, order, 1)
            await #expect(throws: AfterSaleProblem.alreadyOpen) {
                try await ChangeOrder(bazaar.market).ship(order.id, by: bazaar.seller, carrier: "SF", tracking: "1")
            }
            let stranger = Identity(
                person: PersonID(rawValue: 66), proof: .visitor, shops: [ShopID(rawValue: 99): .owner])
            let warehouse = Identity(
                person: PersonID(rawValue: 67), proof: .visitor, shops: [bazaar.shop: .warehouse])
            let market = bazaar.market
            await #expect(throws: NotFound.self) { try await DisputeCase(market).read(found.id, by: stranger) }
            await #expect(throws: NotFound.self) {
                try await AnswerAfterSaleCase(market)(found.id, approves: true, note: "", Command(by: stranger))
            }
            await #expect(throws: Forbidden.self) {
                try await AnswerAfterSaleCase(market)(found.id, approves: true, note: "", Command(by: warehouse))
            }
            await #expect(throws: NotFound.self) { try await bazaar.answer(found, by: bazaar.buyer) }
            await #expect(throws: NotFound.self) {
                try await DisputeCase(market).withdraw(found.id, Command(by: bazaar.seller))
            }
            await #expect(throws: Forbidden.self) {
                try await DisputeCase(market).arbitrate(found.id, forBuyer: true, note: "n", Command(by: bazaar.seller))
            }
            await #expect(throws: NotFound.self) {
                try await SetCommission(market)(BasisPoints(100), of: bazaar.product, Command(by: stranger))
            }
            await #expect(throws: Forbidden.self) {
                try await PayOut(market).claim(PayoutID(rawValue: 1), Command(by: bazaar.seller))
            }
            await #expect(throws: AfterSaleProblem.notPossible) { try await bazaar.open(.return, order, 1) }
            _ = try await DisputeCase(market).withdraw(found.id, Command(by: bazaar.buyer))
            _ = try await ChangeOrder(market).ship(order.id, by: bazaar.seller, carrier: "SF", tracking: "1")
        }
    }

    @Test(
        "a commission rises at once and falls the next day; the one of the sale stays", arguments: TestStore.available)
    func plans(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 9)
            let (market, product) = (bazaar.market, bazaar.product)
            try await bazaar.promote()
            let order = try await bazaar.paid()
            let fallen = try await SetCommission(market)(BasisPoints(500), of: product, Command(by: bazaar.seller))
            #expect(fallen.effectiveFrom > bazaar.clock.source.now)
            #expect(fallen.effectiveFrom <= bazaar.clock.source.now + .days(1))
            let still = try await bazaar.paid()
            bazaar.clock.advance(by: .days(1))
            let later = try await bazaar.paid()
            _ = try await SetCommission(market)(BasisPoints(3_000), of: product, Command(by: bazaar.seller))
            let risen = try await bazaar.paid()
            let lines = [order, still, later, risen].map { $0.lines[0].id }
            let rates = try await store.read { transaction in
                try Alliance.commissions(of: lines, in: transaction).mapValues(\.rate.value)
            }
            #expect(lines.map { rates[$0] } == [1_000, 1_000, 500, 3_000])
            bazaar.clock.advance(by: .days(7))
            let unknown = try await bazaar.paid().lines[0].id
            #expect(try await store.read { try Alliance.commissions(of: [unknown], in: $0) }.isEmpty)
        }
    }
}

extension Bazaar {
    func answer(_ found: AfterSaleCase, by identity: Identity) async throws -> AfterSaleCase {
        try await AnswerAfterSaleCase(market)(found.id, approves: true, note: "", Command(by: identity))
    }
}
