import Dispatch
import GRDB
import Kernel
import Store
import Synchronization

/// One connection and the queue of work that waits for it, drained in groups.
final class Lane: Sendable {
    enum Access { case read, write }

    private struct Waiting: ~Copyable {
        var jobs: [Job] = []
        var isDraining = false
        var isClosed = false
    }

    private let database: DatabaseQueue
    private let queue: DispatchQueue
    private let access: Access
    private let configuration: SQLiteStore.Configuration
    private let waiting = Mutex(Waiting())
    private let tables = StatementTables()

    init(database: DatabaseQueue, name: String, access: Access, configuration: SQLiteStore.Configuration) {
        self.database = database
        self.queue = DispatchQueue(label: name)
        self.access = access
        self.configuration = configuration
    }

    func submit<Result: Sendable>(
        _ work: @escaping @Sendable (any Transaction) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let refusal = enqueue(Job(work, continuation))
            if let refusal { continuation.resume(throwing: refusal) }
        }
    }

    func close() async {
        waiting.withLock { $0.isClosed = true }
        await withCheckedContinuation { continuation in
            queue.async {
                self.drain()
                try? self.database.close()
                continuation.resume()
            }
        }
    }

    private func enqueue(_ job: Job) -> StoreError? {
        let (refusal, mustStart) = waiting.withLock { waiting -> (StoreError?, Bool) in
            if waiting.isClosed { return (.unavailable("closing"), false) }
            if waiting.jobs.count >= configuration.queueLimit { return (.overloaded, false) }
            waiting.jobs.append(job)
            defer { waiting.isDraining = true }
            return (nil, !waiting.isDraining)
        }
        if mustStart { queue.async { self.drain() } }
        return refusal
    }

    private func drain() {
        while true {
            let group = waiting.withLock { waiting -> [Job] in
                let group = Array(waiting.jobs.prefix(configuration.groupLimit))
                waiting.jobs.removeFirst(group.count)
                if group.isEmpty { waiting.isDraining = false }
                return group
            }
            if group.isEmpty { return }
            run(group)
        }
    }

    private func run(_ group: [Job]) {
        var settled: [@Sendable (StoreError?) -> Void] = []
        let batch = Batch(tables: tables)
        let outcome = Swift.Result {
            try database.inDatabase { connection in
                try connection.execute(sql: access == .write ? "BEGIN IMMEDIATE" : "BEGIN DEFERRED")
                for job in group {
                    let (succeeded, settle) = perform(job, on: connection, batch)
                    settled.append(settle)
                    if !succeeded, !connection.isInsideTransaction {
                        // SQLite undid the whole group (disk full, I/O error), so the good jobs before it are gone too.
                        throw StoreError.full
                    }
                }
                do {
                    try SQLiteTransaction(connection, batch).finish()
                    try connection.execute(sql: "COMMIT")
                } catch {
                    try? connection.execute(sql: "ROLLBACK")
                    throw error
                }
            }
        }
        switch outcome {
        case .success: for settle in settled { settle(nil) }
        case .failure(let error):
            let reason = StoreError(sqlite: error)
            if case .constraint = reason, group.count > 1 {
                // A row of one of them broke the transaction of all; alone, only that one fails.
                for job in group { run([job]) }
                return
            }
            for settle in settled { settle(reason) }
            for job in group.dropFirst(settled.count) { job.refuse(reason) }
        }
    }

    private func perform(_ job: Job, on connection: Database, _ batch: Batch) -> (
        succeeded: Bool, settle: @Sendable (StoreError?) -> Void
    ) {
        let transaction = SQLiteTransaction(connection, batch)
        guard access == .write else { return job.run(transaction) }
        do {
            try connection.cachedStatement(sql: "SAVEPOINT work").execute()
        } catch {
            let reason = StoreError(sqlite: error)
            return (false, { _ in job.refuse(reason) })
        }
        batch.begin()
        let (succeeded, settle) = job.run(transaction)
        if connection.isInsideTransaction {
            if !succeeded {
                try? connection.cachedStatement(sql: "ROLLBACK TO work").execute()
                batch.undo()
            }
            try? connection.cachedStatement(sql: "RELEASE work").execute()
        }
        return (succeeded, settle)
    }
}

/// A unit of work and the caller that waits for it.
struct Job: Sendable {
    /// Runs the work; the returned closure tells the caller, once it is known whether the commit succeeded.
    let run: @Sendable (SQLiteTransaction) -> (succeeded: Bool, settle: @Sendable (StoreError?) -> Void)
    /// Tells the caller that the work never ran.
    let refuse: @Sendable (StoreError) -> Void

    init<Result: Sendable>(
        _ work: @escaping @Sendable (any Transaction) throws -> Result,
        _ continuation: CheckedContinuation<Result, any Error>
    ) {
        run = { transaction in
            do {
                let result = try work(transaction)
                let actions = transaction.commitActions
                return (
                    true,
                    { failure in
                        if let failure { return continuation.resume(throwing: failure) }
                        for action in actions { action() }
                        continuation.resume(returning: result)
                    }
                )
            } catch {
                let reason: any Error = error is DatabaseError ? StoreError(sqlite: error) : error
                return (false, { _ in continuation.resume(throwing: reason) })
            }
        }
        refuse = { continuation.resume(throwing: $0) }
    }
}
