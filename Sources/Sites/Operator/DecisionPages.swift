import Decisions
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Store

/// Decision records for operators: the list, the form, and one decision with what was found and said about it.
struct DecisionPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }
    private static let root = "/operator/decisions"
    private static let pageLength = 50

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/operator/decisions") { try await list($0, $1) }
        router.get("/operator/decisions/new") { try await form($0, $1) }
        router.post("/operator/decisions") { try await draft($0, $1) }
        router.get("/operator/decisions/{decision}") { try await show($0, $1) }
        router.get("/operator/decisions/{decision}/edit") { try await edit($0, $1) }
        router.post("/operator/decisions/{decision}/terms") { try await revise($0, $1) }
        router.post("/operator/decisions/{decision}/acknowledgements") { try await acknowledge($0, $1) }
        router.post("/operator/decisions/{decision}/events") { try await move($0, $1) }
        router.post("/operator/decisions/{decision}/amendments") { try await amend($0, $1) }
    }

    private func identity(_ context: Context) throws -> Identity {
        let identity = try context.person()
        try identity.requireOperator()
        return identity
    }

    private func id(_ context: Context) throws -> DecisionID { try context.identifier("decision", "decision") }

    // MARK: The list

    private func list(_ request: Request, _ context: Context) async throws -> Response {
        _ = try identity(context)
        let cursor = try await cursor(request)
        let found = try await market.decisions.list(after: cursor, limit: Self.pageLength)
        let now = market.source.now
        let page = Page(
            .decisions, context.words(.decisions), .me,
            [
                "decisions": found.map { decision in
                    [
                        "id": decision.id.description, "title": decision.terms.title,
                        "state": context.words(decision.state.word), "isDue": decision.isReviewDue(at: now),
                        "time": context.format.time(decision.createdAt),
                    ] as View
                },
                "older": maybe(found.count == Self.pageLength ? found.last?.id.description : nil),
            ])
        return try await frame.show(page, request, context)
    }

    private func cursor(_ request: Request) async throws -> Decision? {
        guard let text = request.query("after") else { return nil }
        guard let id = DecisionID(text) else { throw NotFound("decision") }
        return try await market.decisions.record(of: id).decision
    }

    // MARK: The form

    private func form(_ request: Request, _ context: Context) async throws -> Response {
        _ = try identity(context)
        return try await ask(DecisionFields(), action: Self.root, .newDecision, nil, request, context)
    }

    private func edit(_ request: Request, _ context: Context) async throws -> Response {
        _ = try identity(context)
        let decision = try await market.decisions.record(of: try id(context)).decision
        guard decision.state == .draft else { throw DecisionProblem.frozen }
        return try await ask(
            DecisionFields(decision.terms), action: "\(Self.root)/\(decision.id)/terms", .editDraft, nil, request,
            context)
    }

    private func ask(
        _ fields: DecisionFields, action: String, _ heading: DecisionWord, _ problem: (any Problem)?,
        _ request: Request, _ context: Context
    ) async throws -> Response {
        var view = fields.view(context)
        view["action"] = action
        view["heading"] = context.words(heading)
        view["message"] = maybe(problem?.sentence(in: context.language))
        view["key"] = market.source.secret(bytes: 8)
        var page = Page(.decisionForm, context.words(heading), .me, view)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func draft(_ request: Request, _ context: Context) async throws -> Response {
        let (form, command) = try await command(request, context)
        let fields = DecisionFields(form)
        do {
            let record = try await KeepDecisions(market).draft(try fields.terms(), command)
            return Frame.redirect("\(Self.root)/\(record.decision.id)")
        } catch let problem as InvalidField {
            return try await ask(fields, action: Self.root, .newDecision, problem, request, context)
        }
    }

    private func revise(_ request: Request, _ context: Context) async throws -> Response {
        let (form, command) = try await command(request, context)
        let (id, fields) = (try id(context), DecisionFields(form))
        do {
            _ = try await KeepDecisions(market).revise(id, try fields.terms(), command)
            return Frame.redirect("\(Self.root)/\(id)")
        } catch let problem as any Problem where problem is InvalidField || problem is DecisionProblem {
            return try await ask(fields, action: "\(Self.root)/\(id)/terms", .editDraft, problem, request, context)
        }
    }

    // MARK: One decision

    private func show(
        problem: (any Problem)? = nil, _ request: Request, _ context: Context
    ) async throws -> Response {
        _ = try identity(context)
        let record = try await market.decisions.record(of: try id(context))
        let shown = DecisionView(record, now: market.source.now, key: market.source.secret(bytes: 8))
        var view = shown.view(context)
        view["message"] = maybe(problem?.sentence(in: context.language))
        var page = Page(.decision, record.decision.terms.title, .me, view)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func acknowledge(_ request: Request, _ context: Context) async throws -> Response {
        try await change(request, context) { id, form, command in
            guard let mistake = DecisionMistake(rawValue: form["mistake"] ?? "") else {
                throw InvalidField("mistake", "is not a named mistake.", zh: "错误类型无效。")
            }
            _ = try await KeepDecisions(market).acknowledge(
                mistake, in: id, reason: form["reason"] ?? "", command)
        }
    }

    private func move(_ request: Request, _ context: Context) async throws -> Response {
        try await change(request, context) { id, form, command in
            guard let event = DecisionEvent(rawValue: form["event"] ?? "") else {
                throw InvalidField("event", "is not an event of a decision.", zh: "操作无效。")
            }
            _ = try await KeepDecisions(market).apply(event, to: id, note: form["note"] ?? "", command)
        }
    }

    private func amend(_ request: Request, _ context: Context) async throws -> Response {
        try await change(request, context) { id, form, command in
            guard let part = DecisionPart(rawValue: form["part"] ?? "") else {
                throw InvalidField("part", "is not a part of a decision.", zh: "修订内容无效。")
            }
            _ = try await KeepDecisions(market).amend(
                part, of: id, change: form["change"] ?? "", reason: form["reason"] ?? "", command)
        }
    }

    private func change(
        _ request: Request, _ context: Context, _ work: (DecisionID, Form, Command) async throws -> Void
    ) async throws -> Response {
        let (form, command) = try await command(request, context)
        let id = try id(context)
        do {
            try await work(id, form, command)
        } catch let problem as any Problem where problem is InvalidField || problem is DecisionProblem {
            return try await show(problem: problem, request, context)
        }
        return Frame.redirect("\(Self.root)/\(id)")
    }

    private func command(_ request: Request, _ context: Context) async throws -> (Form, Command) {
        let identity = try identity(context)
        let form = try await Form(request, context)
        return (form, try form.command(by: identity, request.uri.path))
    }
}
