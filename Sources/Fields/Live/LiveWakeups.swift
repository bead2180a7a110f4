import Kernel
import Synchronization

/// Tells open pages that their room changed.
final class LiveWakeups: Sendable {
    private typealias Listeners = [LiveSessionID: [Int: AsyncStream<Void>.Continuation]]
    private struct State {
        var listeners: Listeners = [:]
        var next = 0
    }

    private let state = Mutex(State())

    /// Wakes the pages of a session on this node.
    func wake(_ session: LiveSessionID) {
        state.withLock { state in for listener in (state.listeners[session] ?? [:]).values { listener.yield() } }
    }

    /// Yields at each change and every second; several melt into one.
    func stream(of session: LiveSessionID) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.next += 1
            state.listeners[session, default: [:]][state.next] = continuation
            return state.next
        }
        let ticks = Task {
            while (try? await Task.sleep(for: .seconds(1))) != nil { continuation.yield() }
        }
        continuation.onTermination = { [weak self] _ in
            ticks.cancel()
            self?.leave(number, session)
        }
        continuation.yield()
        return stream
    }

    private func leave(_ number: Int, _ session: LiveSessionID) {
        state.withLock { state in
            state.listeners[session]?[number] = nil
            if state.listeners[session]?.isEmpty == true { state.listeners[session] = nil }
        }
    }
}
