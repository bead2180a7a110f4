import AfterSales
import Flows
import HTTP
import Hummingbird
import Kernel
import Orders
import Pricing
import Payments
import Shops

/// A buyer's orders.
struct OrderPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }
    private static let pageSize = 20

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/orders") { try await list($0, $1) }
        router.get("/orders/{id}") { try await show($0, $1) }
        router.post("/orders/{id}/cancel") { try await cancel($0, $1) }
        router.post("/orders/{id}/receipt") { try await confirm($0, $1) }
    }

    private func list(_ request: Request, _ context: Context) async throws -> Response {
        let buyer = try context.person().person
        let cursor = request.query("after").flatMap { Orders.Cursor($0) }
        let orders = try await market.orders.orders(of: buyer, after: cursor, limit: Self.pageSize + 1)
        let shown = orders.prefix(Self.pageSize)
        let shops = try await market.shops.shops(Array(Set(shown.map(\.shop))))
        let unread = try await market.orders.unread(about: shown.map(\.id), by: .buyer)
        let following =
            orders.count > Self.pageSize ? shown.last.map { "/orders?after=\(Orders.Cursor(after: $0))" } : nil
        return try await frame.show(
            Page(
                .orders, context.words(.orders), .me,
                [
                    "orders": shown.map { order -> View in
                        var view = row(order, shops[order.shop], context)
                        view["unread"] = maybe(unread[order.id].map { context.words(.unread, String($0)) })
                        return view
                    }, "following": maybe(following),
                ]), request, context)
    }

    private func row(_ order: Order, _ shop: Shop?, _ context: Context) -> View {
        let first = order.lines.first?.title.text(in: context.language) ?? ""
        let what = order.lines.count > 1 ? context.words(.andMore, first, String(order.lines.count - 1)) : first
        return [
            "href": "/orders/\(order.id)", "shop": shop?.name.text(in: context.language) ?? "—",
            "state": context.words(order.state.word), "stateName": order.state.rawValue, "what": what,
            "images": order.lines.prefix(4).compactMap { $0.image.map { "/media/\($0)" } },
            "totalText": context.format.money(order.total), "time": context.format.time(order.createdAt),
        ]
    }

    private func show(_ request: Request, _ context: Context) async throws -> Response {
        let buyer = try context.person().person
        guard let order = try await market.orders.order(try context.identifier("id", "order")), order.buyer == buyer
        else {
            throw NotFound("order")
        }
        let shop = try await market.shops.shop(order.shop)
        let group = try await market.orders.group(order.group)
        let history = try await market.orders.history(of: order.id)
        var content = row(order, shop, context)
        content.merge(OrderView.detail(order, group, context))
        content["shopHref"] = "/shops/\(order.shop)"
        content["stateTitle"] = content["what"]
        content["stateHelp"] = context.words(order.state.helpWord)
        content["canPay"] = order.state == .placed && group != nil
        content["payUntil"] = maybe(group.map { context.format.time($0.reservedUntil) })
        content["canConfirm"] = order.state == .shipped
        content["canCancel"] = order.state == .placed || order.state == .paid
        content["cancelsGroup"] = order.state == .placed && (group?.orders.count ?? 1) > 1
        content["reasons"] = [Word.reasonMind, .reasonWrong, .reasonCheaper, .reasonSlow].map { context.words($0) }
        let parcels = try await PickParcels(market).parcels(of: order.id, for: try context.person())
        content["parcels"] = ParcelView.rows(parcels.filter { $0.state == .shipped }, of: order, context)
        let unread = try await market.orders.unread(about: [order.id], by: .buyer)[order.id]
        content["unread"] = maybe(unread.map { context.words(.unread, String($0)) })
        let cases = try await market.afterSales.cases(about: order.id)
        content["cases"] = cases.map { CaseView.row($0, order, at: market.source.now, context) }
        content["canAsk"] = !AfterSaleKind.possible(for: order.state).isEmpty
        content["hasSteps"] = !history.isEmpty
        content["steps"] = history.reversed().map { step in
            [
                "state": context.words(step.state.word), "time": context.format.time(step.at),
                "note": maybe(step.note.isEmpty ? nil : step.note),
            ] as View
        }
        content.merge(try await SurveyPages(frame).card(for: buyer, about: order.id, request, context))
        return try await frame.show(Page(.order, context.words(.orders), .me, content), request, context)
    }

    private func cancel(_ request: Request, _ context: Context) async throws -> Response {
        let identity = try context.person()
        let form = try await Form(request, context)
        let id: OrderID = try context.identifier("id", "order")
        guard try await market.orders.order(id)?.buyer == identity.person else { throw NotFound("order") }
        _ = try await ChangeOrder(market).cancel(id, by: identity, reason: form["reason"] ?? "")
        return Frame.redirect("/orders/\(id)")
    }

    private func confirm(_ request: Request, _ context: Context) async throws -> Response {
        let buyer = try context.person().person
        _ = try await Form(request, context)
        let id: OrderID = try context.identifier("id", "order")
        _ = try await ChangeOrder(market).confirmReceipt(id, by: buyer)
        return Frame.redirect("/orders/\(id)")
    }
}

