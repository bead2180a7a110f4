import Foundation
import Testing

@testable import Inference
import InferenceTrials

@Suite struct DistributionTests {
    struct Known: Decodable {
        struct Point: Decodable {
            let t, df, sf, z, x, q, p: Value?
        }
        let t_sf, norm_sf, chi2_sf, norm_ppf: [Point]
        let t_ppf: [Point]
        enum CodingKeys: String, CodingKey {
            case t_sf, norm_sf, chi2_sf, norm_ppf
            case t_ppf = "t_ppf_0.975"
        }
    }

    /// A number, or a number with more digits written as text.
    struct Value: Decodable {
        let number: Double
        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                number = Double(text)!
            } else {
                number = try container.decode(Double.self)
            }
        }
    }

    struct More: Decodable {
        let beta, gamma, log_norm, t_log, t_upper_quantile: [[Value]]
    }

    @Test func tailsAgreeWithSixtyDigitValues() throws {
        let known = try VectorFiles.json("special_functions.json", as: Known.self)
        var worst = 0.0
        for point in known.t_sf {
            let (t, df, truth) = (point.t!.number, point.df!.number, point.sf!.number)
            let error = relativeError(StudentT(df).upperTail(t), truth)
            #expect(error <= 1e-13, "t = \(t), df = \(df): \(error)")
            worst = max(worst, error)
        }
        for point in known.norm_sf {
            let error = relativeError(Normal.upperTail(point.z!.number), point.sf!.number)
            #expect(error <= 1e-13, "z = \(point.z!.number): \(error)")
            worst = max(worst, error)
        }
        for point in known.chi2_sf {
            let error = relativeError(ChiSquared(point.df!.number).upperTail(point.x!.number), point.sf!.number)
            #expect(error <= 1e-13, "x = \(point.x!.number), df = \(point.df!.number): \(error)")
            worst = max(worst, error)
        }
        print("worst relative error of tails: \(worst)")
    }

    @Test func quantilesAgreeWithSixtyDigitValues() throws {
        let known = try VectorFiles.json("special_functions.json", as: Known.self)
        for point in known.t_ppf {
            let error = relativeError(StudentT(point.df!.number).quantile(0.975), point.q!.number)
            #expect(error <= 1e-13, "df = \(point.df!.number): \(error)")
        }
        for point in known.norm_ppf {
            // 0.9999999 is no Double: its own rounding moves the quantile by 1e-10.
            let p = point.p!.number
            let z = p > 0.9 ? Normal.upperQuantile(((1 - p) * 1e7).rounded() / 1e7) : Normal.quantile(p)
            #expect(abs(z - point.z!.number) <= 1e-13, "p = \(p)")
        }
        for line in try VectorFiles.json("more_special_functions.json", as: More.self).t_upper_quantile {
            let (q, df, truth) = (line[0].number, line[1].number, line[2].number)
            let error = relativeError(StudentT(df).upperQuantile(q), truth)
            #expect(error <= 1e-13, "q = \(q), df = \(df): \(error)")
        }
    }

    @Test func incompleteBetaAndGammaAgree() throws {
        let more = try VectorFiles.json("more_special_functions.json", as: More.self)
        for line in more.beta {
            let distribution = Beta(line[0].number, line[1].number)
            let x = line[2].number
            #expect(relativeError(distribution.cumulative(x), line[3].number) <= 2e-13, "\(line.map(\.number))")
            #expect(relativeError(distribution.upperTail(x), line[4].number) <= 2e-13, "\(line.map(\.number))")
        }
        for line in more.gamma {
            let distribution = Gamma(shape: line[0].number)
            let x = line[1].number
            #expect(relativeError(distribution.cumulative(x), line[2].number) <= 2e-13, "\(line.map(\.number))")
            #expect(relativeError(distribution.upperTail(x), line[3].number) <= 2e-13, "\(line.map(\.number))")
        }
    }

    @Test func logarithmsGoOnWhereTailsUnderflow() throws {
        let more = try VectorFiles.json("more_special_functions.json", as: More.self)
        for line in more.log_norm {
            #expect(relativeError(Normal.logUpperTail(line[0].number), line[1].number) <= 1e-13, "z \(line[0].number)")
        }
        for line in more.t_log {
            let error = relativeError(StudentT(line[1].number).logUpperTail(line[0].number), line[2].number)
            #expect(error <= 1e-13, "t \(line[0].number), df \(line[1].number): \(error)")
        }
        #expect(ChiSquared(3).logUpperTail(4000) < -1900)
    }

    @Test func quantilesInvertTails() {
        for q in [1e-300, 1e-100, 1e-20, 1e-5, 0.02425, 0.1, 0.3, 0.5, 0.9] {
            #expect(relativeError(Normal.upperTail(Normal.upperQuantile(q)), q) < 1e-12)
            for df in [0.5, 1, 2, 3.7, 30, 2_500, 1e7] {
                let t = StudentT(df).upperQuantile(q)
                if t.isFinite { #expect(relativeError(StudentT(df).upperTail(t), q) < 1e-11, "q \(q) df \(df)") }
            }
        }
        for p in [0.001, 0.3, 0.9] {
            #expect(abs(Beta(3, 5).cumulative(Beta(3, 5).quantile(p)) - p) < 1e-13)
        }
    }

    @Test func nonsenseIsNaNAndNeverHangs() {
        #expect(StudentT(-1).upperTail(2).isNaN)
        #expect(StudentT(5).upperTail(.nan).isNaN)
        #expect(StudentT(5).upperTail(.infinity) == 0)
        #expect(Normal.quantile(2).isNaN)
        #expect(Beta(-1, 2).cumulative(0.5).isNaN)
        #expect(Gamma(shape: 2).upperTail(.nan).isNaN)
        #expect(Normal.upperTail(-.infinity) == 1)
        #expect(Normal.upperTail(.infinity) == 0)
    }
}
