import ArgumentParser
import Foundation
import HTTP
import Kernel

/// `quanyu bench ingest`: touchpoints accepted over HTTP, durable and applied to the feed's engine.
struct BenchIngest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest", abstract: "Touchpoints per second through POST /touchpoints, durable and applied.")

    @OptionGroup var installation: InstallationOptions
    @Option(help: "Port for the server.") var port = 18_090
    @Option(help: "Touchpoints in one request.") var batch = 100
    @Option(help: "Seconds of load.") var seconds = 10
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let report = try await BenchServer.run(installation, port: port) { [batch, seconds] server in
            try await Self.measure(server, batch: batch, seconds: seconds)
        }
        try report.show(json: json)
    }

    private static func measure(_ server: BenchServer, batch: Int, seconds: Int) async throws -> BenchReport {
        let goods = try await server.market.catalog.newest(limit: 200).map(\.id)
        guard !goods.isEmpty else {
            throw ValidationError("There are no products in this data folder. Import one first: quanyu import DIR")
        }
        let kinds = ["impression", "view", "open", "finish"]
        let list = (0..<batch).map { number in
            "{\"kind\":\"\(kinds[number % kinds.count])\",\"subject\":\"\(goods[number % goods.count])\",\"dwell\":900}"
        }
        let body = "{\"touchpoints\":[\(list.joined(separator: ","))]}"
        let before = try await count(server)
        let (cpu, start) = (processSeconds(), ContinuousClock.now)
        let load = try await Load.run(
            server.url("/api/v1/touchpoints"), connections: 32, seconds: seconds,
            script: server.script(method: "POST", body: body))
        let (wall, used) = (ContinuousClock.now - start, processSeconds() - cpu)
        let accepted = Double(try await count(server) - before)
        let wallSeconds = Double(wall.milliseconds) / 1000
        var report = BenchReport("ingest")
        let fsync = try Disk.syncsPerSecond(in: server.installation.folder)
        report.figures = [
            .init(name: "touchpoints, durable and applied", value: accepted / wallSeconds, unit: "touchpoints/s"),
            .init(
                name: "touchpoints per CPU second of the server", value: accepted / used, unit: "touchpoints/s per core"
            ),
            .init(
                name: "requests of \(batch) touchpoints", value: load.requestsPerSecond, unit: "requests/s",
                peer: "fdatasync of the same disk", peerValue: fsync, limit: fsync),
            .init(name: "request, p50", value: load.p50, unit: "ms"),
            .init(name: "request, p99", value: load.p99, unit: "ms"),
            .init(name: "answers that were no success", value: Double(load.errors), unit: "requests"),
        ]
        return report
    }

    private static func count(_ server: BenchServer) async throws -> Int {
        try await server.market.store.read {
            try $0.value("SELECT COUNT(*) FROM journal WHERE topic = 'touchpoint'") ?? 0
        }
    }
}
