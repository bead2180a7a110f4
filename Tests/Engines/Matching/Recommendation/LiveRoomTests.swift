import Testing

@testable import Matching

@Suite("Live rooms in the engine")
struct LiveRoomTests {
    private static func room(_ number: Int) -> Key { 700_000 + Key(number) }

    /// Rooms of creators 0…2; room `n` sells goods n, 10 + n and 20 + n, all of category n.
    private static func open(_ count: Int, in matcher: Matcher) -> LiveHighlights {
        var rooms = LiveHighlights()
        for number in 0..<count {
            let products = [0, 10, 20].map { Market.goods($0 + number) }
            matcher.list(
                Item(
                    id: room(number), kind: .liveRoom, creator: Market.creator(number), products: products,
                    listedAt: start - 40 * day))
            rooms.open(room(number), products: products, pinned: nil)
        }
        return rooms
    }

    private static func slate(
        _ matcher: Matcher, _ rooms: LiveHighlights, for person: Key, at now: Int64 = start, count: Int = 20
    ) -> Slate {
        var request = Request(person: person, now: now, count: count, explores: false)
        request.rooms = rooms.offers(at: now)
        return matcher.recommend(request)
    }

    @Test("a highlight rises with what happens, falls by half in its half-life, and one person can't make it")
    func highlight() {
        var rooms = LiveHighlights()
        rooms.open(1, products: [7], pinned: nil)
        for person in 0..<20 { rooms.observe(.join, by: Key(person), in: 1, at: start) }
        let joined = rooms.highlight(of: 1, at: start)
        for person in 0..<10 { rooms.observe(.buy, of: 7, by: Key(person), at: start) }
        let bought = rooms.highlight(of: 1, at: start)
        #expect(joined > 0.3 && bought > 0.9)
        // A minute and a half later, with everybody still there, a quarter of it is left.
        let later = start + 90_000
        for person in 0..<20 { rooms.observe(.watch, by: Key(person), in: 1, at: later) }
        let mass = -naturalLog(1 - bought), faded = -naturalLog(1 - rooms.highlight(of: 1, at: later))
        #expect(abs(faded / mass - 0.25) < 0.01)
        rooms.open(2, products: [], pinned: nil)
        for step in 0..<1_000 { rooms.observe(.like, by: 99, in: 2, at: later + Int64(step)) }
        #expect(rooms.highlight(of: 2, at: later + 1_000) < 0.1)
        // Who is not in the room buys for no room; what is closed is silent.
        rooms.observe(.buy, of: 7, by: 500, at: later)
        #expect(abs(-naturalLog(1 - rooms.highlight(of: 1, at: later)) - faded) < 1e-5)
        rooms.close(1)
        #expect(rooms.highlight(of: 1, at: later) == 0 && rooms.offers(at: later).map(\.room) == [2])
    }

    @Test("a person's room stands before a stranger's, a lively one before a quiet one, and seconds decide")
    func relevance() throws {
        let matcher = Market.matcher()
        matcher.refresh(now: start)
        var rooms = Self.open(3, in: matcher)
        let fan = Market.person(1)
        // Of one request's scores and those of the same person a moment later.
        func score(_ number: Int, at now: Int64 = start) -> Double {
            Self.slate(matcher, rooms, for: fan, at: now, count: 60).slots.first { $0.item == Self.room(number) }?.score
                ?? -99
        }
        // Person 1 buys in category 1, whose goods room 1 sells.
        #expect(score(1) > score(0) && score(1) > score(2))
        let quiet = score(2)
        for person in 0..<30 {
            rooms.observe(.join, by: Key(person), in: Self.room(2), at: start)
            rooms.observe(.buy, by: Key(person), in: Self.room(2), at: start)
        }
        let hot = score(2)
        #expect(hot > quiet + 0.5)
        #expect(score(2, at: start + 300_000) < hot - 0.5)
        let stranger = score(0)
        matcher.observe([Event(person: fan, subject: Market.creator(0), kind: .follow, time: start)])
        #expect(score(0) > stranger + 0.5)
    }

    @Test("rooms, videos and goods share a slate; rooms take a fifth, and each says that it is live")
    func mix() {
        let matcher = Market.matcher()
        matcher.refresh(now: start)
        var rooms = Self.open(10, in: matcher)
        for number in 0..<10 {
            for person in 0..<30 { rooms.observe(.buy, by: Key(person), in: Self.room(number), at: start) }
        }
        let slots = Self.slate(matcher, rooms, for: Market.person(3)).slots
        let live = slots.filter { $0.kind == .liveRoom }
        #expect((1...4).contains(live.count))
        #expect(slots.contains { $0.kind == .video } && slots.contains { $0.kind == .product })
        #expect(live.allSatisfy { $0.source == .live && $0.reasons.contains(.live(isHighlight: true)) })
    }

    @Test("what the host shows counts once more, and is the first reason")
    func pinned() throws {
        let matcher = Market.matcher()
        matcher.refresh(now: start)
        var rooms = Self.open(1, in: matcher)
        let fan: Key = 9_999_998
        matcher.observe([Event(person: fan, subject: Market.goods(10), kind: .buy, time: start - day)])
        rooms.open(Self.room(0), products: [0, 10, 20].map { Market.goods($0) }, pinned: Market.goods(10))
        let slot = try #require(
            Self.slate(matcher, rooms, for: fan).slots.first { $0.item == Self.room(0) })
        #expect(slot.reasons.first == .pinned(item: Market.goods(10)))
    }

    @Test("a room that ended or was blocked never shows", arguments: 0..<10)
    func hardRules(seed: Int) {
        let matcher = Market.matcher()
        var rooms = Self.open(3, in: matcher)
        for person in 0..<30 { rooms.observe(.buy, by: Key(person), in: Self.room(0), at: start) }
        matcher.withdraw(Self.room(0))
        matcher.observe(
            [Event(person: Market.person(seed), subject: Market.creator(1), kind: .block, time: start)])
        // The offers still name the room, as they may for a moment.
        let shown = Self.slate(matcher, rooms, for: Market.person(seed), count: 100).slots.map(\.item)
        #expect(!shown.contains(Self.room(0)) && !shown.contains(Self.room(1)))
    }
}
