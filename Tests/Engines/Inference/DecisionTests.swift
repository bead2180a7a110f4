import Foundation
import InferenceTrials
import RealModule
import Testing

@testable import Inference

@Suite struct DecisionTests {
    @Test(arguments: [DecisionTrials.Effects.normal, .mostlyNothing])
    func theLedgerDoesNotFallForTheWinnersCurse(effects: DecisionTrials.Effects) throws {
        let ledger = try DecisionTrials.ledger(effects, decisions: 300, years: 40, seed: 12)
        print("figure: ledger \(effects): \(ledger)")
        #expect(ledger.measured > 1.25)
        #expect((0.93...1.07).contains(ledger.created))
        #expect((0.95...1.05).contains(ledger.holdout))
    }

    @Test func aProxyWithTheWrongSignIsNotBelieved() throws {
        let proxy = try DecisionTrials.proxy(runs: 1_000, seed: 5)
        print("figure: proxy: \(proxy)")
        #expect(proxy.naiveWrong > 0.9)
        #expect(proxy.wrong <= 0.1)
        let strong = try DecisionTrials.proxy(signal: 3, runs: 200, seed: 6)
        print("figure: proxy, strong signal: \(strong)")
        #expect(strong.unknown < 0.05)
        #expect(abs(strong.median + 0.5) < 0.03)
    }

    @Test("Experiments of very different sizes: the large ones decide, and the slope stays right")
    func precisionWeighs() throws {
        var (errors, unknown) = ([Double](), 0)
        for seed in 1...200 {
            var random = SeededRandom(seed: UInt64(seed))
            let decisions = (0..<30).map { index in
                // One in three is large; the others have a hundred times its variance.
                let error = index % 3 == 0 ? 0.1 : 10.0
                let (truth, common) = (random.normal(), random.normal() * error.squareRoot())
                return ProxySlope.Decision(
                    proxy: truth + common, northStar: -0.5 * truth + 0.6 * common + 0.1 * random.normal(),
                    proxyError: error, covariance: 0.6 * error)
            }
            let slope = try ProxySlope(decisions)
            if slope.verdict == .unknown { unknown += 1 }
            if slope.slope.isFinite { errors.append(slope.slope + 0.5) }
            #expect(slope.verdict != .raises)
        }
        errors.sort()
        #expect(abs(errors[errors.count / 2]) < 0.1, "median \(errors[errors.count / 2])")
        #expect(unknown < 120, "\(unknown) of 200 unknown")
    }

    @Test func sharedStockDoublesWhatPersonsSay() throws {
        let trial = try SharedStockTrial(windows: 4_000).run(seed: 3)
        print("figure: shared stock: \(trial)")
        #expect(trial.persons > 1.5 * trial.truth)
        #expect(abs(trial.switchback - trial.truth) < 0.02)
        if case .persons = DesignAdvice(sharesStock: true, sharesTraffic: false) { Issue.record("no warning") }
    }

    @Test("A treatment that creates nothing on a shelf that is too short", arguments: [1, 2, 3] as [UInt64])
    func aShortShelfInventsAnEffect(seed: UInt64) throws {
        let trial = try ShelfTrial().run(seed: seed)
        print("figure: World, shared stock: \(trial)")
        #expect(trial.truth == 0)
        #expect((0.8...1.25).contains(trial.persons))
        #expect(abs(trial.switchback - trial.truth) <= 0.05)
        guard case .switchback(let warning) = DesignAdvice(sharesStock: true, sharesTraffic: false) else {
            Issue.record("no warning")
            return
        }
        #expect(warning.en.contains("twice the true effect") && warning.en.contains("where there is none"))
        #expect(warning.zh.contains("放大一倍") && warning.zh.contains("无中生有"))
    }

