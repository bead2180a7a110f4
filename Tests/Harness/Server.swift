import Foundation

/// `quanyu serve` on a data folder.
public final class Server: Sendable {
    /// Where it answers, `http://127.0.0.1:PORT`.
    public let address: String
    /// The process.
    public let child: Child

    private init(address: String, child: Child) {
        self.address = address
        self.child = child
    }

    /// Starts a server and waits until it is ready.
    public static func start(
        data: String, postgres: String? = nil, port: Int? = nil, environment: [String: String] = [:],
        within limit: Duration = .seconds(60)
    ) async throws -> Server {
        let port = try port ?? freePort()
        let log = NSTemporaryDirectory() + "quanyu-serve-\(port).log"
        let arguments =
            [
                "serve", "--data", data, "--port", "\(port)", "--scrypt-rounds", "1024", "--log-level", "warning",
            ] + (postgres.map { ["--postgres", $0] } ?? [])
        let child = try Child(try Executable.quanyu, arguments, environment: environment, output: log)
        let server = Server(address: "http://127.0.0.1:\(port)", child: child)
        let caller = Caller(server.address)
        _ = try await eventually("the server is ready", within: limit) {
            if let end = child.end { throw HarnessProblem("The server ended at its start (\(end)): \(child.output)") }
            return (try? await caller.send("GET", "/ready"))?.status == 200 ? true : nil
        }
        return server
    }

    /// Ends it as an operator does, and says how it ended.
    @discardableResult
    public func stop(within limit: Duration = .seconds(60)) async throws -> Child.End {
        child.send(SIGTERM)
        return try await child.ended(within: limit)
    }

    /// Ends it as a power cut does.
    public func kill() async throws {
        child.send(SIGKILL)
        _ = try await child.ended()
    }
}

/// Runs `body` against a server on a fresh small market, and stops it in every case.
///
/// - Throws: what `body` throws, or ``HarnessProblem`` when the server doesn't end in order.
public func withSmallMarket(
    withVideos: Bool = false, postgres: String? = nil, isolation: isolated (any Actor)? = #isolation,
    _ body: (Server, SmallMarket) async throws -> Void
) async throws {
    let market = try await SmallMarket(withVideos: withVideos, postgres: postgres)
    let server = try await Server.start(data: market.data, postgres: postgres)
    do {
        try await body(server, market)
    } catch {
        try? await server.kill()
        throw error
    }
    let end = try await server.stop()
    guard end == .exit(0) else { throw HarnessProblem("The server ended with \(end): \(server.child.output)") }
}
