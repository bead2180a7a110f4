import Foundation
import Kernel
import Store
import StoreSQLite
import Testing

@Suite("Copy of a running SQLite store") struct SQLiteCopyTests {
    @Test("a copy taken amid writes holds whole units of work only")
    func copy() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("copy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (path, target) = (
            folder.appendingPathComponent("a.sqlite").path, folder.appendingPathComponent("b.sqlite").path
        )
        let store = try SQLiteStore(path: path)
        try await store.write { try $0.run("CREATE TABLE pairs (a BIGINT, b BIGINT)") }
        let writing = Task {
            for number in 0..<300 {
                try await store.write { transaction in
                    try transaction.send("INSERT INTO pairs VALUES (\(number), 0)")
                    try transaction.send("UPDATE pairs SET b = 1 WHERE a = \(number)")
                }
            }
        }
        try SQLiteStore.copy(path, to: target)
        try await writing.value
        #expect(throws: StoreError.self) { try SQLiteStore.copy(path, to: target) }
        let copied = try SQLiteStore(path: target)
        let (all, whole) = try await copied.read { transaction in
            (
                try transaction.value("SELECT COUNT(*) FROM pairs", as: Int.self) ?? 0,
                try transaction.value("SELECT COUNT(*) FROM pairs WHERE b = 1", as: Int.self) ?? 0
            )
        }
        #expect(all == whole && all <= 300)
        await copied.close()
        await store.close()
    }
}
