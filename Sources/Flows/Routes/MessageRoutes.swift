import HTTP
import Hummingbird
import Kernel
import Orders

/// Something to say.
struct NewMessageBody: Documented {
    /// 1–1,000 characters.
    let text: String
    static let example = NewMessageBody(text: "Could you send it on Friday?")
}

/// What buyer and shop said about an order.
struct TalkBody: Documented {
    struct Message: Codable {
        let id: OrderMessageID
        /// `buyer` or `shop`.
        let side: OrderSide
        let author: PersonID
        let text: String
        let sentAt: Instant
    }

    /// The caller's side.
    let side: OrderSide
    /// Messages that the caller's side had not read.
    let unread: Int64
    let messages: [Message]
    static let example = TalkBody(
        side: .buyer, unread: 1,
        messages: [
            .init(
                id: Identifier(rawValue: 35), side: .shop, author: Identifier(rawValue: 5), text: "With pleasure.",
                sentAt: Instant(milliseconds: 0))
        ])
}

/// An order with unread messages.
struct UnreadBody: Documented {
    let order: OrderID
    let count: Int64
    static let example = UnreadBody(order: Identifier(rawValue: 11), count: 2)
}

extension MarketplaceAPI {
    func addMessageRoutes(to api: API) {
        api.route(
            .get, "/orders/{order}/messages", "listMessages", "What buyer and shop said about an order.",
            access: .person(.orders)
        ) { [market] call in
            TalkBody(
                try await TalkAboutOrder(market).read(
                    try call.order, by: try call.context.person(), marksRead: false))
        }
        api.route(
            .post, "/orders/{order}/messages", "sendMessage", "Says something about an order to the other side.",
            access: .person(.orders), body: NewMessageBody.self, status: .created
        ) { [market] call in
            TalkBody(try await TalkAboutOrder(market).say(call.body.text, about: try call.order, try call.command))
        }
        api.route(
            .post, "/orders/{order}/messages/reading", "readMessages",
            "The caller's side has read what was said; answers what it was.", access: .person(.orders)
        ) { [market] call in
            TalkBody(
                try await TalkAboutOrder(market).read(try call.order, by: try call.context.person(), marksRead: true))
        }
        api.route(
            .get, "/messages/unread", "listUnread", "The caller's orders with unread messages.",
            access: .person(.orders)
        ) { [market] call in
            let found = try await market.orders.unreadOrders(of: try call.person, limit: 100)
            return Page(items: found.map { UnreadBody(order: $0.order, count: $0.count) })
        }
        api.route(
            .get, "/shops/{shop}/messages/unread", "listShopUnread", "A shop's orders with unread messages.",
            access: .person(.shops)
        ) { [market] call in
            let shop = try call.context.identifier("shop", "shop", as: ShopKind.self)
            try call.context.person().require(.orders, at: shop)
            let found = try await market.orders.unreadOrders(at: shop, limit: 100)
            return Page(items: found.map { UnreadBody(order: $0.order, count: $0.count) })
        }
    }
}

extension Call {
    fileprivate var order: OrderID {
        get throws { try context.identifier("order", "order", as: OrderKind.self) }
    }
}

extension TalkBody {
    fileprivate init(_ talk: TalkAboutOrder.Talk) {
        self.init(
            side: talk.side, unread: talk.unread,
            messages: talk.messages.map {
                Message(
                    id: $0.id, side: $0.isFromShop ? .shop : .buyer, author: $0.author, text: $0.text,
                    sentAt: $0.sentAt)
            })
    }
}
