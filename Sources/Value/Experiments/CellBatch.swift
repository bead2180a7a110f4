import Foundation
import Inference
import Journal
import Kernel
import Store

/// The cells that one batch of facts changes: read at once, changed in memory, written at once.
struct CellBatch {
    /// A person in an experiment, and in a window of it.
    struct Member {
        let experiment: ExperimentID
        let person: PersonID
        let period: Int64
        let arm: Int
        let day: Int64
        /// The kind of buyer, as it is stored.
        let segment: Int64
        let exposedAt: Instant
        let earlier: Earlier
        var totals: [MetricName: Double]
        var isChanged = false
    }

    private let experiments: [ExperimentID: Experiment]
    private var cells = CellTable()
    private var arrived: [ExperimentID: Int] = [:]
    /// Rows that share a statement.
    private static let rows = 200

    init(_ experiments: [Experiment]) {
        self.experiments = Dictionary(experiments.map { ($0.id, $0) }) { first, _ in first }
    }

    // MARK: Exposures

    /// Takes the first exposure of each person; later ones change nothing.
    mutating func expose(_ exposures: [Exposure], in transaction: any Transaction) throws {
        var members: [Member] = []
        members.reserveCapacity(exposures.count)
        let histories = try Experiments.histories(of: Array(Set(exposures.map(\.person))), in: transaction)
        for exposure in exposures {
            guard let experiment = experiments[exposure.experiment], experiment.covers(exposure.time),
                experiment.terms.arms.indices.contains(exposure.arm),
                let period = experiment.terms.design.period(of: exposure.time)
            else { continue }
            let day = experiment.terms.design == .persons ? exposure.time.milliseconds / 86_400_000 : period
            let earlier = histories[exposure.person]?.earlier(at: exposure.time) ?? Earlier()
            members.append(
                Member(
                    experiment: experiment.id, person: exposure.person, period: period, arm: exposure.arm, day: day,
                    segment: Int64(Audience.Purchases(earlier).rawValue), exposedAt: exposure.time, earlier: earlier,
                    totals: [:]))
        }
        for start in stride(from: 0, to: members.count, by: Self.rows) {
            try insert(members[start..<min(start + Self.rows, members.count)], in: transaction)
        }
    }

    /// Adds those who were not there yet.
    private mutating func insert(_ members: ArraySlice<Member>, in transaction: any Transaction) throws {
        let rows: [[SQLValue]] = members.map { $0.columns + [.text($0.earlier.totals.line)] }
        let insertion = SQL(
            "INSERT INTO experiment_people (experiment, person, period, arm, day, segment, exposed_at, earlier) VALUES ",
            row: "(?, ?, ?, ?, ?, ?, ?, ?)", values: rows)
        let added = try transaction.rows(
            "\(insertion) ON CONFLICT DO NOTHING RETURNING experiment, person, period, exposed_at")
        // Of two exposures in one statement the first is in the table; which one that is, its time tells.
        var new = Set(try added.map(Joined.init))
        for member in members where new.remove(Joined(member)) != nil { try add(member, in: transaction) }
    }

    private struct Joined: Hashable {
        let experiment: ExperimentID
        let person: PersonID
        let period: Int64
        let exposedAt: Instant

        init(_ member: Member) {
            (experiment, person) = (member.experiment, member.person)
            (period, exposedAt) = (member.period, member.exposedAt)
        }

        init(_ row: SQLRow) throws {
            (experiment, person) = (try row.get(0), try row.get(1))
            (period, exposedAt) = (try row.get(2), try row.get(3))
        }
    }

    private mutating func add(_ member: Member, in transaction: any Transaction) throws {
        arrived[member.experiment, default: 0] += 1
        try cells.change(member, in: transaction) { moments in
            for metric in MetricName.allCases {
                moments[metric.place].add(x: member.earlier.covariate(of: metric), y: 0)
            }
        }
    }

    // MARK: Outcomes

    /// Counts outcomes of people who were exposed before, each event once.
    mutating func count(_ outcomes: [Outcome], at now: Instant, in transaction: any Transaction) throws {
        var members = try members(of: Array(Set(outcomes.map(\.person))), in: transaction)
        let known = outcomes.filter { members[$0.person] != nil }
        var fresh = try Self.fresh(known, at: now, in: transaction)
        for outcome in known where fresh.remove(outcome.event) != nil {
            guard var own = members[outcome.person] else { continue }
            for index in own.indices { try raise(&own[index], outcome, in: transaction) }
            members[outcome.person] = own
        }
        let changed = members.values.joined().filter(\.isChanged)
        for start in stride(from: 0, to: changed.count, by: Self.rows) {
            let rows = changed[start..<min(start + Self.rows, changed.count)].map {
                $0.columns + [.text($0.totals.line)]
            }
            let update = SQL(
                "INSERT INTO experiment_people (experiment, person, period, arm, day, segment, exposed_at, totals) VALUES ",
                row: "(?, ?, ?, ?, ?, ?, ?, ?)", values: rows)
            try transaction.send(
                "\(update) ON CONFLICT (person, experiment, period) DO UPDATE SET totals = excluded.totals")
        }
    }

