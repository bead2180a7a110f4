import Foundation
import Journal
import Kernel
import Store
import Synchronization
import Synchronization
import Testing

private struct Said: FactContent, Equatable {
    static let topic = "test.said"
    let number: Int
    var key: String { "k" }
}

@Suite("Journal") struct JournalTests {
    private let tables =
        storeMigrations + journalMigrations + [
            Migration(room: "test", number: 1, text: "CREATE TABLE heard (number BIGINT NOT NULL);\n")
        ]

    @Test("facts of undone work never appear, the rest in order", arguments: TestStore.available)
    func append(kind: TestStore) async throws {
        try await kind.run(tables) { store in
            let journal = Journal(store: store)
            for number in 0..<10 {
                _ = try? await store.write { transaction in
                    try journal.append(Said(number: number), at: Instant(milliseconds: 5), in: transaction)
                    if number % 3 == 0 { throw Refusal() }
                }
            }
            let seen = Mutex<[Int]>([])
            var position = Position.start
            // On PostgreSQL facts wait for every older transaction of the server, those of other tests included.
            try await eventually {
                position = try await journal.replay(after: position, topics: [Said.topic], batch: 2) { facts in
                    seen.withLock { $0 += facts.compactMap { try? $0.content(Said.self)?.number } }
                }
                return seen.withLock { $0.count } >= 6
            }
            #expect(seen.withLock { $0 } == [1, 2, 4, 5, 7, 8])
        }
    }

    @Test("a durable follower applies each fact once, even when it fails midway", arguments: TestStore.available)
    func exactlyOnce(kind: TestStore) async throws {
        try await kind.run(tables) { store in
            let journal = Journal(store: store)
            try await store.write { transaction in
                for number in 0..<30 {
                    try journal.append(Said(number: number), at: Instant(milliseconds: 5), in: transaction)
                }
            }
            let failures = Mutex(2)
            let follower = Subscription(name: "test", topics: [Said.topic], batch: 7) { facts, transaction in
                for fact in facts {
                    guard let said: Said = try fact.content() else { continue }
                    try transaction.send("INSERT INTO heard (number) VALUES (\(said.number))")
                    let fails = failures.withLock { left in
                        if said.number == 12, left > 0 { left -= 1; return true }
                        return false
                    }
                    if fails { throw Refusal() }
                }
            }
            let heard = { () async throws -> [Int] in
                try await store.read {
                    try $0.rows("SELECT number FROM heard ORDER BY number").map { try $0.get(0, as: Int.self) }
                }
            }
            try await eventually {
                _ = try? await journal.catchUp(follower)
                return try await heard().count >= 30
            }
            try await journal.catchUp(follower)
            #expect(try await heard() == Array(0..<30))
        }
    }

    @Test("nothing appears behind a position that was handed out", arguments: TestStore.available)
    func horizon(kind: TestStore) async throws {
        try await kind.run(tables) { store in
            let journal = Journal(store: store)
            let seen = Mutex<[Int]>([])
            let reading = Task {
                await journal.tail(after: .start, topics: [Said.topic]) { facts, _ in
                    let numbers = facts.compactMap { try? $0.content(Said.self)?.number }
                    let total = seen.withLock { seen in
                        seen += numbers
                        return seen.count
                    }
                    if total >= 200 { throw CancellationError() }
                }
            }
            try await withThrowingTaskGroup { group in
                for number in 0..<200 {
                    group.addTask {
                        try await store.write { transaction in
                            try journal.append(Said(number: number), at: Instant(milliseconds: 5), in: transaction)
                        }
                    }
                }
                try await group.waitForAll()
            }
            try await eventually {
                journal.wake()
                return seen.withLock { $0.count } >= 200
            }
            reading.cancel()
            let numbers = seen.withLock { Array($0.prefix(200)) }
            #expect(Set(numbers) == Set(0..<200))
        }
    }

    @Test("old facts go only when every follower has applied them", arguments: TestStore.available)
    func prune(kind: TestStore) async throws {
        try await kind.run(tables) { store in
            let journal = Journal(store: store)
            try await store.write { transaction in
                for number in 0..<10 {
                    try journal.append(
                        Said(number: number), at: Instant(milliseconds: Int64(number)), in: transaction)
                }
            }
            try await Self.pruneBehindFollowers(journal, store)
        }
    }

    private static func pruneBehindFollowers(_ journal: Journal, _ store: any Store) async throws {
        let limit = Instant(milliseconds: 5)
        let stuck = Subscription(name: "a", topics: [Said.topic], batch: 3) { facts, _ in
            if !facts.isEmpty { throw NotFound("patience") }
        }
        // It follows another topic, so it holds nothing back.
        try await journal.catchUp(Subscription(name: "b", topics: ["test.other"]) { _, _ in })
        try await store.write { try $0.send("INSERT INTO journal_positions VALUES ('a', -1, 0, ' test.said ')") }
        // On PostgreSQL facts appear only when every older transaction has ended.
        try await eventually { await fails(stuck, on: journal) }
        #expect(try await journal.prune(Said.topic, before: limit) == 0)
        let pruned = Mutex(0)
        try await eventually {
            let count = try await catchUpAndPrune(journal, before: limit)
            return pruned.withLock {
                $0 += count
                return $0 >= 5
            }
        }
        #expect(pruned.withLock { $0 } == 5)
        #expect(try await journal.prune(Said.topic, before: limit) == 0)
    }

    private static func fails(_ follower: Subscription, on journal: Journal) async -> Bool {
        do { try await journal.catchUp(follower) } catch { return error is NotFound }
        return false
    }

    private static func catchUpAndPrune(_ journal: Journal, before limit: Instant) async throws -> Int {
        try await journal.catchUp(Subscription(name: "a", topics: [Said.topic], batch: 3) { _, _ in })
        return try await journal.prune(Said.topic, before: limit)
    }

    @Test(
        "a touchpoint survives its short form",
        arguments: [
            Touchpoint.Subject.product(ProductID(rawValue: 7)), .video(VideoID(rawValue: 8)),
            .creator(PersonID(rawValue: 9)),
            .query("绿茶 green tea  with  spaces"),
        ])
    func touchpoint(subject: Touchpoint.Subject) throws {
        let touchpoint = Touchpoint(
            person: PersonID(rawValue: 1), time: Instant(milliseconds: 1_772_352_000_000), kind: .notInterested,
            subject: subject, slate: SlateID(rawValue: 3), dwell: 1_500)
        let payload = try touchpoint.payload(with: JSONEncoder())
        #expect(try Touchpoint.read(payload, with: JSONDecoder()) == touchpoint)
    }
}
