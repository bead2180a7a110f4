import AfterSales
import Experience
import Flows
import Foundation
import HTTP
import Journal
import Kernel
import Orders
import People
import Store
import Testing

@testable import Feed
@testable import Matching

/// The feed learns from the journal what people regret.
struct FeedRegretTests {
    @Test("late deliveries, returns and complaints reach the feed from real orders", arguments: TestStore.available)
    func told(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkTold(Bazaar($0, units: 20)) }
    }

    private static func checkTold(_ bazaar: Bazaar) async throws {
        let orders = ChangeOrder(bazaar.market)
        try await list(bazaar)
        // In time, and sent back for no fault of the shop's.
        var order = try await bazaar.received()
        try await sendHome(order, .changedMind, bazaar)
        try await require([.refund: 1], bazaar)
        // Late.
        order = try await bazaar.paid()
        bazaar.clock.advance(by: .hours(49))
        _ = try await orders.ship(order.id, by: bazaar.seller, carrier: "SF", tracking: "2")
        _ = try await orders.confirmReceipt(order.id, by: bazaar.buyer.person)
        try await require([.refund: 1, .lateDelivery: 1], bazaar)
        // Broken, so that it comes back and is complained about.
        try await sendHome(order, .damaged, bazaar)
        try await require([.refund: 2, .lateDelivery: 1, .complaint: 1], bazaar)
        // Cancelled at once: nothing came, so nothing comes back. Cancelled after two days of waiting: late.
        order = try await bazaar.paid()
        _ = try await orders.cancel(order.id, by: bazaar.buyer, reason: "")
        try await require([.refund: 2, .lateDelivery: 1, .complaint: 1], bazaar)
        order = try await bazaar.paid()
        bazaar.clock.advance(by: .hours(49))
        _ = try await orders.cancel(order.id, by: bazaar.buyer, reason: "")
        try await require([.refund: 2, .lateDelivery: 2, .complaint: 1], bazaar)
        // The platform had to be called in, and decided for the shop.
        order = try await bazaar.received()
        let found = try await bazaar.answer(try await bazaar.open(.return, order), false)
        _ = try await DisputeCase(bazaar.market).dispute(found.id, note: "no", Command(by: bazaar.buyer))
        _ = try await DisputeCase(bazaar.market).arbitrate(
            found.id, forBuyer: false, note: "used", Command(by: bazaar.officer))
        try await require([.refund: 2, .lateDelivery: 2, .complaint: 2], bazaar)
        try await checkReplay(bazaar)
    }

    private static func sendHome(_ order: Order, _ reason: AfterSaleReason, _ bazaar: Bazaar) async throws {
        let found = try await bazaar.answer(try await bazaar.open(.return, order, reason: reason))
        _ = try await bazaar.sendBack(found)
        _ = try await bazaar.inspect(found)
        try await bazaar.confirmRefunds(of: order)
        #expect(try await bazaar.read(found).state == .completed)
    }

    /// The feed comes to know just these. On PostgreSQL facts are seen once older transactions have ended.
    private static func require(_ expected: [Event.Kind: UInt32], _ bazaar: Bazaar) async throws {
        try await eventually { try await regrets(bazaar) == expected }
        #expect(try await regrets(bazaar) == expected)
    }

    /// What the feed knows after following the journal to its end.
    private static func regrets(_ bazaar: Bazaar) async throws -> [Event.Kind: UInt32] {
        let feed = bazaar.market.feed
        try await feed.catchUp()
        let counters = feed.engine.learner.withLock { learner in
            learner.items.number(of: bazaar.product.rawValue).map { learner.world.counters[$0] } ?? ItemCounters()
        }
        let counts: [Event.Kind: UInt32] = [
            .refund: counters.refunds, .lateDelivery: counters.lateDeliveries, .complaint: counters.complaints,
        ]
        return counts.filter { $0.value > 0 }
    }

    /// A feed that reads the journal from its start comes to the same bits; a snapshot of another version is not trusted.
    private static func checkReplay(_ bazaar: Bazaar) async throws {
        let market = bazaar.market
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("regret-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let state = market.feed.engine.snapshot()
        FeedSnapshot(position: Position(epoch: 0, sequence: 0), matcher: Matcher()).write(to: path)
        var former = try Data(contentsOf: URL(fileURLWithPath: path))
        // The version is the lowest byte of the engine's mark, which follows the purchases.
        former[24 + Matcher().purchases().count] -= 1
        try former.write(to: URL(fileURLWithPath: path))
        #expect(FeedSnapshot.read(from: path) == nil)
        let again = Feed(store: market.store, journal: market.journal, source: market.source, snapshotPath: path)
        try await again.load()
        #expect(again.engine.snapshot() == state)
    }

    @Test(
        "who would not recommend what came complains; facts of early versions tell nothing",
        arguments: [TestStore.sqlite])
    func answers(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkAnswers(Bazaar($0, units: 20)) }
    }

    private static func checkAnswers(_ bazaar: Bazaar) async throws {
        try await list(bazaar)
        let (person, product) = (bazaar.buyer.person, bazaar.product)
        func tell(_ facts: [some FactContent]) async throws -> [Event.Kind: UInt32] {
            try await bazaar.market.store.write { transaction in
                try bazaar.market.journal.append(facts, at: bazaar.clock.source.now, in: transaction)
            }
            return try await regrets(bazaar)
        }
        let time = Instant(milliseconds: 9)
        #expect(try await tell([ToldAnswer(person: person, score: 7, products: [product], time: time)]).isEmpty)
        #expect(try await tell([ToldAnswer(person: person, score: 6, products: nil, time: time)]).isEmpty)
        #expect(try await tell([OldCase(buyer: person)]).isEmpty)
        #expect(try await tell([OldOrder(buyer: person, time: time)]).isEmpty)
        let answer = ToldAnswer(person: person, score: 6, products: [product, product], time: time)
        #expect(try await tell([answer]).isEmpty, "nothing is known to have been bought")
        _ = try await bazaar.paid()
        #expect(try await tell([answer, answer]) == [.complaint: 1])
    }

    private struct Listed: FactContent {
        static let topic = "catalog.product_changed"
        let product: ProductID
        let shop: ShopID
        let createdAt: Instant
        var category = CategoryID(rawValue: 4), isListed = true
        var key: String { product.description }
    }

    private static func list(_ bazaar: Bazaar) async throws {
        let now = bazaar.clock.source.now
        try await bazaar.market.store.write { transaction in
            try bazaar.market.journal.append(
                Listed(product: bazaar.product, shop: bazaar.shop, createdAt: now), at: now, in: transaction)
        }
    }

    private struct ToldAnswer: FactContent {
        static let topic = SurveyAnswered.topic
        let person: PersonID
        let score: Int
        let products: [ProductID]?
        let time: Instant
        var key: String { person.description }
    }

    private struct OldCase: FactContent {
        static let topic = AfterSaleChanged.topic
        let buyer: PersonID
        var kind = "return", reason = "damaged", state = "completed"
        var key: String { buyer.description }
    }

    private struct OldOrder: FactContent {
        static let topic = OrderChanged.topic
        let buyer: PersonID
        let time: Instant
        var state = "shipped", lines: [String] = []
        var key: String { buyer.description }
    }

    @Test("what was bought from a slate waits for its regret across a restart", arguments: [TestStore.sqlite])
    func restart(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkRestart(Bazaar($0, units: 20)) }
    }

    private static func checkRestart(_ bazaar: Bazaar) async throws {
        let (market, person) = (bazaar.market, bazaar.buyer.person)
        try await list(bazaar)
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("waits-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let feed = Feed(store: market.store, journal: market.journal, source: market.source, snapshotPath: path)
        _ = try await feed.record([
            Touchpoint(person: person, time: market.source.now, kind: .follow, subject: .shop(bazaar.shop))
        ])
        try await feed.catchUp()
        #expect(feed.forYou(person, count: 1).slots.count == 1)
        let seen = Touchpoint(
            person: person, time: market.source.now, kind: .impression, subject: .product(bazaar.product))
        _ = try await feed.record([seen])
        let order = try await bazaar.received()
        try await feed.catchUp()
        #expect(feed.engine.purchasesLogged == 1)
        FeedSnapshot(position: feed.applied.withLock { $0 }, matcher: feed.engine).write(to: path)
        try await sendHome(order, .changedMind, bazaar)

        let later = Feed(store: market.store, journal: market.journal, source: market.source, snapshotPath: path)
        try await later.load()
        let regretted = later.engine.learner.withLock { $0.ledger.purchases.purchases.map(\.row.actions) }
        #expect(regretted == [Event.Kind.refund.bit])
    }
    @Test(
        "a deleted person is forgotten by the feed, its file and the facts of the shop",
        arguments: TestStore.available)
    func deleted(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkDeleted(Bazaar($0, units: 20)) }
    }

    private static func checkDeleted(_ bazaar: Bazaar) async throws {
        let market = bazaar.market
        try await list(bazaar)
        let account = try NewAccount(
            signUp: "gone@example.com", name: "Gone", password: "correct horse", language: .en)
        let signedUp = try await SignIn(market).up(account, visitor: nil, device: "d")
        let me = Identity(person: signedUp.account.id, proof: .session(signedUp.session.id))
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("gone-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let feed = Feed(store: market.store, journal: market.journal, source: market.source, snapshotPath: path)
        _ = try await feed.record([
            Touchpoint(person: me.person, time: market.source.now, kind: .like, subject: .product(bazaar.product))
        ])
        let (product, shop) = (bazaar.product, bazaar.shop)
        try await market.store.write { transaction in
            try market.journal.append(
                ToldCase(buyer: me.person, shop: shop, products: [product]), at: market.source.now, in: transaction)
        }
        func knows() -> Bool { feed.engine.learner.withLock { $0.persons.number(of: me.person.rawValue) != nil } }
        try await eventually {
            try await feed.catchUp()
            return knows()
        }
        FeedSnapshot(position: feed.applied.withLock { $0 }, matcher: feed.engine).write(to: path)
        func named() async throws -> Int {
            let pattern = "%\(me.person)%"
            return try await market.store.read { transaction in
                try transaction.rows(
                    "SELECT 1 FROM journal WHERE payload LIKE \(pattern) AND topic <> \(PersonDeleted.topic)"
                ).count
            }
        }
        #expect(try await named() > 1)
        try await DeletePerson(market)(Command(by: me), password: "correct horse", address: "a")
        try await eventually {
            try await feed.catchUp()
            return !knows()
        }
        #expect(!knows())
        let kept = try #require(FeedSnapshot.read(from: path))
        #expect(kept.matcher.learner.withLock { $0.persons.number(of: me.person.rawValue) } == nil, "nor does the file")
        #expect(try await named() == 0)
        let told = try await market.store.read { transaction in
            try transaction.rows("SELECT 1 FROM journal WHERE topic = \(ToldCase.topic)").count
        }
        #expect(told == 1, "the shop's score stands on it")
    }

    private struct ToldCase: FactContent {
        static let topic = AfterSaleChanged.topic
        let buyer: PersonID, shop: ShopID
        let products: [ProductID]
        var kind = "return", reason = "damaged", state = "completed"
        var key: String { shop.description }
    }
}
