import Foundation
import Kernel
import Store
import StorePostgres
import StoreSQLite
import Synchronization
import Testing

/// A store to test on; every test gets an empty one. PostgreSQL takes part when `QUANYU_TEST_POSTGRES` holds a connection
/// string, which `./test` sees to.
enum TestStore: String, CaseIterable, CustomTestStringConvertible, Sendable {
    case sqlite, postgres

    var testDescription: String { rawValue }

    static let available = allCases.filter { $0 == .sqlite || postgresConnection != nil }
    private static let postgresConnection = ProcessInfo.processInfo.environment["QUANYU_TEST_POSTGRES"]

    /// Runs `body` on an empty store with the given tables and takes it away afterwards.
    func run(_ migrations: [Migration] = storeMigrations, _ body: (any Store) async throws -> Void) async throws {
        let (store, remove) = try await open()
        do {
            try await store.migrate(migrations)
            try await body(store)
        } catch {
            await store.close()
            await remove()
            throw error
        }
        await store.close()
        await remove()
    }

    private func open() async throws -> (any Store, () async -> Void) {
        let name = "quanyu_test_" + UUID().uuidString.prefix(8).lowercased()
        switch self {
        case .sqlite:
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let store = try SQLiteStore(path: folder.appendingPathComponent("store.sqlite").path)
            return (store, { try? FileManager.default.removeItem(at: folder) })
        case .postgres:
            let connection = try #require(Self.postgresConnection)
            // Many tests run at once; the server has room for so many connections only.
            var single = PostgresStore.Configuration(connection: connection)
            single.connections = 1
            let admin = try PostgresStore(configuration: single)
            try await admin.write { try $0.run(SQL(stringLiteral: "CREATE SCHEMA \(name)")) }
            var several = PostgresStore.Configuration(
                connection: "\(connection) options='-c search_path=\(name)'")
            several.connections = 5
            let store = try PostgresStore(configuration: several)
            return (
                store,
                {
                    _ = try? await admin.write { try $0.run(SQL(stringLiteral: "DROP SCHEMA \(name) CASCADE")) }
                    await admin.close()
                }
            )
        }
    }
}

/// A clock that stands until it is moved, and random bits from a seed.
final class TestClock: Sendable {
    private let state: Mutex<(now: Int64, seed: UInt64)>

    init(now: Int64 = 1_772_352_000_000, seed: UInt64 = 1) { state = Mutex((now, seed)) }

    func advance(by duration: Duration) { state.withLock { $0.now += duration.milliseconds } }

    var source: Source {
        Source(
            now: { self.state.withLock { Instant(milliseconds: $0.now) } },
            random: {
                self.state.withLock { state in
                    state.seed &+= 0x9E37_79B9_7F4A_7C15
                    var z = state.seed
                    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
                    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
                    return z ^ (z >> 31)
                }
            })
    }
}

/// Waits until `condition` holds, at most two minutes, which only a busy machine needs; then the expectation that follows tells what is wrong.
func eventually(_ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(120)
    while ContinuousClock.now < deadline, try await !condition() { await Task.yield() }
}
