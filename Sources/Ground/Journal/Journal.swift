import Foundation
import Kernel
import Store
import Synchronization

/// The touchpoint log: what happened, in order, appended in the transaction that made it happen.
///
/// It is outbox and log in one. A room appends a fact beside its own change; whoever cares follows the journal from its
/// own durable ``Position`` and applies each fact exactly once in effect.
public final class Journal: Sendable {
    let store: any Store
    private let listeners = Mutex<[Int: AsyncStream<Void>.Continuation]>([:])
    private let nextListener = Atomic<Int>(0)

    /// The journal inside `store`.
    public init(store: any Store) { self.store = store }

    /// Appends one fact to the caller's transaction and wakes followers once it is durable.
    public func append<Content: FactContent>(
        _ content: Content, at now: Instant, in transaction: any Transaction
    ) throws {
        try append([content], at: now, in: transaction)
    }

    /// Appends facts in order; see ``append(_:at:in:)-(Content,_,_)``. An empty list appends nothing.
    public func append<Content: FactContent>(
        _ contents: [Content], at now: Instant, in transaction: any Transaction
    ) throws {
        guard !contents.isEmpty else { return }
        let encoder = JSONEncoder()
        let epoch = Self.epoch(of: transaction)
        for content in contents {
            try transaction.insert(
                into: "journal (epoch, happened_at, topic, key_text, payload)",
                "(\(epoch), \(now), \(Content.topic), \(content.key), \(try content.payload(with: encoder)))")
        }
        transaction.afterCommit { self.wake() }
    }

    /// Where the last fact stands that the caller's transaction has appended.
    public func end(of transaction: any Transaction) throws -> Position {
        let epoch = Self.epoch(of: transaction)
        let last = try transaction.row(
            "SELECT epoch, sequence FROM journal WHERE epoch = \(epoch) ORDER BY sequence DESC LIMIT 1")
        return try last.map { Position(epoch: try $0.get(0), sequence: try $0.get(1)) } ?? .start
    }

    private static func epoch(of transaction: any Transaction) -> SQL {
        switch transaction.dialect {
        case .sqlite: "0"
        case .postgres: "pg_current_xact_id()::text::bigint"
        }
    }

    /// Facts of the given topics after a position, oldest first, and how far the journal was looked through.
    ///
    /// Facts of transactions that are still open, or that started before an open one, wait: nothing can appear behind a
    /// position that was handed out. The second value lets a follower skip what was not for it.
    public static func facts(
        after position: Position, topics: [String], limit: Int, in transaction: any Transaction
    ) throws -> (facts: [Fact], seen: Position) {
        let following: SQL =
            switch transaction.dialect {
            // SQLite would search an index for the first column of a row value only.
            case .sqlite: "epoch = 0 AND sequence > \(position.sequence)"
            case .postgres:
                """
                (epoch, sequence) > (\(position.epoch), \(position.sequence))
                AND epoch < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
                """
            }
        let end = try transaction.row(
            """
            SELECT epoch, sequence FROM journal WHERE \(following) ORDER BY epoch DESC, sequence DESC LIMIT 1
            """)
        guard let end else { return ([], position) }
        let facts = try transaction.rows(
            """
            SELECT epoch, sequence, happened_at, topic, key_text, payload FROM journal
            WHERE \(following) AND topic IN \(list: topics) ORDER BY epoch, sequence LIMIT \(limit)
            """
        ).map(Fact.init)
        if facts.count == limit, let last = facts.last { return (facts, last.position) }
        return (facts, Position(epoch: try end.get(0), sequence: try end.get(1)))
    }

    /// Wakes every follower; called after commits, and by ``run()`` for facts that other nodes appended.
    package func wake() {
        listeners.withLock { for listener in $0.values { listener.yield() } }
    }

    /// Looks for facts of other nodes every half second until cancelled.
    public func run() async throws {
        while !Task.isCancelled {
            try await Task.sleep(for: .milliseconds(500))
            wake()
        }
    }

    /// Deletes facts of a topic older than `limit` that every durable follower of the topic has applied, in units of
    /// work of some thousand.
    ///
    /// Only topics whose facts are events are for pruning. Facts that say how something stands ("product changed") are
    /// read again from the start by followers that keep their state in memory.
    ///
    /// - Returns: how many were deleted.
    @discardableResult
    public func prune(_ topic: String, before limit: Instant) async throws -> Int {
        var pruned = 0
        while true {
            let count = try await store.write { try Self.prune(topic, before: limit, in: $0) }
            pruned += count
            guard count == Self.prunedAtOnce else { return pruned }
        }
    }

    private static let prunedAtOnce = 5_000

    private static func prune(_ topic: String, before limit: Instant, in transaction: any Transaction) throws -> Int {
        let slowest = try transaction.row(
            """
            SELECT epoch, sequence FROM journal_positions WHERE topics LIKE \("% \(topic) %")
            ORDER BY epoch, sequence LIMIT 1
            """
        ).map { Position(epoch: try $0.get(0), sequence: try $0.get(1)) }
        let end = slowest ?? Position(epoch: .max, sequence: .max)
        return try transaction.run(
            """
            DELETE FROM journal WHERE sequence IN (
                SELECT sequence FROM journal WHERE topic = \(topic) AND happened_at < \(limit)
                AND (epoch, sequence) <= (\(end.epoch), \(end.sequence)) ORDER BY epoch, sequence LIMIT \(prunedAtOnce))
            """)
    }

    /// A stream that yields whenever new facts may be there; several wake-ups melt into one.
    func wakeups() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = nextListener.wrappingAdd(1, ordering: .relaxed).newValue
        listeners.withLock { $0[number] = continuation }
        continuation.onTermination = { [weak self] _ in _ = self?.listeners.withLock { $0.removeValue(forKey: number) }
        }
        continuation.yield()
        return stream
    }
}

/// The journal's tables.
public let journalMigrations = [
    Migration(
        room: "journal", number: 1,
        text: """
            CREATE TABLE journal (
                sequence SERIAL_KEY,
                epoch BIGINT NOT NULL,
                happened_at BIGINT NOT NULL,
                topic TEXT NOT NULL,
                key_text TEXT NOT NULL,
                payload TEXT NOT NULL
            );
            CREATE INDEX journal_order ON journal (epoch, sequence);
            CREATE TABLE journal_positions (
                subscription TEXT PRIMARY KEY,
                epoch BIGINT NOT NULL,
                sequence BIGINT NOT NULL
            );
            """),
    // Which topics a follower wants, each between spaces, so that it holds back the pruning of those only.
    Migration(
        room: "journal", number: 2, text: "ALTER TABLE journal_positions ADD COLUMN topics TEXT NOT NULL DEFAULT ''"),
]
