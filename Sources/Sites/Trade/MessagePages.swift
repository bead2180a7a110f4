import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Orders

/// What buyer and shop say to each other about an order: one page for both.
struct MessagePages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/orders/{id}/messages") { request, context in
            try await show(try context.identifier("id", "order"), request, context)
        }
        router.post("/orders/{id}/messages") { try await say($0, $1) }
    }

    private func show(
        _ id: OrderID, problem: (any Problem)? = nil, text: String = "", _ request: Request, _ context: Context
    ) async throws -> Response {
        let talk = try await TalkAboutOrder(market).read(id, by: try context.person(), marksRead: true)
        guard let order = try await market.orders.order(id) else { throw NotFound("order") }
        let isBuyer = talk.side == .buyer
        var page = Page(
            .messages, context.words(.messages), .me,
            [
                "id": id.description, "shortID": "…" + id.description.suffix(8), "text": text,
                "backHref": isBuyer ? "/orders/\(id)" : "/shop-desk/\(order.shop)/orders",
                "back": context.words(isBuyer ? Word.orders : Word.shopOrders),
                "message": maybe(problem?.sentence(in: context.language)), "key": market.source.secret(bytes: 12),
                "limit": String(Orders.messageLimit),
                "messages": talk.messages.map { message -> View in
                    let isOwn = message.isFromShop == (talk.side == .shop)
                    return [
                        "who": context.words(isOwn ? WarehouseWord.you : WarehouseWord.otherSide), "isOwn": isOwn,
                        "text": message.text, "time": context.format.time(message.sentAt),
                    ]
                },
            ])
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func say(_ request: Request, _ context: Context) async throws -> Response {
        let id: OrderID = try context.identifier("id", "order")
        let form = try await Form(request, context)
        let text = form["text"] ?? ""
        do {
            let command = try form.command(by: try context.person(), "say \(id) \(text)")
            _ = try await TalkAboutOrder(market).say(text, about: id, command)
        } catch let problem as any Problem where problem is InvalidField || problem is TooManyRequests {
            return try await show(id, problem: problem, text: text, request, context)
        }
        return Frame.redirect("/orders/\(id)/messages")
    }
}
