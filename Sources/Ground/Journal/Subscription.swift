import Kernel
import Store

/// A durable follower: applies facts in the transaction that advances its position, so each takes effect once.
public struct Subscription: Sendable {
    /// Its name; the position is kept under it.
    public let name: String
    /// The topics that it wants.
    public let topics: [String]
    /// Facts handed over at once.
    public let batch: Int
    private let apply: @Sendable ([Fact], any Transaction) throws -> Void
    private let applied: @Sendable ([Fact]) async throws -> Void

    /// A follower called `name`.
    ///
    /// - Parameters:
    ///   - apply: writes the effect of the facts; runs again if the transaction is retried.
    ///   - applied: called after the effect is durable, for state kept in memory.
    public init(
        name: String, topics: [String], batch: Int = 500,
        apply: @escaping @Sendable ([Fact], any Transaction) throws -> Void,
        applied: @escaping @Sendable ([Fact]) async throws -> Void = { _ in }
    ) {
        self.name = name
        self.topics = topics
        self.batch = batch
        self.apply = apply
        self.applied = applied
    }

    /// Applies one batch.
    ///
    /// - Parameters:
    ///   - seen: how far this process has already looked through the journal for this follower.
    ///   - looksFirst: whether a read finds out if there is something, so that writers are not kept waiting for nothing.
    /// - Returns: whether there was anything to apply, and how far the journal was looked through.
    func step(in store: any Store, seen: Position, looksFirst: Bool) async throws -> (didApply: Bool, seen: Position) {
        // One that has not begun has to be registered.
        if looksFirst, seen != .start {
            let (facts, end) = try await store.read { [topics] in
                try Journal.facts(after: seen, topics: topics, limit: 1, in: $0)
            }
            guard !facts.isEmpty else { return (false, end) }
        }
        let (facts, seen) = try await store.write { [self] transaction in
            let row = try transaction.row(
                "SELECT epoch, sequence FROM journal_positions WHERE subscription = \(name)")
            let stored = try row.map { Position(epoch: try $0.get(0), sequence: try $0.get(1)) } ?? .start
            let (facts, seen) = try Journal.facts(
                after: max(stored, seen), topics: topics, limit: batch, in: transaction)
            // A follower that has met no fact yet is registered too, so that none is pruned before it comes.
            guard !facts.isEmpty || row == nil else { return (facts, seen) }
            try apply(facts, transaction)
            let position = facts.last?.position ?? .start
            try transaction.send(
                """
                INSERT INTO journal_positions (subscription, epoch, sequence, topics)
                VALUES (\(name), \(position.epoch), \(position.sequence), \(" \(topics.joined(separator: " ")) "))
                ON CONFLICT (subscription) DO UPDATE SET epoch = excluded.epoch, sequence = excluded.sequence,
                    topics = excluded.topics
                """)
            return (facts, seen)
        }
        guard !facts.isEmpty else { return (false, seen) }
        try await applied(facts)
        return (true, seen)
    }
}

extension Journal {
    /// Applies everything that is there now, then returns. For start-up and tests.
    ///
    /// - Parameter seen: how far this process has already looked through the journal for this follower.
    /// - Returns: how far it has now.
    @discardableResult
    public func catchUp(_ subscription: Subscription, seen: Position = .start) async throws -> Position {
        var (seen, hasApplied) = (seen, false)
        while true {
            let step = try await subscription.step(in: store, seen: seen, looksFirst: !hasApplied)
            (seen, hasApplied) = (step.seen, step.didApply)
            guard hasApplied else { return seen }
        }
    }

    /// Follows until cancelled. A batch that fails is reported and tried again at the next wake-up.
    public func follow(
        _ subscription: Subscription, onFailure report: @Sendable (any Error) -> Void = { _ in }
    ) async {
        var seen = Position.start
        for await _ in wakeups() {
            do { seen = try await catchUp(subscription, seen: seen) } catch { report(error) }
            do { try await Self.gather() } catch { return }
        }
    }

    /// Reads everything after `position` in batches, for a follower that keeps its state (and position) in memory.
    ///
    /// - Returns: how far the journal was looked through.
    public func replay(
        after position: Position, topics: [String], batch: Int = 2_000,
        _ body: @Sendable ([Fact]) async throws -> Void
    ) async throws -> Position {
        var position = position
        while true {
            let from = position
            let (facts, seen) = try await store.read {
                try Journal.facts(after: from, topics: topics, limit: batch, in: $0)
            }
            position = seen
            guard !facts.isEmpty else { return position }
            try await body(facts)
        }
    }

    /// Follows in memory from `position` until cancelled.
    public func tail(
        after position: Position, topics: [String], onFailure report: @Sendable (any Error) -> Void = { _ in },
        _ body: @Sendable ([Fact], Position) async throws -> Void
    ) async {
        var position = position
        for await _ in wakeups() {
            do {
                position = try await replay(after: position, topics: topics) { facts in
                    if let last = facts.last { try await body(facts, last.position) }
                }
            } catch {
                report(error)
            }
            do { try await Self.gather() } catch { return }
        }
    }

    /// Lets facts come together: followers that run once for many commits leave the writer to those who commit.
    ///
    /// - Throws: `CancellationError`.
    private static func gather() async throws { try await Task.sleep(for: .milliseconds(20)) }
}
