import Kernel
import Store

extension AfterSales {
    /// A case.
    ///
    /// - Throws: ``NotFound``.
    public static func find(_ id: AfterSaleCaseID, in transaction: any Transaction) throws -> AfterSaleCase {
        guard let found = try cases(where: "id = \(id)", in: transaction).first else {
            throw NotFound("after-sale case")
        }
        return found
    }

    /// Every case about an order, oldest first.
    public static func cases(about order: OrderID, in transaction: any Transaction) throws -> [AfterSaleCase] {
        try cases(where: "order_id = \(order) ORDER BY created_at, id", in: transaction)
    }

    /// ``cases(about:in:)`` in a unit of work of its own.
    public func cases(about order: OrderID) async throws -> [AfterSaleCase] {
        try await store.read { try Self.cases(about: order, in: $0) }
    }

    /// Whether a buyer has an open case.
    public static func hasOpenCase(_ buyer: PersonID, in transaction: any Transaction) throws -> Bool {
        try transaction.row(
            """
            SELECT 1 FROM after_sale_open_lines o JOIN after_sale_cases c ON c.id = o.case_id
            WHERE c.buyer = \(buyer) LIMIT 1
            """) != nil
    }

    /// Whether any of these lines has an open case.
    public static func isOpen(_ lines: [OrderLineID], in transaction: any Transaction) throws -> Bool {
        try transaction.row("SELECT 1 FROM after_sale_open_lines WHERE line IN \(list: lines) LIMIT 1") != nil
    }

    /// Units of a line that open or finished cases have taken or will take.
    public static func units(of line: OrderLineID, in transaction: any Transaction) throws -> Int64 {
        try transaction.value(
            """
            SELECT CAST(COALESCE(SUM(l.quantity), 0) AS BIGINT) FROM after_sale_lines l
            JOIN after_sale_cases c ON c.id = l.case_id
            WHERE l.line = \(line) AND c.kind IN ('refund', 'return') AND c.amount IS NULL AND c.state <> 'closed'
            """) ?? 0
    }

    /// Whose cases are listed.
    public enum Audience: Sendable {
        case buyer(PersonID)
        case shop(ShopID)
        /// Cases that the platform has to decide.
        case platform
    }

    /// A place in a list of cases, newest first.
    public typealias Cursor = TimeCursor<AfterSaleCaseKind>

    /// Cases of somebody, newest first.
    public func cases(
        of audience: Audience, state: AfterSaleState? = nil, after cursor: Cursor? = nil, limit: Int
    ) async throws -> [AfterSaleCase] {
        let whose: SQL =
            switch audience {
            case .buyer(let person): "buyer = \(person)"
            case .shop(let shop): "shop = \(shop)"
            case .platform: "state = \(AfterSaleState.disputed.rawValue)"
            }
        let standing: SQL = state.map { "AND state = \($0.rawValue)" } ?? ""
        let following: SQL = cursor.map { "AND (created_at, id) < (\($0.time), \($0.id))" } ?? ""
        return try await store.read { transaction in
            try Self.cases(
                where: "\(whose) \(standing) \(following) ORDER BY created_at DESC, id DESC LIMIT \(limit)",
                in: transaction)
        }
    }

    /// Cases whose deadline has passed, for the sweep.
    public func due(limit: Int) async throws -> [AfterSaleCaseID] {
        let now = source.now
        return try await store.read { transaction in
            try transaction.rows(
                """
                SELECT id FROM after_sale_cases WHERE due_at IS NOT NULL AND due_at <= \(now) AND state <> 'disputed'
                ORDER BY due_at LIMIT \(limit)
                """
            ).map { try $0.get(0) }
        }
    }

    /// What happened to a case, oldest first.
    public func steps(of id: AfterSaleCaseID) async throws -> [AfterSaleStep] {
        try await store.read { transaction in
            try transaction.rows("SELECT * FROM after_sale_steps WHERE case_id = \(id) ORDER BY position").map {
                AfterSaleStep(
                    event: try $0.get("event"), state: try $0.get("state"), person: try $0.get("person"),
                    note: try $0.get("note"), at: try $0.get("happened_at"))
            }
        }
    }

    private static func cases(where condition: SQL, in transaction: any Transaction) throws -> [AfterSaleCase] {
        let rows = try transaction.rows("SELECT * FROM after_sale_cases WHERE \(condition)")
        let ids = try rows.map { try $0.get("id", as: AfterSaleCaseID.self) }
        var lines: [AfterSaleCaseID: [AfterSaleCase.Line]] = [:]
        for row in try transaction.rows(
            "SELECT case_id, line, quantity FROM after_sale_lines WHERE case_id IN \(list: ids) ORDER BY case_id, line")
        {
            lines[try row.get(0), default: []].append(.init(line: try row.get(1), quantity: try row.get(2)))
        }
        return try rows.map { try AfterSaleCase($0, lines: lines[$0.get("id", as: AfterSaleCaseID.self)] ?? []) }
    }
}

extension AfterSaleCase {
    init(_ row: SQLRow, lines: [Line]) throws {
        let currency: Currency = try row.get("currency")
        id = try row.get("id")
        order = try row.get("order_id")
        shop = try row.get("shop")
        buyer = try row.get("buyer")
        kind = try row.get("kind")
        reason = try row.get("reason")
        state = try row.get("state")
        amount = try row.get("amount", as: Int64?.self).map { Money($0, currency) }
        self.currency = currency
        isShipped = try row.get("is_shipped")
        dueAt = try row.get("due_at")
        carrier = try row.get("carrier")
        tracking = try row.get("tracking")
        createdAt = try row.get("created_at")
        changedAt = try row.get("changed_at")
        self.lines = lines
    }
}

extension TimeCursor<AfterSaleCaseKind> {
    /// After this case.
    public init(after found: AfterSaleCase) { self.init(time: found.createdAt, id: found.id) }
}
