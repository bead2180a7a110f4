import AfterSales
import Alliance
import Catalog
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Ledger
import Store

/// What waits for the operator: disputes, payouts to send, commissions held for a check.
struct OperatorPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/operator") { try await show($0, $1) }
        router.post("/operator/payouts/{payout}/claim") { try await claim($0, $1) }
        router.post("/operator/payouts/{payout}/result") { try await finish($0, $1) }
        router.post("/operator/commissions/{line}/decision") { try await decide($0, $1) }
    }

    private func identity(_ context: Context) throws -> Identity {
        let identity = try context.person()
        try identity.requireOperator()
        return identity
    }

    private func show(
        problem: (any Problem)? = nil, _ request: Request, _ context: Context
    ) async throws -> Response {
        _ = try identity(context)
        let requested = try await market.ledger.payouts(in: .requested, limit: 50)
        let claimed = try await market.ledger.payouts(in: .claimed, limit: 50)
        let held = try await ExplainCommissions(market).held(limit: 50)
        let disputes = try await market.afterSales.cases(of: .platform, limit: 50)
        var page = Page(
            .operatorDesk, context.words(.operatorDesk), .me,
            [
                "message": maybe(problem?.sentence(in: context.language)), "disputeCount": String(disputes.count),
                "payouts": (claimed + requested).map { payout in
                    [
                        "id": payout.id.description, "party": payout.party.description,
                        "amount": context.format.money(payout.amount), "time": context.format.time(payout.createdAt),
                        "state": context.words(payout.state.word), "canClaim": payout.state == .requested,
                        "canFinish": payout.state == .claimed, "key": market.source.secret(bytes: 8),
                    ] as View
                }, "commissions": try await commissions(held, context),
            ])
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func commissions(_ held: [ExplainedCommission], _ context: Context) async throws -> [View] {
        let cards = try await market.catalog.cards(Array(Set(held.map(\.line.product))))
        let creators = try await market.people.accounts(Array(Set(held.map(\.line.creator))))
        return held.map { explained in
            [
                "line": explained.line.line.description,
                "title": cards.first { $0.id == explained.line.product }?.title.text(in: context.language) ?? "—",
                "creator": creators[explained.line.creator]?.name ?? "—",
                "net": context.format.money(Money(explained.net, explained.line.base.currency)),
                "signals": explained.line.signals.map(\.rawValue).joined(separator: ", "),
            ] as View
        }
    }

    private func claim(_ request: Request, _ context: Context) async throws -> Response {
        try await change(request, context) { form, command in
            _ = try await PayOut(market).claim(try context.identifier("payout", "payout"), command)
        }
    }

    private func finish(_ request: Request, _ context: Context) async throws -> Response {
        try await change(request, context) { form, command in
            _ = try await PayOut(market).finish(
                try context.identifier("payout", "payout"), arrived: form["arrived"] == "1",
                reference: form["reference"] ?? "", command)
        }
    }

    private func decide(_ request: Request, _ context: Context) async throws -> Response {
        try await change(request, context) { form, command in
            guard let decision = CommissionLine.Decision(rawValue: form["decision"] ?? "") else {
                throw InvalidField("decision", "must be released or voided.", zh: "请选择放行或作废。")
            }
            let line: OrderLineID = try context.identifier("line", "held commission")
            _ = try await DecideCommission(market)(line, decision, by: command.identity.person)
        }
    }

    private func change(
        _ request: Request, _ context: Context, _ work: (Form, Command) async throws -> Void
    ) async throws -> Response {
        let identity = try identity(context)
        let form = try await Form(request, context)
        let command = try form.command(by: identity, request.uri.path)
        do {
            try await work(form, command)
        } catch let problem as any Problem where problem is InvalidField || problem is LedgerProblem {
            return try await show(problem: problem, request, context)
        }
        return Frame.redirect("/operator")
    }
}
