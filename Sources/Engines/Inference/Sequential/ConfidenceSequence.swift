import RealModule

/// An interval that may be watched for ever: with probability 1 − α it covers the truth at *every* look.
///
/// The asymptotic normal-mixture confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas (2021). It has no
/// planned end, which suits guardrails; for a planned decision ``GroupSequential`` has much more power.
public struct ConfidenceSequence: Sendable, Hashable {
    /// 1 − coverage.
    public let alpha: Double
    /// The mixture's scale squared, ρ².
    public let scale: Double

    /// A sequence that is tightest when `units` persons (of both arms) have been seen.
    ///
    /// - Throws: ``InferenceProblem/outOfRange(_:)`` unless 0 < α < 1 and there are units.
    public init(alpha: Double = 0.05, tunedAt units: Double) throws(InferenceProblem) {
        guard alpha > 0, alpha < 1, units >= 1 else {
            throw .outOfRange("an error rate lies between 0 and 1, and a tuning size is at least 1")
        }
        self.alpha = alpha
        let logarithm = -2 * Double.log(alpha)
        scale = (logarithm + .log(logarithm + 1)) / units
    }

    /// The multiple of the standard error that bounds the difference after `units` persons of both arms.
    public func critical(units: Double) -> Double {
        let product = units * scale
        return .sqrt(2 * (product + 1) / product * (0.5 * .log(onePlus: product) - .log(alpha)))
    }

    /// The p-value that stays valid at every look: the α at which the interval would just touch zero.
    public func pValue(_ comparison: Comparison) -> Double {
        let product = Double(comparison.control.count + comparison.treatment.count) * scale
        let z = comparison.statistic
        return Swift.min(1, .exp(0.5 * .log(onePlus: product) - z * z * product / (2 * (product + 1))))
    }

    /// The interval of the absolute difference.
    public func interval(_ comparison: Comparison) -> Interval {
        comparison.interval(
            critical: critical(units: Double(comparison.control.count + comparison.treatment.count)))
    }
}
