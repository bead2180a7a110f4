#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

// The only functions taken from the C library; everything else stands on the standard library.

@inline(__always) func power2(_ x: Double) -> Double { exp2(x) }
@inline(__always) func power2(_ x: Float) -> Float { exp2f(x) }
@inline(__always) func logarithm2(_ x: Double) -> Double { log2(x) }
@inline(__always) func logarithm2(_ x: Float) -> Float { log2f(x) }
@inline(__always) func naturalLogarithm(_ x: Double) -> Double { log(x) }
@inline(__always) func naturalExponential(_ x: Double) -> Double { exp(x) }
@inline(__always) func naturalExponential(_ x: Float) -> Float { expf(x) }

/// log₂(2ᵃ + 2ᵇ) without overflow.
@inline(__always) func logAdd2(_ a: Double, _ b: Double) -> Double {
    let high = max(a, b), low = min(a, b)
    let gap = high - low
    return gap > 50 ? high : high + logarithm2(1 + power2(-gap))
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, seedable and the same everywhere.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform in 0 ..< 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
