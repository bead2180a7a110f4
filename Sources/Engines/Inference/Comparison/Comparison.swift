import RealModule

/// A treatment compared with a control: Welch (1947), two-sided.
public struct Comparison: Sendable, Hashable {
    /// The baseline arm.
    public let control: ArmMean
    /// The arm that got the change.
    public let treatment: ArmMean
    /// 1 − α of the intervals, 0.95 say.
    public let level: Double
    /// Covariance of the two means: zero unless clusters cross the arms.
    public let covariance: Double
    /// Standard error of the difference.
    public let standardError: Double
    /// Satterthwaite's degrees of freedom.
    public let degreesOfFreedom: Double

    /// Compares two arms.
    ///
    /// - Throws: ``InferenceProblem/constantMetric`` when neither arm varies; ``InferenceProblem/outOfRange(_:)`` for a level
    ///   outside (0, 1).
    public init(control: ArmMean, treatment: ArmMean, level: Double = 0.95) throws(InferenceProblem) {
        guard level > 0, level < 1 else { throw .outOfRange("a level lies between 0 and 1") }
        let (c, t) = (control.squaredError, treatment.squaredError)
        guard c + t > 0 else { throw .constantMetric }
        let scale = c * c / control.degreesOfFreedom + t * t / treatment.degreesOfFreedom
        try self.init(
            control: control, treatment: treatment, level: level, covariance: 0,
            degreesOfFreedom: (c + t) * (c + t) / scale)
    }

    /// Compares two arms whose means share clusters.
    public init(
        control: ArmMean, treatment: ArmMean, level: Double, covariance: Double, degreesOfFreedom: Double
    ) throws(InferenceProblem) {
        guard level > 0, level < 1 else { throw .outOfRange("a level lies between 0 and 1") }
        let squaredError = control.squaredError + treatment.squaredError - 2 * covariance
        guard squaredError > 0 else { throw .constantMetric }
        self.control = control
        self.treatment = treatment
        self.level = level
        self.covariance = covariance
        self.degreesOfFreedom = degreesOfFreedom
        standardError = .sqrt(squaredError)
    }

    /// Treatment minus control.
    public var effect: Double { treatment.value - control.value }
    /// Effect in standard errors.
    public var statistic: Double { effect / standardError }
    /// Two-sided p-value.
    public var pValue: Double { StudentT(degreesOfFreedom).twoSided(statistic) }
    /// log of the p-value, where it is too small for a Double.
    public var logPValue: Double {
        Swift.min(0, StudentT(degreesOfFreedom).logUpperTail(abs(statistic)) + .log(2))
    }
    /// The t quantile that the intervals use.
    public var critical: Double { StudentT(degreesOfFreedom).upperQuantile((1 - level) / 2) }
    /// Interval of the difference.
    public var interval: Interval { interval(critical: critical) }
    /// Interval of the difference at a critical value of one's own, a sequential bound say.
    public func interval(critical: Double) -> Interval { Interval(centre: effect, margin: critical * standardError) }

    /// The relative lift. Its interval excludes 0 exactly when that of the difference does: one hypothesis, one p-value.
    public var lift: RelativeLift { lift(critical: critical) }
    /// The relative lift at a critical value of one's own.
    public func lift(critical: Double) -> RelativeLift {
        RelativeLift(
            control: control.value, treatment: treatment.value, controlError: control.squaredError,
            treatmentError: treatment.squaredError, covariance: covariance, critical: critical)
    }
}
