import Foundation

/// An IANA time zone such as `Asia/Shanghai`, in which somebody means a time of day. Moments are kept in UTC; the zone
/// says how they were meant and how they are shown.
public struct TimeZoneName: Hashable, Sendable {
    /// The name.
    public let text: String
    private let zone: TimeZone

    /// China time.
    public static let shanghai = TimeZoneName(known: "Asia/Shanghai", seconds: 8 * 3_600)

    private init(known text: String, seconds: Int) {
        self.text = text
        zone = TimeZone(identifier: text) ?? TimeZone(secondsFromGMT: seconds) ?? .gmt
    }

    /// Reads a name of the IANA database.
    ///
    /// - Throws: ``InvalidField``.
    public init(_ text: String) throws(InvalidField) {
        // Foundation takes "GMT+8" and abbreviations too, which say nothing of summer time.
        guard text.utf8.count <= 60, text == "UTC" || text.contains("/"), let zone = TimeZone(identifier: text) else {
            throw InvalidField(
                "zone", "must be an IANA time zone such as Asia/Shanghai.", zh: "须为 IANA 时区，例如 Asia/Shanghai。")
        }
        self.text = text
        self.zone = zone
    }

    /// The moment of a local time `2026-03-01T08:00` (what browsers send for `datetime-local`); `nil` for other text.
    public func instant(local text: String) -> Instant? {
        guard let match = text.wholeMatch(of: /(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::\d{2})?/),
            let year = Int(match.1), let month = Int(match.2), let day = Int(match.3), let hour = Int(match.4),
            let minute = Int(match.5), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60
        else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let parts = DateComponents(year: year, month: month, day: day, hour: hour, minute: minute)
        guard let date = calendar.date(from: parts) else { return nil }
        return Instant(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded()))
    }

    /// The local time of a moment, `2026-03-01T08:00`.
    public func local(_ instant: Instant) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let date = Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000)
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute], from: date)
        func digits(_ value: Int?, _ width: Int) -> String {
            let text = String(value ?? 0)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return "\(digits(parts.year, 4))-\(digits(parts.month, 2))-\(digits(parts.day, 2))"
            + "T\(digits(parts.hour, 2)):\(digits(parts.minute, 2))"
    }
}
