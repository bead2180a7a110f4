import RealModule

/// Bounds on the effect among those who would have answered in either arm, when the arms answer at different rates
/// (Lee 2009). They need no assumption on who stays silent but that the treatment moves everybody's answering one way.
public struct LeeBounds: Sendable, Hashable {
    /// Answers of one arm.
    public struct Arm: Sendable {
        /// Everybody asked.
        public let asked: Int
        /// What was answered, in any order.
        public let answers: [Double]

        /// An arm.
        public init(asked: Int, answers: [Double]) { (self.asked, self.answers) = (asked, answers) }

        var rate: Double { Double(answers.count) / Double(asked) }
    }

    /// The least and the greatest effect that the answers allow.
    public let bounds: Interval
    /// Standard errors of the two bounds.
    public let standardErrors: (lower: Double, upper: Double)
    /// Share of the answers trimmed from the arm that answers more.
    public let trimmed: Double

    public static func == (a: LeeBounds, b: LeeBounds) -> Bool {
        a.bounds == b.bounds && a.standardErrors == b.standardErrors && a.trimmed == b.trimmed
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(bounds)
        hasher.combine(trimmed)
    }

    /// Bounds the effect treatment − control.
    ///
    /// - Throws: ``InferenceProblem/tooFewUnits(have:need:)`` below ten answers in an arm.
    public init(control: Arm, treatment: Arm) throws(InferenceProblem) {
        for arm in [control, treatment] where arm.answers.count < 10 {
            throw .tooFewUnits(have: arm.answers.count, need: 10)
        }
        let isTreatmentTrimmed = treatment.rate >= control.rate
        let (more, less) = isTreatmentTrimmed ? (treatment, control) : (control, treatment)
        trimmed = 1 - less.rate / more.rate
        let sorted = more.answers.sorted()
        let low = Self.trimmed(sorted, share: trimmed, arm: more, other: less)
        let high = Self.trimmed(sorted.reversed(), share: trimmed, arm: more, other: less)
        let base = Moments(less.answers)
        let baseError = base.variance / Double(base.count)
        if isTreatmentTrimmed {
            bounds = Interval(low.mean - base.mean, high.mean - base.mean)
            standardErrors = (.sqrt(low.squaredError + baseError), .sqrt(high.squaredError + baseError))
        } else {
            bounds = Interval(base.mean - high.mean, base.mean - low.mean)
            standardErrors = (.sqrt(high.squaredError + baseError), .sqrt(low.squaredError + baseError))
        }
    }

    /// An interval that covers the effect itself at `level` (Imbens & Manski 2004).
    public func interval(level: Double = 0.95) -> Interval {
        let width = bounds.width / Swift.max(standardErrors.lower, standardErrors.upper)
        var (low, high) = (Normal.quantile(level), Normal.upperQuantile((1 - level) / 2))
        for _ in 0..<60 {
            let c = (low + high) / 2
            if Normal.cumulative(c + width) - Normal.cumulative(-c) < level { low = c } else { high = c }
        }
        return Interval(bounds.lower - high * standardErrors.lower, bounds.upper + high * standardErrors.upper)
    }

    /// The mean after the *last* `share` of the values is cut off, ties in part, with Lee's variance.
    private static func trimmed(
        _ values: [Double], share: Double, arm: Arm, other: Arm
    ) -> (mean: Double, squaredError: Double) {
        let kept = Double(values.count) * (1 - share)
        let whole = Swift.min(values.count, Int(kept))
        var moments = Moments(values[..<whole])
        let edge = values[Swift.min(values.count - 1, whole)]
        let rest = kept - Double(whole)
        var mean = moments.mean
        if rest > 0, whole < values.count {
            mean = (moments.sum + rest * edge) / kept
            moments.add(edge)
        }
        let distance = (edge - mean) * (edge - mean)
        var squaredError = moments.variance / kept + distance * share / kept
        // The share trimmed is estimated from both arms' rates.
        let rateError =
            (1 - share) * (1 - share)
            * ((1 - other.rate) / Double(other.answers.count) + (1 - arm.rate) / Double(arm.answers.count))
        squaredError += distance * rateError / ((1 - share) * (1 - share))
        return (mean, squaredError)
    }
}
