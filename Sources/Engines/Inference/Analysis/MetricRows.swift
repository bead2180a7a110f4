/// The rows of two arms that have one metric, as numerators, denominators and covariates.
struct MetricRows {
    private(set) var missing = 0
    private(set) var imputed = 0
    private var joint: [JointMoments]
    private var isShare = true
    private var units: [[Unit]] = [[], []]
    private let metric: AnalysisPlan.Metric
    private let hasCovariate: Bool
    private let isClustered: Bool

    private struct Unit {
        let numerator: Double
        let denominator: Double
        let covariate: Double
        let cluster: Int
    }

    init(_ data: ExperimentData, metric: AnalysisPlan.Metric, plan: AnalysisPlan, control: Int, treatment: Int) {
        self.metric = metric
        hasCovariate = plan.covariate != nil
        isClustered = plan.isClustered
        joint = [JointMoments(variables: 3), JointMoments(variables: 3)]
        let (numerators, denominators) = Self.columns(metric, in: data)
        let covariates = plan.covariate.flatMap { data.columns[$0] } ?? []
        let centre = Moments(covariates.lazy.filter { !$0.isNaN }).mean
        for (row, arm) in data.armOfRow.enumerated() where arm == control || arm == treatment {
            let numerator = numerators[row]
            let denominator = denominators.map { $0[row] } ?? 1
            guard !numerator.isNaN, !denominator.isNaN else {
                missing += 1
                continue
            }
            var covariate = hasCovariate ? covariates[row] : 0
            if covariate.isNaN {
                covariate = centre
                imputed += 1
            }
            isShare = isShare && (numerator == 0 || numerator == 1) && denominators == nil
            let index = arm == treatment ? 1 : 0
            joint[index].add([numerator, denominator, covariate])
            guard isClustered else { continue }
            units[index].append(
                Unit(
                    numerator: numerator, denominator: denominator, covariate: covariate,
                    cluster: data.clusterOfRow[row]))
        }
    }

    private static func columns(_ metric: AnalysisPlan.Metric, in data: ExperimentData) -> ([Double], [Double]?) {
        switch metric {
        case .mean(let column): (data.columns[column] ?? [], nil)
        case .ratio(let numerator, let denominator): (data.columns[numerator] ?? [], data.columns[denominator] ?? [])
        }
    }

    private var isRatio: Bool {
        if case .ratio = metric { true } else { false }
    }

    func answer(
        _ adjuster: ExperimentAnalysis.Adjuster, level: Double
    ) -> Result<ExperimentAnalysis.Answer, InferenceProblem> {
        Result { () throws(InferenceProblem) in
            for arm in joint where arm.count < 2 { throw .tooFewUnits(have: arm.count, need: 2) }
            for arm in joint where arm.mean(1) == 0 { throw .zeroDenominator }
            let slope = hasCovariate ? slope() : 0
            let comparison = isClustered ? try clustered(slope, level: level) : try independent(slope, level: level)
            let logP = adjuster.logPValue(comparison)
            return ExperimentAnalysis.Answer(
                comparison: comparison, method: method,
                critical: GroupSequential.critical(adjuster.bound, degreesOfFreedom: comparison.degreesOfFreedom),
                adjustedPValue: .exp(logP), adjustedLogPValue: logP, explained: hasCovariate ? explained() : nil,
                isShare: isShare && !hasCovariate, clusters: isClustered ? clusterCount : nil)
        }
    }

    private var method: String {
        let base =
            switch (isRatio, hasCovariate) {
            case (false, false): "welch"
            case (false, true): "cuped"
            case (true, false): "delta"
            case (true, true): "delta+cuped"
            }
        return isClustered ? base + "+cr2" : base
    }

    private var clusterCount: Int { Set(units.joined().map(\.cluster)).count }

    private func independent(_ slope: Double, level: Double) throws(InferenceProblem) -> Comparison {
        let centre = joint[0].merged(with: joint[1]).mean(2)
        func arm(_ moments: JointMoments) -> ArmMean {
            let line = Linearisation(moments)
            let variance = line.variance - slope * (2 * line.covariance - slope * moments.covariance(2, 2))
            let n = Double(moments.count)
            return ArmMean(
                value: line.ratio - slope * (moments.mean(2) - centre), squaredError: max(0, variance) / n,
                degreesOfFreedom: n - 1, count: moments.count)
        }
        return try Comparison(control: arm(joint[0]), treatment: arm(joint[1]), level: level)
    }

    /// Each unit's share of the arm's estimate, to first order, summed by cluster.
    private func clustered(_ slope: Double, level: Double) throws(InferenceProblem) -> Comparison {
        let centre = joint[0].merged(with: joint[1]).mean(2)
        var clusters = Clusters()
        for (index, arm) in units.enumerated() {
            let line = Linearisation(joint[index])
            for unit in arm {
                let own = line.ratio + (unit.numerator - line.ratio * unit.denominator) / line.denominator
                clusters.add(own - slope * (unit.covariate - centre), cluster: unit.cluster, isTreated: index == 1)
            }
        }
        return try clusters.compared(level: level)
    }

    private func slope() -> Double {
        let both = joint[0].merged(with: joint[1])
        let variance = both.covariance(2, 2)
        return variance > 0 ? Linearisation(both).covariance / variance : 0
    }

    private func explained() -> Double {
        let both = joint[0].merged(with: joint[1])
        let line = Linearisation(both)
        let product = line.variance * both.covariance(2, 2)
        return product > 0 ? line.covariance * line.covariance / product : 0
    }

    /// A ratio to first order; for a mean the denominator is 1 throughout and this is exact.
    private struct Linearisation {
        let ratio: Double
        let denominator: Double
        let variance: Double
        let covariance: Double

        init(_ m: JointMoments) {
            denominator = m.mean(1)
            ratio = m.mean(0) / denominator
            let squares = m.covariance(0, 0) - ratio * (2 * m.covariance(0, 1) - ratio * m.covariance(1, 1))
            variance = squares / (denominator * denominator)
            covariance = (m.covariance(0, 2) - ratio * m.covariance(1, 2)) / denominator
        }
    }
}
