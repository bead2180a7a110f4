import Inference
import Kernel
import RealModule
import Testing

@testable import Experiments

/// What an experiment shows: differences that are there, nothing that isn't, and lights that say so.
struct ResultTests {
    private static func moments(_ values: [Double]) -> PairMoments { PairMoments(outcome: Moments(values)) }

    /// Both arms with `share` of buyers in control and `share + effect` in treatment.
    private static func counted(
        _ random: inout Random, people: Int, share: Double, effect: Double, taps: (Double, Double) = (0.05, 0.05)
    ) -> Counted {
        var cells: [Cell] = []
        for arm in 0..<2 {
            for day in 0..<5 {
                let buys = (0..<people / 5).map { _ in
                    random.unit() < share + (arm == 1 ? effect : 0) ? 1.0 : 0
                }
                let annoyed = (0..<people / 5).map { _ in random.unit() < (arm == 0 ? taps.0 : taps.1) ? 1.0 : 0 }
                for metric in MetricName.allCases {
                    let values =
                        switch metric {
                        case .buyers, .paidOrders: buys
                        case .notInterested: annoyed
                        default: buys.map { _ in 0.0 }
                        }
                    cells.append(Cell(arm: arm, metric: metric, day: Int64(day), moments: moments(values)))
                }
            }
        }
        return Counted(cells: cells, looks: [])
    }

    private static func experiment(_ change: (inout ExperimentTerms) -> Void = { _ in }) -> Experiment {
        .running(change)
    }

    @Test("a real effect is found, said in a plain sentence, and is green")
    func effect() throws {
        var random = Random(seed: 1)
        let counted = Self.counted(&random, people: 20_000, share: 0.106, effect: 0.045)
        let arm = try #require(ExperimentResult(Self.experiment(), counted).arms.first)
        let row = try #require(arm.row(.buyers))
        #expect(row.isSignificant && arm.lights.value.colour == .green)
        #expect(arm.lights.experience.colour != .red && arm.lights.evidence.colour == .green)
        let interval = try #require(row.interval)
        let comparison = try #require(row.comparison)
        #expect(interval.contains(0.045) && interval.width > comparison.interval.width, "it pays for every look")
        #expect(row.lift?.interval.map { !$0.contains(0) } == true)
        #expect(try #require(arm.sentence).en.contains("would have come anyway; this created"))
        #expect(arm.row(.reports)?.problem == .constantMetric)
    }

    @Test("harm to the experience is red whatever was sold")
    func harm() throws {
        var random = Random(seed: 2)
        let counted = Self.counted(&random, people: 20_000, share: 0.1, effect: 0.05, taps: (0.05, 0.08))
        let arm = try #require(ExperimentResult(Self.experiment(), counted).arms.first)
        #expect(arm.lights.value.colour == .green && arm.lights.experience.colour == .red)
        #expect(arm.lights.experience.reason.en.contains("Not interested"))
    }

    @Test("without an effect, few of 100 experiments watched daily claim one")
    func nothing() {
        var claims = 0
        for seed in 1...100 {
            var random = Random(seed: UInt64(seed) &* 31)
            var cells: [Cell] = []
            var claimed = false
            for _ in 0..<6 {
                cells += Self.counted(&random, people: 1_000, share: 0.2, effect: 0).cells
                let arm = ExperimentResult(Self.experiment(), Counted(cells: cells, looks: [])).arms[0]
                claimed = claimed || arm.row(.buyers)?.isSignificant == true
            }
            if claimed { claims += 1 }
        }
        // 5 % and three Monte Carlo errors.
        #expect(claims <= 11)
    }

    @Test("arms of the wrong size make every figure useless, and it is said in red")
    func sizes() throws {
        var random = Random(seed: 3)
        var cells = Self.counted(&random, people: 5_000, share: 0.1, effect: 0).cells
        cells += Self.counted(&random, people: 1_500, share: 0.1, effect: 0).cells.filter { $0.arm == 0 }
        let result = ExperimentResult(Self.experiment(), Counted(cells: cells, looks: []))
        #expect(result.sampleRatioPValue < 0.001 && result.arms[0].lights.evidence.colour == .red)
    }

