import Foundation
import InferenceTrials
import Testing

@testable import Inference

@Suite struct SurveyTests {
    struct Reference: Decodable {
        struct Score: Decodable {
            let P, N, D: Int
            let nps, se: Double
            let wald95, adjusted_wald95: [Double]
        }
        let nps: [Score]
    }

    @Test func scoresAgreeWithTheClosedForms() throws {
        for known in try VectorFiles.json("reference.json", as: Reference.self).nps {
            let score = NetPromoterScore(promoters: known.P, passives: known.N, detractors: known.D)
            #expect(abs(score.score - known.nps) < 1e-12)
            #expect(abs(score.standardError - known.se) < 1e-12)
            for (ours, truth) in [
                (score.waldInterval(), known.wald95), (score.unclippedInterval(), known.adjusted_wald95),
            ] {
                #expect(abs(ours.lower - truth[0]) < 1e-11)
                #expect(abs(ours.upper - truth[1]) < 1e-11)
            }
            #expect(score.interval().upper <= 100)
        }
        #expect(NetPromoterScore(answers: [10, 9, 8, 7, 6, 0, 11, -1]).count == 6)
    }

    @Test func intervalsOfSmallShopsCover() {
        var lowest = [10: 1.0, 30: 1.0]
        for (answers, least) in [(10, 0.92), (30, 0.94)] {
            for (promoters, detractors) in [(0.6, 0.15), (0.9, 0.02)] {
                let coverage = SurveyTrial.shopCoverage(
                    answers: answers, promoters: promoters, detractors: detractors, runs: 20_000, seed: 4)
                lowest[answers] = min(lowest[answers]!, coverage.adjusted)
                #expect(coverage.adjusted >= least)
                #expect(coverage.adjusted > coverage.wald)
            }
        }
        print("figure: shop NPS coverage \(lowest)")
    }

    @Test func silentLateBuyersInventNoScore() throws {
        let result = try SurveyTrial(units: 300_000).run(runs: 2_000, seed: 9)
        print("figure: NPS shift: \(result)")
        #expect(result.plain > 0.9)
        #expect(result.invented > 1.5)
        #expect(result.reweighted < 0.06 + 0.01)
    }

    @Test func smallGroupsAreJoinedAndNobodyIsNoAnswer() throws {
        #expect(throws: InferenceProblem.self) { try Reweighting([]) }
        let strata = [
            Reweighting.Stratum(population: 100, answers: Moments((0..<50).map { Double($0 % 2) })),
            Reweighting.Stratum(population: 100, answers: Moments([1, 1])),
            Reweighting.Stratum(population: 50, answers: Moments()),
        ]
        let weighted = try Reweighting(strata)
        #expect(weighted.collapsed > 0)
        #expect(weighted.mean.value.isFinite && weighted.mean.squaredError > 0)
    }

    @Test func leeBoundsHoldTheTruthAndNarrowWithEqualAnswering() throws {
        var random = SeededRandom(seed: 31)
        var covered = 0
        let runs = 300
        for _ in 0..<runs {
            // True effect 0.2 on everybody; treatment makes the unhappy silent, so answering moves one way.
            func arm(_ isTreated: Bool) -> LeeBounds.Arm {
                var answers: [Double] = []
                for _ in 0..<600 {
                    let opinion = random.normal()
                    let answersAnyway = random.bernoulli(0.5)
                    let isSilenced = isTreated && opinion < -0.5 && random.bernoulli(0.6)
                    if answersAnyway, !isSilenced { answers.append(opinion + (isTreated ? 0.2 : 0)) }
                }
                return LeeBounds.Arm(asked: 600, answers: answers)
            }
            covered += try LeeBounds(control: arm(false), treatment: arm(true)).interval().contains(0.2) ? 1 : 0
        }
        #expect(Double(covered) / Double(runs) > 0.93)
        let equal = LeeBounds.Arm(asked: 100, answers: (0..<50).map(Double.init))
        let same = try LeeBounds(control: equal, treatment: equal)
        #expect(same.trimmed == 0)
        #expect(abs(same.bounds.width) < 1e-12)
    }
}
