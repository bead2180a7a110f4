import ArgumentParser
import Foundation

/// `quanyu bench NAME`: measures an engine beside its peers and the machine's limit.
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures the server and its engines beside their peers.",
        subcommands: [
            BenchHTTP.self, BenchIngest.self, BenchCheckout.self, BenchLedger.self, BenchInference.self,
            BenchMatching.self, BenchExploration.self, BenchSearch.self, BenchVectors.self, PacedLoad.self,
        ])
}

/// What a benchmark prints.
struct BenchReport: Codable {
    /// One measured figure.
    struct Figure: Codable {
        let name: String
        let value: Double
        let unit: String
        var peer: String?
        var peerValue: Double?
        /// What the machine itself could do, for comparison.
        var limit: Double?

        enum CodingKeys: String, CodingKey {
            case name, value, unit, peer, limit
            case peerValue = "peer_value"
        }
    }

    let bench: String
    let machine: String
    var figures: [Figure]

    init(_ bench: String) {
        self.bench = bench
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let model =
            (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
            .split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last ?? "unknown"
        machine = "\(cores) cores,\(model), \(ProcessInfo.processInfo.operatingSystemVersionString)"
        figures = []
    }

    /// Prints JSON or a table for people.
    func show(json: Bool) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(self), as: UTF8.self))
            return
        }
        print("\(bench) on \(machine)")
        for figure in figures {
            let peer =
                figure.peer.map { ", \($0) \(figure.peerValue.map { "\(($0 * 100).rounded() / 100)" } ?? "?")" } ?? ""
            let limit = figure.limit.map { ", limit \($0.rounded())" } ?? ""
            print("  \(figure.name): \((figure.value * 100).rounded() / 100) \(figure.unit)\(peer)\(limit)")
        }
    }
}

/// How far a benchmark is: one line on standard error that writes over itself, so that the figures stay alone on
/// standard output.
enum ProgressLine {
    /// Shows a line in the place of the one before.
    static func show(_ line: String) { write("\r\(line)\u{1B}[K") }

    /// Leaves an empty line.
    static func end() { write("\r\u{1B}[K") }

    private static func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

/// CPU seconds that this process has used so far, user and system.
func processSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let (user, system) = (usage.ru_utime, usage.ru_stime)
    return Double(user.tv_sec + system.tv_sec) + Double(user.tv_usec + system.tv_usec) / 1e6
}

/// CPU seconds that a piece of work takes: what a core can do must not depend on what else the machine does.
func processSeconds(_ work: () -> Void) -> Double {
    let began = processSeconds()
    work()
    return processSeconds() - began
}

/// Memory of this process in MiB.
func residentMegabytes() -> Double {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS") } ?? ""
    return (Double(line.filter(\.isNumber)) ?? 0) / 1024
}

/// A load from a process of its own: wrk (<https://github.com/wg/wrk>), closed loop.
struct Load {
    let requestsPerSecond: Double
    let p50: Double
    let p99: Double
    let errors: Int

    /// Runs wrk; latencies are milliseconds.
    ///
    /// - Throws: ``ValidationError`` when wrk is not installed or says something unexpected.
    static func run(_ url: String, connections: Int, seconds: Int, script: String? = nil) async throws -> Load {
        var arguments = ["-t1", "-c\(connections)", "-d\(seconds)s", "--latency"]
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("quanyu-\(UUID().uuidString).lua")
        if let script {
            try script.write(to: file, atomically: true, encoding: .utf8)
            arguments += ["-s", file.path]
        }
        defer { try? FileManager.default.removeItem(at: file) }
        return try Load(try await output(of: "wrk", arguments + [url]))
    }

    init(_ text: String) throws {
        func field(_ name: String) -> Substring? {
            text.split(separator: "\n").first { $0.contains(name) }?.split(separator: " ").last
        }
        guard let rate = field("Requests/sec:").flatMap({ Double($0) }),
            let p50 = field(" 50%").flatMap(Self.milliseconds),
            let p99 = field(" 99%").flatMap(Self.milliseconds)
        else { throw ValidationError("wrk is not installed (apt-get install wrk) or failed: \(text)") }
        requestsPerSecond = rate
        self.p50 = p50
        self.p99 = p99
        errors = field("Non-2xx").flatMap { Int($0) } ?? 0
    }

    private static func milliseconds(_ text: Substring) -> Double? {
        for (unit, factor) in [("us", 0.001), ("ms", 1), ("s", 1000)] where text.hasSuffix(unit) {
            return Double(text.dropLast(unit.count)).map { $0 * factor }
        }
        return nil
    }
}

/// Runs a program and returns what it printed.
func output(of program: String, _ arguments: [String]) async throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    return try await withCheckedThrowingContinuation { continuation in
        process.terminationHandler = { _ in
            let data = pipe.fileHandleForReading.readDataToEndOfFile()
            continuation.resume(returning: String(decoding: data, as: UTF8.self))
        }
        do { try process.run() } catch { continuation.resume(throwing: error) }
    }
}

/// What the disk under a folder can do.
enum Disk {
    /// How often this disk can be told to be sure of 4 KiB, in one thread.
    static func syncsPerSecond(in folder: String) throws -> Double {
        let path = "\(folder)/sync-test"
        let descriptor = open(path, O_CREAT | O_WRONLY, 0o600)
        guard descriptor >= 0 else { return 0 }
        defer {
            close(descriptor)
            unlink(path)
        }
        let block = [UInt8](repeating: 1, count: 4096)
        let start = ContinuousClock.now
        var count = 0
        while ContinuousClock.now - start < .seconds(1) {
            _ = pwrite(descriptor, block, block.count, 0)
            fdatasync(descriptor)
            count += 1
        }
        return Double(count)
    }
}
