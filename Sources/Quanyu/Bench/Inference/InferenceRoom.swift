import Decisions
import Experiments
import Flows
import Foundation
import Journal
import Kernel
import Store
import StoreSQLite

/// How fast the room of experiments is, with the store below it: exposures made durable and followed into cells, and a
/// result read back from thirty days of cells.
enum InferenceRoom {
    private static let people = 50_000

    static func figures() async throws -> [BenchReport.Figure] {
        let folder = NSTemporaryDirectory() + "bench-experiments-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try SQLiteStore(path: folder + "/market.sqlite")
        try await store.migrate(Marketplace.migrations)
        let journal = Journal(store: store)
        let room = Experiments(store: store, journal: journal, source: .system)
        let decisions = Decisions(store: store, journal: journal, source: .system)
        let (id, start) = try await store.write { try Self.begin(room, decisions, in: $0) }
        let appended = try await appending(id, start, store, journal)
        let clock = ContinuousClock()
        let followed = try await clock.measure { _ = try await journal.catchUp(room.follower) }
        let result = try await reading(id, store)
        await store.close()
        let facts = Double(people * 2)
        return [
            .init(name: "exposures appended to the journal, SQLite", value: facts / 2 / appended, unit: "exposures/s"),
            .init(
                name: "exposures and outcomes followed into cells, SQLite", value: facts / followed.seconds,
                unit: "facts/s"),
            .init(name: "a result from thirty days of cells, store included", value: result * 1e3, unit: "ms"),
        ]
    }

    private static func begin(
        _ room: Experiments, _ decisions: Decisions, in transaction: any Transaction
    ) throws -> (ExperimentID, Instant) {
        let now = Kernel.Source.system.now
        var terms = DecisionTerms.example
        (terms.startsAt, terms.endsAt, terms.reviewAt) = (now, now + .days(30), now + .days(60))
        let person = PersonID(rawValue: 1)
        let decision = try decisions.draft(terms, by: person, in: transaction)
        try decisions.apply(.start, to: decision, note: "", by: person, in: transaction)
        let arms = [Arm(name: "a", share: 5_000, treatment: nil), Arm(name: "b", share: 5_000, treatment: "b")]
        let id = try room.draft(
            ExperimentTerms(name: "Bench", arms: arms, share: 10_000, leastWorthwhile: 1), of: decision, by: person,
            in: transaction)
        let proof = try Decisions.requireRunning(decision, in: transaction)
        try room.start(id, by: proof, inForce: "a", in: transaction)
        return (id, now)
    }

    /// - Returns: seconds for the exposures; outcomes are appended besides.
    private static func appending(
        _ id: ExperimentID, _ start: Instant, _ store: any Store, _ journal: Journal
    ) async throws -> Double {
        var seconds = 0.0
        for first in stride(from: 0, to: people, by: 1_000) {
            let day = start + .days(Int64(first * 30 / people))
            let people = (first..<first + 1_000).map { PersonID(rawValue: UInt128($0)) }
            let exposures = people.map { Self.exposure(of: $0, id, day) }
            let finishes = people.map { Self.finish(by: $0, day) }
            let spent = try await ContinuousClock().measure {
                _ = try await store.write { try journal.append(exposures, at: day, in: $0) }
            }
            seconds += spent.seconds
            try await store.write { try journal.append(finishes, at: day, in: $0) }
        }
        return seconds
    }

    private static func exposure(of person: PersonID, _ id: ExperimentID, _ day: Instant) -> Exposure {
        let arm = Int(person.rawValue & 1)
        return Exposure(experiment: id, arm: arm, person: person, time: day, propensity: 0.5, isGhost: arm == 0)
    }

    private static func finish(by person: PersonID, _ day: Instant) -> Touchpoint {
        let video = Touchpoint.Subject.video(VideoID(rawValue: 1))
        return Touchpoint(person: person, time: day, kind: .finish, subject: video, slate: SlateID(rawValue: 1))
    }

    /// - Returns: seconds, the best of twenty.
    private static func reading(_ id: ExperimentID, _ store: any Store) async throws -> Double {
        var best = Double.infinity
        for _ in 0..<20 {
            let spent = try await ContinuousClock().measure {
                let result = try await store.read {
                    ExperimentResult(try Experiments.find(id, in: $0), try Experiments.counted(id, in: $0))
                }
                precondition(result.arms.first?.rows.count == MetricName.allCases.count)
            }
            best = min(best, spent.seconds)
        }
        return best
    }
}
