import Inference
import Kernel
import Testing

@testable import Experiments

/// For whom it worked, and how many people it takes to know.
struct SegmentTests {
    /// The moments of `people` of whom `buyers` bought.
    private static func moments(_ buyers: Int, of people: Int) -> PairMoments {
        let share = Double(buyers) / Double(people)
        return PairMoments(
            outcome: Moments(count: people, mean: share, squares: Double(people) * share * (1 - share)))
    }

    private static func buyers(_ random: inout Random, of people: Int, share: Double) -> Int {
        (0..<people).count { _ in random.unit() < share }
    }

    private static func experiment(_ change: (inout ExperimentTerms) -> Void = { _ in }) -> Experiment {
        .running(share: 5_000, leastWorthwhile: 20, change)
    }

    /// A cell of buyers for each arm and kind; `effect` adds to the share of those who bought several times before.
    private static func counted(_ random: inout Random, people: Int, effect: Double) -> Counted {
        var cells: [Cell] = []
        for arm in 0..<2 {
            for kind in Audience.Purchases.allCases {
                let share = 0.1 + (arm == 1 && kind == .several ? effect : 0)
                let buyers = buyers(&random, of: people, share: share)
                cells.append(
                    Cell(arm: arm, metric: .buyers, day: 0, moments: moments(buyers, of: people), segment: kind))
            }
        }
        return Counted(cells: cells, looks: [])
    }

