import Decisions
import Experiments
import Feed
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Store

/// Experiments for operators: the list with the weight sets, the form, and one experiment with what it shows.
struct ExperimentPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }
    private static let root = "/operator/experiments"
    private static let pageLength = 50

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/operator/experiments") { try await list(nil, "", $0, $1) }
        router.get("/operator/experiments/new") { try await ask(ExperimentFields(), nil, $0, $1) }
        router.post("/operator/experiments") { try await draft($0, $1) }
        router.post("/operator/experiments/weights") { try await register($0, $1) }
        router.get("/operator/experiments/{experiment}") { try await show(nil, $0, $1) }
        router.get("/operator/experiments/{experiment}/figures.csv") { try await download($0, $1) }
        router.post("/operator/experiments/{experiment}/events") { try await move($0, $1) }
        router.post("/operator/experiments/{experiment}/share") { try await grow($0, $1) }
        router.post("/operator/experiments/{experiment}/cost") { try await setCost($0, $1) }
    }

    private func identity(_ context: Context) throws -> Identity {
        let identity = try context.person()
        try identity.requireOperator()
        return identity
    }

    private func id(_ context: Context) throws -> ExperimentID { try context.identifier("experiment", "experiment") }

    // MARK: The list

    private func list(
        _ problem: (any Problem)?, _ typed: String, _ request: Request, _ context: Context
    ) async throws -> Response {
        _ = try identity(context)
        let found = try await market.experiments.list(after: try await cursor(request), limit: Self.pageLength)
        let (sets, current) = try await weightSets()
        var page = Page(
            .experiments, context.words(.experiments), .me,
            [
                "message": maybe(problem?.sentence(in: context.language)), "weights": typed,
                "key": market.source.secret(bytes: 8), "experiments": found.map { summary($0, context) },
                "older": maybe(found.count == Self.pageLength ? found.last?.id.description : nil),
                "sets": sets.map { version, text in
                    ["version": version, "weights": text, "isInForce": version == current] as View
                },
            ])
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func summary(_ experiment: Experiment, _ context: Context) -> View {
        [
            "id": experiment.id.description, "name": experiment.terms.name,
            "purpose": context.words(experiment.purpose.word), "state": context.words(experiment.state.word),
            "people": "\(context.words(.peopleSoFar)): \(context.format.number(experiment.people))",
            "time": context.format.time(experiment.createdAt),
        ]
    }

    private func cursor(_ request: Request) async throws -> Experiment? {
        guard let text = request.query("after") else { return nil }
        guard let id = ExperimentID(text) else { throw NotFound("experiment") }
        return try await market.store.read { try Experiments.find(id, in: $0) }
    }

    /// Versions with their text, newest first, and the one in force.
    private func weightSets() async throws -> ([(String, String)], String) {
        try await market.store.read { transaction in
            let sets = try Feed.weightSets(in: transaction).map { ($0.weights.version, $0.weights.text) }
            let current = try Feed.weightHistory(in: transaction).last?.version ?? Feed.baseline.version
            return (sets + [(Feed.baseline.version, Feed.baseline.text)], current)
        }
    }

    private func register(_ request: Request, _ context: Context) async throws -> Response {
        let (form, command) = try await command(request, context)
        do {
            _ = try await KeepExperiments(market).register(weights: form["weights"] ?? "", command)
        } catch let problem as any Problem where problem is InvalidField || problem is WeightProblem {
            return try await list(problem, form["weights"] ?? "", request, context)
        }
        return Frame.redirect(Self.root)
    }

    // MARK: The form

    private func ask(
        _ fields: ExperimentFields, _ problem: (any Problem)?, _ request: Request, _ context: Context
    ) async throws -> Response {
        _ = try identity(context)
        let decisions = try await market.decisions.list(limit: 100)
            .filter { $0.state == .draft || $0.state == .running }
        let (sets, current) = try await weightSets()
        var view = fields.view(context)
        view["key"] = market.source.secret(bytes: 8)
        view["message"] = maybe(problem?.sentence(in: context.language))
        view["decisions"] = decisions.map {
            let id = $0.id.description
            return ["id": id, "title": $0.terms.title, "isChosen": fields.isChosen("decision", id)] as View
        }
        view["versions"] = sets.filter { $0.0 != current }.map {
            ["value": $0.0, "isChosen": fields.isChosen("version", $0.0)] as View
        }
        var page = Page(.experimentForm, context.words(.newExperiment), .me, view)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func draft(_ request: Request, _ context: Context) async throws -> Response {
        let (form, command) = try await command(request, context)
        let fields = ExperimentFields(form)
        do {
            let terms = try fields.terms(control: context.words(.controlColumn))
            let experiment = try await KeepExperiments(market).draft(terms, of: try fields.decision(), command)
            return Frame.redirect("\(Self.root)/\(experiment.id)")
        } catch let problem as any Problem where Self.isShown(problem) {
            return try await ask(fields, problem, request, context)
        }
    }

    // MARK: One experiment

    private func show(
        _ problem: (any Problem)?, _ request: Request, _ context: Context
    ) async throws -> Response {
        _ = try identity(context)
        let read = try await ReadValue(market).result(of: try id(context))
        var view = ExperimentView(reading: read, key: market.source.secret(bytes: 8)).view(context)
        view["message"] = maybe(problem?.sentence(in: context.language))
        var page = Page(.experiment, read.result.experiment.terms.name, .me, view)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func download(_ request: Request, _ context: Context) async throws -> Response {
        _ = try identity(context)
        let read = try await ReadValue(market).result(of: try id(context))
        var headers: HTTPFields = [.contentType: "text/csv; charset=utf-8", .cacheControl: "private, no-store"]
        headers[.contentDisposition] = "attachment; filename=\"experiment.csv\""
        return Response(
            status: .ok, headers: headers,
            body: .init(byteBuffer: ByteBuffer(string: ExperimentView.csv(read.result, read.counted))))
    }

    private func move(_ request: Request, _ context: Context) async throws -> Response {
        try await change(request, context) { id, form, command in
            switch form["event"] {
            case "start": _ = try await KeepExperiments(market).start(id, command)
            case "end": _ = try await KeepExperiments(market).end(id, command)
            default: throw InvalidField("event", "is not an event of an experiment.", zh: "操作无效。")
            }
        }
    }

    private func grow(_ request: Request, _ context: Context) async throws -> Response {
        try await change(request, context) { id, form, command in
            let share = try ExperimentFields.basisPoints(form["share"], "share")
            _ = try await KeepExperiments(market).ramp(id, to: share, command)
        }
    }

    private func setCost(_ request: Request, _ context: Context) async throws -> Response {
        try await change(request, context) { id, form, command in
            guard let currency = Currency(form["currency"] ?? ""),
                let money = Money(typed: form["cost"] ?? "", currency)
            else {
                throw InvalidField(
                    "cost", "must be an amount like 1200 or 39.90 of a known currency.", zh: "请输入金额和货币代码。")
            }
            let cost = ExperimentCost(amount: money.amount, currency: currency)
            _ = try await KeepExperiments(market).setCost(cost, of: id, command)
        }
    }

    private func change(
        _ request: Request, _ context: Context, _ work: (ExperimentID, Form, Command) async throws -> Void
    ) async throws -> Response {
        let (form, command) = try await command(request, context)
        let id = try id(context)
        do {
            try await work(id, form, command)
        } catch let problem as any Problem where Self.isShown(problem) {
            return try await show(problem, request, context)
        }
        return Frame.redirect("\(Self.root)/\(id)")
    }

    private static func isShown(_ problem: any Problem) -> Bool {
        problem is InvalidField || problem is ExperimentProblem || problem is DecisionProblem
            || problem is WeightProblem
    }

    private func command(_ request: Request, _ context: Context) async throws -> (Form, Command) {
        let identity = try identity(context)
        let form = try await Form(request, context)
        return (form, try form.command(by: identity, request.uri.path))
    }
}
