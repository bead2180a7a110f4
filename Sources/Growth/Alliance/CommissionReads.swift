import Kernel
import Store

/// Which commissions are looked for.
public struct CommissionFilter: Sendable, Equatable {
    /// Whose commissions.
    public enum Side: Sendable, Equatable {
        /// Those that a creator earns.
        case creator(PersonID)
        /// Those that a shop pays.
        case shop(ShopID)
    }

    /// Whose.
    public let side: Side
    /// Ordered at this time or later.
    public let from: Instant?
    /// Ordered before this time.
    public let until: Instant?

    /// The commissions of one side, ordered in `[from, until)`.
    public init(_ side: Side, from: Instant? = nil, until: Instant? = nil) {
        self.side = side
        self.from = from
        self.until = until
    }
}

extension Alliance {
    /// The commissions of lines; lines without one are left out.
    public static func commissions(
        of lines: [OrderLineID], in transaction: any Transaction
    ) throws -> [OrderLineID: CommissionLine] {
        let found = try transaction.rows("SELECT * FROM commission_lines WHERE line IN \(list: lines)").map(
            CommissionLine.init)
        return Dictionary(found.map { ($0.line, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// A place in a list of commissions, newest first.
    public typealias Cursor = TimeCursor<OrderLineKind>

    /// Commissions of one side, newest first.
    public func commissions(
        _ filter: CommissionFilter, after cursor: Cursor? = nil, limit: Int
    ) async throws -> [CommissionLine] {
        var condition: SQL =
            switch filter.side {
            case .creator(let creator): "creator = \(creator)"
            case .shop(let shop): "shop = \(shop)"
            }
        if let from = filter.from { condition = condition + " AND created_at >= \(from)" }
        if let until = filter.until { condition = condition + " AND created_at < \(until)" }
        if let cursor { condition = condition + " AND (created_at, line) < (\(cursor.time), \(cursor.id))" }
        return try await store.read { [condition] transaction in
            try transaction.rows(
                """
                SELECT * FROM commission_lines WHERE \(condition) ORDER BY created_at DESC, line DESC LIMIT \(limit)
                """
            ).map(CommissionLine.init)
        }
    }

    /// Commissions that somebody has to look at, oldest first.
    public func held(limit: Int) async throws -> [CommissionLine] {
        try await store.read { transaction in
            try transaction.rows(
                """
                SELECT * FROM commission_lines WHERE signals <> '[]' AND decision IS NULL
                ORDER BY created_at, line LIMIT \(limit)
                """
            ).map(CommissionLine.init)
        }
    }

    /// Commissions that were held and decided about, the latest decision first.
    ///
    /// - Parameter cursor: ``Cursor/init(afterReviewed:)`` of the last one of the page before.
    public func reviewed(after cursor: Cursor? = nil, limit: Int) async throws -> [CommissionLine] {
        let following: SQL = cursor.map { "AND (decided_at, line) < (\($0.time), \($0.id))" } ?? ""
        return try await store.read { transaction in
            try transaction.rows(
                """
                SELECT * FROM commission_lines WHERE decided_at IS NOT NULL \(following)
                ORDER BY decided_at DESC, line DESC LIMIT \(limit)
                """
            ).map(CommissionLine.init)
        }
    }
}

extension TimeCursor<OrderLineKind> {
    /// After this one.
    public init(after line: CommissionLine) { self.init(time: line.createdAt, id: line.line) }

    /// After this one in the list of what was decided.
    public init(afterReviewed line: CommissionLine) {
        self.init(time: line.decidedAt ?? line.createdAt, id: line.line)
    }
}
