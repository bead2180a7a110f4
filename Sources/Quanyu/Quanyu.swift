import ArgumentParser

/// The one command: a marketplace and everything to run it.
@main
struct Quanyu: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quanyu",
        abstract: "A self-hosted interest-commerce platform.",
        subcommands: [
            Serve.self, ImportFolder.self, Analyze.self, Evaluate.self, Bench.self, Migrate.self, OpenAPI.self,
            Backup.self, GrantRole.self,
            LedgerCommand.self, ScoresCommand.self, Machines.self, Simulate.self,
        ])
}
