/// How much a learned ranking leans on what is popular, beyond what its trees learned.
///
/// Tastes and catalogues drift: a ranking learned at earlier times may do worse later than the plain popularity of the last
/// weeks. How far to trust it is itself learned, by time: a ranking from the earlier times is tried on the last one, which it
/// has not seen, with more and more popularity in its log-odds (a product of experts, Hinton 2002).
struct PopularityPrior: Sendable, Hashable, Codable {
    /// Log-odds for each doubling of the share of the evidence.
    var weight: Float = 0
    /// Subtracted, so that what people respond to keeps its log-odds.
    var shift: Float = 0

    /// Weights tried, in natural logarithms for each doubling.
    private static let weights: [Float] = [0.1, 0.2, 0.35, 0.7, 1.4, 2.8]

    init() {}

    /// What is added to the log-odds of an item with these shares (log₂) of the evidence of the week and the month.
    @inline(__always)
    func logOdds(week: Float, month: Float) -> Float {
        weight == 0 ? 0 : weight * 0.5 * (max(-20, week) + max(-20, month)) - shift
    }

    /// Chooses the weight that ranks the lists of `last` best by `odds`; 0 unless the gain in NDCG exceeds its standard error.
    init(odds: ContiguousArray<Float>, last: Examples) {
        let plain = last.marks(odds)
        var best = Float(0), most = 0.0
        for weight in Self.weights {
            var prior = PopularityPrior()
            prior.weight = weight
            let leaning = ContiguousArray(odds.indices.map { odds[$0] + prior.logOdds(of: $0, in: last) })
            let gain = ListGain(last.marks(leaning), over: plain)
            if gain.mean > gain.error, gain.mean > most { (best, most) = (weight, gain.mean) }
        }
        weight = best
        guard best > 0 else { return }
        let responded = (0..<last.count).filter { last.responded[$0] }
        let sum = responded.reduce(0) { $0 + Double(logOdds(of: $1, in: last)) }
        shift = Float(sum / Double(max(1, responded.count)))
    }

    private func logOdds(of example: Int, in examples: Examples) -> Float {
        logOdds(
            week: examples.value(Signal.week.rawValue, of: example),
            month: examples.value(Signal.month.rawValue, of: example))
    }
}
