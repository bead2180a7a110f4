import Foundation
import Kernel
import Store

/// What a person brought before an experiment could touch them: their covariates, and who they are alike.
public struct Earlier: Sendable, Hashable, Codable {
    /// By metric, over the ``History/weeks`` whole weeks before.
    public var totals: [MetricName: Double]

    /// Sums by metric.
    public init(_ totals: [MetricName: Double] = [:]) { self.totals = totals }

    /// The covariate of a metric: what it was before, counted as the metric counts.
    public func covariate(of metric: MetricName) -> Double {
        let total = totals[metric] ?? 0
        return metric.isEver ? min(1, total) : total
    }
}

/// A person's latest weeks. Only whole weeks before a moment count at that moment, so nothing that an exposure can have
/// changed is ever taken for what was there before.
struct History: Sendable, Hashable {
    /// Whole weeks that count.
    static let weeks: Int64 = 4
    private static let week: Int64 = 7 * 86_400_000

    private var sums: [Int64: [MetricName: Double]] = [:]

    /// Weeks since 1970.
    static func week(of time: Instant) -> Int64 { time.milliseconds / week }

    /// The last week that holds anything.
    var latest: Int64 { sums.keys.max() ?? 0 }

    init() {}

    mutating func add(_ outcome: Outcome) {
        let week = Self.week(of: outcome.time)
        for (metric, amount) in outcome.amounts { sums[week, default: [:]][metric, default: 0] += amount }
        // One week more than counts is kept, since the present one doesn't.
        guard sums.count > Self.weeks + 1 else { return }
        let oldest = latest - Self.weeks
        sums = sums.filter { $0.key >= oldest }
    }

    /// Two histories of one person as one.
    mutating func merge(_ other: History) {
        for (week, totals) in other.sums { sums[week, default: [:]].merge(totals, uniquingKeysWith: +) }
    }

    /// What was there before the week of `time`.
    func earlier(at time: Instant) -> Earlier {
        let now = Self.week(of: time)
        var totals: [MetricName: Double] = [:]
        for (week, sums) in sums where (now - Self.weeks..<now).contains(week) {
            totals.merge(sums, uniquingKeysWith: +)
        }
        return Earlier(totals)
    }

    // MARK: Text

    init(text: String) throws {
        for part in text.split(separator: ";") {
            let halves = part.split(separator: ":", maxSplits: 1)
            guard halves.count == 2, let week = Int64(halves[0]) else { continue }
            sums[week] = try [MetricName: Double](line: String(halves[1]))
        }
    }

    /// `2931:paid_orders 2.0;2932:refunds 1.0`
    var text: String { sums.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.line)" }.joined(separator: ";") }
}

extension Experiments {
    /// What a person brought in the whole weeks before `now`.
    public static func earlier(
        of person: PersonID, at now: Instant, in transaction: any Transaction
    ) throws -> Earlier {
        try histories(of: [person], in: transaction)[person]?.earlier(at: now) ?? Earlier()
    }

    /// Forgets histories of which nothing counts any more.
    ///
    /// - Returns: how many there were.
    public static func forgetHistories(before limit: Instant, in transaction: any Transaction) throws -> Int {
        try transaction.run("DELETE FROM experiment_history WHERE week < \(History.week(of: limit) - History.weeks)")
    }

    static func histories(
        of people: [PersonID], in transaction: any Transaction
    ) throws -> [PersonID: History] {
        var found: [PersonID: History] = [:]
        for start in stride(from: 0, to: people.count, by: 200) {
            let group = Array(people[start..<min(start + 200, people.count)])
            for row in try transaction.rows(
                "SELECT person, weeks FROM experiment_history WHERE person IN \(list: group)")
            {
                found[try row.get(0)] = try History(text: try row.get(1))
            }
        }
        return found
    }

    static func keep(_ histories: [PersonID: History], in transaction: any Transaction) throws {
        // Sorted, so that two who write never wait for each other.
        let all = histories.sorted { $0.key < $1.key }
        for start in stride(from: 0, to: all.count, by: 200) {
            let insertion = SQL(
                "INSERT INTO experiment_history (person, week, weeks) VALUES ", row: "(?, ?, ?)",
                values: all[start..<min(start + 200, all.count)].map {
                    [$0.key.sqlValue, .integer($0.value.latest), .text($0.value.text)]
                })
            try transaction.send(
                "\(insertion) ON CONFLICT (person) DO UPDATE SET week = excluded.week, weeks = excluded.weeks")
        }
    }
}
