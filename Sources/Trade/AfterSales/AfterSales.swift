import Journal
import Kernel
import Store

/// What comes after a sale: cases with a state machine of their own, apart from the order's.
///
/// A deadline is decided when somebody asks: a case whose time has passed stands where nobody's acting has brought it,
/// whether or not the sweep has come by. What a step means for money, stock and books is for flows.
public final class AfterSales: Sendable {
    let store: any Store
    let journal: Journal
    let source: Source
    let deadlines: AfterSaleDeadlines

    /// The room on a store and a journal.
    public init(
        store: any Store, journal: Journal, source: Source, deadlines: AfterSaleDeadlines = AfterSaleDeadlines()
    ) {
        self.store = store
        self.journal = journal
        self.source = source
        self.deadlines = deadlines
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "after-sales", number: 1, file: PackageResources._001_after_sales_sql)
    ]

    /// What is asked for.
    public struct Request: Sendable {
        /// What is wanted.
        public let kind: AfterSaleKind
        /// Why.
        public let reason: AfterSaleReason
        /// What the person said.
        public let note: String
        /// Which units.
        public let lines: [AfterSaleCase.Line]
        /// The amount, where it doesn't follow from the units.
        public let amount: Money?

        /// A request.
        public init(
            _ kind: AfterSaleKind, reason: AfterSaleReason, note: String, lines: [AfterSaleCase.Line],
            amount: Money? = nil
        ) {
            self.kind = kind
            self.reason = reason
            self.note = note
            self.lines = lines
            self.amount = amount
        }
    }

    /// Opens a case. A line has one open case at a time.
    ///
    /// - Throws: ``AfterSaleProblem/alreadyOpen``.
    public func open(
        _ request: Request, about order: OrderID, at shop: ShopID, buyer: PersonID, currency: Currency,
        isShipped: Bool, by person: PersonID, in transaction: any Transaction
    ) throws -> AfterSaleCase {
        let now = source.now
        let id = source.identifier(AfterSaleCaseKind.self)
        let due = deadlines.time(in: .requested, isShipped: isShipped).map { now + $0 }
        try transaction.send(
            """
            INSERT INTO after_sale_cases (id, order_id, shop, buyer, kind, reason, state, amount, currency, is_shipped,
                due_at, created_at, changed_at)
            VALUES (\(id), \(order), \(shop), \(buyer), \(request.kind.rawValue), \(request.reason.rawValue),
                \(AfterSaleState.requested.rawValue), \(request.amount?.amount), \(currency), \(isShipped), \(due),
                \(now), \(now))
            """)
        for line in request.lines.sorted(by: { $0.line < $1.line }) {
            let claimed = try transaction.run(
                """
                INSERT INTO after_sale_open_lines (line, case_id) VALUES (\(line.line), \(id))
                ON CONFLICT (line) DO NOTHING
                """)
            guard claimed == 1 else { throw AfterSaleProblem.alreadyOpen }
            try transaction.send(
                "INSERT INTO after_sale_lines (case_id, line, quantity) VALUES (\(id), \(line.line), \(line.quantity))")
        }
        try record(id, "open", .requested, by: person, note: request.note, in: transaction)
        return try Self.find(id, in: transaction)
    }

    /// Lets an event happen to a case that was just read in this transaction, if it can.
    ///
    /// - Parameters:
    ///   - amount: an amount that was decided, instead of what follows from the units.
    ///   - products: what the case is about, and when it was paid, for those who follow.
    /// - Throws: ``AfterSaleProblem/illegal(_:from:)``; ``StoreError/contention`` when somebody else moved it meanwhile.
    public func apply(
        _ event: AfterSaleEvent, to found: AfterSaleCase, by person: PersonID?, note: String = "",
        amount: Money? = nil, carrier: String? = nil, tracking: String? = nil, products: [ProductID] = [],
        paidAt: Instant? = nil,
        in transaction: any Transaction
    ) throws -> AfterSaleCase {
        guard let next = AfterSaleMachine.next(found.state, event, kind: found.kind) else {
            throw AfterSaleProblem.illegal(event, from: found.state)
        }
        let now = source.now
        let due = deadlines.time(in: next, isShipped: found.isShipped).map { now + $0 }
        let moved = try transaction.run(
            """
            UPDATE after_sale_cases SET state = \(next.rawValue), due_at = \(due), changed_at = \(now),
                amount = COALESCE(\(amount?.amount), amount), carrier = COALESCE(\(carrier), carrier),
                tracking = COALESCE(\(tracking), tracking)
            WHERE id = \(found.id) AND state = \(found.state.rawValue)
            """)
        guard moved == 1 else { throw StoreError.contention }
        if !next.isOpen {
            try transaction.send("DELETE FROM after_sale_open_lines WHERE case_id = \(found.id)")
        }
        try record(found.id, event.rawValue, next, by: person, note: note, in: transaction)
        try journal.append(
            AfterSaleChanged(
                id: found.id, order: found.order, shop: found.shop, buyer: found.buyer, kind: found.kind,
                reason: found.reason, state: next, from: found.state, isShipped: found.isShipped,
                wasDisputed: try Self.wasDisputed(found.id, in: transaction), products: products,
                paidAt: paidAt, isFaultOfShop: found.reason.isFaultOfShop), at: now, in: transaction)
        return try Self.find(found.id, in: transaction)
    }

    private static func wasDisputed(_ id: AfterSaleCaseID, in transaction: any Transaction) throws -> Bool {
        try transaction.row(
            "SELECT 1 FROM after_sale_steps WHERE case_id = \(id) AND event = \(AfterSaleEvent.dispute.rawValue)")
            != nil
    }

    private func record(
        _ id: AfterSaleCaseID, _ event: String, _ state: AfterSaleState, by person: PersonID?, note: String,
        in transaction: any Transaction
    ) throws {
        try transaction.send(
            """
            INSERT INTO after_sale_steps (case_id, position, event, state, person, note, happened_at)
            SELECT \(id), COUNT(*) + 1, \(event), \(state.rawValue), \(person), \(note), \(source.now)
            FROM after_sale_steps WHERE case_id = \(id)
            """)
    }
}

/// A case went somewhere; the shop's service is judged by it.
public struct AfterSaleChanged: FactContent {
    public static let topic = "after_sales.case_changed"
    /// The case.
    public let id: AfterSaleCaseID
    /// Its order.
    public let order: OrderID
    /// Its shop.
    public let shop: ShopID
    /// Its buyer.
    public let buyer: PersonID
    /// What was wanted.
    public let kind: AfterSaleKind
    /// Why.
    public let reason: AfterSaleReason
    /// Where it stands now.
    public let state: AfterSaleState
    /// Where it stood before; this and what follows is absent in facts of early versions.
    public let from: AfterSaleState?
    /// Whether the goods had left the shop when it was opened.
    public let isShipped: Bool?
    /// Whether the platform was called in.
    public let wasDisputed: Bool?
    /// What it is about.
    public let products: [ProductID]?
    /// When that was paid.
    public let paidAt: Instant?
    /// Whether the reason lies with the shop.
    public let isFaultOfShop: Bool?
    public var key: String { shop.description }
}
