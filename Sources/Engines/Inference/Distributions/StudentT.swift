import RealModule

/// Student's t distribution with real degrees of freedom ν > 0; ν = ∞ is the normal distribution.
public struct StudentT: Sendable {
    /// ν.
    public let degreesOfFreedom: Double

    /// The distribution with ν degrees of freedom.
    public init(_ degreesOfFreedom: Double) { self.degreesOfFreedom = degreesOfFreedom }

    /// P(T > t), relative error ≤ 1e-13 down to 1e-300.
    ///
    /// Near the centre the incomplete beta function as a series of positive terms; in the tail its Stieltjes fraction
    /// (Gauss' fraction of ₂F₁(½, 1; ν/2 + 1; −ν/t²), DLMF 15.7), whose terms are positive too, so nothing cancels however
    /// large ν is.
    public func upperTail(_ t: Double) -> Double {
        guard degreesOfFreedom > 0, !t.isNaN else { return .nan }
        if t < 0 { return 1 - upperTail(-t) }
        if degreesOfFreedom == .infinity { return Normal.upperTail(t) }
        if t == .infinity { return 0 }
        if t * t < 2.25 { return 0.5 - 0.5 * centre(t) }
        let base = Power(t, degreesOfFreedom)
        return 0.5 * base.value * tailFactor(t)
    }

    /// log P(T > t), finite where the tail itself underflows.
    public func logUpperTail(_ t: Double) -> Double {
        if t < 0 { return .log(onePlus: -upperTail(-t)) }
        if degreesOfFreedom == .infinity { return Normal.logUpperTail(t) }
        let tail = upperTail(t)
        if tail > 1e-290 || tail.isNaN { return .log(tail) }
        return .log(0.5) + Power(t, degreesOfFreedom).logarithm + .log(tailFactor(t))
    }

    /// The two-sided p-value of t.
    public func twoSided(_ t: Double) -> Double { Swift.min(1, 2 * upperTail(abs(t))) }

    /// t with P(T > t) = q, for q down to 1e-300.
    ///
    /// A Cornish–Fisher start (Abramowitz & Stegun 26.7.5), then Newton's method on the logarithm of the tail.
    public func upperQuantile(_ q: Double) -> Double {
        guard q > 0, q < 1, degreesOfFreedom > 0 else {
            return q == 0 ? .infinity : q == 1 ? -.infinity : .nan
        }
        if q > 0.5 { return -upperQuantile(1 - q) }
        let z = Normal.upperQuantile(q)
        if degreesOfFreedom == .infinity || z == 0 { return z }
        if degreesOfFreedom == 1 { return 1 / .tan(.pi * q) }
        let start = cornishFisher(z)
        // The first term left out is below z¹¹/ν⁵/100.
        if degreesOfFreedom > 2000, z < 4 { return start }
        let isRough = degreesOfFreedom < 3 * z * z
        return refined(isRough ? roughTail(q) : start, q)
    }

    /// t with P(T ≤ t) = p.
    public func quantile(_ p: Double) -> Double { p < 0.5 ? -upperQuantile(p) : upperQuantile(1 - p) }

    private func cornishFisher(_ z: Double) -> Double {
        let n = degreesOfFreedom
        let s = z * z
        let g1 = (s + 1) / 4
        let g2 = ((5 * s + 16) * s + 3) / 96
        let g3 = (((3 * s + 19) * s + 17) * s - 15) / 384
        let g4 = ((((79 * s + 776) * s + 1482) * s - 1920) * s - 945) / 92160
        return z * (1 + (g1 + (g2 + (g3 + g4 / n) / n) / n) / n)
    }

    /// The tail as the pure power law that it becomes for large t: a start from below.
    private func roughTail(_ q: Double) -> Double {
        let n = degreesOfFreedom
        let logConstant =
            .log(GammaFunction.halfStepRatio(n / 2)) - 0.5 * .log(.pi * n) + 0.5 * (n + 1) * .log(n) - .log(n)
        return Swift.max(Normal.upperQuantile(q), .exp((logConstant - .log(q)) / n))
    }

    private func refined(_ start: Double, _ q: Double) -> Double {
        var t = start
        for _ in 0..<60 {
            let tail = logUpperTail(t)
            let slope = -Double.exp(logDensity(t) - tail)
            let step = (tail - .log(q)) / slope
            // Never more than halve or double: far out the power law makes Newton's step too bold.
            t = Swift.min(Swift.max(t - step, t / 2), t * 2 + 1)
            if abs(step) <= 4e-16 * abs(t) { break }
        }
        return t
    }

    private func logDensity(_ t: Double) -> Double {
        let n = degreesOfFreedom
        return .log(GammaFunction.halfStepRatio(n / 2)) - 0.5 * .log(.pi * n)
            - 0.5 * (n + 1) * .log(onePlus: t * t / n)
    }

    /// I_y(½, ν/2) with y = t²/(ν + t²), by its series.
    private func centre(_ t: Double) -> Double {
        guard t > 0 else { return 0 }
        let (n, a) = (degreesOfFreedom, degreesOfFreedom / 2)
        let y = t * t / (n + t * t)
        var (term, sum, k) = (1.0, 1.0, 0.0)
        while true {
            term *= (a + 0.5 + k) / (1.5 + k) * y
            let next = sum + term
            if next == sum { break }
            sum = next
            k += 1
        }
        // 1 / (½·B(½, a)) = 2·Γ(a + ½) / (Γ(½)·Γ(a))
        let constant = 2 * GammaFunction.halfStepRatio(a) * 0.5641895835477563
        return constant * .sqrt(y) * Power(t, n).value * sum
    }

    /// y^−½ · fraction / (a·B(a, ½)), by which the tail differs from ½·(1 + t²/ν)^−ν/2.
    private func tailFactor(_ t: Double) -> Double {
        let (n, a) = (degreesOfFreedom, degreesOfFreedom / 2)
        let constant = GammaFunction.halfStepRatio(a) / a * 0.5641895835477563
        return constant * .sqrt(1 + n / (t * t)) * Beta.stieltjesFraction(a, 0.5, ratio: n / (t * t))
    }

    /// (1 + t²/ν)^(−ν/2), with the rounding of 1 + t²/ν carried along: at 1e-300 it would cost three digits.
    private struct Power {
        private let sum: Double
        private let rest: Double
        private let exponent: Double
        private let quotient: Double
        private let scaled: Double

        init(_ t: Double, _ n: Double) {
            scaled = t / .sqrt(n)
            let square = t * t
            let squareRest = (-square).addingProduct(t, t)
            quotient = square / n
            let quotientRest = (square.addingProduct(-quotient, n) + squareRest) / n
            sum = 1 + quotient
            // Knuth's exact sum.
            let back = sum - 1
            rest = (1 - (sum - back)) + (quotient - back) + quotientRest
            exponent = n / 2
        }

        // Where t² overflows, the 1 beside it is long forgotten.
        private var isPowerLaw: Bool { scaled > 1e150 }
        var value: Double {
            isPowerLaw ? .pow(scaled, -2 * exponent) : .pow(sum, -exponent) * .exp(-exponent * rest / sum)
        }
        var logarithm: Double {
            isPowerLaw ? -2 * exponent * .log(scaled) : -exponent * .log(onePlus: quotient)
        }
    }
}
