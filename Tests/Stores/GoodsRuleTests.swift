import Catalog
import Flows
import HTTP
import Kernel
import Orders
import Shops
import Store
import Testing

/// What a shop lets happen by itself happens, is undone, and never overrules a person.
@Suite("Rules about goods") struct GoodsRuleTests {
    @Test("a price while little is left, and back when there is more", arguments: TestStore.available)
    func priceWhileLow(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let desk = RuleDesk(try await Bazaar(store, units: 9))
            let wish = desk.wish(.stock(atMost: 3), amount: 800)
            #expect(try await desk.preview(wish) == .waits(available: 9))
            try await desk.set(wish)
            #expect(try await desk.idles())
            let placed = try await desk.bazaar.buy(6, by: PersonID(rawValue: 9))
            #expect(
                try await desk.preview(desk.wish(.stock(atMost: 3), amount: 700))
                    == .prices(from: Money(500, .cny), to: Money(700, .cny), available: 3))
            // Whoever sweeps at the same time: one acts.
            async let one = desk.sweep()
            async let other = desk.sweep()
            let acted = try await [one.acted, other.acted]
            #expect(acted.reduce(0, +) == 1)
            #expect(try await desk.price() == 800)
            await #expect(throws: CheckoutProblem.priceChanged([desk.bazaar.variant: 800])) {
                try await desk.bazaar.buy(1, by: PersonID(rawValue: 10))
            }
            try await desk.cancel(placed)
            #expect(try await desk.sweep().undone == 1)
            #expect(try await desk.price() == 500)
            #expect(try await desk.trail() == [.goodsRuleActed, .goodsRuleActed, .goodsRuleSet])
        }
    }

    @Test("off the shelf when sold out, listed again after", arguments: TestStore.available)
    func shelf(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let desk = RuleDesk(try await Bazaar(store, units: 2))
            try await desk.set(desk.wish(.stock(atMost: 0), amount: nil))
            let placed = try await desk.bazaar.buy(2, by: PersonID(rawValue: 9))
            #expect(try await desk.sweep().acted == 1)
            #expect(try await desk.product().status == .unlisted)
            #expect(try await desk.idles(), "what is done is not done again")
            try await desk.cancel(placed)
            #expect(try await desk.sweep().undone == 1)
            #expect(try await desk.product().status == .listed)
        }
    }

    @Test("a price for a time, then the one before; the rule is over", arguments: TestStore.available)
    func time(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let desk = RuleDesk(try await Bazaar(store, units: 9))
            let now = desk.bazaar.clock.source.now
            try await desk.set(desk.wish(.time(from: now + .hours(1), until: now + .hours(3)), amount: 450))
            #expect(try await desk.idles())
            desk.bazaar.clock.advance(by: .hours(1))
            #expect(try await desk.sweep().acted == 1)
            #expect(try await desk.price() == 450)
            desk.bazaar.clock.advance(by: .hours(2))
            #expect(try await desk.sweep().undone == 1)
            #expect(try await desk.price() == 500)
            #expect(try await desk.rules().isEmpty)
        }
    }

    @Test("what a person has changed meanwhile stays, also when the rule is ended", arguments: TestStore.available)
    func people(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let desk = RuleDesk(try await Bazaar(store, units: 2))
            try await desk.set(desk.wish(.stock(atMost: 5), amount: 800))
            #expect(try await desk.sweep().acted == 1)
            try await desk.edit(to: 900)
            try await desk.end()
            #expect(try await desk.price() == 900)
            #expect(try await desk.rules().isEmpty)
            try await desk.set(desk.wish(.stock(atMost: 5), amount: 700))
            #expect(try await desk.sweep().acted == 1)
            try await desk.end()
            #expect(try await desk.price() == 900, "ending undoes")
        }
    }

    @Test("a deal in the way is said, and the rule acts when it is gone")
    func refused() async throws {
        try await TestStore.sqlite.run(Marketplace.migrations) { store in
            let desk = RuleDesk(try await Bazaar(store, units: 2))
            let deal = try await desk.openDeal(at: 450)
            let wish = desk.wish(.stock(atMost: 5), amount: 400)
            guard case .refused = try await desk.preview(wish) else {
                Issue.record("The deal was overlooked.")
                return
            }
            try await desk.set(wish)
            #expect(try await desk.sweep().refused == 1)
            #expect(try await desk.rules().map { $0.refusal.contains("4.50") } == [true])
            #expect(try await desk.price() == 500)
            try await SetPrices(desk.bazaar.market).end(deal, of: desk.bazaar.shop, Command(by: desk.seller))
            #expect(try await desk.sweep().acted == 1)
            #expect(try await desk.rules().map(\.refusal) == [""])
        }
    }

    @Test("only the shop's own, one rule for one thing, nothing senseless; a preview keeps nothing")
    func limits() async throws {
        try await TestStore.sqlite.run(Marketplace.migrations) { store in
            let desk = RuleDesk(try await Bazaar(store, units: 2))
            let wish = desk.wish(.stock(atMost: 5), amount: 800)
            #expect(
                try await desk.preview(wish)
                    == .prices(from: Money(500, .cny), to: Money(800, .cny), available: 2))
            #expect(try await desk.price() == 500)
            #expect(try await desk.rules().isEmpty)
            #expect(try await desk.trail().isEmpty)
            let stranger = Identity(person: PersonID(rawValue: 3), proof: .visitor)
            await #expect(throws: NotFound.self) { try await desk.set(wish, by: stranger) }
            let viewer = Identity(person: PersonID(rawValue: 3), proof: .visitor, shops: [desk.bazaar.shop: .viewer])
            await #expect(throws: Forbidden.self) { try await desk.set(wish, by: viewer) }
            try await desk.set(wish)
            await #expect(throws: GoodsRuleProblem.exists) { try await desk.set(wish) }
            let now = desk.bazaar.clock.source.now
            for bad in [
                desk.wish(.stock(atMost: -1), amount: nil), desk.wish(.stock(atMost: 1), amount: 0),
                desk.wish(.time(from: now, until: now), amount: nil),
                desk.wish(.time(from: now - .hours(2), until: now - .hours(1)), amount: nil),
            ] {
                await #expect(throws: InvalidField.self) { try await desk.set(bad) }
            }
        }
    }
}

