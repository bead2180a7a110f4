import RealModule

/// Whether the arms hold the shares of persons that they were meant to.
public enum SampleRatio {
    /// Pearson's test at one look. Looking daily at p < 0.001 raises ten times as many false alarms as it says; use
    /// ``Sequential`` for that.
    ///
    /// - Throws: ``InferenceProblem/unequalLengths(_:_:)``, ``InferenceProblem/outOfRange(_:)`` for weights that are not
    ///   positive somewhere.
    public static func pValue(counts: [Int], weights: [Double]) throws(InferenceProblem) -> Double {
        let shares = try shares(counts: counts, weights: weights)
        let total = Double(counts.reduce(0, +))
        var statistic = 0.0
        for (count, share) in zip(counts, shares) where share > 0 {
            let expected = total * share
            statistic += (Double(count) - expected) * (Double(count) - expected) / expected
        }
        let degrees = shares.lazy.filter { $0 > 0 }.count - 1
        return degrees > 0 ? ChiSquared(Double(degrees)).upperTail(statistic) : 1
    }

    /// A check that may be made after every person (Lindon & Malek 2022), without ever exceeding its error rate.
    ///
    /// It averages Dirichlet mixtures of several concentrations: the mean of e-processes is one, and it finds coarse
    /// mistakes after a few persons and a half-percent drift after many, where one concentration finds only one of them.
    public struct Sequential: Sendable, Hashable {
        /// log of the evidence against the planned shares; 6.9 (= log 1000) is overwhelming.
        public let logEvidence: Double

        /// The evidence of the counts so far.
        public init(
            counts: [Int], weights: [Double], concentrations: [Double] = [1e2, 1e3, 1e4, 1e5, 1e6]
        ) throws(InferenceProblem) {
            let shares = try SampleRatio.shares(counts: counts, weights: weights)
            let logs = concentrations.map { Self.logBayesFactor(counts, shares, concentration: $0) }
            let highest = logs.max() ?? 0
            let sum = logs.reduce(0) { $0 + .exp($1 - highest) }
            logEvidence = highest + .log(sum / Double(logs.count))
        }

        /// A p-value that stays valid at every look. Keep the smallest one seen.
        public var pValue: Double { Swift.min(1, .exp(-logEvidence)) }

        private static func logBayesFactor(_ counts: [Int], _ shares: [Double], concentration: Double) -> Double {
            let total = Double(counts.reduce(0, +))
            var sum = logRising(concentration, total) * -1
            for (count, share) in zip(counts, shares) where share > 0 {
                let n = Double(count)
                sum += logRising(concentration * share, n) - n * .log(share)
            }
            return sum
        }

        /// log Γ(a + n) − log Γ(a), without cancellation for large a.
        private static func logRising(_ a: Double, _ n: Double) -> Double {
            let rest = GammaFunction.stirlingRest(a + n) - GammaFunction.stirlingRest(a)
            return rest + (a + n - 0.5) * .log(onePlus: n / a) + n * .log(a) - n
        }
    }

    private static func shares(counts: [Int], weights: [Double]) throws(InferenceProblem) -> [Double] {
        guard counts.count == weights.count else { throw .unequalLengths(counts.count, weights.count) }
        let total = weights.reduce(0, +)
        guard total > 0, weights.allSatisfy({ $0 >= 0 }) else { throw .outOfRange("weights are positive") }
        return weights.map { $0 / total }
    }
}
