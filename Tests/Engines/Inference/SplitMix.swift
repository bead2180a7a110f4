import RealModule

/// A small seeded generator (Steele, Lea & Flood 2014) with the draws that the simulations need.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64
    private var spare: Double?

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform in (0, 1).
    mutating func uniform() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }

    /// Standard normal (Box & Muller).
    mutating func normal() -> Double {
        if let value = spare {
            spare = nil
            return value
        }
        let radius = Double.sqrt(-2 * .log(uniform()))
        let angle = 2 * Double.pi * uniform()
        spare = radius * .sin(angle)
        return radius * .cos(angle)
    }

    mutating func bernoulli(_ share: Double) -> Bool { uniform() < share }
}
