import ArgumentParser
import Matching

/// `quanyu bench exploration`: new creators' first exposure and what it costs viewers, in a simulated world.
struct BenchExploration: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exploration",
        abstract: "How many new creators get their first exposure in time, and what it costs viewers (simulated).")

    @Option(help: "Viewers.") var viewers = 1000
    @Option(help: "New creators on one day.") var newcomers = 12
    @Option(help: "Worlds, one a seed from 1 on.") var worlds = 5
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard (10...100_000).contains(viewers), (1...10_000).contains(newcomers), (1...100).contains(worlds) else {
            throw ValidationError("--viewers must be 10–100,000, --newcomers 1–10,000, --worlds 1–100.")
        }
    }

    func run() async throws {
        var report = BenchReport("exploration (simulated)")
        var trial = ExplorationTrial()
        (trial.viewers, trial.newcomers) = (viewers, newcomers)
        var outcomes: [ExplorationTrial.Outcome] = []
        for seed in 1...UInt64(worlds) {
            trial.seed = seed
            outcomes.append(trial.run())
        }
        func mean(_ value: (ExplorationTrial.Outcome) -> Double) -> Double {
            outcomes.reduce(0) { $0 + value($1) } / Double(outcomes.count)
        }
        func add(_ name: String, _ value: Double, _ unit: String) {
            report.figures.append(.init(name: name, value: value, unit: unit))
        }
        add("worlds", Double(worlds), "of \(viewers) viewers, simulated")
        add("new creators with \(trial.promised) impressions in 24 h", 100 * mean(\.reach), "%")
        add("slots that exploration took", 100 * mean(\.exploredShare), "%")
        add("change of the viewers' value", 100 * mean(\.change), "%")
        add("worst world's change", 100 * (outcomes.map(\.change).min() ?? 0), "%")
        try report.show(json: json)
    }
}