    @Test("the kind of buyer for whom it worked is found, and no other")
    func found() throws {
        var random = Random(seed: 2)
        let arm = ExperimentResult(Self.experiment(), Self.counted(&random, people: 5_000, effect: 0.08)).arms[0]
        #expect(arm.segments.map(\.segment) == Audience.Purchases.allCases)
        #expect(arm.segments.map(\.isSignificant) == [false, false, true])
        let several = try #require(arm.segments.last)
        let (interval, chance) = (try #require(several.interval), try #require(several.adjustedPValue))
        #expect(interval.contains(0.08) && chance < 0.001)
        #expect(several.counts == (5_000, 5_000))
        let whole = try #require(arm.row(.buyers))
        #expect(try #require(whole.comparison).control.count == 15_000, "segments are parts of the whole")
    }

    @Test("where nothing works, one of twenty experiments at most shows a segment that does")
    func nothing() {
        var random = Random(seed: 3)
        let shown = (0..<200).count { _ in
            let arm = ExperimentResult(Self.experiment(), Self.counted(&random, people: 400, effect: 0)).arms[0]
            return arm.segments.contains(where: \.isSignificant)
        }
        #expect(shown <= 10, "\(shown) of 200")
    }

    @Test("a small arm that happens to hold no buyer proves nothing; a large one without any does")
    func smallArm() {
        var random = Random(seed: 9)
        let experiment = Self.experiment { $0.expectedPeople = 500 }
        func isFound(_ arms: [(people: Int, buyers: Int)]) -> Bool {
            let cells = arms.enumerated().map { arm, own in
                Cell(arm: arm, metric: .buyers, day: 0, moments: Self.moments(own.buyers, of: own.people))
            }
            return ExperimentResult(experiment, Counted(cells: cells, looks: [])).arms[0].row(.buyers)?.isSignificant
                == true
        }
        /// Five in a hundred are held back; one in twenty buys, held back or not.
        func alarms(of people: Int) -> Int {
            (0..<300).count { _ in
                isFound(
                    [people / 20, people * 19 / 20].map { ($0, Self.buyers(&random, of: $0, share: 0.05)) })
            }
        }
        #expect(alarms(of: 500) == 0 && alarms(of: 2_000) == 0)
        #expect(alarms(of: 8_000) <= 15)
        #expect(isFound([(2_000, 100), (2_000, 0)]), "nobody buys any more")
    }

    @Test("of too few people nothing is said, and of windows of time there are no kinds of buyers")
    func few() {
        var random = Random(seed: 4)
        let counted = Self.counted(&random, people: 60, effect: 0.5)
        let arm = ExperimentResult(Self.experiment(), counted).arms[0]
        #expect(arm.segments.count == 3 && arm.segments.allSatisfy { $0.comparison == nil && $0.interval == nil })
        let switched = Self.experiment { $0.design = .switchback(window: 60, carryOver: 0) }
        #expect(ExperimentResult(switched, counted).arms[0].segments.isEmpty)
        #expect(DurationPlan(switched.terms, counted, everything: nil) == nil)
    }

    @Test("windows stay whole however many kinds of buyers came in them")
    func windows() throws {
        var random = Random(seed: 5)
        let split = (0..<40).flatMap { window in
            Audience.Purchases.allCases.map { kind in
                Cell(
                    arm: window % 2, metric: .buyers, day: Int64(window),
                    moments: Self.moments(Self.buyers(&random, of: 100, share: 0.2), of: 100), segment: kind)
            }
        }
        let whole = Dictionary(grouping: split, by: \.day).map { day, cells in
            Cell(
                arm: cells[0].arm, metric: .buyers, day: day,
                moments: cells.reduce(into: PairMoments()) { $0.merge($1.moments) })
        }
        let experiment = Self.experiment { $0.design = .switchback(window: 60, carryOver: 0) }
        let results = [split, whole].map { ExperimentResult(experiment, Counted(cells: $0, looks: [])) }
        #expect(results[0].counts == [20, 20] && results[0].counts == results[1].counts)
        let rows = try results.map { try #require($0.arms[0].row(.buyers)?.comparison) }
        #expect(abs(rows[0].effect - rows[1].effect) < 1e-12)
        #expect(abs(rows[0].standardError - rows[1].standardError) < 1e-12)
    }

    // MARK: How many people, how long

    /// Everybody: 11 % of them buy, which varies as arms of 10 and 12 % do together, and `people` come on each of some days.
    private static func everybody(_ people: [Int]) -> Counted {
        Counted(
            cells: people.enumerated().map { day, people in
                Cell(arm: 0, metric: .buyers, day: Int64(day), moments: moments(people * 11 / 100, of: people))
            }, looks: [])
    }

    @Test("so many people find such an effect four times out of five", arguments: [nil, 5] as [Int?])
    func power(looks: Int?) throws {
        let experiment = Self.experiment { ($0.looks, $0.plannedPeople) = (looks, looks.map { _ in 20_000 }) }
        let plan = try #require(
            DurationPlan(experiment.terms, Counted(cells: [], looks: []), everything: Self.everybody([4_000, 3_000])))
        var random = Random(seed: 6)
        let planned = Self.experiment { ($0.looks, $0.plannedPeople) = (looks, looks.map { _ in plan.people }) }
        let found = (0..<200).count { _ in
            let half = plan.people / 2
            let moments = [0.1, 0.12].map { Self.moments(Self.buyers(&random, of: half, share: $0), of: half) }
            let cells = moments.enumerated().map { Cell(arm: $0, metric: .buyers, day: 0, moments: $1) }
            let taken = looks.map { looks in
                (1...looks).map {
                    Look(number: $0, people: plan.people * $0 / looks, moments: moments.map { [.buyers: $0] })
                }
            }
            let result = ExperimentResult(planned, Counted(cells: cells, looks: taken ?? []))
            return result.arms[0].row(.buyers)?.isSignificant == true
        }
        #expect((143...177).contains(found), "\(found) of 200 with \(plan.people) people")
        #expect((plan.detectable != nil) == (looks != nil))
    }

    @Test("days are counted at the rate at which new people come, by the share that takes part")
    func days() throws {
        let none = Counted(cells: [], looks: [])
        let steady = try #require(
            DurationPlan(Self.experiment().terms, none, everything: Self.everybody([2_000, 2_000, 2_000])))
        #expect(steady.days == Int((Double(steady.people) / 1_000).rounded(.up)), "half of 2,000 take part")
        let thinning = try #require(
            DurationPlan(Self.experiment().terms, none, everything: Self.everybody([2_000, 1_000, 500, 250])))
        #expect(thinning.days == nil, "4,000 people are all there are")
        let first = try #require(DurationPlan(Self.experiment().terms, none, everything: Self.everybody([2_000])))
        #expect(first.days == nil && abs(first.people - steady.people) < steady.people / 100)
        #expect(DurationPlan(Self.experiment().terms, none, everything: nil) == nil)
        #expect(DurationPlan(Self.experiment().terms, none, everything: Self.everybody([150])) == nil)
        let smaller = Self.experiment { $0.leastWorthwhile = 5 }
        let more = try #require(DurationPlan(smaller.terms, none, everything: Self.everybody([2_000, 2_000])))
        #expect(more.people > 10 * steady.people, "a quarter of the effect takes sixteen times the people")
    }

    @Test("what its own people do counts, once there are enough of them")
    func own() throws {
        var random = Random(seed: 7)
        let own = Self.counted(&random, people: 2_000, effect: 0)
        let all = Self.everybody([1_000, 1_000])
        let experiment = Self.experiment()
        #expect(
            DurationPlan(experiment.terms, own, everything: all)?.people
                == DurationPlan(experiment.terms, own, everything: nil)?.people)
    }
}
