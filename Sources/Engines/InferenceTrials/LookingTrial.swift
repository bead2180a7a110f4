import Inference
import RealModule

/// Looking thirty times at an experiment: how often a method finds what is not there, or what is, and how soon.
public struct LookingTrial: Sendable {
    /// How the looks decide.
    public enum Method: Sendable {
        /// Once at the end.
        case fixed
        /// A fixed test at each look: what not to do.
        case peeking
        /// Alpha spending.
        case groupSequential(SpendingFunction)
        /// A confidence sequence tuned to the planned end.
        case confidenceSequence
    }

    /// What came of the runs.
    public struct Result: Sendable {
        /// Share of runs that found an effect.
        public let found: Double
        /// Mean share of the planned persons that were used.
        public let used: Double
        /// Runs.
        public let runs: Int
        /// One Monte Carlo standard error of `found`.
        public var error: Double { .sqrt(found * (1 - found) / Double(runs)) }
    }

    /// Persons of one arm at the planned end.
    public let units: Int
    /// Looks.
    public let looks: Int

    /// A trial.
    public init(units: Int = 21_000, looks: Int = 30) { (self.units, self.looks) = (units, looks) }

    /// The lift that one look at the end finds with this power, to first order in the arms' variances.
    public func lift(_ outcome: Outcome, power: Double) -> Double {
        let scale = (1.959963984540054 + Normal.quantile(power)) * outcome.variation / .sqrt(Double(units))
        var lift = 0.0
        // More buyers vary more: the treated arm's variance grows with the lift itself.
        for _ in 0..<20 { lift = scale * .sqrt(outcome == .normal ? 2 : 2 + lift) }
        return lift
    }

    /// Runs all methods on the same draws.
    public func run(_ outcome: Outcome, lift: Double, methods: [Method], runs: Int, seed: UInt64) throws -> [Result] {
        let fractions = (1...looks).map { Double($0) / Double(looks) }
        let bounds = try methods.map { try Self.bounds($0, fractions: fractions, units: units) }
        var (found, used) = ([Int](repeating: 0, count: methods.count), [Double](repeating: 0, count: methods.count))
        var random = SeededRandom(seed: seed)
        for _ in 0..<runs {
            let statistics = try walk(outcome, lift: lift, &random)
            for (index, bound) in bounds.enumerated() {
                let stop = statistics.indices.first { abs(statistics[$0]) >= bound[$0] }
                found[index] += stop == nil ? 0 : 1
                used[index] += fractions[stop ?? looks - 1]
            }
        }
        return methods.indices.map {
            Result(found: Double(found[$0]) / Double(runs), used: used[$0] / Double(runs), runs: runs)
        }
    }

    /// Statistics at each look, as normal scores of Welch's t.
    private func walk(_ outcome: Outcome, lift: Double, _ random: inout SeededRandom) throws -> [Double] {
        var (control, treatment) = (Moments(), Moments())
        var statistics: [Double] = []
        for look in 1...looks {
            let target = units * look / looks
            while treatment.count < target {
                control.add(outcome.draw(lift: 0, &random))
                treatment.add(outcome.draw(lift: lift, &random))
            }
            let comparison = try? Comparison(control: ArmMean(control), treatment: ArmMean(treatment))
            statistics.append(comparison?.statistic ?? 0)
        }
        return statistics
    }

    private static func bounds(_ method: Method, fractions: [Double], units: Int) throws -> [Double] {
        let critical = Normal.upperQuantile(0.025)
        switch method {
        case .fixed: return fractions.map { $0 < 1 ? .infinity : critical }
        case .peeking: return fractions.map { _ in critical }
        case .groupSequential(let spending): return try GroupSequential(spending: spending).bounds(at: fractions)
        case .confidenceSequence:
            let sequence = try ConfidenceSequence(tunedAt: Double(2 * units))
            return fractions.map { sequence.critical(units: $0 * Double(2 * units)) }
        }
    }
}
