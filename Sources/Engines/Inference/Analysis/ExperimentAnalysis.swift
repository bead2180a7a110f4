import RealModule

/// An experiment's data analysed: every metric of every arm against control, with the multiplicity of arms and looks
/// accounted for.
public struct ExperimentAnalysis: Sendable {
    /// One metric of one arm.
    public struct Finding: Sendable {
        /// Which metric.
        public let metric: AnalysisPlan.Metric
        /// Which arm.
        public let arm: String
        /// Rows left out because the metric is missing.
        public let missing: Int
        /// Rows whose missing covariate was replaced by its mean.
        public let imputed: Int
        /// The answer, or why there is none.
        public let answer: Result<Answer, InferenceProblem>
    }

    /// What was found.
    public struct Answer: Sendable {
        /// The comparison at the plan's level, without regard to arms and looks.
        public let comparison: Comparison
        /// How it was made: "welch", "cuped", "delta", "delta+cuped", each with "+cr2" when clustered.
        public let method: String
        /// Critical t for intervals, over arms and looks.
        public let critical: Double
        /// p-value over arms and looks.
        public let adjustedPValue: Double
        /// Its logarithm.
        public let adjustedLogPValue: Double
        /// Share of variance that the covariate explained.
        public let explained: Double?
        /// Whether every value is 0 or 1.
        public let isShare: Bool
        /// Clusters behind it.
        public let clusters: Int?

        /// Interval of the difference that holds over arms and looks.
        public var interval: Interval { comparison.interval(critical: critical) }
        /// Relative lift that holds over arms and looks.
        public var lift: RelativeLift { comparison.lift(critical: critical) }
        /// Whether the difference is no chance at the plan's level.
        public var isSignificant: Bool { abs(comparison.statistic) >= critical }
    }

    /// Every metric of every arm, metrics in the plan's order, then arms by name.
    public let findings: [Finding]
    /// Arms with their rows; control first.
    public let arms: [(name: String, count: Int)]
    /// The |z| at which this look decides, over arms and looks.
    public let bound: Double

    /// Analyses data.
    ///
    /// - Throws: ``AnalysisProblem`` when the plan does not fit the data.
    public init(_ data: ExperimentData, plan: AnalysisPlan) throws(AnalysisProblem) {
        guard let control = data.arms.firstIndex(of: plan.control) else {
            throw .noControl(plan.control, arms: data.arms)
        }
        let others = data.arms.indices.filter { $0 != control }.sorted { data.arms[$0] < data.arms[$1] }
        guard !others.isEmpty else { throw .oneArm(plan.control) }
        guard plan.looks >= 1, (1...plan.looks).contains(plan.look) else { throw .badLook(plan.look, of: plan.looks) }
        for column in Self.columnsNeeded(plan) where data.columns[column] == nil { throw .noColumn(column) }
        let adjuster = try Self.adjuster(plan, arms: others.count)
        var findings: [Finding] = []
        for metric in plan.metrics {
            for arm in others {
                let rows = MetricRows(data, metric: metric, plan: plan, control: control, treatment: arm)
                findings.append(
                    Finding(
                        metric: metric, arm: data.arms[arm], missing: rows.missing, imputed: rows.imputed,
                        answer: rows.answer(adjuster, level: plan.level)))
            }
        }
        self.findings = findings
        bound = adjuster.bound
        var counts = [Int](repeating: 0, count: data.arms.count)
        for arm in data.armOfRow { counts[arm] += 1 }
        arms = ([control] + others).map { (data.arms[$0], counts[$0]) }
    }

    private static func columnsNeeded(_ plan: AnalysisPlan) -> [String] {
        plan.metrics.flatMap { metric in
            switch metric {
            case .mean(let column): [column]
            case .ratio(let numerator, let denominator): [numerator, denominator]
            }
        } + (plan.covariate.map { [$0] } ?? [])
    }

    private static func adjuster(_ plan: AnalysisPlan, arms: Int) throws(AnalysisProblem) -> Adjuster {
        guard plan.level > 0, plan.level < 1 else { throw .badLevel(plan.level) }
        do {
            let sequential = try GroupSequential(alpha: (1 - plan.level) / Double(arms))
            let fractions = (1...plan.look).map { Double($0) / Double(plan.looks) }
            let bound = try sequential.bounds(at: fractions).last ?? .infinity
            return Adjuster(arms: arms, sequential: sequential, fractions: fractions, bound: bound)
        } catch {
            throw .badLevel(plan.level)
        }
    }

    /// Bonferroni over arms, alpha spending over looks.
    struct Adjuster {
        let arms: Int
        let sequential: GroupSequential
        let fractions: [Double]
        let bound: Double

        private var isSequential: Bool { fractions.count > 1 || fractions[0] < 1 }

        func logPValue(_ comparison: Comparison) -> Double {
            let own = comparison.logPValue
            guard isSequential else { return Swift.min(0, own + .log(Double(arms))) }
            // The z with the tail that t has.
            let z = own > -600 ? Normal.upperQuantile(.exp(own) / 2) : abs(comparison.statistic)
            let repeated = (try? sequential.logRepeatedPValue(z, at: fractions)) ?? 0
            return Swift.min(0, repeated + .log(Double(arms)))
        }
    }
}

/// Why an experiment can't be analysed as asked.
public enum AnalysisProblem: Error, Hashable, Sendable {
    /// No row has the arm named as control; the arms there are.
    case noControl(String, arms: [String])
    /// Every row is in control.
    case oneArm(String)
    /// A column that the plan names is missing.
    case noColumn(String)
    /// A look that is not among those planned.
    case badLook(Int, of: Int)
    /// A level outside (0, 1).
    case badLevel(Double)

    /// What is wrong and what to do, for people.
    public var sentence: PlainSentence {
        switch self {
        case .noControl(let name, let arms):
            let list = arms.map { "\"\($0)\"" }.joined(separator: ", ")
            return PlainSentence(
                en: "no row has the control arm \"\(name)\"; the arms are \(list.isEmpty ? "none" : list).",
                zh: "没有任何一行属于对照组“\(name)”；文件中的分组有：\(list.isEmpty ? "无" : list)。")
        case .oneArm(let name):
            return PlainSentence(
                en: "every row is in \"\(name)\": there is no other arm to compare with it.",
                zh: "所有行都属于“\(name)”：没有可以与之比较的另一组。")
        case .noColumn(let name):
            return PlainSentence(en: "there is no column \"\(name)\".", zh: "没有名为“\(name)”的列。")
        case .badLook(let look, let looks):
            return PlainSentence(
                en: "look \(look) is not one of \(looks): looks count from 1.", zh: "第 \(look) 次查看不在计划的 \(looks) 次之内。")
        case .badLevel(let level):
            return PlainSentence(en: "the level \(level) is not between 0 and 1.", zh: "置信水平 \(level) 不在 0 与 1 之间。")
        }
    }
}
