import Alliance
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel

/// Commissions that a signal holds: an operator looks, decides, and says why.
struct CommissionReviewPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }
    private static let pageSize = 30

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/operator/commissions") { try await show($0, $1) }
        router.post("/operator/commissions/{line}/decision") { try await decide($0, $1) }
    }

    private func show(
        problem: (any Problem)? = nil, form: Form? = nil, _ request: Request, _ context: Context
    ) async throws -> Response {
        try context.person().requireOperator()
        let explain = ExplainCommissions(market)
        let held = try await explain.held(limit: 50)
        let cursor = request.query("after").flatMap { Alliance.Cursor($0) }
        let reviewed = try await explain.reviewed(after: cursor, limit: Self.pageSize + 1)
        let shown = Array(reviewed.prefix(Self.pageSize))
        let rows = try await rows(held + shown, typed: form, context)
        let following =
            reviewed.count > Self.pageSize
            ? shown.last.map { "/operator/commissions?after=\(Alliance.Cursor(afterReviewed: $0.line))" } : nil
        var page = Page(
            .commissionReview, context.words(.commissionReview), .me,
            [
                "message": maybe(problem?.sentence(in: context.language)),
                "held": Array(rows.prefix(held.count)), "hasHeld": !held.isEmpty,
                "reviewed": Array(rows.dropFirst(held.count)), "hasReviewed": !shown.isEmpty,
                "following": maybe(following),
            ])
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func rows(
        _ lines: [ExplainedCommission], typed form: Form?, _ context: Context
    ) async throws -> [View] {
        let cards = try await market.catalog.cards(Array(Set(lines.map(\.line.product))))
        let people = Set(lines.map(\.line.creator) + lines.compactMap(\.line.decidedBy))
        let names = try await market.people.accounts(Array(people))
        let view = CommissionView(context: context)
        return lines.map { explained in
            let line = explained.line
            let title = cards.first { $0.id == line.product }?.title.text(in: context.language) ?? "—"
            return view.line(explained, titled: title).merging([
                "creator": names[line.creator]?.name ?? "—", "key": market.source.secret(bytes: 12),
                "typed": form?["line"] == line.line.description ? form?["reason"] ?? "" : "",
                "by": maybe(line.decidedBy.flatMap { names[$0]?.name }),
                "at": maybe(line.decidedAt.map { context.format.time($0) }),
            ])
        }
    }

    private func decide(_ request: Request, _ context: Context) async throws -> Response {
        let identity = try context.person()
        try identity.requireOperator()
        let form = try await Form(request, context)
        let line: OrderLineID = try context.identifier("line", "held commission")
        do {
            guard let decision = CommissionLine.Decision(rawValue: form["decision"] ?? "") else {
                throw InvalidField("decision", "must be released or voided.", zh: "请选择放行或作废。")
            }
            let ruling = try CommissionRuling(decision, because: form["reason"] ?? "")
            try await DecideCommission(market)(
                line, ruling, try form.command(by: identity, "decide \(line) \(ruling)"))
        } catch let problem as InvalidField {
            return try await show(problem: problem, form: form, request, context)
        }
        return Frame.redirect("/operator/commissions")
    }
}
