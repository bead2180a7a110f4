import Inference
import Kernel

/// What an experiment shows, from its cells. Pure; every statistic is the engine's.
public struct ExperimentResult: Sendable {
    /// One metric of one treatment against control.
    public struct Row: Sendable {
        /// The metric.
        public let metric: Metric
        /// Means per person of control and treatment.
        public let means: (control: Double, treatment: Double)
        /// The comparison; `nil` when there is none to make.
        public let comparison: Comparison?
        /// Of the difference per person, valid however often one looks.
        public let interval: Interval?
        /// The relative lift at the same bounds: it excludes 0 exactly when ``interval`` does.
        public let lift: RelativeLift?
        /// Valid however often one looks; `nil` for a metric with planned looks, whose bound decides.
        public let sequentialPValue: Double?
        /// The share of the variance, 0…1, that what people brought before explains and that was taken out (CUPED);
        /// `nil` where it wasn't.
        public let explained: Double?
        /// Why there is no comparison.
        public let problem: InferenceProblem?

        /// log of the p-value that belongs to ``interval``: valid at every look, or of the last planned look.
        public var logPValue: Double? {
            sequentialPValue.map { .log($0) } ?? comparison?.logPValue
        }
        /// Whether the difference is no chance.
        public var isSignificant: Bool { interval.map { !$0.contains(0) } ?? false }
        /// Whether the difference is no chance and bad for people.
        public var isHarm: Bool {
            guard isSignificant, let comparison else { return false }
            return (comparison.effect > 0) != metric.isGood
        }
    }

    /// A treatment against control.
    public struct ArmResult: Sendable {
        /// Which arm, 1…
        public let number: Int
        /// The arm.
        public let arm: Arm
        /// People in control and in it (windows when time is switched).
        public let counts: (control: Int, treatment: Int)
        /// Metrics in the order of ``Metric/all``.
        public let rows: [Row]
        /// The primary metric by kind of buyer; empty where none is known.
        public let segments: [SegmentRow]
        /// Created value? Experience safe? Evidence sound?
        public let lights: Lights
        /// The primary metric in one sentence; `nil` before there is anything to compare.
        public let sentence: PlainSentence?

        /// The row of a metric.
        public func row(_ metric: MetricName) -> Row? { rows.first { $0.metric.name == metric } }
    }

    /// The experiment.
    public let experiment: Experiment
    /// People of each arm so far (windows when time is switched).
    public let counts: [Int]
    /// Whether the arms have the sizes that they were meant to have; a p-value valid at every look.
    public let sampleRatioPValue: Double
    /// The planned look that decides about the primary metric, and how many are planned.
    public let look: (number: Int, of: Int)?
    /// One for each treatment.
    public let arms: [ArmResult]

    /// Below this, arms differ in size for a reason that makes them incomparable.
    static let sampleRatioLimit = 0.001

    /// The result of an experiment from what was counted.
    public init(_ experiment: Experiment, _ counted: Counted) {
        self.experiment = experiment
        let reading = ResultReading(experiment, counted)
        let counts = reading.counts
        let pValue = (try? SampleRatio.Sequential(counts: counts, weights: experiment.shares).pValue) ?? 1
        (self.counts, sampleRatioPValue) = (counts, pValue)
        look = experiment.terms.looks.map { (counted.looks.last?.number ?? 0, $0) }
        arms = (1..<experiment.terms.arms.count).map { number in
            let rows = Metric.all.map { reading.row($0, arm: number) }
            let arm = experiment.terms.arms[number]
            return ArmResult(
                number: number, arm: arm, counts: (counts[0], counts[number]), rows: rows,
                segments: reading.segments(arm: number),
                lights: Lights(experiment, rows, counts: (counts[0], counts[number]), sampleRatio: pValue),
                sentence: rows.first { $0.metric.name == experiment.terms.primary }
                    .flatMap { Self.sentence($0, arm, control: experiment.terms.arms[0]) })
        }
    }

    private static func sentence(_ row: Row, _ arm: Arm, control: Arm) -> PlainSentence? {
        guard let comparison = row.comparison, let interval = row.interval else { return nil }
        if row.metric.kind == .ever { return .created(comparison, interval: interval) }
        func difference(_ title: String) -> PlainSentence {
            .difference(
                title, arm: arm.name, control: control.name, comparison, interval: interval,
                logPValue: row.logPValue ?? 0, isSignificant: row.isSignificant)
        }
        return PlainSentence(
            en: difference("\(row.metric.title.en) per person").en,
            zh: difference("人均\(row.metric.title.text(in: .zh))").zh)
    }
}

extension ExperimentTerms {
    /// Intervals for an open end, tightest where the experiment is expected to be decided.
    func sequence(alpha: Double) throws(InferenceProblem) -> ConfidenceSequence {
        let persons = plannedPeople ?? expectedPeople ?? 20_000
        return try ConfidenceSequence(alpha: alpha, tunedAt: design == .persons ? Double(persons) : 200)
    }
}

/// Chooses the method for each metric.
struct ResultReading {
    let experiment: Experiment
    let counted: Counted
    private let merged: ArmMoments
    /// People, or windows when time is switched.
    let counts: [Int]

    init(_ experiment: Experiment, _ counted: Counted) {
        (self.experiment, self.counted) = (experiment, counted)
        let arms = experiment.terms.arms.count
        merged = counted.merged(arms: arms)
        if experiment.terms.design == .persons {
            counts = merged.map { $0[.buyers]?.count ?? 0 }
        } else {
            counts = (0..<arms).map { arm in
                Set(counted.cells.filter { $0.arm == arm && $0.metric == .buyers }.map(\.day)).count
            }
        }
    }

