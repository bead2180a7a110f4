import Foundation
import Inference
import Journal
import Kernel
import Store

extension Experiments {
    /// Turns exposures and outcomes into cells. Facts, cells and the position move in one transaction, so each fact takes
    /// effect exactly once however often a batch is tried.
    public var follower: Subscription {
        Subscription(name: "experiments", topics: [Exposure.topic] + Outcome.topics, batch: 2_000) {
            [self] facts, transaction in try apply(facts, in: transaction)
        }
    }

    /// Forgets which events were counted before `limit`; so long after, none of them is told again.
    ///
    /// - Returns: how many there were.
    public static func forgetEvents(before limit: Instant, in transaction: any Transaction) throws -> Int {
        try transaction.run("DELETE FROM experiment_events WHERE happened_at < \(limit)")
    }

    /// Applies facts in order, exposures first: a slate's exposure and the tap on it may stand in one batch the other way
    /// round, and what counts is the time at which they happened.
    package func apply(_ facts: [Fact], in transaction: any Transaction) throws {
        let now = source.now
        let decoder = JSONDecoder()
        var exposures: [Exposure] = []
        var outcomes: [Outcome] = []
        for fact in facts {
            if fact.topic == Exposure.topic {
                if let exposure = try? Exposure.read(fact.payload, with: decoder) { exposures.append(exposure) }
            } else if let outcome = Outcome(fact, decoder) {
                outcomes.append(outcome)
            }
        }
        guard !exposures.isEmpty || !outcomes.isEmpty else { return }
        let experiments = try Self.started(in: transaction)
        guard !experiments.isEmpty else { return }
        var batch = CellBatch(experiments)
        try batch.expose(exposures, in: transaction)
        try batch.count(outcomes, at: now, in: transaction)
        try batch.save(at: now, in: transaction)
    }
}

/// The cells that one batch of facts changes: read at once, changed in memory, written at once.
private struct CellBatch {
    /// Where moments are kept.
    struct Key: Hashable {
        let experiment: ExperimentID
        let arm: Int
        let metric: MetricName
        let day: Int64
    }

    /// A person in an experiment, and in a window of it.
    struct Member {
        let experiment: ExperimentID
        let person: PersonID
        let period: Int64
        let arm: Int
        let day: Int64
        let exposedAt: Instant
        var totals: [MetricName: Double]
        var isChanged = false
    }

    private let experiments: [ExperimentID: Experiment]
    private var cells: [Key: Moments] = [:]
    private var read: Set<[String]> = []
    private var changed: Set<Key> = []
    private var arrived: [ExperimentID: Int] = [:]

    init(_ experiments: [Experiment]) {
        self.experiments = Dictionary(experiments.map { ($0.id, $0) }) { first, _ in first }
    }

    // MARK: Exposures

    /// Takes the first exposure of each person; later ones change nothing.
    mutating func expose(_ exposures: [Exposure], in transaction: any Transaction) throws {
        var members: [Member] = []
        for exposure in exposures {
            guard let experiment = experiments[exposure.experiment], experiment.covers(exposure.time),
                experiment.terms.arms.indices.contains(exposure.arm),
                let period = experiment.terms.design.period(of: exposure.time)
            else { continue }
            let day = experiment.terms.design == .persons ? exposure.time.milliseconds / 86_400_000 : period
            members.append(
                Member(
                    experiment: experiment.id, person: exposure.person, period: period, arm: exposure.arm, day: day,
                    exposedAt: exposure.time, totals: [:]))
        }
        for start in stride(from: 0, to: members.count, by: 100) {
            let group = Array(members[start..<min(start + 100, members.count)])
            for member in try Self.insert(group, in: transaction) { try add(member, in: transaction) }
        }
    }

    /// - Returns: those who were not there yet.
    private static func insert(_ members: [Member], in transaction: any Transaction) throws -> [Member] {
        let rows: [[SQLValue]] = members.map {
            [
                $0.experiment.sqlValue, $0.person.sqlValue, $0.period.sqlValue, $0.arm.sqlValue, $0.day.sqlValue,
                $0.exposedAt.sqlValue,
            ]
        }
        let insertion = SQL(
            "INSERT INTO experiment_people (experiment, person, period, arm, day, exposed_at) VALUES ",
            row: "(?, ?, ?, ?, ?, ?)", values: rows)
        return try transaction.rows("\(insertion) ON CONFLICT DO NOTHING RETURNING *").map(Member.init)
    }

