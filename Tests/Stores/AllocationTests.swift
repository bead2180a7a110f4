import Allocations
import Decisions
import Experiments
import Flows
import HTTP
import Kernel
import Store
import Testing

/// Allocation on both stores: a running decision is needed, the floor holds, the budget of experience runs out.
struct AllocationTests {
    @Test("nothing changes in nobody's name", arguments: TestStore.available)
    func proof(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkProof($0) }
    }

    private static func checkProof(_ store: any Store) async throws {
        let lab = try await Lab(store, seed: 1)
        let keep = KeepAllocations(lab.market)
        let decision = try await lab.draftDecision()
        let now = lab.source.now
        let (start, end, command) = (now, now + .days(90), lab.command)
        await #expect(throws: DecisionProblem.notRunning) {
            _ = try await keep.allocate(request(10_000), for: decision, command)
        }
        await #expect(throws: DecisionProblem.notRunning) {
            try await keep.setBudget(1, from: start, until: end, for: decision, command)
        }
        await #expect(throws: DecisionProblem.notRunning) {
            try await keep.resizeHoldout("global", to: 200, for: decision, command)
        }
        try await lab.move(decision, .start)
        let stranger = Command(by: Identity(person: PersonID(rawValue: 9), proof: .visitor))
        await #expect(throws: Forbidden.self) {
            _ = try await keep.allocate(request(10_000), for: decision, stranger)
        }
        try await keep.resizeHoldout("global", to: 200, for: decision, command)
        await #expect(throws: NotFound.self) {
            try await keep.resizeHoldout("nothing", to: 200, for: decision, command)
        }
        await #expect(throws: InvalidField.self) {
            try await keep.resizeHoldout("global", to: 1_001, for: decision, command)
        }
        let desk = try await keep.desk()
        #expect(desk.holdouts.first { $0.name == "global" }?.share == 200)
        #expect(desk.changes.map(\.decision) == [decision])
        // A larger holdout keeps everybody who was in the smaller one.
        let people = lab.people(4_000)
        let key = AssignmentKey(secret: "k")
        let (small, large) = (Holdout(name: "global", share: 100), Holdout(name: "global", share: 200))
        #expect(people.allSatisfy { !small.contains($0, key) || large.contains($0, key) })
    }

    @Test("money goes where it surely creates most, within the budget", arguments: 1...25 as ClosedRange<UInt64>)
    func money(seed: UInt64) async throws {
        try await TestStore.sqlite.run(Marketplace.migrations) { try await Self.checkMoney($0, seed) }
    }

    private static func checkMoney(_ store: any Store, _ seed: UInt64) async throws {
        var random = SystemSeeded(state: seed)
        let lab = try await Lab(store, seed: seed)
        let decision = try await lab.draftDecision()
        try await lab.move(decision, .start)
        let groups = (0..<4).map { group in
            AllocationGroup(
                name: "g\(group)", people: Int.random(in: 10...3_000, using: &random),
                options: (0..<3).map { option in
                    OptionEstimate(
                        option: "o\(option)", value: Double.random(in: -50...900, using: &random),
                        valueError: Double.random(in: 1...200, using: &random),
                        cost: Double.random(in: 1...500, using: &random),
                        experience: Double.random(in: -2...1, using: &random),
                        experienceError: Double.random(in: 0...0.3, using: &random))
                })
        }
        let budget = Double.random(in: 0...400_000, using: &random)
        let made = try await KeepAllocations(lab.market).allocate(
            AllocationRequest(
                name: "trial", budget: budget, currency: .cny, experienceFloor: -0.3, groups: groups),
            for: decision, lab.command)
        let outcome = made.outcome
        #expect(outcome.cost <= budget + 1e-6 && outcome.meanExperience >= -0.3 - 1e-9)
        #expect(outcome.money >= 0 && outcome.experience >= 0 && outcome.gap >= 0)
        for group in groups {
            let own = outcome.choices.filter { $0.group == group.name }
            #expect(own.count == 3 && own.reduce(0) { $0 + $1.people } <= group.people)
            #expect(own.map(\.net) == own.map(\.net).sorted(by: >))
        }
        let spent = outcome.choices.reduce(0) { $0 + Double($1.people) * $1.cost }
        #expect(abs(spent - outcome.cost) < 1e-6 * max(1, spent))
    }

    @Test("the budget of experience is spent and runs out", arguments: TestStore.available)
    func experience(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkExperience($0) }
    }

    private static func checkExperience(_ store: any Store) async throws {
        let lab = try await Lab(store, seed: 3)
        let keep = KeepAllocations(lab.market)
        let decision = try await lab.draftDecision()
        try await lab.move(decision, .start)
        let now = lab.source.now
        try await keep.setBudget(0.5, from: now, until: now + .days(90), for: decision, lab.command)
        var left = 0.5
        for round in 0..<4 {
            let made = try await keep.allocate(request(1_000_000_000), for: decision, lab.command)
            let desk = try await keep.desk()
            let stored = try #require(desk.budget).budget
            #expect(abs(stored.left - (left + min(0, made.outcome.meanExperience))) < 1e-9, "round \(round)")
            #expect(made.outcome.floor == -left)
            left = stored.left
        }
        #expect(left < 1e-3, "everything is given up that may be")
        let last = try await keep.allocate(request(1_000_000_000), for: decision, lab.command)
        #expect(last.outcome.meanExperience >= -1e-3)
        // What can't but hurt is blocked, and spends nothing.
        var forced = request(1_000_000_000)
        forced.experienceFloor = 0.5
        await #expect(throws: AllocationProblem.self) {
            _ = try await keep.allocate(forced, for: decision, lab.command)
        }
        let after = try await keep.desk()
        #expect(after.allocations.count == 5)
        let sum = after.spending.reduce(0) { $0 + $1.points }
        #expect(abs(sum - (after.budget?.budget.spent ?? 0)) < 1e-9)
    }

    /// Advertising that earns and annoys, beside a coupon that costs.
    private static func request(_ budget: Double) -> AllocationRequest {
        AllocationRequest(
            name: "spring", budget: budget, currency: .cny,
            groups: [
                AllocationGroup(
                    name: "all", people: 5_000,
                    options: [
                        OptionEstimate(
                            option: "advertising", value: 300, valueError: 10, cost: 0, experience: -0.3,
                            experienceError: 0.02),
                        OptionEstimate(option: "coupon", value: 20, valueError: 5, cost: 500),
                    ])
            ])
    }
}
