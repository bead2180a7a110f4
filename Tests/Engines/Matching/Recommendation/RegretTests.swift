import Foundation
import Testing

@testable import Matching

@Suite("What is regretted")
struct RegretTests {
    private static func event(_ kind: Event.Kind, _ person: Int, _ item: Key, at time: Int64) -> Event {
        Event(person: Market.person(person), subject: item, kind: kind, time: time)
    }

    private static func signal(_ signal: Signal, of item: Key, _ matcher: Matcher) throws -> Float {
        let request = Request(person: Market.person(70), now: start + 2 * day, count: 20)
        return try #require(matcher.signals(request).first { $0.item == item }).signals[signal.rawValue]
    }

    @Test("each kind counts once a purchase, however often it is told", arguments: Event.Kind.regrets)
    func once(kind: Event.Kind) {
        let matcher = Market.matcher()
        let goods = Market.goods(7)
        func count() -> UInt32 {
            matcher.learner.withLock { learner in
                let counters = learner.world.counters[learner.items.number(of: goods) ?? 0]
                return switch kind {
                case .refund: counters.refunds
                case .lateDelivery: counters.lateDeliveries
                default: counters.complaints
                }
            }
        }
        matcher.observe([Self.event(.buy, 1, goods, at: start), Self.event(kind, 1, goods, at: start + day)])
        let before = matcher.snapshot()
        #expect(count() == 1)
        matcher.observe([Self.event(kind, 1, goods, at: start + day)])
        #expect(count() == 1 && matcher.snapshot() == before)
        matcher.observe([
            Self.event(.buy, 1, goods, at: start + 2 * day), Self.event(kind, 1, goods, at: start + 3 * day),
        ])
        #expect(count() == 2, "another purchase can be regretted again")
    }

    @Test("who got it late may want it again, who sent it back does not")
    func interest() {
        func own(_ kind: Event.Kind) -> Float {
            let matcher = Market.matcher()
            matcher.observe([
                Self.event(.buy, 1, Market.goods(7), at: start), Self.event(kind, 1, Market.goods(7), at: start + day),
            ])
            return matcher.learner.withLock { learner in
                let person = learner.persons.number(of: Market.person(1)) ?? 0
                return learner.people[person].history[learner.items.number(of: Market.goods(7)) ?? 0]?.fast ?? -1
            }
        }
        #expect(own(.lateDelivery) > 0 && own(.refund) == 0 && own(.complaint) == 0)
    }

    @Test("new goods of a shop that serves badly are known by their shop")
    func shop() throws {
        let matcher = Market.matcher()
        let (bad, good, nobody) = (Key(900_001), Key(900_002), Key(900_003))
        matcher.list([
            Item(id: bad, shop: Market.shop(3), category: Market.category(0), listedAt: start),
            Item(id: good, shop: Market.shop(4), category: Market.category(0), listedAt: start),
            Item(id: nobody, shop: 2_999_999, category: Market.category(0), listedAt: start),
            Item(id: 900_004, kind: .video, products: [bad], listedAt: start),
        ])
        func rates() -> [SIMD4<Float>] { [bad, good, nobody, 900_004].map { Self.rates(of: $0, matcher) } }
        #expect(rates().allSatisfy { $0 == .zero }, "where nobody regretted anything, nothing is known of anybody")
        for number in 0..<30 {
            let kind = Event.Kind.regrets[number % 3]
            for shop in [3, 4] { matcher.observe([Self.event(.buy, number, Market.goods(shop), at: start)]) }
            matcher.observe([Self.event(kind, number, Market.goods(3), at: start + day)])
        }
        let rates = rates()
        for kind in 0..<3 {
            let (low, usual, high) = (rates[1][kind], rates[2][kind], rates[0][kind])
            #expect(low > 0 && low < usual && usual < high && rates[3][kind] == high, "\(rates)")
        }
        #expect(try Self.signal(.shopRegret, of: Market.goods(3), matcher) == rates[0][3])
        #expect(try Self.signal(.lateness, of: Market.goods(3), matcher) > rates[0][1], "it is worse than its shop")
    }

