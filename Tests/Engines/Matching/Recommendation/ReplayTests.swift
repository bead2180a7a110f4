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

    @Test("a refund of weeks later counts against the slot that sold it, and against no other")
    func regretted() {
        let (events, slates) = Self.logged(Configuration(), slates: 40)
        let (person, item) = (slates[0].person, slates[0].slots[0].item)
        func told(_ kind: Event.Kind, days: Int64) -> Event {
            Event(person: person, subject: item, kind: kind, time: slates[0].time + 5_000 + days * day)
        }
        func judged(_ more: [Event], until days: Int64, _ slates: [LoggedSlate]) -> [SlateReplay.Slot] {
            let last = Event(
                person: Market.person(9), subject: Market.goods(9), kind: .open, time: slates[0].time + days * day)
            return SlateReplay(configuration: Configuration()).run(
                Self.steps((events + more + [last]).sorted { $0.time < $1.time }), slates: slates)
        }
        func cost(_ more: [Event]) -> Double? { judged(more, until: 60, [slates[0]]).first?.dissatisfaction }
        let refund = told(.refund, days: 20)
        #expect(cost([told(.buy, days: 0), refund]) == RankingWeights.current.refund)
        #expect(cost([told(.buy, days: 2), refund]) == 0, "bought by another way")
        #expect(cost([told(.buy, days: 0), told(.complaint, days: 46)]) == 0, "too late to have been caused by it")
        // A log that is shorter than the wait says nothing of regrets, whatever became known of them; the rest it does.
        let young = judged([told(.buy, days: 0), refund], until: 44, slates)
        #expect(young.allSatisfy { $0.regret == nil } && young[0].dissatisfaction == 0 && young[0].reward >= 3)
        // Of two slates only the first is old enough: it stands for both, and the refund of the second is not looked at.
        let item1 = slates[1].slots[0].item
        let later = LoggedSlate(person: slates[1].person, time: slates[1].time + 20 * day, slots: slates[1].slots)
        let open = [Event.Kind.impression, .buy, .refund].map {
            Event(person: later.person, subject: item1, kind: $0, time: later.time + 1_000)
        }
        let both = judged([told(.buy, days: 0), refund] + open, until: 50, [slates[0], later])
        let known = both.count { $0.regret != nil }
        #expect(known < both.count && known > 0)
        let weight = Double(both.count) / Double(known)
        #expect(abs(both[0].dissatisfaction - weight * RankingWeights.current.refund) < 1e-9)
        #expect(both.last { $0.slate == 1 && $0.position == 0 }?.dissatisfaction == 0)
    }

    @Test("who signed in to pay answers the visitor's slate, and goods under a video answer the video")
    func credited() {
        let (visitor, person, goods) = (Market.person(900), Market.person(901), Market.goods(7))
        let video = goods + 500_000
        func step(_ kind: Event.Kind, _ who: Key, _ subject: Key, at time: Int64) -> SlateReplay.Step {
            .init(.event(Event(person: who, subject: subject, kind: kind, time: time, dwell: 9_000)), at: time)
        }
        let steps =
            Self.steps(Market.events()) + [
                step(.impression, visitor, video, at: start + 1), step(.view, visitor, video, at: start + 2),
                .init(.merge(visitor: visitor, person: person), at: start + 3),
                step(.buy, person, goods, at: start + 4), step(.refund, person, goods, at: start + 20 * day),
                step(.open, Market.person(9), goods, at: start + 60 * day),
            ]
        let slate = LoggedSlate(person: visitor, time: start, slots: [LoggedSlot(item: video, propensity: 0.5)])
        let slots = SlateReplay(configuration: Configuration()).run(steps, slates: [slate])
        let weights = RankingWeights.current
        #expect(slots.map(\.dissatisfaction) == [weights.refund])
        #expect(slots.map(\.reward) == [weights.buy - weights.refund])
    }

    @Test("rooms are judged as they were on air: opened, lively, closed")
    func rooms() throws {
        let room = Key(700_001), host = Market.creator(3)
        let item = Item(id: room, kind: .liveRoom, creator: host, products: [Market.goods(4)], listedAt: start)
        let fans = (0..<40).map {
            Event(person: Market.person($0), subject: host, kind: .follow, time: start - 1_000)
        }
        let matcher = Market.matcher()
        matcher.refresh(now: start)
        matcher.observe(fans)
        var highlights = LiveHighlights()
        var steps = Self.steps(Market.events() + fans)
        var slates: [LoggedSlate] = []
        for number in 0..<60 {
            let now = start + Int64(number) * 10_000, person = Market.person(number % 40)
            if number == 10 {
                highlights.open(room, products: item.products, pinned: Market.goods(4))
                matcher.list(item)
                steps.append(.init(.openRoom(item, pinned: Market.goods(4)), at: now - 1))
            }
            if number > 10 {
                highlights.observe(.chat, by: person, in: room, at: now - 1)
                steps.append(.init(.act(.chat, room: room, person: person, time: now - 1), at: now - 1))
            }
            if number == 40 {
                highlights.close(room)
                matcher.withdraw(room)
                steps.append(.init(.closeRoom(room), at: now - 1))
            }
            var request = Request(person: person, now: now, count: 6, seed: UInt64(number))
            request.rooms = highlights.offers(at: now)
            let slots = matcher.recommend(request).slots
            slates.append(
                LoggedSlate(
                    person: person, time: now, slots: slots.map { LoggedSlot(item: $0.item, propensity: $0.propensity) }
                ))
            let seen = slots.map { Event(person: person, subject: $0.item, kind: .impression, time: now + 1) }
            let cart = Event(person: person, subject: Market.goods(4), kind: .cart, time: now + 2)
            matcher.observe(seen + [cart])
            for event in seen + [cart] { highlights.observe(event) }
            steps += (seen + [cart]).map { .init(.event($0), at: $0.time) }
        }
        let shown = slates.indices.filter { slates[$0].slots.contains { $0.item == room } }
        try #require(shown.count > 10 && shown.allSatisfy { (10..<40).contains($0) })
        let slots = SlateReplay(configuration: Configuration()).run(steps, slates: slates)
        for slot in slots { #expect(abs(slot.target - slot.propensity) < 1e-9) }
        let blind = SlateReplay(configuration: Configuration()).run(
            steps.map { step in
                if case .openRoom(let item, _) = step.change { .init(.list(item), at: step.time) } else { step }
            }, slates: slates)
        #expect(blind.contains { abs($0.target - $0.propensity) > 0.1 }, "a room that nobody offers has no place")
    }

    @Test("weights that ask for learned rankings are judged with those that the feed would have learned by then")
    func learned() throws {
        var asking = Configuration()
        asking.weights.learned = 1
        var dice = Dice(seed: 11)
        // Eight persons who mostly come back to a few goods of theirs.
        let events = (0..<240).map { number -> Event in
            let person = number % 8
            let item = dice.roll(10) < 7 ? person * 3 + dice.roll(3) : dice.roll(26)
            return Event(
                person: Market.person(person), subject: Market.goods(item), kind: .buy,
                time: start - Int64(240 - number) * 9 * 3_600_000)
        }
        let items = Market.items(goods: 26, videos: 0)
        var lessons = RankingLessons()
        items.forEach { lessons.list($0) }
        lessons.observe(events)
        let matcher = Matcher(configuration: asking)
        matcher.list(items)
        matcher.observe(events)
        matcher.refresh(now: start)
        let rankings = lessons.learn(until: start)
        try #require(rankings.all != nil)
        matcher.adopt(rankings)
        let slates = (0..<8).map { number in
            let slate = matcher.recommend(
                Request(person: Market.person(number), now: start, count: 8, seed: UInt64(number)))
            #expect(slate.modelVersion.contains("/ranking-\(start)"))
            return LoggedSlate(
                person: Market.person(number), time: start,
                slots: slate.slots.map { LoggedSlot(item: $0.item, propensity: $0.propensity) })
        }
        let steps = items.map { SlateReplay.Step(.list($0), at: 0) } + SlateReplay.steps(events: events, items: [])
        let same = SlateReplay(configuration: asking).run(steps, slates: slates)
        // Nothing came into view, so every slot counts.
        #expect(same.count == slates.reduce(0) { $0 + $1.slots.count })
        for slot in same { #expect(abs(slot.target - slot.propensity) < 1e-9) }
        let plain = SlateReplay(configuration: Configuration()).run(steps, slates: slates)
        #expect(plain.contains { $0.target < $0.propensity / 2 })
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
