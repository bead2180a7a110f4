import Experience
import HTTP
import Hummingbird
import Inference
import Kernel
import Store

/// A reason to choose from.
struct SurveyDriverBody: Documented {
    let driver: SurveyDriver
    let title: Localized
    static let example = SurveyDriverBody(driver: .speed, title: SurveyDriver.speed.title)
}

/// A question to the caller.
struct SurveyBody: Documented {
    let id: InvitationID
    let journey: Journey
    /// Answered by 0 (not at all likely) … 10 (very).
    let question: Localized
    let order: OrderID?
    /// What can be given as reasons.
    let drivers: [SurveyDriverBody]
    let expiresAt: Instant
    static let example = SurveyBody(
        id: Identifier(rawValue: 16), journey: .logistics, question: Journey.logistics.question,
        order: Identifier(rawValue: 3), drivers: [.example], expiresAt: Instant(milliseconds: 0))
}

/// The question that waits for the caller, if one does.
struct NextSurveyBody: Documented {
    let survey: SurveyBody?
    static let example = NextSurveyBody(survey: .example)
}

/// What the caller answers.
struct SurveyAnswerBody: Documented {
    /// 0…10.
    let score: Int
    /// Any of the survey's reasons.
    let drivers: [SurveyDriver]?
    /// Own words, at most 1,000 characters.
    let reason: String?
    static let example = SurveyAnswerBody(score: 9, drivers: [.speed], reason: "A day early")
}

/// A Net Promoter Score of everybody in points, with its interval (95 %).
struct NetPromoterBody: Documented {
    let score: Double
    let lower: Double
    let upper: Double
    /// The answers as they are.
    let unweighted: Double
    /// Whether answers were weighted back to everybody by what is known of all.
    let isWeighted: Bool
    static let example = NetPromoterBody(score: 31.5, lower: 24, upper: 39, unweighted: 38.2, isWeighted: true)

    init?(_ estimate: SurveyEstimate?) {
        guard let estimate else { return nil }
        self.init(
            score: estimate.score, lower: estimate.interval.lower, upper: estimate.interval.upper,
            unweighted: estimate.unweighted, isWeighted: estimate.isWeighted)
    }

    init(score: Double, lower: Double, upper: Double, unweighted: Double, isWeighted: Bool) {
        (self.score, self.lower, self.upper) = (score, lower, upper)
        (self.unweighted, self.isWeighted) = (unweighted, isWeighted)
    }
}

/// A week of a survey.
struct SurveyWeekBody: Documented {
    /// Monday 00:00 UTC.
    let start: Instant
    let invited: Int
    let answered: Int
    let nps: NetPromoterBody?
    static let example = SurveyWeekBody(
        start: Instant(milliseconds: 345_600_000), invited: 420, answered: 97, nps: .example)
}

/// A group of people who are alike in what is known of all.
struct SurveyGroupBody: Documented {
    let group: Localized
    let population: Int
    let invited: Int
    let answered: Int
    static let example = SurveyGroupBody(
        group: Localized(en: "never bought · feed", zh: "未购买 · 内容场"), population: 9_200, invited: 460, answered: 61)
}

/// How often a reason was given.
struct DriverCountBody: Documented {
    let driver: SurveyDriver
    /// By scores of 9 and 10.
    let promoters: Int
    /// By scores of 0…6.
    let detractors: Int
    static let example = DriverCountBody(driver: .advertising, promoters: 2, detractors: 31)
}

/// What a survey shows.
struct SurveyResultBody: Documented {
    let journey: Journey
    /// Who (or which orders, which cases) the answers stand for.
    let population: Int
    let drawn: Int
    let invited: Int
    let shown: Int
    let answered: Int
    let nps: NetPromoterBody?
    let weeks: [SurveyWeekBody]
    let groups: [SurveyGroupBody]
    let drivers: [DriverCountBody]
    static let example = SurveyResultBody(
        journey: .everything, population: 9_800, drawn: 490, invited: 470, shown: 300, answered: 97, nps: .example,
        weeks: [.example], groups: [.example], drivers: [.example])
}

/// What an arm of an experiment answered.
struct ArmAnswersBody: Documented {
    let arm: String
    let asked: Int
    let answered: Int
    /// Of the answers as they are.
    let nps: Double?
    /// Least and greatest effect against control in points that the answers allow (Lee bounds); absent for control and
    /// below ten answers an arm.
    let lower: Double?
    let upper: Double?
    /// Covers the effect itself with 95 %.
    let intervalLower: Double?
    let intervalUpper: Double?
    static let example = ArmAnswersBody(
        arm: "fresher", asked: 410, answered: 120, nps: 34, lower: -2, upper: 6, intervalLower: -9, intervalUpper: 13)
}

