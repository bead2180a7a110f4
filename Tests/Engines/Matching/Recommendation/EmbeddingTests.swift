import Testing

@testable import Matching

/// Persons who tap one good of a pair of twins together with the pair's companions: twins share company and never meet.
private enum Twins {
    static let pairs = 40

    static func good(_ pair: Int, _ side: Int) -> Key { Market.goods(pair * 2 + side) }
    static func companion(_ pair: Int, _ number: Int) -> Key { Market.goods(1000 + pair * 6 + number) }

    static func events(_ count: Int, seed: UInt64, from time: Int64 = start) -> [Event] {
        var dice = Dice(seed: seed)
        return (0..<count).flatMap { visit -> [Event] in
            let (pair, side) = (dice.roll(pairs), dice.roll(2))
            let company = (0..<3).map { _ in companion(pair, dice.roll(6)) }
            // Now and then something that belongs to nothing.
            let stray = Market.goods(5000 + dice.roll(200))
            return ([good(pair, side)] + company + [stray]).enumerated().map { number, item in
                Event(
                    person: Market.person(visit), subject: item, kind: .open,
                    time: time + Int64(visit) * 10_000 + Int64(number))
            }
        }
    }

    static func matcher(_ visits: Int = 1500, seed: UInt64 = 3) -> Matcher {
        var configuration = Configuration()
        configuration.admitsUnlisted = true
        let matcher = Matcher(configuration: configuration)
        matcher.observe(events(visits, seed: seed))
        return matcher
    }
}

@Suite("The embedding")
struct EmbeddingTests {
    private func world(_ matcher: Matcher) -> (World, [Key: Int32], Chunked<Key>) {
        matcher.learner.withLock { learner in
            let keys = learner.items.keys
            let numbers = Dictionary(uniqueKeysWithValues: keys.indices.map { (keys[$0], $0) })
            return (learner.world, numbers, keys)
        }
    }

    private func neighbours(of item: Int32, in world: World, _ count: Int = 10) -> [Int32] {
        let direction = world.embedding.items.direction(item)
        var work = VectorScratch()
        return world.embedding.table.search(direction, count, &work).map(\.slot)
    }

    @Test("goods that share company and never met are neighbours, which co-occurrence can't see", arguments: 1...3)
    func twins(seed: UInt64) {
        let (world, numbers, _) = world(Twins.matcher(seed: seed))
        var met = 0, found = 0
        for pair in 0..<Twins.pairs {
            guard let one = numbers[Twins.good(pair, 0)], let other = numbers[Twins.good(pair, 1)] else { continue }
            if world.neighbours[one].entries.contains(where: { $0.item == other }) { met += 1 }
            if neighbours(of: one, in: world).contains(other) { found += 1 }
        }
        #expect(met == 0)
        #expect(found >= Twins.pairs * 9 / 10)
    }

    @Test("who looked at one twin is offered the other, and told why")
    func offered() {
        let matcher = Twins.matcher()
        let (visitor, now) = (Market.person(99_999), start + 1500 * 10_000 + day)
        var offered = 0, explained = 0
        for pair in 0..<10 {
            matcher.forget(visitor)
            matcher.observe([Event(person: visitor, subject: Twins.good(pair, 0), kind: .open, time: now)])
            let slate = matcher.recommend(
                Request(person: visitor, now: now + 1000, count: 30, explores: false, diversifies: false))
            guard let slot = slate.slots.first(where: { $0.item == Twins.good(pair, 1) }) else { continue }
            offered += 1
            if slot.reasons.contains(.likeLooked(item: Twins.good(pair, 0))) { explained += 1 }
        }
        #expect(offered >= 9)
        #expect(explained == offered)
    }

    @Test("new goods lie where goods of their kind lie")
    func newGoods() throws {
        let matcher = Matcher()
        for pair in 0..<Twins.pairs {
            let goods = [Twins.good(pair, 0), Twins.good(pair, 1)] + (0..<6).map { Twins.companion(pair, $0) }
            matcher.list(goods.map { Item(id: $0, category: Market.category(pair), listedAt: start - 400 * day) })
        }
        matcher.observe(Twins.events(1500, seed: 3))
        let new = Market.goods(900)
        matcher.list(Item(id: new, category: Market.category(3), listedAt: start))
        let (world, numbers, _) = world(matcher)
        let item = try #require(numbers[new])
        #expect(world.embedding.items.mass(item) == 0)
        var work = VectorScratch()
        let near = world.embedding.table.search(Array(world.embedding.table[item]), 10, &work)
        let category = world.items[item].category
        #expect(near.first?.slot == item)
        #expect(near.prefix(8).allSatisfy { world.items[$0.slot].category == category })
    }

    @Test("a reader's vectors stay as they were while the writer goes on")
    func readers() {
        let matcher = Twins.matcher(600)
        let (before, _, _) = world(matcher)
        let known = Int32(before.items.count)
        let answers = (0..<known).map { neighbours(of: $0, in: before) }
        matcher.observe(Twins.events(300, seed: 9, from: start + 600 * 10_000))
        #expect((0..<known).map { neighbours(of: $0, in: before) } == answers)
        let (after, _, _) = world(matcher)
        #expect((0..<known).map { neighbours(of: $0, in: after) } != answers)
    }

    @Test("replay gives the same bytes, and a snapshot the same neighbours from then on")
    func replay() throws {
        let one = Twins.matcher(800), two = Twins.matcher(800)
        let bytes = one.snapshot()
        #expect(bytes == two.snapshot())
        let restored = try Matcher(snapshot: bytes, configuration: one.configuration)
        for matcher in [one, restored] { matcher.observe(Twins.events(200, seed: 5, from: start + 800 * 10_000)) }
        #expect(one.snapshot() == restored.snapshot())
        let (a, b) = (world(one).0, world(restored).0)
        for item in stride(from: Int32(0), to: Int32(a.items.count), by: 7) {
            #expect(neighbours(of: item, in: a) == neighbours(of: item, in: b))
        }
    }
}
