import Kernel
import Synchronization

/// A token bucket per caller, in memory: a node limits what reaches it.
public final class RateLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var filledAt: Instant
    }

    private let capacity: Double
    private let perSecond: Double
    private let source: Source
    private let buckets = Mutex<[String: Bucket]>([:])

    /// - Parameters:
    ///   - capacity: requests that may come at once.
    ///   - interval: time in which one request is given back.
    public init(capacity: Int, every interval: Duration, source: Source) {
        self.capacity = Double(capacity)
        self.perSecond = 1000 / Double(max(1, interval.milliseconds))
        self.source = source
    }

    /// Takes one request from the caller's bucket.
    ///
    /// - Throws: ``TooManyRequests`` when it is empty.
    public func take(_ caller: String) throws {
        let now = source.now
        let wait = buckets.withLock { buckets -> Double? in
            // Full buckets carry no memory worth keeping.
            if buckets.count > 50_000 { buckets = buckets.filter { filled($0.value, at: now) < capacity } }
            var bucket = buckets[caller] ?? Bucket(tokens: capacity, filledAt: now)
            bucket.tokens = filled(bucket, at: now)
            bucket.filledAt = now
            defer { buckets[caller] = bucket }
            guard bucket.tokens >= 1 else { return (1 - bucket.tokens) / perSecond }
            bucket.tokens -= 1
            return nil
        }
        if let wait { throw TooManyRequests(seconds: max(1, Int(wait.rounded(.up)))) }
    }

    private func filled(_ bucket: Bucket, at now: Instant) -> Double {
        let elapsed = Double(max(0, now.milliseconds - bucket.filledAt.milliseconds)) / 1000
        return min(capacity, bucket.tokens + elapsed * perSecond)
    }
}

/// The caller asked too often.
public struct TooManyRequests: Problem, Equatable {
    /// When to try again.
    public let seconds: Int

    /// Try again in `seconds`.
    public init(seconds: Int) { self.seconds = seconds }

    public var details: ProblemDetails {
        ProblemDetails(
            .tooMany, "too-many-requests", "Too many attempts. Try again in \(seconds) seconds.",
            zh: "尝试过于频繁，请在 \(seconds) 秒后再试。", retryAfter: seconds)
    }
}
