import Foundation
import Synchronization

/// What the harness can't do; a test that meets it fails with the sentence.
public struct HarnessProblem: Error, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}

/// The built executable, found beside the test bundle.
public enum Executable {
    /// `quanyu` as `swift build` left it.
    public static var quanyu: String {
        get throws {
            let beside = Bundle.main.bundleURL.appending(path: "quanyu").path
            for path in [beside, ".build/debug/quanyu", ".build/release/quanyu"]
            where FileManager.default.isExecutableFile(atPath: path) { return path }
            throw HarnessProblem("The executable quanyu is not built. Run `swift build` first.")
        }
    }

    /// Where a tool of the system is, or `nil`.
    public static func find(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}

/// A child process whose end can be awaited and whose output is kept in a file.
public final class Child: Sendable {
    /// How a process ended: its exit code, or the signal that killed it.
    public enum End: Sendable, Equatable { case exit(Int32), signal(Int32) }

    /// Its process identifier.
    public let id: Int32
    /// Everything that it wrote, errors included.
    public let outputPath: String
    private let process: Process

    /// Starts `executable` with its output in `outputPath`.
    public init(
        _ executable: String, _ arguments: [String], environment: [String: String] = [:], output outputPath: String
    ) throws {
        _ = FileManager.default.createFile(atPath: outputPath, contents: nil)
        guard let output = FileHandle(forWritingAtPath: outputPath) else {
            throw HarnessProblem("\(outputPath) can't be written.")
        }
        let process = Process()
        process.executableURL = URL(filePath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        self.process = process
        self.outputPath = outputPath
        id = process.processIdentifier
    }

    deinit { if process.isRunning { kill(id, SIGKILL) } }

    /// Sends a signal, unless it has ended.
    public func send(_ signal: Int32) { if process.isRunning { kill(id, signal) } }

    /// How it ended, or `nil` while it runs.
    public var end: End? {
        guard !process.isRunning else { return nil }
        return process.terminationReason == .exit
            ? .exit(process.terminationStatus) : .signal(process.terminationStatus)
    }

    /// Waits for its end.
    public func ended(within limit: Duration = .seconds(60)) async throws -> End {
        try await eventually("process \(id) ends", within: limit) { self.end }
    }

    /// What it wrote so far.
    public var output: String { (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? "" }

    /// Runs a command to its end.
    @discardableResult
    public static func run(_ executable: String, _ arguments: [String], within limit: Duration = .seconds(60))
        async throws
        -> (end: End, output: String)
    {
        let path = NSTemporaryDirectory() + "quanyu-output-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let child = try Child(executable, arguments, output: path)
        let end = try await child.ended(within: limit)
        return (end, child.output)
    }
}

/// Asks again until there is an answer or the deadline has passed.
public func eventually<Value>(
    _ what: String, within limit: Duration = .seconds(60), isolation: isolated (any Actor)? = #isolation,
    _ condition: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
        if let value = try await condition() { return value }
        guard ContinuousClock.now < deadline else { throw HarnessProblem("Waited \(limit) in vain until \(what).") }
        // Between two questions only; the condition decides, not the time.
        try await Task.sleep(for: .milliseconds(8))
    }
}

/// A port of the loopback interface that is free, and that no other caller in this process gets.
///
/// Ports that the system hands to clients are left out: between the look and the server's start one of them could
/// become the near end of another test's connection, or be given to another test, whose server would then answer.
public func freePort() throws -> Int {
    for _ in 0..<20_000 {
        let port = nextPort.withLock { next in
            next = next == 31_999 ? 10_000 : next + 1
            return next
        }
        if canListen(on: port) { return port }
    }
    throw HarnessProblem("No port is free.")
}

/// Starts somewhere else in each process, since several test runs may share a machine.
private let nextPort = Mutex(10_000 + Int(getpid()) * 97 % 20_000)

private func canListen(on port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    address.sin_port = UInt16(port).bigEndian
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}

/// A folder that goes away with the value that holds it.
public final class Scratch: Sendable {
    public let path: String

    public init() throws {
        path = NSTemporaryDirectory() + "quanyu-test-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
