import RealModule

/// The beta distribution with shapes a, b > 0, which is the regularised incomplete beta function I_x(a, b).
public struct Beta: Sendable {
    /// First shape.
    public let a: Double
    /// Second shape.
    public let b: Double

    /// The distribution with shapes `a` and `b`.
    public init(_ a: Double, _ b: Double) { (self.a, self.b) = (a, b) }

    /// I_x(a, b) = P(X ≤ x).
    public func cumulative(_ x: Double) -> Double { tails(x).lower }

    /// P(X > x), with all its digits where I_x(a, b) is close to 1.
    public func upperTail(_ x: Double) -> Double { tails(x).upper }

    /// x with P(X ≤ x) = p, by bisection and secant steps; error ≤ 1e-15.
    public func quantile(_ p: Double) -> Double {
        if p <= 0 { return 0 }
        if p >= 1 { return 1 }
        var (low, high) = (0.0, 1.0)
        while high - low > 1e-16 * high, low < high {
            let middle = low + (high - low) / 2
            if middle == low || middle == high { break }
            if cumulative(middle) < p { low = middle } else { high = middle }
        }
        return low + (high - low) / 2
    }

    private func tails(_ x: Double) -> (lower: Double, upper: Double) {
        guard a > 0, b > 0, !x.isNaN else { return (.nan, .nan) }
        if x <= 0 { return (0, 1) }
        if x >= 1 { return (1, 0) }
        if x <= a / (a + b) {
            let lower = Self.smallTail(a, b, x, 1 - x)
            return (lower, 1 - lower)
        }
        let upper = Self.smallTail(b, a, 1 - x, x)
        return (1 - upper, upper)
    }

    /// I_x(a, b) for x at or below the mean, y = 1 − x.
    private static func smallTail(_ a: Double, _ b: Double, _ x: Double, _ y: Double) -> Double {
        let front = weight(a, b, x, y)
        if b <= 1, a > 1 { return front / a / y * stieltjesFraction(a, b, ratio: x / y) }
        if a > 1 { return front * evenFraction(a, b, x, y) }
        var (term, sum, k) = (1.0, 1.0, 0.0)
        while true {
            term *= (a + b + k) / (a + 1 + k) * x
            let next = sum + term
            if next == sum { return front / a * sum }
            sum = next
            k += 1
        }
    }

    /// x^a·y^b / B(a, b): directly for small shapes, else by Loader's saddle point.
    private static func weight(_ a: Double, _ b: Double, _ x: Double, _ y: Double) -> Double {
        let n = a + b
        if n < 30 { return .pow(x, a) * .pow(y, b) * .gamma(n) / (.gamma(a) * .gamma(b)) }
        let rest =
            GammaFunction.stirlingRest(n) - GammaFunction.stirlingRest(a) - GammaFunction.stirlingRest(b)
        let deviance = GammaFunction.deviance(a, n * x) + GammaFunction.deviance(b, n * y)
        return .exp(rest - deviance) * .sqrt(a * b / (2 * .pi * n))
    }

    /// ₂F₁(1, 1 − b; a + 1; −ratio) by Gauss' continued fraction; all its terms are positive for b ≤ 1.
    static func stieltjesFraction(_ a: Double, _ b: Double, ratio: Double) -> Double {
        let c = a + 1
        var (denominator, difference, value) = (1.0, 1.0, 1.0)
        // Steed's algorithm: value = 1/(1 + k₁w/(1 + k₂w/(1 + …)))
        var step = 1.0
        for n in 1..<20_000 {
            let m = Double(n / 2)
            let k =
                n % 2 == 1
                ? (1 - b + m) * (c - 1 + m) / ((c + 2 * m - 1) * (c + 2 * m))
                : m * (c - 2 + b + m) / ((c + 2 * m - 2) * (c + 2 * m - 1))
            denominator = 1 / (1 + k * ratio * difference)
            step *= denominator - 1
            difference = denominator
            value += step
            if abs(step) < 1e-17 * abs(value) { break }
        }
        return value
    }

    /// The even part of that fraction for a, b > 1 (Didonato & Morris 1992, ACM TOMS 708, "bfrac").
    private static func evenFraction(_ a: Double, _ b: Double, _ x: Double, _ y: Double) -> Double {
        let lambda = a > b ? (a + b) * y - b : a - (a + b) * x
        let c = 1 + lambda
        let (c0, c1) = (b / a, 1 + 1 / a)
        var (p, s) = (1.0, a + 1)
        var (an, bn, an1, bn1) = (0.0, 1.0, 1.0, c / c1)
        var result = c1 / c
        for n in 1..<100_000 {
            let n = Double(n)
            let t = n / a
            let w = n * (b - n) * x
            let e = a / s
            let alpha = p * (p + c0) * e * e * (w * x)
            let beta = n + w / s + (t + 1) / (c1 + t + t) * (c + n * (y + 1))
            p = t + 1
            s += 2
            (an, an1) = (an1, alpha * an + beta * an1)
            (bn, bn1) = (bn1, alpha * bn + beta * bn1)
            let next = an1 / bn1
            if abs(next - result) <= 1e-16 * abs(next) { return next }
            result = next
            (an, bn, an1, bn1) = (an / bn1, bn / bn1, next, 1)
        }
        return result
    }
}