    func members(
        of people: [PersonID], in transaction: any Transaction
    ) throws -> [PersonID: [Member]] {
        var found: [PersonID: [Member]] = [:]
        for start in stride(from: 0, to: people.count, by: Self.rows) {
            let group = Array(people[start..<min(start + Self.rows, people.count)])
            for row in try transaction.rows("SELECT * FROM experiment_people WHERE person IN \(list: group)") {
                let member = try Member(row)
                found[member.person, default: []].append(member)
            }
        }
        return found
    }

    /// - Returns: the events that were not counted before.
    private static func fresh(
        _ outcomes: [Outcome], at now: Instant, in transaction: any Transaction
    ) throws -> Set<String> {
        var fresh: Set<String> = []
        for start in stride(from: 0, to: outcomes.count, by: rows) {
            let group = outcomes[start..<min(start + rows, outcomes.count)]
            let insertion = SQL(
                "INSERT INTO experiment_events (event, happened_at) VALUES ", row: "(?, ?)",
                values: group.map { [.text($0.event), now.sqlValue] })
            for row in try transaction.rows("\(insertion) ON CONFLICT DO NOTHING RETURNING event") {
                fresh.insert(try row.get("event"))
            }
        }
        return fresh
    }

    private mutating func raise(
        _ member: inout Member, _ outcome: Outcome, in transaction: any Transaction
    ) throws {
        guard let experiment = experiments[member.experiment], experiment.covers(outcome.time),
            outcome.time >= member.exposedAt, experiment.terms.design.period(of: outcome.time) == member.period
        else { return }
        for (metric, amount) in outcome.amounts { try raise(&member, metric, by: amount, in: transaction) }
    }

    // MARK: Two who are one

    func isRunning(_ experiment: ExperimentID) -> Bool { experiments[experiment]?.state == .running }

    /// Takes a member out of its cell, with all that it brought.
    mutating func remove(_ member: Member, in transaction: any Transaction) throws {
        arrived[member.experiment, default: 0] -= 1
        try cells.change(member, in: transaction) { moments in
            for metric in MetricName.allCases {
                moments[metric.place].remove(
                    x: member.earlier.covariate(of: metric), y: member.totals[metric] ?? 0)
            }
        }
    }

    /// Adds what another place brought to a member's.
    mutating func give(
        _ totals: [MetricName: Double], to member: inout Member, in transaction: any Transaction
    ) throws {
        for (metric, amount) in totals where amount != 0 {
            try raise(&member, metric, by: amount, in: transaction)
        }
    }

    private mutating func raise(
        _ member: inout Member, _ metric: MetricName, by amount: Double, in transaction: any Transaction
    ) throws {
        let (old, x) = (member.totals[metric] ?? 0, member.earlier.covariate(of: metric))
        let rise = metric.rise(from: old, by: amount)
        guard rise != 0 else { return }
        try cells.change(member, in: transaction) { $0[metric.place].raise(x: x, from: old, by: rise) }
        member.totals[metric] = old + rise
        member.isChanged = true
    }

    // MARK: Writing

    /// Writes what changed, counts who arrived, and freezes what a planned look saw.
    func save(at now: Instant, in transaction: any Transaction) throws {
        try cells.save(in: transaction)
        for (id, count) in arrived {
            let people = try transaction.value(
                "UPDATE experiments SET people = people + \(count) WHERE id = \(id) RETURNING people", as: Int.self)
            guard let experiment = experiments[id], let people else { continue }
            try look(at: experiment, people, now, in: transaction)
        }
    }

    private func look(
        at experiment: Experiment, _ people: Int, _ now: Instant, in transaction: any Transaction
    ) throws {
        guard let looks = experiment.terms.looks, let planned = experiment.terms.plannedPeople else { return }
        let reached = min(looks, people * looks / planned)
        let taken = try transaction.value(
            "SELECT COUNT(*) FROM experiment_looks WHERE experiment = \(experiment.id) AND look >= \(reached)",
            as: Int.self)
        guard reached > 0, taken == 0 else { return }
        let counted = try Experiments.counted(experiment.id, in: transaction)
        let moments = counted.merged(arms: experiment.terms.arms.count)
        try transaction.send(
            """
            INSERT INTO experiment_looks (experiment, look, people, moments, taken_at)
            VALUES (\(experiment.id), \(reached), \(people), \(try Experiments.text(of: moments)), \(now))
            """)
    }
}

extension CellBatch.Member {
    /// Experiment, person, period, arm, day, segment, first exposure.
    fileprivate var columns: [SQLValue] {
        [
            experiment.sqlValue, person.sqlValue, period.sqlValue, arm.sqlValue, day.sqlValue, segment.sqlValue,
            exposedAt.sqlValue,
        ]
    }

    init(_ row: SQLRow) throws {
        experiment = try row.get("experiment")
        person = try row.get("person")
        period = try row.get("period")
        arm = try row.get("arm")
        day = try row.get("day")
        segment = try row.get("segment")
        exposedAt = try row.get("exposed_at")
        earlier = Earlier(try [MetricName: Double](line: try row.get("earlier")))
        totals = try [MetricName: Double](line: try row.get("totals"))
    }
}
