import ArgumentParser
import AsyncHTTPClient
import Foundation
import HTTP
import Kernel
import NIOCore

extension Load {
    /// Whether an address answers with success.
    static func answers(_ url: String) async throws -> Bool {
        try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(2)).status == .ok
    }
}

/// `quanyu bench http`: product page and feed beside a static response of the same server and nginx.
struct BenchHTTP: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "http", abstract: "Requests per second and latency of pages and API on the data in --data.")

    @OptionGroup var installation: InstallationOptions
    @Option(help: "Port for the server; nginx gets the next one.") var port = 18_080
    @Option(help: "Seconds per measurement.") var seconds = 8
    @Flag(help: "Also ask the feed while two experiments run on everybody; leaves a stopped decision in the data.")
    var experiments = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let first = try await BenchServer.run(installation, port: port) { try await Self.feedBytes($0) }
        let report = try await BenchServer.run(installation, port: port + 2, static: ByteBuffer(bytes: first)) {
            [seconds, port, experiments] server in
            var report = try await Self.measure(server, body: first, seconds: seconds, nginxPort: port + 1)
            if experiments { report.figures += try await Self.experimenting(server, seconds: seconds) }
            return report
        }
        try report.show(json: json)
    }

    /// A feed answer as it stands, so that static responses carry the same bytes.
    private static func feedBytes(_ server: BenchServer) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: server.url("/api/v1/feed?count=10"))
        request.headers.add(name: "Cookie", value: server.cookies.first ?? "")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        return Array(buffer: try await response.body.collect(upTo: 1 << 22))
    }

    /// The feed without and with experiments, in turns, so that a busy neighbour of the machine meets both alike.
    private static func experimenting(_ server: BenchServer, seconds: Int) async throws -> [BenchReport.Figure] {
        let url = server.url("/api/v1/feed?count=10")
        let experiments = BenchExperiments(market: server.market)
        var (without, with) = ([Load](), [Load]())
        for _ in 0..<3 {
            without.append(try await Load.run(url, connections: 64, seconds: seconds, script: server.script()))
            let decision = try await experiments.start()
            with.append(try await Load.run(url, connections: 64, seconds: seconds, script: server.script()))
            try await experiments.stop(decision)
        }
        func middle(_ loads: [Load], _ value: (Load) -> Double) -> Double { loads.map(value).sorted()[loads.count / 2] }
        let name = "feed API with two experiments on everybody"
        return [
            .init(
                name: name, value: middle(with, \.requestsPerSecond), unit: "requests/s", peer: "without",
                peerValue: middle(without, \.requestsPerSecond)),
            .init(
                name: "\(name), p99", value: middle(with, \.p99), unit: "ms", peer: "without",
                peerValue: middle(without, \.p99)),
        ]
    }

    private static func measure(
        _ server: BenchServer, body: [UInt8], seconds: Int, nginxPort: Int
    ) async throws -> BenchReport {
        var report = BenchReport("http")
        let nginx = try await Nginx(body: body, port: nginxPort)
        defer { nginx?.stop() }
        let script = server.script()
        let nginxLoad = try await nginx?.load(seconds: seconds)
        let fixed = try await Load.run(server.url("/bench/static"), connections: 64, seconds: seconds, script: script)
        let limit = nginxLoad?.requestsPerSecond
        report.add("static", fixed, peer: "nginx", nginxLoad, limit: limit)
        let feed = try await Load.run(
            server.url("/api/v1/feed?count=10"), connections: 64, seconds: seconds, script: script)
        report.add("feed API", feed, peer: "static response of the same server", fixed, limit: limit)
        if let product = server.product {
            let page = try await Load.run(
                server.url("/products/\(product)"), connections: 64, seconds: seconds, script: script)
            report.add("product page", page, peer: "static response of the same server", fixed, limit: limit)
        }
        let paced = try await PacedLoad.run(
            server.url("/api/v1/feed?count=10"), cookies: server.cookies, perSecond: 500, seconds: seconds)
        report.figures.append(.init(name: "feed API at 500/s, p50", value: paced.p50, unit: "ms"))
        report.figures.append(.init(name: "feed API at 500/s, p99", value: paced.p99, unit: "ms"))
        report.figures.append(.init(name: "memory under load", value: residentMegabytes(), unit: "MiB"))
        return report
    }
}

extension BenchReport {
    fileprivate mutating func add(_ name: String, _ load: Load, peer: String, _ other: Load?, limit: Double?) {
        figures.append(
            Figure(
                name: name, value: load.requestsPerSecond, unit: "requests/s", peer: peer,
                peerValue: other?.requestsPerSecond, limit: limit))
        figures.append(Figure(name: "\(name), p50", value: load.p50, unit: "ms", peer: peer, peerValue: other?.p50))
        figures.append(Figure(name: "\(name), p99", value: load.p99, unit: "ms", peer: peer, peerValue: other?.p99))
        figures.append(
            Figure(name: "\(name), answers that were no success", value: Double(load.errors), unit: "requests"))
    }
}

/// nginx serving the same bytes, where it is installed.
private struct Nginx {
    private let folder: URL
    private let process: Process
    private let port: Int

    init?(body: [UInt8], port: Int) async throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/sbin/nginx") else { return nil }
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("quanyu-nginx-\(UUID().uuidString)")
        self.port = port
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
        try Data(body).write(to: folder.appendingPathComponent("feed.json"))
        let settings = """
            daemon off; worker_processes auto; pid \(folder.path)/pid; error_log /dev/null;
            events { worker_connections 512; }
            http { access_log off; server { listen 127.0.0.1:\(port); root \(folder.path); } }
            """
        try settings.write(to: folder.appendingPathComponent("nginx.conf"), atomically: true, encoding: .utf8)
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/sbin/nginx")
        process.arguments = ["-p", folder.path, "-c", folder.appendingPathComponent("nginx.conf").path]
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    func load(seconds: Int) async throws -> Load {
        let url = "http://127.0.0.1:\(port)/feed.json"
        for _ in 0..<50 {
            if (try? await Load.answers(url)) == true { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        return try await Load.run(url, connections: 64, seconds: seconds)
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }
}
