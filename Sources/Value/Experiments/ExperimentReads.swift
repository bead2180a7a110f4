import Foundation
import Inference
import Kernel
import Store

/// Moments of the persons of each arm, by metric, y, with what they brought before, x: what a result is made from.
public typealias ArmMoments = [[MetricName: PairMoments]]

/// What was there at a planned look.
public struct Look: Sendable, Hashable {
    /// 1, 2, 3 …
    public let number: Int
    /// People of all arms.
    public let people: Int
    /// By arm.
    public let moments: ArmMoments
}

/// A cell with its key.
public struct Cell: Sendable, Hashable {
    /// The arm.
    public let arm: Int
    /// The metric.
    public let metric: MetricName
    /// Days since 1970 of first exposure, or the number of the window.
    public let day: Int64
    /// Persons: what they brought, y, and what they had brought before, x.
    public let moments: PairMoments
    /// What they had bought before; `nil` where it isn't known.
    public var segment: Audience.Purchases?
}

/// All that was counted in an experiment.
public struct Counted: Sendable {
    /// By day or window, in order.
    public let cells: [Cell]
    /// In order.
    public let looks: [Look]

    /// Each arm over all days.
    public func merged(arms: Int) -> ArmMoments {
        var merged = ArmMoments(repeating: [:], count: arms)
        for cell in cells where cell.arm < arms {
            merged[cell.arm][cell.metric, default: PairMoments()].merge(cell.moments)
        }
        return merged
    }
}

extension Experiments {
    /// An experiment.
    ///
    /// - Throws: `NotFound`.
    public static func find(_ id: ExperimentID, in transaction: any Transaction) throws -> Experiment {
        guard let row = try transaction.row("SELECT * FROM experiments WHERE id = \(id)") else {
            throw NotFound("experiment")
        }
        return try Experiment(row)
    }

    /// The experiments that assign people now.
    public static func running(in transaction: any Transaction) throws -> [Experiment] {
        try transaction.rows("SELECT * FROM experiments WHERE state = 'running' ORDER BY id").map(Experiment.init)
    }

    /// The experiments that measure or confirm a decision, oldest first.
    public static func of(_ decision: DecisionID, in transaction: any Transaction) throws -> [Experiment] {
        try transaction.rows("SELECT * FROM experiments WHERE decision = \(decision) ORDER BY created_at, id")
            .map(Experiment.init).filter { $0.purpose != .total }
    }

    /// Every experiment that ever started, oldest first.
    public static func started(in transaction: any Transaction) throws -> [Experiment] {
        try transaction.rows("SELECT * FROM experiments WHERE started_at IS NOT NULL ORDER BY started_at, id")
            .map(Experiment.init)
    }

    /// Those that may still be told of: running, or ended not long ago.
    static func counting(at now: Instant, in transaction: any Transaction) throws -> [Experiment] {
        let limit = now - .days(30)
        return try transaction.rows(
            """
            SELECT * FROM experiments WHERE started_at IS NOT NULL AND (ended_at IS NULL OR ended_at > \(limit))
            ORDER BY started_at, id
            """
        ).map(Experiment.init)
    }

    /// The holdouts of everything and of each programme.
    public static func holdouts(in transaction: any Transaction) throws -> [Holdout] {
        try transaction.rows("SELECT name, share FROM experiment_holdouts ORDER BY name").map {
            Holdout(name: try $0.get("name"), share: try $0.get("share"))
        }
    }

    /// Experiments, newest first.
    ///
    /// - Parameter cursor: continues after this experiment.
    public func list(after cursor: Experiment? = nil, limit: Int) async throws -> [Experiment] {
        let following: SQL = cursor.map { "WHERE (created_at, id) < (\($0.createdAt), \($0.id))" } ?? ""
        return try await store.read { transaction in
            try transaction.rows(
                "SELECT * FROM experiments \(following) ORDER BY created_at DESC, id DESC LIMIT \(limit)"
            )
            .map(Experiment.init)
        }
    }

