import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Orders
import Shops
import Store

/// The desk of a shop's staff: its orders, to be shipped or cancelled.
struct ShopDeskPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }
    private static let pageSize = 20

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/shop-desk") { try await list($0, $1) }
        router.get("/shop-desk/{shop}/orders") { request, context in
            try await queue(try context.identifier("shop", "shop"), request, context)
        }
        router.post("/shop-desk/{shop}/shipments") { try await shipMany($0, $1) }
        router.post("/shop-desk/{shop}/orders/{id}/ship") { try await ship($0, $1) }
        router.post("/shop-desk/{shop}/orders/{id}/parcels") { try await shipPart($0, $1) }
        router.post("/shop-desk/{shop}/orders/{id}/cancel") { try await cancel($0, $1) }
    }

    private func list(_ request: Request, _ context: Context) async throws -> Response {
        let identity = try context.person()
        let shops = try await market.shops.shops(Array(identity.shops.keys))
        var rows: [View] = []
        for (id, shop) in shops.sorted(by: { $0.key < $1.key }) {
            let waiting = try await market.orders.counts(at: id)[.paid] ?? 0
            rows.append([
                "href": "/shop-desk/\(id)/" + (identity.may(.orders, at: id) ? "orders?state=paid" : "goods"),
                "name": shop.name.text(in: context.language),
                "image": maybe(shop.logo.map { "/media/\($0)" }),
                "role": identity.shops[id].map { context.words($0.word) } ?? "",
                "waiting": context.words(.toShip, Self.count(waiting, context)),
            ])
        }
        return try await frame.show(Page(.shopDesk, context.words(.shopDesk), .me, ["shops": rows]), request, context)
    }

    private func queue(
        _ id: ShopID, problem: (any Problem)? = nil, shipping: ShippingReport? = nil, _ request: Request,
        _ context: Context
    ) async throws -> Response {
        let identity = try context.person()
        try identity.require(.orders, at: id)
        guard let shop = try await market.shops.shop(id) else { throw NotFound("shop") }
        let state = request.query("state").flatMap { OrderState(rawValue: $0) }
        let cursor = request.query("after").flatMap { Orders.Cursor($0) }
        let counts = try await market.orders.counts(at: id)
        let orders = try await market.orders.orders(at: id, state: state, after: cursor, limit: Self.pageSize + 1)
        let shown = Array(orders.prefix(Self.pageSize))
        let groups = try await groups(of: shown)
        let parcels = try await market.warehouses.shipments(of: shown.map(\.id))
        let unread = try await market.orders.unread(about: shown.map(\.id), by: .shop)
        let waiting = try await market.orders.unreadOrders(at: id, limit: 50)
        let stateQuery = state.map { "state=\($0.rawValue)&" } ?? ""
        let following =
            orders.count > Self.pageSize ? shown.last.map { "?\(stateQuery)after=\(Orders.Cursor(after: $0))" } : nil
        let mayShip = identity.may(.ship, at: id)
        var page = Page(
            .shopQueue, shop.name.text(in: context.language), .me,
            [
                "shop": shop.name.text(in: context.language), "shopID": id.description,
                "states": states(id, state, counts, context), "following": maybe(following),
                "message": maybe(problem?.sentence(in: context.language)), "mayShip": mayShip,
                "key": market.source.secret(bytes: 12), "hasUnread": !waiting.isEmpty,
                "unreadOrders": waiting.map { order -> View in
                    [
                        "href": "/orders/\(order.order)/messages", "name": "…" + order.order.description.suffix(8),
                        "count": context.words(.unread, String(order.count)),
                    ]
                }, "report": maybe(shipping?.view(in: context)), "pasted": maybe(shipping?.pasted),
                "orders": shown.map { order in
                    var view = OrderView.detail(order, groups[order.group], context)
                    view["canShip"] = order.state == .paid && mayShip
                    view["unread"] = maybe(unread[order.id].map { context.words(.unread, String($0)) })
                    let known = parcels[order.id] ?? []
                    view["parcels"] = ParcelView.rows(known, of: order, context)
                    view["canShipPart"] = order.state == .paid && mayShip && order.units > 1
                    view["parts"] = order.lines.map { line in
                        [
                            "line": line.id.description, "title": line.title.text(in: context.language),
                            "most": String(line.quantity),
                        ] as View
                    }
                    view["canCancel"] = order.state == .paid || order.state == .placed
                    return view
                },
            ])
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    /// Where the orders go, read in one unit of work.
    private func groups(of orders: [Order]) async throws -> [OrderGroupID: OrderGroup] {
        let ids = Set(orders.map(\.group))
        return try await market.store.read { transaction in
            let groups = try ids.compactMap { try Orders.group($0, in: transaction) }
            return Dictionary(groups.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }

    private func states(
        _ shop: ShopID, _ chosen: OrderState?, _ counts: [OrderState: Int], _ context: Context
    ) -> [View] {
        let path = "/shop-desk/\(shop)/orders"
        let total = counts.values.reduce(0, +)
        let order: [OrderState] = [.paid, .placed, .shipped, .completed, .cancelled]
        let all: View = [
            "href": path, "name": context.words(.all), "count": Self.count(total, context), "isOn": chosen == nil,
        ]
        return order.map { state in
            [
                "href": "\(path)?state=\(state.rawValue)", "name": context.words(state.word),
                "count": Self.count(counts[state] ?? 0, context), "isOn": chosen == state,
            ] as View
        } + [all]
    }

    /// What is no longer counted is said to be more.
    private static func count(_ number: Int, _ context: Context) -> String {
        number < Orders.countLimit
            ? context.format.number(number) : context.format.number(Orders.countLimit - 1) + "+"
    }

    private func ship(_ request: Request, _ context: Context) async throws -> Response {
        try await change(request, context) { order, identity, form in
            _ = try await ChangeOrder(market).ship(
                order, by: identity, carrier: form["carrier"] ?? "", tracking: form["tracking"] ?? "")
        }
    }

    /// Ships what was pasted, and says what came of each line; lines that failed stay in the box to be mended.
    private func shipMany(_ request: Request, _ context: Context) async throws -> Response {
        let identity = try context.person()
        let form = try await Form(request, context)
        let shop: ShopID = try context.identifier("shop", "shop")
        let text = form["lines"] ?? ""
        try identity.require(.ship, at: shop)
        do {
            let outcomes = try await ShipOrders(market)(ShipOrders.parcels(in: text), of: shop, by: identity)
            return try await queue(shop, shipping: ShippingReport(outcomes), request, context)
        } catch let problem as InvalidField {
            return try await queue(shop, problem: problem, shipping: ShippingReport([], text: text), request, context)
        }
    }

    /// Ships the units that were typed; the rest waits.
    private func shipPart(_ request: Request, _ context: Context) async throws -> Response {
        try await change(request, context) { order, identity, form in
            var units: [OrderLineID: Int64] = [:]
            for line in try await market.orders.order(order)?.lines ?? [] {
                if let quantity = try form.number("quantity-\(line.id)"), quantity != 0 { units[line.id] = quantity }
            }
            guard !units.isEmpty else { throw InvalidField("lines", "must name some goods.", zh: "请选择商品和数量。") }
            let carriage = try Carriage(carrier: form["carrier"] ?? "", tracking: form["tracking"] ?? "")
            _ = try await ShipParcels(market).ship(
                .init(units), of: order, with: carriage, form.command(by: identity, "part of \(order)"))
        }
    }

    private func cancel(_ request: Request, _ context: Context) async throws -> Response {
        try await change(request, context) { order, identity, form in
            _ = try await ChangeOrder(market).cancel(order, by: identity, reason: form["reason"] ?? "")
        }
    }

    /// Changes an order of this shop; what the staff can mend is said above the queue.
    private func change(
        _ request: Request, _ context: Context,
        _ work: (OrderID, Identity, Form) async throws -> Void
    ) async throws -> Response {
        let identity = try context.person()
        let form = try await Form(request, context)
        let shop: ShopID = try context.identifier("shop", "shop")
        let id: OrderID = try context.identifier("id", "order")
        try identity.require(.orders, at: shop)
        guard try await market.orders.order(id)?.shop == shop else { throw NotFound("order") }
        do {
            try await work(id, identity, form)
        } catch let problem as any Problem where problem.details.kind == .invalid || problem.details.kind == .conflict {
            return try await queue(shop, problem: problem, request, context)
        }
        return Frame.redirect("/shop-desk/\(shop)/orders?state=paid")
    }
}

extension Order {
    fileprivate var units: Int64 { lines.reduce(0) { $0 + $1.quantity } }
}

extension ShopRole {
    /// What the part is called.
    var word: Word {
        switch self {
        case .owner: .roleOwner
        case .manager: .roleManager
        case .goods: .roleGoods
        case .support: .roleSupport
        case .finance: .roleFinance
        case .warehouse: .roleWarehouse
        case .viewer: .roleViewer
        }
    }
}
