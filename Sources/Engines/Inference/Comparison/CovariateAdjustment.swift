import RealModule

/// CUPED (Deng, Xu, Kohavi & Walker 2013): outcomes minus θ times a covariate measured before the experiment.
///
/// θ is the slope over both arms together, as tea-tasting and gbstats have it, so it needs only stored moments.
public struct CovariateAdjustment: Sendable, Hashable {
    /// The common slope θ.
    public let slope: Double
    /// The adjusted mean of the control arm.
    public let control: ArmMean
    /// The adjusted mean of the treatment arm.
    public let treatment: ArmMean
    /// Share of the variance that the covariate explains, which is the share of persons saved.
    public let explained: Double

    /// Adjusts two arms.
    ///
    /// - Throws: ``InferenceProblem/tooFewUnits(have:need:)`` when an arm has fewer than three units.
    public init(control: PairMoments, treatment: PairMoments) throws(InferenceProblem) {
        let both = control.merged(with: treatment)
        slope = both.xSquares > 0 ? both.products / both.xSquares : 0
        let total = both.xSquares * both.ySquares
        explained = total > 0 ? both.products * both.products / total : 0
        self.control = try Self.adjusted(control, slope: slope, centre: both.xMean)
        self.treatment = try Self.adjusted(treatment, slope: slope, centre: both.xMean)
    }

    private static func adjusted(_ arm: PairMoments, slope: Double, centre: Double) throws(InferenceProblem) -> ArmMean
    {
        guard arm.count > 2 else { throw .tooFewUnits(have: arm.count, need: 3) }
        let n = Double(arm.count)
        let squares = arm.ySquares - slope * (2 * arm.products - slope * arm.xSquares)
        return ArmMean(
            value: arm.yMean - slope * (arm.xMean - centre), squaredError: max(0, squares) / (n - 1) / n,
            degreesOfFreedom: n - 1, count: arm.count)
    }
}

/// Lin's (2013) adjustment: a slope for each arm, so that the covariate never costs precision.
public struct InteractedAdjustment: Sendable, Hashable {
    /// The heteroscedasticity-consistent errors of MacKinnon & White (1985).
    public enum Robust: Sendable, Hashable, CaseIterable {
        /// Squared residuals as they are.
        case hc0
        /// Times N / (N − 4).
        case hc1
        /// Each over 1 − leverage; unbiased under equal variances.
        case hc2
        /// Each over (1 − leverage)².
        case hc3
    }

    /// The adjusted mean of the control arm, at the covariate's mean over both.
    public let control: ArmMean
    /// The adjusted mean of the treatment arm, at the same point.
    public let treatment: ArmMean

    /// Adjusts two arms from their units.
    ///
    /// - Throws: ``InferenceProblem/tooFewUnits(have:need:)`` when an arm has fewer than four units;
    ///   ``InferenceProblem/unequalLengths(_:_:)``.
    public init(
        control: (x: [Double], y: [Double]), treatment: (x: [Double], y: [Double]), robust: Robust = .hc2
    ) throws(InferenceProblem) {
        let covariate = Moments(control.x + treatment.x)
        let total = control.x.count + treatment.x.count
        self.control = try Self.intercept(control, at: covariate.mean, total: total, robust)
        self.treatment = try Self.intercept(treatment, at: covariate.mean, total: total, robust)
    }

    /// The height of one arm's own regression line at `centre`.
    private static func intercept(
        _ arm: (x: [Double], y: [Double]), at centre: Double, total: Int, _ robust: Robust
    ) throws(InferenceProblem) -> ArmMean {
        guard arm.x.count == arm.y.count else { throw .unequalLengths(arm.x.count, arm.y.count) }
        guard arm.x.count > 3 else { throw .tooFewUnits(have: arm.x.count, need: 4) }
        var pair = PairMoments()
        for (x, y) in zip(arm.x, arm.y) { pair.add(x: x, y: y) }
        let n = Double(pair.count)
        let slope = pair.xSquares > 0 ? pair.products / pair.xSquares : 0
        let distance = centre - pair.xMean
        var squaredError = 0.0
        for (x, y) in zip(arm.x, arm.y) {
            let dx = x - pair.xMean
            let residual = y - pair.yMean - slope * dx
            let share = pair.xSquares > 0 ? dx / pair.xSquares : 0
            let leverage = 1 / n + dx * share
            let weight = 1 / n + distance * share
            squaredError += weight * weight * residual * residual * inflation(robust, leverage, Double(total))
        }
        return ArmMean(
            value: pair.yMean + slope * distance, squaredError: squaredError, degreesOfFreedom: n - 2,
            count: pair.count)
    }

    private static func inflation(_ robust: Robust, _ leverage: Double, _ total: Double) -> Double {
        switch robust {
        case .hc0: 1
        case .hc1: total / (total - 4)
        case .hc2: 1 / (1 - leverage)
        case .hc3: 1 / ((1 - leverage) * (1 - leverage))
        }
    }
}
