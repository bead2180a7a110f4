import Foundation
import Kernel
import Store

extension Orders {
    /// An order with its lines, or `nil`.
    public static func order(_ id: OrderID, in transaction: any Transaction) throws -> Order? {
        try orders(where: "id = \(id)", limit: 1, in: transaction).first
    }

    /// ``order(_:in:)`` in a unit of work of its own.
    public func order(_ id: OrderID) async throws -> Order? {
        try await store.read { try Self.order(id, in: $0) }
    }

    /// A group with its orders, or `nil`.
    public static func group(_ id: OrderGroupID, in transaction: any Transaction) throws -> OrderGroup? {
        guard let row = try transaction.row("SELECT * FROM order_groups WHERE id = \(id)") else { return nil }
        let address = try JSONDecoder().decode(Address.self, from: Data(try row.get("address", as: String.self).utf8))
        return OrderGroup(
            id: id, buyer: try row.get("buyer"), total: Money(try row.get("total"), try row.get("currency")),
            address: address, reservedUntil: try row.get("reserved_until"), createdAt: try row.get("created_at"),
            orders: try orders(where: "order_group = \(id)", limit: 1_000, in: transaction))
    }

    /// ``group(_:in:)`` in a unit of work of its own.
    public func group(_ id: OrderGroupID) async throws -> OrderGroup? {
        try await store.read { try Self.group(id, in: $0) }
    }

    /// Where the last group of a buyer went, to fill in the next checkout.
    public func lastAddress(of buyer: PersonID) async throws -> Address? {
        let text: String? = try await store.read {
            try $0.value("SELECT address FROM order_groups WHERE buyer = \(buyer) ORDER BY created_at DESC LIMIT 1")
        }
        return try text.map { try JSONDecoder().decode(Address.self, from: Data($0.utf8)) }
    }

    /// Where the last groups of a buyer went, newest first.
    public static func addresses(
        of buyer: PersonID, limit: Int, in transaction: any Transaction
    ) throws -> [Address] {
        try transaction.rows(
            "SELECT address FROM order_groups WHERE buyer = \(buyer) ORDER BY created_at DESC LIMIT \(limit)"
        ).map { try JSONDecoder().decode(Address.self, from: Data($0.get(0, as: String.self).utf8)) }
    }

    /// Where the orders of lines stand.
    public static func states(
        of lines: [OrderLineID], in transaction: any Transaction
    ) throws -> [OrderLineID: OrderState] {
        let rows = try transaction.rows(
            "SELECT l.id, o.state FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE l.id IN \(list: lines)")
        return Dictionary(
            try rows.map { (try $0.get(0), try $0.get(1)) }, uniquingKeysWith: { first, _ in first })
    }

    /// Groups with orders that nobody paid for, whose stock has been free since before `limit`; oldest first. Imported
    /// orders have no group.
    public func unpaidGroups(reservedBefore end: Instant, limit: Int) async throws -> [OrderGroupID] {
        try await store.read { transaction in
            try transaction.rows(
                """
                SELECT DISTINCT g.id, g.reserved_until FROM orders o JOIN order_groups g ON g.id = o.order_group
                WHERE o.state IN ('placed', 'shipped') AND o.state = 'placed' AND o.changed_at <= \(end)
                AND g.reserved_until <= \(end) ORDER BY g.reserved_until LIMIT \(limit)
                """
            ).map { try $0.get(0) }
        }
    }

    /// Orders that were shipped before `end` and not received; longest first.
    public func shippedOrders(changedBefore end: Instant, limit: Int) async throws -> [OrderID] {
        try await store.read { transaction in
            try transaction.rows(
                """
                SELECT o.id FROM orders o JOIN order_groups g ON g.id = o.order_group
                WHERE o.state IN ('placed', 'shipped') AND o.state = 'shipped' AND o.changed_at <= \(end)
                ORDER BY o.changed_at LIMIT \(limit)
                """
            ).map { try $0.get(0) }
        }
    }

    /// A place in a list of orders, newest first.
    public typealias Cursor = TimeCursor<OrderKind>

    /// Paid orders of a shop, those that wait longest first; pages go on `after` the last one of the page before.
    public func waiting(at shop: ShopID, after cursor: Cursor? = nil, limit: Int) async throws -> [Order] {
        try await store.read { transaction in
            let following: SQL = cursor.map { "AND (created_at, id) > (\($0.time), \($0.id))" } ?? ""
            let ids: [OrderID] = try transaction.rows(
                """
                SELECT id FROM orders WHERE shop = \(shop) AND state = 'paid' \(following)
                ORDER BY created_at, id LIMIT \(limit)
                """
            ).map { try $0.get(0) }
            let found = try Self.orders(where: "id IN \(list: ids)", limit: limit, in: transaction)
            let byID = Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            return ids.compactMap { byID[$0] }
        }
    }

    /// Whether a buyer has orders that are not paid, not sent or not received yet.
    public static func hasOpenOrder(_ buyer: PersonID, in transaction: any Transaction) throws -> Bool {
        let open = [OrderState.placed, .paid, .shipped].map(\.rawValue)
        return try transaction.row(
            "SELECT 1 FROM orders WHERE buyer = \(buyer) AND state IN \(list: open) LIMIT 1") != nil
    }

