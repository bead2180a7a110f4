import RealModule

/// A quantile of one arm with an error from order statistics (Woodruff 1952), free of a density estimate.
public enum QuantileMean {
    /// The `share` quantile (linear between order statistics, as numpy has it) of values in any order.
    ///
    /// The error is a quarter of the distance between the two order statistics that a 95 % binomial interval of the rank
    /// reaches, so it holds for skewed and lumpy values as well.
    ///
    /// - Throws: ``InferenceProblem/outOfRange(_:)``, or ``InferenceProblem/tooFewUnits(have:need:)`` when that interval
    ///   leaves the data.
    public static func arm(_ values: [Double], share: Double) throws(InferenceProblem) -> ArmMean {
        guard share > 0, share < 1 else { throw .outOfRange("a quantile lies between 0 and 1") }
        let need = Int((4 / Swift.min(share, 1 - share)).rounded(.up)) + 1
        guard values.count >= need else { throw .tooFewUnits(have: values.count, need: need) }
        let sorted = values.sorted()
        let n = Double(sorted.count)
        let margin = 1.959963984540054 * Double.sqrt(share * (1 - share) / n)
        let width = at(Swift.min(1, share + margin), in: sorted) - at(Swift.max(0, share - margin), in: sorted)
        let error = width / (2 * 1.959963984540054)
        return ArmMean(
            value: at(share, in: sorted), squaredError: error * error, degreesOfFreedom: .infinity, count: sorted.count)
    }

    private static func at(_ share: Double, in sorted: [Double]) -> Double {
        let position = share * Double(sorted.count - 1)
        let below = Int(position)
        let above = Swift.min(below + 1, sorted.count - 1)
        return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
    }
}
