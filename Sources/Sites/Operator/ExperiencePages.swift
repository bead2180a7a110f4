import Experience
import Experiments
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Inference
import Kernel

/// How people fare: the Net Promoter Score for an operator who knows no statistics.
struct ExperiencePages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }
    private static let root = "/operator/nps"

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/operator/nps") { try await show($0, $1) }
        router.get("/operator/nps.csv") { try await download($0, $1) }
    }

    private func read(_ request: Request, _ context: Context) async throws -> (result: SurveyResult, weeks: Int) {
        try context.person().requireOperator()
        let journey = request.query("journey").flatMap(Journey.init(rawValue:)) ?? .everything
        let weeks = try request.query("weeks", in: 1...104, default: 12)
        return (try await ReadExperience(market).survey(journey, weeks: weeks), weeks)
    }

    private func show(_ request: Request, _ context: Context) async throws -> Response {
        let (result, weeks) = try await read(request, context)
        let arms = try await arms(request, context)
        let experiments = try await market.experiments.list(limit: 20).filter { $0.startedAt != nil }
        var view = SurveyView(result, weeks: weeks).view(context)
        view["journeys"] = Journey.allCases.map {
            [
                "href": "\(Self.root)?journey=\($0.rawValue)&weeks=\(weeks)", "isOn": $0 == result.journey,
                "title": $0.title.text(in: context.language),
            ] as View
        }
        view["spans"] = [4, 12, 26, 52].map {
            [
                "href": "\(Self.root)?journey=\(result.journey.rawValue)&weeks=\($0)", "isOn": $0 == weeks,
                "title": context.words(.npsWeeks, "\($0)"),
            ] as View
        }
        view["csv"] = "\(Self.root).csv?journey=\(result.journey.rawValue)&weeks=\(weeks)"
        view["hasExperiments"] = result.journey == .everything && !experiments.isEmpty
        view["experiments"] = experiments.map {
            ["href": "\(Self.root)?experiment=\($0.id)&weeks=\(weeks)", "title": $0.terms.name] as View
        }
        view["arms"] = arms
        return try await frame.show(Page(.nps, context.words(.npsTitle), .me, view), request, context)
    }

    private func arms(_ request: Request, _ context: Context) async throws -> [View] {
        guard let text = request.query("experiment") else { return [] }
        guard let id = ExperimentID(text) else { throw NotFound("experiment") }
        return try await ReadExperience(market).arms(of: id).enumerated().map { number, arm in
            let bounds = arm.interval.map { ExperimentView.range($0, scale: 1) }
            return [
                "name": arm.name, "asked": context.format.number(arm.asked),
                "answered": context.format.number(arm.score.count),
                "score": arm.score.count > 0 ? Figures.text(arm.score.score) : "—",
                "bounds": number == 0 ? "—" : bounds ?? context.words(.npsNoBounds),
            ]
        }
    }

    private func download(_ request: Request, _ context: Context) async throws -> Response {
        let (result, _) = try await read(request, context)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8", .cacheControl: "private, no-store",
                .contentDisposition: "attachment; filename=\"nps-\(result.journey.rawValue).csv\"",
            ], body: .init(byteBuffer: ByteBuffer(string: SurveyView.csv(result, in: context.language))))
    }
}

/// A survey as its page shows it.
struct SurveyView {
    private let result: SurveyResult
    private let weeks: Int

    init(_ result: SurveyResult, weeks: Int) { (self.result, self.weeks) = (result, weeks) }

    func view(_ context: Context) -> View {
        let counts = result.counts
        let rate = counts.invited > 0 ? Double(counts.answered) / Double(counts.invited) : 0
        return [
            "title": result.journey.title.text(in: context.language), "sentences": sentences(context),
            "headline": result.estimate.map { Figures.fixed($0.score, decimals: 0) } ?? "—",
            "asked": context.words(
                .npsAsked, context.format.number(counts.population), context.format.number(counts.invited),
                context.format.number(counts.shown), context.format.number(counts.answered)
            ).replacing("{4}", with: Figures.percent(rate)),
            "missing": result.missing.map { context.words(.npsMissing, $0.stratum.title.text(in: context.language)) }
                ?? (counts.answered > 0 ? context.words(.npsMissingNone) : ""),
            "plot": maybe(plot(context)), "weekRows": result.weeks.map { week($0, context) },
            "groups": result.groups.map { group($0, context) },
            "drivers": result.drivers.map {
                [
                    "title": $0.driver.title.text(in: context.language), "promoters": String($0.promoters),
                    "detractors": String($0.detractors),
                ] as View
            },
            "comments": result.comments.map {
                ["score": String($0.score), "text": $0.reason, "time": context.format.time($0.at)] as View
            },
            "hasComments": !result.comments.isEmpty,
        ]
    }

