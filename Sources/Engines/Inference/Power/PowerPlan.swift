import RealModule

/// How many persons, how long and what size of effect: planning by the noncentral t distribution.
public struct PowerPlan: Sendable, Hashable {
    /// Variance of one person's outcome, after adjustment where a covariate is used.
    public let variance: Double
    /// Two-sided error rate.
    public let alpha: Double
    /// The chance wanted of finding an effect that is there.
    public let power: Double
    /// Share of persons in treatment.
    public let share: Double

    /// A plan.
    ///
    /// - Throws: ``InferenceProblem/outOfRange(_:)``.
    public init(variance: Double, alpha: Double = 0.05, power: Double = 0.8, share: Double = 0.5)
        throws(InferenceProblem)
    {
        guard variance > 0, alpha > 0, power > alpha, power < 1, share > 0, share < 1 else {
            throw .outOfRange("variance is positive, 0 < α < power < 1, and 0 < share < 1")
        }
        (self.variance, self.alpha, self.power, self.share) = (variance, alpha, power, share)
    }

    /// The plan with the variance that a covariate with correlation `correlation` leaves.
    public func adjusted(correlation: Double) throws(InferenceProblem) -> PowerPlan {
        try PowerPlan(variance: variance * (1 - correlation * correlation), alpha: alpha, power: power, share: share)
    }

    /// The chance of finding an absolute `effect` with `units` persons of both arms.
    public func power(effect: Double, units: Double) -> Double {
        guard units > 2 else { return .nan }
        let noncentrality = abs(effect) / .sqrt(variance / units / (share * (1 - share)))
        let degrees = units - 2
        let critical = StudentT(degrees).upperQuantile(alpha / 2)
        return Self.noncentralTail(critical, degrees, noncentrality)
            + Self.noncentralTail(critical, degrees, -noncentrality)
    }

    /// The smallest absolute effect found with the wanted power by `units` persons.
    public func detectableEffect(units: Double) -> Double {
        guard units > 2 else { return .infinity }
        var (low, high) = (0.0, Double.sqrt(variance))
        while power(effect: high, units: units) < power { high *= 2 }
        while high - low > 1e-13 * high {
            let middle = (low + high) / 2
            if middle == low || middle == high { break }
            if power(effect: middle, units: units) < power { low = middle } else { high = middle }
        }
        return high
    }

    /// The persons of both arms needed to find an absolute `effect`, rounded up.
    public func units(effect: Double) -> Int {
        guard effect != 0 else { return .max }
        var high = 4.0
        while power(effect: effect, units: high) < power {
            high *= 2
            if high > 1e15 { return .max }
        }
        var low = high / 2
        while high - low > 1 {
            let middle = ((low + high) / 2).rounded()
            if power(effect: effect, units: middle) < power { low = middle } else { high = middle }
        }
        return Int(high)
    }

    /// Whole days until `units` persons have been exposed, when new persons thin out as regulars have been seen.
    ///
    /// - Parameters:
    ///   - firstDay: persons exposed on the first day.
    ///   - newShare: share of a day's persons not seen on any day before; 1 when every day brings as many new ones.
    /// - Returns: nil when so many never come.
    public static func days(units: Double, firstDay: Double, newShare: Double = 1) -> Int? {
        guard firstDay > 0, newShare > 0, newShare <= 1 else { return nil }
        if newShare == 1 { return Int((units / firstDay).rounded(.up)) }
        // firstDay·(1 + r + r² + …), r = newShare
        let all = firstDay / (1 - newShare)
        guard units < all else { return nil }
        return Int((Double.log(onePlus: -units / all) / .log(newShare)).rounded(.up))
    }

    /// P(T' > t) of the noncentral t: the normal tail averaged over the spread of the variance estimate.
    private static func noncentralTail(_ t: Double, _ degrees: Double, _ noncentrality: Double) -> Double {
        if degrees > 1e9 { return Normal.upperTail(t - noncentrality) }
        // s = √(χ²/ν) has density proportional to s^(ν−1)·exp(−νs²/2), with its mode near 1.
        let width = 12 / Double.sqrt(2 * degrees)
        let (low, high) = (Swift.max(0, 1 - width), 1 + width)
        let rule = quadrature
        var (sum, total) = (0.0, 0.0)
        for (node, weight) in zip(rule.nodes, rule.weights) {
            let s = low + (high - low) * (node + 1) / 2
            let mass = weight * .exp((degrees - 1) * .log(s) - degrees * (s * s - 1) / 2)
            total += mass
            sum += mass * Normal.upperTail(t * s - noncentrality)
        }
        return sum / total
    }

    private static let quadrature = GaussLegendre(128)
}
