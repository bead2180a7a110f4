import RealModule

/// treatment / control − 1 with the confidence set of E. C. Fieller (1954).
///
/// The set holds every lift λ for which treatment − (1 + λ)·control is not significantly different from zero. Where the
/// control mean itself may be zero, that set has no bound, and it is said so instead of inventing one.
public struct RelativeLift: Sendable, Hashable {
    /// What the data allow.
    public enum Bounds: Sendable, Hashable {
        /// Everything between two ends.
        case between(Interval)
        /// Everything but what lies strictly between two ends: unbounded.
        case outside(Interval)
        /// Every lift: unbounded.
        case everything
    }

    /// The ratio of the means minus one; NaN when the control mean is zero.
    public let estimate: Double
    /// The confidence set.
    public let bounds: Bounds

    /// The bounded interval, or nil where there is none.
    public var interval: Interval? {
        if case .between(let interval) = bounds { interval } else { nil }
    }

    /// The lift of two independent means at a critical value.
    public init(control: ArmMean, treatment: ArmMean, critical: Double) {
        self.init(
            control: control.value, treatment: treatment.value, controlError: control.squaredError,
            treatmentError: treatment.squaredError, covariance: 0, critical: critical)
    }

    /// The lift of two means with a covariance.
    public init(
        control: Double, treatment: Double, controlError: Double, treatmentError: Double, covariance: Double,
        critical: Double
    ) {
        let square = critical * critical
        estimate = control == 0 ? .nan : (treatment - control) / control
        // In λ directly, not in the ratio minus one: small lifts keep their digits.
        // (d − λc)² ≤ q²·(V(d) − 2λ·Cov(d, c) + λ²·V(c)) with d = treatment − control
        let difference = treatment - control
        let differenceError = controlError + treatmentError - 2 * covariance
        let mixed = covariance - controlError
        let a = control * control - square * controlError
        let b = difference * control - square * mixed
        let c = difference * difference - square * differenceError
        let discriminant = b * b - a * c
        guard discriminant > 0 else {
            bounds = .everything
            return
        }
        let root = Double.sqrt(discriminant)
        // The larger of the two by addition, the other from the product of the roots: no cancellation.
        let q = b + (b < 0 ? -root : root)
        let (first, second) = (q / a, q == 0 ? 0 : c / q)
        if a > 0 {
            bounds = .between(Interval(Swift.min(first, second), Swift.max(first, second)))
        } else if a < 0 {
            bounds = .outside(Interval(Swift.min(first, second), Swift.max(first, second)))
        } else {
            bounds = .everything
        }
    }
}
