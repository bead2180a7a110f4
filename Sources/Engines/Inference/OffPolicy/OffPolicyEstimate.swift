import RealModule

/// What a policy would have earned, from the log of another one.
public struct OffPolicyEstimate: Sendable, Hashable {
    /// Mean reward of the judged policy.
    public let value: Double
    /// Its standard error.
    public let standardError: Double
    /// Choices behind it.
    public let count: Int
    /// (Σw)²/Σw²: how many choices of the policy's own these logged ones are worth (Kish 1965).
    public let effectiveSize: Double
    /// The largest importance weight.
    public let largestWeight: Double

    /// Whether the interval can be trusted: below a hundred effective choices, or with one weight making a twentieth of the
    /// sum, the error itself is not known.
    public var isReliable: Bool { effectiveSize >= 100 && largestWeight * 20 <= weightSum }
    private let weightSum: Double

    /// Interval at `level`.
    public func interval(level: Double = 0.95) -> Interval {
        let degrees = Swift.max(1, effectiveSize - 1)
        return Interval(centre: value, margin: StudentT(degrees).upperQuantile((1 - level) / 2) * standardError)
    }

    /// Self-normalised inverse propensity (Swaminathan & Joachims 2015): Σwr/Σw, indifferent to a constant added to rewards.
    ///
    /// - Throws: ``InferenceProblem/outOfRange(_:)`` for a propensity outside (0, 1]; ``InferenceProblem/tooFewUnits(have:need:)``
    ///   when no logged choice is one the policy would make.
    public static func selfNormalised(_ choices: [LoggedChoice]) throws(InferenceProblem) -> OffPolicyEstimate {
        let weights = try Weights(choices)
        let value = zip(choices, weights.all).reduce(0) { $0 + $1.1 * $1.0.reward } / weights.sum
        var squares = 0.0
        for (choice, weight) in zip(choices, weights.all) {
            let part = weight * (choice.reward - value)
            squares += part * part
        }
        let n = Double(choices.count)
        return weights.estimate(value, squaredError: squares / (weights.sum * weights.sum) * n / (n - 1))
    }

    /// Doubly robust (Dudík, Langford & Li 2011): right when either the model or the propensities are.
    ///
    /// - Throws: as ``selfNormalised(_:)``.
    public static func doublyRobust(_ choices: [LoggedChoice]) throws(InferenceProblem) -> OffPolicyEstimate {
        let weights = try Weights(choices)
        var moments = Moments()
        for (choice, weight) in zip(choices, weights.all) {
            moments.add(choice.predictedTarget + weight * (choice.reward - choice.predicted))
        }
        return weights.estimate(moments.mean, squaredError: moments.variance / Double(moments.count))
    }

    private struct Weights {
        let all: [Double]
        let sum: Double
        let squares: Double

        init(_ choices: [LoggedChoice]) throws(InferenceProblem) {
            guard choices.count > 1 else { throw .tooFewUnits(have: choices.count, need: 2) }
            guard choices.allSatisfy({ $0.propensity > 0 && $0.propensity <= 1 && $0.target >= 0 }) else {
                throw .outOfRange("propensities lie above 0 and up to 1")
            }
            all = choices.map { $0.target / $0.propensity }
            sum = all.reduce(0, +)
            squares = all.reduce(0) { $0 + $1 * $1 }
            guard sum > 0 else { throw .tooFewUnits(have: 0, need: 2) }
        }

        func estimate(_ value: Double, squaredError: Double) -> OffPolicyEstimate {
            OffPolicyEstimate(
                value: value, standardError: .sqrt(squaredError), count: all.count,
                effectiveSize: sum * sum / squares, largestWeight: all.max() ?? 0, weightSum: sum)
        }
    }
}
