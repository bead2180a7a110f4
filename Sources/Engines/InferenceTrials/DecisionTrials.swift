import Inference
import RealModule

/// Many decisions with known effects: is what the ledger adds up true, and does a proxy's slope point the right way?
public enum DecisionTrials {
    /// How true effects are spread.
    public enum Effects: Sendable {
        /// Normal around zero, as wide as one standard error.
        case normal
        /// 85 % next to nothing, 15 % three times as wide.
        case mostlyNothing

        func draw(_ random: inout SeededRandom) -> Double {
            switch self {
            case .normal: random.normal()
            case .mostlyNothing: (random.bernoulli(0.15) ? 3 : 0.1) * random.normal()
            }
        }
    }

    /// Sums over the shipped decisions of many years: claimed by adding up, by the ledger, and by a holdout, each over the truth.
    public static func ledger(
        _ effects: Effects, decisions: Int, years: Int, seed: UInt64
    ) throws -> (measured: Double, created: Double, holdout: Double) {
        var random = SeededRandom(seed: seed)
        var (truth, measured, created, confirmed) = (0.0, 0.0, 0.0, 0.0)
        for _ in 0..<years {
            var entries: [ValueLedger.Entry] = []
            for _ in 0..<decisions {
                let effect = effects.draw(&random)
                let error = 0.6 + 0.8 * random.uniform()
                let estimate = effect + error * random.normal()
                let isShipped = estimate > 1.96 * error
                truth += isShipped ? effect : 0
                entries.append(
                    ValueLedger.Entry(
                        claimed: 0, measured: estimate, standardError: error, isShipped: isShipped,
                        holdout: (effect + 0.5 * random.normal(), 0.5)))
            }
            let ledger = try ValueLedger(entries)
            measured += ledger.measured
            created += ledger.created.value
            confirmed += ledger.confirmed.value
        }
        return (measured / truth, created / truth, confirmed / truth)
    }

    /// Sixty experiments whose true slope is −0.5 while errors correlate with 0.6.
    ///
    /// - Returns: shares of trials in which the naive slope and the verdict have the wrong sign, in which the verdict is
    ///   unknown, and the median corrected slope.
    public static func proxy(
        experiments: Int = 60, signal: Double = 0.5, runs: Int, seed: UInt64
    ) throws -> (naiveWrong: Double, wrong: Double, unknown: Double, median: Double) {
        var random = SeededRandom(seed: seed)
        var (naiveWrong, wrong, unknown, slopes) = (0, 0, 0, [Double]())
        for _ in 0..<runs {
            let decisions = (0..<experiments).map { _ in
                let proxy = signal * random.normal()
                let northStar = -0.5 * proxy + 0.1 * random.normal()
                let first = random.normal()
                let second = 0.6 * first + 0.8 * random.normal()
                return ProxySlope.Decision(
                    proxy: proxy + first, northStar: northStar + second, proxyError: 1, covariance: 0.6)
            }
            let slope = try ProxySlope(decisions)
            naiveWrong += slope.naive > 0 ? 1 : 0
            wrong += slope.verdict == .raises ? 1 : 0
            unknown += slope.verdict == .unknown ? 1 : 0
            slopes.append(slope.slope.isNaN ? 0 : slope.slope)
        }
        slopes.sort()
        let n = Double(runs)
        return (Double(naiveWrong) / n, Double(wrong) / n, Double(unknown) / n, slopes[runs / 2])
    }
}