    /// A metric of a treatment against control.
    func row(_ metric: Metric, arm: Int) -> ExperimentResult.Row {
        let isPlanned = metric.name == experiment.terms.primary && experiment.terms.looks != nil
        let source = isPlanned ? counted.looks.last?.moments ?? [] : merged
        let means = (mean(metric.name, 0, merged), mean(metric.name, arm, merged))
        do throws(InferenceProblem) {
            let comparison = try compared(metric.name, arm, source)
            let (critical, pValue) = try bound(comparison, isPlanned)
            return ExperimentResult.Row(
                metric: metric, means: (comparison.control.value, comparison.treatment.value), comparison: comparison,
                interval: comparison.interval(critical: critical), lift: comparison.lift(critical: critical),
                sequentialPValue: pValue, explained: explained(metric.name, arm, source), problem: nil)
        } catch {
            return ExperimentResult.Row(
                metric: metric, means: means, comparison: nil, interval: nil, lift: nil, sequentialPValue: nil,
                explained: nil, problem: error)
        }
    }

    private func mean(_ metric: MetricName, _ arm: Int, _ moments: ArmMoments) -> Double {
        moments[arm][metric]?.yMean ?? 0
    }

    private func compared(
        _ metric: MetricName, _ arm: Int, _ source: ArmMoments
    ) throws(InferenceProblem) -> Comparison {
        guard experiment.terms.design == .persons else { return try switched(metric) }
        guard source.count > arm else { throw .tooFewUnits(have: 0, need: 2) }
        return try Self.compared(source[0][metric] ?? PairMoments(), source[arm][metric] ?? PairMoments())
    }

    /// Persons against persons, without what they brought before where that is known.
    static func compared(
        _ control: PairMoments, _ treatment: PairMoments
    ) throws(InferenceProblem) -> Comparison {
        try requireEnough(control, treatment)
        if Self.isAdjusted(control, treatment) {
            let adjusted = try CovariateAdjustment(control: control, treatment: treatment)
            return try Comparison(control: adjusted.control, treatment: adjusted.treatment)
        }
        return try Comparison(control: ArmMean(control.outcome), treatment: ArmMean(treatment.outcome))
    }

    /// Expected events of the smaller arm below which its mean is far from normal: of 25 people held back none may buy by
    /// chance, and then nothing seems to vary.
    static let fewestEvents = 10.0

    /// Requires as many people in the smaller arm as bring ``fewestEvents`` when both arms are alike. An outcome that is 0
    /// for most counts as events n ÷ (1 + coefficient of variation²), which is the number of ones where it is 0 or 1.
    private static func requireEnough(
        _ control: PairMoments, _ treatment: PairMoments
    ) throws(InferenceProblem) {
        let both = control.merged(with: treatment)
        let smaller = min(control.count, treatment.count)
        guard both.count > 1, both.yMean != 0 else { return }
        let variation = both.ySquares / Double(both.count - 1) / (both.yMean * both.yMean)
        let need = fewestEvents * (1 + variation)
        guard Double(smaller) >= need else {
            throw .tooFewUnits(have: smaller, need: Int(min(1e15, need.rounded(.up))))
        }
    }

    /// Whether what people brought before is known of enough of them to take it out.
    private static func isAdjusted(_ control: PairMoments, _ treatment: PairMoments) -> Bool {
        min(control.count, treatment.count) >= Lights.fewest && control.xSquares > 0 && treatment.xSquares > 0
            && control.ySquares + treatment.ySquares > 0
    }

    /// The share of the variance that earlier behaviour explains; `nil` where it wasn't taken out.
    private func explained(_ metric: MetricName, _ arm: Int, _ source: ArmMoments) -> Double? {
        guard experiment.terms.design == .persons, source.count > arm, let control = source[0][metric],
            let treatment = source[arm][metric], Self.isAdjusted(control, treatment)
        else { return nil }
        return (try? CovariateAdjustment(control: control, treatment: treatment))?.explained
    }

    private func switched(_ metric: MetricName) throws(InferenceProblem) -> Comparison {
        let windows = Dictionary(grouping: counted.cells.filter { $0.metric == metric }, by: \.day)
        return try Switchback(
            windows.sorted { $0.key < $1.key }.map { _, cells in
                Switchback.Window(
                    isTreated: cells[0].arm == 1, outcome: cells.reduce(0) { $0 + $1.moments.outcome.sum },
                    exposure: Double(cells.reduce(0) { $0 + $1.moments.count }))
            }
        ).compared()
    }

    /// How far from zero a difference has to be, in standard errors. Several treatments share the error rate (Bonferroni).
    private func bound(
        _ comparison: Comparison, _ isPlanned: Bool
    ) throws(InferenceProblem) -> (critical: Double, pValue: Double?) {
        let treatments = Double(experiment.terms.arms.count - 1)
        if isPlanned, let planned = experiment.terms.plannedPeople {
            let fractions = fractions(planned)
            let bounds = try GroupSequential(alpha: 0.05 / treatments).bounds(at: fractions)
            let last = bounds.last ?? .infinity
            return (GroupSequential.critical(last, degreesOfFreedom: comparison.degreesOfFreedom), nil)
        }
        let units = Double(comparison.control.count + comparison.treatment.count)
        let sequence = try experiment.terms.sequence(alpha: 0.05 / treatments)
        return (sequence.critical(units: units), min(1, treatments * sequence.pValue(comparison)))
    }

    /// The shares of the planned people at the looks that were taken.
    private func fractions(_ planned: Int) -> [Double] {
        var fractions: [Double] = []
        for look in counted.looks {
            let fraction = min(1, Double(look.people) / Double(planned))
            if fraction > fractions.last ?? 0 { fractions.append(fraction) }
        }
        return fractions
    }
}