    private static func rates(of item: Key, _ matcher: Matcher) -> SIMD4<Float> {
        matcher.learner.withLock { learner in
            let (world, number) = (learner.world, learner.items.number(of: item) ?? 0)
            let rates = RegretRates(world, at: start + 2 * day)
            guard rates.areKnown else { return .zero }
            return rates.rates(of: world.items[number], world.counters[number].service, in: world)
        }
    }

    @Test("each kind is priced once, by its own weight, until its own model says it better")
    func prices() throws {
        var signals = Signals()
        (signals[.returns], signals[.lateness], signals[.complaints], signals[.shopRegret]) = (0.25, 0.5, 0.125, 0.875)
        let weights = RankingWeights.current
        let whole = Ranker(weights: weights).score(Signals()) - Ranker(weights: weights).score(signals)
        let expected = 0.25 * weights.refund + 0.5 * weights.lateDelivery + 0.125 * weights.complaint
        #expect(abs(Double(whole) - expected) < 1e-5)
        // Once actions are known, what has no model costs the chance of buying times its rate.
        let actions = ActionModels(models: [:], buyRate: 0.25, version: "none")
        let ranker = Ranker(weights: weights, actions: actions)
        var candidates = ContiguousArray([Candidate(item: 0, sources: 0), Candidate(item: 1, sources: 0)])
        candidates[1].signals = signals
        ranker.rank(&candidates)
        #expect(abs(Double(candidates[0].score - candidates[1].score) - 0.25 * expected) < 1e-5)
    }

    @Test("what nobody is known to have bought raises no rate; old regrets of goods fade as their shop's do")
    func unbought() throws {
        let matcher = Market.matcher()
        matcher.observe((0..<9).map { Self.event(.refund, $0, Market.goods(7), at: start + day) })
        #expect(Self.rates(of: Market.goods(7), matcher) == .zero)
        matcher.observe((0..<9).map { Self.event(.buy, $0, Market.goods(7), at: start) })
        matcher.observe((0..<9).map { Self.event(.refund, $0, Market.goods(7), at: start + day) })
        let service = matcher.learner.withLock { learner in
            learner.world.counters[learner.items.number(of: Market.goods(7)) ?? 0].service
        }
        let (early, late) = (
            service.rates(usual: .zero, at: start + day)[0], service.rates(usual: .zero, at: start + 400 * day)[0]
        )
        #expect(early > 0.1 && late < 0.25 * early, "\(early) \(late)")
    }

    @Test("late deliveries and complaints of goods cost what the public weights say")
    func costs() throws {
        let matcher = Market.matcher()
        for number in 0..<10 {
            matcher.observe([
                Self.event(.buy, number, Market.goods(5), at: start),
                Self.event(.lateDelivery, number, Market.goods(5), at: start + day),
                Self.event(.buy, number, Market.goods(6), at: start),
                Self.event(.complaint, number, Market.goods(6), at: start + day),
            ])
        }
        #expect(try Self.signal(.lateness, of: Market.goods(5), matcher) > 0.2)
        #expect(try Self.signal(.complaints, of: Market.goods(6), matcher) > 0.2)
        let others = try Self.signal(.complaints, of: Market.goods(5), matcher)
        #expect(try others < 0.5 * Self.signal(.complaints, of: Market.goods(6), matcher))
        let weights = try RankingWeights(text: "version = x\nlateDelivery = 7\ncomplaint = 9")
        #expect(weights.worth(of: .lateDelivery) == (7, true) && weights.worth(of: .complaint) == (9, true))
        var (late, bad) = (Signals(), Signals())
        (late[.lateness], bad[.complaints]) = (1, 1)
        let plain = Ranker(weights: weights).score(Signals())
        #expect(abs(plain - Ranker(weights: weights).score(late) - 7) < 1e-4)
        #expect(abs(plain - Ranker(weights: weights).score(bad) - 9) < 1e-4)
    }
}

@Suite("Answers that come late")
struct DelayedAnswerTests {
    private static let window = PurchaseLedger.window

    private static func row(_ person: Int32, _ item: Int32, at time: Int64) -> SlateLedger.Row {
        var signals = Signals()
        signals[.month] = item % 2 == 0 ? -1 : -9
        return SlateLedger.Row(item: item, person: person, time: time, signals: signals, propensity: 1)
    }

