import Experience
import Flows
import Foundation
import Journal
import Kernel
import Store
import Testing

/// The experience score on both stores: from real orders only, the same whatever came first, and appealable to the order.
struct ScoreTests {
    @Test(
        "the order in which facts arrive leaves no trace, nor does hearing them twice", arguments: TestStore.available)
    func order(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkOrder($0) }
    }

    private static func checkOrder(_ store: any Store) async throws {
        var random = SystemSeeded(state: 11)
        let desk = ScoreDesk(store)
        let history = ScoreDesk.history(orders: 60, random: &random)
        try await desk.tell(history)
        let first = try await desk.sums()
        #expect(!first.isEmpty)
        for trial in 0..<4 {
            try await desk.forget()
            try await desk.tell(history.shuffled(using: &random) + (trial % 2 == 0 ? [] : Array(history.prefix(40))))
            #expect(try await desk.sums() == first, "trial \(trial)")
        }
    }

    @Test(
        "an accepted appeal takes out just its order, and stays out when all is made anew",
        arguments: TestStore.available)
    func appeal(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkAppeal($0) }
    }

    private static func checkAppeal(_ store: any Store) async throws {
        var random = SystemSeeded(state: 5)
        let desk = ScoreDesk(store)
        let history = ScoreDesk.history(orders: 60, random: &random)
        try await desk.tell(history)
        let shop = ShopID(rawValue: 1)
        let before = try await desk.score(shop)
        let influences = try await desk.influences(shop)
        let worst = try #require(influences.first)
        #expect(worst.effect < 0 && influences.map(\.effect) == influences.map(\.effect).sorted())
        await #expect(throws: NotFound("order")) { try await desk.appeal(worst.order, ShopID(rawValue: 2)) }
        try await desk.appeal(worst.order, shop)
        await #expect(throws: AppealProblem.appealedAlready) { try await desk.appeal(worst.order, shop) }
        #expect(try await desk.score(shop) == before, "an open appeal changes nothing")
        try await desk.decide(worst.order, true)
        await #expect(throws: AppealProblem.decidedAlready) { try await desk.decide(worst.order, false) }
        let after = try await desk.score(shop)
        let (was, now) = (try #require(before.total), try #require(after.total))
        #expect(abs(was - now - worst.effect) < 1e-9, "it moves the score by what was said")
        #expect(after.orders == before.orders - 1)
        let without = history.filter { $0.order != worst.order }
        let sums = try await desk.sums()
        try await desk.forget()
        try await desk.tell(history)
        #expect(try await desk.sums() == sums)
        try await desk.forget()
        try await desk.tell(without)
        #expect(try await desk.sums() == sums, "just its order")
        // A refused one changes nothing.
        try await desk.forget()
        try await desk.tell(history)
        let other = try #require(try await desk.influences(shop).first { $0.appeal == nil })
        let seen = try await desk.score(shop)
        try await desk.appeal(other.order, shop)
        try await desk.decide(other.order, false)
        #expect(try await desk.score(shop) == seen)
    }

    @Test("few orders give no score, and a shop is compared within its category", arguments: TestStore.available)
    func categories(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkCategories($0) }
    }

    private static func checkCategories(_ store: any Store) async throws {
        let desk = ScoreDesk(store)
        // In category 2 half of all goods come back at every shop; in category 1 none does.
        var facts: [ScoreFact] = []
        for number in 0..<120 {
            let shop = UInt128(1 + number % 3)
            let isHard = shop != 3
            facts += ScoreDesk.order(
                number, shop: shop, product: isHard ? 2 : 1, isLate: false, isBad: isHard && number / 3 % 2 == 0)
        }
        for number in 200..<210 {
            facts += ScoreDesk.order(number, shop: 4, product: 1, isLate: false, isBad: false)
        }
        try await desk.tell(facts)
        let hard = try await desk.score(ShopID(rawValue: 1))
        let easy = try await desk.score(ShopID(rawValue: 3))
        let goods = try #require(hard.parts.first { $0.part == .goods })
        #expect(goods.plain == 50 && abs(goods.expected - 50) < 8)
        let (one, other) = (try #require(hard.total), try #require(easy.total))
        #expect(abs(one - other) < 6, "no shop is blamed for its category: \(one), \(other)")
        let small = try await desk.score(ShopID(rawValue: 4))
        #expect(small.total == nil && !small.isKnown && small.orders == 10)
    }
}

/// Random numbers that repeat.
struct SystemSeeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}

/// A fact about an order.
enum ScoreFact: Sendable {
    case order(ToldOrder)
    case afterSale(ToldCase)

    var order: OrderID {
        switch self {
        case .order(let fact): fact.order
        case .afterSale(let fact): fact.order
        }
    }
}

