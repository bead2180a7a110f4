import Foundation
import Testing

@testable import Inference
import InferenceTrials

@Suite struct ComparisonTests {
    typealias Numbers = [String: Double?]
    struct TeaTasting: Decodable { let cases: [String: Numbers] }
    struct Reference: Decodable {
        struct Case: Decodable {
            let t_p_df, ci95: [Double]?
            let effect, se, se_CR1: Double?
        }
        let cases: [String: Case]
    }
    struct Gbstats: Decodable {
        struct Result: Decodable {
            let expected, p_value, stddev: Double
            let ci: [Double]
        }
        struct Case: Decodable { let frequentist_absolute: Result }
        let cases: [String: Case]
        let theta_revenue, theta_sessions: Double
    }

    private let persons = Persons.all

    private func mean(_ name: String, _ variant: Int) throws -> ArmMean {
        try ArmMean(Moments(persons.values(name, variant: variant)))
    }

    private func pair(x: String, y: String, _ variant: Int) -> PairMoments {
        var moments = PairMoments()
        for (x, y) in zip(persons.values(x, variant: variant), persons.values(y, variant: variant)) {
            moments.add(x: x, y: y)
        }
        return moments
    }

    private func joint(_ names: [String], _ variant: Int) -> JointMoments {
        var moments = JointMoments(variables: names.count)
        let columns = names.map { persons.values($0, variant: variant) }
        for row in columns[0].indices { moments.add(columns.map { $0[row] }) }
        return moments
    }

    /// Worst relative error of effect, interval, p-value and lift against tea-tasting.
    private func check(_ comparison: Comparison, _ name: String, tolerance: Double = 1e-12) throws {
        let known = try #require(try VectorFiles.json("tea_tasting.json", as: TeaTasting.self).cases[name])
        let ours = [
            "control": comparison.control.value, "treatment": comparison.treatment.value,
            "effect_size": comparison.effect, "effect_size_ci_lower": comparison.interval.lower,
            "effect_size_ci_upper": comparison.interval.upper, "rel_effect_size": comparison.lift.estimate,
            "pvalue": comparison.pValue, "statistic": comparison.statistic,
        ]
        for (field, value) in ours {
            let truth = try #require(known[field] ?? nil)
            // Differences of means carry the rounding of the means, not of themselves.
            let scale = max(abs(truth), field.hasSuffix("size") || field.contains("_ci_") ? 1 : 0)
            #expect(abs(value - truth) <= tolerance * scale, "\(name).\(field): \(value) against \(truth)")
        }
    }

    @Test func meansAgreeWithTeaTasting() throws {
        for (name, column) in [("mean_revenue", "revenue"), ("sessions", "sessions")] {
            try check(Comparison(control: mean(column, 0), treatment: mean(column, 1)), name)
        }
    }

    @Test func adjustedMeansAgreeWithTeaTastingAndGbstats() throws {
        let gbstats = try VectorFiles.json("gbstats.json", as: Gbstats.self)
        for (name, x, y, theta) in [
            ("cuped_revenue", "pre_revenue", "revenue", gbstats.theta_revenue),
            ("cuped_sessions", "pre_sessions", "sessions", gbstats.theta_sessions),
        ] {
            let adjusted = try CovariateAdjustment(control: pair(x: x, y: y, 0), treatment: pair(x: x, y: y, 1))
            let comparison = try Comparison(control: adjusted.control, treatment: adjusted.treatment)
            try check(comparison, name)
            #expect(relativeError(adjusted.slope, theta) < 1e-12)
            let known = try #require(gbstats.cases[name]).frequentist_absolute
            #expect(abs(comparison.effect - known.expected) < 1e-12)
            #expect(abs(comparison.pValue - known.p_value) < 1e-12)
            #expect(relativeError(comparison.standardError, known.stddev) < 1e-12)
        }
    }

    @Test func ratiosAgreeWithTeaTasting() throws {
        let plain = try (0...1).map { try RatioMean.arm(pair(x: "sessions", y: "revenue", $0)) }
        try check(Comparison(control: plain[0], treatment: plain[1]), "ratio_revenue_per_session")
        let names = ["revenue", "sessions", "pre_revenue", "pre_sessions"]
        let adjusted = try RatioMean.adjusted(control: joint(names, 0), treatment: joint(names, 1))
        try check(
            Comparison(control: adjusted.control, treatment: adjusted.treatment), "cuped_ratio_revenue_per_session")
    }

