import Inference
import RealModule

/// The three kinds of outcome that the trials draw.
public enum Outcome: String, Sendable, CaseIterable {
    /// Normal, mean 1, standard deviation 5.
    case normal
    /// 0 or 1 with 3 %.
    case conversion
    /// Revenue: 5 % buy, for a lognormal amount with σ = 1.2.
    case revenue

    /// One person's outcome with the mean lifted by the share `lift`.
    ///
    /// Conversion and revenue are lifted by more buyers.
    public func draw(lift: Double, _ random: inout SeededRandom) -> Double {
        switch self {
        case .normal: 1 + lift + 5 * random.normal()
        case .conversion: random.bernoulli(0.03 * (1 + lift)) ? 1 : 0
        case .revenue: random.bernoulli(0.05 * (1 + lift)) ? .exp(3 + 1.2 * random.normal()) : 0
        }
    }

    /// Coefficient of variation without lift.
    public var variation: Double {
        switch self {
        case .normal: 5
        case .conversion: .sqrt(0.97 / 0.03)
        case .revenue: .sqrt(.exp(1.44) / 0.05 - 1)
        }
    }
}
