import RealModule

/// What a process metric is worth on the North Star, learnt from past decisions.
///
/// Both effects of a decision are measured on the same persons, so their errors move together, and a naive slope over
/// decisions shows that and not the truth: with a true slope of −0.5 it had the wrong sign in 99.9 % of trials. Subtracting
/// each decision's known sampling covariance leaves the slope of the true effects (Bibaut et al. 2023, arXiv 2311.11922).
public struct ProxySlope: Sendable, Hashable {
    /// One past decision: effects on both metrics with the sampling covariance.
    public struct Decision: Sendable, Hashable {
        /// Effect on the process metric.
        public let proxy: Double
        /// Effect on the North Star.
        public let northStar: Double
        /// Squared error of the first.
        public let proxyError: Double
        /// Sampling covariance of the two.
        public let covariance: Double

        /// A decision.
        public init(proxy: Double, northStar: Double, proxyError: Double, covariance: Double) {
            self.proxy = proxy
            self.northStar = northStar
            self.proxyError = proxyError
            self.covariance = covariance
        }
    }

    /// What may be said of a process metric.
    public enum Verdict: String, Sendable, Hashable, Codable {
        /// Raising it has raised the North Star.
        case raises
        /// Raising it has lowered the North Star.
        case lowers
        /// The decisions don't tell.
        case unknown
    }

    /// North Star effect for one unit of proxy effect; NaN when unknown altogether.
    public let slope: Double
    /// Its confidence set; unbounded when the proxy's true effects can't be told from noise.
    public let bounds: RelativeLift.Bounds
    /// What a naive slope would have said.
    public let naive: Double
    /// Decisions behind it.
    public let count: Int

    /// The verdict: unknown unless the whole confidence set lies on one side of zero.
    public var verdict: Verdict {
        guard case .between(let interval) = bounds else { return .unknown }
        return interval.lower > 0 ? .raises : interval.upper < 0 ? .lowers : .unknown
    }

    /// One over the variance of what each decision says of the spread of true effects, a square of an effect that varies by
    /// true spread and sampling error: a large experiment says far more than a small one, and none says everything.
    private static func weights(_ decisions: [Decision]) -> [Double] {
        let errors = decisions.map { $0.proxyError.squareRoot() }
        guard let least = errors.min(), least > 0,
            let prior = try? NormalShrinkage(effects: decisions.map(\.proxy), errors: errors)
        else { return decisions.map { _ in 1 } }
        // Where no spread is seen, as much as the best experiment could have missed is still thought possible.
        let spread = max(prior.variance, least * least)
        return decisions.map {
            let share = spread / (spread + $0.proxyError)
            return share * share
        }
    }

    /// Learns the slope from past decisions, each weighted by its precision.
    ///
    /// - Throws: ``InferenceProblem/tooFewUnits(have:need:)`` below five decisions.
    public init(_ decisions: [Decision], level: Double = 0.9) throws(InferenceProblem) {
        guard decisions.count >= 5 else { throw .tooFewUnits(have: decisions.count, need: 5) }
        count = decisions.count
        let n = Double(count)
        let weights = Self.weights(decisions)
        let total = weights.reduce(0, +)
        let proxy = zip(weights, decisions).reduce(0) { $0 + $1.0 * $1.1.proxy } / total
        let northStar = zip(weights, decisions).reduce(0) { $0 + $1.0 * $1.1.northStar } / total
        // Each decision's say in Σ w(true proxy)² and Σ w(true proxy · true North Star), centred; of its own error a mean
        // that it is part of takes away its share.
        var joint = JointMoments(variables: 2)
        var (products, squares) = (0.0, 0.0)
        for (weight, decision) in zip(weights, decisions) {
            let (dx, dy) = (decision.proxy - proxy, decision.northStar - northStar)
            products += weight * dx * dy
            squares += weight * dx * dx
            let own = 1 - weight / total
            joint.add([
                weight * (dx * dy - own * decision.covariance), weight * (dx * dx - own * decision.proxyError),
            ])
        }
        naive = squares > 0 ? products / squares : .nan
        // The ratio of two means with their covariance: Fieller again, which says "unbounded" by itself.
        let lift = RelativeLift(
            control: joint.mean(1), treatment: joint.mean(0), controlError: joint.covariance(1, 1) / n,
            treatmentError: joint.covariance(0, 0) / n, covariance: joint.covariance(0, 1) / n,
            critical: StudentT(n - 1).upperQuantile((1 - level) / 2))
        // Without true spread of the proxy there is nothing to learn from, whatever the quotient.
        slope = joint.mean(1) > 0 ? lift.estimate + 1 : .nan
        bounds =
            switch lift.bounds {
            case .between(let interval) where joint.mean(1) > 0:
                .between(Interval(interval.lower + 1, interval.upper + 1))
            case .outside(let gap): .outside(Interval(gap.lower + 1, gap.upper + 1))
            default: .everything
            }
    }
}
