import Testing

@testable import Matching

@Suite("How far a learned ranking is trusted")
struct PopularityPriorTests {
    /// Lists of thirty of which one is answered: the popular one, or the one that the odds name.
    private func trial(popularWins: Bool, lists: Int = 60) -> (odds: ContiguousArray<Float>, last: Examples) {
        var dice = Dice(seed: 4)
        var last = Examples()
        var odds: ContiguousArray<Float> = []
        for _ in 0..<lists {
            last.beginList()
            let popular = dice.roll(30), named = (popular + 1 + dice.roll(29)) % 30
            for place in 0..<30 {
                var signals = Signals()
                signals[.week] = place == popular ? -3 : -8 - Float(dice.roll(4))
                signals[.month] = signals[.week]
                last.append(signals, responded: place == (popularWins ? popular : named), weight: 1)
                odds.append((place == named ? 0 : -2) - Float(dice.roll(100)) / 100)
            }
        }
        return (odds, last)
    }

    @Test("popularity is leaned on where it would have ranked better, and keeps the odds of what is answered")
    func leans() {
        let (odds, last) = trial(popularWins: true)
        let prior = PopularityPrior(odds: odds, last: last)
        #expect(prior.weight > 0)
        #expect(abs(prior.logOdds(week: -3, month: -3)) < 1e-4)
        #expect(prior.logOdds(week: -8, month: -8) < -0.4)
    }

    @Test("a ranking that holds is left alone, and so is one that nothing can be said about")
    func trusts() {
        let (odds, last) = trial(popularWins: false)
        #expect(PopularityPrior(odds: odds, last: last) == PopularityPrior())
        #expect(PopularityPrior(odds: [], last: Examples()) == PopularityPrior())
        #expect(PopularityPrior().logOdds(week: -5, month: -5) == 0)
    }

    @Test("the engine in force ranks by the learned odds and the trust in popularity")
    func served() throws {
        let matcher = Market.matcher()
        var request = Request(person: Market.person(3), now: start, count: 20, explores: false, diversifies: false)
        request.weights = RankingWeights()
        request.weights?.learned = 1
        var ranking = try #require(
            LearnedRanking(
                matcher.examples(
                    followed: MatchingEvaluation.responses(Market.events(seed: 8)), now: start, discovery: false,
                    seed: 1),
                version: "learned", seed: 1))
        ranking.prior.weight = 0
        matcher.adopt(LearnedRankings(all: ranking, discovery: nil))
        let plain = matcher.signals(request)
        ranking.prior.weight = 2.8
        matcher.adopt(LearnedRankings(all: ranking, discovery: nil))
        let leaning = Dictionary(uniqueKeysWithValues: matcher.signals(request).map { ($0.item, $0) })
        for candidate in plain {
            let added = ranking.prior.logOdds(
                week: candidate.signals[Signal.week.rawValue], month: candidate.signals[Signal.month.rawValue])
            let other = try #require(leaning[candidate.item])
            #expect(
                abs(other.signals[Signal.learned.rawValue] - candidate.signals[Signal.learned.rawValue] - added) < 1e-3)
        }
        let best = leaning.values.sorted { $0.score > $1.score }.prefix(20).map(\.score)
        #expect(matcher.recommend(request).slots.map { Float($0.score) } == best)
        // Nobody whose weights don't ask for it is ranked by it.
        request.weights = nil
        let baseline = matcher.signals(request).map(\.score)
        matcher.adopt(LearnedRankings())
        #expect(matcher.signals(request).map(\.score) == baseline)
    }
}