    private func sentences(_ context: Context) -> [String] {
        guard let estimate = result.estimate else { return [context.words(.npsNobody)] }
        let interval = estimate.interval
        var sentences = [
            context.words(
                .npsSentence, Figures.fixed(estimate.score, decimals: 0), Figures.fixed(interval.lower, decimals: 0),
                Figures.fixed(interval.upper, decimals: 0))
        ]
        if !estimate.isWeighted {
            sentences.append(context.words(.npsFew))
        } else if abs(estimate.unweighted - estimate.score) >= 1 {
            sentences.append(
                context.words(
                    .npsPlain, Figures.fixed(estimate.unweighted, decimals: 0),
                    Figures.fixed(estimate.score, decimals: 0)))
        }
        return sentences
    }

    private func plot(_ context: Context) -> String? {
        let points = result.weeks.compactMap { week -> TrendPlot.Point? in
            guard let estimate = week.estimate else { return nil }
            let day = SurveyWeek.start(of: week.week).rfc3339.prefix(10)
            let range = "\(Self.text(estimate.interval.lower)) … \(Self.text(estimate.interval.upper))"
            let answered = "\(context.words(.npsAnswered)): \(week.answered)"
            return TrendPlot.Point(
                label: String(day.suffix(5)), value: estimate.score, interval: estimate.interval,
                isFew: !estimate.isWeighted,
                description: "\(day): \(Self.text(estimate.score)) (\(range)). \(answered).")
        }
        return points.isEmpty
            ? nil
            : TrendPlot(
                title: "\(context.words(.npsTrend)): \(result.journey.title.text(in: context.language))", points: points
            ).svg
    }

    private func week(
        _ week: (week: Int64, estimate: SurveyEstimate?, answered: Int, invited: Int), _ context: Context
    ) -> View {
        [
            "start": String(SurveyWeek.start(of: week.week).rfc3339.prefix(10)),
            "score": week.estimate.map { Self.text($0.score) } ?? "—",
            "from": week.estimate.map { Self.text($0.interval.lower) } ?? "—",
            "to": week.estimate.map { Self.text($0.interval.upper) } ?? "—", "answered": String(week.answered),
            "invited": String(week.invited),
        ]
    }

    private func group(_ group: SurveyCell, _ context: Context) -> View {
        let answered = group.score.count
        return [
            "title": group.stratum.title.text(in: context.language),
            "population": context.format.number(group.population), "invited": context.format.number(group.invited),
            "answered": context.format.number(answered),
            "share": group.invited > 0 ? Figures.percent(Double(answered) / Double(group.invited)) : "—",
        ]
    }

    private static func text(_ points: Double) -> String { Figures.fixed(points, decimals: 1) }

    /// Every figure of the page, one a line: what it is about, its name and its value.
    static func csv(_ result: SurveyResult, in language: Language) -> String {
        var csv = CSVWriter(header: [
            "part", "name", "population", "drawn", "invited", "shown", "answered", "promoters", "detractors", "nps",
            "lower", "upper", "unweighted", "weighted",
        ])
        func figures(_ estimate: SurveyEstimate?) -> [CSVWriter.Field] {
            guard let estimate else { return Array(repeating: .empty, count: 5) }
            return [
                .figure(estimate.score), .figure(estimate.interval.lower), .figure(estimate.interval.upper),
                .figure(estimate.unweighted), .number(estimate.isWeighted ? 1 : 0),
            ]
        }
        let counts = result.counts
        let total = result.groups.reduce((0, 0)) { ($0.0 + $1.score.promoters, $0.1 + $1.score.detractors) }
        csv.append(
            [.text("total"), .text(result.journey.rawValue)]
                + [
                    counts.population, counts.drawn, counts.invited, counts.shown, counts.answered, total.0, total.1,
                ].map { .number(Int64($0)) } + figures(result.estimate))
        for week in result.weeks {
            csv.append(
                [
                    .text("week"), .text(String(SurveyWeek.start(of: week.week).rfc3339.prefix(10))), .empty, .empty,
                    .number(Int64(week.invited)), .empty, .number(Int64(week.answered)), .empty, .empty,
                ] + figures(week.estimate))
        }
        for group in result.groups {
            let values = [
                group.population, group.drawn, group.invited, group.shown, group.score.count, group.score.promoters,
                group.score.detractors,
            ]
            csv.append(
                [.text("group"), .text(group.stratum.title.text(in: language))]
                    + values.map { .number(Int64($0)) } + figures(nil))
        }
        for driver in result.drivers {
            csv.append(
                [.text("driver"), .text(driver.driver.rawValue)] + Array(repeating: .empty, count: 5)
                    + [.number(Int64(driver.promoters)), .number(Int64(driver.detractors))] + figures(nil))
        }
        return csv.text
    }
}
