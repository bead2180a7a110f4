import Flows
import Foundation
import HTTP
import Hummingbird
import Kernel
import Logging
import Store

/// A server inside the benchmark's process, with people to ask as; the load comes from other processes.
struct BenchServer {
    let market: Marketplace
    let installation: Installation
    let port: Int
    /// Signed cookies of people with history, or of visitors where there are none.
    let cookies: [String]
    /// A product that can be shown.
    let product: ProductID?

    /// Runs `body` while the server answers on `port`.
    static func run<Result: Sendable>(
        _ options: InstallationOptions, port: Int, static bytes: ByteBuffer? = nil,
        _ body: @escaping @Sendable (BenchServer) async throws -> Result
    ) async throws -> Result {
        let installation = try await Installation.open(options)
        let (market, provider) = try installation.marketplace(callbackPort: port)
        let configuration = ServerConfiguration(port: port)
        let (router, _) = try Server.router(for: market, provider, installation, nil, notice: nil, configuration)
        let fixed = bytes ?? ByteBuffer(string: "ok")
        // The same chain of middleware as every page, and a body that costs nothing to make.
        router.get("/bench/static") { _, _ in
            Response(status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: fixed))
        }
        var logger = Logger(label: "quanyu.bench")
        logger.logLevel = .error
        let application = Server.application(router, market, configuration, logger: logger)
        let people = try await market.store.read { transaction in
            try transaction.rows("SELECT DISTINCT buyer FROM orders ORDER BY buyer LIMIT 200").map {
                try $0.get(0, as: PersonID.self)
            }
        }
        let signer = Signer(secret: installation.secret)
        let asking = people.isEmpty ? (0..<200).map { _ in market.source.identifier(PersonKind.self) } : people
        let server = BenchServer(
            market: market, installation: installation, port: port,
            cookies: asking.map { "\(IdentityMiddleware.visitorCookie)=\(signer.visitorCookie(for: $0))" },
            product: try await market.catalog.newest(limit: 1).first?.id)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await application.run()
                return nil
            }
            group.addTask {
                try await server.wait()
                return try await body(server)
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw StoreError.unavailable("the server stopped before the benchmark was done")
        }
    }

    func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    private func wait() async throws {
        for _ in 0..<600 {
            if (try? await Load.answers(url("/ready"))) == true { return }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// A wrk script that asks as one person after the other.
    func script(method: String = "GET", body: String? = nil) -> String {
        let list = cookies.map { "\"\($0)\"" }.joined(separator: ",")
        let content = body.map { "wrk.body = '\($0)'; wrk.headers['Content-Type'] = 'application/json'" } ?? ""
        return """
            local cookies = {\(list)}
            local turn = 0
            wrk.method = '\(method)'
            \(content)
            request = function()
              turn = turn % #cookies + 1
              wrk.headers['Cookie'] = cookies[turn]
              return wrk.format()
            end
            """
    }
}
