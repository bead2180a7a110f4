import AfterSales
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Ledger
import Store

/// What waits for the operator: payouts to send, and how many disputes and held commissions there are.
struct OperatorPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/operator") { try await show($0, $1) }
        router.post("/operator/payouts/{payout}/claim") { try await claim($0, $1) }
        router.post("/operator/payouts/{payout}/result") { try await finish($0, $1) }
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
        let held = try await market.alliance.held(limit: 50)
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
                }, "heldCount": String(held.count),
            ])
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
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
