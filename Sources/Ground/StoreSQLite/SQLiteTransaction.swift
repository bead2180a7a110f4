import GRDB
import Kernel
import Store
import struct Store.SQL

/// A unit of work on the one SQLite connection of a lane; it never leaves the lane's queue.
final class SQLiteTransaction: Transaction {
    let dialect = Dialect.sqlite
    private let connection: Database
    private let batch: Batch
    private(set) var commitActions: [@Sendable () -> Void] = []

    init(_ connection: Database, _ batch: Batch) {
        self.connection = connection
        self.batch = batch
    }

    func rows(_ sql: SQL) throws -> [SQLRow] {
        try runDue(before: sql)
        return try translating {
            let statement = try prepare(sql)
            let columns = ColumnNames(statement.columnNames)
            let width = statement.columnCount
            let cursor = try GRDB.Row.fetchCursor(statement)
            var rows: [SQLRow] = []
            while let row = try cursor.next() {
                let values = (0..<width).map { SQLValue(row[$0] as DatabaseValue) }
                rows.append(SQLRow(columns: columns, values: values))
            }
            return rows
        }
    }

    @discardableResult
    func run(_ sql: SQL) throws -> Int {
        try runDue(before: sql)
        return try translating {
            let statement = try prepare(sql)
            let before = connection.totalChangesCount
            try statement.execute()
            // A SELECT or DDL leaves `changes` of the statement before it, so compare totals.
            return connection.totalChangesCount - before
        }
    }

    func send(_ sql: SQL) throws { try run(sql) }

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

    /// Inserts everything that still waits.
    func finish() throws {
        for rows in batch.rest() { try translating { try prepare(rows).execute() } }
    }

    private func runDue(before sql: SQL) throws {
        for rows in batch.due(before: sql) { try translating { try prepare(rows).execute() } }
    }

    func afterCommit(_ action: @escaping @Sendable () -> Void) { commitActions.append(action) }

    private func prepare(_ sql: SQL) throws -> Statement {
        let statement = try connection.cachedStatement(sql: sql.text)
        try statement.setArguments(StatementArguments(sql.parameters.map { $0.argument }))
        return statement
    }

    private func translating<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as DatabaseError { throw StoreError(sqlite: error) }
    }
}

extension SQLValue {
    init(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let number): self = .integer(number)
        case .double(let number): self = .real(number)
        case .string(let text): self = .text(text)
        case .blob(let data): self = .text(String(decoding: data, as: UTF8.self))
        }
    }

    /// As GRDB takes it without asking its type.
    var argument: (any DatabaseValueConvertible)? {
        switch self {
        case .null: nil
        case .integer(let number): number
        case .real(let number): number
        case .text(let text): text
        }
    }
}

extension StoreError {
    init(sqlite error: any Error) {
        if let known = error as? StoreError {
            self = known
            return
        }
        guard let error = error as? DatabaseError else {
            self = .unavailable("\(error)")
            return
        }
        switch error.resultCode {
        case .SQLITE_FULL, .SQLITE_IOERR: self = .full
        case .SQLITE_CONSTRAINT: self = .constraint(error.message ?? "constraint")
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .contention
        case .SQLITE_CANTOPEN, .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .unavailable(error.message ?? "cannot open")
        default: self = .statement("\(error.message ?? "error") in: \(error.sql ?? "")")
        }
    }
}
