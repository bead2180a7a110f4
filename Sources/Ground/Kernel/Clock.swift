import Foundation

/// A moment, in whole milliseconds since 1970 in UTC.
public struct Instant: Hashable, Sendable, Comparable, Codable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64

    /// The moment `milliseconds` after 1970.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

    /// This moment moved by a duration, cut to whole milliseconds.
    public static func + (instant: Self, duration: Duration) -> Self {
        Self(milliseconds: instant.milliseconds + duration.milliseconds)
    }

    /// This moment moved back by a duration.
    public static func - (instant: Self, duration: Duration) -> Self {
        Self(milliseconds: instant.milliseconds - duration.milliseconds)
    }

    /// RFC 3339 in UTC with milliseconds, `2026-03-01T08:00:00.000Z`.
    public var rfc3339: String {
        // The style cuts what is below a millisecond, and most milliseconds are a hair below themselves in binary.
        Date(timeIntervalSince1970: (Double(milliseconds) + 0.5) / 1000).formatted(
            Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// Reads RFC 3339 with or without fractional seconds; `nil` when the text is neither.
    public init?(rfc3339 text: String) {
        let styles = [Date.ISO8601FormatStyle(), Date.ISO8601FormatStyle(includingFractionalSeconds: true)]
        guard let date = styles.lazy.compactMap({ try? $0.parse(text) }).first else { return nil }
        self.init(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded()))
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Self(rfc3339: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "is not an RFC 3339 time")
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rfc3339)
    }
}

extension Duration {
    /// Whole milliseconds, cut towards zero.
    public var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }

    /// `count` minutes.
    public static func minutes(_ count: Int64) -> Duration { .seconds(count * 60) }
    /// `count` hours.
    public static func hours(_ count: Int64) -> Duration { .seconds(count * 3_600) }
    /// `count` days of 24 hours.
    public static func days(_ count: Int64) -> Duration { .seconds(count * 86_400) }

    /// The time from payment in which a shop has to ship. Who judges shops and who ranks goods call the same thing late.
    public static let shippingTime = hours(48)
}

/// Where time and new identifiers come from; injected so that tests and simulations repeat from a seed.
public struct Source: Sendable {
    private let currentTime: @Sendable () -> Instant
    private let randomBits: @Sendable () -> UInt64

    /// A source that reads time and random bits from the given closures.
    public init(now: @escaping @Sendable () -> Instant, random: @escaping @Sendable () -> UInt64) {
        currentTime = now
        randomBits = random
    }

    /// The machine's clock and its secure random generator.
    public static let system = Source(
        now: { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) },
        random: {
            var generator = SystemRandomNumberGenerator()
            return generator.next()
        })

    /// The present moment.
    public var now: Instant { currentTime() }

    /// 64 random bits.
    public func random() -> UInt64 { randomBits() }

    /// A new identifier: 48 bits of time, 80 random bits.
    public func identifier<Kind>(_ kind: Kind.Type = Kind.self) -> Identifier<Kind> {
        let low = UInt128(random()) | UInt128(random() & 0xFFFF) << 64
        return Identifier(rawValue: Identifier<Kind>(earliestAt: now).rawValue | low)
    }

    /// `count` secret random bytes as lower-case hexadecimal digits.
    public func secret(bytes count: Int) -> String {
        var text = ""
        while text.utf8.count < count * 2 {
            let word = String(random(), radix: 16)
            text += String(repeating: "0", count: 16 - word.utf8.count) + word
        }
        return String(text.prefix(count * 2))
    }
}

extension Identifier {
    /// The first identifier that can be made at an instant: all made before it are less.
    public init(earliestAt instant: Instant) {
        self.init(rawValue: UInt128(UInt64(bitPattern: instant.milliseconds) & 0xFFFF_FFFF_FFFF) << 80)
    }
}
