import Kernel
import Store

/// The store when one machine is not enough: PostgreSQL, or an engine that speaks its protocol, over libpq.
///
/// Each connection is owned by one thread. A unit of work runs there as a `SERIALIZABLE` transaction; its statements are
/// sent in pipeline mode and only waited for when an answer is needed. Serialization failures and deadlocks (40001,
/// 40P01) are retried with growing pauses. Units of work that are said to contend for the same rows are combined: they run
/// one after the other in one transaction and pay for one commit; when one throws, they run again, each in a savepoint.
public final class PostgresStore: Store {
    /// How the store is set up.
    public struct Configuration: Sendable {
        /// libpq connection string, for example `host=/run/postgresql dbname=quanyu`.
        public var connection: String
        /// Connections, one thread each.
        public var connections = 8
        /// Units of work that may wait; more are refused with ``StoreError/overloaded``.
        public var queueLimit = 10_000
        /// Units of work on contended rows that share a commit. PostgreSQL keeps 64 sub-transactions of a transaction at
        /// hand; with more, every snapshot of the server gets slower.
        public var groupLimit = 60
        /// How often one unit of work is tried.
        public var attempts = 20

        /// Defaults for a connection string.
        public init(connection: String) { self.connection = connection }
    }

    public let dialect = Dialect.postgres
    private let queue: WorkQueue
    private let threads: [ConnectionThread]

    /// Connects.
    ///
    /// - Throws: ``StoreError/unavailable(_:)`` when the first connection fails.
    public init(configuration: Configuration) throws {
        let queue = WorkQueue(limit: configuration.queueLimit, groupLimit: configuration.groupLimit)
        self.queue = queue
        // A wrong address is told at start-up, not at the first request.
        _ = try PostgresConnection(configuration.connection)
        threads = (0..<max(1, configuration.connections)).map {
            ConnectionThread(configuration, queue: queue, number: $0)
        }
        for thread in threads { thread.start() }
    }

    @discardableResult
    public func write<Result: Sendable>(
        _ work: @escaping @Sendable (any Transaction) throws -> Result
    ) async throws -> Result {
        try await write(contendingFor: nil, work)
    }

    @discardableResult
    public func write<Result: Sendable>(
        contendingFor rows: String?, _ work: @escaping @Sendable (any Transaction) throws -> Result
    ) async throws -> Result {
        try await submit(work, begin: "BEGIN ISOLATION LEVEL SERIALIZABLE", rows: rows)
    }

    public func read<Result: Sendable>(
        _ work: @escaping @Sendable (any Transaction) throws -> Result
    ) async throws -> Result {
        // A snapshot is all that a reader is promised; serializable reads would make writers fail for them.
        try await submit(work, begin: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", rows: nil)
    }

    public func close() async {
        queue.close()
        for thread in threads { await thread.finished() }
    }

    private func submit<Result: Sendable>(
        _ work: @escaping @Sendable (any Transaction) throws -> Result, begin: String, rows: String?
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let job = PostgresJob(work, begin: begin, rows: rows, continuation)
            if let refusal = queue.add(job) { continuation.resume(throwing: refusal) }
        }
    }
}
