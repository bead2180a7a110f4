import Flows
import Journal
import Kernel
import Store
import Testing

@testable import Feed
@testable import Matching

/// Why something is shown, in words, where only the embedding knows it.
struct FeedReasonTests {
    @Test("goods that keep the company of what one looked at say so in both languages", arguments: [TestStore.sqlite])
    func likeLooked(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkLikeLooked(Bazaar($0, units: 5)) }
    }

    private static let pairs = 12

    /// Goods of a pair are never looked at together, and always with the same others.
    private static func visits(until now: Int64) -> [Event] {
        var random = SystemSeeded(state: 3)
        return (0..<600).flatMap { visit -> [Event] in
            let pair = Int.random(in: 0..<pairs, using: &random), side = Int.random(in: 0..<2, using: &random)
            let company = (0..<3).map { _ in 1_000 + pair * 6 + Int.random(in: 0..<6, using: &random) }
            let stray = 5_000 + Int.random(in: 0..<200, using: &random)
            return ([2 + pair * 2 + side] + company + [stray]).enumerated().map { number, item in
                Event(
                    person: Key(90_000 + visit), subject: Key(item), kind: .open,
                    time: now - Int64(600 - visit) * 10_000 - 86_400_000 + Int64(number))
            }
        }
    }

    private static func checkLikeLooked(_ bazaar: Bazaar) async throws {
        let (market, fan) = (bazaar.market, PersonID(rawValue: 70_000))
        let now = market.source.now
        let events = visits(until: now.milliseconds)
        let engine = market.feed.engine
        engine.list(Set(events.map(\.subject)).sorted().map { Item(id: $0, listedAt: 1_000) })
        engine.observe(events)
        // The tea is the first of the first pair.
        engine.observe([
            Event(person: fan.rawValue, subject: bazaar.product.rawValue, kind: .open, time: now.milliseconds)
        ])
        let twin = ProductID(rawValue: bazaar.product.rawValue + 1)
        let slate = market.feed.forYou(fan, count: 30)
        let slot = try #require(slate.slots.first { $0.item == .product(twin) })
        #expect(slot.reasons.contains { $0.kind == .likeLooked })
        func sentences() async throws -> [Localized] {
            try await ExplainSlot(market)(.product(twin), in: slate.id, shownTo: fan)
        }
        let told = try await sentences()
        #expect(
            told.contains(Localized(en: "It is like “Green tea”, which you looked at.", zh: "与你看过的「绿茶」相似。")),
            "\(told)")
        await market.feed.log.flushAll()
        #expect(try await sentences() == told, "and from the log")
    }
}
