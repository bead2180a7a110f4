import Foundation
import RealModule
import Testing

@testable import Inference
import InferenceTrials

@Suite struct SequentialTests {
    struct Spotify: Decodable { let group_sequential: [String: [Double]] }
    struct Gbstats: Decodable {
        struct Result: Decodable {
            let ci: [Double]
            let p_value: Double
        }
        struct Case: Decodable {
            let sequential_absolute_tune1000, sequential_absolute_tune5000, sequential_absolute_tune50000: Result
        }
        struct Ratio: Decodable {
            let users: [Int]
            let weights: [Double]
            let p: Double
        }
        let cases: [String: Case]
        let srm: [Ratio]
    }

    @Test func boundsAreThoseOfTheLiterature() throws {
        // O'Brien–Fleming-type spending, five equal looks, α = 0.05 two-sided (Jennison & Turnbull, R's gsDesign).
        let obf = try GroupSequential(alpha: 0.05, spending: .obrienFleming).bounds(looks: 5)
        for (ours, known) in zip(obf, [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]) { #expect(abs(ours - known) < 2e-4) }
        #expect(try abs(GroupSequential().bounds(looks: 1)[0] - 1.959963984540054) < 1e-12)
    }

    @Test func boundsAgreeWithSpotify() throws {
        let known = try VectorFiles.json("spotify_confidence.json", as: Spotify.self).group_sequential
        var worst = 0.0
        for (name, bounds) in known where !name.contains("uneven") {
            let alpha = try #require(Double(name.split(separator: "_")[0].dropFirst(5)))
            let ours = try GroupSequential(alpha: alpha, spending: .power(2)).bounds(looks: bounds.count)
            for (a, b) in zip(ours, bounds) { worst = max(worst, abs(a - b)) }
        }
        print("figure: farthest from spotify's bounds: \(worst)")
        #expect(worst < 5e-3)
    }

    @Test func theSpentErrorIsTheErrorMade() throws {
        // An independent check of the recursion: the share of simulated walks that leave.
        let fractions = [0.1, 0.15, 0.4, 0.7, 1]
        let bounds = try GroupSequential(alpha: 0.1, spending: .pocock).bounds(at: fractions)
        var random = SeededRandom(seed: 1)
        let runs = 200_000
        var left = 0
        for _ in 0..<runs {
            var (score, time) = (0.0, 0.0)
            for (fraction, bound) in zip(fractions, bounds) {
                score += random.normal() * Double.sqrt(fraction - time)
                time = fraction
                if abs(score) > bound * Double.sqrt(time) {
                    left += 1
                    break
                }
            }
        }
        #expect(abs(Double(left) / Double(runs) - 0.1) < 4 * Double.sqrt(0.09 / Double(runs)))
    }

    @Test func stagewisePValueAgreesWithTheBounds() throws {
        let plan = try GroupSequential()
        let fractions = [0.25, 0.5, 1.0]
        let bounds = try plan.bounds(at: fractions)
        #expect(abs(try plan.pValue(bounds[2], at: fractions) - 0.05) < 1e-9)
        #expect(try plan.pValue(bounds[2] + 0.1, at: fractions) < 0.05)
        #expect(try plan.pValue(1, at: [1]) == 2 * Normal.upperTail(1))
        #expect(throws: InferenceProblem.self) { try plan.bounds(at: [0.5, 0.4]) }
        #expect(try GroupSequential(spending: .power(3)).bounds(at: [1e-150, 1])[0] == .infinity)
    }

    @Test func confidenceSequenceIsThatOfGbstats() throws {
        let known = try #require(try VectorFiles.json("gbstats.json", as: Gbstats.self).cases["mean_revenue"])
        let arms = try (0...1).map { try ArmMean(Moments(Persons.all.values("revenue", variant: $0))) }
        let comparison = try Comparison(control: arms[0], treatment: arms[1])
        for (units, truth) in [
            (1_000.0, known.sequential_absolute_tune1000), (5_000, known.sequential_absolute_tune5000),
            (50_000, known.sequential_absolute_tune50000),
        ] {
            let sequence = try ConfidenceSequence(tunedAt: units)
            let interval = sequence.interval(comparison)
            #expect(abs(interval.lower - truth.ci[0]) < 1e-11)
            #expect(abs(interval.upper - truth.ci[1]) < 1e-11)
            #expect(abs(sequence.pValue(comparison) - truth.p_value) < 1e-11, "\(units)")
        }
    }

    @Test func sampleRatioAgreesWithGbstats() throws {
        // gbstats counts an arm that nobody may enter as a degree of freedom; it isn't one.
        for ratio in try VectorFiles.json("gbstats.json", as: Gbstats.self).srm where !ratio.weights.contains(0) {
            let p = try SampleRatio.pValue(counts: ratio.users, weights: ratio.weights)
            #expect(relativeError(p, ratio.p) < 1e-12, "\(ratio.users)")
        }
    }

    @Test func sampleRatioNeverCriesWolfHoweverOftenOneLooks() throws {
        var random = SeededRandom(seed: 21)
        var (sequential, fixed, found, time) = (0, 0, 0, 0)
        let runs = 400
        for run in 0..<runs * 2 {
            let share = run < runs ? 0.5 : 0.52
            var counts = [0, 0]
            var (alarm, fixedAlarm) = (false, false)
            for day in 1...30 {
                for _ in 0..<500 { counts[random.bernoulli(share) ? 1 : 0] += 1 }
                if !alarm, try SampleRatio.Sequential(counts: counts, weights: [1, 1]).pValue < 0.01 {
                    alarm = true
                    time += run < runs ? 0 : day
                }
                if try SampleRatio.pValue(counts: counts, weights: [1, 1]) < 0.01 { fixedAlarm = true }
            }
            if run < runs {
                sequential += alarm ? 1 : 0
                fixed += fixedAlarm ? 1 : 0
            } else {
                found += alarm ? 1 : 0
            }
        }
        print(
            "figure: sample ratio: false \(sequential)/\(runs), fixed p<.01 daily \(fixed)/\(runs), found \(found)/\(runs)"
        )
        #expect(sequential <= 4)
        #expect(fixed > 12)
        #expect(Double(found) > 0.8 * Double(runs))
    }

    @Test func adjustedPValuesAgreeWithStatsmodels() throws {
        struct Reference: Decodable { let multitest: [String: [Double]] }
        let known = try VectorFiles.json("reference.json", as: Reference.self).multitest
        let p = try #require(known["p"])
        for (name, ours) in [
            ("bonferroni", Multiplicity.bonferroni(p)), ("holm", Multiplicity.holm(p)),
            ("fdr_bh", Multiplicity.benjaminiHochberg(p)), ("fdr_by", Multiplicity.benjaminiYekutieli(p)),
        ] {
            for (a, b) in zip(ours, try #require(known[name])) { #expect(abs(a - b) < 1e-14, "\(name)") }
        }
        #expect(Multiplicity.holm([]).isEmpty)
        #expect(Multiplicity.benjaminiYekutieli([]).isEmpty)
    }
}
