import Kernel
import Sequences
import Store
import Testing

/// What one unit of work does, one after the other.
private enum Step: CustomStringConvertible, Sendable {
    /// A row that is inserted with others, of an identifier that nobody else has, or one that many want.
    case insert(String)
    case raiseAll
    case delete(String)
    /// Counts and sums up; with an answer that others may share, or one of its own.
    case look(shared: Bool)
    /// Takes units of one of two lots, or gives them back.
    case take(Int64, lot: String)
    case refill
    /// Sums up what is left of the lots.
    case lookAtLots(shared: Bool)
    case giveUp

    var description: String {
        switch self {
        case .insert(let id): "insert \(id)"
        case .raiseAll: "raise all"
        case .delete(let id): "delete \(id)"
        case .look(let shared): shared ? "look, shared" : "look"
        case .take(let units, let lot): "take \(units) of \(lot)"
        case .refill: "refill"
        case .lookAtLots(let shared): shared ? "look at lots, shared" : "look at lots"
        case .giveUp: "give up"
        }
    }

    static func random(_ unit: Int, _ position: Int, using random: inout some RandomNumberGenerator) -> Step {
        switch Int.random(in: 0..<31, using: &random) {
        case 0..<9: .insert("own-\(unit)-\(position)")
        case 9: .insert("wanted-\(Int.random(in: 0..<40, using: &random))")
        case 10..<12: .raiseAll
        case 12: .delete("own-\(Int.random(in: 0...unit, using: &random))-0")
        case 13..<16: .look(shared: true)
        case 16..<19: .look(shared: false)
        case 19..<26: .take(Int64.random(in: -2...6, using: &random), lot: Bool.random(using: &random) ? "a" : "b")
        case 26: .refill
        case 27..<30: .lookAtLots(shared: Bool.random(using: &random))
        default: .giveUp
        }
    }
}

private struct Sight: Equatable, Sendable {
    let rows: Int64
    let sum: Int64
}

private struct GaveUp: Error {}

private struct Model {
    var things: [String: Int64] = [:]
    var lots: [String: Int64] = ["a": 20, "b": 60]
}

/// What one unit of work came to: its place among those that changed something, and what it saw.
private struct Told: Sendable {
    let turn: Int64
    let seen: [Sight]
}

@Suite("Rows and answers that units of work share") struct BatchTests {
    private static let tables = [
        Migration(
            room: "test", number: 1,
            text: """
                CREATE TABLE turns (room TEXT PRIMARY KEY, taken BIGINT NOT NULL);
                CREATE TABLE things (id TEXT PRIMARY KEY, amount BIGINT NOT NULL);
                CREATE TABLE lots (id TEXT PRIMARY KEY, remaining BIGINT NOT NULL, name TEXT NOT NULL);
                INSERT INTO lots VALUES ('a', 20, 'A'), ('b', 60, 'B');
                INSERT INTO turns VALUES ('all', 0);
                """)
    ]

    @Test("nobody can tell: all see and leave what they would one by one", arguments: TestStore.available)
    func oneByOne(kind: TestStore) async throws {
        for seed in UInt64(1)...(kind == .sqlite ? 12 : 4) {
            try await kind.run(storeMigrations + Self.tables) { store in try await Self.check(store, seed) }
        }
    }

