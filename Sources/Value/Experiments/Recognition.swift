import Foundation
import Inference
import Journal
import Kernel
import Store

/// A visitor turned out to be a person, as the room of people tells it; read by its published members.
struct Recognition: Decodable {
    static let topic = "people.visitor_recognised"
    let visitor: PersonID
    let person: PersonID
}

/// A person stays in the arm that they met as a visitor: whoever keeps assignments in memory adds it.
public struct AssignmentKept: FactContent {
    public static let topic = "value.assignment_kept"
    /// The experiment.
    public let experiment: ExperimentID
    /// The person.
    public let person: PersonID
    /// The arm.
    public let arm: Int
    public var key: String { person.description }
}

extension Experiments {
    /// The arms that persons keep from their time as visitors, in running experiments.
    static func kept(in transaction: any Transaction) throws -> [ExperimentID: [PersonID: Int]] {
        var kept: [ExperimentID: [PersonID: Int]] = [:]
        for row in try transaction.rows(
            """
            SELECT k.experiment, k.person, k.arm FROM experiment_kept k JOIN experiments e ON e.id = k.experiment
            WHERE e.state = 'running'
            """)
        {
            kept[try row.get(0), default: [:]][try row.get(1)] = try row.get(2)
        }
        return kept
    }

    /// Keeps arms for persons and tells other nodes.
    func keep(_ arms: [AssignmentKept], in transaction: any Transaction) throws {
        for kept in arms {
            try transaction.send(
                """
                INSERT INTO experiment_kept (experiment, person, arm)
                VALUES (\(kept.experiment), \(kept.person), \(kept.arm))
                ON CONFLICT (experiment, person) DO UPDATE SET arm = excluded.arm
                """)
        }
        try journal.append(arms, at: source.now, in: transaction)
    }

    /// Two histories of one person become one.
    static func mergeHistory(_ recognition: Recognition, in transaction: any Transaction) throws {
        let both = try histories(of: [recognition.visitor, recognition.person], in: transaction)
        guard var history = both[recognition.visitor] else { return }
        if let own = both[recognition.person] { history.merge(own) }
        try keep([recognition.person: history], in: transaction)
        try transaction.send("DELETE FROM experiment_history WHERE person = \(recognition.visitor)")
    }
}

extension CellBatch {
    /// The visitor's and the person's places become the person's one place: the first assignment stays, with what both
    /// brought.
    ///
    /// - Returns: the arms that the person keeps though the hash may say another.
    mutating func recognise(
        _ recognition: Recognition, in transaction: any Transaction
    ) throws -> [AssignmentKept] {
        let (visitor, person) = (recognition.visitor, recognition.person)
        guard visitor != person else { return [] }
        let places = try members(of: [visitor, person], in: transaction)
        let own = places[person] ?? []
        var kept: [AssignmentKept] = []
        for former in places[visitor] ?? [] {
            let twin = own.first { $0.experiment == former.experiment && $0.period == former.period }
            if let twin {
                try join(former, twin, in: transaction)
            } else {
                try transaction.send(
                    """
                    UPDATE experiment_people SET person = \(person) WHERE person = \(visitor)
                        AND experiment = \(former.experiment) AND period = \(former.period)
                    """)
            }
            let isFirst = twin.map { former.exposedAt < $0.exposedAt } ?? true
            if isFirst, former.period == 0, isRunning(former.experiment) {
                kept.append(AssignmentKept(experiment: former.experiment, person: person, arm: former.arm))
            }
        }
        return kept
    }

    /// Takes the later of two places out of its cells and adds what it brought to the first.
    private mutating func join(_ visitor: Member, _ person: Member, in transaction: any Transaction) throws {
        let isVisitorFirst = visitor.exposedAt < person.exposedAt
        var first = isVisitorFirst ? visitor : person
        let later = isVisitorFirst ? person : visitor
        try remove(later, in: transaction)
        try give(later.totals, to: &first, in: transaction)
        try transaction.send(
            """
            DELETE FROM experiment_people WHERE person = \(visitor.person) AND experiment = \(visitor.experiment)
                AND period = \(visitor.period)
            """)
        try transaction.send(
            """
            UPDATE experiment_people SET arm = \(first.arm), day = \(first.day), segment = \(first.segment),
                exposed_at = \(first.exposedAt), earlier = \(first.earlier.totals.line), totals = \(first.totals.line)
            WHERE person = \(person.person) AND experiment = \(person.experiment) AND period = \(person.period)
            """)
    }
}
