import Decisions
import Experiments
import HTTP
import Inference
import Kernel

/// A new experiment of a decision.
struct NewExperimentBody: Documented {
    let decision: DecisionID
    let terms: ExperimentTerms
    static let example = NewExperimentBody(decision: Identifier(rawValue: 14), terms: .example)
}

/// What is to happen to an experiment.
struct ExperimentEventBody: Documented {
    enum Event: String, Codable, CaseIterable {
        case start, end
    }
    let event: Event
    static let example = ExperimentEventBody(event: .start)
}

/// More people for an experiment.
struct ExperimentShareBody: Documented {
    /// Basis points of all people; not fewer than now.
    let share: Int
    static let example = ExperimentShareBody(share: 5_000)
}

/// What an experiment cost.
struct ExperimentCostBody: Documented {
    /// Minor units.
    let amount: Int64
    let currency: Currency
    static let example = ExperimentCostBody(amount: 120_000, currency: .cny)
}

/// An experiment.
struct ExperimentBody: Documented {
    let id: ExperimentID
    let decision: DecisionID
    let purpose: ExperimentPurpose
    let state: ExperimentState
    /// Frozen unless the state is draft.
    let terms: ExperimentTerms
    /// Basis points of all people that take part now.
    let share: Int
    /// People met so far.
    let people: Int
    /// Said when persons are randomised although the arms take from each other.
    let warning: Localized?
    let createdAt: Instant
    let startedAt: Instant?
    let endedAt: Instant?
    static let example = ExperimentBody(
        id: Identifier(rawValue: 15), decision: Identifier(rawValue: 14), purpose: .measure, state: .running,
        terms: .example, share: 2_000, people: 12_345,
        warning: Localized(en: "Both arms draw on the same stock.", zh: "两组共用同一份库存。"),
        createdAt: Instant(milliseconds: 0), startedAt: Instant(milliseconds: 0), endedAt: Instant(milliseconds: 0))
}

/// An answer with its reason.
struct LightBody: Documented {
    /// green yes, amber not known yet, red no.
    let colour: Lights.Colour
    let reason: Localized
    static let example = LightBody(
        colour: .amber, reason: Localized(en: "Whether it created anything is not known yet.", zh: "是否创造了增量，目前还不能确定。"))
}

/// One metric of one treatment against control, per person.
struct MetricResultBody: Documented {
    let metric: MetricName
    let control: Double
    let treatment: Double
    /// Treatment minus control; absent when there is nothing to compare.
    let difference: Double?
    /// Valid however often one looks.
    let lower: Double?
    let upper: Double?
    /// treatment / control − 1, absent when control is zero.
    let lift: Double?
    /// Fieller's bounds of the lift; both absent when it is unbounded.
    let liftLower: Double?
    let liftUpper: Double?
    /// Of a single test at a single look.
    let pValue: Double?
    /// Valid however often one looks; absent for a metric with planned looks.
    let sequentialPValue: Double?
    let isSignificant: Bool
    static let example = MetricResultBody(
        metric: .buyers, control: 0.106, treatment: 0.151, difference: 0.045, lower: 0.039, upper: 0.052, lift: 0.42,
        liftLower: 0.36, liftUpper: 0.49, pValue: 1e-9, sequentialPValue: 1e-7, isSignificant: true)
}

/// The primary metric among one kind of buyer, per person.
struct SegmentResultBody: Documented {
    enum Segment: String, Codable, CaseIterable {
        case none, one, several
    }
    /// Orders in the four whole weeks before they met the experiment.
    let orders: Segment
    let controlCount: Int
    let treatmentCount: Int
    /// Absent where too few people came.
    let difference: Double?
    /// All segments' intervals hold together, however often one looks.
    let lower: Double?
    let upper: Double?
    /// Adjusted for looking at several segments (Benjamini–Hochberg), valid at every look.
    let adjustedPValue: Double?
    let isSignificant: Bool
    static let example = SegmentResultBody(
        orders: .one, controlCount: 2_000, treatmentCount: 2_000, difference: 0.05, lower: 0.01, upper: 0.09,
        adjustedPValue: 0.002, isSignificant: true)
}

/// How many people an experiment needs.
struct DurationPlanBody: Documented {
    /// The least worthwhile effect, per person.
    let effect: Double
    /// The chance of finding it.
    let power: Double
    /// People of all arms.
    let people: Int
    /// Whole days from the start until they have come; absent while that isn't known and when so many never come.
    let days: Int?
    /// The least effect per person that the planned people find; absent without a planned end.
    let detectable: Double?
    static let example = DurationPlanBody(effect: 0.005, power: 0.8, people: 24_000, days: 12, detectable: 0.006)
}

