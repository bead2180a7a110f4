import Inference
import RealModule

/// A market of one short stock: what the treated buy, the others can't. The truth is known because both worlds can be run.
public struct SharedStockTrial: Sendable {
    /// Windows of the switchback.
    public let windows: Int
    private let visitors = 400
    private let stock = 30.0

    /// A trial.
    public init(windows: Int = 400) { self.windows = windows }

    /// Purchases of a window in which a share of the visitors is treated, theirs and the others'.
    ///
    /// Treated visitors want to buy a quarter more often; when more want than there is, stock is given out at random.
    private func window(treatedShare: Double, _ random: inout SeededRandom) -> (treated: Double, others: Double) {
        let treated = Int(Double(visitors) * treatedShare)
        let demand = 0.07 * .exp(0.35 * random.normal())
        let wantTreated = Double(random.binomial(treated, Swift.min(1, demand * 1.25)))
        let wantOthers = Double(random.binomial(visitors - treated, Swift.min(1, demand)))
        let fill = Swift.min(1, stock / Swift.max(1, wantTreated + wantOthers))
        return (wantTreated * fill, wantOthers * fill)
    }

    /// Relative lifts: the true one of treating everybody, what a comparison of persons says, and what a switchback says.
    public func run(seed: UInt64, truthWindows: Int = 40_000) throws -> (
        truth: Double, persons: Double, switchback: Double, coverage: Bool
    ) {
        var random = SeededRandom(seed: seed)
        func total(_ share: Double) -> Double {
            (0..<truthWindows).reduce(0.0) { sum, _ in
                let part = window(treatedShare: share, &random)
                return sum + part.treated + part.others
            }
        }
        let truth = total(1) / total(0) - 1
        var (own, others) = (0.0, 0.0)
        for _ in 0..<windows {
            let part = window(treatedShare: 0.5, &random)
            own += part.treated
            others += part.others
        }
        // Balanced pairs in random order.
        let switchback = Switchback(
            (0..<windows / 2).flatMap { _ in
                let first = random.bernoulli(0.5)
                return [first, !first].map { isTreated in
                    let part = window(treatedShare: isTreated ? 1 : 0, &random)
                    return Switchback.Window(
                        isTreated: isTreated, outcome: part.treated + part.others, exposure: Double(visitors))
                }
            })
        let lift = try switchback.compared().lift
        return (truth, own / others - 1, lift.estimate, lift.interval?.contains(truth) ?? true)
    }
}
