import RealModule

/// Two-sided boundaries for looking several times at a planned decision, by alpha spending (Lan & DeMets 1983).
///
/// The z statistics of successive looks are a random walk in information time, whatever the metric, as long as the absolute
/// difference is tested: testing the relative lift breaks this and with it the error rate.
public struct GroupSequential: Sendable, Hashable {
    /// The two-sided error over all looks, 0.05 say.
    public let alpha: Double
    /// How it is spent.
    public let spending: SpendingFunction

    /// A plan.
    ///
    /// - Throws: ``InferenceProblem/outOfRange(_:)`` unless 0 < α < 1.
    public init(alpha: Double = 0.05, spending: SpendingFunction = .power(3)) throws(InferenceProblem) {
        guard alpha > 0, alpha < 1 else { throw .outOfRange("an error rate lies between 0 and 1") }
        (self.alpha, self.spending) = (alpha, spending)
    }

    /// The |z| at which each look stops, infinite where nothing may be spent yet.
    ///
    /// - Parameter fractions: shares of the planned information (persons, for a mean), increasing, in (0, 1]; the last look
    ///   that was taken may be an early one.
    /// - Throws: ``InferenceProblem/outOfRange(_:)`` when the fractions don't increase within (0, 1].
    public func bounds(at fractions: [Double]) throws(InferenceProblem) -> [Double] {
        var (walk, bounds, spent) = (Walk(), [Double](), 0.0)
        for fraction in fractions {
            guard fraction > walk.time, fraction <= 1 else {
                throw .outOfRange("information fractions increase from above 0 up to 1")
            }
            let target = spending.spent(alpha, at: fraction)
            let bound = walk.bound(at: fraction, exit: target - spent)
            walk.advance(to: fraction, bound: bound)
            bounds.append(bound)
            spent = target
        }
        return bounds
    }

    /// log of the repeated p-value (Jennison & Turnbull 1984): the smallest error rate whose plan would stop at the last of
    /// `fractions` with this z. It is at most α exactly when this plan stops there.
    public func logRepeatedPValue(_ z: Double, at fractions: [Double]) throws(InferenceProblem) -> Double {
        guard let last = fractions.last else { throw .outOfRange("there is at least one look") }
        func share(_ t: Double) -> Double { spending.spent(1e-12, at: t) / 1e-12 }
        let step = share(last) - (fractions.count > 1 ? share(fractions[fractions.count - 2]) : 0)
        guard step > 0 else { return 0 }
        // Where leaving is this rare, leaving earlier takes nothing from leaving here.
        let rare = Normal.logUpperTail(abs(z)) + .log(2) - .log(step)
        if rare < -27.6 { return rare }
        var (low, high) = (-27.7, 0.0)
        for _ in 0..<40 where high - low > 1e-9 {
            let middle = (low + high) / 2
            let plan = try GroupSequential(alpha: .exp(middle), spending: spending)
            let bound = try plan.bounds(at: fractions).last ?? .infinity
            if abs(z) >= bound { high = middle } else { low = middle }
        }
        return high
    }

    /// The chance to stop at each look when the effect is `drift` standard errors of the full plan (2.80 for the power of
    /// 80 % that a single look at 5 % would have).
    public func stopping(drift: Double, at fractions: [Double]) throws(InferenceProblem) -> [Double] {
        var walk = Walk(drift: drift)
        return zip(fractions, try bounds(at: fractions)).map { fraction, bound in
            defer { walk.advance(to: fraction, bound: bound) }
            return walk.exit(at: fraction, bound: bound)
        }
    }

    /// How many times the units of a single-look test a plan of `looks` looks needs for the same `power`.
    public func inflation(looks: Int, power: Double = 0.8) throws(InferenceProblem) -> Double {
        guard looks > 0, power > alpha, power < 1 else { throw .outOfRange("power lies between the error rate and 1") }
        let fractions = (1...looks).map { Double($0) / Double(looks) }
        let single = Normal.upperQuantile(alpha / 2) + Normal.quantile(power)
        var (low, high) = (single * 0.9, single * 2)
        for _ in 0..<40 where high - low > 1e-6 {
            let middle = (low + high) / 2
            if try stopping(drift: middle, at: fractions).reduce(0, +) < power { low = middle } else { high = middle }
        }
        return (high / single) * (high / single)
    }

    /// Bounds of `looks` equally spaced looks.
    public func bounds(looks: Int) throws(InferenceProblem) -> [Double] {
        guard looks > 0 else { throw .outOfRange("there is at least one look") }
        return try bounds(at: (1...looks).map { Double($0) / Double(looks) })
    }

    /// A z bound as the t bound with the same tail, for small arms.
    public static func critical(_ bound: Double, degreesOfFreedom: Double) -> Double {
        bound.isFinite ? StudentT(degreesOfFreedom).upperQuantile(Normal.upperTail(bound)) : bound
    }

    /// The stage-wise p-value (Fairbanks & Madsen 1982) of a decision that ended at the last of `fractions` with |z| there:
    /// the probability under no effect of having stopped earlier or of ending at least as far out.
    public func pValue(_ z: Double, at fractions: [Double]) throws(InferenceProblem) -> Double {
        let bounds = try bounds(at: fractions)
        guard let last = fractions.last else { throw .outOfRange("there is at least one look") }
        var walk = Walk()
        for (fraction, bound) in zip(fractions, bounds).dropLast() { walk.advance(to: fraction, bound: bound) }
        let earlier = fractions.count > 1 ? spending.spent(alpha, at: fractions[fractions.count - 2]) : 0
        return Swift.min(1, earlier + walk.exit(at: last, bound: abs(z)))
    }
}
