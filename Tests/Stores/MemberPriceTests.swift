import Catalog
import Flows
import HTTP
import Kernel
import Orders
import Pricing
import Store
import Testing

/// A shop's member price from the goods editor to the order's line.
@Suite("Member prices") struct MemberPriceTests {
    private static let buyer = PersonID(rawValue: 9)
    private static var member: Identity {
        Identity(person: buyer, proof: .token(TokenID(rawValue: 1), Set(Scope.allCases)))
    }

    @Test(
        "Who joins pays the member price, who leaves pays what everybody pays, and the order says why",
        arguments: TestStore.available)
    func life(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 50)
            try await bazaar.charge(members: 450)
            await #expect(throws: CheckoutProblem.priceChanged([bazaar.variant: 500])) {
                try await bazaar.buy(amount: 450, by: Self.buyer)
            }
            try await JoinShop(bazaar.market)(bazaar.shop, terms: 1, by: Self.member)
            try await JoinShop(bazaar.market)(bazaar.shop, terms: 1, by: Self.member)
            #expect(try await bazaar.market.membership.count(of: bazaar.shop) == 1)
            let placed = try await bazaar.buy(2, amount: 450, by: Self.buyer)
            let line = try #require(try await bazaar.market.orders.group(placed.group)?.orders.first?.lines.first)
            #expect(line.reason == PriceReason(rule: "member", version: 2, source: nil))
            #expect(line.amount == Money(900, .cny) && line.listAmount == 500)
            try await JoinShop(bazaar.market).leave(bazaar.shop, by: Self.member)
            #expect(try await bazaar.market.membership.memberships(of: Self.buyer).isEmpty)
            await #expect(throws: CheckoutProblem.priceChanged([bazaar.variant: 500])) {
                try await bazaar.buy(amount: 450, by: Self.buyer)
            }
        }
    }

    @Test("Whoever leaves between quote and order is shown the other price first")
    func leaving() async throws {
        try await TestStore.sqlite.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 50)
            try await bazaar.charge(members: 450)
            try await JoinShop(bazaar.market)(bazaar.shop, terms: 1, by: Self.member)
            let line = ShownLine(variant: bazaar.variant, quantity: 1, amount: 0)
            let quote = try await MakeQuote(bazaar.market)(.init([line], to: "Zhejiang"), for: Self.buyer)
            #expect(quote.total == Money(450, .cny) && quote.lines.first?.price.rule == .member)
            try await JoinShop(bazaar.market).leave(bazaar.shop, by: Self.member)
            await #expect(throws: QuoteChanged.self) {
                try await PlaceOrder(bazaar.market)(
                    .init(quote: quote.id), to: bazaar.address, by: Self.buyer, key: nil)
            }
            #expect(try await bazaar.left() == 50)
        }
    }

    @Test(
        "Others are told the member price, members pay it, and the lowest price holds", arguments: TestStore.available)
    func shown(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 50)
            try await bazaar.charge(members: 450)
            #expect(try await bazaar.prices(for: nil) == [500, 450])
            #expect(try await bazaar.prices(for: Self.buyer) == [500, 450])
            try await JoinShop(bazaar.market)(bazaar.shop, terms: 1, by: Self.member)
            #expect(try await bazaar.prices(for: Self.buyer) == [450, nil])
            // A price for everybody that is as low makes no difference between members and others.
            try await bazaar.change(VariantPatch(id: bazaar.variant, price: Price(amount: Money(400, .cny), list: nil)))
            #expect(try await bazaar.prices(for: Self.buyer) == [400, nil])
            #expect(try await bazaar.prices(for: nil) == [400, nil])
            // What the shop set for members counts again when the price is what it was.
            try await bazaar.change(VariantPatch(id: bazaar.variant, price: Price(amount: Money(500, .cny), list: nil)))
            #expect(try await bazaar.prices(for: Self.buyer) == [450, nil])
            try await bazaar.charge(members: 0)
            #expect(try await bazaar.prices(for: Self.buyer) == [500, nil])
        }
    }

    @Test("A table sets a member price, leaves it where the cell is empty, and takes it away with 0")
    func table() async throws {
        try await TestStore.sqlite.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 5)
            func bring(_ cells: String) async throws -> [Int64?] {
                let row = "\(bazaar.product),\(bazaar.variant),\(cells)\n"
                let text = "product_code,variant_code,price,member_price\n" + row
                let report = try await BringGoods(bazaar.market)(
                    try GoodsTable(Array(text.utf8)), at: bazaar.shop, .all, by: bazaar.seller)
                #expect(report.isApplied, "\(report)")
                return try await bazaar.prices(for: nil)
            }
            #expect(try await bring(",4.50") == [500, 450])
            #expect(try await bring("6,") == [600, 450])
            #expect(try await bring("5,0") == [500, nil])
            let dear = Array("product_code,member_price\n\(bazaar.product),5\n".utf8)
            let refused = try await BringGoods(bazaar.market)(
                try GoodsTable(dear), at: bazaar.shop, .all, by: bazaar.seller)
            #expect(refused.count(.refused) == 1 && !refused.isApplied)
        }
    }

    @Test("A member price that is no advantage, other terms, visitors and unknown shops are refused")
    func refusals() async throws {
        try await TestStore.sqlite.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 5)
            for amount in [500, 501, -1] as [Int64] {
                await #expect(throws: InvalidField.self) { try await bazaar.charge(members: amount) }
            }
            let join = JoinShop(bazaar.market)
            await #expect(throws: InvalidField.self) { try await join(bazaar.shop, terms: 2, by: Self.member) }
            await #expect(throws: NotFound.self) { try await join(ShopID(rawValue: 99), terms: 1, by: Self.member) }
            await #expect(throws: SignInRequired.self) {
                try await join(bazaar.shop, terms: 1, by: Identity(person: Self.buyer, proof: .visitor))
            }
        }
    }
}

extension Bazaar {
    /// Sets what members pay, in minor units; 0 takes it away.
    fileprivate func charge(members amount: Int64) async throws {
        try await change(VariantPatch(id: variant, memberAmount: amount))
    }

    fileprivate func change(_ patch: VariantPatch) async throws {
        let version = try await market.catalog.product(product)?.version ?? 0
        _ = try await KeepProducts(market).edit(
            .init(product, of: shop, version: version), GoodsPatch(variants: [patch]), Command(by: seller))
    }

    /// What the variant costs somebody, and what it costs members if that is less.
    fileprivate func prices(for person: PersonID?) async throws -> [Int64?] {
        guard let found = try await market.catalog.product(product) else { return [] }
        let prices = try await market.livePrices(of: found.variants, for: person)
        return [prices[variant]?.amount.amount, prices.memberPrices[variant]?.amount]
    }
}
