import RealModule

/// By how much a judged policy would have earned more than the policy that made the log, per choice.
///
/// The doubly robust estimate of the judged policy (Dudík, Langford & Li 2011) less the reward that was logged, choice by
/// choice: what both policies share cancels, so the gain is known better than either value. Choices of one cluster (a
/// person's slates) hang together, and the error is that between clusters (Liang & Zeger 1986).
public struct PolicyGain: Sendable, Hashable {
    /// Mean gain per choice.
    public let value: Double
    /// Its standard error between clusters.
    public let standardError: Double
    /// Clusters behind it.
    public let clusters: Int
    /// Mean reward of the choices that were logged.
    public let logged: Double

    /// Interval at `level`.
    public func interval(level: Double = 0.95) -> Interval {
        let degrees = Swift.max(1, Double(clusters - 1))
        return Interval(centre: value, margin: StudentT(degrees).upperQuantile((1 - level) / 2) * standardError)
    }

    /// Estimates the gain.
    ///
    /// - Parameter clusters: the cluster of each choice, in the order of the choices.
    /// - Throws: ``InferenceProblem/outOfRange(_:)`` for a propensity outside (0, 1] or when the two lists differ in length;
    ///   ``InferenceProblem/tooFewUnits(have:need:)`` with fewer than two clusters.
    public init(_ choices: [LoggedChoice], clusters: [Int]) throws(InferenceProblem) {
        guard choices.count == clusters.count else { throw .outOfRange("every choice has one cluster") }
        guard choices.allSatisfy({ $0.propensity > 0 && $0.propensity <= 1 && $0.target >= 0 }) else {
            throw .outOfRange("propensities lie above 0 and up to 1")
        }
        var sums: [Int: (gain: Double, count: Double)] = [:]
        var (gain, reward) = (0.0, 0.0)
        for (choice, cluster) in zip(choices, clusters) {
            let weight = choice.target / choice.propensity
            let difference = choice.predictedTarget + weight * (choice.reward - choice.predicted) - choice.reward
            sums[cluster, default: (0, 0)].gain += difference
            sums[cluster, default: (0, 0)].count += 1
            gain += difference
            reward += choice.reward
        }
        guard sums.count > 1 else { throw .tooFewUnits(have: sums.count, need: 2) }
        let n = Double(choices.count), groups = Double(sums.count)
        let mean = gain / n
        var squares = 0.0
        for (_, sum) in sums.sorted(by: { $0.key < $1.key }) {
            let rest = sum.gain - mean * sum.count
            squares += rest * rest
        }
        value = mean
        standardError = .sqrt(squares * groups / (groups - 1)) / n
        self.clusters = sums.count
        logged = reward / n
    }
}
