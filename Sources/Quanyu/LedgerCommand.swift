import ArgumentParser
import Flows
import Ledger

/// `quanyu ledger`: what an operator does with the books.
struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Proves the books.", subcommands: [LedgerVerify.self])
}

/// `quanyu ledger verify`: proves the books from the first entry.
struct LedgerVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Proves the books from the first entry: sums, references, hash chain, balances.",
        discussion: """
            Prints the last hash; keep it outside of this machine, and a later run shows whether the books before it are \
            still the same. Exit code: 0 when the books hold, 1 when they don't; then the first broken entry is named.
            """)

    @OptionGroup var installation: InstallationOptions

    func run() async throws {
        let installation = try await Installation.open(installation)
        let (market, _) = try installation.marketplace(callbackPort: 8080)
        let start = ContinuousClock.now
        let proof = try await market.ledger.verify()
        await installation.store.close()
        if let fault = proof.fault {
            print("The books are broken: \(fault.place) \(fault.reason).")
            throw ExitCode(1)
        }
        let time = (ContinuousClock.now - start).formatted(
            .units(allowed: [.seconds], fractionalPart: .show(length: 2)))
        print("The books hold: \(proof.entries) entries, \(proof.waiting) of them not sealed yet, checked in \(time).")
        print("Last hash: \(proof.head.isEmpty ? "none" : proof.head)")
    }
}

/// `quanyu machines`: draws the state machines, for docs/trade.md.
struct Machines: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draws the state machines of trade as Mermaid, as docs/trade.md holds them.")

    func run() {
        for (name, mermaid) in StateMachines.drawings { print("### \(name)\n\(mermaid)\n") }
    }
}
