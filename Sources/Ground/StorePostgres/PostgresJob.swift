import Kernel
import Store

/// A unit of work and the caller that waits for it.
struct PostgresJob: Sendable {
    /// How its transaction begins.
    let begin: String
    /// The rows that it contends for with others.
    let rows: String?
    /// Runs the work; the returned closure tells the caller, once it is known that the outcome stands.
    let run: @Sendable (PostgresTransaction) -> (succeeded: Bool, settle: @Sendable () -> Void)
    /// Tells the caller that nothing was done.
    let refuse: @Sendable (any Error) -> Void

    init<Result: Sendable>(
        _ work: @escaping @Sendable (any Transaction) throws -> Result, begin: String, rows: String?,
        _ continuation: CheckedContinuation<Result, any Error>
    ) {
        self.begin = begin
        self.rows = rows
        run = { transaction in
            do {
                let result = try work(transaction)
                let actions = transaction.commitActions
                return (
                    true,
                    {
                        for action in actions { action() }
                        continuation.resume(returning: result)
                    }
                )
            } catch {
                return (false, { continuation.resume(throwing: error) })
            }
        }
        refuse = { continuation.resume(throwing: $0) }
    }
}

/// One try to run a group of units of work in one transaction.
struct GroupAttempt {
    enum Outcome {
        /// Every caller has its answer.
        case settled
        /// Another transaction was in the way; nothing was changed, nobody was told.
        case conflict
        /// A statement or the commit failed; nothing was changed, nobody was told.
        case failed(any Error)
        /// One of several threw and could not be undone alone; nothing was changed, nobody was told.
        case unguarded
    }

    let outcome: Outcome
    /// Whether one of them threw.
    private(set) var hasRefusals = false

    /// Runs all of `group`, which begin alike.
    ///
    /// - Parameter isGuarded: whether each of several has a savepoint, so that one that throws is undone alone. That costs
    ///   two statements each, so it is only worth it where some are expected to throw.
    init(_ group: [PostgresJob], on connection: PostgresConnection, isGuarded: Bool) {
        var settled: [@Sendable () -> Void] = []
        let batch = Batch(tables: connection.tables)
        do {
            try connection.begin(group.first?.begin ?? "BEGIN")
            if group.count == 1, let job = group.first {
                let (succeeded, settle) = job.run(PostgresTransaction(connection, batch))
                settled = [settle]
                guard succeeded else { throw Undone() }
            } else {
                for job in group {
                    let (succeeded, settle) =
                        try isGuarded ? Self.guarded(job, on: connection, batch) : Self.run(job, on: connection, batch)
                    if !succeeded { hasRefusals = true }
                    guard succeeded || isGuarded else { throw Unguarded() }
                    settled.append(settle)
                }
            }
            for rows in batch.rest() { try connection.send(rows) }
            try connection.finish("COMMIT")
        } catch {
            connection.rollback()
            // Work that turned a failed statement into an error of its own still failed because of the conflict.
            if connection.hadConflict || (error as? StoreError) == .contention {
                outcome = .conflict
                return
            }
            guard error is Undone else {
                outcome = error is Unguarded ? .unguarded : .failed(error)
                return
            }
        }
        for settle in settled { settle() }
        outcome = .settled
    }

    private static func run(
        _ job: PostgresJob, on connection: PostgresConnection, _ batch: Batch
    ) throws -> (succeeded: Bool, settle: @Sendable () -> Void) {
        let told = job.run(PostgresTransaction(connection, batch))
        // Also work that caught the error of a statement left a transaction in which nothing runs any more.
        if let failure = connection.failure { throw failure }
        return told
    }

    private static func guarded(
        _ job: PostgresJob, on connection: PostgresConnection, _ batch: Batch
    ) throws -> (succeeded: Bool, settle: @Sendable () -> Void) {
        try connection.send("SAVEPOINT work")
        batch.begin()
        let told = try run(job, on: connection, batch)
        if !told.succeeded {
            try connection.send("ROLLBACK TO SAVEPOINT work")
            batch.undo()
        }
        try connection.send("RELEASE SAVEPOINT work")
        return told
    }
}

/// One of several units of work threw without a savepoint.
private struct Unguarded: Error {}

/// The only unit of work of a transaction threw; its caller knows why.
private struct Undone: Error {}
