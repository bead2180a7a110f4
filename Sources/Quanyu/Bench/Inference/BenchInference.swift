import ArgumentParser
import Foundation
import Inference
import InferenceTrials

/// `quanyu bench inference`: how fast, how exact and how honest the statistics are, on trials whose truth is known.
struct BenchInference: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inference",
        abstract: "Speed, precision, error rates, coverage and power of the inference engine.",
        discussion: """
            Everything drawn is simulated from fixed seeds. Speeds are CPU seconds of one thread. With --venv, DuckDB, \
            tea-tasting and gbstats are timed on the same shape of data by the Python found there.
            """)

    @Option(help: "Persons for the speed of moments.") var persons = 10_000_000
    @Option(help: "Adjusted metrics for the speed of moments.") var metrics = 20
    @Option(help: "Runs of each looking trial; other trials follow it.") var runs = 4_000
    @Option(help: "Folder of a Python virtual environment with duckdb, tea_tasting and gbstats.") var venv: String?
    @Flag(help: "Only speeds.") var speed = false
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard persons >= 1_000, (1...100).contains(metrics), runs >= 10 else {
            throw ValidationError("--persons is at least 1000, --metrics 1 to 100, --runs at least 10.")
        }
    }

    func run() async throws {
        var report = BenchReport("inference")
        let peers = try await venv.mapAsync {
            try await InferencePeers.measured(venv: $0, persons: persons, metrics: metrics)
        }
        report.figures += try InferenceSpeed.figures(persons: persons, metrics: metrics, peers: peers)
        report.figures += try await InferenceRoom.figures()
        if !speed {
            report.figures += try InferencePrecision.figures()
            report.figures += try InferenceValidity.figures(runs: runs)
        }
        try report.show(json: json)
    }
}

extension Optional {
    /// `map` that may wait.
    fileprivate func mapAsync<T>(_ transform: (Wrapped) async throws -> T) async throws -> T? {
        guard let self else { return nil }
        return try await transform(self)
    }
}
