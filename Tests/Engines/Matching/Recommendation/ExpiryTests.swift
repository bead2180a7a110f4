import Testing

@testable import Matching

@Suite("What the engine lets go of")
struct ExpiryTests {
    private func look(_ person: Int, _ item: Key = Market.goods(1), at time: Int64) -> Event {
        Event(person: Market.person(person), subject: item, kind: .impression, time: time)
    }

    private func persons(_ matcher: Matcher) -> Int { matcher.size.persons }
    private func numbers(_ matcher: Matcher) -> Int { matcher.learner.withLock { $0.people.count } }

    @Test("visitors who only looked are forgotten after a month, and their places taken by others")
    func visitors() {
        let matcher = Market.matcher()
        let before = persons(matcher)
        for wave in 0..<6 {
            let time = start + Int64(wave) * 40 * day
            matcher.observe((0..<100).map { look(1_000 + wave * 100 + $0, at: time + Int64($0)) })
            #expect(persons(matcher) == before + 100)
        }
        #expect(numbers(matcher) <= before + 200)
        // Whoever comes back in time is known, and so is what was seen.
        matcher.observe([look(1_500, at: start + 229 * day)])
        matcher.observe([look(9_999, at: start + 255 * day)])
        #expect(persons(matcher) == before + 2)
        let seen = matcher.learner.withLock { learner in
            learner.persons.number(of: Market.person(1_500)).map { learner.people[$0].seen.count }
        }
        #expect(seen == 1)
    }

    @Test("whoever took the place of a forgotten visitor has nothing of theirs")
    func nothingInherited() {
        let matcher = Market.matcher()
        matcher.observe((0..<20).map { look(1_000 + $0, Market.goods($0), at: start) })
        let known = numbers(matcher)
        matcher.observe((0..<20).map { look(2_000 + $0, Market.goods(50), at: start + 31 * day + Int64($0)) })
        #expect(numbers(matcher) == known + 1, "the first of the new day comes before the old are let go")
        matcher.learner.withLock { learner in
            for person in 0..<20 {
                #expect(learner.persons.number(of: Market.person(1_000 + person)) == nil)
                let number = learner.persons.number(of: Market.person(2_000 + person))
                let seen = number.map { learner.people[$0].seen.values.map(\.item) } ?? []
                #expect(seen.count == 1 && seen.first == learner.items.number(of: Market.goods(50)))
            }
        }
    }

    @Test("who responded stays for two years without a word, then goes as well")
    func persons() {
        let matcher = Market.matcher()
        let before = persons(matcher)
        matcher.observe([look(5_000, at: start + 700 * day)])
        #expect(persons(matcher) == before + 1)
        matcher.observe([look(5_001, at: start + 760 * day)])
        #expect(persons(matcher) == 1)
    }

    @Test("identifiers that nobody listed get a place when they are heard of three times")
    func admission() {
        let matcher = Market.matcher()
        let items = matcher.size.items
        matcher.observe((0..<200_000).map { look(1, Key(1) << 100 | Key($0), at: start + Int64($0)) })
        #expect(matcher.size.items == items)
        let late: Key = 77_777
        for (number, count) in [(1, items), (2, items), (3, items + 1)] {
            matcher.observe([
                Event(person: Market.person(1), subject: late, kind: .open, time: start + day + Int64(number))
            ])
            #expect(matcher.size.items == count)
        }
        // What is listed has its place at once.
        matcher.list(Item(id: 88_888, listedAt: start))
        #expect(matcher.size.items == items + 2)
    }

    @Test("goods that were taken down leave the neighbours and the vectors, and may come back")
    func takenDown() {
        let matcher = Market.matcher()
        /// A visit in which the item is tapped together with others.
        func tap(at time: Int64) {
            matcher.observe(
                [11, 10, 12].enumerated().map { number, item in
                    Event(
                        person: Market.person(1), subject: Market.goods(item), kind: .buy, time: time + Int64(number))
                })
        }
        tap(at: start + day)
        func holds() -> (neighbours: Bool, mass: Bool) {
            matcher.learner.withLock { learner in
                guard let item = learner.items.number(of: Market.goods(10)) else { return (false, false) }
                return (!learner.world.neighbours[item].entries.isEmpty, learner.world.embedding.items.mass(item) > 0)
            }
        }
        #expect(holds() == (true, true))
        matcher.withdraw(Market.goods(10))
        matcher.observe([look(1, at: start + 2 * day)])
        #expect(holds() == (true, true), "a seller who lists it again finds it known")
        matcher.observe([look(1, at: start + 600 * day)])
        #expect(holds() == (false, false))
        matcher.list(Item(id: Market.goods(10), category: Market.category(0), listedAt: start))
        tap(at: start + 601 * day)
        #expect(holds() == (true, true))
    }

    @Test("a snapshot between two days goes on like the engine it was taken from", arguments: 1...3)
    func snapshot(seed: UInt64) throws {
        var dice = Dice(seed: seed)
        let matcher = Market.matcher()
        matcher.withdraw(Market.goods(3))
        func some(_ count: Int, from first: Int64) -> [Event] {
            (0..<count).map { number in
                let item = dice.roll(5) == 0 ? Key(900_000 + dice.roll(40)) : Market.goods(dice.roll(200))
                return Event(
                    person: Market.person(dice.roll(400)), subject: item, kind: dice.roll(8) == 0 ? .open : .impression,
                    time: first + Int64(number) * day / 4)
            }
        }
        matcher.observe(some(400, from: start))
        let restored = try Matcher(snapshot: matcher.snapshot())
        let rest = some(400, from: start + 100 * day)
        matcher.observe(rest)
        restored.observe(rest)
        #expect(matcher.snapshot() == restored.snapshot())
    }
}
