import ArgumentParser
import Foundation
import Kernel
import Matching

/// `quanyu simulate`: a marketplace of simulated people in the real rooms, and a decision whose true effect is known.
struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the flywheel with simulated people, and an experiment beside the truth.",
        discussion: """
            Shoppers, creators and merchants of a simulated world live in the real feed, orders, decisions and \
            experiments, on a store of their own that is deleted afterwards (--keep keeps that of the experiment, for \
            the pages of `quanyu serve`). After a third of the days an experiment on \
            ranking weights begins. The world is then run twice more with the same luck, with nobody and with everybody \
            treated: the difference is the true effect. Everything printed is simulated. See docs/world.md.
            """)

    @Option(help: "Days to live, 3–365.")
    var days = 30

    @Option(help: "The same seed gives the same world.")
    var seed: UInt64 = 1

    @Option(help: "Shoppers, 20–5000.")
    var shoppers = 300

    @Option(help: "The treatment: ranking weights as NAME=NUMBER, separated by commas.")
    var treatment = "fatigue=1.4,popularity=0.1"

    @Option(help: "What the treatment adds to the log-odds of enjoying what is shown, -3 to 3.")
    var enjoyment = 0.6

    @Flag(inversion: .prefixedNo, help: "Run the twin worlds that say what is true (three times the work).")
    var truth = true

    @Option(help: "A new folder for the marketplace of the experiment: `quanyu serve --data FOLDER` shows it.")
    var keep: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (3...365).contains(days) else { throw ValidationError("--days must be 3–365, not \(days).") }
        guard (20...5_000).contains(shoppers) else {
            throw ValidationError("--shoppers must be 20–5000, not \(shoppers).")
        }
        guard (-3...3).contains(enjoyment) else {
            throw ValidationError("--enjoyment must be -3 to 3, not \(enjoyment).")
        }
        if let keep, FileManager.default.fileExists(atPath: "\(keep)/quanyu.sqlite") {
            throw ValidationError("--keep: \(keep) holds a marketplace already. Name a new folder.")
        }
        let weights: RankingWeights
        do {
            weights = try RankingWeights(text: "version = simulated\n\(lines)")
        } catch RankingWeights.Problem.unknown(let name) {
            throw ValidationError("--treatment: “\(name)” is nothing that the feed ranks by.")
        } catch RankingWeights.Problem.malformed(let line) {
            throw ValidationError("--treatment: part \(line - 1) is not NAME=NUMBER.")
        }
        var baseline = RankingWeights.current
        baseline.version = weights.version
        guard weights != baseline else { throw ValidationError("--treatment changes nothing.") }
    }

    private var lines: String {
        treatment.split(separator: ",", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n")
    }

    func run() async throws {
        let plan = SimulationPlan(
            days: days, seed: seed, shoppers: shoppers, treatment: lines, enjoyment: enjoyment, tellsTruth: truth,
            kept: keep)
        let (json, days) = (json, days)
        if !json { print("SIMULATED: \(shoppers) shoppers, \(days) days, seed \(seed)\n\(SimulatedDay.heading)") }
        let simulation = Simulation(plan: plan) { run, day in
            if !json, run == "experiment" {
                print(day.line)
                fflush(nil)
            } else {
                FileHandle.standardError.write(Data("\r\(run): day \(day.day) of \(days)    ".utf8))
            }
        }
        do {
            let report = try await simulation.run()
            FileHandle.standardError.write(Data("\n".utf8))
            print(json ? try report.json : report.text)
            if let keep, !json {
                print(
                    "Kept: quanyu serve --data \(keep). Sign up there; quanyu grant --data \(keep) --help says how you "
                        + "become its operator.")
            }
        } catch let problem as any Problem {
            throw ValidationError(problem.details.detail)
        }
    }
}
