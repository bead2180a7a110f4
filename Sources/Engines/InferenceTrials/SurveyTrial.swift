import Inference
import RealModule

/// Surveys whose answers depend on the treatment although the experience doesn't.
public struct SurveyTrial: Sendable {
    /// Persons of one arm.
    public let units: Int

    /// A trial.
    public init(units: Int) { self.units = units }

    /// Share of buyers whose parcel was late, what they would answer, and how many answer.
    private static let strata: [(share: Double, promoters: Double, detractors: Double, response: Double)] = [
        (0.7, 0.60, 0.15, 0.10), (0.2, 0.35, 0.35, 0.10), (0.1, 0.15, 0.60, 0.10),
    ]

    /// No effect on anybody's opinion, but late buyers of the treatment arm answer 25 % less.
    ///
    /// - Returns: how often a plain and a reweighted comparison find an effect, and the mean NPS that the plain one invents.
    public func run(runs: Int, seed: UInt64) throws -> (plain: Double, reweighted: Double, invented: Double) {
        var random = SeededRandom(seed: seed)
        var (plain, reweighted, invented) = (0, 0, 0.0)
        for _ in 0..<runs {
            let arms = [1, 0.75].map { draw(lateResponse: $0, &random) }
            let all = arms.map { arm in arm.reduce(into: Moments()) { $0.merge($1.answers) } }
            let naive = try Comparison(control: ArmMean(all[0]), treatment: ArmMean(all[1]))
            let weighted = try Comparison(control: Reweighting(arms[0]).mean, treatment: Reweighting(arms[1]).mean)
            plain += naive.pValue < 0.05 ? 1 : 0
            reweighted += weighted.pValue < 0.05 ? 1 : 0
            invented += 100 * naive.effect
        }
        let n = Double(runs)
        return (Double(plain) / n, Double(reweighted) / n, invented / n)
    }

    private func draw(lateResponse: Double, _ random: inout SeededRandom) -> [Reweighting.Stratum] {
        var left = units
        return Self.strata.enumerated().map { index, stratum in
            // Shares of what is left, so that the population is multinomial.
            let rest = Self.strata[index...].reduce(0) { $0 + $1.share }
            let population = index == Self.strata.count - 1 ? left : random.binomial(left, stratum.share / rest)
            left -= population
            let answers = random.binomial(population, stratum.response * (index == 0 ? 1 : lateResponse))
            let promoters = random.binomial(answers, stratum.promoters)
            let detractors = random.binomial(answers - promoters, stratum.detractors / (1 - stratum.promoters))
            let mean = Double(promoters - detractors) / Double(answers)
            let squares = Double(promoters + detractors) - Double(answers) * mean * mean
            return Reweighting.Stratum(
                population: population, answers: Moments(count: answers, mean: mean, squares: squares))
        }
    }

    /// How often intervals of a shop's NPS cover the truth at 95 %.
    public static func shopCoverage(
        answers: Int, promoters: Double, detractors: Double, runs: Int, seed: UInt64
    ) -> (adjusted: Double, wald: Double) {
        var random = SeededRandom(seed: seed)
        let truth = 100 * (promoters - detractors)
        var (adjusted, wald) = (0, 0)
        for _ in 0..<runs {
            var counts = [0, 0, 0]
            for _ in 0..<answers {
                let draw = random.uniform()
                counts[draw < promoters ? 0 : draw < 1 - detractors ? 1 : 2] += 1
            }
            let score = NetPromoterScore(promoters: counts[0], passives: counts[1], detractors: counts[2])
            adjusted += score.interval().contains(truth) ? 1 : 0
            wald += score.waldInterval().contains(truth) ? 1 : 0
        }
        return (Double(adjusted) / Double(runs), Double(wald) / Double(runs))
    }
}