    @Test("a refund a month later answers the purchase, and an open purchase is no answer yet")
    func late() {
        var ledger = PurchaseLedger()
        ledger.add([Self.row(1, 2, at: start)], of: 2, by: 1, at: start)
        ledger.add([Self.row(1, 4, at: start)], of: 4, by: 1, at: start)
        ledger.regret(.refund, of: 2, by: 1, at: start + 30 * day)
        #expect(ledger.closed(at: start + Self.window - 1).isEmpty)
        let closed = ledger.closed(at: start + Self.window)
        #expect(closed.map(\.actions) == [Event.Kind.refund.bit, 0])
        ledger.regret(.complaint, of: 4, by: 1, at: start + Self.window)
        #expect(ledger.closed(at: start + Self.window).map(\.actions) == closed.map(\.actions), "its time is over")
    }

    @Test("full of open purchases it keeps an even sample, and the rows of one purchase together")
    func bounded() {
        var ledger = PurchaseLedger(capacity: 1_000)
        for number in 0..<6_000 {
            let (person, item) = (Int32(number), Int32(number % 50))
            ledger.add(
                [Self.row(person, item, at: start), Self.row(person, 60, at: start)], of: item, by: person, at: start)
            if number % 3 == 0 { ledger.regret(.refund, of: item, by: person, at: start + day) }
        }
        let kept = ledger.closed(at: start + Self.window)
        #expect(kept.count <= 1_000 && kept.count > 400 && ledger.stride > 1)
        let regretted = Double(kept.count { $0.actions != 0 }) / Double(kept.count)
        #expect(abs(regretted - 1 / 3) < 0.06, "\(regretted)")
        #expect(Dictionary(grouping: kept, by: \.person).values.allSatisfy { $0.count == 2 })
        // What was closed long ago makes room first.
        let stride = ledger.stride
        var (number, open) = (Int32(0), 0)
        while open < 700 {
            let before = ledger.purchases.count
            // The first of them is imported, and so stands behind what happened later.
            let time = number == 0 ? start - day : start + 2 * Self.window
            ledger.add([Self.row(7, number, at: start)], of: number, by: 7, at: time)
            number += 1
            if ledger.purchases.count != before { open = ledger.purchases.count { $0.time == start + 2 * Self.window } }
        }
        #expect(open == 700 && ledger.purchases.count <= 1_000 && ledger.stride == stride)
        #expect(ledger.closed(at: start + 2 * Self.window).count < kept.count)
    }

    @Test("a regret is of the purchase that it names, or of the last one, and of no other")
    func named() throws {
        func bought(_ times: [Int64], by person: Int32, capacity: Int = 50_000) -> PurchaseLedger {
            var ledger = PurchaseLedger(capacity: capacity)
            for time in times { ledger.add([Self.row(person, 2, at: time)], of: 2, by: person, at: time) }
            return ledger
        }
        var ledger = bought([start, start + day], by: 1)
        ledger.regret(.refund, of: 2, by: 1, at: start + 2 * day, bought: start)
        ledger.regret(.complaint, of: 2, by: 1, at: start + 2 * day)
        #expect(ledger.purchases.map(\.row.actions) == [Event.Kind.refund.bit, Event.Kind.complaint.bit])
        // The second purchase came from no slate, so that no row of it is kept.
        ledger = bought([start], by: 1)
        ledger.add([], of: 2, by: 1, at: start + day)
        ledger = try PurchaseLedger(encoded: ledger.encoded(), items: 4, persons: 4)
        ledger.regret(.refund, of: 2, by: 1, at: start + 2 * day)
        #expect(ledger.purchases.map(\.row.actions) == [0])
        ledger.regret(.refund, of: 2, by: 1, at: start + 2 * day, bought: start)
        #expect(ledger.purchases.map(\.row.actions) == [Event.Kind.refund.bit])
        // What an import tells later happened before.
        ledger = bought([start + day, start], by: 1)
        ledger.regret(.refund, of: 2, by: 1, at: start + 2 * day)
        #expect(ledger.purchases.map(\.row.actions) == [Event.Kind.refund.bit, 0])
    }

