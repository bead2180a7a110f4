import Foundation
import Kernel
import Store
import Synchronization
import Testing

private let table = [
    Migration(
        room: "test", number: 1,
        text: """
            CREATE TABLE things (
                id TEXT PRIMARY KEY,
                amount BIGINT NOT NULL CHECK (amount >= 0),
                note TEXT,
                weight DOUBLE PRECISION
            );
            """)
]

struct Refusal: Error, Equatable {}

@Suite("Store") struct StoreTests {
    @Test("what was written can be read", arguments: TestStore.available)
    func roundTrip(kind: TestStore) async throws {
        try await kind.run(storeMigrations + table) { store in
            let text = "茶 🍵 'quoted' \"double\" ? $1 \\ \n"
            try await store.write { transaction in
                try transaction.run("INSERT INTO things VALUES ('a', \(Int64.max), \(text), \(0.1))")
                try transaction.run("INSERT INTO things VALUES ('b', 0, \(String?.none), \(Double?.none))")
            }
            let rows = try await store.read { try $0.rows("SELECT * FROM things ORDER BY id") }
            #expect(try rows[0].get("amount") == Int64.max)
            #expect(try rows[0].get("note") == text)
            #expect(try rows[0].get("weight") == 0.1)
            #expect(try rows[1].get("note", as: String?.self) == nil)
            #expect(throws: StoreError.unreadableColumn("note")) { try rows[1].get("note", as: String.self) }
            #expect(throws: StoreError.unreadableColumn("nothing")) { try rows[1].get("nothing", as: String.self) }
            let sum = try await store.read { try $0.value("SELECT SUM(amount) FROM things", as: Int64.self) }
            #expect(sum == Int64.max)
        }
    }

    @Test("an error undoes the whole unit of work and no other", arguments: TestStore.available)
    func rollback(kind: TestStore) async throws {
        try await kind.run(storeMigrations + table) { store in
            await withTaskGroup { group in
                for number in 0..<40 {
                    group.addTask {
                        _ = try? await store.write { transaction in
                            try transaction.send("INSERT INTO things VALUES (\("n\(number)"), 1, NULL, NULL)")
                            if number.isMultiple(of: 2) { throw Refusal() }
                        }
                    }
                }
            }
            let ids = try await store.read {
                try $0.rows("SELECT id FROM things").map { try $0.get(0, as: String.self) }
            }
            #expect(Set(ids) == Set((0..<40).filter { !$0.isMultiple(of: 2) }.map { "n\($0)" }))
        }
    }

    @Test("units of work on the same rows share a commit, and each keeps its own fate", arguments: TestStore.available)
    func combined(kind: TestStore) async throws {
        try await kind.run(storeMigrations + table) { store in
            try await store.write { try $0.run("INSERT INTO things VALUES ('n', 0, NULL, NULL)") }
            let announced = Announced()
            let fates = await withTaskGroup(of: (Int, Result<Int64, any Error>).self) { group in
                for number in 0..<300 {
                    group.addTask { (number, await Self.contend(store, number, announced)) }
                }
                return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            var counted: [Int64] = []
            for (number, fate) in fates {
                switch (fate, number % 10) {
                case (.success(let amount), let rest) where rest > 2: counted.append(amount)
                case (.failure(is Refusal), 1): break
                case (.failure(StoreError.constraint), 0), (.failure(StoreError.constraint), 2): break
                default: Issue.record("\(number) ended with \(fate)")
                }
            }
            // Each saw the work of those before it, and nothing of those who failed.
            #expect(counted.sorted() == Array(1...210))
            #expect(try await store.read { try $0.value("SELECT amount FROM things", as: Int64.self) } == 210)
            #expect(announced.numbers.withLock { $0 } == Set((0..<300).filter { $0 % 10 > 2 }))
        }
    }

    /// Adds 1 and then, for some numbers, throws, breaks a rule at once, or breaks one that is only seen later.
    private static func contend(
        _ store: any Store, _ number: Int, _ announced: Announced
    ) async -> Result<Int64, any Error> {
        do {
            let amount = try await store.write(contendingFor: "n") { transaction in
                let amount =
                    try (transaction.value("SELECT amount FROM things WHERE id = 'n'", as: Int64.self) ?? 0) + 1
                try transaction.send("UPDATE things SET amount = \(amount) WHERE id = 'n'")
                transaction.afterCommit { announced.numbers.withLock { _ = $0.insert(number) } }
                switch number % 10 {
                case 0: try transaction.run("UPDATE things SET amount = -1 WHERE id = 'n'")
                case 1: throw Refusal()
                case 2: try transaction.send("UPDATE things SET amount = -1 WHERE id = 'n'")
                default: break
                }
                return amount
            }
            return .success(amount)
        } catch { return .failure(error) }
    }

    @Test("broken rules are told apart from faults, and the store goes on", arguments: TestStore.available)
    func errors(kind: TestStore) async throws {
        try await kind.run(storeMigrations + table) { store in
            await #expect(throws: StoreError.self) {
                try await store.write { try $0.run("INSERT INTO things VALUES ('a', -1, NULL, NULL)") }
            }
            do {
                try await store.write { transaction in
                    try transaction.send("INSERT INTO things VALUES ('a', 1, NULL, NULL)")
                    try transaction.send("INSERT INTO things VALUES ('a', 1, NULL, NULL)")
                }
                Issue.record("two rows have one key")
            } catch StoreError.constraint {}
            do {
                _ = try await store.read { try $0.rows("SELECT nonsense FROM things") }
                Issue.record("nonsense was answered")
            } catch StoreError.statement {}
            do {
                try await store.read { _ = try $0.run("INSERT INTO things VALUES ('r', 1, NULL, NULL)") }
                Issue.record("a reader wrote")
            } catch is StoreError {}
            try await store.write { try $0.run("INSERT INTO things VALUES ('z', 1, NULL, NULL)") }
            #expect(try await store.read { try $0.value("SELECT COUNT(*) FROM things", as: Int.self) } == 1)
        }
    }

