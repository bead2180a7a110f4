import Foundation
import Inference

/// One metric of one arm as `quanyu analyze` prints it.
struct AnalysisResult: Encodable {
    struct Lift: Encodable {
        /// nil where the control mean is zero.
        let estimate: Double?
        /// nil where no bound can be given.
        let interval: [Double]?
        let isUnbounded: Bool
        /// "between", "outside" or "everything": what the confidence set of an unbounded lift looks like.
        let bounds: String
    }

    let metric: String
    let arm: String
    let missing: Int
    let covariatesImputed: Int
    var method: String?
    var controlMean: Double?
    var treatmentMean: Double?
    var controlCount: Int?
    var treatmentCount: Int?
    var effect: Double?
    var standardError: Double?
    var degreesOfFreedom: Double?
    var statistic: Double?
    var pValue: Double?
    var logPValue: Double?
    var adjustedPValue: Double?
    var critical: Double?
    var interval: [Double]?
    var lift: Lift?
    var isSignificant: Bool?
    var varianceExplained: Double?
    var clusters: Int?
    var problem: String?
    let sentence: PlainSentence

    init(_ finding: ExperimentAnalysis.Finding, control: String) {
        metric = finding.metric.name
        arm = finding.arm
        missing = finding.missing
        covariatesImputed = finding.imputed
        switch finding.answer {
        case .failure(let problem):
            let (code, en, zh) = Self.words(problem)
            self.problem = code
            sentence = PlainSentence(
                en: "\(metric), \(arm): no answer, because \(en).", zh: "\(metric)，\(arm)：没有结论，因为\(zh)。")
        case .success(let answer):
            sentence = Self.sentence(answer, metric: metric, arm: arm, control: control)
            fill(answer)
        }
    }

    private mutating func fill(_ answer: ExperimentAnalysis.Answer) {
        let comparison = answer.comparison
        method = answer.method
        controlMean = comparison.control.value
        treatmentMean = comparison.treatment.value
        controlCount = comparison.control.count
        treatmentCount = comparison.treatment.count
        effect = comparison.effect
        standardError = comparison.standardError
        degreesOfFreedom = comparison.degreesOfFreedom
        statistic = comparison.statistic
        pValue = comparison.pValue
        logPValue = comparison.logPValue
        adjustedPValue = answer.adjustedPValue
        critical = answer.critical
        interval = [answer.interval.lower, answer.interval.upper]
        lift = Self.lift(answer.lift)
        isSignificant = answer.isSignificant
        varianceExplained = answer.explained
        clusters = answer.clusters
    }

    private static func lift(_ lift: RelativeLift) -> Lift {
        let (interval, bounds): ([Double]?, String) =
            switch lift.bounds {
            case .between(let interval): ([interval.lower, interval.upper], "between")
            case .outside: (nil, "outside")
            case .everything: (nil, "everything")
            }
        return Lift(
            estimate: lift.estimate.isFinite ? lift.estimate : nil, interval: interval, isUnbounded: interval == nil,
            bounds: bounds)
    }

    private static func sentence(
        _ answer: ExperimentAnalysis.Answer, metric: String, arm: String, control: String
    ) -> PlainSentence {
        var sentence = PlainSentence.difference(
            metric, arm: arm, control: control, answer.comparison, interval: answer.interval,
            logPValue: answer.adjustedLogPValue, isSignificant: answer.isSignificant)
        if answer.lift.interval == nil {
            sentence = PlainSentence(
                en: sentence.en + " The relative lift is unbounded: control may be zero.",
                zh: sentence.zh + "相对提升没有界限：对照组均值可能为零。")
        }
        guard answer.isShare else { return sentence }
        let created = PlainSentence.created(answer.comparison, interval: answer.interval)
        return PlainSentence(en: "\(sentence.en) \(created.en)", zh: sentence.zh + created.zh)
    }

    private static func words(_ problem: InferenceProblem) -> (code: String, en: String, zh: String) {
        switch problem {
        case .tooFewUnits(let have, let need):
            (
                "too_few_units", "an arm needs \(need) units or clusters and has only \(have)",
                "某组只有 \(have) 个单位或群组，至少需要 \(need) 个"
            )
        case .constantMetric: ("constant_metric", "the metric never varies", "该指标没有任何变化")
        case .zeroDenominator: ("zero_denominator", "the ratio's denominator is zero", "比率的分母为零")
        case .outOfRange(let text): ("out_of_range", text, "参数超出范围")
        case .unequalLengths: ("unequal_lengths", "columns differ in length", "各列长度不一致")
        }
    }

    /// Cells of the table for people.
    var cells: [String] {
        guard let effect, let interval, let pValue = adjustedPValue else {
            return [metric, arm, "", "", "", problem ?? "", "", "", ""]
        }
        let bounds = lift?.interval.map { "\(Figures.percent($0[0])) to \(Figures.percent($0[1]))" } ?? "unbounded"
        return [
            metric, arm, Figures.text(controlMean ?? .nan, digits: 4), Figures.text(treatmentMean ?? .nan, digits: 4),
            Figures.signed(effect), "\(Figures.text(interval[0])) to \(Figures.text(interval[1]))",
            lift?.estimate.map { Figures.percent($0) } ?? "?", bounds,
            Figures.pValue(log: log(pValue)) + (isSignificant == true ? " *" : ""),
        ]
    }
}