    /// All that was counted in an experiment.
    public static func counted(_ id: ExperimentID, in transaction: any Transaction) throws -> Counted {
        let cells = try transaction.rows(
            """
            SELECT arm, metric, day, segment, moments FROM experiment_cells WHERE experiment = \(id)
            ORDER BY day, arm, segment, metric
            """)
        let looks = try transaction.rows(
            "SELECT look, people, moments FROM experiment_looks WHERE experiment = \(id) ORDER BY look")
        return Counted(
            cells: try cells.map(Cell.init),
            looks: try looks.map {
                Look(
                    number: try $0.get("look"), people: try $0.get("people"),
                    moments: try Experiments.readMoments(try $0.get("moments")))
            })
    }

    /// Somebody in an experiment.
    public struct Participant: Sendable {
        /// Their arm.
        public let arm: Int
        /// When they met it first.
        public let exposedAt: Instant
        /// What they have brought since.
        public let totals: [MetricName: Double]
        /// What they had brought before.
        public let earlier: Earlier

        init(_ row: SQLRow) throws {
            (arm, exposedAt) = (try row.get("arm"), try row.get("exposed_at"))
            totals = try [MetricName: Double](line: try row.get("totals"))
            earlier = Earlier(try [MetricName: Double](line: try row.get("earlier")))
        }
    }

    /// Hands over everybody who met an experiment, once for each window.
    public static func eachParticipant(
        in id: ExperimentID, in transaction: any Transaction, _ body: (PersonID, Participant) throws -> Void
    ) throws {
        var last: (person: PersonID, period: Int64)?
        while true {
            let following: SQL = last.map { "AND (person, period) > (\($0.person), \($0.period))" } ?? ""
            let rows = try transaction.rows(
                """
                SELECT person, period, arm, exposed_at, totals, earlier FROM experiment_people
                WHERE experiment = \(id) \(following) ORDER BY person, period LIMIT 5000
                """)
            for row in rows { try body(try row.get("person"), try Participant(row)) }
            guard rows.count == 5_000, let row = rows.last else { return }
            last = (try row.get("person"), try row.get("period"))
        }
    }

    /// Those of some people who met an experiment.
    public static func participants(
        in id: ExperimentID, among people: [PersonID], in transaction: any Transaction
    ) throws -> [PersonID: Participant] {
        var participants: [PersonID: Participant] = [:]
        for start in stride(from: 0, to: people.count, by: 200) {
            let group = Array(people[start..<min(start + 200, people.count)])
            for row in try transaction.rows(
                """
                SELECT person, arm, exposed_at, totals, earlier FROM experiment_people
                WHERE experiment = \(id) AND person IN \(list: group)
                """)
            {
                participants[try row.get(0)] = try Participant(row)
            }
        }
        return participants
    }

    /// What was counted before covariates were kept has none: each person's is zero.
    static func readMoments(_ text: String) throws -> ArmMoments {
        if let pairs = try? read(text, as: ArmMoments.self) { return pairs }
        return try read(text, as: [[MetricName: Moments]].self).map { $0.mapValues(PairMoments.init(outcome:)) }
    }

    static func read<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }
}

extension Cell {
    init(_ row: SQLRow) throws {
        arm = try row.get("arm")
        metric = try row.get("metric")
        day = try row.get("day")
        segment = Audience.Purchases(rawValue: try row.get("segment"))
        let text: String = try row.get("moments")
        let pair = try? Experiments.read(text, as: PairMoments.self)
        moments = try pair ?? PairMoments(outcome: Experiments.read(text))
    }
}

extension Experiment {
    init(_ row: SQLRow) throws {
        id = try row.get("id")
        decision = try row.get("decision")
        purpose = try row.get("purpose")
        terms = try Experiments.read(try row.get("terms"))
        state = try row.get("state")
        buckets = try Experiments.read(try row.get("buckets"))
        people = try row.get("people")
        let currency = try row.get("currency", as: Currency?.self)
        cost = try currency.map { ExperimentCost(amount: try row.get("cost"), currency: $0) }
        author = try row.get("author")
        createdAt = try row.get("created_at")
        startedAt = try row.get("started_at")
        endedAt = try row.get("ended_at")
    }
}

extension PairMoments {
    /// Outcomes of persons of whom nothing was known before.
    init(outcome: Moments) {
        self.init(
            count: outcome.count, xMean: 0, yMean: outcome.mean, xSquares: 0, ySquares: outcome.squares, products: 0)
    }
}