    @Test("concurrent increments are all counted", arguments: TestStore.available)
    func increments(kind: TestStore) async throws {
        try await kind.run(storeMigrations + table) { store in
            try await store.write { try $0.run("INSERT INTO things VALUES ('n', 0, NULL, NULL)") }
            try await withThrowingTaskGroup { group in
                for _ in 0..<60 {
                    group.addTask {
                        // Read, then write: only isolation keeps the sum right.
                        try await store.write { transaction in
                            let amount: Int64 = try transaction.value("SELECT amount FROM things WHERE id = 'n'") ?? 0
                            try transaction.run("UPDATE things SET amount = \(amount + 1) WHERE id = 'n'")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await store.read { try $0.value("SELECT amount FROM things", as: Int64.self) } == 60)
        }
    }

    @Test("what is to follow a commit follows it once, and never an undo", arguments: TestStore.available)
    func afterCommit(kind: TestStore) async throws {
        try await kind.run(storeMigrations + table) { store in
            let calls = Mutex<[String]>([])
            try await store.write { transaction in
                try transaction.run("INSERT INTO things VALUES ('a', 1, NULL, NULL)")
                transaction.afterCommit { calls.withLock { $0.append("kept") } }
            }
            _ = try? await store.write { transaction in
                transaction.afterCommit { calls.withLock { $0.append("undone") } }
                throw Refusal()
            }
            #expect(calls.withLock { $0 } == ["kept"])
        }
    }

    @Test("migrating again, or from two places at once, changes nothing", arguments: TestStore.available)
    func migrations(kind: TestStore) async throws {
        try await kind.run([]) { store in
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 { group.addTask { try await store.migrate(storeMigrations + table) } }
                try await group.waitForAll()
            }
            try await store.migrate(storeMigrations + table)
            #expect(try await store.read { try $0.value("SELECT COUNT(*) FROM migrations", as: Int.self) } == 2)
        }
    }

    @Test("a closed store says so", arguments: TestStore.available)
    func closed(kind: TestStore) async throws {
        try await kind.run(storeMigrations + table) { store in
            await store.close()
            await #expect(throws: StoreError.unavailable("closing")) { try await store.write { _ in } }
        }
    }
}

@Suite("Idempotency keys") struct IdempotencyTests {
    private let now = Instant(milliseconds: 0)

    @Test("a command with one key runs once, whoever wins the race", arguments: TestStore.available)
    func once(kind: TestStore) async throws {
        try await kind.run(storeMigrations + table) { store in
            let key = try IdempotencyKey(caller: "lin", text: "k1")
            try await store.write { try $0.run("INSERT INTO things VALUES ('n', 0, NULL, NULL)") }
            let answers = try await withThrowingTaskGroup(of: Int64.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await store.write { transaction in
                            try transaction.once(key, fingerprint: "add", at: Instant(milliseconds: 0)) {
                                let row = try transaction.row("UPDATE things SET amount = amount + 1 RETURNING amount")
                                return try row?.get(0) ?? Int64(-1)
                            }
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers == Array(repeating: 1, count: 20))
        }
    }

    @Test("another request, or another caller, is another thing", arguments: TestStore.available)
    func reuse(kind: TestStore) async throws {
        try await kind.run(storeMigrations) { store in
            let key = try IdempotencyKey(caller: "lin", text: "k1")
            let other = try IdempotencyKey(caller: "mei", text: "k1")
            let first = try await store.write { try $0.once(key, fingerprint: "a", at: Instant(milliseconds: 0)) { 1 } }
            #expect(first == 1)
            await #expect(throws: IdempotencyKeyReused()) {
                try await store.write { try $0.once(key, fingerprint: "b", at: Instant(milliseconds: 0)) { 2 } }
            }
            let second = try await store.write {
                try $0.once(other, fingerprint: "b", at: Instant(milliseconds: 0)) { 3 }
            }
            #expect(second == 3)
        }
    }

    @Test("a command that failed may be tried again with its key", arguments: TestStore.available)
    func failure(kind: TestStore) async throws {
        try await kind.run(storeMigrations) { store in
            let key = try IdempotencyKey(caller: "lin", text: "k1")
            await #expect(throws: Refusal()) {
                try await store.write { transaction in
                    try transaction.once(key, fingerprint: "a", at: Instant(milliseconds: 0)) { () -> Int in
                        throw Refusal()
                    }
                }
            }
            let answer = try await store.write {
                try $0.once(key, fingerprint: "a", at: Instant(milliseconds: 0)) { 7 }
            }
            #expect(answer == 7)
        }
    }
}

/// Which units of work were told that they are durable.
private final class Announced: Sendable {
    let numbers = Mutex<Set<Int>>([])
}
