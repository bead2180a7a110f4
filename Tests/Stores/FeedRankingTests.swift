import Flows
import Foundation
import Journal
import Kernel
import Matching
import Store
import Testing

@testable import Feed

/// The feed ranks by what it learned from its own journal, as `quanyu evaluate matching` judges it.
struct FeedRankingTests {
    /// As the rooms of orders and of goods tell it.
    private struct Bought: FactContent {
        struct Line: Codable, Sendable {
            let product: ProductID
            let quantity: Int64
        }
        static let topic = "orders.order_changed"
        let buyer: PersonID
        let time: Instant
        let lines: [Line]
        var state = "paid"
        var key: String { buyer.description }
    }

    private struct Listed: FactContent {
        static let topic = "catalog.product_changed"
        let product: ProductID
        let shop: ShopID
        let category: CategoryID
        let createdAt: Instant
        var isListed = true
        var key: String { product.description }
    }

    @Test(
        "what the evaluation measures is what the feed serves, and it survives a restart", arguments: [TestStore.sqlite]
    )
    func served(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkServed($0) }
    }

    private static func checkServed(_ store: any Store) async throws {
        let now = Instant(milliseconds: 1_750_000_000_000)
        let source = Kernel.Source(now: { now }, random: { 7 })
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rankings-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let journal = Journal(store: store)
        let feed = Feed(store: store, journal: journal, source: source, snapshotPath: folder + "/feed")
        let past = Self.past(until: now)
        try await store.write { try Self.tell(past, journal, at: now, in: $0) }
        try await feed.catchUp()
        try await feed.learnRankings()
        feed.renew()

        var evaluation = MatchingEvaluation(
            trainUntil: now.milliseconds, testUntil: now.milliseconds + 28 * 86_400_000)
        evaluation.rounds = 1
        let future = past.suffix(40).map { event in
            Event(person: event.person, subject: event.subject, kind: .buy, time: now.milliseconds + 1)
        }
        // The ones in force, read as a server reads them after a restart.
        let kept = try Data(contentsOf: URL(fileURLWithPath: folder + "/feed.rankings"))
        let report = evaluation.run(
            events: past + future, items: Self.items(past),
            rankings: try JSONDecoder().decode(LearnedRankings.self, from: kept), seconds: { 0 })
        #expect(!report.all.lists.isEmpty)
        for (person, list) in report.all.lists {
            #expect(Self.first(20, of: feed, person) == list)
        }
        let person = PersonID(rawValue: past[0].person)
        #expect(!feed.buyAgain(person, count: 1).model.contains("/ranking-"), "only For-You can get it")
        #expect(!feed.forYou(person, count: 1).model.contains("/ranking-"), "and only by weights that ask for it")
        feed.rank { _, _ in PersonalWeights(weights: learned) }
        let model = feed.forYou(PersonID(rawValue: past[1].person), count: 1).model
        #expect(model.contains("/ranking-"))

        let restarted = Feed(store: store, journal: journal, source: source, snapshotPath: folder + "/feed")
        try await restarted.load()
        restarted.renew()
        restarted.rank { _, _ in PersonalWeights(weights: learned) }
        #expect(restarted.forYou(PersonID(rawValue: past[1].person), count: 1).model == model)
    }

    private static let learned = {
        var weights = RankingWeights.current
        weights.learned = 1
        return weights
    }()

    /// The first products of a person in the order of the ranking alone.
    private static func first(_ count: Int, of feed: Feed, _ person: Key) -> [Key] {
        var request = Request(
            person: person, now: feed.source.now.milliseconds, count: count, kinds: [.product], repeatsSeen: true,
            explores: false, diversifies: false)
        request.weights = learned
        return feed.engine.recommend(request).slots.map(\.item)
    }

    /// Eight persons who mostly come back to a few goods of theirs; so few goods that all of them are candidates.
    private static func past(until now: Instant) -> [Event] {
        var random = SystemSeeded(state: 11)
        var events: [Event] = []
        for person in 1...8 {
            for step in 1...30 {
                let own = Int.random(in: 0..<10, using: &random) < 7
                let item =
                    own ? person * 2 + Int.random(in: 0..<2, using: &random) : Int.random(in: 2..<26, using: &random)
                let time =
                    now.milliseconds - Int64(step) * 3 * 86_400_000 + Int64.random(in: 0..<3_600_000, using: &random)
                events.append(Event(person: Key(9_000 + person), subject: Key(item), kind: .buy, time: time))
            }
        }
        return events.sorted { ($0.time, $0.person, $0.subject) < ($1.time, $1.person, $1.subject) }
    }

    /// In order of their first sale, so that both engines number them alike.
    private static func items(_ events: [Event]) -> [Item] {
        var known: Set<Key> = []
        return events.map(\.subject).filter { known.insert($0).inserted }.map {
            Item(id: $0, shop: 5_000 + $0 % 9, category: 6_000 + $0 % 20, listedAt: 1_600_000_000_000)
        }
    }

    private static func tell(_ past: [Event], _ journal: Journal, at now: Instant, in transaction: any Transaction)
        throws
    {
        let goods = items(past).map {
            Listed(
                product: ProductID(rawValue: $0.id), shop: ShopID(rawValue: $0.shop ?? 0),
                category: CategoryID(rawValue: $0.category ?? 0), createdAt: Instant(milliseconds: $0.listedAt))
        }
        try journal.append(goods, at: now, in: transaction)
        let orders = past.map {
            Bought(
                buyer: PersonID(rawValue: $0.person), time: Instant(milliseconds: $0.time),
                lines: [.init(product: ProductID(rawValue: $0.subject), quantity: 1)])
        }
        try journal.append(orders, at: now, in: transaction)
    }
}
