import AfterSales
import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import Kernel

/// Units of a line.
struct CaseLineBody: Documented {
    let line: OrderLineID
    let quantity: Int64
    static let example = CaseLineBody(line: Identifier(rawValue: 12), quantity: 1)
}

/// What is asked for.
struct NewCaseBody: Documented {
    let kind: AfterSaleKind
    let reason: AfterSaleReason
    let note: String
    let lines: [CaseLineBody]
    /// For a refund of a part of one line's price.
    let amount: Money?
    static let example = NewCaseBody(
        kind: .return, reason: .damaged, note: "The lid is broken.", lines: [.example], amount: Money(500, .cny))
}

/// An after-sale case.
struct CaseBody: Documented {
    let id: AfterSaleCaseID
    let order: OrderID
    let shop: ShopID
    let kind: AfterSaleKind
    let reason: AfterSaleReason
    /// Where it stands now, the passing of deadlines included.
    let state: AfterSaleState
    let amount: Money?
    /// Until when somebody has to act.
    let dueAt: Instant?
    let carrier: String?
    let tracking: String?
    let createdAt: Instant
    let changedAt: Instant
    let lines: [CaseLineBody]
    static let example = CaseBody(
        id: Identifier(rawValue: 13), order: Identifier(rawValue: 11), shop: Identifier(rawValue: 8), kind: .return,
        reason: .damaged, state: .requested, amount: Money(500, .cny), dueAt: Instant(milliseconds: 0), carrier: "SF",
        tracking: "SF124", createdAt: Instant(milliseconds: 0), changedAt: Instant(milliseconds: 0), lines: [.example])
}

/// A step in a case's life.
struct CaseStepBody: Documented {
    let event: String
    let state: AfterSaleState
    let note: String
    let at: Instant
    static let example = CaseStepBody(event: "open", state: .requested, note: "", at: Instant(milliseconds: 0))
}

/// The shop's answer.
struct CaseAnswerBody: Documented {
    let approves: Bool
    /// Needed for a refusal.
    let note: String
    static let example = CaseAnswerBody(approves: false, note: "The parcel was opened and used.")
}

/// What an inspection found.
struct InspectionBody: Documented {
    let passes: Bool
    /// Needed when it doesn't pass.
    let note: String
    /// False when the buyer is refunded but the goods are written off; absent means true.
    let isResellable: Bool?
    /// Where the goods lie; the shop's default when it is absent.
    let warehouse: WarehouseID?
    static let example = InspectionBody(
        passes: true, note: "as new", isResellable: true, warehouse: Identifier(rawValue: 31))
}

/// What somebody says.
struct NoteBody: Documented {
    let note: String
    static let example = NoteBody(note: "The picture shows it.")
}

/// What the platform decides.
struct ArbitrationBody: Documented {
    let forBuyer: Bool
    /// Minor units, when only a part goes back.
    let amount: Int64?
    let note: String
    static let example = ArbitrationBody(forBuyer: true, amount: 500, note: "The shop's packing was at fault.")
}

extension MarketplaceAPI {
    func addAfterSaleRoutes(to api: API) {
        addCaseReads(to: api)
        api.route(
            .post, "/orders/{order}/after-sale-cases", "openCase",
            "A buyer asks for a refund, return, exchange or price protection; the shop's own offer is granted at once.",
            access: .person(.orders), body: NewCaseBody.self, status: .created
        ) { [market] call in
            let order = try call.context.identifier("order", "order", as: OrderKind.self)
            let request = AfterSales.Request(
                call.body.kind, reason: call.body.reason, note: call.body.note,
                lines: call.body.lines.map { AfterSaleCase.Line(line: $0.line, quantity: $0.quantity) },
                amount: call.body.amount)
            return CaseBody(try await OpenAfterSaleCase(market)(request, about: order, try call.command), at: market)
        }
        step(api, "withdrawal", "withdrawCase", "The buyer doesn't want it any more.", Nothing.self) {
            market, id, call in
            try await DisputeCase(market).withdraw(id, try call.command)
        }
        step(api, "answer", "answerCase", "The shop says yes or no.", CaseAnswerBody.self) { market, id, call in
            try await AnswerAfterSaleCase(market)(
                id, approves: call.body.approves, note: call.body.note, try call.command)
        }
        step(api, "return", "returnGoods", "The buyer sends the goods.", ShipmentBody.self) { market, id, call in
            try await ReturnGoods(market).send(
                id, carrier: call.body.carrier, tracking: call.body.tracking, try call.command)
        }
        step(api, "inspection", "inspectGoods", "The shop has looked at the goods.", InspectionBody.self) {
            market, id, call in
            try await ReturnGoods(market).inspect(
                id, passes: call.body.passes,
                goods: ReturnedGoods(
                    isResellable: call.body.isResellable ?? true, warehouse: call.body.warehouse),
                note: call.body.note, try call.command)
        }
        step(api, "replacement", "shipReplacement", "The shop sends goods again.", ShipmentBody.self) {
            market, id, call in
            try await ReplaceGoods(market).ship(
                id, carrier: call.body.carrier, tracking: call.body.tracking, try call.command)
        }
        step(api, "replacement-receipt", "receiveReplacement", "The buyer has them.", Nothing.self) {
            market, id, call in
            try await ReplaceGoods(market).receive(id, try call.command)
        }
        step(api, "dispute", "disputeCase", "The buyer asks the platform.", NoteBody.self) { market, id, call in
            try await DisputeCase(market).dispute(id, note: call.body.note, try call.command)
        }
        step(
            api, "arbitration", "arbitrateCase", "The platform decides.", ArbitrationBody.self,
            access: .role([.operator], .operate)
        ) { market, id, call in
            try await DisputeCase(market).arbitrate(
                id, forBuyer: call.body.forBuyer, amount: call.body.amount, note: call.body.note, try call.command)
        }
    }

