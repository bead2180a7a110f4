import Foundation

/// A program that reads what strangers sent: its own process, without our environment, with limits that the kernel keeps.
struct Tool: Sendable {
    /// Seconds of processor time and of waiting.
    static let seconds = 20
    /// Bytes of memory: fifty million pixels twice, and the program.
    static let memory = 1_500_000_000
    /// Bytes of a file that it writes.
    static let file = 32 << 20

    let path: String

    /// The program of this name, or `nil` when it, or what limits it, is not installed.
    init?(_ name: String) {
        guard let path = Self.find(name), Self.find("prlimit") != nil, Self.find("timeout") != nil else { return nil }
        self.path = path
    }

    private static func find(_ name: String) -> String? {
        ["/usr/bin", "/usr/local/bin", "/bin"].map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Runs it to its end.
    ///
    /// - Returns: what it wrote to its output, or `nil` when it failed or went beyond a limit.
    func run(_ arguments: [String]) async throws -> String? {
        guard let limiter = Self.find("prlimit"), let timeout = Self.find("timeout") else { return nil }
        let process = Process()
        process.executableURL = URL(filePath: limiter)
        process.arguments =
            ["--as=\(Self.memory)", "--cpu=\(Self.seconds)", "--fsize=\(Self.file)", "--core=0", timeout]
            + ["--kill-after=1", "\(Self.seconds)", path] + arguments
        process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C"]
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        let status = try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        // The few words that ffprobe writes fit into the pipe, so nothing waits for a reader.
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        return status == 0 ? text : nil
    }
}