/// The room with orders that are told to it.
private final class ScoreDesk: Sendable {
    let store: any Store
    let journal: Journal
    let room: Experience
    let clock = TestClock()
    static let start = Instant(milliseconds: 1_772_352_000_000 - 20 * 86_400_000)

    init(_ store: any Store) {
        self.store = store
        journal = Journal(store: store)
        room = Experience(store: store, journal: journal, source: clock.source)
    }

    static func order(_ number: Int, shop: UInt128, product: UInt128, isLate: Bool, isBad: Bool) -> [ScoreFact] {
        let (id, buyer) = (OrderID(rawValue: UInt128(1_000 + number)), PersonID(rawValue: UInt128(number)))
        let paid = start + .hours(Int64(number))
        func step(_ state: String, _ time: Instant) -> ScoreFact {
            .order(
                ToldOrder(
                    id, buyer, state, time, shop: ShopID(rawValue: shop), product: ProductID(rawValue: product)))
        }
        var facts = [
            step("paid", paid), step("shipped", paid + .hours(isLate ? 60 : 10)), step("completed", paid + .days(5)),
        ]
        if isBad {
            let own = AfterSaleCaseID(rawValue: UInt128(number))
            facts += ["disputed", "completed"].map {
                .afterSale(ToldCase(own, id, buyer, $0, shop: ShopID(rawValue: shop)))
            }
        }
        return facts
    }

    static func history(orders: Int, random: inout SystemSeeded) -> [ScoreFact] {
        (0..<orders).flatMap { number in
            order(
                number, shop: UInt128(1 + number % 2), product: UInt128.random(in: 1...3, using: &random),
                isLate: Double.random(in: 0..<1, using: &random) < 0.3,
                isBad: Double.random(in: 0..<1, using: &random) < 0.2)
        }
    }

    /// Appends facts and applies them in batches that cut them somewhere.
    func tell(_ facts: [ScoreFact]) async throws {
        let now = clock.source.now
        try await store.write { [journal] transaction in
            for product in 1...3 {
                _ = try journal.append(
                    ToldProduct(
                        product: ProductID(rawValue: UInt128(product)), category: CategoryID(rawValue: UInt128(product))
                    ),
                    at: now, in: transaction)
            }
        }
        try await store.write { [journal] transaction in
            for fact in facts {
                switch fact {
                case .order(let told): _ = try journal.append(told, at: now, in: transaction)
                case .afterSale(let told): _ = try journal.append(told, at: now, in: transaction)
                }
            }
        }
        let told = try await store.read { try $0.value("SELECT COUNT(*) FROM journal", as: Int.self) ?? 0 }
        let topics = room.scoreFollower.topics
        try await eventually {
            try await self.store.read {
                try Journal.facts(after: .start, topics: topics, limit: 100_000, in: $0).facts.count == told
            }
        }
        let cut = Subscription(name: "experience-scores", topics: topics, batch: 13) {
            try Experience.score($0, in: $1)
        }
        try await journal.catchUp(cut)
    }

    /// Forgets sums and facts, so that other facts can be told.
    func forget() async throws {
        try await store.write { transaction in
            try Experience.forgetScores(in: transaction)
            try transaction.run("DELETE FROM journal")
        }
    }

    func sums() async throws -> [String] {
        try await store.read { transaction in
            try transaction.rows(
                """
                SELECT shop, category, day, part, orders, points FROM score_cells WHERE orders <> 0 OR points <> 0
                ORDER BY shop, category, day, part
                """
            ).map { row in
                let names = "\(try row.get(0, as: String.self)) \(try row.get(1, as: String.self))"
                let place = "\(try row.get(2, as: Int64.self)) \(try row.get(3, as: String.self))"
                return "\(names) \(place) \(try row.get(4, as: Int64.self)) \(try row.get(5, as: Int64.self))"
            }
        }
    }

    func score(_ shop: ShopID) async throws -> ShopScore {
        let now = clock.source.now
        return try await store.read { try Experience.score(of: shop, at: now, in: $0) }
    }

    func influences(_ shop: ShopID) async throws -> [OrderInfluence] {
        let now = clock.source.now
        return try await store.read { try Experience.influences(on: shop, at: now, limit: 100, in: $0) }
    }

    func appeal(_ order: OrderID, _ shop: ShopID) async throws {
        try await store.write { [room] in
            try room.appeal(order, of: shop, reason: "a storm", by: PersonID(rawValue: 8), in: $0)
        }
    }

    func decide(_ order: OrderID, _ accepts: Bool) async throws {
        try await store.write { [room] in
            try room.decide(order, accepts: accepts, note: "seen", by: PersonID(rawValue: 7), in: $0)
        }
    }
}

/// A product's fact, as far as scores read it.
private struct ToldProduct: FactContent {
    static let topic = "catalog.product_changed"
    let product: ProductID
    let category: CategoryID
    var key: String { product.description }
}