/// A treatment against control.
struct ArmResultBody: Documented {
    let arm: String
    let controlCount: Int
    let treatmentCount: Int
    /// Did it create value?
    let value: LightBody
    /// Is the experience safe?
    let experience: LightBody
    /// Is the evidence sound?
    let evidence: LightBody
    let sentence: Localized?
    let metrics: [MetricResultBody]
    /// The primary metric by kind of buyer; empty where none is known.
    let segments: [SegmentResultBody]
    static let example = ArmResultBody(
        arm: "fresher", controlCount: 6_000, treatmentCount: 6_000, value: .example, experience: .example,
        evidence: .example, sentence: Localized(en: "Of 1,000 shown, 151 came.", zh: "每展示 1,000 人，来了 151 人。"),
        metrics: [.example], segments: [.example])
}

/// An experiment with what it shows.
struct ExperimentResultBody: Documented {
    let experiment: ExperimentBody
    /// A p-value valid at every look: below 0.001 the arms have the wrong sizes.
    let sampleRatioPValue: Double
    /// The planned look that decides, and how many are planned.
    let look: Int?
    let looks: Int?
    let arms: [ArmResultBody]
    /// Absent where time is switched, and before enough is known of what people do.
    let plan: DurationPlanBody?
    static let example = ExperimentResultBody(
        experiment: .example, sampleRatioPValue: 0.7, look: 2, looks: 5, arms: [.example], plan: .example)
}

/// What is measured.
struct MetricBody: Documented {
    let name: MetricName
    let title: Localized
    let unit: Localized
    let definition: Localized
    let isGood: Bool
    let isExperience: Bool
    let owner: String
    static let example = MetricBody(Metric(.buyers))
}

extension ExperimentTerms: Documented {
    public static let example = ExperimentTerms(
        name: "Fresher feed",
        arms: [
            Arm(name: "as now", share: 5_000, treatment: "2026-11"),
            Arm(name: "fresher", share: 5_000, treatment: "2026-12"),
        ], share: 2_000, leastWorthwhile: 5, looks: 5, plannedPeople: 20_000)
}

extension MetricBody {
    init(_ metric: Metric) {
        self.init(
            name: metric.name, title: metric.title, unit: metric.unit, definition: metric.definition,
            isGood: metric.isGood, isExperience: metric.isExperience, owner: metric.owner)
    }
}

extension ExperimentBody {
    init(_ experiment: Experiment) {
        self.init(
            id: experiment.id, decision: experiment.decision, purpose: experiment.purpose, state: experiment.state,
            terms: experiment.terms, share: experiment.buckets.count, people: experiment.people,
            warning: experiment.warning, createdAt: experiment.createdAt, startedAt: experiment.startedAt,
            endedAt: experiment.endedAt)
    }
}

extension LightBody {
    init(_ light: Lights.Light) { self.init(colour: light.colour, reason: light.reason) }
}

extension MetricResultBody {
    init(_ row: ExperimentResult.Row) {
        // Infinity and NaN can't be written as JSON numbers; they are said by absence.
        func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }
        self.init(
            metric: row.metric.name, control: row.means.control, treatment: row.means.treatment,
            difference: finite(row.comparison?.effect), lower: finite(row.interval?.lower),
            upper: finite(row.interval?.upper), lift: finite(row.lift?.estimate),
            liftLower: finite(row.lift?.interval?.lower), liftUpper: finite(row.lift?.interval?.upper),
            pValue: finite(row.comparison?.pValue), sequentialPValue: finite(row.sequentialPValue),
            isSignificant: row.isSignificant)
    }
}

extension ArmResultBody {
    init(_ result: ExperimentResult.ArmResult) {
        self.init(
            arm: result.arm.name, controlCount: result.counts.control, treatmentCount: result.counts.treatment,
            value: LightBody(result.lights.value), experience: LightBody(result.lights.experience),
            evidence: LightBody(result.lights.evidence),
            sentence: result.sentence.map { Localized(en: $0.en, zh: $0.zh) },
            metrics: result.rows.map(MetricResultBody.init), segments: result.segments.map(SegmentResultBody.init))
    }
}

extension SegmentResultBody {
    init(_ row: ExperimentResult.SegmentRow) {
        let kind: Segment =
            switch row.segment {
            case .none: .none
            case .one: .one
            case .several: .several
            }
        self.init(
            orders: kind, controlCount: row.counts.control, treatmentCount: row.counts.treatment,
            difference: row.comparison?.effect, lower: row.interval?.lower, upper: row.interval?.upper,
            adjustedPValue: row.adjustedPValue, isSignificant: row.isSignificant)
    }
}

extension DurationPlanBody {
    init(_ plan: DurationPlan) {
        self.init(
            effect: plan.effect, power: DurationPlan.power, people: plan.people, days: plan.days,
            detectable: plan.detectable)
    }
}

extension ExperimentResultBody {
    init(_ reading: ExperimentReading) {
        let result = reading.result
        self.init(
            experiment: ExperimentBody(result.experiment), sampleRatioPValue: result.sampleRatioPValue,
            look: result.look?.number, looks: result.look?.of, arms: result.arms.map(ArmResultBody.init),
            plan: reading.plan.map(DurationPlanBody.init))
    }
}
