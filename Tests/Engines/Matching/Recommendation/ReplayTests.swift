import Testing

@testable import Matching

@Suite("Replay and interleaving")
struct ReplayTests {
    /// Slates that an engine really made, with what came of them.
    private static func logged(
        _ configuration: Configuration, slates count: Int = 300
    ) -> (events: [Event], slates: [LoggedSlate]) {
        var events = Market.events()
        let matcher = Market.matcher(configuration)
        matcher.refresh(now: start)
        var dice = Dice(seed: 5)
        var slates: [LoggedSlate] = []
        for number in 0..<count {
            let person = Market.person(number % 80), now = start + Int64(number) * 60_000
            let slate = matcher.recommend(Request(person: person, now: now, count: 6, seed: UInt64(number)))
            slates.append(
                LoggedSlate(
                    person: person, time: now,
                    slots: slate.slots.map {
                        LoggedSlot(item: $0.item, propensity: $0.propensity, isExplored: $0.source == .exploration)
                    }))
            for slot in slate.slots {
                let time = now + 1000
                var answers = [Event(person: person, subject: slot.item, kind: .impression, time: time)]
                if dice.roll(10) < 2 {
                    answers.append(Event(person: person, subject: slot.item, kind: .open, time: time + 1))
                }
                matcher.observe(answers)
                events += answers
            }
        }
        return (events.sorted { $0.time < $1.time }, slates)
    }

    private static func steps(_ events: [Event]) -> [SlateReplay.Step] {
        Market.items().map { SlateReplay.Step(.list($0), at: 0) } + SlateReplay.steps(events: events, items: [])
    }

    @Test("an engine that replays its own log says the propensities that it logged")
    func same() {
        let (events, slates) = Self.logged(Configuration())
        let slots = SlateReplay(configuration: Configuration()).run(Self.steps(events), slates: slates)
        #expect(slots.count > 1500)
        for slot in slots { #expect(abs(slot.target - slot.propensity) < 1e-9) }
        #expect(slots.contains { $0.reward > 0 })
    }

    @Test("other weights choose otherwise, and dissatisfaction counts against an item")
    func other() {
        let (events, slates) = Self.logged(Configuration())
        var other = Configuration()
        other.weights.repurchase = 0
        other.weights.popularity = 5
        var dissatisfied = events
        let first = slates[0].slots[0].item
        dissatisfied.append(
            Event(person: slates[0].person, subject: first, kind: .report, time: slates[0].time + 5000))
        dissatisfied.sort { $0.time < $1.time }
        let slots = SlateReplay(configuration: other).run(Self.steps(dissatisfied), slates: slates)
        #expect(slots.contains { $0.target < $0.propensity / 2 })
        let slot = slots.first { $0.slate == 0 && $0.position == 0 }
        #expect(slot?.dissatisfaction == RankingWeights.current.report)
        #expect((slot?.reward ?? 0) < 0)
    }

    @Test("team draft: both rankings get their picks, the same ones for the same seed, and equal rankings tie")
    func interleaving() {
        var dice = Dice(seed: 3)
        var lead = 0.0
        for seed in UInt64(0)..<400 {
            let first = (0..<10).map { _ in Key(dice.roll(30)) }, second = (0..<10).map { _ in Key(dice.roll(30)) }
            let draft = TeamDraft(first, second, count: 8, seed: seed)
            #expect(draft == TeamDraft(first, second, count: 8, seed: seed))
            #expect(Set(draft.slots.map(\.item)).count == draft.slots.count)
            let picks = draft.slots.prefix(6).count { $0.team == .first }
            #expect(abs(2 * picks - min(6, draft.slots.count)) <= 2)
            #expect(draft.slots.allSatisfy { first.contains($0.item) || second.contains($0.item) })
            let same = TeamDraft(first, first, count: 8, seed: seed)
            lead += same.preference(Dictionary(first.map { ($0, 1) }, uniquingKeysWith: { a, _ in a }))
        }
        #expect(abs(lead / 400) < 0.2)
    }

    @Test("team draft finds the better ranking")
    func better() {
        let good = (0..<10).map { Key($0) }, bad = (10..<20).map { Key($0) }
        var dice = Dice(seed: 9)
        let total = (0..<300).reduce(0.0) { sum, seed in
            let draft = TeamDraft(good, bad, count: 10, seed: UInt64(seed))
            var answers: [Key: Double] = [:]
            for slot in draft.slots where dice.roll(100) < (slot.item < 10 ? 15 : 8) { answers[slot.item] = 1 }
            return sum + draft.preference(answers)
        }
        #expect(total > 0)
    }
}
