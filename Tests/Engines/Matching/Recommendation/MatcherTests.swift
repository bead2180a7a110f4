import Testing

@testable import Matching

@Suite("The matcher")
struct MatcherTests {
    @Test("a stranger gets a full page, and so does an empty engine's first listing")
    func coldStart() {
        let matcher = Matcher()
        #expect(matcher.recommend(Request(person: 1, now: start, count: 10)).slots.isEmpty)
        matcher.list(Market.items(goods: 12, videos: 0))
        let slate = matcher.recommend(Request(person: 1, now: start, count: 10))
        #expect(slate.slots.count == 10)
        #expect(Set(slate.slots.map(\.item)).count == 10)
    }

    @Test("a tap changes the very next slate towards its category")
    func tapChangesSlate() {
        let matcher = Market.matcher()
        matcher.refresh(now: start)
        let visitor: Key = 9_999_999
        func inCategory(_ category: Int) -> Int {
            matcher.recommend(Request(person: visitor, now: start, count: 20, kinds: [.product], explores: false)).slots
                .filter { Int($0.item) % 10 == category }.count
        }
        let before = inCategory(3)
        matcher.observe([Event(person: visitor, subject: Market.goods(13), kind: .open, time: start - 1000)])
        #expect(inCategory(3) > before)
    }

    @Test("not interested removes the item and damps its category")
    func notInterested() throws {
        let matcher = Market.matcher()
        let person = Market.person(4)
        func slate() -> Slate {
            matcher.recommend(Request(person: person, now: start, count: 20, kinds: [.product], explores: false))
        }
        let before = slate()
        let disliked = try #require(before.slots.first { Int($0.item) % 10 == 4 }).item
        for slot in before.slots.filter({ Int($0.item) % 10 == 4 }).prefix(3) {
            matcher.observe([Event(person: person, subject: slot.item, kind: .notInterested, time: start)])
        }
        let after = slate()
        #expect(!after.slots.contains { $0.item == disliked })
        let rank = { (slate: Slate) in slate.slots.prefix(5).filter { Int($0.item) % 10 == 4 }.count }
        #expect(rank(after) <= rank(before))
    }

