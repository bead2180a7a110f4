import RealModule

/// How much of the error α may be spent once a share t of the planned information has been seen.
public enum SpendingFunction: Sendable, Hashable {
    /// α·t^φ (Kim & DeMets 1987). φ = 3 keeps almost all power for the planned end and is the house's default.
    case power(Double)
    /// The O'Brien–Fleming type of Lan & DeMets (1983), half of it on each side: 4·(1 − Φ(z_{α/4} / √t)).
    case obrienFleming
    /// The Pocock type of Lan & DeMets (1983): α·log(1 + (e − 1)·t).
    case pocock

    /// What may be spent up to the share `t` in [0, 1].
    public func spent(_ alpha: Double, at t: Double) -> Double {
        let t = Swift.min(1, Swift.max(0, t))
        if t == 0 { return 0 }
        return switch self {
        case .power(let exponent): alpha * .pow(t, exponent)
        case .obrienFleming: 4 * Normal.upperTail(Normal.upperQuantile(alpha / 4) / .sqrt(t))
        case .pocock: alpha * .log(onePlus: (.exp(1) - 1) * t)
        }
    }
}
