import Foundation
import Kernel
import Store
import Synchronization

/// Units of work that are run together.
struct Group: Sendable {
    let jobs: [PostgresJob]
    /// What they contend for.
    let rows: String?
    /// Whether it is likely that one of them throws.
    let expectsRefusals: Bool
}

/// Work that waits for a connection; threads sleep on it.
///
/// Units of work that contend for the same rows are handed out together, and never while others of theirs run.
final class WorkQueue: Sendable {
    /// Who is next.
    private enum Turn {
        case one(PostgresJob)
        /// All who contend for the same rows.
        case contenders(String)
    }

    private struct State: ~Copyable {
        var turns: [Turn] = []
        var contenders: [String: [PostgresJob]] = [:]
        /// Rows that a group is at work on.
        var taken: Set<String> = []
        /// Rows that some were refused of in the last group: what is sold out stays sold out for a while.
        var refused: Set<String> = []
        var count = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let changed = DispatchSemaphore(value: 0)
    private let limit: Int
    private let groupLimit: Int

    init(limit: Int, groupLimit: Int) {
        self.limit = limit
        self.groupLimit = groupLimit
    }

    func add(_ job: PostgresJob) -> StoreError? {
        let refusal = state.withLock { state -> StoreError? in
            if state.isClosed { return .unavailable("closing") }
            if state.count >= limit { return .overloaded }
            state.count += 1
            guard let rows = job.rows else {
                state.turns.append(.one(job))
                return nil
            }
            if state.contenders[rows] == nil { state.turns.append(.contenders(rows)) }
            state.contenders[rows, default: []].append(job)
            return nil
        }
        if refusal == nil { changed.signal() }
        return refusal
    }

    /// The next group, or `nil` once the queue is closed and empty. Blocks the calling thread. Every group is to be handed
    /// back to ``finished(_:)``.
    func next() -> Group? {
        while true {
            changed.wait()
            let (group, isOver) = state.withLock { (takeGroup(&$0), $0.isClosed && $0.count == 0) }
            if let group { return group }
            guard isOver else { continue }
            // Closing wakes one thread, which wakes the next.
            changed.signal()
            return nil
        }
    }

    /// Lets others contend for the rows of `group`.
    func finished(_ group: Group, hasRefusals: Bool) {
        guard let rows = group.rows else { return }
        state.withLock { state in
            state.taken.remove(rows)
            if hasRefusals { state.refused.insert(rows) } else { state.refused.remove(rows) }
        }
        // What waited for these rows was passed over when its own signal came.
        changed.signal()
    }

    func close() {
        state.withLock { $0.isClosed = true }
        changed.signal()
    }

    private func takeGroup(_ state: inout State) -> Group? {
        let free = state.turns.firstIndex { turn in
            if case .contenders(let rows) = turn { !state.taken.contains(rows) } else { true }
        }
        guard let free else { return nil }
        switch state.turns.remove(at: free) {
        case .one(let job):
            state.count -= 1
            return Group(jobs: [job], rows: nil, expectsRefusals: false)
        case .contenders(let rows):
            state.taken.insert(rows)
            let waiting = state.contenders.removeValue(forKey: rows) ?? []
            let jobs = Array(waiting.prefix(groupLimit))
            if waiting.count > groupLimit {
                state.contenders[rows] = Array(waiting.dropFirst(groupLimit))
                state.turns.append(.contenders(rows))
            }
            state.count -= jobs.count
            return Group(jobs: jobs, rows: rows, expectsRefusals: state.refused.contains(rows))
        }
    }
}

/// A thread that owns one connection, reconnects it when it breaks, and works the queue.
final class ConnectionThread: Sendable {
    private let configuration: PostgresStore.Configuration
    private let queue: WorkQueue
    private let number: Int
    private let ended = AsyncStream.makeStream(of: Void.self)

    init(_ configuration: PostgresStore.Configuration, queue: WorkQueue, number: Int) {
        self.configuration = configuration
        self.queue = queue
        self.number = number
    }

    func start() {
        let thread = Thread { [self] in
            work()
            ended.continuation.finish()
        }
        thread.name = "quanyu.store.\(number)"
        thread.start()
    }

    func finished() async {
        for await _ in ended.stream {}
    }

    private func work() {
        var connection: PostgresConnection?
        while let group = queue.next() {
            var hasRefusals = false
            do {
                let usable = try usableConnection(connection)
                connection = usable
                hasRefusals = run(group.jobs, on: usable, isGuarded: group.expectsRefusals)
            } catch {
                connection = nil
                for job in group.jobs { job.refuse(error) }
            }
            queue.finished(group, hasRefusals: hasRefusals)
        }
    }

    private func usableConnection(_ connection: PostgresConnection?) throws(StoreError) -> PostgresConnection {
        if let connection, connection.isUsable { return connection }
        return try PostgresConnection(configuration.connection)
    }

    /// - Returns: whether one of several threw.
    private func run(_ jobs: [PostgresJob], on connection: PostgresConnection, isGuarded: Bool) -> Bool {
        var isGuarded = isGuarded
        var pause = 0.001
        for _ in 1...configuration.attempts {
            var attempt = GroupAttempt(jobs, on: connection, isGuarded: isGuarded)
            if case .unguarded = attempt.outcome {
                isGuarded = true
                attempt = GroupAttempt(jobs, on: connection, isGuarded: true)
            }
            switch attempt.outcome {
            case .settled: return attempt.hasRefusals
            case .failed(let error):
                // One of them broke the transaction of all; alone, only that one fails.
                if jobs.count > 1 {
                    for job in jobs { _ = run([job], on: connection, isGuarded: false) }
                } else {
                    for job in jobs { job.refuse(error) }
                }
                return attempt.hasRefusals
            case .conflict, .unguarded:
                // Competing threads must not meet again in step.
                Thread.sleep(forTimeInterval: Double.random(in: 0...pause))
                pause = min(pause * 2, 0.1)
            }
        }
        for job in jobs { job.refuse(StoreError.contention) }
        return isGuarded
    }
}
