import ArgumentParser
import Foundation

/// The basket of ``BenchCheckout`` placed by django-oscar on the same PostgreSQL.
struct OscarPeer: Decodable {
    let ordersPerSecond: Double
    let p50: Double
    let p99: Double

    static let script = "tools/peers/oscar_checkout.py"

    /// Runs it in a virtual environment that has `django-oscar` and `psycopg`; makes a schema of its own and drops it.
    ///
    /// - Throws: ``ValidationError`` when something is missing or the peer fails.
    static func measured(venv: String, postgres: String, seconds: Int) async throws -> OscarPeer {
        let python = "\(venv)/bin/python"
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw ValidationError("--venv: there is no \(python).")
        }
        guard FileManager.default.fileExists(atPath: script) else {
            throw ValidationError("--venv: run it in the folder of the source, where \(script) is.")
        }
        let said = try await output(
            of: python, ["-W", "ignore", script, postgres, "--workers", "8", "--seconds", "\(seconds)"])
        guard let line = said.split(separator: "\n").last,
            let peer = try? JSONDecoder().decode(OscarPeer.self, from: Data(line.utf8))
        else { throw ValidationError("--venv: django-oscar failed: \(said.suffix(600))") }
        return peer
    }
}