    @Test func sharesAgreeWithGbstats() throws {
        let known = try #require(
            try VectorFiles.json("gbstats.json", as: Gbstats.self).cases["proportion_converted"]
        ).frequentist_absolute
        let arms = try (0...1).map { variant in
            let values = persons.values("converted", variant: variant)
            return try ArmMean(successes: Int(values.reduce(0, +)), of: values.count)
        }
        let comparison = try Comparison(control: arms[0], treatment: arms[1])
        #expect(abs(comparison.effect - known.expected) < 1e-13)
        #expect(abs(comparison.pValue - known.p_value) < 1e-12)
        #expect(abs(comparison.interval.lower - known.ci[0]) < 1e-12)
    }

    @Test func linAgreesWithStatsmodels() throws {
        let known = try VectorFiles.json("reference.json", as: Reference.self).cases
        func columns(_ variant: Int) -> (x: [Double], y: [Double]) {
            (persons.values("pre_sessions", variant: variant), persons.values("sessions", variant: variant))
        }
        for (robust, name) in zip(InteractedAdjustment.Robust.allCases, ["HC0", "HC1", "HC2", "HC3"]) {
            let lin = try InteractedAdjustment(control: columns(0), treatment: columns(1), robust: robust)
            let comparison = try Comparison(control: lin.control, treatment: lin.treatment)
            let truth = try #require(known["lin_ancova_sessions_\(name)"])
            #expect(abs(comparison.effect - truth.effect!) < 1e-12)
            #expect(relativeError(comparison.standardError, truth.se!) < 1e-12, "\(name)")
        }
    }

    @Test func fiellerAndClustersAgreeWithTheClosedForms() throws {
        let known = try VectorFiles.json("reference.json", as: Reference.self).cases
        let comparison = try Comparison(control: mean("revenue", 0), treatment: mean("revenue", 1))
        let interval = try #require(comparison.lift(critical: Normal.quantile(0.975)).interval)
        let truth = try #require(known["fieller_relative_revenue"]?.ci95)
        #expect(abs(interval.lower - truth[0]) < 1e-12)
        #expect(abs(interval.upper - truth[1]) < 1e-12)
        let welch = try #require(known["welch_revenue"]?.t_p_df)
        #expect(relativeError(comparison.statistic, welch[0]) < 1e-12)
        #expect(relativeError(comparison.pValue, welch[1]) < 1e-12)
        #expect(relativeError(comparison.degreesOfFreedom, welch[2]) < 1e-12)
        let sessions = persons.columns["sessions"]!
        let clusters = Clusters(
            sessions.indices.lazy.map { ($0 / 100, isTreated: persons.variant[$0] == 1, outcome: sessions[$0]) })
        #expect(clusters.count == 40)
        #expect(relativeError(try clusters.errorCR1(), known["cluster_robust_sessions"]!.se_CR1!) < 1e-12)
        #expect(abs(try clusters.compared().effect - known["cluster_robust_sessions"]!.effect!) < 1e-12)
    }

    @Test func quantileIsThatOfNumpy() throws {
        #expect(abs(try QuantileMean.arm(persons.values("revenue", variant: 0), share: 0.9).value - 47.771) < 1e-12)
    }

    @Test func liftExcludesZeroExactlyWhenTheDifferenceDoes() throws {
        var random = SeededRandom(seed: 7)
        var (significant, unbounded) = (0, 0)
        for _ in 0..<2_000 {
            let arms = (0...1).map { _ in
                ArmMean(
                    value: random.normal() * 2, squaredError: random.uniform() + 0.01,
                    degreesOfFreedom: 3 + 50 * random.uniform(), count: 50)
            }
            let comparison = try Comparison(control: arms[0], treatment: arms[1])
            let includesZero =
                switch comparison.lift.bounds {
                case .between(let interval): interval.contains(0)
                case .outside(let gap): gap.lower >= 0 || gap.upper <= 0
                case .everything: true
                }
            #expect(includesZero == (comparison.pValue > 0.05))
            #expect(comparison.interval.contains(0) == (comparison.pValue > 0.05))
            significant += includesZero ? 0 : 1
            unbounded += comparison.lift.interval == nil ? 1 : 0
        }
        #expect(significant > 100)
        #expect(unbounded > 100)
    }

    @Test func problemsHaveNames() throws {
        #expect(throws: InferenceProblem.tooFewUnits(have: 1, need: 2)) { try ArmMean(Moments([3])) }
        let constant = try ArmMean(Moments([2, 2, 2]))
        #expect(throws: InferenceProblem.constantMetric) { try Comparison(control: constant, treatment: constant) }
        #expect(throws: InferenceProblem.zeroDenominator) {
            try RatioMean.arm(PairMoments(count: 9, xMean: 0, yMean: 1, xSquares: 1, ySquares: 1, products: 0))
        }
        // One constant arm is no obstacle.
        let other = try Comparison(control: constant, treatment: ArmMean(Moments([1, 2, 4])))
        #expect(other.degreesOfFreedom == 2)
    }

    @Test func smallPValuesNeitherVanishNorOverflow() throws {
        let control = ArmMean(value: 1, squaredError: 1e-4, degreesOfFreedom: 1e6, count: 1)
        let treatment = ArmMean(value: 2, squaredError: 1e-4, degreesOfFreedom: 1e6, count: 1)
        let comparison = try Comparison(control: control, treatment: treatment)
        #expect(comparison.pValue == 0 || comparison.pValue < 1e-300)
        #expect(comparison.logPValue < -2490 && comparison.logPValue > -2510)
    }
}
