import Inference
import RealModule

/// How often the interval of a relative lift covers the truth.
public struct LiftTrial: Sendable {
    /// Persons of one arm.
    public let units: Int
    /// The true lift.
    public let lift: Double

    /// A trial.
    public init(units: Int, lift: Double) { (self.units, self.lift) = (units, lift) }

    /// Coverage of Fieller's set and of the delta method that most engines print, at 95 %.
    public func run(_ outcome: Outcome, runs: Int, seed: UInt64) throws -> (fieller: Double, delta: Double) {
        var random = SeededRandom(seed: seed)
        var (fieller, delta, valid) = (0, 0, 0)
        for _ in 0..<runs {
            var (control, treatment) = (Moments(), Moments())
            for _ in 0..<units {
                control.add(outcome.draw(lift: 0, &random))
                treatment.add(outcome.draw(lift: lift, &random))
            }
            guard let comparison = try? Comparison(control: ArmMean(control), treatment: ArmMean(treatment)) else {
                continue
            }
            valid += 1
            let truth = lift
            switch comparison.lift.bounds {
            case .between(let interval): fieller += interval.contains(truth) ? 1 : 0
            case .outside(let gap): fieller += truth <= gap.lower || truth >= gap.upper ? 1 : 0
            case .everything: fieller += 1
            }
            delta += Self.deltaInterval(comparison).contains(truth) ? 1 : 0
        }
        return (Double(fieller) / Double(valid), Double(delta) / Double(valid))
    }

    /// The symmetric interval of gbstats, for comparison.
    private static func deltaInterval(_ comparison: Comparison) -> Interval {
        let (c, t) = (comparison.control, comparison.treatment)
        let ratio = t.value / c.value
        let error = (t.squaredError + ratio * ratio * c.squaredError) / (c.value * c.value)
        return Interval(centre: ratio - 1, margin: comparison.critical * .sqrt(error))
    }
}
