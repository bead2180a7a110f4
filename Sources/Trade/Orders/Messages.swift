import Journal
import Kernel
import Store

/// Something that buyer or shop said about an order.
public struct OrderMessage: Sendable, Equatable {
    /// The message.
    public let id: OrderMessageID
    /// Who wrote it.
    public let author: PersonID
    /// Whether it was the shop; else it was the buyer.
    public let isFromShop: Bool
    /// What was said, as it was typed; pages escape it.
    public let text: String
    /// When.
    public let sentAt: Instant
}

/// One of the two sides of an order.
public enum OrderSide: String, Sendable, Codable {
    case buyer, shop
}

/// Somebody said something about an order; what was said stays with the order.
public struct OrderMessageSent: FactContent {
    public static let topic = "orders.message_sent"
    /// The message.
    public let message: OrderMessageID
    /// The order.
    public let order: OrderID
    /// The shop.
    public let shop: ShopID
    /// The buyer.
    public let buyer: PersonID
    /// Who said it.
    public let side: OrderSide
    public var key: String { order.description }
}

/// An order about which somebody has said something that one side has not read.
public struct UnreadOrder: Sendable, Equatable {
    /// The order.
    public let order: OrderID
    /// Messages.
    public let count: Int64
}

extension Orders {
    /// The most characters of a message.
    public static let messageLimit = 1_000

    /// Says something about an order to the other side.
    ///
    /// - Throws: ``InvalidField`` for an empty text or one that is too long.
    public func say(
        _ text: String, about order: Order, as side: OrderSide, by person: PersonID, in transaction: any Transaction
    ) throws -> OrderMessageID {
        let text = try ValidatedText(text, field: "text", length: 1...Self.messageLimit).value
        let (id, now) = (source.identifier(OrderMessageKind.self), source.now)
        try transaction.send(
            """
            INSERT INTO order_messages (id, order_id, author, is_from_shop, content, sent_at)
            VALUES (\(id), \(order.id), \(person), \(side == .shop), \(text), \(now))
            """)
        let (forBuyer, forShop): (Int64, Int64) = side == .shop ? (1, 0) : (0, 1)
        try transaction.send(
            """
            INSERT INTO order_conversations (order_id, shop, buyer, unread_by_buyer, unread_by_shop, changed_at)
            VALUES (\(order.id), \(order.shop), \(order.buyer), \(forBuyer), \(forShop), \(now))
            ON CONFLICT (order_id) DO UPDATE SET changed_at = excluded.changed_at,
                unread_by_buyer = order_conversations.unread_by_buyer + excluded.unread_by_buyer,
                unread_by_shop = order_conversations.unread_by_shop + excluded.unread_by_shop
            """)
        let fact = OrderMessageSent(message: id, order: order.id, shop: order.shop, buyer: order.buyer, side: side)
        try journal.append(fact, at: now, in: transaction)
        return id
    }

    /// The newest messages about an order, oldest of them first.
    public static func messages(
        about order: OrderID, limit: Int = 200, in transaction: any Transaction
    ) throws -> [OrderMessage] {
        try transaction.rows(
            """
            SELECT * FROM order_messages WHERE order_id = \(order) ORDER BY sent_at DESC, id DESC LIMIT \(limit)
            """
        ).map {
            OrderMessage(
                id: try $0.get("id"), author: try $0.get("author"), isFromShop: try $0.get("is_from_shop"),
                text: try $0.get("content"), sentAt: try $0.get("sent_at"))
        }.reversed()
    }

    /// One side has read everything that was said until now.
    public func markRead(_ order: OrderID, by side: OrderSide, in transaction: any Transaction) throws {
        switch side {
        case .buyer:
            try transaction.run(
                "UPDATE order_conversations SET unread_by_buyer = 0 WHERE order_id = \(order) AND unread_by_buyer > 0")
        case .shop:
            try transaction.run(
                "UPDATE order_conversations SET unread_by_shop = 0 WHERE order_id = \(order) AND unread_by_shop > 0")
        }
    }

    /// How many messages about an order a side has not read.
    public static func unread(
        about order: OrderID, by side: OrderSide, in transaction: any Transaction
    ) throws -> Int64 {
        let column: SQL = side == .buyer ? "unread_by_buyer" : "unread_by_shop"
        return try transaction.value("SELECT \(column) FROM order_conversations WHERE order_id = \(order)") ?? 0
    }

    /// How many messages about each of these orders a side has not read; those without any are left out.
    public func unread(about orders: [OrderID], by side: OrderSide) async throws -> [OrderID: Int64] {
        let column: SQL = side == .buyer ? "unread_by_buyer" : "unread_by_shop"
        return try await store.read { transaction in
            let rows = try transaction.rows(
                "SELECT order_id, \(column) FROM order_conversations WHERE order_id IN \(list: orders) AND \(column) > 0"
            )
            return Dictionary(
                try rows.map { (try $0.get(0), try $0.get(1)) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// The orders of a buyer with unread messages, those that have waited longest first.
    public func unreadOrders(of buyer: PersonID, limit: Int) async throws -> [UnreadOrder] {
        try await unreadOrders("unread_by_buyer", "buyer = \(buyer) AND unread_by_buyer > 0", limit)
    }

    /// The orders of a shop with unread messages, those that have waited longest first.
    public func unreadOrders(at shop: ShopID, limit: Int) async throws -> [UnreadOrder] {
        try await unreadOrders("unread_by_shop", "shop = \(shop) AND unread_by_shop > 0", limit)
    }

    private func unreadOrders(_ column: SQL, _ condition: SQL, _ limit: Int) async throws -> [UnreadOrder] {
        try await store.read { transaction in
            try transaction.rows(
                """
                SELECT order_id, \(column) FROM order_conversations WHERE \(condition)
                ORDER BY changed_at, order_id LIMIT \(limit)
                """
            ).map { UnreadOrder(order: try $0.get(0), count: try $0.get(1)) }
        }
    }
}
