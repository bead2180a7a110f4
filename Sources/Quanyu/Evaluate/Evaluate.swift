import ArgumentParser

/// `quanyu evaluate NAME`: judges an engine on a file.
struct Evaluate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Judges an engine on what really happened.",
        subcommands: [EvaluateMatching.self, EvaluateRelease.self])
}
