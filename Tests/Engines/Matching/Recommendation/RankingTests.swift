import Testing

@testable import Matching

@Suite("The learned ranking")
struct RankingTests {
    private func examples(_ count: Int, seed: UInt64) -> Examples {
        var dice = Dice(seed: seed)
        var examples = Examples()
        for _ in 0..<count {
            var signals = Signals()
            signals[.linear] = Float(dice.roll(1000)) / 1000
            signals[.week] = Float(dice.roll(1000)) / 1000
            signals[.age] = Float(dice.roll(1000)) / 1000
            // Two signals matter, one only with the other.
            let odds = signals[.linear] > 0.6 ? (signals[.week] > 0.5 ? 0.8 : 0.3) : 0.05
            examples.append(signals, responded: Double(dice.roll(1000)) / 1000 < odds, weight: 1)
        }
        return examples
    }

    @Test("finds an interaction and is calibrated", arguments: 1...3)
    func learns(seed: UInt64) {
        let model = RankingTrainer(trees: 80, depth: 3, seed: seed).fit(examples(20_000, seed: seed), version: "t")
        let cases: [(linear: Float, week: Float, odds: Float)] = [(0.8, 0.8, 0.8), (0.8, 0.2, 0.3), (0.3, 0.8, 0.05)]
        let candidates = ContiguousArray(
            cases.map { one in
                var candidate = Candidate(item: 0, sources: 0)
                candidate.signals[.linear] = one.linear
                candidate.signals[.week] = one.week
                candidate.signals[.age] = 0.5
                return candidate
            })
        for (one, logOdds) in zip(cases, model.logOdds(candidates)) {
            let probability = 1 / (1 + naturalExponential(-logOdds))
            #expect(abs(probability - one.odds) < 0.08)
        }
    }

    @Test("the same examples and seed give the same model")
    func repeats() {
        let all = examples(3000, seed: 5)
        let one = RankingTrainer(trees: 10, seed: 3).fit(all, version: "t")
        #expect(one == RankingTrainer(trees: 10, seed: 3).fit(all, version: "t"))
    }

    @Test("candidates are scored many at once as one by one, to the bit", arguments: [1, 15, 64, 777])
    func manyAtOnce(count: Int) {
        let all = examples(1500, seed: 8)
        for depth in [2, 6] {
            let model = RankingTrainer(trees: 12, depth: depth, seed: 4).fit(all, version: "t")
            let candidates = ContiguousArray(
                (0..<count).map { place in
                    var candidate = Candidate(item: 0, sources: 0)
                    for signal in 0..<Examples.width { candidate.signals[signal] = all.value(signal, of: place) }
                    // What lies on an edge is not above it.
                    let edges = model.edges[Signal.week.rawValue]
                    if place % 3 == 0 { candidate.signals[.week] = edges[place % edges.count] }
                    return candidate
                })
            var again = Examples()
            for candidate in candidates { again.append(candidate.signals, responded: false, weight: 1) }
            #expect(model.logOdds(candidates) == model.logOdds(again))
        }
    }

    @Test("the evaluation never sees the test period, and beats chance on habits")
    func evaluation() {
        let events = Market.events(persons: 60, each: 60)
        let cut = start - 4 * day
        let evaluation = MatchingEvaluation(trainUntil: cut, testUntil: start)
        let report = evaluation.run(events: events, items: Market.items(), seconds: { 0 })
        #expect(report.all.ndcg.mean > 0.05)
        #expect(report.all.ndcg.low <= report.all.ndcg.mean && report.all.ndcg.mean <= report.all.ndcg.high)
        // The future, changed, changes the truth but not one list.
        let changed = events.map { event in
            var event = event
            if event.time >= cut { event.subject = (event.subject * 7 + 3) % 200 }
            return event
        }
        let other = evaluation.run(events: changed, items: Market.items(), seconds: { 0 })
        for (person, list) in report.all.lists {
            if let same = other.all.lists[person] { #expect(same == list) }
        }
        #expect(evaluation.pairedGain(report.all.scores, over: report.all.scores).mean == 0)
    }

    @Test("a peer is compared person by person; whom it has no list for counts as nothing found")
    func peers() {
        let evaluation = MatchingEvaluation(trainUntil: start - 4 * day, testUntil: start)
        let events = Market.events(persons: 40, each: 40)
        let alone = evaluation.run(events: events, items: Market.items(), seconds: { 0 })
        let lists = alone.all.lists
        let half = lists.filter { $0.key % 2 == 0 }
        let report = evaluation.run(
            events: events, items: Market.items(),
            peers: [
                .init(name: "same", all: lists, discovery: nil), .init(name: "half", all: half, discovery: [:]),
                .init(name: "none", all: nil, discovery: nil),
            ], seconds: { 0 })
        let same = report.peers[0].all, other = report.peers[1].all
        #expect(same?.answered == report.all.persons && same?.result.ndcg == report.all.ndcg)
        #expect(same?.result.gain == MatchingEvaluation.Estimate(mean: 0, low: 0, high: 0))
        #expect(report.peers[0].discovery == nil && report.peers[2].all == nil)
        #expect(other?.answered == half.count)
        let odd = report.all.scores.filter { $0.key % 2 == 1 }.values.reduce(0, +) / Double(report.all.persons)
        #expect(abs((other?.result.gain.mean ?? 0) - odd) < 1e-12)
        #expect(report.peers[1].discovery?.result.gain.mean == report.discovery.ndcg.mean)
    }

    @Test("NDCG by hand")
    func ndcg() {
        #expect(MatchingEvaluation.ndcg([1, 2, 3], [1, 2, 3], 3) == 1)
        #expect(MatchingEvaluation.ndcg([4, 1], [1], 2) == 1 / logarithm2(3.0))
        #expect(MatchingEvaluation.ndcg([], [1], 20) == 0)
    }
}
