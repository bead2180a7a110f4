import Inference
import RealModule

/// A small seeded generator (Steele, Lea & Flood 2014) with the draws that the trials need.
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64
    private var spare: Double?

    /// The same seed gives the same draws.
    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform in (0, 1).
    public mutating func uniform() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }

    /// Standard normal (Box & Muller).
    public mutating func normal() -> Double {
        if let value = spare {
            spare = nil
            return value
        }
        let radius = Double.sqrt(-2 * .log(uniform()))
        let angle = 2 * Double.pi * uniform()
        spare = radius * .sin(angle)
        return radius * .cos(angle)
    }

    /// 1 with this probability, else 0.
    public mutating func bernoulli(_ share: Double) -> Bool { uniform() < share }

    /// Successes of `count` trials: drawn one by one when few, else the rounded normal that they tend to.
    public mutating func binomial(_ count: Int, _ share: Double) -> Int {
        let variance = Double(count) * share * (1 - share)
        guard variance > 400 else {
            var successes = 0
            for _ in 0..<count where bernoulli(share) { successes += 1 }
            return successes
        }
        let value = Double(count) * share + normal() * .sqrt(variance)
        return Swift.min(count, Swift.max(0, Int(value.rounded())))
    }
}
