import RealModule

/// The gamma distribution with shape a > 0 and scale 1: the regularised incomplete gamma functions P and Q.
public struct Gamma: Sendable {
    /// The shape a.
    public let shape: Double

    /// The distribution with shape `shape` and scale 1.
    public init(shape: Double) { self.shape = shape }

    /// P(a, x) = P(X ≤ x).
    public func cumulative(_ x: Double) -> Double {
        guard x > 0 else { return x.isNaN ? .nan : 0 }
        return x < shape + 1 ? weight(x) * series(x) : 1 - weight(x) * fraction(x)
    }

    /// Q(a, x) = P(X > x), relative error ≤ 1e-13 down to 1e-300.
    public func upperTail(_ x: Double) -> Double {
        guard x > 0 else { return x.isNaN ? .nan : 1 }
        if x == .infinity { return 0 }
        return x < shape + 1 ? 1 - weight(x) * series(x) : weight(x) * fraction(x)
    }

    /// log Q(a, x), finite where Q underflows.
    public func logUpperTail(_ x: Double) -> Double {
        let tail = upperTail(x)
        if tail > 1e-290 || tail.isNaN { return .log(tail) }
        return shape * .log(x) - x - .logGamma(shape) + .log(fraction(x))
    }

    /// x^a·e^−x / Γ(a).
    private func weight(_ x: Double) -> Double {
        if shape < 20 { return .pow(x, shape) * .exp(-x) / .gamma(shape) }
        let exponent = -GammaFunction.stirlingRest(shape) - GammaFunction.deviance(shape, x)
        return .exp(exponent) * .sqrt(shape / (2 * .pi))
    }

    private func series(_ x: Double) -> Double {
        var (term, sum, k) = (1 / shape, 1 / shape, shape)
        while true {
            k += 1
            term *= x / k
            let next = sum + term
            if next == sum { return next }
            sum = next
        }
    }

    /// Legendre's continued fraction by the modified Lentz method.
    private func fraction(_ x: Double) -> Double {
        let tiny = 1e-300
        var b = x + 1 - shape
        var c = 1 / tiny
        var d = 1 / b
        var value = d
        for n in 1..<100_000 {
            let a = -Double(n) * (Double(n) - shape)
            b += 2
            d = 1 / ((a * d + b) == 0 ? tiny : a * d + b)
            c = b + a / c
            if c == 0 { c = tiny }
            let factor = d * c
            value *= factor
            if abs(factor - 1) < 1e-16 { break }
        }
        return value
    }
}

/// The chi-squared distribution with ν > 0 degrees of freedom.
public struct ChiSquared: Sendable {
    private let gamma: Gamma

    /// The distribution with `degreesOfFreedom` degrees of freedom.
    public init(_ degreesOfFreedom: Double) { gamma = Gamma(shape: degreesOfFreedom / 2) }

    /// P(X > x), relative error ≤ 1e-13 down to 1e-300.
    public func upperTail(_ x: Double) -> Double { gamma.upperTail(x / 2) }

    /// log P(X > x).
    public func logUpperTail(_ x: Double) -> Double { gamma.logUpperTail(x / 2) }

    /// P(X ≤ x).
    public func cumulative(_ x: Double) -> Double { gamma.cumulative(x / 2) }
}