extension MarketplaceAPI {
    func addSurveyRoutes(to api: API) {
        api.route(
            .get, "/surveys/next", "readNextSurvey", "The question that waits for the caller, if one does.",
            access: .visitor
        ) { [market] call in
            NextSurveyBody(survey: try await market.experience.show(to: try call.person).map(SurveyBody.init))
        }
        api.route(
            .post, "/surveys/{invitation}/answer", "answerSurvey",
            "Answers a question of the caller, once and for all.", access: .visitor, body: SurveyAnswerBody.self
        ) { [self] call in
            let command = try surveyCommand(call.context, call.key, call.fingerprint)
            let body = call.body
            let answer = try SurveyAnswer(
                score: body.score, drivers: body.drivers ?? [], reason: body.reason ?? "")
            try await AnswerSurvey(market).answer(try call.invitation, answer, command)
            return Nothing()
        }
        api.route(
            .post, "/surveys/{invitation}/dismissal", "dismissSurvey",
            "The caller doesn't want to be asked; nobody asks again for some weeks.", access: .visitor
        ) { [self] call in
            let command = try surveyCommand(call.context, call.key, call.fingerprint)
            try await AnswerSurvey(market).dismiss(try call.invitation, command)
            return Nothing()
        }
        addSurveyResultRoutes(to: api)
    }

    private func surveyCommand(_ context: Context, _ key: IdempotencyKey?, _ fingerprint: String) throws -> Command {
        let identity = try context.anybody()
        try writes.take("\(identity.person)")
        return Command(by: identity, key: key, fingerprint: fingerprint)
    }

    private func addSurveyResultRoutes(to api: API) {
        let access = Access.role([.operator], .operate)
        api.route(
            .get, "/experience/surveys/{journey}", "readSurvey",
            "The Net Promoter Score of a journey (`everything` is the global one), weighted back to everybody.",
            access: access, query: [QueryParameter("weeks", "how far back, 12 by default", .integer(1...104))]
        ) { [market] call in
            guard let journey = call.context.parameters.get("journey").flatMap({ Journey(rawValue: $0) }) else {
                throw NotFound("survey")
            }
            let weeks = try call.request.query("weeks", in: 1...104, default: 12)
            return SurveyResultBody(try await ReadExperience(market).survey(journey, weeks: weeks))
        }
        api.route(
            .get, "/experiments/{experiment}/nps", "readExperimentNPS",
            "What people of each arm answered about everything, with bounds on the effect whoever stays silent.",
            access: access
        ) { [market] call in
            let id = try call.context.identifier("experiment", "experiment", as: ExperimentKind.self)
            return Page(items: try await ReadExperience(market).arms(of: id).map(ArmAnswersBody.init))
        }
    }
}

extension Call {
    fileprivate var invitation: InvitationID {
        get throws { try context.identifier("invitation", "survey", as: InvitationKind.self) }
    }
}

extension SurveyBody {
    init(_ invitation: Invitation) {
        self.init(
            id: invitation.id, journey: invitation.journey, question: invitation.journey.question,
            order: invitation.order,
            drivers: invitation.journey.drivers.map { SurveyDriverBody(driver: $0, title: $0.title) },
            expiresAt: invitation.expiresAt)
    }
}

extension SurveyResultBody {
    init(_ result: SurveyResult) {
        let counts = result.counts
        self.init(
            journey: result.journey, population: counts.population, drawn: counts.drawn, invited: counts.invited,
            shown: counts.shown, answered: counts.answered, nps: NetPromoterBody(result.estimate),
            weeks: result.weeks.map {
                SurveyWeekBody(
                    start: SurveyWeek.start(of: $0.week), invited: $0.invited, answered: $0.answered,
                    nps: NetPromoterBody($0.estimate))
            },
            groups: result.groups.map {
                SurveyGroupBody(
                    group: $0.stratum.title, population: $0.population, invited: $0.invited, answered: $0.score.count)
            },
            drivers: result.drivers.map {
                DriverCountBody(driver: $0.driver, promoters: $0.promoters, detractors: $0.detractors)
            })
    }
}

extension ArmAnswersBody {
    init(_ arm: ArmAnswers) {
        self.init(
            arm: arm.name, asked: arm.asked, answered: arm.score.count,
            nps: arm.score.count > 0 ? arm.score.score : nil,
            lower: arm.bounds?.lower, upper: arm.bounds?.upper, intervalLower: arm.interval?.lower,
            intervalUpper: arm.interval?.upper)
    }
}
