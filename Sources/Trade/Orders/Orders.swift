import Foundation
import Journal
import Kernel
import Store

/// What was bought, one order per shop, each with its snapshot and its state machine.
public final class Orders: Sendable {
    let store: any Store
    let journal: Journal
    let source: Source

    /// The room on a store and a journal.
    public init(store: any Store, journal: Journal, source: Source) {
        self.store = store
        self.journal = journal
        self.source = source
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "orders", number: 1, file: PackageResources._001_orders_sql),
        Migration(room: "orders", number: 2, file: PackageResources._002_lines_by_slate_sql),
        Migration(room: "orders", number: 3, file: PackageResources._003_due_orders_sql),
        Migration(room: "orders", number: 4, file: PackageResources._004_line_charges_sql),
        Migration(room: "orders", number: 5, file: PackageResources._005_messages_sql),
    ]

    /// A buyer's lines at one shop, ready to be ordered.
    public struct Parcel: Sendable {
        /// The shop.
        public let shop: ShopID
        /// Its lines, at least one, all in one currency.
        public let lines: [OrderLine]

        /// Lines at a shop.
        public init(shop: ShopID, lines: [OrderLine]) {
            self.shop = shop
            self.lines = lines
        }
    }

    /// Opens a group with one order per parcel.
    ///
    /// - Throws: ``MoneyError`` when currencies meet or a sum overflows.
    public func open(
        _ parcels: [Parcel], buyer: PersonID, address: Address, currency: Currency, reservedUntil: Instant,
        in transaction: any Transaction
    ) throws -> OrderGroup {
        let now = source.now
        let groupID = source.identifier(OrderGroupKind.self)
        let orders = try parcels.map { parcel in
            Order(
                id: source.identifier(), group: groupID, shop: parcel.shop, buyer: buyer, state: .placed,
                total: try Self.sum(parcel.lines.map { try $0.paid() }, currency), carrier: nil, tracking: nil,
                reason: nil,
                createdAt: now, changedAt: now, lines: parcel.lines)
        }
        let group = OrderGroup(
            id: groupID, buyer: buyer, total: try Self.sum(orders.map(\.total), currency), address: address,
            reservedUntil: reservedUntil, createdAt: now, orders: orders)
        try insert(group, in: transaction)
        for order in orders {
            try insert(order, in: transaction)
            try transaction.insert(
                into: "order_history (order_id, position, state, person, note, happened_at)",
                "(\(order.id), 1, \(OrderState.placed.rawValue), \(buyer), '', \(now))")
            try journal.append(OrderChanged(order, state: .placed, at: now), at: now, in: transaction)
        }
        return group
    }

    /// Adds an order that was completed elsewhere, with its own time. Adding it again changes nothing.
    ///
    /// - Returns: whether it was new.
    public func addImported(
        _ order: OrderID, group: OrderGroupID, shop: ShopID, buyer: PersonID, state: OrderState, lines: [OrderLine],
        currency: Currency, at time: Instant, in transaction: any Transaction
    ) throws -> Bool {
        let total = try Self.sum(lines.map(\.amount), currency)
        let added = try transaction.run(
            """
            INSERT INTO orders (id, order_group, shop, buyer, state, total, currency, created_at, changed_at)
            VALUES (\(order), \(group), \(shop), \(buyer), \(state.rawValue), \(total.amount), \(currency), \(time), \(time))
            ON CONFLICT (id) DO NOTHING
            """)
        guard added == 1 else { return false }
        for line in lines { try insert(line, of: order, shop: shop, in: transaction) }
        let sold = Order(
            id: order, group: group, shop: shop, buyer: buyer, state: state, total: total, carrier: nil, tracking: nil,
            reason: nil, createdAt: time, changedAt: time, lines: lines)
        // Followers learn from what was paid for; the later steps of an old order tell them nothing.
        let told: OrderState = state == .cancelled || state == .placed ? state : .paid
        try journal.append(OrderChanged(sold, state: told, at: time), at: source.now, in: transaction)
        return true
    }

    /// Moves an order along its state machine.
    ///
    /// - Returns: the order as it stands now.
    /// - Throws: ``NotFound``, ``IllegalOrderTransition``.
    @discardableResult
    public func move(
        _ id: OrderID, to next: OrderState, by person: PersonID?, note: String = "", carrier: String? = nil,
        tracking: String? = nil, in transaction: any Transaction
    ) throws -> Order {
        let now = source.now
        let origins = OrderState.allCases.filter { $0.canBecome(next) }.map(\.rawValue)
        let moved = try transaction.run(
            """
            UPDATE orders SET state = \(next.rawValue), changed_at = \(now), carrier = COALESCE(\(carrier), carrier),
                tracking = COALESCE(\(tracking), tracking),
                reason = CASE WHEN \(next == .cancelled) = 1 THEN \(note) ELSE reason END
            WHERE id = \(id) AND state IN \(list: origins)
            """)
        guard let order = try Self.order(id, in: transaction) else { throw NotFound("order") }
        guard moved == 1 else { throw IllegalOrderTransition(from: order.state, to: next) }
        try record(id, next, by: person, note: note, at: now, in: transaction)
        let paidAt = next == .shipped || next == .cancelled ? try Self.paidAt(id, in: transaction) : nil
        try journal.append(OrderChanged(order, state: next, at: now, paidAt: paidAt), at: now, in: transaction)
        return order
    }

    /// When an order was paid; `nil` before that, and for imported ones.
    public static func paidAt(_ id: OrderID, in transaction: any Transaction) throws -> Instant? {
        try transaction.value(
            "SELECT MIN(happened_at) FROM order_history WHERE order_id = \(id) AND state = \(OrderState.paid.rawValue)",
            as: Instant?.self) ?? nil
    }

    private static func sum(_ amounts: [Money], _ currency: Currency) throws -> Money {
        try amounts.reduce(Money.zero(currency)) { try $0.adding($1) }
    }

    private func insert(_ group: OrderGroup, in transaction: any Transaction) throws {
        let address = String(decoding: try JSONEncoder().encode(group.address), as: UTF8.self)
        try transaction.insert(
            into: "order_groups (id, buyer, total, currency, address, reserved_until, created_at)",
            """
            (\(group.id), \(group.buyer), \(group.total.amount), \(group.total.currency), \(address),
                \(group.reservedUntil), \(group.createdAt))
            """)
    }

    private func insert(_ order: Order, in transaction: any Transaction) throws {
        try transaction.insert(
            into: "orders (id, order_group, shop, buyer, state, total, currency, created_at, changed_at)",
            """
            (\(order.id), \(order.group), \(order.shop), \(order.buyer), \(order.state.rawValue),
                \(order.total.amount), \(order.total.currency), \(order.createdAt), \(order.changedAt))
            """)
        for line in order.lines { try insert(line, of: order.id, shop: order.shop, in: transaction) }
    }

    private func insert(
        _ line: OrderLine, of order: OrderID, shop: ShopID, in transaction: any Transaction
    ) throws {
        let charges = try line.charges.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        try transaction.insert(
            into: """
                order_lines (id, order_id, shop, product, variant, quantity, title_en, title_zh, spec_en, spec_zh, image,
                unit_amount, list_amount, amount, reservation, slate, charges, price_rule, price_version, price_source)
                """,
            """
            (\(line.id), \(order), \(shop), \(line.product), \(line.variant), \(line.quantity), \(line.title.en),
                \(line.title.zh), \(line.spec.en), \(line.spec.zh), \(line.image), \(line.unitPrice.amount),
                \(line.listAmount), \(line.amount.amount), \(line.reservation), \(line.slate), \(charges),
                \(line.reason?.rule), \(line.reason.map { Int64($0.version) }), \(line.reason?.source))
            """)
    }

    private func record(
        _ order: OrderID, _ state: OrderState, by person: PersonID?, note: String, at now: Instant,
        in transaction: any Transaction
    ) throws {
        try transaction.send(
            """
            INSERT INTO order_history (order_id, position, state, person, note, happened_at)
            SELECT \(order), COUNT(*) + 1, \(state.rawValue), \(person), \(note), \(now) FROM order_history
            WHERE order_id = \(order)
            """)
    }
}