    @Test("randomising people over shared stock is warned against in words; windows of time are not")
    func design() {
        let shared = Self.experiment { $0.sharesStock = true }
        #expect(shared.warning?.en.contains("stock") == true && shared.warning?.text(in: .zh).contains("库存") == true)
        var random = Random(seed: 4)
        let counted = Self.counted(&random, people: 5_000, share: 0.1, effect: 0)
        #expect(ExperimentResult(shared, counted).arms[0].lights.evidence.colour == .amber)
        let switched = Self.experiment {
            $0.sharesStock = true
            $0.design = .switchback(window: 60, carryOver: 10)
        }
        #expect(switched.warning == nil)
    }

    @Test("a small marketplace need not wait for twenty thousand people, and words and chance agree")
    func small() throws {
        var random = Random(seed: 8)
        let counted = Self.counted(&random, people: 300, share: 0.1, effect: 0.2)
        func row(_ expected: Int?) throws -> ExperimentResult.Row {
            let experiment = Self.experiment { $0.expectedPeople = expected }
            return try #require(ExperimentResult(experiment, counted).arms.first?.row(.paidOrders))
        }
        let (tuned, untuned) = (try row(500), try row(nil))
        #expect(tuned.isSignificant && !untuned.isSignificant)
        let widths = try [tuned, untuned].map { try #require($0.interval).width }
        #expect(widths[0] < 0.6 * widths[1])
        for row in [tuned, untuned] {
            let chance = try #require(row.logPValue)
            #expect((chance < .log(0.05)) == row.isSignificant)
        }
        let checked = try Self.experiment { $0.expectedPeople = 500 }.terms.checked()
        #expect(checked.expectedPeople == nil, "the start sets it")
    }

    @Test("windows are compared as windows, not as people")
    func windows() throws {
        var random = Random(seed: 5)
        var cells: [Cell] = []
        for window in 0..<80 {
            let arm = Int(random.next() & 1)
            // Everybody in a window shares its weather.
            let weather = random.unit() * 0.1
            let buys = (0..<200).map { _ in random.unit() < 0.2 + weather + (arm == 1 ? 0.15 : 0) ? 1.0 : 0 }
            for metric in MetricName.allCases {
                cells.append(Cell(arm: arm, metric: metric, day: Int64(window), moments: Self.moments(buys)))
            }
        }
        let experiment = Self.experiment { $0.design = .switchback(window: 60, carryOver: 0) }
        let result = ExperimentResult(experiment, Counted(cells: cells, looks: []))
        #expect(result.counts.reduce(0, +) == 80)
        let row = try #require(result.arms[0].row(.buyers))
        #expect(row.isSignificant && row.interval?.contains(0.15) == true)
    }

    @Test("a planned experiment is decided by its last look, and before the first one by nothing")
    func looks() throws {
        var random = Random(seed: 6)
        let planned = Self.experiment { ($0.looks, $0.plannedPeople) = (4, 20_000) }
        let counted = Self.counted(&random, people: 8_000, share: 0.1, effect: 0.04)
        let before = ExperimentResult(planned, counted).arms[0]
        #expect(before.row(.buyers)?.interval == nil && before.lights.value.colour == .amber)
        #expect(before.row(.paidOrders)?.interval != nil)
        let look = Look(number: 3, people: 15_000, moments: counted.merged(arms: 2))
        let after = ExperimentResult(planned, Counted(cells: counted.cells, looks: [look])).arms[0]
        #expect(after.row(.buyers)?.isSignificant == true && after.row(.buyers)?.sequentialPValue == nil)
    }

    @Test("terms that break a rule are refused by name")
    func terms() {
        let changes: [(String, (inout ExperimentTerms) -> Void)] = [
            ("name", { $0.name = " " }), ("arms", { $0.arms.removeLast() }), ("arms", { $0.arms[0].share = 4_000 }),
            ("arms", { $0.arms[1].treatment = "old" }), ("share", { $0.share = 0 }),
            ("leastWorthwhile", { $0.leastWorthwhile = 0 }), ("toleratedHarm", { $0.toleratedHarm = .nan }),
            ("looks", { $0.looks = 3 }), ("looks", { ($0.looks, $0.plannedPeople) = (30, 1_000) }),
            ("design", { $0.design = .switchback(window: 60, carryOver: 30) }),
        ]
        for (field, change) in changes {
            var terms = Self.experiment().terms
            change(&terms)
            #expect { try terms.checked() } throws: { ($0 as? InvalidField)?.field == field }
        }
        #expect(throws: Never.self) { try Self.experiment().terms.checked() }
    }
}

extension Random {
    /// Uniform in [0, 1).
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
