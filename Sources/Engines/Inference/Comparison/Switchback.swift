import RealModule

/// Time windows that switch the whole market between arms: the design for shared stock or traffic, where persons of one arm
/// take from those of the other (Bojinov, Simchi-Levi & Zhao 2023).
public struct Switchback: Sendable, Hashable {
    /// One window, after its carry-over part was left out.
    public struct Window: Sendable, Hashable {
        /// Which arm ran.
        public let isTreated: Bool
        /// The outcome summed over the window.
        public let outcome: Double
        /// What it is divided by (persons, sessions, minutes).
        public let exposure: Double

        /// A window.
        public init(isTreated: Bool, outcome: Double, exposure: Double) {
            (self.isTreated, self.outcome, self.exposure) = (isTreated, outcome, exposure)
        }
    }

    /// Windows in order of time.
    public let windows: [Window]

    /// An experiment.
    public init(_ windows: [Window]) { self.windows = windows }

    /// Compares the windows: ratios of sums, with errors that allow neighbours to be alike.
    ///
    /// - Parameter lag: windows over which outcomes may be correlated (Newey & West 1987); ∛N by default.
    /// - Throws: ``InferenceProblem/tooFewUnits(have:need:)`` below four windows of an arm.
    public func compared(level: Double = 0.95, lag: Int? = nil) throws(InferenceProblem) -> Comparison {
        var sums = Array(repeating: (outcome: 0.0, exposure: 0.0, count: 0), count: 2)
        for window in windows {
            let index = window.isTreated ? 1 : 0
            sums[index].outcome += window.outcome
            sums[index].exposure += window.exposure
            sums[index].count += 1
        }
        for sum in sums {
            guard sum.count >= 4 else { throw .tooFewUnits(have: sum.count, need: 4) }
            guard sum.exposure > 0 else { throw .zeroDenominator }
        }
        let means = sums.map { $0.outcome / $0.exposure }
        // Influence of each window on each arm's mean, blown up for having estimated that mean (HC2 with equal leverage).
        let influences = windows.map { window -> [Double] in
            let index = window.isTreated ? 1 : 0
            let n = Double(sums[index].count)
            var influence = [0.0, 0.0]
            influence[index] =
                (window.outcome - means[index] * window.exposure) / sums[index].exposure * .sqrt(n / (n - 1))
            return influence
        }
        let lags = lag ?? Int(Double.pow(Double(windows.count), 1.0 / 3).rounded(.down))
        let (c, t) = (Self.sum(influences, 0, 0, lags), Self.sum(influences, 1, 1, lags))
        let mixed = Self.sum(influences, 0, 1, lags)
        let degrees = Double(windows.count - 2)
        func arm(_ index: Int, _ error: Double) -> ArmMean {
            ArmMean(
                value: means[index], squaredError: error, degreesOfFreedom: degrees, count: sums[index].count)
        }
        return try Comparison(
            control: arm(0, c), treatment: arm(1, t), level: level, covariance: mixed, degreesOfFreedom: degrees)
    }

    /// Bartlett-weighted long-run covariance of two influence series.
    private static func sum(_ series: [[Double]], _ a: Int, _ b: Int, _ lags: Int) -> Double {
        var total = 0.0
        for lag in 0...lags {
            let weight = 1 - Double(lag) / Double(lags + 1)
            var part = 0.0
            for index in lag..<Swift.max(lag, series.count) {
                part += series[index][a] * series[index - lag][b]
                if lag > 0 { part += series[index][b] * series[index - lag][a] }
            }
            total += weight * part
        }
        return total
    }
}

/// Which design a decision needs.
public enum DesignAdvice: Sendable, Hashable {
    /// Persons may be randomised.
    case persons
    /// Persons would take from each other; time windows are to be randomised.
    case switchback(PlainSentence)

    /// The design for a decision that touches shared stock or shared traffic.
    public init(sharesStock: Bool, sharesTraffic: Bool) {
        guard sharesStock || sharesTraffic else {
            self = .persons
            return
        }
        let (en, zh) = sharesStock ? ("stock", "库存") : ("traffic", "流量")
        self = .switchback(
            PlainSentence(
                en:
                    "Both arms draw on the same \(en): what one gains the other loses, and a comparison of persons may show "
                    + "twice the true effect, or one where there is none. Switch the whole market by time windows instead.",
                zh: "两组共用同一份\(zh)：一组多得，另一组就少得，按人分组可能把真实效果放大一倍，甚至无中生有。请改为按时间段整体切换（switchback）。"))
    }
}