/// Somebody of the shop with its rules.
private final class RuleDesk: Sendable {
    let bazaar: Bazaar
    var seller: Identity { bazaar.seller }

    init(_ bazaar: Bazaar) { self.bazaar = bazaar }

    func wish(_ condition: GoodsRule.Condition, amount: Int64?) -> KeepRules.Wish {
        KeepRules.Wish(of: bazaar.product, bazaar.variant, while: condition, amount: amount)
    }

    func set(_ wish: KeepRules.Wish, by identity: Identity? = nil) async throws {
        _ = try await KeepRules(bazaar.market).set(wish, at: bazaar.shop, Command(by: identity ?? seller))
    }

    func preview(_ wish: KeepRules.Wish) async throws -> KeepRules.Preview {
        try await KeepRules(bazaar.market).preview(wish, at: bazaar.shop, by: seller)
    }

    func sweep() async throws -> ActOnRules.Acted { try await ActOnRules(bazaar.market)() }

    /// Sweeps, and says whether there was nothing to do.
    func idles() async throws -> Bool {
        let swept = try await sweep()
        return swept.acted + swept.undone + swept.refused == 0
    }

    func rules() async throws -> [GoodsRule] { try await KeepRules(bazaar.market).rules(of: bazaar.shop, by: seller) }

    func end() async throws {
        for rule in try await rules() {
            try await KeepRules(bazaar.market).end(rule.id, of: bazaar.shop, Command(by: seller))
        }
    }

    func product() async throws -> Product { try #require(try await bazaar.market.catalog.product(bazaar.product)) }
    func price() async throws -> Int64? { try await product().variants.first?.price?.amount.amount }

    func edit(to amount: Int64) async throws {
        let patch = GoodsPatch(
            variants: [VariantPatch(id: bazaar.variant, price: Price(amount: Money(amount, .cny), list: nil))])
        _ = try await KeepProducts(bazaar.market).edit(
            .init(bazaar.product, of: bazaar.shop, version: try await product().version), patch, Command(by: seller))
    }

    func openDeal(at amount: Int64) async throws -> PriceOfferID {
        let now = bazaar.clock.source.now
        return try await SetPrices(bazaar.market).open(
            .init(amount: amount, startsAt: now, endsAt: now + .days(1), zone: .shanghai), of: bazaar.variant,
            at: bazaar.shop, Command(by: seller)
        ).id
    }

    func cancel(_ placed: PlaceOrder.Placed) async throws {
        let buyer = Identity(person: PersonID(rawValue: 9), proof: .visitor)
        for order in try await bazaar.market.orders.group(placed.group)?.orders ?? [] {
            _ = try await ChangeOrder(bazaar.market).cancel(order.id, by: buyer, reason: "")
        }
    }

    /// What the trail says of rules, the latest first.
    func trail() async throws -> [TrailAction] {
        let lines = try await ReadTrail(bazaar.market)(of: bazaar.shop, .init(), limit: 50, by: seller)
        return lines.map(\.entry.action).filter { $0 == .goodsRuleSet || $0 == .goodsRuleActed }
    }
}
