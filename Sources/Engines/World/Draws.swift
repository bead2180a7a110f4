import RealModule

/// Random numbers that have names instead of an order.
///
/// A draw is a hash of the seed, what it is for, and whom, when and what it concerns (the finaliser of Steele, Lea & Flood
/// 2014). Two worlds of one seed draw the same numbers wherever they do the same thing, however many more or fewer draws
/// one of them makes elsewhere: common random numbers, so that a difference between them is an effect and no luck.
public struct Draws: Sendable, Equatable {
    /// What a number is drawn for.
    enum Purpose: UInt64 {
        case interests, attention, thrift, opinion, member, drift, visit, finish, like, follow, dislike, click, want
        case arrival, goods, logistics, service, refund, tell, asked, answer, score
        case creator, output, topic, craft, merchant, price, explore
    }

    let seed: UInt64

    /// The same seed, the same numbers.
    public init(seed: UInt64) { self.seed = seed }

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    private func bits(_ purpose: Purpose, _ a: Int, _ b: Int, _ c: Int) -> UInt64 {
        var hash = Self.mix(seed ^ (purpose.rawValue &* 0xD6E8_FEB8_6659_FD93))
        for part in [a, b, c] { hash = Self.mix(hash ^ UInt64(bitPattern: Int64(part))) }
        return hash
    }

    /// Uniform in (0, 1).
    func uniform(_ purpose: Purpose, _ a: Int, _ b: Int = 0, _ c: Int = 0) -> Double {
        (Double(bits(purpose, a, b, c) >> 11) + 0.5) * 0x1p-53
    }

    /// Standard normal (Box & Muller).
    func normal(_ purpose: Purpose, _ a: Int, _ b: Int = 0, _ c: Int = 0) -> Double {
        let hash = bits(purpose, a, b, c)
        let first = (Double(hash >> 11) + 0.5) * 0x1p-53
        let second = (Double(Self.mix(hash) >> 11) + 0.5) * 0x1p-53
        return .sqrt(-2 * .log(first)) * .cos(2 * .pi * second)
    }

    /// Whether something of this probability happens.
    func happens(_ share: Double, _ purpose: Purpose, _ a: Int, _ b: Int = 0, _ c: Int = 0) -> Bool {
        uniform(purpose, a, b, c) < share
    }
}

/// The logistic function: log-odds to a probability.
func probability(logit: Double) -> Double { 1 / (1 + .exp(-logit)) }

extension Double {
    /// Kept within 0…1.
    var unit: Double { Swift.min(1, Swift.max(0, self)) }
}