/// What buyer and shop both see of an order.
enum OrderView {
    static func detail(_ order: Order, _ group: OrderGroup?, _ context: Context) -> View {
        let format = context.format
        return [
            "id": order.id.description, "shortID": "…" + order.id.description.suffix(8),
            "group": order.group.description,
            "totalText": format.money(order.total), "state": context.words(order.state.word),
            "stateName": order.state.rawValue, "time": format.time(order.createdAt), "carrier": order.carrier ?? "",
            "tracking": maybe(order.tracking), "reason": maybe(order.reason), "hasAddress": group != nil,
            "address": maybe(
                group.map {
                    [
                        "name": $0.address.name, "phone": $0.address.phone, "street": $0.address.street,
                        "city": $0.address.city, "region": $0.address.region,
                    ] as View
                }),
            "lines": order.lines.map { line in
                let spec = line.spec.text(in: context.language)
                return [
                    "href": "/products/\(line.product)", "image": maybe(line.image.map { "/media/\($0)" }),
                    "title": line.title.text(in: context.language), "spec": maybe(spec.isEmpty ? nil : spec),
                    "quantity": String(line.quantity), "unitText": format.money(line.unitPrice),
                    "amountText": format.money(line.amount),
                    "offText": maybe(
                        (line.charges?.discount.total ?? 0) > 0
                            ? "−" + format.money(Money(Int64(line.charges?.discount.total ?? 0), line.amount.currency))
                            : nil),
                    "ruleText": maybe(
                        line.reason.flatMap { PriceRule(rawValue: $0.rule)?.word }.map { context.words($0) }),
                ] as View
            }, "sums": sums(order, context),
        ]
    }

    /// How the total comes about, unless it is just what the goods cost.
    private static func sums(_ order: Order, _ context: Context) -> [View] {
        let currency = order.total.currency
        func sum(_ part: (OrderLine) -> Int64) -> Int64 { order.lines.reduce(0) { $0 + part($1) } }
        let off = sum { Int64($0.charges?.discount.total ?? 0) }
        let freight = sum { $0.charges?.shipping ?? 0 }
        let goods = sum { $0.amount.amount }
        let added = order.total.amount - goods + off - freight
        let included = sum { line in
            guard let charges = line.charges, charges.tax.isIncluded else { return 0 }
            return (try? charges.taxAmount(on: line.amount).amount) ?? 0
        }
        let rows: [(PriceWord, Int64, Bool)] = [
            (.goodsSum, goods, true), (.discount, -off, off != 0), (.freight, freight, freight != 0),
            (.tax, added, added != 0), (.taxIncluded, included, included != 0),
        ].filter(\.2)
        guard rows.count > 1 else { return [] }
        return rows.map { word, amount, _ in
            ["label": context.words(word), "text": context.format.money(Money(amount, currency))]
        }
    }
}
