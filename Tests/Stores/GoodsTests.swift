import Catalog
import Flows
import HTTP
import Journal
import Kernel
import Pricing
import Shops
import Store
import Testing

@Suite("A shop keeps its goods") struct GoodsTests {
    @Test("made, changed, sold, retired, taken off, archived, taken out again", arguments: TestStore.available)
    func life(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.life($0) }
    }

    static func life(_ store: any Store) async throws {
        let fair = try await Fair(store)
        let (keep, shop) = (KeepProducts(fair.market), fair.shops[0])
        let made = try await keep.create(try await newProduct(fair), at: shop, Command(by: fair.seller))
        #expect(made.status == .unlisted && made.version == 1 && made.variants.map(\.sku) == ["S", "L"])
        // Nobody sees it, and it costs nothing to say so.
        #expect(try await fair.market.catalog.cards([made.id]).map(\.isListed) == [false])
        let target = KeepProducts.Target(made.id, of: shop, version: 1)
        let listed = try await keep.move(target, to: .listed, Command(by: fair.seller))
        #expect(listed.status == .listed && listed.version == 2)
        #expect(try await fair.market.catalog.cards([made.id]).map(\.isListed) == [true])
        // A new price and a retired variant.
        let edited = try await keep.edit(
            KeepProducts.Target(made.id, of: shop, version: 2),
            GoodsPatch(variants: [
                VariantPatch(id: made.variants[0].id, price: price(1_100)),
                VariantPatch(id: made.variants[1].id, isRetired: true),
            ]), Command(by: fair.seller))
        #expect(edited.variants.map(\.price?.amount.amount) == [1_100, nil])
        #expect(try await fair.market.catalog.product(made.id)?.variants.count == 1)
        #expect(try await fair.market.catalog.cards([made.id]).first?.price?.amount.amount == 1_100)
        // On the shelf it needs something to sell.
        await #expect(throws: InvalidField.self) {
            try await keep.edit(
                KeepProducts.Target(made.id, of: shop, version: 3),
                GoodsPatch(variants: [VariantPatch(id: made.variants[0].id, isRetired: true)]),
                Command(by: fair.seller))
        }
        let archived = try await keep.move(
            KeepProducts.Target(made.id, of: shop, version: 3), to: .archived, Command(by: fair.seller))
        await #expect(throws: IllegalProductStep(from: .archived, to: .listed)) {
            try await keep.move(
                KeepProducts.Target(made.id, of: shop, version: archived.version), to: .listed, Command(by: fair.seller)
            )
        }
        let back = try await keep.move(
            KeepProducts.Target(made.id, of: shop, version: archived.version), to: .unlisted, Command(by: fair.seller))
        #expect(back.status == .unlisted)
        try await checkFactsAndTrail(made.id, fair)
    }

    /// The journal told everybody, and the trail says who did what.
    static func checkFactsAndTrail(_ product: ProductID, _ fair: Fair) async throws {
        var facts: [Bool] = []
        try await eventually {
            let read = try await fair.market.store.read { transaction in
                try transaction.rows(
                    "SELECT payload FROM journal WHERE topic = \(ProductChanged.topic) AND key_text = \("\(product)")"
                ).map { try $0.get(0, as: String.self) }
            }
            facts = read.map { $0.contains("\"isListed\":true") }
            return facts.count == 5
        }
        #expect(facts == [false, true, true, false, false])
        let trail = try await fair.market.store.read { [shop = fair.shops[0]] in
            try Shops.trail(of: shop, .init(thing: "\(product)"), limit: 10, in: $0)
        }
        #expect(
            trail.map(\.action) == [
                .productUnlisted, .productArchived, .productChanged, .productListed, .productCreated,
            ])
        #expect(trail.allSatisfy { $0.person == fair.seller.person && $0.name == "Cup" })
        #expect(trail[2].changes.contains { $0.field.hasSuffix("amount") && $0.was == "9.99" && $0.now == "11.00" })
    }

    @Test(
        "two who edit at once: the second is told what is different, nothing is overwritten",
        arguments: TestStore.available)
    func concurrent(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.concurrent($0) }
    }

    static func concurrent(_ store: any Store) async throws {
        let fair = try await Fair(store)
        let (keep, shop) = (KeepProducts(fair.market), fair.shops[0])
        let made = try await keep.create(try await newProduct(fair), at: shop, Command(by: fair.seller))
        let target = KeepProducts.Target(made.id, of: shop, version: 1)
        let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<8 {
                group.addTask { try await Self.rename(target, "Name \(index)", fair) }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(winners == 1)
        let now = try await store.read { [now = fair.market.source.now] in
            try Catalog.goods(made.id, of: shop, at: now, in: $0)
        }
        #expect(now.version == 2)
        let told = await #expect(throws: GoodsChanged.self) {
            try await keep.edit(target, GoodsPatch(brand: "Other"), Command(by: fair.seller))
        }
        #expect(told?.product == now)
        #expect(
            told?.changes == [
                TrailChange("title.en", was: "Cup", now: now.title.en),
                TrailChange("title.zh", was: "杯", now: now.title.zh),
            ])
    }

    static func rename(_ target: KeepProducts.Target, _ name: String, _ fair: Fair) async throws -> Bool {
        do {
            _ = try await KeepProducts(fair.market).edit(
                target, GoodsPatch(title: Localized(en: name)), Command(by: fair.seller))
            return true
        } catch is GoodsChanged { return false }
    }

    @Test("a changed list price is confirmed again, and never falls to a deal's", arguments: TestStore.available)
    func prices(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.prices($0) }
    }

    static func prices(_ store: any Store) async throws {
        let fair = try await Fair(store)
        let keep = KeepProducts(fair.market)
        let quote = try await fair.quote([1, 0, 0, 0])
        fair.clock.advance(by: .seconds(1))
        let target = KeepProducts.Target(fair.products[0], of: fair.shops[0], version: 1)
        let dearer = GoodsPatch(variants: [VariantPatch(id: fair.variants[0], price: price(2_500))])
        let edited = try await keep.edit(target, dearer, Command(by: fair.seller))
        #expect(edited.variants.first?.price?.amount.amount == 2_500)
        do {
            _ = try await fair.place(quote)
            Issue.record("The old price was charged.")
        } catch let problem as QuoteChanged {
            #expect(problem.details.code == "quote-changed")
            #expect(
                try await fair.pay(try await fair.place(problem.quote)).first?.lines.first?.unitPrice.amount == 2_500)
        }
        let zone = TimeZoneName.shanghai
        let now = fair.market.source.now
        _ = try await SetPrices(fair.market).open(
            .init(amount: 2_000, startsAt: now, endsAt: now + .days(1), zone: zone), of: fair.variants[0],
            at: fair.shops[0], Command(by: fair.seller))
        let lower = KeepProducts.Target(fair.products[0], of: fair.shops[0], version: 2)
        for amount in [2_000, 1_000] as [Int64] {
            await #expect(throws: InvalidField.self) {
                try await keep.edit(
                    lower, GoodsPatch(variants: [VariantPatch(id: fair.variants[0], price: price(amount))]),
                    Command(by: fair.seller))
            }
        }
        #expect(try await fair.quote([1, 0, 0, 0]).lines.first?.price.amount.amount == 2_000)
        try await besideLots(fair)
    }

    /// A list price stays above a flash lot that comes, until that is ended.
    private static func besideLots(_ fair: Fair) async throws {
        let now = fair.market.source.now
        let lot = try await OpenFlashLot(fair.market)(
            fair.variants[1], at: fair.shops[0], by: fair.seller,
            terms: .init(
                amount: 1_500, total: 3, buyerLimit: 1, startsAt: now + .days(1), endsAt: now + .days(2)))
        let edit = LotEdit(fair)
        await #expect(throws: InvalidField.self) { try await edit(1_500) }
        await #expect(throws: InvalidField.self) { try await edit(900) }
        #expect(try await edit(1_501) == 1_501)
        try await OpenFlashLot(fair.market).end(lot.id, of: fair.shops[0], by: fair.seller)
        #expect(try await edit(900) == 900)
    }

    /// Sets the list price of the second variant.
    private final class LotEdit: Sendable {
        private let fair: Fair

        init(_ fair: Fair) { self.fair = fair }

        func callAsFunction(_ amount: Int64) async throws -> Int64? {
            let products = try await fair.market.catalog.product(fair.products[1])
            let target = KeepProducts.Target(
                fair.products[1], of: fair.shops[0], version: try #require(products).version)
            let patch = GoodsPatch(variants: [VariantPatch(id: fair.variants[1], price: GoodsTests.price(amount))])
            return try await KeepProducts(fair.market).edit(target, patch, Command(by: fair.seller))
                .variants.first?.price?.amount.amount
        }
    }

    @Test("only the shop's own staff, only its own goods; numbers are used once; a key is one command")
    func rules() async throws {
        try await TestStore.sqlite.run(Marketplace.migrations) { try await Self.rules($0) }
    }

    static func rules(_ store: any Store) async throws {
        let fair = try await Fair(store)
        let (keep, shop) = (KeepProducts(fair.market), fair.shops[0])
        let patch = try await newProduct(fair)
        let key = try IdempotencyKey(caller: "c", text: "k")
        let made = try await keep.create(patch, at: shop, Command(by: fair.seller, key: key, fingerprint: "f"))
        let again = try await keep.create(patch, at: shop, Command(by: fair.seller, key: key, fingerprint: "f"))
        #expect(made.id == again.id)
        await #expect(throws: InvalidField("code", "is another product's.", zh: "商品编码已被使用。")) {
            try await keep.create(patch, at: shop, Command(by: fair.seller))
        }
        var other = patch
        other.code = "CUP-2"
        await #expect(throws: InvalidField("variants[0].sku", "is another variant's.", zh: "规格编码已被使用。")) {
            try await keep.create(other, at: shop, Command(by: fair.seller))
        }
        // The same numbers may be used by another shop.
        _ = try await keep.create(patch, at: fair.shops[1], Command(by: fair.seller))
        await #expect(throws: NotFound("product")) {
            try await keep.edit(.init(made.id, of: fair.shops[1], version: 1), GoodsPatch(), Command(by: fair.seller))
        }
        await #expect(throws: NotFound("variant")) {
            try await keep.edit(
                .init(made.id, of: shop, version: 1),
                GoodsPatch(variants: [VariantPatch(id: fair.variants[0], price: price(1))]), Command(by: fair.seller))
        }
        await #expect(throws: NotFound("shop")) {
            try await keep.edit(.init(made.id, of: shop, version: 1), GoodsPatch(), Command(by: fair.buyer))
        }
        let looksOn = Identity(person: fair.buyer.person, proof: .visitor, shops: [shop: .viewer])
        await #expect(throws: Forbidden.self) {
            try await keep.edit(.init(made.id, of: shop, version: 1), GoodsPatch(), Command(by: looksOn))
        }
        let found = try await store.read { [now = fair.market.source.now] transaction in
            try ["cup", "杯", "CUP", "l", "100%", "_"].map {
                try Catalog.goods(of: shop, .init(words: $0), limit: 10, at: now, in: transaction).count
            }
        }
        #expect(found == [1, 1, 1, 1, 0, 0])
    }

    static func price(_ amount: Int64) -> Price { Price(amount: Money(amount, .cny), list: nil) }

    /// A cup of two sizes, in a category that exists.
    static func newProduct(_ fair: Fair) async throws -> GoodsPatch {
        let category = CategoryID(rawValue: 4)
        try await fair.market.store.write { [catalog = fair.market.catalog] in
            try catalog.put(
                Category(id: category, parent: nil, name: Localized(en: "Ware"), emoji: ""), position: 0, in: $0)
        }
        return GoodsPatch(
            code: "CUP", title: Localized(en: "Cup", zh: "杯"), category: category,
            variants: [
                VariantPatch(spec: Localized(en: "Small"), sku: "S", price: price(999)),
                VariantPatch(spec: Localized(en: "Large"), sku: "L", price: price(1_999)),
            ])
    }
}
