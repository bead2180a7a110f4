import ArgumentParser
import Experience
import Flows

/// `quanyu scores`: what an operator does with the experience scores of shops.
struct ScoresCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scores", abstract: "Makes the experience scores of shops anew.",
        subcommands: [ScoresRebuild.self])
}

/// `quanyu scores rebuild`: forgets every sum and adds them up again from the journal.
struct ScoresRebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Forgets every sum of the experience scores and adds them up again from the journal.",
        discussion: """
            Stop the server first: a running one remembers how far it had come. Appeals and their answers stay, and hold \
            in what is made anew.
            """)

    @OptionGroup var installation: InstallationOptions

    func run() async throws {
        let installation = try await Installation.open(installation)
        let (market, _) = try installation.marketplace(callbackPort: 8080)
        try await market.store.write { try Experience.forgetScores(in: $0) }
        try await market.journal.catchUp(market.experience.scoreFollower)
        let orders = try await market.store.read { try Experience.scoredOrders(in: $0) }
        await installation.store.close()
        print("Scores were made anew from \(orders) orders.")
    }
}
