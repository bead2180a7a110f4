import Inference
import Kernel

/// One group of a week: how many could have been asked, and what came back.
public struct SurveyCell: Sendable, Hashable {
    /// The week, see ``SurveyWeek``.
    public let week: Int64
    /// The group.
    public let stratum: Stratum
    /// Everybody of the group.
    public let population: Int
    /// Of them, drawn by the hash.
    public let drawn: Int
    /// Of them, not resting and so invited.
    public let invited: Int
    /// Of them, saw the question.
    public let shown: Int
    /// What was answered.
    public let score: NetPromoterScore

    /// A cell.
    public init(
        week: Int64, stratum: Stratum, population: Int, drawn: Int, invited: Int, shown: Int, score: NetPromoterScore
    ) {
        (self.week, self.stratum, self.population, self.drawn) = (week, stratum, population, drawn)
        (self.invited, self.shown, self.score) = (invited, shown, score)
    }
}

/// A Net Promoter Score of everybody, from those who answered.
public struct SurveyEstimate: Sendable, Hashable {
    /// In points, −100…100.
    public let score: Double
    /// Where the truth lies with 95 %, in points.
    public let interval: Interval
    /// What the answers say as they are.
    public let unweighted: Double
    /// Whether answers were weighted back to everybody; below ten of them there is nothing to weight by.
    public let isWeighted: Bool
    /// Persons of groups that were too small to stand alone.
    public let collapsed: Int

    /// Weights the answers of each group back to its size (inverse of the response probability within groups; groups with
    /// fewer than ten answers are put together with their neighbour).
    ///
    /// With few answers the adjusted Wald interval of the plain score stands in its place; `nil` without any.
    public init?(_ cells: [SurveyCell]) {
        var strata: [Stratum: Reweighting.Stratum] = [:]
        var all = NetPromoterScore(promoters: 0, passives: 0, detractors: 0)
        for cell in cells {
            var stratum = strata[cell.stratum] ?? Reweighting.Stratum(population: 0)
            stratum.population += cell.population
            stratum.answers.merge(cell.score.moments)
            strata[cell.stratum] = stratum
            all = all + cell.score
        }
        guard all.count > 0 else { return nil }
        unweighted = all.score
        let ordered = strata.sorted { $0.key < $1.key }.map(\.value)
        guard let weighted = try? Reweighting(ordered), weighted.mean.squaredError > 0 else {
            (score, interval, isWeighted, collapsed) = (all.score, all.interval(), false, 0)
            return
        }
        score = 100 * weighted.mean.value
        let critical = StudentT(weighted.mean.degreesOfFreedom).upperQuantile(0.025)
        let whole = Interval(centre: score, margin: 100 * critical * weighted.mean.squaredError.squareRoot())
        interval = Interval(max(-100, whole.lower), min(100, whole.upper))
        (isWeighted, collapsed) = (true, weighted.collapsed)
    }
}

/// How often a reason was given, and by whom.
public struct DriverCount: Sendable, Hashable {
    /// The reason.
    public let driver: SurveyDriver
    /// By scores of 9 and 10.
    public let promoters: Int
    /// By scores of 0…6.
    public let detractors: Int

    /// A count.
    public init(driver: SurveyDriver, promoters: Int, detractors: Int) {
        (self.driver, self.promoters, self.detractors) = (driver, promoters, detractors)
    }
}

/// What somebody said in own words.
public struct SurveyComment: Sendable, Hashable {
    /// 0…10.
    public let score: Int
    /// Their words.
    public let reason: String
    /// When.
    public let at: Instant
}

/// What a survey shows over some weeks. Pure but for the words; every statistic is the engine's.
public struct SurveyResult: Sendable {
    /// What was asked about.
    public let journey: Journey
    /// Groups by week.
    public let cells: [SurveyCell]
    /// Reasons, most often given by detractors first.
    public let drivers: [DriverCount]
    /// The newest words.
    public let comments: [SurveyComment]

    /// A result.
    public init(journey: Journey, cells: [SurveyCell], drivers: [DriverCount] = [], comments: [SurveyComment] = []) {
        (self.journey, self.cells, self.drivers, self.comments) = (journey, cells, drivers, comments)
    }

    /// All weeks together; `nil` before anybody has answered.
    public var estimate: SurveyEstimate? { SurveyEstimate(cells) }

    /// Sums over all groups and weeks.
    public var counts: (population: Int, drawn: Int, invited: Int, shown: Int, answered: Int) {
        cells.reduce((0, 0, 0, 0, 0)) {
            ($0.0 + $1.population, $0.1 + $1.drawn, $0.2 + $1.invited, $0.3 + $1.shown, $0.4 + $1.score.count)
        }
    }

    /// Each week with what its own answers say, oldest first.
    public var weeks: [(week: Int64, estimate: SurveyEstimate?, answered: Int, invited: Int)] {
        Dictionary(grouping: cells, by: \.week).sorted { $0.key < $1.key }.map { week, cells in
            (
                week, SurveyEstimate(cells), cells.reduce(0) { $0 + $1.score.count },
                cells.reduce(0) { $0 + $1.invited }
            )
        }
    }

    /// Each group over all weeks, in order.
    public var groups: [SurveyCell] {
        Dictionary(grouping: cells, by: \.stratum).sorted { $0.key < $1.key }.map { stratum, cells in
            SurveyCell(
                week: 0, stratum: stratum, population: cells.reduce(0) { $0 + $1.population },
                drawn: cells.reduce(0) { $0 + $1.drawn }, invited: cells.reduce(0) { $0 + $1.invited },
                shown: cells.reduce(0) { $0 + $1.shown },
                score: cells.reduce(NetPromoterScore(promoters: 0, passives: 0, detractors: 0)) { $0 + $1.score })
        }
    }

    /// The group whose answers are missing most: the greatest share of everybody that nobody speaks for, against its share
    /// of the answers. `nil` when no group is missing noticeably.
    public var missing: SurveyCell? {
        let (population, answered) = (Double(counts.population), Double(counts.answered))
        guard population > 0, answered > 0 else { return nil }
        let gaps = groups.map { ($0, Double($0.population) / population - Double($0.score.count) / answered) }
        guard let worst = gaps.max(by: { $0.1 < $1.1 }), worst.1 > 0.05 else { return nil }
        return worst.0
    }
}

extension NetPromoterScore {
    static func + (left: NetPromoterScore, right: NetPromoterScore) -> NetPromoterScore {
        NetPromoterScore(
            promoters: left.promoters + right.promoters, passives: left.passives + right.passives,
            detractors: left.detractors + right.detractors)
    }

    /// Moments of the values 1, 0 and −1.
    var moments: Moments {
        guard count > 0 else { return Moments() }
        let mean = Double(promoters - detractors) / Double(count)
        return Moments(
            count: count, mean: mean, squares: Double(promoters + detractors) - mean * mean * Double(count))
    }
}
