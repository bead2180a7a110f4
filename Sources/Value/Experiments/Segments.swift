import Inference
import Kernel

extension ExperimentResult {
    /// The primary metric of a treatment against control among one kind of buyer.
    public struct SegmentRow: Sendable {
        /// What they had bought in the weeks before they met the experiment: kept with them, so that nothing that the
        /// experiment does can move them from one segment to another.
        public let segment: Audience.Purchases
        /// People of control and treatment.
        public let counts: (control: Int, treatment: Int)
        /// The comparison; `nil` below ``Lights/fewest`` people an arm or where nothing varies.
        public let comparison: Comparison?
        /// Of the difference per person. All segments' intervals hold together, however often somebody looks (Bonferroni
        /// over treatments and segments).
        public let interval: Interval?
        /// Adjusted for looking at several segments (Benjamini & Hochberg 1995), from p-values valid at every look.
        public let adjustedPValue: Double?

        /// Whether the difference is no chance.
        public var isSignificant: Bool { interval.map { !$0.contains(0) } ?? false }
    }
}

extension ResultReading {
    /// The primary metric of a treatment by kind of buyer; empty when time is switched or no kind is known of anybody.
    func segments(arm: Int) -> [ExperimentResult.SegmentRow] {
        let kinds = Audience.Purchases.allCases.filter { kind in counted.cells.contains { $0.segment == kind } }
        guard experiment.terms.design == .persons, !kinds.isEmpty else { return [] }
        let treatments = Double(experiment.terms.arms.count - 1)
        // By all kinds that there are, also before anybody of some kind came: the rate is decided beforehand.
        let questions = treatments * Double(Audience.Purchases.allCases.count)
        let sequence = try? experiment.terms.sequence(alpha: 0.05 / questions)
        let pairs = kinds.map { (moments(of: $0, arm: 0), moments(of: $0, arm: arm)) }
        let comparisons = pairs.map { control, treatment in
            min(control.count, treatment.count) < Lights.fewest ? nil : try? Self.compared(control, treatment)
        }
        let pValues = comparisons.map { comparison in
            comparison.flatMap { found in sequence.map { min(1, treatments * $0.pValue(found)) } }
        }
        var adjusted = Multiplicity.benjaminiHochberg(pValues.compactMap(\.self)).makeIterator()
        return kinds.indices.map { index in
            ExperimentResult.SegmentRow(
                segment: kinds[index], counts: (pairs[index].0.count, pairs[index].1.count),
                comparison: comparisons[index],
                interval: comparisons[index].flatMap { found in sequence.map { $0.interval(found) } },
                adjustedPValue: pValues[index].flatMap { _ in adjusted.next() })
        }
    }

    private func moments(of kind: Audience.Purchases, arm: Int) -> PairMoments {
        counted.cells.reduce(into: PairMoments()) { sum, cell in
            guard cell.segment == kind, cell.arm == arm, cell.metric == experiment.terms.primary else { return }
            sum.merge(cell.moments)
        }
    }
}