    @Test func shrinkageBeatsTheRawEffects() throws {
        var random = SeededRandom(seed: 8)
        let truths = (0..<400).map { _ in 0.5 + 0.7 * random.normal() }
        let errors = truths.map { _ in 0.5 + random.uniform() }
        let effects = zip(truths, errors).map { $0 + $1 * random.normal() }
        let prior = try NormalShrinkage(effects: effects, errors: errors)
        #expect(abs(prior.mean - 0.5) < 0.15)
        #expect(abs(prior.variance - 0.49) < 0.2)
        func loss(_ guess: (Int) -> Double) -> Double {
            truths.indices.reduce(0) { $0 + (guess($1) - truths[$1]) * (guess($1) - truths[$1]) }
        }
        #expect(loss { prior(effects[$0], error: errors[$0]).mean } < 0.6 * loss { effects[$0] })
        let below = truths.indices.filter { truths[$0] < prior(effects[$0], error: errors[$0]).lowerBound(0.8) }
        #expect(abs(Double(below.count) / 400 - 0.2) < 0.06)
    }

    @Test func honestSubgroupsReportTheOtherHalf() throws {
        var random = SeededRandom(seed: 14)
        var (raw, honest, falsely) = (0.0, 0.0, 0)
        let runs = 200
        for _ in 0..<runs {
            func comparison(_ effect: Double) throws -> Comparison {
                func arm(_ mean: Double) -> ArmMean {
                    ArmMean(value: mean + 0.1 * random.normal(), squaredError: 0.01, degreesOfFreedom: 200, count: 100)
                }
                return try Comparison(control: arm(1), treatment: arm(1 + effect))
            }
            let segments = try (0..<20).map { index in
                let effect = index == 0 ? 0.5 : 0
                return HonestSubgroups.Segment(
                    name: "\(index)", discovery: try comparison(effect), confirmation: try comparison(effect))
            }
            let found = HonestSubgroups(segments)
            falsely += found.findings.contains { $0.isConfirmed && $0.segment.name != "0" } ? 1 : 0
            guard let real = found.findings.first(where: { $0.segment.name == "0" }) else { continue }
            raw += real.segment.discovery.effect - 0.5
            honest += real.segment.confirmation.effect - 0.5
        }
        #expect(raw / Double(runs) > 0.005)
        #expect(abs(honest) / Double(runs) < 0.03)
        #expect(falsely <= runs / 15)
    }

    @Test func offPolicyEstimatesCover() throws {
        var random = SeededRandom(seed: 17)
        var (own, robust) = (0, 0)
        let runs = 400
        for _ in 0..<runs {
            let choices = (0..<1_500).map { _ in
                // Two options paying 0.3 and 0.5; logged 80/20, judged 30/70; the model is off by 0.1.
                let second = random.bernoulli(0.2)
                let reward = random.bernoulli(second ? 0.5 : 0.3) ? 1.0 : 0
                return LoggedChoice(
                    reward: reward, propensity: second ? 0.2 : 0.8, target: second ? 0.7 : 0.3,
                    predicted: second ? 0.6 : 0.4, predictedTarget: 0.3 * 0.4 + 0.7 * 0.6)
            }
            let snips = try OffPolicyEstimate.selfNormalised(choices)
            own += snips.interval().contains(0.44) ? 1 : 0
            robust += try OffPolicyEstimate.doublyRobust(choices).interval().contains(0.44) ? 1 : 0
            #expect(snips.effectiveSize < 1_500 && snips.isReliable)
        }
        #expect(Double(own) / Double(runs) > 0.925)
        #expect(Double(robust) / Double(runs) > 0.925)
        let lonely = [
            LoggedChoice(reward: 1, propensity: 0.001, target: 1), LoggedChoice(reward: 0, propensity: 1, target: 0.1),
        ]
        #expect(try !OffPolicyEstimate.selfNormalised(lonely).isReliable)
        #expect(throws: InferenceProblem.self) {
            try OffPolicyEstimate.doublyRobust([LoggedChoice(reward: 1, propensity: 0, target: 1)])
        }
    }
}
