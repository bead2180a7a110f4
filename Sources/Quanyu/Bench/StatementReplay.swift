import Foundation
import Kernel
import Store
import Synchronization

/// The statements of one unit of work, to be run again with other identifiers by nothing but the store: what the database
/// alone can do with the SQL of an order, without rules, JSON or HTTP.
struct StatementReplay: Sendable {
    private enum Call: Sendable {
        case rows(SQL)
        case change(SQL)
    }

    private let calls: [Call]
    /// Texts that differ between two runs of the same work: identifiers made in it, the buyer, the key.
    private let fresh: Set<String>

    /// Records `work` twice and finds out what is different each time.
    init(_ store: any Store, _ work: (any Store) async throws -> Void) async throws {
        let (first, second) = (RecordingStore(store), RecordingStore(store))
        try await work(first)
        try await work(second)
        calls = first.calls.map { $0.reads ? .rows($0.sql) : .change($0.sql) }
        var fresh: Set<String> = []
        for (one, other) in zip(first.calls, second.calls) {
            for case (.text(let text), let value) in zip(one.sql.parameters, other.sql.parameters)
            where value != .text(text) { fresh.insert(text) }
        }
        self.fresh = fresh
    }

    /// Runs the statements as run number `number`.
    func run(_ number: Int, in transaction: any Transaction) throws {
        let suffix = String(format: "-%08d", number)
        for call in calls {
            switch call {
            case .rows(let sql): _ = try transaction.rows(renamed(sql, suffix))
            case .change(let sql): try transaction.send(renamed(sql, suffix))
            }
        }
    }

    private func renamed(_ sql: SQL, _ suffix: String) -> SQL {
        SQL(
            trusted: sql.text,
            parameters: sql.parameters.map { value in
                if case .text(let text) = value, fresh.contains(text) { .text(text + suffix) } else { value }
            })
    }
}

/// A store that writes down what is asked of it.
private final class RecordingStore: Store {
    private let inner: any Store
    private let recorded = Mutex<[(sql: SQL, reads: Bool)]>([])
    var dialect: Dialect { inner.dialect }
    var calls: [(sql: SQL, reads: Bool)] { recorded.withLock { $0 } }

    init(_ inner: any Store) { self.inner = inner }

    func write<Result: Sendable>(
        _ work: @escaping @Sendable (any Transaction) throws -> Result
    ) async throws -> Result {
        try await inner.write { [self] transaction in
            recorded.withLock { $0.removeAll() }
            return try work(
                Recording(transaction) { [self] sql, reads in recorded.withLock { $0.append((sql, reads)) } })
        }
    }

    func read<Result: Sendable>(_ work: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result {
        try await inner.read(work)
    }

    func close() async {}

    private final class Recording: Transaction {
        private let inner: any Transaction
        private let record: (SQL, Bool) -> Void
        var dialect: Dialect { inner.dialect }

        init(_ inner: any Transaction, _ record: @escaping (SQL, Bool) -> Void) {
            self.inner = inner
            self.record = record
        }

        func rows(_ sql: SQL) throws -> [SQLRow] {
            record(sql, true)
            return try inner.rows(sql)
        }

        func run(_ sql: SQL) throws -> Int {
            record(sql, false)
            return try inner.run(sql)
        }

        func send(_ sql: SQL) throws {
            record(sql, false)
            try inner.send(sql)
        }

        func afterCommit(_ action: @escaping @Sendable () -> Void) { inner.afterCommit(action) }
    }
}

/// Counts up from 0, whoever asks.
final class Counter: Sendable {
    private let value = Mutex(0)

    func next() -> Int {
        value.withLock { value in
            defer { value += 1 }
            return value
        }
    }
}
