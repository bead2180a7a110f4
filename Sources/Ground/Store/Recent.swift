import Kernel
import Synchronization

/// What was read a moment ago, so that hot reads skip the store.
///
/// A value is trusted for ``lifetime`` at most, which bounds how long another node's change stays unseen; this node's own
/// changes are forgotten at once. A reader takes ``version`` before it reads and hands it back with what it read, so that
/// a value read before a change is never remembered after it.
public final class Recent<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        let value: Value
        let until: Instant
        /// From when on somebody should read it anew, so that the rest need never wait for it.
        var due: Instant
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var version = 0
    }

    private let lifetime: Duration
    private let limit: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - lifetime: how long a value is trusted.
    ///   - limit: how many values are kept; beyond it the outdated ones go, and if none is, all.
    public init(lifetime: Duration, limit: Int) {
        self.lifetime = lifetime
        self.limit = limit
    }

    /// Changes whenever something is forgotten.
    public var version: Int { state.withLock { $0.version } }

    /// The value of a key that is still trusted at `now`.
    public func find(_ key: Key, at now: Instant) -> Value? {
        state.withLock { state in state.entries[key].flatMap { $0.until > now ? $0.value : nil } }
    }

    /// The values of those keys that are still trusted at `now`.
    public func find(_ keys: some Collection<Key>, at now: Instant) -> [Key: Value] {
        var found: [Key: Value] = [:]
        found.reserveCapacity(keys.count)
        state.withLock { state in
            for key in keys {
                if let entry = state.entries[key], entry.until > now { found[key] = entry.value }
            }
        }
        return found
    }

    /// The values of those keys that are still trusted at `now`, and the keys to be read: those without a value, and
    /// those in the last two fifths of their life, each of which one caller is told and the others are not.
    ///
    /// Many callers therefore never wait at once for a value that all of them want.
    public func look(_ keys: some Collection<Key>, at now: Instant) -> (known: [Key: Value], due: [Key]) {
        var known: [Key: Value] = [:]
        known.reserveCapacity(keys.count)
        var due: [Key] = []
        state.withLock { state in
            for key in keys {
                guard let entry = state.entries[key], entry.until > now else {
                    due.append(key)
                    continue
                }
                known[key] = entry.value
                guard entry.due <= now else { continue }
                due.append(key)
                state.entries[key]?.due = entry.until
            }
        }
        return (known, due)
    }

    /// Keeps what was read while ``version`` was `version`; after a change since then it does nothing.
    public func remember(_ values: [Key: Value], at now: Instant, version: Int) {
        state.withLock { state in
            guard state.version == version else { return }
            if state.entries.count + values.count > limit {
                state.entries = state.entries.filter { $0.value.until > now }
                if state.entries.count + values.count > limit { state.entries.removeAll() }
            }
            for (key, value) in values {
                state.entries[key] = Entry(value: value, until: now + lifetime, due: now + lifetime * 3 / 5)
            }
        }
    }

    /// Forgets what has changed.
    public func forget(_ keys: some Sequence<Key>) {
        state.withLock { state in
            state.version += 1
            for key in keys { state.entries[key] = nil }
        }
    }

    /// Forgets every value for which `isOutdated` holds.
    public func forget(where isOutdated: (Value) -> Bool) {
        state.withLock { state in
            state.version += 1
            state.entries = state.entries.filter { !isOutdated($0.value.value) }
        }
    }

    /// Forgets everything.
    public func forgetAll() {
        state.withLock { state in
            state.version += 1
            state.entries.removeAll()
        }
    }
}
