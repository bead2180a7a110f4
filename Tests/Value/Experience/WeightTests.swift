import Inference
import Kernel
import Testing

@testable import Experience

/// People whose answering depends on their behaviour, with a truth that is known.
private struct Crowd {
    /// Group, its share of everybody, chance to answer, chances of promoter and detractor.
    static let groups: [(code: Int64, size: Int, answers: Double, promoter: Double, detractor: Double)] = [
        (0, 6_000, 0.06, 0.20, 0.45), (10, 1_500, 0.15, 0.30, 0.30), (20, 1_200, 0.30, 0.45, 0.20),
        (30, 900, 0.50, 0.60, 0.12), (40, 400, 0.70, 0.75, 0.05),
    ]

    static var truth: Double {
        let total = Double(groups.reduce(0) { $0 + $1.size })
        return groups.reduce(0) { $0 + 100 * Double($1.size) / total * ($1.promoter - $1.detractor) }
    }

    static func cells(seed: UInt64) -> [SurveyCell] {
        var random = Seeded(state: seed)
        func chance(_ p: Double) -> Bool { Double.random(in: 0..<1, using: &random) < p }
        return groups.map { group in
            var counts = (promoters: 0, passives: 0, detractors: 0)
            var invited = 0
            for _ in 0..<group.size where chance(0.3) {
                invited += 1
                guard chance(group.answers) else { continue }
                let point = Double.random(in: 0..<1, using: &random)
                if point < group.promoter {
                    counts.promoters += 1
                } else if point < group.promoter + group.detractor {
                    counts.detractors += 1
                } else {
                    counts.passives += 1
                }
            }
            return SurveyCell(
                week: 1, stratum: Stratum(code: group.code), population: group.size, drawn: invited, invited: invited,
                shown: invited,
                score: NetPromoterScore(
                    promoters: counts.promoters, passives: counts.passives, detractors: counts.detractors))
        }
    }
}

struct WeightTests {
    @Test("the weighted score finds the truth where the plain one is far off")
    func recovers() throws {
        var (errors, plain, covered) = (Moments(), Moments(), 0)
        let trials: UInt64 = 300
        for seed in 1...trials {
            let estimate = try #require(SurveyEstimate(Crowd.cells(seed: seed)))
            #expect(estimate.isWeighted)
            errors.add(estimate.score - Crowd.truth)
            plain.add(estimate.unweighted - Crowd.truth)
            if estimate.interval.contains(Crowd.truth) { covered += 1 }
        }
        // Mean error within Monte Carlo error of nothing; the plain score flatters by more than 15 points.
        #expect(abs(errors.mean) < 4 * (errors.variance / Double(trials)).squareRoot())
        #expect(plain.mean > 15)
        #expect(covered >= 276, "\(covered) of 300 intervals cover the truth")
    }

    @Test("a score doesn't depend on the order of its cells", arguments: 1...20 as ClosedRange<UInt64>)
    func order(seed: UInt64) throws {
        var random = Seeded(state: seed)
        let cells = Crowd.cells(seed: seed)
        let one = try #require(SurveyEstimate(cells))
        let other = try #require(SurveyEstimate(cells.shuffled(using: &random)))
        #expect(abs(one.score - other.score) < 1e-9 && abs(one.interval.upper - other.interval.upper) < 1e-9)
    }

    @Test("few answers give a wide range, none gives no score, and unanimity is not certainty")
    func few() throws {
        func cell(_ promoters: Int) -> SurveyCell {
            SurveyCell(
                week: 1, stratum: Stratum(code: 0), population: 100, drawn: 9, invited: 9, shown: 9,
                score: NetPromoterScore(promoters: promoters, passives: 0, detractors: 0))
        }
        #expect(SurveyEstimate([cell(0)]) == nil)
        for answers in [1, 5, 12] {
            let estimate = try #require(SurveyEstimate([cell(answers)]))
            #expect(!estimate.isWeighted && estimate.score == 100 && estimate.interval.lower < 95)
        }
    }

    @Test("who is missing is named")
    func missing() throws {
        let result = SurveyResult(journey: .everything, cells: Crowd.cells(seed: 5))
        let missing = try #require(result.missing)
        #expect(missing.stratum.code == 0)
        #expect(missing.stratum.title == Localized(en: "visitors · feed", zh: "访客 · 内容场"))
    }

    @Test("every group has a name of its own")
    func names() {
        var names: Set<String> = []
        var codes: Set<Int64> = []
        for orders in [0, 1, 3, 9] as [Int64] {
            for field in Stratum.Field.allCases {
                codes.insert(Stratum.person(hasAccount: true, orders: orders, field: field).code)
                codes.insert(Stratum.person(hasAccount: false, orders: 0, field: field).code)
            }
            for days in [1, 4, 6, 30] as [Int64] {
                codes.insert(Stratum.order(took: .days(days), orders: max(1, orders)).code)
            }
        }
        for bits in 0..<8 {
            codes.insert(
                Stratum.ended(isDisputed: bits & 1 > 0, isGranted: bits & 2 > 0, isFaultOfShop: bits & 4 > 0).code)
        }
        for code in codes { names.insert(Stratum(code: code).title.zh) }
        #expect(names.count == codes.count)
    }
}
