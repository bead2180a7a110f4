import CLibPQ
import Foundation
import Kernel
import Store

/// A unit of work on one connection; it never leaves the connection's thread.
final class PostgresTransaction: Transaction {
    let dialect = Dialect.postgres
    private let connection: PostgresConnection
    private let batch: Batch
    private(set) var commitActions: [@Sendable () -> Void] = []

    init(_ connection: PostgresConnection, _ batch: Batch) {
        self.connection = connection
        self.batch = batch
    }

    func rows(_ sql: SQL) throws -> [SQLRow] {
        try sendDue(before: sql)
        return try connection.answer(to: sql).rows
    }

    @discardableResult
    func run(_ sql: SQL) throws -> Int {
        try sendDue(before: sql)
        return try connection.answer(to: sql).changes
    }

    func send(_ sql: SQL) throws {
        try sendDue(before: sql)
        try connection.send(sql)
    }

    func insert(into table: StaticString, _ row: SQL) throws { batch.insert(into: table, row) }

    func change(_ counter: Counter, by amount: Int64) throws -> SQLRow? {
        try batch.change(counter, by: amount) { try rows($0) }
    }

    func shared<Value: Sendable>(
        _ sql: SQL, despiteCounting: Bool, _ read: ([SQLRow]) throws -> Value
    ) throws -> Value {
        try batch.answer(to: sql, despiteCounting: despiteCounting, read) { try rows(sql) }
    }

    func moment(_ now: Instant) -> Instant { batch.moment(now) }

    private func sendDue(before sql: SQL) throws {
        for rows in batch.due(before: sql) { try connection.send(rows) }
    }

    func afterCommit(_ action: @escaping @Sendable () -> Void) { commitActions.append(action) }
}

/// What a statement answered.
struct PostgresAnswer {
    let rows: [SQLRow]
    let changes: Int

    init(_ result: OpaquePointer) {
        let width = PQnfields(result)
        let columns = ColumnNames((0..<width).map { String(cString: PQfname(result, $0)) })
        let types = (0..<width).map { PQftype(result, $0) }
        rows = (0..<PQntuples(result)).map { row in
            SQLRow(
                columns: columns,
                values: (0..<width).map { column in
                    guard PQgetisnull(result, row, column) == 0 else { return .null }
                    return SQLValue(
                        postgresText: String(cString: PQgetvalue(result, row, column)), type: types[Int(column)])
                })
        }
        changes = Int(String(cString: PQcmdTuples(result))) ?? 0
    }
}

extension SQLValue {
    /// Object identifiers of pg_type.
    private static let integers: Set<Oid> = [16, 20, 21, 23]
    private static let reals: Set<Oid> = [700, 701, 1700]

    init(postgresText text: String, type: Oid) {
        if Self.integers.contains(type) {
            self = type == 16 ? .integer(text == "t" ? 1 : 0) : Int64(text).map(SQLValue.integer) ?? .text(text)
        } else if Self.reals.contains(type) {
            // SUM over BIGINT answers NUMERIC; whole numbers stay whole as on SQLite.
            self =
                (type == 1700 ? Int64(text).map(SQLValue.integer) : nil) ?? Double(text).map(SQLValue.real)
                ?? .text(text)
        } else {
            self = .text(text)
        }
    }

    var postgresText: String? {
        switch self {
        case .null: nil
        case .integer(let number): String(number)
        case .real(let number): number.description
        // PostgreSQL refuses NUL inside text.
        case .text(let text): text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text
        }
    }
}

extension StoreError {
    /// By SQLSTATE, https://www.postgresql.org/docs/15/errcodes-appendix.html
    init(state: String, message: String) {
        switch state {
        case "40001", "40P01": self = .contention
        case "53100": self = .full
        case "53200", "53300", "57P03": self = .unavailable(message)
        case _ where state.hasPrefix("23"): self = .constraint(message)
        case _ where state.hasPrefix("08") || state.hasPrefix("57"): self = .unavailable(message)
        default: self = .statement("\(state) \(message)")
        }
    }
}