    private func step<Body: Documented>(
        _ api: API, _ name: String, _ operation: String, _ summary: String, _ body: Body.Type,
        access: Access = .person(.orders),
        _ run: @escaping @Sendable (Marketplace, AfterSaleCaseID, Call<Body>) async throws -> AfterSaleCase
    ) {
        api.route(
            .post, "/after-sale-cases/{case}/\(name)", operation, summary, access: access, body: body
        ) { [market] call in
            let id = try call.context.identifier("case", "after-sale case", as: AfterSaleCaseKind.self)
            return CaseBody(try await run(market, id, call), at: market)
        }
    }

    private func addCaseReads(to api: API) {
        let query = [QueryParameter("state", "keeps to a state"), QueryParameter("cursor", "what `next` said")]
        api.route(
            .get, "/after-sale-cases", "listMyCases", "The caller's after-sale cases, newest first.",
            access: .person(.orders), query: query
        ) { [self] call in try await cases(of: .buyer(try call.person), call.request) }
        api.route(
            .get, "/shops/{shop}/after-sale-cases", "listShopCases", "A shop's after-sale cases, newest first.",
            access: .person(.shops), query: query
        ) { [self] call in
            let shop = try call.context.identifier("shop", "shop", as: ShopKind.self)
            try call.context.person().require(.orders, at: shop)
            return try await cases(of: .shop(shop), call.request)
        }
        api.route(
            .get, "/disputes", "listDisputes", "Cases that the platform has to decide, newest first.",
            access: .role([.operator], .operate), query: [QueryParameter("cursor", "what `next` said")]
        ) { [self] call in try await cases(of: .platform, call.request) }
        api.route(
            .get, "/after-sale-cases/{case}", "readCase", "An after-sale case of the caller or the caller's shop.",
            access: .person(.orders)
        ) { [market] call in
            let id = try call.context.identifier("case", "after-sale case", as: AfterSaleCaseKind.self)
            return CaseBody(try await DisputeCase(market).read(id, by: try call.context.person()), at: market)
        }
        api.route(
            .get, "/after-sale-cases/{case}/steps", "listCaseSteps", "What happened to a case, oldest first.",
            access: .person(.orders)
        ) { [market] call in
            let id = try call.context.identifier("case", "after-sale case", as: AfterSaleCaseKind.self)
            _ = try await DisputeCase(market).read(id, by: try call.context.person())
            let steps = try await market.afterSales.steps(of: id)
            return Page(items: steps.map { CaseStepBody(event: $0.event, state: $0.state, note: $0.note, at: $0.at) })
        }
    }

    private func cases(of audience: AfterSales.Audience, _ request: Request) async throws -> Page<CaseBody> {
        let state = try request.query("state").map { text in
            guard let state = AfterSaleState(rawValue: text) else {
                throw InvalidField("state", "is not a state of a case.", zh: "售后状态无效。")
            }
            return state
        }
        let cursor = try request.cursor(as: AfterSales.Cursor.self)
        let found = try await market.afterSales.cases(of: audience, state: state, after: cursor, limit: 50)
        let next = found.count == 50 ? found.last.map { AfterSales.Cursor(after: $0).description } : nil
        return Page(items: found.map { CaseBody($0, at: market) }, next: next)
    }
}

extension CaseBody {
    fileprivate init(_ found: AfterSaleCase, at market: Marketplace) {
        self.init(
            id: found.id, order: found.order, shop: found.shop, kind: found.kind, reason: found.reason,
            state: found.state(at: market.source.now), amount: found.amount, dueAt: found.dueAt,
            carrier: found.carrier, tracking: found.tracking, createdAt: found.createdAt, changedAt: found.changedAt,
            lines: found.lines.map { CaseLineBody(line: $0.line, quantity: $0.quantity) })
    }
}