    /// A buyer's orders, newest first.
    public func orders(of buyer: PersonID, after cursor: Cursor? = nil, limit: Int) async throws -> [Order] {
        try await store.read { try Self.orders(where: "buyer = \(buyer)", after: cursor, limit: limit, in: $0) }
    }

    /// A shop's orders, newest first.
    public func orders(
        at shop: ShopID, state: OrderState?, after cursor: Cursor? = nil, limit: Int
    ) async throws -> [Order] {
        try await store.read { transaction in
            let condition: SQL = state.map { "shop = \(shop) AND state = \($0.rawValue)" } ?? "shop = \(shop)"
            return try Self.orders(where: condition, after: cursor, limit: limit, in: transaction)
        }
    }

    /// Orders are counted up to here: a shop with a million of them must not wait for the exact number.
    public static let countLimit = 1_000

    /// How many orders of a shop stand in each state, ``countLimit`` at most.
    public func counts(at shop: ShopID) async throws -> [OrderState: Int] {
        try await store.read { transaction in
            var counts: [OrderState: Int] = [:]
            for state in OrderState.allCases {
                counts[state] = try transaction.value(
                    """
                    SELECT COUNT(*) FROM (SELECT 1 FROM orders WHERE shop = \(shop) AND state = \(state.rawValue)
                        LIMIT \(Self.countLimit)) AS counted
                    """)
            }
            return counts
        }
    }

    /// What happened to an order, oldest first.
    public func history(of order: OrderID) async throws -> [OrderStep] {
        try await store.read { transaction in
            try transaction.rows("SELECT * FROM order_history WHERE order_id = \(order) ORDER BY position").map {
                OrderStep(
                    state: try $0.get("state"), person: try $0.get("person"), note: try $0.get("note"),
                    at: try $0.get("happened_at"))
            }
        }
    }

    /// Those of `slates` from which something was ordered.
    public static func slates(orderedFrom slates: [SlateID], in transaction: any Transaction) throws -> Set<SlateID> {
        guard !slates.isEmpty else { return [] }
        return Set(
            try transaction.rows("SELECT DISTINCT slate FROM order_lines WHERE slate IN \(list: slates)").map {
                try $0.get(0)
            })
    }

    static func orders(
        where condition: SQL, after cursor: Cursor? = nil, limit: Int, in transaction: any Transaction
    ) throws -> [Order] {
        let following: SQL = cursor.map { "AND (created_at, id) < (\($0.time), \($0.id))" } ?? ""
        let rows = try transaction.rows(
            "SELECT * FROM orders WHERE \(condition) \(following) ORDER BY created_at DESC, id DESC LIMIT \(limit)")
        let ids = try rows.map { try $0.get("id", as: OrderID.self) }
        let currencies = Dictionary(
            try rows.map { (try $0.get("id", as: OrderID.self), try $0.get("currency", as: Currency.self)) },
            uniquingKeysWith: { first, _ in first })
        var lines: [OrderID: [OrderLine]] = [:]
        for row in try transaction.rows("SELECT * FROM order_lines WHERE order_id IN \(list: ids) ORDER BY id") {
            let order: OrderID = try row.get("order_id")
            guard let currency = currencies[order] else { continue }
            lines[order, default: []].append(try OrderLine(row, currency))
        }
        return try rows.map { try Order($0, lines: lines[try $0.get("id", as: OrderID.self)] ?? []) }
    }
}

extension Order {
    init(_ row: SQLRow, lines: [OrderLine]) throws {
        id = try row.get("id")
        group = try row.get("order_group")
        shop = try row.get("shop")
        buyer = try row.get("buyer")
        state = try row.get("state")
        total = Money(try row.get("total"), try row.get("currency"))
        carrier = try row.get("carrier")
        tracking = try row.get("tracking")
        reason = try row.get("reason")
        createdAt = try row.get("created_at")
        changedAt = try row.get("changed_at")
        self.lines = lines
    }
}

extension OrderLine {
    init(_ row: SQLRow, _ currency: Currency) throws {
        let charges: String? = try row.get("charges")
        let rule: String? = try row.get("price_rule")
        let version: Int64? = try row.get("price_version")
        let source: String? = try row.get("price_source")
        self.init(
            id: try row.get("id"), product: try row.get("product"), variant: try row.get("variant"),
            quantity: try row.get("quantity"),
            title: Localized(en: try row.get("title_en"), zh: try row.get("title_zh")),
            spec: Localized(en: try row.get("spec_en"), zh: try row.get("spec_zh")), image: try row.get("image"),
            unitPrice: Money(try row.get("unit_amount"), currency), listAmount: try row.get("list_amount"),
            amount: Money(try row.get("amount"), currency), reservation: try row.get("reservation"),
            slate: try row.get("slate"),
            charges: try charges.map { try JSONDecoder().decode(LineCharges.self, from: Data($0.utf8)) },
            reason: rule.map { PriceReason(rule: $0, version: Int(version ?? 1), source: source) })
    }
}

extension TimeCursor<OrderKind> {
    /// After this order.
    public init(after order: Order) { self.init(time: order.createdAt, id: order.id) }
}
