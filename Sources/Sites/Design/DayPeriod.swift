import Foundation
import HTTP
import Hummingbird
import Kernel

/// Whole days in UTC as two date fields of a form, the last day included.
struct DayPeriod {
    static let style = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day()
    let from: String
    let until: String

    init(from: String, until: String) {
        self.from = from
        self.until = until
    }

    /// What the fields `from` and `until` of a query say; the last `days` days, today included, where they say nothing.
    init(_ request: Request, last days: Int64, until now: Instant) {
        from = request.query("from") ?? Self.text(now - .days(days - 1))
        until = request.query("until") ?? Self.text(now)
    }

    /// - Throws: ``InvalidField``.
    var period: Range<Instant> {
        get throws {
            guard let first = Self.start(of: from), let last = Self.start(of: until), first <= last else {
                throw InvalidField("until", "must be a day from the first one on.", zh: "结束日期不能早于开始日期。")
            }
            return first..<(last + .days(1))
        }
    }

    /// For links to the same period.
    var query: String { "from=\(from.queryEscaped)&until=\(until.queryEscaped)" }

    static func text(_ instant: Instant) -> String {
        Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000).formatted(style)
    }

    private static func start(of day: String) -> Instant? {
        (try? style.parse(day)).map { Instant(milliseconds: Int64($0.timeIntervalSince1970) * 1000) }
    }
}
