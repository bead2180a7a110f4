/// p-values adjusted for having asked several questions, in the order of the questions.
public enum Multiplicity {
    /// Benjamini & Hochberg (1995): the share of false discoveries among what is below a threshold; for segments.
    public static func benjaminiHochberg(_ pValues: [Double]) -> [Double] { stepUp(pValues, factor: 1) }

    /// Benjamini & Yekutieli (2001): the same under any dependence.
    public static func benjaminiYekutieli(_ pValues: [Double]) -> [Double] {
        stepUp(pValues, factor: (1...max(1, pValues.count)).reduce(0) { $0 + 1 / Double($1) })
    }

    /// Holm (1979): the chance of any false claim; for several arms or several success metrics.
    public static func holm(_ pValues: [Double]) -> [Double] {
        let order = pValues.indices.sorted { pValues[$0] < pValues[$1] }
        var (adjusted, highest) = (pValues, 0.0)
        for (rank, index) in order.enumerated() {
            highest = max(highest, min(1, Double(pValues.count - rank) * pValues[index]))
            adjusted[index] = highest
        }
        return adjusted
    }

    /// Bonferroni: times the number of questions.
    public static func bonferroni(_ pValues: [Double]) -> [Double] {
        pValues.map { min(1, Double(pValues.count) * $0) }
    }

    private static func stepUp(_ pValues: [Double], factor: Double) -> [Double] {
        let order = pValues.indices.sorted { pValues[$0] > pValues[$1] }
        var (adjusted, lowest) = (pValues, 1.0)
        for (rank, index) in order.enumerated() {
            let place = Double(pValues.count - rank)
            lowest = min(lowest, pValues[index] * Double(pValues.count) * factor / place)
            adjusted[index] = lowest
        }
        return adjusted
    }
}
