import Foundation
import Kernel
import Store
import Synchronization

/// Work that waits for a connection; threads sleep on it.
final class WorkQueue: Sendable {
    private struct State: ~Copyable {
        var jobs: [PostgresJob] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    func add(_ job: PostgresJob) -> StoreError? {
        let refusal = state.withLock { state -> StoreError? in
            if state.isClosed { return .unavailable("closing") }
            if state.jobs.count >= limit { return .overloaded }
            state.jobs.append(job)
            return nil
        }
        if refusal == nil { available.signal() }
        return refusal
    }

    /// The next job, or `nil` once the queue is closed and empty. Blocks the calling thread.
    func next() -> PostgresJob? {
        available.wait()
        let job = state.withLock { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
        // Closing wakes one thread, which wakes the next.
        if job == nil { available.signal() }
        return job
    }

    func close() {
        state.withLock { $0.isClosed = true }
        available.signal()
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
        while let job = queue.next() {
            do {
                let usable = try usableConnection(connection)
                connection = usable
                run(job, on: usable)
            } catch {
                connection = nil
                job.refuse(error)
            }
        }
    }

    private func usableConnection(_ connection: PostgresConnection?) throws(StoreError) -> PostgresConnection {
        if let connection, connection.isUsable { return connection }
        return try PostgresConnection(configuration.connection)
    }

    private func run(_ job: PostgresJob, on connection: PostgresConnection) {
        var pause = 0.001
        for attempt in 1...configuration.attempts {
            if job.attempt(connection, attempt == configuration.attempts) { return }
            // Competing threads must not meet again in step.
            Thread.sleep(forTimeInterval: Double.random(in: 0...pause))
            pause = min(pause * 2, 0.1)
        }
    }
}
