import RealModule

/// Empirical Bayes with whatever prior the effects show: the nonparametric maximum likelihood of Kiefer & Wolfowitz (1956) on a grid,
/// by expectation–maximisation (Koenker & Mizera 2014).
///
/// Most decisions do next to nothing and a few do much. A normal prior shrinks the few too far and the many not enough; this
/// one doesn't, and sums of its means stay right after the best-looking decisions were picked (Efron 2011).
public struct MixturePrior: Sendable, Hashable {
    /// Effect sizes with mass.
    public let points: [Double]
    /// Their masses, which sum to 1.
    public let masses: [Double]

    /// The prior that effects with standard errors show.
    ///
    /// - Throws: ``InferenceProblem/tooFewUnits(have:need:)`` below ten effects; ``InferenceProblem/unequalLengths(_:_:)``.
    public init(effects: [Double], errors: [Double], points count: Int = 80, rounds: Int = 300) throws(InferenceProblem)
    {
        guard effects.count == errors.count else { throw .unequalLengths(effects.count, errors.count) }
        guard effects.count >= 10, let low = effects.min(), let high = effects.max() else {
            throw .tooFewUnits(have: effects.count, need: 10)
        }
        let points = (0..<count).map { low + (high - low) * Double($0) / Double(count - 1) }
        // Likelihoods relative to each effect's best point: no underflow.
        let likelihoods = zip(effects, errors).map { Self.likelihoods(points, effect: $0, error: $1) }
        var masses = [Double](repeating: 1 / Double(count), count: count)
        for _ in 0..<rounds {
            var next = [Double](repeating: 0, count: count)
            for row in likelihoods {
                var total = 0.0
                for index in 0..<count { total += row[index] * masses[index] }
                for index in 0..<count { next[index] += row[index] * masses[index] / total }
            }
            masses = next.map { $0 / Double(effects.count) }
        }
        (self.points, self.masses) = (points, masses)
    }

    /// Mean and standard deviation of one effect given its estimate.
    public func callAsFunction(_ effect: Double, error: Double) -> NormalShrinkage.Posterior {
        let likelihoods = Self.likelihoods(points, effect: effect, error: error)
        var (total, sum, squares) = (0.0, 0.0, 0.0)
        for index in points.indices {
            let mass = likelihoods[index] * masses[index]
            total += mass
            sum += mass * points[index]
            squares += mass * points[index] * points[index]
        }
        guard total > 0 else { return NormalShrinkage.Posterior(mean: effect, deviation: error) }
        let mean = sum / total
        return NormalShrinkage.Posterior(mean: mean, deviation: .sqrt(Swift.max(0, squares / total - mean * mean)))
    }

    private static func likelihoods(_ points: [Double], effect: Double, error: Double) -> [Double] {
        let scale = Swift.max(error, .leastNormalMagnitude)
        let distances = points.map { ($0 - effect) / scale }.map { $0 * $0 / 2 }
        let least = distances.min() ?? 0
        return distances.map { .exp(least - $0) }
    }
}
