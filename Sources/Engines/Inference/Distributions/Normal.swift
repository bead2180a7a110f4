import RealModule

/// The standard normal distribution, accurate in both tails.
public enum Normal {
    /// φ(z).
    public static func density(_ z: Double) -> Double {
        0.3989422804014327 * .exp(-0.5 * z * z)
    }

    /// P(Z > z), relative error ≤ 1e-15 down to the smallest normal number (z ≈ 37.5).
    ///
    /// - Note: rounding z/√2 alone would cost z²/2 units in the last place, so its rest is carried along.
    public static func upperTail(_ z: Double) -> Double {
        let root = 0.7071067811865476
        let w = z * root
        let rest = (-w).addingProduct(z, root) + z * -4.833646656726457e-17
        let correction = -1.1283791670955126 * Double.exp(-w * w) * rest
        return 0.5 * (.erfc(w) + (correction.isFinite ? correction : 0))
    }

    /// P(Z ≤ z).
    public static func cumulative(_ z: Double) -> Double { upperTail(-z) }

    /// log P(Z > z), finite for every finite z.
    public static func logUpperTail(_ z: Double) -> Double {
        if z < -1 { return .log(onePlus: -upperTail(-z)) }
        if z < 25 { return .log(upperTail(z)) }
        // Mills' ratio as an asymptotic series; at z = 25 the eighth term is below 1e-16.
        let inverse = 1 / (z * z)
        var (term, sum) = (1.0, 0.0)
        for n in 1...8 {
            term *= -Double(2 * n - 1) * inverse
            sum += term
        }
        return -0.5 * z * z - .log(z) - 0.9189385332046727 + .log(onePlus: sum)
    }

    /// z with P(Z ≤ z) = p; ±∞ at 0 and 1, NaN outside [0, 1].
    public static func quantile(_ p: Double) -> Double {
        p > 0.5 ? upperQuantile(1 - p) : -upperQuantile(p)
    }

    /// z with P(Z > z) = q; takes q as small as 1e-300 without losing digits.
    ///
    /// Starts from P. J. Acklam's rational approximation (relative error 1.2e-9) and corrects it with one step of Halley's
    /// method against ``upperTail(_:)``.
    public static func upperQuantile(_ q: Double) -> Double {
        guard q >= 0, q <= 1 else { return .nan }
        if q == 0 { return .infinity }
        if q == 1 { return -.infinity }
        if q > 0.5 { return -upperQuantile(1 - q) }
        var z = start(q)
        for _ in 0..<2 {
            let density = density(z)
            guard density > 0 else { break }
            let error = (q - upperTail(z)) / density
            z -= error / (1 + 0.5 * z * error)
        }
        return z
    }

    private static func start(_ q: Double) -> Double {
        if q < 0.02425 {
            let r = Double.sqrt(-2 * .log(q))
            let c = [
                -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838, -2.549732539343734,
                4.374664141464968, 2.938163982698783,
            ]
            let d = [7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996, 3.754408661907416, 1]
            return -polynomial(c, r) / polynomial(d, r)
        }
        let r = 0.5 - q
        let a = [
            -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02,
            -3.066479806614716e+01, 2.506628277459239,
        ]
        let b = [
            -5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01,
            -1.328068155288572e+01, 1,
        ]
        return polynomial(a, r * r) * r / polynomial(b, r * r)
    }

    private static func polynomial(_ coefficients: [Double], _ x: Double) -> Double {
        coefficients.reduce(0) { $0 * x + $1 }
    }
}
