import RealModule

/// Pieces of the gamma function that keep their digits where log Γ itself would cancel.
enum GammaFunction {
    /// log Γ(x) − [(x − ½)·log x − x + ½·log 2π], the rest of Stirling's formula, x > 0.
    ///
    /// The series is the one of Loader (2000), "Fast and accurate computation of binomial probabilities"; below 16 the
    /// argument is moved up by the recurrence of log Γ.
    static func stirlingRest(_ x: Double) -> Double {
        var (argument, shift) = (x, 0.0)
        while argument < 16 {
            // δ(x) − δ(x + 1) = (x + ½)·log(1 + 1/x) − 1
            shift += (argument + 0.5) * .log(onePlus: 1 / argument) - 1
            argument += 1
        }
        let inverse = 1 / (argument * argument)
        let series =
            1.0 / 12
            - inverse
            * (1.0 / 360
                - inverse
                * (1.0 / 1260 - inverse * (1.0 / 1680 - inverse * (1.0 / 1188 - inverse * 691.0 / 360360))))
        return shift + series / argument
    }

    /// Γ(x + ½) / Γ(x), x > 0.
    static func halfStepRatio(_ x: Double) -> Double {
        if x < 20 { return .gamma(x + 0.5) / .gamma(x) }
        let rest = stirlingRest(x + 0.5) - stirlingRest(x)
        return .sqrt(x) * .exp(x * .log(onePlus: 0.5 / x) - 0.5 + rest)
    }

    /// log B(a, b).
    static func logBeta(_ a: Double, _ b: Double) -> Double {
        let (small, large) = (Swift.min(a, b), Swift.max(a, b))
        if large < 16 { return .logGamma(small) + .logGamma(large) - .logGamma(small + large) }
        let rest = stirlingRest(large) - stirlingRest(small + large)
        let difference =
            rest - (large - 0.5) * .log(onePlus: small / large) - small * .log(small + large) + small
        return .logGamma(small) + difference
    }

    /// x·log(x/m) + m − x without cancellation near x = m (Loader's bd0).
    static func deviance(_ x: Double, _ m: Double) -> Double {
        guard x > 0 else { return m }
        guard abs(x - m) < 0.1 * (x + m) else { return x * .log(x / m) + m - x }
        let v = (x - m) / (x + m)
        var sum = (x - m) * v
        var power = 2 * x * v
        var odd = 3.0
        while true {
            power *= v * v
            let next = sum + power / odd
            if next == sum { return next }
            sum = next
            odd += 2
        }
    }
}
