import Decisions
import Flows
import Foundation
import HTTP
import Journal
import Kernel
import Store
import Testing

/// Decision records on both stores: what starts, and what stays as it was.
struct DecisionTests {
    @Test("a draft with a named mistake starts only once it was answered in writing", arguments: TestStore.available)
    func lintGate(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkLintGate($0) }
    }

    private static func checkLintGate(_ store: any Store) async throws {
        let desk = Desk(store)
        var terms = Desk.sound
        terms.metric = "GMV"
        terms.goal = "More GMV"
        terms.fallsWhenExperienceWorsens = false
        let id = try await desk.draft(terms)
        let found = try await desk.room.record(of: id).findings
        #expect(found.map(\.mistake) == [.processMetricAsNorthStar])
        #expect(found.allSatisfy { !$0.reasons.isEmpty && $0.acknowledgement == nil })
        await #expect(throws: DecisionProblem.unacknowledged([.processMetricAsNorthStar])) {
            try await desk.apply(.start, id)
        }
        await #expect(throws: DecisionProblem.notFound(.methodAsGoal)) {
            try await desk.acknowledge(.methodAsGoal, id, "a reason")
        }
        await #expect(throws: InvalidField.self) { try await desk.acknowledge(.processMetricAsNorthStar, id, " ") }
        // An answer goes with the words that it was about.
        try await desk.acknowledge(.processMetricAsNorthStar, id, "It is a test of the books.")
        try await desk.revise(id, terms)
        await #expect(throws: DecisionProblem.unacknowledged([.processMetricAsNorthStar])) {
            try await desk.apply(.start, id)
        }
        try await desk.acknowledge(.processMetricAsNorthStar, id, "It is a test of the books.")
        try await desk.apply(.start, id)
        let record = try await desk.room.record(of: id)
        #expect(record.decision.state == .running)
        #expect(record.findings.map(\.acknowledgement) == ["It is a test of the books."])
    }

    @Test("a decision starts whole", arguments: TestStore.available)
    func whole(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkWhole($0) }
    }

    private static func checkWhole(_ store: any Store) async throws {
        let desk = Desk(store)
        let gaps: [(inout DecisionTerms) -> Void] = [
            { $0.baseline = " " }, { $0.beneficiaries = "" }, { $0.killRule = "" }, { $0.chain = [] },
            { $0.alternatives = [] }, { $0.leastWorthwhile = nil }, { $0.reviewAt = nil }, { $0.startsAt = nil },
            { $0.endsAt = $0.startsAt }, { $0.reviewAt = $0.startsAt },
        ]
        for (number, gap) in gaps.enumerated() {
            var terms = Desk.sound
            gap(&terms)
            let id = try await desk.draft(terms)
            await #expect(throws: InvalidField.self, "gap \(number)") { try await desk.apply(.start, id) }
        }
        let id = try await desk.draft(Desk.sound)
        await #expect(throws: DecisionProblem.notRunning) { try await desk.requireRunning(id) }
        try await desk.apply(.start, id)
        try await desk.requireRunning(id)
        await #expect(throws: NotFound.self) { try await desk.requireRunning(DecisionID(rawValue: 1)) }
    }

    @Test("no sequence of calls changes what was frozen or said", arguments: TestStore.available)
    func freeze(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            for seed in 1...12 { try await Self.checkFreeze(store, seed: UInt64(seed)) }
        }
    }

    private static func checkFreeze(_ store: any Store, seed: UInt64) async throws {
        let desk = Desk(store, seed: seed)
        let id = try await desk.draft(Desk.sound)
        var before = try await desk.room.record(of: id)
        for step in 0..<25 {
            try? await desk.randomCall(id, step)
            let after = try await desk.room.record(of: id)
            if before.decision.state != .draft {
                #expect(after.decision.terms == before.decision.terms, "seed \(seed), step \(step)")
                #expect(after.decision.startedAt == before.decision.startedAt)
                #expect(after.amendments.starts(with: before.amendments) && after.steps.starts(with: before.steps))
                #expect(after.decision.state != .draft)
            } else {
                #expect(after.amendments.isEmpty)
            }
            before = after
        }
    }

    @Test("of two who start and rewrite at once, what started is what stays", arguments: TestStore.available)
    func race(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            for round in 0..<8 { try await Self.checkRace(store, round) }
        }
    }

    private static func checkRace(_ store: any Store, _ round: Int) async throws {
        let desk = Desk(store, seed: UInt64(100 + round))
        let id = try await desk.draft(Desk.sound)
        var broken = Desk.sound
        broken.killRule = ""
        async let started: ()? = try? desk.apply(.start, id)
        async let revised: ()? = try? desk.revise(id, broken)
        async let again: ()? = try? desk.apply(.start, id)
        let starts = [await started, await again].compactMap(\.self).count
        let hasRevised = await revised != nil
        let record = try await desk.room.record(of: id)
        // Either it started whole, or the gap came first and it didn't start at all; never both.
        #expect(record.decision.terms == (hasRevised ? broken : Desk.sound))
        #expect(starts == (hasRevised ? 0 : 1) && record.steps.count == starts)
        #expect(record.decision.state == (hasRevised ? .draft : .running))
    }

    @Test("every state can be reached, and only a draft starts")
    func machine() {
        var reached: Set<DecisionState> = [.draft]
        for _ in DecisionState.allCases {
            for state in reached {
                reached.formUnion(DecisionEvent.allCases.compactMap { DecisionMachine.next(state, $0) })
            }
        }
        #expect(reached == Set(DecisionState.allCases))
        #expect(DecisionState.allCases.filter { DecisionMachine.next($0, .start) != nil } == [.draft])
    }
}