    private mutating func add(_ member: Member, in transaction: any Transaction) throws {
        try load(member.experiment, member.day, in: transaction)
        arrived[member.experiment, default: 0] += 1
        for metric in MetricName.allCases {
            let key = Key(experiment: member.experiment, arm: member.arm, metric: metric, day: member.day)
            cells[key, default: Moments()].add(0)
            changed.insert(key)
        }
    }

    // MARK: Outcomes

    /// Counts outcomes of people who were exposed before, each event once.
    mutating func count(_ outcomes: [Outcome], at now: Instant, in transaction: any Transaction) throws {
        var members = try members(of: Array(Set(outcomes.map(\.person))), in: transaction)
        let known = outcomes.filter { members[$0.person] != nil }
        let fresh = try Self.fresh(known, at: now, in: transaction)
        var seen: Set<String> = []
        for outcome in known where fresh.contains(outcome.event) && seen.insert(outcome.event).inserted {
            guard var own = members[outcome.person] else { continue }
            for index in own.indices { try raise(&own[index], outcome, in: transaction) }
            members[outcome.person] = own
        }
        for member in members.values.joined() where member.isChanged {
            try transaction.send(
                """
                UPDATE experiment_people SET totals = \(try Experiments.text(of: member.totals))
                WHERE person = \(member.person) AND experiment = \(member.experiment) AND period = \(member.period)
                """)
        }
    }

    private func members(
        of people: [PersonID], in transaction: any Transaction
    ) throws -> [PersonID: [Member]] {
        var found: [PersonID: [Member]] = [:]
        for start in stride(from: 0, to: people.count, by: 200) {
            let group = Array(people[start..<min(start + 200, people.count)])
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
        for start in stride(from: 0, to: outcomes.count, by: 200) {
            let group = outcomes[start..<min(start + 200, outcomes.count)]
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
        try load(member.experiment, member.day, in: transaction)
        for (metric, amount) in outcome.amounts {
            let old = member.totals[metric] ?? 0
            let rise = Metric(metric).rise(from: old, by: amount)
            guard rise != 0 else { continue }
            let key = Key(experiment: member.experiment, arm: member.arm, metric: metric, day: member.day)
            cells[key, default: Moments()].replace(old, by: old + rise)
            changed.insert(key)
            member.totals[metric] = old + rise
            member.isChanged = true
        }
    }

    // MARK: Cells

    private mutating func load(_ experiment: ExperimentID, _ day: Int64, in transaction: any Transaction) throws {
        guard read.insert(["\(experiment)", "\(day)"]).inserted else { return }
        for row in try transaction.rows(
            """
            SELECT arm, metric, day, moments FROM experiment_cells WHERE experiment = \(experiment) AND day = \(day)
            """)
        {
            let cell = try Cell(row)
            cells[Key(experiment: experiment, arm: cell.arm, metric: cell.metric, day: day)] = cell.moments
        }
    }

    /// Writes what changed, counts who arrived, and freezes what a planned look saw.
    func save(at now: Instant, in transaction: any Transaction) throws {
        for key in changed {
            guard let moments = cells[key] else { continue }
            try transaction.send(
                """
                INSERT INTO experiment_cells (experiment, arm, metric, day, people, moments)
                VALUES (\(key.experiment), \(key.arm), \(key.metric.rawValue), \(key.day), \(moments.count),
                    \(try Experiments.text(of: moments)))
                ON CONFLICT (experiment, day, arm, metric)
                DO UPDATE SET people = excluded.people, moments = excluded.moments
                """)
        }
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
    init(_ row: SQLRow) throws {
        experiment = try row.get("experiment")
        person = try row.get("person")
        period = try row.get("period")
        arm = try row.get("arm")
        day = try row.get("day")
        exposedAt = try row.get("exposed_at")
        totals = try Experiments.read(try row.get("totals"))
    }
}
