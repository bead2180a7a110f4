import RealModule

/// Units that share a fate (a shop's buyers, a live room's viewers): CR2 errors with the degrees of freedom of Bell &
/// McCaffrey (2002), in closed form for a difference of means. Clusters may lie in one arm or cross both.
public struct Clusters: Sendable, Hashable {
    /// What one cluster has in one arm.
    private struct Part: Sendable, Hashable {
        var count = 0.0
        var sum = 0.0
    }

    private var parts: [[Part]] = []

    /// No clusters.
    public init() {}

    /// Clusters from units: which cluster (0, 1, 2 …), whether treated, and the outcome.
    public init(_ units: some Sequence<(cluster: Int, isTreated: Bool, outcome: Double)>) {
        for unit in units { add(unit.outcome, cluster: unit.cluster, isTreated: unit.isTreated) }
    }

    /// Adds one unit's outcome.
    public mutating func add(_ outcome: Double, cluster: Int, isTreated: Bool) {
        while parts.count <= cluster { parts.append([Part(), Part()]) }
        parts[cluster][isTreated ? 1 : 0].count += 1
        parts[cluster][isTreated ? 1 : 0].sum += outcome
    }

    /// How many clusters.
    public var count: Int { parts.lazy.filter { $0[0].count + $0[1].count > 0 }.count }

    /// Compares the arms.
    ///
    /// - Throws: ``InferenceProblem/tooFewUnits(have:need:)`` with fewer than two clusters in an arm.
    public func compared(level: Double = 0.95) throws(InferenceProblem) -> Comparison {
        let arms = try [arm(0), arm(1)]
        let (scores, spread) = (scores(arms), spread(arms))
        return try Comparison(
            control: ArmMean(
                value: arms[0].mean, squaredError: scores.own[0], degreesOfFreedom: spread, count: Int(arms[0].count)),
            treatment: ArmMean(
                value: arms[1].mean, squaredError: scores.own[1], degreesOfFreedom: spread, count: Int(arms[1].count)),
            level: level, covariance: (scores.own[0] + scores.own[1] - scores.difference) / 2, degreesOfFreedom: spread)
    }

    /// The CR1 error that statsmodels and Stata print, for comparison with them.
    public func errorCR1() throws(InferenceProblem) -> Double {
        let arms = try [arm(0), arm(1)]
        var sum = 0.0
        for part in parts {
            let score = raw(part[1], arms[1]) - raw(part[0], arms[0])
            sum += score * score
        }
        let (g, n) = (Double(count), arms[0].count + arms[1].count)
        return .sqrt(sum * g / (g - 1) * (n - 1) / (n - 2))
    }

    private func arm(_ index: Int) throws(InferenceProblem) -> (count: Double, mean: Double) {
        let present = parts.lazy.map { $0[index] }.filter { $0.count > 0 }
        guard present.count > 1 else { throw .tooFewUnits(have: present.count, need: 2) }
        let (n, sum) = present.reduce((0, 0)) { ($0.0 + $1.count, $0.1 + $1.sum) }
        return (n, sum / n)
    }

    private func raw(_ part: Part, _ arm: (count: Double, mean: Double)) -> Double {
        (part.sum - part.count * arm.mean) / arm.count
    }

    /// Sums of squared CR2 scores: for each arm's mean and for their difference.
    private func scores(_ arms: [(count: Double, mean: Double)]) -> (own: [Double], difference: Double) {
        var own = [0.0, 0.0]
        var difference = 0.0
        for part in parts {
            let scores = (0...1).map { raw(part[$0], arms[$0]) / .sqrt(1 - part[$0].count / arms[$0].count) }
            for index in 0...1 { own[index] += scores[index] * scores[index] }
            difference += (scores[1] - scores[0]) * (scores[1] - scores[0])
        }
        return (own, difference)
    }

    /// (tr M)² / tr M² of the quadratic form that the variance estimate is under independent errors.
    private func spread(_ arms: [(count: Double, mean: Double)]) -> Double {
        var (trace, square) = (0.0, 0.0)
        var inner = [[0.0, 0.0], [0.0, 0.0]]
        for part in parts {
            var own = 0.0
            // q: cluster size times its weight in the contrast, for each arm.
            var q = [0.0, 0.0]
            for index in 0...1 where part[index].count > 0 {
                let weight =
                    (index == 1 ? 1 : -1) / arms[index].count / .sqrt(1 - part[index].count / arms[index].count)
                own += part[index].count * weight * weight
                q[index] = part[index].count * weight
            }
            let projected = q[0] * q[0] / arms[0].count + q[1] * q[1] / arms[1].count
            trace += own - projected
            square += own * own - 2 * own * projected
            for a in 0...1 { for b in 0...1 { inner[a][b] += q[a] * q[b] } }
        }
        for a in 0...1 { for b in 0...1 { square += inner[a][b] * inner[a][b] / (arms[a].count * arms[b].count) } }
        return trace * trace / square
    }
}
