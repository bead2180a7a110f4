import Experience
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel

/// The small card that asks where the person is, and what becomes of it.
struct SurveyPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.post("/surveys/{invitation}/answer") { try await answer($0, $1) }
        router.post("/surveys/{invitation}/dismissal") { try await dismiss($0, $1) }
    }

    /// What a page shows of the question that waits for somebody: `survey` for its partial, `thanks` after an answer.
    ///
    /// - Parameter order: only a question about this order, or about everything.
    func card(
        for person: PersonID, about order: OrderID? = nil, isOver: Bool = false, _ request: Request, _ context: Context
    ) async throws -> View {
        if request.query("survey") == "thanks" { return ["thanks": true] }
        guard let found = try await market.experience.show(to: person, about: order) else { return [:] }
        let card: View = [
            "id": found.id.description, "question": found.journey.question.text(in: context.language),
            "isOver": isOver, "next": request.uri.path, "key": market.source.secret(bytes: 8),
            "scores": (0...10).map(String.init),
            "drivers": found.journey.drivers.map {
                ["value": $0.rawValue, "label": $0.title.text(in: context.language)] as View
            },
        ]
        return ["survey": card]
    }

    private func answer(_ request: Request, _ context: Context) async throws -> Response {
        let identity = try context.anybody()
        let form = try await Form(request, context)
        guard let score = try form.number("score") else {
            throw InvalidField("score", "must be chosen.", zh: "请选择分数。")
        }
        let drivers = form.all("driver").compactMap { SurveyDriver(rawValue: $0) }
        let answer = try SurveyAnswer(
            score: Int(clamping: score), drivers: drivers, reason: form["reason"] ?? "")
        let id: InvitationID = try context.identifier("invitation", "survey")
        try await AnswerSurvey(market).answer(id, answer, try form.command(by: identity, request.uri.path))
        let next = form.next(else: "/")
        return Frame.redirect(next + (next.contains("?") ? "&" : "?") + "survey=thanks")
    }

    private func dismiss(_ request: Request, _ context: Context) async throws -> Response {
        let identity = try context.anybody()
        let form = try await Form(request, context)
        let id: InvitationID = try context.identifier("invitation", "survey")
        try await AnswerSurvey(market).dismiss(id, try form.command(by: identity, request.uri.path))
        return Frame.redirect(form.next(else: "/"))
    }
}