/// The room with somebody who writes into it.
private final class Desk: Sendable {
    let store: any Store
    let room: Decisions
    let source: Source
    let person = PersonID(rawValue: 7)

    init(_ store: any Store, seed: UInt64 = 1) {
        self.store = store
        source = TestClock(seed: seed &* 7_919).source
        room = Decisions(store: store, journal: Journal(store: store), source: source)
    }

    /// Whole and without a finding; the test clock stands before its times.
    static var sound: DecisionTerms { .example }

    func draft(_ terms: DecisionTerms) async throws -> DecisionID {
        try await store.write { [room, person] in try room.draft(terms, by: person, in: $0) }
    }

    func revise(_ id: DecisionID, _ terms: DecisionTerms) async throws {
        try await store.write { [room] in try room.revise(id, terms, in: $0) }
    }

    func acknowledge(_ mistake: DecisionMistake, _ id: DecisionID, _ reason: String) async throws {
        try await store.write { [room, person] in
            try room.acknowledge(mistake, in: id, reason: reason, by: person, in: $0)
        }
    }

    func apply(_ event: DecisionEvent, _ id: DecisionID) async throws {
        try await store.write { [room, person] in try room.apply(event, to: id, note: "note", by: person, in: $0) }
    }

    func amend(_ part: DecisionPart, _ id: DecisionID, _ change: String) async throws {
        try await store.write { [room, person] in
            try room.amend(part, of: id, change: change, reason: "because", by: person, in: $0)
        }
    }

    func requireRunning(_ id: DecisionID) async throws {
        try await store.read { try Decisions.requireRunning(id, in: $0) }
    }

    func randomCall(_ id: DecisionID, _ step: Int) async throws {
        let pick = source.random()
        switch pick % 4 {
        case 0:
            var terms = Self.sound
            terms.title = "Rewritten \(step)"
            terms.leastWorthwhile = Double(step + 1)
            try await revise(id, terms)
        case 1: try await apply(DecisionEvent.allCases[Int(pick >> 8 & 0xFFFF) % 4], id)
        case 2: try await amend(DecisionPart.allCases[Int(pick >> 8 & 0xFFFF) % 13], id, "change \(step)")
        default: try await acknowledge(.methodAsGoal, id, "reason \(step)")
        }
    }
}
