import AfterSales
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Warehouse
import Orders
import Store

/// After-sale cases as buyers, shops and the platform see them: one page, on which each finds what they can do.
struct CasePages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }
    private static let pageSize = 20

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/orders/{id}/after-sale") { request, context in
            try await ask(try context.identifier("id", "order"), request, context)
        }
        router.post("/orders/{id}/after-sale") { try await open($0, $1) }
        router.get("/after-sale-cases/{case}") { request, context in
            try await show(try context.identifier("case", "after-sale case"), request, context)
        }
        router.post("/after-sale-cases/{case}/{step}") { try await step($0, $1) }
        router.get("/shop-desk/{shop}/after-sale") { request, context in
            let shop: ShopID = try context.identifier("shop", "shop")
            try context.person().require(.orders, at: shop)
            return try await list(.shop(shop), path: "/shop-desk/\(shop)/after-sale", shop: shop, request, context)
        }
        router.get("/operator/disputes") { request, context in
            try context.person().requireOperator()
            return try await list(.platform, path: "/operator/disputes", shop: nil, request, context)
        }
    }

    // MARK: Asking

    private func ask(
        _ id: OrderID, problem: (any Problem)? = nil, form: Form? = nil, _ request: Request, _ context: Context
    ) async throws -> Response {
        let order = try await ownOrder(id, context)
        let kinds = AfterSaleKind.possible(for: order.state)
        let kind = form?["kind"].flatMap { AfterSaleKind(rawValue: $0) }
        let content: View = [
            "id": id.description, "shortID": "…" + id.description.suffix(8),
            "key": market.source.secret(bytes: 16), "message": maybe(problem?.sentence(in: context.language)),
            "hasKinds": !kinds.isEmpty,
            "kinds": kinds.enumerated().map { index, value in
                [
                    "value": value.rawValue, "name": context.words(value.word), "help": context.words(value.helpWord),
                    "isOn": kind.map { $0 == value } ?? (index == 0),
                ] as View
            },
            "reasons": AfterSaleReason.allCases.map {
                ["value": $0.rawValue, "name": context.words($0.word), "isOn": form?["reason"] == $0.rawValue] as View
            },
            "note": form?["note"] ?? "",
            "lines": order.lines.map { line in
                [
                    "line": line.id.description, "title": line.title.text(in: context.language),
                    "image": maybe(line.image.map { "/media/\($0)" }), "most": String(line.quantity),
                    "amountText": context.format.money(line.amount),
                    "value": form?["quantity-\(line.id)"] ?? (order.lines.count == 1 ? String(line.quantity) : "0"),
                ] as View
            },
        ]
        var page = Page(.caseForm, context.words(.askAfterSale), .me, content)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func open(_ request: Request, _ context: Context) async throws -> Response {
        let id: OrderID = try context.identifier("id", "order")
        let order = try await ownOrder(id, context)
        let form = try await Form(request, context)
        do {
            let lines = try order.lines.compactMap { line -> AfterSaleCase.Line? in
                let quantity = try form.number("quantity-\(line.id)") ?? 0
                return quantity == 0 ? nil : AfterSaleCase.Line(line: line.id, quantity: quantity)
            }
            guard !lines.isEmpty else { throw InvalidField("lines", "must name some goods.", zh: "请选择商品和数量。") }
            guard let kind = AfterSaleKind(rawValue: try form.required("kind")) else {
                throw InvalidField("kind", "must be chosen.", zh: "请选择售后类型。")
            }
            let asked = AfterSales.Request(
                kind, reason: AfterSaleReason(rawValue: form["reason"] ?? "") ?? .other, note: form["note"] ?? "",
                lines: lines, amount: nil)
            let opened = try await OpenAfterSaleCase(market)(
                asked, about: id, try form.command(by: try context.person(), "open \(id)"))
            return Frame.redirect("/after-sale-cases/\(opened.id)")
        } catch let problem as any Problem where problem.canBeMended {
            return try await ask(id, problem: problem, form: form, request, context)
        }
    }

    private func ownOrder(_ id: OrderID, _ context: Context) async throws -> Order {
        let buyer = try context.person().person
        guard let order = try await market.orders.order(id), order.buyer == buyer else { throw NotFound("order") }
        return order
    }

    // MARK: One case

    private func show(
        _ id: AfterSaleCaseID, problem: (any Problem)? = nil, _ request: Request, _ context: Context
    ) async throws -> Response {
        let identity = try context.person()
        let found = try await DisputeCase(market).read(id, by: identity)
        guard let order = try await market.orders.order(found.order) else { throw NotFound("order") }
        let shop = try await market.shops.shop(found.shop)
        let steps = try await market.afterSales.steps(of: id)
        var content = CaseView.row(found, order, at: market.source.now, context)
        content["shop"] = shop?.name.text(in: context.language) ?? "—"
        content["orderHref"] = found.buyer == identity.person ? maybe("/orders/\(order.id)") : false
        content["message"] = maybe(problem?.sentence(in: context.language))
        content["key"] = market.source.secret(bytes: 16)
        content["carrier"] = maybe(found.carrier)
        content["tracking"] = maybe(found.tracking)
        content["steps"] = steps.reversed().map { step in
            [
                "event": context.words(step.state.word), "time": context.format.time(step.at),
                "note": maybe(step.note.isEmpty ? nil : step.note),
            ] as View
        }
        let state = found.state(at: market.source.now)
        content.merge(CaseView.actions(in: state, of: found, for: identity))
        if content["canInspect"] as? Bool == true {
            let places = try await KeepWarehouses(market).all(of: found.shop, by: identity)
            content["hasPlaces"] = places.count > 1
            content["places"] = places.map { ["value": $0.id.description, "name": $0.title(in: context)] as View }
        }
        var page = Page(.case, context.words(.afterSale), .me, content)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func step(_ request: Request, _ context: Context) async throws -> Response {
        let id: AfterSaleCaseID = try context.identifier("case", "after-sale case")
        let name = context.parameters.get("step") ?? ""
        let form = try await Form(request, context)
        do {
            try await take(name, of: id, form, try form.command(by: try context.person(), "\(name) \(id)"))
        } catch let problem as any Problem where problem.canBeMended {
            return try await show(id, problem: problem, request, context)
        }
        return Frame.redirect("/after-sale-cases/\(id)")
    }

    private func take(_ name: String, of id: AfterSaleCaseID, _ form: Form, _ command: Command) async throws {
        let (note, carrier, tracking) = (form["note"] ?? "", form["carrier"] ?? "", form["tracking"] ?? "")
        switch name {
        case "withdrawal": _ = try await DisputeCase(market).withdraw(id, command)
        case "approval": _ = try await AnswerAfterSaleCase(market)(id, approves: true, note: note, command)
        case "refusal": _ = try await AnswerAfterSaleCase(market)(id, approves: false, note: note, command)
        case "return":
            _ = try await ReturnGoods(market).send(id, carrier: carrier, tracking: tracking, command)
        case "passed":
            let place: WarehouseID? = try form["warehouse"] == nil ? nil : form.identifier("warehouse")
            let goods = ReturnedGoods(isResellable: form["condition"] != "damaged", warehouse: place)
            _ = try await ReturnGoods(market).inspect(id, passes: true, goods: goods, note: note, command)
        case "failed": _ = try await ReturnGoods(market).inspect(id, passes: false, note: note, command)
        case "replacement":
            _ = try await ReplaceGoods(market).ship(id, carrier: carrier, tracking: tracking, command)
        case "receipt": _ = try await ReplaceGoods(market).receive(id, command)
        case "dispute": _ = try await DisputeCase(market).dispute(id, note: note, command)
        case "for-buyer", "for-shop":
            try command.identity.requireOperator()
            _ = try await DisputeCase(market).arbitrate(
                id, forBuyer: name == "for-buyer", amount: nil, note: note, command)
        default: throw NotFound("step")
        }
    }

    // MARK: Lists

    private func list(
        _ audience: AfterSales.Audience, path: String, shop: ShopID?, _ request: Request, _ context: Context
    ) async throws -> Response {
        let state = request.query("state").flatMap { AfterSaleState(rawValue: $0) }
        let cursor = request.query("after").flatMap { AfterSales.Cursor($0) }
        let found = try await market.afterSales.cases(
            of: audience, state: state, after: cursor, limit: Self.pageSize + 1)
        let shown = found.prefix(Self.pageSize)
        var rows: [View] = []
        for one in shown {
            guard let order = try await market.orders.order(one.order) else { continue }
            rows.append(CaseView.row(one, order, at: market.source.now, context))
        }
        let query = state.map { "state=\($0.rawValue)&" } ?? ""
        let following =
            found.count > Self.pageSize
            ? shown.last.map { "\(path)?\(query)after=\(AfterSales.Cursor(after: $0))" } : nil
        let states: [AfterSaleState] = shop == nil ? [] : [.requested, .returning, .replacing, .disputed, .completed]
        let name = try await shop.asyncMap { try await market.shops.shop($0)?.name.text(in: context.language) ?? "—" }
        return try await frame.show(
            Page(
                .cases, context.words(shop == nil ? .disputes : .afterSale), .me,
                [
                    "shop": maybe(name), "shopID": maybe(shop?.description), "cases": rows,
                    "following": maybe(following),
                    "title": context.words(shop == nil ? .disputes : .afterSale), "hasStates": !states.isEmpty,
                    "states": [["href": path, "name": context.words(.all), "isOn": state == nil] as View]
                        + states.map {
                            [
                                "href": "\(path)?state=\($0.rawValue)", "name": context.words($0.word),
                                "isOn": state == $0,
                            ] as View
                        },
                ]), request, context)
    }
}

extension Optional {
    fileprivate func asyncMap<Result>(_ transform: (Wrapped) async throws -> Result) async rethrows -> Result? {
        if let value = self { try await transform(value) } else { nil }
    }
}

extension Problem {
    /// Whether the person who filled in a form can mend it there.
    fileprivate var canBeMended: Bool {
        details.kind == .invalid || details.kind == .conflict
    }
}
