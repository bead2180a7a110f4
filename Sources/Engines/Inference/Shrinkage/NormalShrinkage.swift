import RealModule

/// Empirical Bayes with a normal prior: many noisy effects, each pulled towards their common mean by how noisy it is.
public struct NormalShrinkage: Sendable, Hashable {
    /// A shrunk effect.
    public struct Posterior: Sendable, Hashable {
        /// Posterior mean.
        public let mean: Double
        /// Posterior standard deviation.
        public let deviation: Double
        /// What the effect exceeds with probability `level`.
        public func lowerBound(_ level: Double) -> Double { mean - Normal.quantile(level) * deviation }
    }

    /// Mean of the true effects.
    public let mean: Double
    /// Variance of the true effects, τ².
    public let variance: Double

    /// A prior known from elsewhere.
    public init(mean: Double, variance: Double) { (self.mean, self.variance) = (mean, Swift.max(0, variance)) }

    /// The prior that the effects themselves show: τ² by Paule & Mandel (1982), which makes the weighted squares equal
    /// their expectation.
    ///
    /// - Throws: ``InferenceProblem/tooFewUnits(have:need:)`` below three effects; ``InferenceProblem/unequalLengths(_:_:)``.
    public init(effects: [Double], errors: [Double]) throws(InferenceProblem) {
        guard effects.count == errors.count else { throw .unequalLengths(effects.count, errors.count) }
        guard effects.count > 2 else { throw .tooFewUnits(have: effects.count, need: 3) }
        func moments(_ variance: Double) -> (mean: Double, excess: Double) {
            var (total, sum) = (0.0, 0.0)
            for (effect, error) in zip(effects, errors) {
                total += 1 / (error * error + variance)
                sum += effect / (error * error + variance)
            }
            let mean = sum / total
            let q = zip(effects, errors).reduce(0.0) { $0 + ($1.0 - mean) * ($1.0 - mean) / ($1.1 * $1.1 + variance) }
            return (mean, q - Double(effects.count - 1))
        }
        var (low, high) = (0.0, Moments(effects).variance)
        if moments(0).excess <= 0 { high = 0 }
        while moments(high).excess > 0, high > 0 { high *= 2 }
        for _ in 0..<100 where high > low {
            let middle = (low + high) / 2
            if moments(middle).excess > 0 { low = middle } else { high = middle }
        }
        self.init(mean: moments(high).mean, variance: high)
    }

    /// One effect shrunk.
    public func callAsFunction(_ effect: Double, error: Double) -> Posterior {
        let square = error * error
        guard variance + square > 0 else { return Posterior(mean: effect, deviation: 0) }
        let weight = variance / (variance + square)
        return Posterior(mean: mean + weight * (effect - mean), deviation: .sqrt(weight * square))
    }
}