    @Test("what was bought before it was shown answers nothing that was shown later")
    func imported() throws {
        let matcher = Market.matcher()
        let goods = try #require(Self.show(matcher, 3).goods.first)
        matcher.observe([Event(person: Market.person(3), subject: goods, kind: .buy, time: start - 30 * day)])
        #expect(matcher.purchasesLogged == 0)
        matcher.observe([Event(person: Market.person(3), subject: goods, kind: .buy, time: start + 1)])
        #expect(matcher.purchasesLogged == 1)
    }

    @Test("purchases survive as bytes; others' and damaged ones are refused")
    func bytes() throws {
        var ledger = PurchaseLedger()
        for number in 0..<20 {
            ledger.add([Self.row(Int32(number), 3, at: start)], of: 3, by: Int32(number), at: start + Int64(number))
        }
        let bytes = ledger.encoded()
        var again = try PurchaseLedger(encoded: bytes, items: 4, persons: 20)
        #expect(again.encoded() == bytes)
        again.regret(.lateDelivery, of: 3, by: 5, at: start + day)
        #expect(again.closed(at: start + Self.window + 30).filter { $0.actions != 0 }.map(\.person) == [5])
        #expect(throws: SnapshotProblem.self) { try PurchaseLedger(encoded: bytes, items: 3, persons: 20) }
        #expect(throws: SnapshotProblem.self) {
            try PurchaseLedger(encoded: Array(bytes.dropLast()), items: 4, persons: 20)
        }
        #expect(throws: SnapshotProblem.self) { try PurchaseLedger(encoded: [], items: 4, persons: 20) }
    }

    /// What was shown to a person, by kind.
    private static func show(_ matcher: Matcher, _ person: Int) -> (videos: [Key], goods: [Key]) {
        var request = Request(person: Market.person(person), now: start, count: 40)
        (request.learns, request.repeatsSeen) = (true, true)
        let slots = matcher.recommend(request).slots
        matcher.observe(
            slots.map { Event(person: Market.person(person), subject: $0.item, kind: .impression, time: start) })
        return (slots.filter { $0.kind == .video }.map(\.item), slots.filter { $0.kind == .product }.map(\.item))
    }

    @Test("what was bought under a video answers the video that was looked at, within the day")
    func video() throws {
        let matcher = Market.matcher()
        let shown = Self.show(matcher, 3)
        let under = shown.videos.map { $0 - 500_000 }.filter { !shown.goods.contains($0) }
        try #require(under.count > 2)
        func bought(_ goods: Key, at time: Int64) -> [UInt32] {
            let person = Market.person(3)
            matcher.observe([Event(person: person, subject: goods, kind: .buy, time: time)])
            return matcher.learner.withLock { learner in
                let video = learner.items.number(of: goods + 500_000)
                return learner.ledger.rows.filter { $0.item == video }.map { $0.actions & Event.Kind.buy.bit }
            }
        }
        let looked = Event(
            person: Market.person(3), subject: under[0] + 500_000, kind: .view, time: start + 1, dwell: 9_000)
        matcher.observe([
            looked,
            Event(
                person: Market.person(3), subject: under[2] + 500_000, kind: .view, time: start + 1, dwell: 9_000),
        ])
        #expect(bought(under[0], at: start + 3_600_000) == [Event.Kind.buy.bit])
        #expect(bought(under[1], at: start + 3_600_000) == [0], "one that was passed by sold nothing")
        #expect(bought(under[2], at: start + day) == [0], "nor did one of the day before")
        #expect(matcher.purchasesLogged == 1)
        matcher.observe([
            Event(person: Market.person(3), subject: under[0], kind: .refund, time: start + 20 * day),
            Event(person: Market.person(9), subject: under[0], kind: .open, time: start + 60 * day),
        ])
        let closed = matcher.learner.withLock { $0.ledger.purchases.closed(at: $0.world.lastTime) }
        #expect(closed.map(\.actions) == [Event.Kind.refund.bit])
        matcher.forget(Market.person(3))
        #expect(matcher.purchasesLogged == 0)
    }

    @Test("who signs in to pay answers what they were shown before")
    func signsIn() throws {
        let matcher = Market.matcher()
        let shown = Self.show(matcher, 3)
        let rows = matcher.impressionsLogged
        matcher.merge(Market.person(3), into: Market.person(500))
        #expect(matcher.impressionsLogged == rows)
        let goods = try #require(shown.goods.first)
        matcher.observe([
            Event(person: Market.person(500), subject: goods, kind: .buy, time: start + 1),
            Event(person: Market.person(500), subject: goods, kind: .refund, time: start + 9 * day),
        ])
        let regretted = matcher.learner.withLock { $0.ledger.purchases.purchases.map(\.row.actions) }
        #expect(regretted == [Event.Kind.refund.bit])
        matcher.merge(Market.person(500), into: Market.person(501))
        matcher.forget(Market.person(501))
        #expect(matcher.impressionsLogged == 0 && matcher.purchasesLogged == 0)
    }

    @Test("what is regretted is learned from closed purchases only, times the probability of buying")
    func learned() throws {
        var rows: [SlateLedger.Row] = []
        var purchases = PurchaseLedger()
        for number in 0..<1_200 {
            let (person, item) = (Int32(number % 300), Int32(number % 8))
            var row = Self.row(person, item, at: start)
            if number % 11 < 3 { row.actions = Event.Kind.buy.bit }
            rows.append(row)
            purchases.add([row], of: item, by: person, at: start + Int64(number))
            // Even goods come back six times out of seven.
            if item % 2 == 0, number % 7 != 0 { purchases.regret(.refund, of: item, by: person, at: start + 20 * day) }
        }
        let early = ActionModels(rows, purchases: purchases.closed(at: start + 30 * day), version: "early", seed: 1)
        #expect(early?.learned.contains(.refund) != true)
        let closed = purchases.closed(at: start + Self.window + day)
        let models = try #require(ActionModels(rows, purchases: closed, version: "late", seed: 1))
        #expect(models.learned.contains(.refund))
        var candidates = ContiguousArray([Candidate(item: 0, sources: 0), Candidate(item: 1, sources: 0)])
        (candidates[0].signals, candidates[1].signals) = (rows[0].signals, rows[1].signals)
        let value = models.value(candidates, .current)
        let usual = Float(RankingWeights.current.refund) * 0.25 * 6 / 7
        #expect(abs(value.cost[0] - usual) < 0.15, "\(value.cost)")
        #expect(value.cost[1] < 0.1)
    }
    @Test("a restart loses the impressions, and no model of what they taught")
    func renewal() throws {
        var (rows, purchases): ([SlateLedger.Row], [SlateLedger.Row]) = ([], [])
        for number in 0..<1_200 {
            var row = Self.row(Int32(number % 300), Int32(number % 8), at: start)
            if number % 2 == 0, number % 11 < 6 { row.actions = Event.Kind.buy.bit }
            rows.append(row)
            row.actions = number % 2 == 0 && number % 7 != 0 ? Event.Kind.refund.bit : 0
            purchases.append(row)
        }
        let full = try #require(ActionModels(rows, purchases: purchases, version: "full", seed: 1))
        #expect(full.learned == [.buy, .refund])
        let renewed = ActionModels([], purchases: purchases, former: full, version: "renewed", seed: 1)
        #expect(renewed?.learned == full.learned && renewed?.buyRate == full.buyRate)
        let few = ActionModels(Array(rows.prefix(90)), purchases: purchases, former: full, version: "few", seed: 1)
        #expect(few?.learned == full.learned && few?.buyRate == full.buyRate)
        #expect(ActionModels([], purchases: [], former: full, version: "nothing", seed: 1) == nil, "nothing is new")
        // What was tried anew and tells nothing any more goes.
        let shuffled = rows.enumerated().map { number, row in
            var row = row
            row.actions = number / 8 % 2 == 0 ? Event.Kind.buy.bit : 0
            return row
        }
        let refuted = ActionModels(shuffled, purchases: purchases, former: full, version: "refuted", seed: 1)
        #expect(refuted?.learned == [.refund])
    }
}
