import Dispatch
import GRDB
import Kernel
import Store
import Synchronization

/// The embedded store: one SQLite file in WAL mode, one writer with group commit, several readers.
///
/// Every unit of work runs in a savepoint of a shared transaction; its caller hears back only after that transaction's
/// COMMIT, with `synchronous=FULL`, has returned. Many callers therefore share one fsync.
public final class SQLiteStore: Store {
    /// How the store is set up.
    public struct Configuration: Sendable {
        /// Connections that read, each draining its own queue.
        public var readers = 2
        /// Units of work that may wait; more are refused with ``StoreError/overloaded``.
        public var queueLimit = 10_000
        /// Units of work that share one commit at most.
        public var groupLimit = 512

        /// The defaults.
        public init() {}
    }

    public let dialect = Dialect.sqlite
    private let writer: Lane
    private let readers: [Lane]
    private let nextReader = Atomic<Int>(0)

    /// Opens or creates the file at `path`.
    ///
    /// - Throws: ``StoreError/unavailable(_:)`` when it can't be opened.
    public init(path: String, configuration: Configuration = Configuration()) throws {
        do {
            writer = Lane(
                database: try Self.open(path, readOnly: false), name: "quanyu.store.writer", access: .write,
                configuration: configuration)
            readers = try (0..<max(1, configuration.readers)).map { index in
                Lane(
                    database: try Self.open(path, readOnly: true), name: "quanyu.store.reader.\(index)", access: .read,
                    configuration: configuration)
            }
        } catch {
            throw StoreError.unavailable("\(path): \(error)")
        }
    }

    @discardableResult
    public func write<Result: Sendable>(
        _ work: @escaping @Sendable (any Transaction) throws -> Result
    ) async throws -> Result {
        try await writer.submit(work)
    }

    public func read<Result: Sendable>(
        _ work: @escaping @Sendable (any Transaction) throws -> Result
    ) async throws -> Result {
        let turn = nextReader.wrappingAdd(1, ordering: .relaxed).newValue
        return try await readers[Int(UInt(bitPattern: turn) % UInt(readers.count))].submit(work)
    }

    public func close() async {
        for lane in [writer] + readers { await lane.close() }
    }

    private static func open(_ path: String, readOnly: Bool) throws -> DatabaseQueue {
        var configuration = GRDB.Configuration()
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(10)
        // Sums and plans, not foreign keys, protect these tables: rows of different rooms may live in different stores.
        configuration.foreignKeysEnabled = false
        configuration.maximumReaderCount = 1
        let database = try DatabaseQueue(path: path, configuration: configuration)
        try database.inDatabase { connection in
            if !readOnly {
                try connection.execute(sql: "PRAGMA journal_mode = WAL")
                // After every hook of GRDB, which would set NORMAL: an answer must survive a power cut.
                try connection.execute(sql: "PRAGMA synchronous = FULL")
                try connection.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
            } else {
                // Not for the writer: a statement's own journal would then stay a list in memory, walked from its
                // beginning after every statement, which is a third of the time of a unit of work with thousands.
                try connection.execute(sql: "PRAGMA temp_store = MEMORY")
            }
            try connection.execute(sql: "PRAGMA cache_size = -65536")
            try connection.execute(sql: "PRAGMA mmap_size = 1073741824")
        }
        return database
    }
}
