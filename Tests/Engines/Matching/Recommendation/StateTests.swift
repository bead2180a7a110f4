import Testing

@testable import Matching

@Suite("The state")
struct StateTests {
    @Test("replay gives the same bytes, and a snapshot the same engine")
    func snapshot() throws {
        let one = Market.matcher(), two = Market.matcher()
        for matcher in [one, two] {
            matcher.refresh(now: start)
            matcher.merge(Market.person(1), into: Market.person(2))
            matcher.forget(Market.person(3))
        }
        let bytes = one.snapshot()
        #expect(bytes == two.snapshot())
        let restored = try Matcher(snapshot: bytes)
        #expect(restored.snapshot() == bytes)
        for number in 0..<20 {
            let request = Request(person: Market.person(number), now: start + day, count: 20, seed: UInt64(number))
            #expect(restored.recommend(request) == one.recommend(request))
        }
        // Both go on alike.
        let later = Market.events(persons: 10, each: 5, seed: 99)
        one.observe(later)
        restored.observe(later)
        #expect(one.snapshot() == restored.snapshot())
    }

    @Test("damaged bytes are refused, never trusted", arguments: 0..<60)
    func damage(seed: UInt64) {
        let bytes = Market.matcher().snapshot()
        var dice = Dice(seed: seed + 1)
        let cut = Array(bytes.prefix(dice.roll(bytes.count)))
        #expect(throws: SnapshotProblem.self) { try Matcher(snapshot: cut) }
        var flipped = bytes
        for _ in 0..<8 { flipped[dice.roll(flipped.count)] = UInt8(dice.roll(256)) }
        // Either refused or a working engine: no trap.
        if let engine = try? Matcher(snapshot: flipped) {
            _ = engine.recommend(Request(person: Market.person(1), now: start, count: 10))
        }
    }

    @Test("a top list is exact under additions", arguments: 0..<10)
    func topList(seed: UInt64) {
        var dice = Dice(seed: seed + 1)
        var masses = [LogMass](repeating: LogMass(), count: 50)
        var list = TopList()
        for step in 0..<2000 {
            let item = min(dice.roll(50), dice.roll(50))
            masses[item].add(1 + Double(dice.roll(3)), at: start + Int64(step) * 60_000, halfLife: Window.day.halfLife)
            list.rise(Int32(item), to: masses[item].level, capacity: 10)
        }
        let best = masses.indices.sorted { masses[$0] > masses[$1] }.prefix(10)
        #expect(list.entries.map { Int($0.item) } == Array(best))
    }

    @Test("decayed masses do not depend on the order of arrival and never overflow")
    func logMass() {
        var forward = LogMass(), backward = LogMass()
        let times = (0..<400).map { start + Int64($0) * day }
        for time in times { forward.add(1, at: time, halfLife: Window.hour.halfLife) }
        for time in times.reversed() { backward.add(1, at: time, halfLife: Window.hour.halfLife) }
        #expect(abs(forward.level - backward.level) < 1e-6)
        #expect(abs(forward.value(at: times[399], halfLife: Window.hour.halfLife) - 1) < 1e-6)
    }

    @Test("exploration propensities match how often items are drawn")
    func propensities() {
        var configuration = Configuration()
        configuration.explorationShare = 0.3
        let matcher = Market.matcher(configuration)
        for number in 0..<8 {
            matcher.list(
                Item(
                    id: 600_000 + Key(number), category: Market.category(number), listedAt: start - Int64(number) * day)
            )
        }
        var drawn: [Key: Double] = [:]
        var expected: [Key: Double] = [:]
        let rounds = 2000
        for seed in 0..<rounds {
            let slate = matcher.recommend(
                Request(person: Market.person(1), now: start, count: 1, kinds: [.product], seed: UInt64(seed)))
            for slot in slate.slots {
                drawn[slot.item, default: 0] += 1
                expected[slot.item] = slot.propensity
            }
        }
        #expect(drawn.count == 9)
        for (item, times) in drawn {
            let probability = expected[item] ?? 0
            let spread = (probability * (1 - probability) / Double(rounds)).squareRoot()
            #expect(abs(times / Double(rounds) - probability) < 4.5 * spread)
        }
        #expect(abs(expected.values.reduce(0, +) - 1) < 1e-9)
    }

    @Test("weights are read back, and sales value is not a weight")
    func weights() throws {
        var weights = RankingWeights()
        weights.session = 2.25
        #expect(try RankingWeights(text: weights.text) == weights)
        #expect(throws: RankingWeights.Problem.unknown(name: "gmv")) { try RankingWeights(text: "gmv = 1") }
        #expect(throws: RankingWeights.Problem.malformed(line: 2)) { try RankingWeights(text: "like = 1\nlike") }
    }
}
