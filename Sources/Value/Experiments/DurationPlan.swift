import Inference
import Kernel
import Store

/// How many people an experiment needs to find its least worthwhile effect, and how long they take to come: from what people
/// do who take part already or, before the start, from everybody whom the feed meets.
public struct DurationPlan: Sendable, Hashable {
    /// The chance of finding an effect of that size.
    public static let power = 0.8

    /// The least worthwhile effect, per person.
    public let effect: Double
    /// People of all arms that find it with ``power``, however often somebody looks (or at the last planned look).
    public let people: Int
    /// Whole days from the start until they have come; `nil` while nobody's second day is over, and when so many never come.
    public let days: Int?
    /// The least effect per person that the planned people find; `nil` without a planned end.
    public let detectable: Double?

    /// A plan; `nil` when time is switched, or when too little is known of what people do.
    ///
    /// - Parameters:
    ///   - counted: what was counted in the experiment.
    ///   - everything: what was counted of everybody, for an experiment that has hardly begun.
    public init?(_ terms: ExperimentTerms, _ counted: Counted, everything: Counted?) {
        guard terms.design == .persons, terms.arms.count > 1 else { return nil }
        let own = Basis(counted, terms.primary, share: 1)
        let all = everything.flatMap { Basis($0, terms.primary, share: Double(terms.share) / 10_000) }
        guard let basis = own ?? all else { return nil }
        let arms = terms.arms.map { Double($0.share) / 10_000 }
        // The smallest treatment is the one that needs the most people.
        let (control, treatment) = (arms[0], arms.dropFirst().min() ?? 0)
        let pair = control + treatment
        effect = terms.leastWorthwhile / 1_000
        let search = Search(
            variance: basis.variance, share: treatment / pair, alpha: 0.05 / Double(arms.count - 1), terms: terms)
        guard let units = try? search.units(effect: effect) else { return nil }
        // However large the effect, an arm below this proves nothing.
        let fewest = Double(Lights.fewest) / min(control, treatment)
        let people = max(fewest, Double(units) / pair).rounded(.up)
        guard people < 1e12 else { return nil }
        self.people = Int(people)
        days = basis.days(until: people)
        detectable = terms.plannedPeople.flatMap { try? search.detectable(units: Double($0) * pair) }
    }

    /// The plan of an experiment, with what a start would freeze for one that hasn't started.
    ///
    /// - Throws: ``StoreError``.
    public static func read(
        _ experiment: Experiment, _ counted: Counted, at now: Instant, in transaction: any Transaction
    ) throws -> DurationPlan? {
        var terms = experiment.terms
        if experiment.state == .draft {
            terms.expectedPeople = try Experiments.expectedPeople(terms.share, at: now, in: transaction)
        }
        // Its own people say enough of most experiments, and then nobody else's cells are read.
        if let plan = DurationPlan(terms, counted, everything: nil) { return plan }
        let everything = try Experiments.everything(in: transaction).map {
            try Experiments.counted($0.id, in: transaction)
        }
        return DurationPlan(terms, counted, everything: everything)
    }

    /// What people do and how they come.
    private struct Basis {
        /// Of one person's primary metric within an arm, without what earlier behaviour explains.
        let variance: Double
        private let firstDay: Double
        private let newShare: Double
        private let wholeDays: Int64

        init?(_ counted: Counted, _ metric: MetricName, share: Double) {
            let cells = counted.cells.filter { $0.metric == metric }
            let arms = Dictionary(grouping: cells, by: \.arm).mapValues { cells in
                cells.reduce(into: PairMoments()) { $0.merge($1.moments) }
            }
            let all = arms.values.reduce(into: PairMoments()) { $0.merge($1) }
            let squares = arms.values.reduce(0) { $0 + $1.ySquares }
            // What is the same for everybody leaves only the last digits of sums behind.
            let noise = 1e-9 * Double(all.count) * all.yMean * all.yMean
            guard all.count >= 2 * Lights.fewest, squares > noise else { return nil }
            let total = all.xSquares * all.ySquares
            let explained = total > 0 ? all.products * all.products / total : 0
            variance = squares / Double(all.count - arms.count) * (1 - explained)
            let days = cells.map(\.day)
            wholeDays = (days.max() ?? 0) - (days.min() ?? 0) + 1
            let people = Double(all.count) * share
            let first = Double(cells.filter { $0.day == days.min() }.reduce(0) { $0 + $1.moments.count }) * share
            // The first day may have begun at noon: it is taken for no less than a usual one.
            firstDay = max(first, people / Double(wholeDays))
            newShare = Self.newShare(people / firstDay, days: wholeDays)
        }

        func days(until people: Double) -> Int? {
            wholeDays < 2 ? nil : PowerPlan.days(units: people, firstDay: firstDay, newShare: newShare)
        }

        /// r of 1 + r + … + r^(days − 1) = `ratio`: how new people thin out as regulars have been met.
        private static func newShare(_ ratio: Double, days: Int64) -> Double {
            var (low, high) = (1e-6, 1.0)
            for _ in 0..<50 {
                let middle = (low + high) / 2
                let sum = (0..<min(days, 400)).reduce((0.0, 1.0)) { so, _ in (so.0 + so.1, so.1 * middle) }.0
                if sum < ratio { low = middle } else { high = middle }
            }
            return high > 1 - 1e-9 ? 1 : high
        }
    }

    /// The bound depends on the people and the people on the bound.
    private struct Search {
        let variance: Double
        let share: Double
        let alpha: Double
        let terms: ExperimentTerms

        func units(effect: Double) throws(InferenceProblem) -> Int {
            var units = 1_000.0
            for _ in 0..<12 {
                let next = Double(try plan(units).units(effect: effect))
                let isSettled = abs(next - units) < 0.005 * units
                units = next
                if isSettled || units > 1e12 { break }
            }
            return units > 1e12 ? .max : Int(units)
        }

        func detectable(units: Double) throws(InferenceProblem) -> Double {
            try plan(units).detectableEffect(units: units)
        }

        /// A fixed test that is as strict as the bound after so many people.
        private func plan(_ units: Double) throws(InferenceProblem) -> PowerPlan {
            try PowerPlan(
                variance: variance, alpha: 2 * Normal.upperTail(try critical(units)), power: DurationPlan.power,
                share: share)
        }

        private func critical(_ units: Double) throws(InferenceProblem) -> Double {
            if let looks = terms.looks {
                let fractions = (1...looks).map { Double($0) / Double(looks) }
                return try GroupSequential(alpha: alpha).bounds(at: fractions).last ?? .infinity
            }
            return try terms.sequence(alpha: alpha).critical(units: units)
        }
    }
}
