import ArgumentParser
import AsyncHTTPClient
import Foundation

/// Requests at a fixed rate, whatever the answers take: latencies count from the moment a request was due.
///
/// A hidden command, since the load has to come from a process of its own: one that shares the server's threads would
/// measure itself.
struct PacedLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "paced-load", shouldDisplay: false)

    @Argument var url: String
    @Option(help: "A file with one cookie header a line, used in turn.") var cookies: String
    @Option var perSecond: Int
    @Option var seconds: Int

    /// What was measured, in milliseconds.
    struct Latency: Codable {
        let p50: Double
        let p99: Double
    }

    func run() async throws {
        let cookies = try String(contentsOfFile: cookies, encoding: .utf8).split(separator: "\n").map(String.init)
        guard !cookies.isEmpty, perSecond > 0, seconds > 0 else { throw ValidationError("nothing to ask") }
        let start = ContinuousClock.now
        let latencies = try await withThrowingTaskGroup(of: Double.self) { group in
            for number in 0..<(perSecond * seconds) {
                let due = start + .nanoseconds(number * 1_000_000_000 / perSecond)
                try await Task.sleep(until: due)
                group.addTask { [url] in try await Self.ask(url, cookies[number % cookies.count], due) }
            }
            return try await group.reduce(into: [Double]()) { $0.append($1) }.sorted()
        }
        let latency = Latency(p50: latencies[latencies.count / 2], p99: latencies[latencies.count * 99 / 100])
        print(String(decoding: try JSONEncoder().encode(latency), as: UTF8.self))
    }

    private static func ask(_ url: String, _ cookie: String, _ due: ContinuousClock.Instant) async throws -> Double {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "Cookie", value: cookie)
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        _ = try await response.body.collect(upTo: 1 << 22)
        let (seconds, attoseconds) = (ContinuousClock.now - due).components
        return Double(seconds) * 1000 + Double(attoseconds) / 1e15
    }

    /// Runs the command as another process.
    static func run(_ url: String, cookies: [String], perSecond: Int, seconds: Int) async throws -> Latency {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("quanyu-\(UUID().uuidString).cookies")
        try cookies.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let program = ProcessInfo.processInfo.arguments[0]
        let printed = try await output(
            of: program,
            [
                "bench", "paced-load", url, "--cookies", file.path, "--per-second", "\(perSecond)", "--seconds",
                "\(seconds)",
            ])
        guard let latency = try? JSONDecoder().decode(Latency.self, from: Data(printed.utf8)) else {
            throw ValidationError("the paced load failed: \(printed)")
        }
        return latency
    }
}