    private static func check(_ store: any Store, _ seed: UInt64) async throws {
        var random = SplitMix(state: seed)
        let units = (0..<120).map { unit in
            (0..<Int.random(in: 1...8, using: &random)).map { Step.random(unit, $0, using: &random) }
        }
        let told = await withTaskGroup(of: (Int, Result<Told, any Error>).self) { group in
            for (number, steps) in units.enumerated() {
                group.addTask { (number, await run(steps, store)) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        var model = Model()
        let succeeded = told.compactMap { number, fate in (try? fate.get()).map { (number, $0) } }
        for (number, told) in succeeded.sorted(by: { $0.1.turn < $1.1.turn }) {
            #expect(told.seen == replay(units[number], on: &model), "seed \(seed), \(number): \(units[number])")
        }
        for (number, fate) in told where !isExpected(fate) {
            Issue.record("seed \(seed), \(number) ended with \(fate)")
        }
        let left = try await store.read { try $0.rows("SELECT id, amount FROM things") }
            .map { (try $0.get(0, as: String.self), try $0.get(1, as: Int64.self)) }
        #expect(Dictionary(left, uniquingKeysWith: { first, _ in first }) == model.things, "seed \(seed)")
        let lots = try await store.read { try $0.rows("SELECT id, remaining FROM lots") }
            .map { (try $0.get(0, as: String.self), try $0.get(1, as: Int64.self)) }
        #expect(Dictionary(lots, uniquingKeysWith: { first, _ in first }) == model.lots, "seed \(seed)")
        #expect(succeeded.count > 20 && succeeded.count < units.count)
    }

    private static func isExpected(_ fate: Result<Told, any Error>) -> Bool {
        guard case .failure(let error) = fate else { return true }
        if case StoreError.constraint = error { return true }
        return error is GaveUp
    }

    private static func run(_ steps: [Step], _ store: any Store) async -> Result<Told, any Error> {
        do {
            return .success(try await store.write(contendingFor: "things") { try perform(steps, in: $0) })
        } catch { return .failure(error) }
    }

    private static func perform(_ steps: [Step], in transaction: any Transaction) throws -> Told {
        let turn: Int64 =
            try transaction.value("UPDATE turns SET taken = taken + 1 WHERE room = 'all' RETURNING taken") ?? 0
        var seen: [Sight] = []
        for step in steps {
            switch step {
            case .insert(let id): try transaction.insert(into: "things (id, amount)", "(\(id), 1)")
            case .raiseAll: try transaction.send("UPDATE things SET amount = amount + 1")
            case .delete(let id): try transaction.run("DELETE FROM things WHERE id = \(id)")
            case .look(let shared):
                let question: SQL = "SELECT COUNT(*), COALESCE(SUM(amount), 0) FROM things"
                let read = { (rows: [SQLRow]) in Sight(rows: try rows[0].get(0), sum: try rows[0].get(1)) }
                seen.append(try shared ? transaction.shared(question, read) : read(transaction.rows(question)))
            case .take(let units, let lot):
                let counter = Counter("remaining", of: "lots", where: "id", is: lot, beside: "name")
                let row = try transaction.change(counter, by: -units)
                #expect(try row == nil || row?.get("name") == lot.uppercased())
                seen.append(try Sight(rows: row == nil ? 0 : 1, sum: row?.get(0) ?? 0))
            case .refill: try transaction.run("UPDATE lots SET remaining = remaining + 7")
            case .lookAtLots(let shared):
                let question: SQL = "SELECT SUM(remaining) FROM lots"
                let read = { (rows: [SQLRow]) in Sight(rows: 2, sum: try rows[0].get(0)) }
                seen.append(try shared ? transaction.shared(question, read) : read(transaction.rows(question)))
            case .giveUp: throw GaveUp()
            }
        }
        return Told(turn: turn, seen: seen)
    }

    private static func replay(_ steps: [Step], on model: inout Model) -> [Sight] {
        var seen: [Sight] = []
        for step in steps {
            switch step {
            case .insert(let id): model.things[id] = 1
            case .raiseAll: model.things = model.things.mapValues { $0 + 1 }
            case .delete(let id): model.things[id] = nil
            case .look:
                seen.append(Sight(rows: Int64(model.things.count), sum: model.things.values.reduce(0, +)))
            case .take(let units, let lot):
                let left = (model.lots[lot] ?? 0) - units
                if left >= 0 { model.lots[lot] = left }
                seen.append(left >= 0 ? Sight(rows: 1, sum: left) : Sight(rows: 0, sum: 0))
            case .refill: model.lots = model.lots.mapValues { $0 + 7 }
            case .lookAtLots: seen.append(Sight(rows: 2, sum: model.lots.values.reduce(0, +)))
            case .giveUp: break
            }
        }
        return seen
    }

    @Test("what is shared despite counting is asked again after other changes only", arguments: TestStore.available)
    func despiteCounting(kind: TestStore) async throws {
        try await kind.run(storeMigrations + Self.tables) { store in
            let seen = try await store.write { transaction in
                let counter = Counter("remaining", of: "lots", where: "id", is: "a", beside: "name")
                func look() throws -> Int64 {
                    try transaction.shared("SELECT SUM(remaining) FROM lots", despiteCounting: true) {
                        try $0[0].get(0)
                    }
                }
                // The first change is the database's; those after it wait.
                _ = try transaction.change(counter, by: -1)
                let first = try look()
                _ = try transaction.change(counter, by: -1)
                let counted = try look()
                try transaction.run("UPDATE lots SET remaining = remaining + 10 WHERE id = 'b'")
                return [first, counted, try look()]
            }
            #expect(seen == [79, 79, 88])
        }
    }

    @Test("those who share a commit share its moment; the next commit has its own", arguments: TestStore.available)
    func moment(kind: TestStore) async throws {
        try await kind.run { store in
            for now in [Instant(milliseconds: 5), Instant(milliseconds: 9)] {
                let said = try await store.write { ($0.moment(now), $0.moment(now + .seconds(1))) }
                #expect(said == (now, now))
            }
        }
    }
}
