import Testing

@testable import Matching

@Suite("Exploration pools")
struct ExplorationTests {
    /// Goods to rank and `new` listings that are owed their exposure.
    private static func market(new: Int, _ configuration: Configuration = Configuration()) -> Matcher {
        let matcher = Market.matcher(configuration)
        matcher.list(
            (0..<new).map {
                Item(
                    id: 900_000 + Key($0), shop: Market.shop(100 + $0), category: Market.category($0 % 10),
                    listedAt: start - 3_600_000)
            })
        return matcher
    }

    private static func request(_ seed: UInt64, count: Int = 20) -> Request {
        Request(
            person: Market.person(Int(seed % 80)), now: start + Int64(seed), count: count, kinds: [.product], seed: seed
        )
    }

    @Test("no slate gives exploration more than its share", arguments: [0.05, 0.1, 0.25])
    func share(_ share: Double) {
        var configuration = Configuration()
        configuration.explorationShare = share
        let matcher = Self.market(new: 40, configuration)
        for seed in UInt64(0)..<60 {
            let slate = matcher.recommend(Self.request(seed))
            let explored = slate.slots.count { $0.source == .exploration }
            #expect(Double(explored) <= max(1, share * 20))
        }
    }

    @Test("exploration takes what is owed over the traffic and no more")
    func pace() {
        // Two listings are owed 400 impressions within a day of at least 60,000: a per cent, not ten.
        let matcher = Self.market(new: 2)
        matcher.observe(
            (0..<100_000).map {
                Event(
                    person: Market.person($0 % 80), subject: Market.goods($0 % 200), kind: .impression,
                    time: start - 21_600_000 + Int64($0) * 216)
            })
        var explored = 0
        for seed in UInt64(0)..<400 {
            explored += matcher.recommend(Self.request(seed)).slots.count { $0.source == .exploration }
        }
        #expect(explored > 0)
        #expect(Double(explored) / 8000 < 0.03)
    }

    @Test("propensities of the slots sum to one over all that could take them, and match how often they do")
    func propensities() {
        var configuration = Configuration()
        configuration.explorationShare = 0.3
        let matcher = Self.market(new: 12, configuration)
        var drawn: [Key: Int] = [:]
        var said: [Key: Double] = [:]
        let rounds = 3000
        for seed in UInt64(0)..<UInt64(rounds) {
            var request = Self.request(7, count: 1)
            request.seed = seed
            guard let slot = matcher.recommend(request).slots.first else { continue }
            drawn[slot.item, default: 0] += 1
            said[slot.item] = slot.propensity
        }
        #expect(drawn.count > 3)
        #expect(abs(said.values.reduce(0, +) - 1) < 0.05)
        for (item, count) in drawn {
            let share = Double(count) / Double(rounds), expected = said[item] ?? 0
            #expect(abs(share - expected) < 4 * (expected * (1 - expected) / Double(rounds)).squareRoot() + 1e-3)
        }
    }

    private static func judged(_ impressions: Int, _ responses: Int, rate: Double) -> Exploration {
        var configuration = Configuration()
        configuration.explorationTiers = [100, 1000]
        var learner = Learner(configuration: configuration)
        let old: Key = 1, new: Key = 2
        learner.list(Item(id: old, category: 9, listedAt: start - 100 * day))
        learner.list(Item(id: new, category: 9, listedAt: start))
        func look(_ item: Key, _ number: Int, _ answers: Bool) {
            learner.observe(Event(person: Key(number), subject: item, kind: .impression, time: start))
            if answers { learner.observe(Event(person: Key(number), subject: item, kind: .like, time: start)) }
        }
        for number in 0..<2000 { look(old, number, Double(number % 100) < rate * 100) }
        // The answer comes before the impression, so that all are in when the round is judged.
        for number in 0..<impressions {
            if (number + 1) * responses / impressions > number * responses / impressions {
                learner.observe(Event(person: Key(number), subject: new, kind: .like, time: start))
            }
            look(new, number, false)
        }
        return learner.world.exploration[learner.itemNumber(new)]
    }

    @Test("promoted by the lower bound, sent out by the upper one, kept in between, but not for ever")
    func tiers() {
        #expect(Self.judged(100, 40, rate: 0.1).tier == 1)
        #expect(Self.judged(100, 1, rate: 0.2).tier == -1)
        let unclear = Self.judged(100, 10, rate: 0.1)
        #expect(unclear.tier == 0 && unclear.impressions == 100)
        #expect(Self.judged(300, 30, rate: 0.1).tier == -1)
        #expect(Self.judged(99, 90, rate: 0.1).tier == 0)
    }

    @Test("simulated: new creators get 200 impressions in 24 hours, viewers lose a per cent at most")
    func trial() {
        var trial = ExplorationTrial()
        (trial.viewers, trial.slatesADay, trial.newcomers, trial.creators) = (300, 8, 6, 30)
        let outcome = trial.run()
        #expect(outcome.reach >= 0.95)
        #expect(outcome.change >= -0.02)
        #expect(outcome.exploredShare <= 0.1)
    }

    @Test("the cost of exploration compares slots at the same positions")
    func cost() {
        var slots: [(position: Int, isExplored: Bool, reward: Double)] = []
        for number in 0..<1000 {
            slots.append((0, false, number % 2 == 0 ? 1 : 0))
            slots.append((1, number % 10 == 0, number % 10 == 0 ? 0 : 0.2))
        }
        let cost = ExplorationCost(slots)
        #expect(cost.slots == 2000 && cost.explored == 100)
        #expect(abs(cost.ranked - 0.2) < 1e-9 && cost.exploredWorth == 0)
        // 100 slots lost 0.2 each, of 500 + 180 + 20.
        #expect(abs(cost.loss.mean - 20.0 / 700) < 1e-9)
    }
}
