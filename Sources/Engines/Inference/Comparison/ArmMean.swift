import RealModule

/// An estimated mean of one arm with how sure it is; every method below produces two of these and compares them.
public struct ArmMean: Sendable, Hashable {
    /// The estimate.
    public let value: Double
    /// The variance of the estimate (not of one unit).
    public let squaredError: Double
    /// Degrees of freedom of that variance.
    public let degreesOfFreedom: Double
    /// Units behind it.
    public let count: Int

    /// An estimate made elsewhere.
    public init(value: Double, squaredError: Double, degreesOfFreedom: Double, count: Int) {
        self.value = value
        self.squaredError = squaredError
        self.degreesOfFreedom = degreesOfFreedom
        self.count = count
    }

    /// The plain mean of some units.
    ///
    /// - Throws: ``InferenceProblem/tooFewUnits(have:need:)`` below two.
    public init(_ moments: Moments) throws(InferenceProblem) {
        guard moments.count > 1 else { throw .tooFewUnits(have: moments.count, need: 2) }
        let n = Double(moments.count)
        self.init(
            value: moments.mean, squaredError: moments.variance / n, degreesOfFreedom: n - 1, count: moments.count)
    }

    /// A share with the binomial variance p(1 − p)/n, as gbstats has it.
    ///
    /// - Throws: ``InferenceProblem/tooFewUnits(have:need:)`` below two.
    public init(successes: Int, of count: Int) throws(InferenceProblem) {
        guard count > 1 else { throw .tooFewUnits(have: count, need: 2) }
        let (n, p) = (Double(count), Double(successes) / Double(count))
        self.init(value: p, squaredError: p * (1 - p) / n, degreesOfFreedom: n - 1, count: count)
    }
}
