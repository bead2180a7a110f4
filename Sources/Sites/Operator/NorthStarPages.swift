import Decisions
import Experiments
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Inference
import Kernel
import NorthStar

/// The North Star tree for operators: drawn, changed one figure at a time, each change a version.
struct NorthStarPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }
    private static let root = "/operator/north-star"

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/operator/north-star") { try await show(nil, $0, $1) }
        router.get("/operator/north-star.csv") { try await download($0, $1) }
        router.post("/operator/north-star/nodes") { try await changeNode($0, $1) }
        router.post("/operator/north-star/strategies") { try await addStrategy($0, $1) }
        router.post("/operator/north-star/strategies/removal") { try await removeStrategy($0, $1) }
        router.post("/operator/north-star/slopes") { try await learn($0, $1) }
    }

    private func show(_ problem: (any Problem)?, _ request: Request, _ context: Context) async throws -> Response {
        try context.person().requireOperator()
        let number = try request.query("version").map { text in
            guard let number = Int64(text) else { throw NotFound("version of the tree") }
            return number
        }
        let found = try await KeepNorthStar(market).view(version: number)
        let versions = try await KeepNorthStar(market).versions()
        let decisions = try await market.decisions.list(limit: 100)
        let drawn = NorthStarDrawing(found, isCurrent: number == nil)
        var view = drawn.view(decisions, context)
        view["message"] = maybe(problem?.sentence(in: context.language))
        view["old"] = maybe(number.map { context.words(.treeOld, "\($0)") })
        view["after"] = "\(found.version.number)"
        view["token"] = market.source.secret(bytes: 8)
        view["versions"] = versions.map {
            [
                "number": "\($0.number)", "note": $0.note, "time": maybe($0.madeAt.map(context.format.time)),
            ] as View
        }
        view["openDecisions"] = decisions.filter { $0.state != .reviewed }.prefix(20).map {
            ["id": $0.id.description, "title": $0.terms.title] as View
        }
        view.merge(drawn.form(of: request.query("edit"), context))
        var page = Page(.northStar, context.words(NorthStarWord.northStar), .me, view)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    // MARK: Changes

    /// Changes the tree that the form was shown with, and writes it as the next version.
    private func change(
        _ request: Request, _ context: Context, note: (Form) throws -> String,
        _ body: (inout NorthStarTree, Form) throws -> Void
    ) async throws -> Response {
        let identity = try context.person()
        try identity.requireOperator()
        let form = try await Form(request, context)
        do {
            let after = try form.number("after") ?? 0
            let keep = KeepNorthStar(market)
            let present = try await keep.view()
            guard present.version.number == after else { throw NorthStarProblem.changedMeanwhile }
            var tree = present.version.tree
            try body(&tree, form)
            _ = try await keep.write(
                tree, after: after, note: try note(form), try form.command(by: identity, request.uri.path))
        } catch let problem as any Problem
            where problem is InvalidField || problem is NorthStarProblem || problem is NotFound
        {
            return try await show(problem, request, context)
        }
        return Frame.redirect(Self.root)
    }

    private func changeNode(_ request: Request, _ context: Context) async throws -> Response {
        try await change(request, context, note: { $0["note"] ?? $0["node"] ?? "" }) { tree, form in
            let key = try form.required("node")
            if form["remove"] == "1" {
                guard tree.node(key) != nil else { throw NotFound("figure") }
                guard tree.children(of: key).isEmpty else {
                    throw InvalidField("node", "has figures under it; move them first.", zh: "仍有下级指标，请先移走。")
                }
                tree.nodes.removeAll { $0.key == key }
                return
            }
            let node = try Self.node(key, form)
            if let place = tree.nodes.firstIndex(where: { $0.key == key }) {
                tree.nodes[place] = node
            } else {
                tree.nodes.append(node)
            }
        }
    }

    private static func node(_ key: String, _ form: Form) throws -> NorthStarNode {
        guard let kind = NodeKind(rawValue: form["kind"] ?? "") else {
            throw InvalidField("kind", "is not a kind of figure.", zh: "类型无效。")
        }
        return NorthStarNode(
            key: key, kind: kind, parent: form["parent"],
            title: Localized(en: form["titleEn"] ?? "", zh: form["titleZh"]),
            definition: Localized(en: form["definitionEn"] ?? "", zh: form["definitionZh"]),
            owner: form["owner"] ?? "", unit: form["unit"] ?? "", isMoreGood: form["direction"] != "down",
            metric: form["metric"])
    }

    private func addStrategy(_ request: Request, _ context: Context) async throws -> Response {
        try await change(
            request, context, note: { context.words(.strategyAdded, $0["strategy"] ?? "") }
        ) { tree, form in
            tree.strategies.append(
                Strategy(
                    title: try form.required("strategy"), serves: form["serves"] ?? "",
                    startsAt: try Self.day(form["starts"], "starts"), endsAt: try Self.day(form["ends"], "ends"),
                    milestones: try Self.milestones(form["milestones"] ?? ""), resources: form["resources"] ?? "",
                    decisions: form.all("decision").compactMap { DecisionID($0) }))
        }
    }

    private func removeStrategy(_ request: Request, _ context: Context) async throws -> Response {
        try await change(
            request, context, note: { context.words(.strategyRemoved, $0["strategy"] ?? "") }
        ) { tree, form in
            let title = try form.required("strategy")
            guard tree.strategies.contains(where: { $0.title == title }) else { throw NotFound("strategy") }
            tree.strategies.removeAll { $0.title == title }
        }
    }

    private static func day(_ text: String?, _ field: String) throws -> Instant {
        guard let time = Instant(rfc3339: "\(text ?? "")T00:00:00Z") else {
            throw InvalidField(field, "must be a date.", zh: "请输入日期。")
        }
        return time
    }

    private static func milestones(_ text: String) throws -> [StrategyMilestone] {
        try text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }.map { line in
            StrategyMilestone(
                title: String(line.dropFirst(10)), due: try day(String(line.prefix(10)), "milestones"))
        }
    }

    private func learn(_ request: Request, _ context: Context) async throws -> Response {
        let identity = try context.person()
        let form = try await Form(request, context)
        _ = try await KeepNorthStar(market).learn(try form.command(by: identity, request.uri.path))
        return Frame.redirect(Self.root)
    }

    private func download(_ request: Request, _ context: Context) async throws -> Response {
        try context.person().requireOperator()
        let text = NorthStarDrawing(try await KeepNorthStar(market).view(), isCurrent: true).csv
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8", .cacheControl: "private, no-store",
                .contentDisposition: "attachment; filename=\"north-star.csv\"",
            ], body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