    @Test("withdrawn, sold out, excluded and blocked never show", arguments: 0..<20)
    func hardRules(seed: UInt64) {
        let matcher = Market.matcher()
        var dice = Dice(seed: seed + 1)
        let gone = Set((0..<30).map { _ in Market.goods(dice.roll(200)) })
        let soldOut = Set((0..<30).map { _ in Market.goods(dice.roll(200)) })
        let excluded = Set((0..<30).map { _ in Market.goods(dice.roll(200)) })
        for item in gone { matcher.withdraw(item) }
        for item in soldOut { matcher.setAvailable(item, false) }
        let person = Market.person(dice.roll(80))
        matcher.observe([Event(person: person, subject: Market.shop(5), kind: .block, time: start)])
        let slate = matcher.recommend(
            Request(
                person: person, now: start, count: 40, exclude: excluded, blocked: [Market.creator(2)], seed: seed))
        #expect(slate.slots.count == 40)
        for slot in slate.slots {
            #expect(!gone.contains(slot.item) && !soldOut.contains(slot.item) && !excluded.contains(slot.item))
            if slot.kind == .product { #expect(Int(slot.item) % 20 != 5) }
            if slot.kind == .video { #expect(Int(slot.item - 500_000) % 15 != 2) }
        }
    }

    @Test("caps hold and kinds mix")
    func slateShape() {
        let matcher = Market.matcher()
        for clip in 0..<60 {
            matcher.observe([
                Event(person: Market.person(clip), subject: Market.video(clip), kind: .finish, time: start - day)
            ])
        }
        let slate = matcher.recommend(Request(person: Market.person(3), now: start, count: 20))
        let videos = slate.slots.filter { $0.kind == .video }.count
        #expect(videos >= 4 && videos <= 16)
        let categories = Dictionary(grouping: slate.slots) { Int($0.item % 10) }.mapValues(\.count)
        #expect((categories.values.max() ?? 0) <= 6)
    }

    @Test("what was in view gives way at once and comes back later")
    func seen() {
        let matcher = Market.matcher()
        let person = Market.person(1)
        let first = matcher.recommend(Request(person: person, now: start, count: 10, explores: false))
        matcher.observe(first.slots.map { Event(person: person, subject: $0.item, kind: .impression, time: start) })
        let second = matcher.recommend(Request(person: person, now: start + 1000, count: 10, explores: false))
        #expect(Set(first.slots.map(\.item)).isDisjoint(with: second.slots.map(\.item)))
    }

    @Test("followed creators reach the slate and say so")
    func following() {
        let matcher = Market.matcher()
        let fresh = Item(
            id: 777_777, kind: .video, creator: Market.creator(9), category: Market.category(2), listedAt: start - 1000)
        matcher.list(fresh)
        let person = Market.person(5)
        matcher.observe([Event(person: person, subject: Market.creator(9), kind: .follow, time: start - 500)])
        let slate = matcher.recommend(Request(person: person, now: start, count: 20, explores: false))
        let slot = slate.slots.first { $0.item == 777_777 }
        #expect(slot?.reasons.contains(.follow(subject: Market.creator(9))) == true)
    }

    @Test("buy again names times and interval, the due before the fresh")
    func buyAgain() throws {
        let matcher = Market.matcher()
        let person: Key = 8_888_888
        for week in (1...8).reversed() {
            matcher.observe([
                Event(person: person, subject: Market.goods(7), kind: .buy, time: start - Int64(week) * 7 * day)
            ])
        }
        let slots = matcher.buyAgain(person: person, now: start, count: 5).slots
        #expect(slots.map(\.item) == [Market.goods(7)])
        #expect(slots.first?.source == .personal)
        guard case .boughtBefore(let times, let interval)? = slots.first?.reasons.first else {
            Issue.record("no repurchase reason")
            return
        }
        #expect(times == 8)
        #expect(abs(try #require(interval) - 7) < 0.01)
    }

    @Test("discovery never shows what the person responded to, whatever the response was")
    func discovery() {
        let matcher = Market.matcher()
        let mine = Market.events().filter { $0.person == Market.person(6) && $0.kind != .impression }
        let slate = matcher.recommend(Request(person: Market.person(6), now: start, count: 40, discovery: true))
        #expect(mine.contains { $0.kind == .buy } && mine.contains { $0.kind == .open })
        #expect(!slate.slots.isEmpty && Set(mine.map(\.subject)).isDisjoint(with: slate.slots.map(\.item)))
    }

    @Test("a visitor who signs up keeps what was learned, and the old key stands for the person")
    func merge() {
        let matcher = Market.matcher()
        let visitor: Key = 6_000_001, person: Key = 6_000_002
        matcher.observe([
            Event(person: visitor, subject: Market.goods(44), kind: .buy, time: start - 30 * day),
            Event(person: visitor, subject: Market.goods(55), kind: .notInterested, time: start - day),
        ])
        matcher.merge(visitor, into: person)
        #expect(matcher.buyAgain(person: person, now: start, count: 5).slots.map(\.item) == [Market.goods(44)])
        matcher.observe([Event(person: visitor, subject: Market.goods(66), kind: .buy, time: start - day)])
        #expect(Set(matcher.buyAgain(person: person, now: start, count: 5).slots.map(\.item)) == [44, 66])
        let page = matcher.recommend(Request(person: person, now: start, count: 200, explores: false))
        #expect(!page.slots.contains { $0.item == Market.goods(55) })
    }

    @Test("forgetting a person leaves nothing personal behind")
    func forget() {
        let matcher = Market.matcher()
        let request = Request(person: Market.person(2), now: start, count: 20, explores: false)
        matcher.forget(Market.person(2))
        let stranger = Request(person: 123_456_789, now: start, count: 20, explores: false)
        #expect(matcher.recommend(request).slots == matcher.recommend(stranger).slots)
        #expect(matcher.buyAgain(person: Market.person(2), now: start, count: 5).slots.isEmpty)
    }

    @Test("similar, trending and within keep to their question")
    func otherQuestions() {
        let matcher = Market.matcher()
        matcher.refresh(now: start)
        let similar = matcher.similar(to: Market.goods(23), count: 10, now: start, kinds: [.product])
        #expect(similar.slots.count == 10)
        #expect(similar.slots.filter { Int($0.item) % 10 == 3 }.count >= 5)
        let trending = matcher.trending(now: start, count: 10, kind: .product, category: Market.category(4))
        #expect(trending.slots.count == 10)
        #expect(trending.slots.allSatisfy { Int($0.item) % 10 == 4 })
        let nowhere = matcher.recommend(Request(person: nil, now: start, count: 5, within: 42_424_242))
        #expect(nowhere.slots.isEmpty)
    }
}
