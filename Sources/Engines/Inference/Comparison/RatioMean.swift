import RealModule

/// Ratio metrics, Σ numerator / Σ denominator, when persons are randomised but the denominator is not persons
/// (revenue per session): the delta method of Deng, Knoblich & Lu (2018).
public enum RatioMean {
    /// The ratio of one arm; y is the numerator and x the denominator of each person.
    ///
    /// - Throws: ``InferenceProblem/zeroDenominator``, ``InferenceProblem/tooFewUnits(have:need:)``.
    public static func arm(_ moments: PairMoments) throws(InferenceProblem) -> ArmMean {
        guard moments.count > 1 else { throw .tooFewUnits(have: moments.count, need: 2) }
        guard moments.xMean != 0 else { throw .zeroDenominator }
        let n = Double(moments.count)
        let ratio = moments.yMean / moments.xMean
        let squares = moments.ySquares - ratio * (2 * moments.products - ratio * moments.xSquares)
        return ArmMean(
            value: ratio, squaredError: max(0, squares) / (n - 1) / (moments.xMean * moments.xMean * n),
            degreesOfFreedom: n - 1, count: moments.count)
    }

    /// Both arms adjusted by a covariate, which is a ratio itself when `variables` is 4.
    ///
    /// Variables in order: numerator, denominator, covariate (numerator), covariate's denominator.
    public static func adjusted(
        control: JointMoments, treatment: JointMoments
    ) throws(InferenceProblem) -> (control: ArmMean, treatment: ArmMean) {
        let both = Linearised(control.merged(with: treatment))
        let slope = both.covariateVariance > 0 ? both.covariance / both.covariateVariance : 0
        return (
            try adjusted(control, slope: slope, centre: both.covariate),
            try adjusted(treatment, slope: slope, centre: both.covariate)
        )
    }

    private static func adjusted(
        _ moments: JointMoments, slope: Double, centre: Double
    ) throws(InferenceProblem) -> ArmMean {
        guard moments.count > 2 else { throw .tooFewUnits(have: moments.count, need: 3) }
        guard moments.mean(1) != 0 else { throw .zeroDenominator }
        let arm = Linearised(moments)
        let n = Double(moments.count)
        let variance = arm.variance - slope * (2 * arm.covariance - slope * arm.covariateVariance)
        return ArmMean(
            value: arm.ratio - slope * (arm.covariate - centre), squaredError: max(0, variance) / n,
            degreesOfFreedom: n - 1, count: moments.count)
    }

    /// Variances of ratios to first order.
    private struct Linearised {
        let ratio: Double
        let covariate: Double
        let variance: Double
        let covariance: Double
        let covariateVariance: Double

        init(_ m: JointMoments) {
            let hasRatioCovariate = m.variables == 4
            ratio = m.mean(0) / m.mean(1)
            let lower = hasRatioCovariate ? m.mean(3) : 1
            covariate = m.mean(2) / lower
            // Gradients of the two ratios in the variables.
            let own = [1 / m.mean(1), -ratio / m.mean(1), 0, 0]
            let other = [0, 0, 1 / lower, hasRatioCovariate ? -covariate / lower : 0]
            func form(_ a: [Double], _ b: [Double]) -> Double {
                var sum = 0.0
                for i in 0..<m.variables { for j in 0..<m.variables { sum += a[i] * b[j] * m.covariance(i, j) } }
                return sum
            }
            variance = form(own, own)
            covariance = form(own, other)
            covariateVariance = form(other, other)
        }
    }
}
