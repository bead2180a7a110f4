import Inference
import Kernel

/// Three questions about a treatment, each answered so that nobody needs statistics to act rightly.
public struct Lights: Sendable, Hashable {
    /// An answer.
    public enum Colour: String, Sendable, Codable, CaseIterable {
        /// Yes.
        case green
        /// Not known yet.
        case amber
        /// No.
        case red
    }

    /// An answer with its reason.
    public struct Light: Sendable, Hashable {
        /// The answer.
        public let colour: Colour
        /// Why.
        public let reason: Localized

        init(_ colour: Colour, _ en: String, _ zh: String) {
            (self.colour, reason) = (colour, Localized(en: en, zh: zh))
        }
    }

    /// Did it create value?
    public let value: Light
    /// Is the experience safe?
    public let experience: Light
    /// Is the evidence sound?
    public let evidence: Light

    /// People an arm needs before its variance says much about heavy tails.
    static let fewest = 100

    init(
        _ experiment: Experiment, _ rows: [ExperimentResult.Row], counts: (control: Int, treatment: Int),
        sampleRatio: Double
    ) {
        value = Self.value(experiment, rows.first { $0.metric.name == experiment.terms.primary })
        let isEnough = min(counts.control, counts.treatment) >= Self.needed(experiment)
        experience = Self.experience(experiment, rows.filter(\.metric.isExperience), isEnough)
        evidence = Self.evidence(experiment, isEnough, sampleRatio)
    }

    private static func needed(_ experiment: Experiment) -> Int {
        experiment.terms.design == .persons ? fewest : 8
    }

    private static func value(_ experiment: Experiment, _ row: ExperimentResult.Row?) -> Light {
        guard let row, let interval = row.interval else {
            return Light(.amber, "There is nothing to compare yet.", "还没有可比较的数据。")
        }
        let (low, high) =
            row.metric.isGood ? (interval.lower, interval.upper) : (-interval.upper, -interval.lower)
        let least = experiment.terms.leastWorthwhile / 1_000
        if high < 0 { return Light(.red, "It made things worse.", "结果变差了。") }
        if low >= least {
            return Light(.green, "It created at least what was called worthwhile.", "创造的增量不低于事先写明的最小值。")
        }
        if high < least {
            return Light(.red, "Whatever it created is less than was called worthwhile.", "即使有增量，也低于事先写明的最小值。")
        }
        if low > 0 {
            return Light(
                .green, "It created value; whether as much as was called worthwhile is not certain.",
                "创造了增量；是否达到事先写明的最小值尚不确定。")
        }
        return Light(.amber, "Whether it created anything is not known yet.", "是否创造了增量，目前还不能确定。")
    }

    private static func experience(
        _ experiment: Experiment, _ rows: [ExperimentResult.Row], _ isEnough: Bool
    ) -> Light {
        if let harmed = rows.first(where: \.isHarm) {
            let title = harmed.metric.title
            return Light(
                .red, "People fare worse: \(title.en) went up.", "体验变差：\(title.text(in: .zh))上升。")
        }
        let limit = experiment.terms.toleratedHarm / 100
        let unclear = rows.first { row in
            // Nothing happened in either arm: there is no harm to bound.
            if row.problem == .constantMetric { return false }
            guard let upper = row.lift?.interval?.upper else { return true }
            return upper > limit
        }
        guard isEnough, unclear == nil else {
            let title = unclear?.metric.title ?? Metric(.reports).title
            return Light(
                .amber, "Harm is not ruled out yet: \(title.en).", "尚不能排除损害：\(title.text(in: .zh))。")
        }
        return Light(.green, "No sign that people fare worse.", "没有体验变差的迹象。")
    }

    private static func evidence(_ experiment: Experiment, _ isEnough: Bool, _ sampleRatio: Double) -> Light {
        if sampleRatio < ExperimentResult.sampleRatioLimit {
            return Light(
                .red, "The arms have the wrong sizes: something sorts people. Don't use the figures.",
                "各组人数与设定不符，分组被某种因素干扰；请勿使用这些数字。")
        }
        if let warning = experiment.warning {
            return Light(.amber, warning.en, warning.text(in: .zh))
        }
        guard isEnough else { return Light(.amber, "Too few people so far.", "目前人数太少。") }
        return Light(.green, "The arms have the right sizes and enough people.", "各组人数符合设定且足够。")
    }
}
