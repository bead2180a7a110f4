import Foundation
import InferenceTrials
import RealModule
import Testing

@testable import Inference

@Suite struct PlanningTests {
    struct TeaTasting: Decodable {
        let power: [String: [[String: Double]]]
    }

    @Test func powerAgreesWithTeaTasting() throws {
        let known = try VectorFiles.json("tea_tasting.json", as: TeaTasting.self).power
        let plan = try PowerPlan(variance: Moments(Persons.all.columns["revenue"]!).variance)
        let effect = try #require(known["power@5%"]?.first?["effect_size"])
        let power = try #require(known["power@5%"]?.first?["power"])
        #expect(relativeError(plan.power(effect: effect, units: 4_000), power) < 1e-9)
        let smallest = try #require(known["rel_effect_size@80%"]?.first?["effect_size"])
        #expect(relativeError(plan.detectableEffect(units: 4_000), smallest) < 1e-6)
        // tea-tasting rounds its sample size to hundreds or so.
        #expect(abs(Double(plan.units(effect: effect)) - 46_900) < 3)
    }

    @Test func lookingCostsLittleAndIsPlannedFor() throws {
        let inflation = try GroupSequential().inflation(looks: 30)
        print("figure: inflation of 30 looks: \(inflation)")
        #expect(inflation > 1 && inflation < 1.08)
        let stops = try GroupSequential().stopping(drift: 0, at: [0.2, 0.6, 1])
        #expect(abs(stops.reduce(0, +) - 0.05) < 1e-9)
    }

    @Test func durationsCountNewPersonsOnly() {
        #expect(PowerPlan.days(units: 1_000, firstDay: 100) == 10)
        #expect(PowerPlan.days(units: 1_000, firstDay: 100, newShare: 0.95) == 14)
        #expect(PowerPlan.days(units: 3_000, firstDay: 100, newShare: 0.95) == nil)
        #expect(PowerPlan.days(units: 3_000, firstDay: 0) == nil)
    }

    @Test func covariatesSavePersons() throws {
        let plan = try PowerPlan(variance: 4)
        let half = try plan.adjusted(correlation: 0.7071067811865476)
        #expect(abs(Double(half.units(effect: 0.1)) / Double(plan.units(effect: 0.1)) - 0.5) < 0.001)
    }

    @Test func lookingThirtyTimesKeepsItsErrorRate() throws {
        // Small runs of what `quanyu bench inference` does at size.
        let trial = LookingTrial(units: 3_000, looks: 30)
        let methods: [LookingTrial.Method] = [.fixed, .peeking, .groupSequential(.power(3)), .confidenceSequence]
        for outcome in [Outcome.conversion, .revenue] {
            let null = try trial.run(outcome, lift: 0, methods: methods, runs: 250, seed: 2)
            #expect(null[1].found > 0.2)
            #expect(null[2].found <= 0.05 + 2 * Double.sqrt(0.05 * 0.95 / 250))
            #expect(null[3].found <= 0.05)
        }
        let lift = trial.lift(.conversion, power: 0.8)
        let found = try trial.run(.conversion, lift: lift, methods: methods, runs: 120, seed: 3)
        #expect(found[2].found > found[3].found)
        #expect(found[2].used < 0.9)
    }

    /// As tight as the smallest marketplace may have it: five hundred people, from the first twenty on.
    @Test func aShortConfidenceSequenceKeepsItsErrorRate() throws {
        for outcome in Outcome.allCases {
            let null = try LookingTrial(units: 250, looks: 25)
                .run(outcome, lift: 0, methods: [.confidenceSequence], runs: 2_000, seed: 5)
            print("figure: confidence sequence, 250 an arm, \(outcome): \(null[0].found)")
            #expect(null[0].found <= 0.05 + 2 * null[0].error)
        }
    }

    @Test func relativeLiftsCover() throws {
        let coverage = try LiftTrial(units: 1_000, lift: 0.3).run(.conversion, runs: 600, seed: 4)
        print("figure: lift coverage, conversion: \(coverage)")
        #expect(coverage.fieller > 0.925 && coverage.fieller < 0.975)
    }
}
