import HTTP
import Kernel
import Orders
import Store

/// Buyer and shop talk about an order; nobody else reads it.
public struct TalkAboutOrder: Sendable {
    /// An order's messages as one side sees them.
    public struct Talk: Sendable {
        public let side: OrderSide
        public let messages: [OrderMessage]
        /// Messages that this side has not read.
        public let unread: Int64
    }

    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Says something to the other side.
    ///
    /// - Throws: ``NotFound`` for anybody who is neither buyer nor staff, ``InvalidField``, ``TooManyRequests``.
    public func say(_ text: String, about id: OrderID, _ command: Command) async throws -> Talk {
        try market.messageLimit.take("\(command.identity.person)")
        let now = market.source.now
        return try await market.store.write { [market] transaction in
            let (order, side) = try Self.open(id, for: command.identity, who: .service, in: transaction)
            _ = try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try market.orders.say(text, about: order, as: side, by: command.identity.person, in: transaction)
            }
            return try Self.talk(id, side, in: transaction)
        }
    }

    /// What was said.
    ///
    /// - Parameter marksRead: whether the caller's side has seen it now.
    /// - Throws: ``NotFound`` for anybody who is neither buyer nor staff.
    public func read(_ id: OrderID, by identity: Identity, marksRead: Bool) async throws -> Talk {
        guard marksRead else {
            return try await market.store.read { transaction in
                let (_, side) = try Self.open(id, for: identity, in: transaction)
                return try Self.talk(id, side, in: transaction)
            }
        }
        return try await market.store.write { [market] transaction in
            let (_, side) = try Self.open(id, for: identity, in: transaction)
            let talk = try Self.talk(id, side, in: transaction)
            if talk.unread > 0 { try market.orders.markRead(id, by: side, in: transaction) }
            return talk
        }
    }

    private static func talk(_ id: OrderID, _ side: OrderSide, in transaction: any Transaction) throws -> Talk {
        Talk(
            side: side, messages: try Orders.messages(about: id, in: transaction),
            unread: try Orders.unread(about: id, by: side, in: transaction))
    }

    /// The order and the caller's side of it. Operators have none: what buyer and shop say is theirs.
    private static func open(
        _ id: OrderID, for identity: Identity, who permission: ShopPermission = .orders,
        in transaction: any Transaction
    ) throws -> (Order, OrderSide) {
        guard let order = try Orders.order(id, in: transaction) else { throw NotFound("order") }
        if order.buyer == identity.person { return (order, .buyer) }
        guard identity.shops[order.shop]?.permissions.contains(permission) ?? false else { throw NotFound("order") }
        return (order, .shop)
    }
}
