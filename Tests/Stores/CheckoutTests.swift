import AfterSales
import Coupons
import Flows
import HTTP
import Kernel
import Ledger
import Orders
import Pricing
import Sequences
import Store
import Testing

@Suite("Checkout by quote") struct CheckoutTests {
    @Test("what is placed is what was quoted, to the cent for everybody", arguments: TestStore.available)
    func whole(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.whole($0) }
    }

    static func whole(_ store: any Store) async throws {
        let fair = try await Fair(store)
        let coupons = try await fair.offerCoupons()
        let quote = try await fair.quote([2, 1, 1, 0])
        // Shop 1: 3,998 + 3,501, 17.77 % off; shop 2: 777 less 5.01; then 9.01 % off all that is 8,276.
        #expect(quote.coupons.map(\.amount) == [1_333, 501, 746])
        #expect(quote.coupons.map(\.coupon) == coupons)
        #expect(quote.freight.amount == 934 + 833)
        #expect(quote.goods.amount == 8_276)
        #expect(quote.total.amount == 8_276 - 1_333 - 501 - 746 + 934 + 833 + quote.addedTax.amount)
        let orders = try await fair.pay(try await fair.place(quote))
        #expect(orders.map(\.total.amount).reduce(0, +) == quote.total.amount)
        #expect(orders.map(\.state) == [.paid, .paid])
        // Everything that the buyer paid was divided.
        #expect(try await fair.balance(.buyer(fair.buyer.person), .credit) == 0)
        #expect(try await fair.balance(.tax, .due) == quote.addedTax.amount + quote.includedTax.amount)
        #expect(try await fair.balance(.provider("test"), .clearing) == -quote.total.amount)
        // A quarter of the first coupon is the creator's, who earns a commission on what the shop asks.
        let shares = orders.flatMap(\.lines).compactMap(\.charges?.discount)
        #expect(shares.map(\.creator).reduce(0, +) == 333)
        #expect(try await fair.balance(.platform, .subsidy) == -(600 + 746))
        #expect(orders.flatMap(\.lines).allSatisfy { $0.reason?.rule == "list" && $0.reason?.version == 2 })
        #expect(try await fair.market.ledger.verify().isSound)
    }

    @Test("80 random baskets, paid and taken back in random parts: nobody has a cent left")
    func reconciles() async throws {
        try await TestStore.sqlite.run(Marketplace.migrations) { store in
            let fair = try await Fair(store)
            let coupons = try await fair.offerCoupons()
            for seed in 0..<80 as Range<UInt64> { try await Self.life(fair, coupons, seed: seed) }
            #expect(try await fair.market.ledger.verify().isSound)
        }
    }

    static func life(_ fair: Fair, _ coupons: [CouponID], seed: UInt64) async throws {
        var random = SplitMix(state: seed)
        var quantities = (0..<4).map { _ in Int64.random(in: 0...3, using: &random) }
        if quantities.allSatisfy({ $0 == 0 }) { quantities[Int(seed % 4)] = 1 }
        let quote = try await fair.quote(quantities, seed % 5 == 0 ? .these([]) : .best)
        let placed = try await fair.place(quote)
        if seed % 7 == 0 {
            // Never paid: time gives everything back.
            let order = try #require(try await fair.market.orders.group(placed.group)?.orders.first)
            _ = try await ChangeOrder(fair.market).cancel(order.id, by: fair.buyer, reason: "")
        } else {
            let orders = try await fair.pay(placed)
            try #require(try await fair.balance(.buyer(fair.buyer.person), .credit) == 0, "seed \(seed)")
            for order in orders { try await takeBack(order, of: fair, &random, "seed \(seed)") }
        }
        try await fair.requireNothingLeft("seed \(seed)")
        for id in coupons {
            let left = try await fair.market.coupons.coupon(id)
            let ended = try #require(try await fair.market.orders.group(placed.group)).orders
            if ended.allSatisfy({ $0.state == .cancelled }) {
                let used = quote.coupons.contains { $0.coupon == id }
                let state = try await state(of: id, placed.group, fair)
                try #require(!used || state == "released", "seed \(seed)")
            }
            try #require(left.usesLeft <= left.terms.uses)
        }
    }

    static func state(of coupon: CouponID, _ group: OrderGroupID, _ fair: Fair) async throws -> String? {
        try await fair.market.store.read {
            try $0.value("SELECT state FROM coupon_uses WHERE coupon = \(coupon) AND order_group = \(group)")
        }
    }

    static func takeBack(_ order: Order, of fair: Fair, _ random: inout SplitMix, _ place: String) async throws {
        let ships = Bool.random(using: &random)
        if ships {
            _ = try await ChangeOrder(fair.market).ship(order.id, by: fair.seller, carrier: "SF", tracking: "1")
            _ = try await ChangeOrder(fair.market).confirmReceipt(order.id, by: fair.buyer.person)
        }
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let line = try #require(order.lines.randomElement(using: &random))
            let left = try #require(try await fair.market.store.read { try Ledger.line(line.id, in: $0) }).remainder
            guard left.quantity > 0 else { continue }
            let units = Int64.random(in: 1...left.quantity, using: &random)
            let amount =
                ships && Bool.random(using: &random) && left.goodsPaid > 0
                ? Int64.random(in: 1...left.goodsPaid, using: &random) : nil
            _ = try await refund(line.id, units, amount, order, fair)
            try await fair.confirmRefunds(of: order.group)
            try #require(try await fair.balance(.buyer(fair.buyer.person), .credit) == 0, "\(place)")
        }
        guard try await fair.market.orders.order(order.id)?.state != .cancelled else { return }
        if ships {
            try await everything(order, fair)
        } else {
            _ = try await ChangeOrder(fair.market).cancel(order.id, by: fair.buyer, reason: "")
        }
        try await fair.confirmRefunds(of: order.group)
    }

    static func refund(
        _ line: OrderLineID, _ units: Int64, _ amount: Int64?, _ order: Order, _ fair: Fair
    ) async throws -> AfterSaleCase {
        try await OpenAfterSaleCase(fair.market)(
            AfterSales.Request(
                .refund, reason: .changedMind, note: "", lines: [.init(line: line, quantity: units)],
                amount: amount.map { Money($0, .cny) }), about: order.id, Command(by: fair.seller))
    }

    /// Whatever is left goes back, delivery with it, by the ledger itself: no case gives delivery back after receipt.
    static func everything(_ order: Order, _ fair: Fair) async throws {
        let intent = try #require(try await fair.market.payments.intent(of: order.group))
        try await fair.market.store.write { [market = fair.market] transaction in
            var total = Money.zero(.cny)
            for line in try Ledger.lines(of: order.id, in: transaction) {
                let back = try market.ledger.takeBack(.everything, of: line.line, cause: "all", in: transaction)
                total = try total.adding(back)
            }
            try market.payments.refund(total, of: intent.id, for: "all \(order.id)", in: transaction)
        }
    }

    @Test("what changed is shown and confirmed again; the new quote places", arguments: TestStore.available)
    func changes(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.changes($0) }
    }

    static func changes(_ store: any Store) async throws {
        let fair = try await Fair(store, units: 5)
        let coupons = try await fair.offerCoupons()
        var quote = try await fair.quote([2, 0, 0, 0])
        let offer = PriceOffer(
            id: PriceOfferID(rawValue: 1), shop: fair.shops[0], variant: fair.variants[0], rule: .deal,
            price: Money(1_500, .cny), startsAt: fair.clock.source.now, endsAt: fair.clock.source.now + .days(1))
        try await store.write { try fair.market.pricing.open(offer, in: $0) }
        quote = try await changed(fair, quote, [.price, .coupon, .tax])
        #expect(quote.lines.first?.price.rule == .deal && quote.lines.first?.list == 1_999)
        try await store.write { try fair.market.coupons.end(coupons[2], in: $0) }
        quote = try await changed(fair, quote, [.coupon])
        fair.clock.advance(by: MakeQuote.lifetime)
        quote = try await changed(fair, quote, [.expired])
        try await store.write {
            try fair.market.pricing.set(
                TaxRate(category: CategoryID(rawValue: 4), region: "浙江", rule: .none), of: fair.shops[0], in: $0)
        }
        quote = try await changed(fair, quote, [.tax])
        _ = try await fair.market.store.write {
            try fair.market.stock.set(
                1, of: fair.variants[0], product: fair.products[0], shop: fair.shops[0], in: $0)
        }
        quote = try await changed(fair, quote, [.stock, .coupon])
        #expect(quote.lines.map(\.quantity) == [1])
        let orders = try await fair.pay(try await fair.place(quote))
        #expect(orders.map(\.total) == [quote.total])
        #expect(orders[0].lines[0].reason == PriceReason(rule: "deal", version: 2, source: "\(offer.id)"))
        // A quote is placed once.
        await #expect(throws: NotFound.self) { try await fair.place(quote) }
    }

    static func changed(_ fair: Fair, _ quote: Quote, _ kinds: [QuoteChange.Kind]) async throws -> Quote {
        do {
            _ = try await fair.place(quote)
            Issue.record("placed what was not shown")
        } catch let problem as QuoteChanged {
            #expect(Set(problem.changes.map(\.kind)) == Set(kinds), "\(problem.changes)")
            return problem.quote
        }
        return quote
    }

    @Test("a region that is not served; prices alone are not confirmed when delivery comes on top")
    func delivery() async throws {
        try await TestStore.sqlite.run(Marketplace.migrations) { try await Self.delivery($0) }
    }

    static func delivery(_ store: any Store) async throws {
        let fair = try await Fair(store)
        let shown = [ShownLine(variant: fair.variants[2], quantity: 1, amount: 777)]
        await #expect(throws: CheckoutProblem.notDelivered([fair.variants[2]])) {
            try await MakeQuote(fair.market)(.init(shown, to: "Berlin"), for: fair.buyer.person)
        }
        do {
            _ = try await PlaceOrder(fair.market)(shown, to: fair.address, by: fair.buyer.person, key: nil)
            Issue.record("placed without delivery")
        } catch let problem as QuoteChanged {
            #expect(problem.changes.map(\.kind) == [.freight])
            _ = try await fair.place(problem.quote)
        }
    }

    @Test(
        "the last use of a coupon, by many who were quoted it: one has it, the others confirm again",
        arguments: TestStore.available)
    func lastUse(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.lastUse($0) }
    }

    static func lastUse(_ store: any Store) async throws {
        let fair = try await Fair(store)
        _ = try await fair.offerCoupons(uses: 1)
        var quotes: [(PersonID, Quote)] = []
        for number in 0..<8 {
            let person = PersonID(rawValue: UInt128(200 + number))
            let offered = try await fair.market.coupons.offered(at: fair.shops, limit: 9)
            try await store.write { transaction in
                for coupon in offered { try fair.market.coupons.claim(coupon.id, by: person, in: transaction) }
            }
            let line = ShownLine(variant: fair.variants[2], quantity: 1, amount: 0)
            quotes.append((person, try await MakeQuote(fair.market)(.init([line], to: "浙江"), for: person)))
        }
        let outcome = await withTaskGroup(of: String.self) { group in
            for (person, quote) in quotes {
                group.addTask {
                    do {
                        _ = try await PlaceOrder(fair.market)(
                            .init(quote: quote.id), to: fair.address, by: person, key: nil)
                        return "placed"
                    } catch is QuoteChanged { return "changed" } catch { return "\(error)" }
                }
            }
            return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        #expect(outcome == ["placed": 1, "changed": 7])
    }
}
