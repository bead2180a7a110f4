import ArgumentParser
import Flows
import Foundation
import Importing
import Inference
import Kernel
import Matching

/// `quanyu evaluate release`: may these weights replace the ones in force? (docs/matching.md)
struct EvaluateRelease: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Replays logged slates under new weights; stops a release whose satisfaction bound falls.",
        discussion: """
            Reads a marketplace (--data) or files: --events as for `evaluate matching`, --slates with one row a slot: slate, \
            person, item, time, propensity, optionally position and source. Estimates are off-policy: self-normalised \
            inverse propensity and doubly robust, with 95 % intervals and the effective sample size.
            Exit code: 0 the weights may go out, 3 the bound of satisfaction falls, 4 the log can't tell.
            """)

    @Option(help: "Weights to be judged: name = value a line, as docs/matching.md lists them.") var weights: String
    @OptionGroup var installation: InstallationOptions
    @Option(help: "A file of events instead of a marketplace.") var events: String?
    @Option(help: "Its slates.") var slates: String?
    @Option(help: "Its products, for categories, shops and brands.") var items: String?
    @Option(help: "Judge slates shown from here on: RFC 3339, a date, or milliseconds since 1970.") var since: String?
    @Option(help: "Days between two renewals of the learned rankings, if the weights ask for them; the feed's is 1.")
    var renewRankings = 1
    @Option(help: "Loss that is put up with, as a share of the logged satisfaction.") var tolerance = 0.02
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard (events == nil) == (slates == nil) else {
            throw ValidationError("--events and --slates go together.")
        }
        guard (0...1).contains(tolerance) else { throw ValidationError("--tolerance must be 0–1.") }
        guard (1...3_650).contains(renewRankings) else {
            throw ValidationError("--renew-rankings must be 1–3650 days.")
        }
        _ = try start()
    }

    func run() async throws {
        var settings = Matching.Configuration()
        settings.weights = try readWeights()
        settings.admitsUnlisted = events != nil
        let evidence = try await evidence()
        var replay = SlateReplay(configuration: settings)
        replay.rankingRenewal = Int64(renewRankings) * 86_400_000
        let slots = replay.run(
            evidence.steps, slates: evidence.slates, from: try start()?.milliseconds ?? .min)
        let verdict = ReleaseVerdict(slots, weights: settings.weights.version, tolerance: tolerance)
        try verdict.show(json: json)
        if verdict.outcome != .passes { throw ExitCode(verdict.outcome == .falls ? 3 : 4) }
    }

    private func start() throws -> Instant? {
        guard let since else { return nil }
        guard let instant = EventFile.moment(since) else {
            throw ValidationError("--since must be RFC 3339, a date or milliseconds since 1970, not \(since).")
        }
        return instant
    }

    private func readWeights() throws -> RankingWeights {
        guard let text = try? String(contentsOfFile: weights, encoding: .utf8) else {
            throw ValidationError("The file \(weights) can't be read.")
        }
        do { return try RankingWeights(text: text) } catch {
            switch error {
            case .malformed(let line): throw ValidationError("\(weights), line \(line): must be name = number.")
            case .unknown(let name):
                throw ValidationError("\(weights): there is no weight \(name). Sales value is none on purpose.")
            }
        }
    }

    private func evidence() async throws -> (steps: [SlateReplay.Step], slates: [LoggedSlate]) {
        if let events, let slates { return try files(events, slates) }
        let installation = try await Installation.open(installation)
        let (market, _) = try installation.marketplace(callbackPort: 8080)
        let evidence = try await market.feed.evidence(slatesSince: try start() ?? Instant(milliseconds: 0))
        await installation.store.close()
        return (evidence.steps, evidence.slates)
    }

    private func files(_ events: String, _ slates: String) throws -> ([SlateReplay.Step], [LoggedSlate]) {
        do {
            var keys = EventKeys()
            let all = try EventFile(path: events).rows.compactMap { keys.event($0) }.sorted { $0.time < $1.time }
            let listed = try items.map { try ItemFile(path: $0).rows.map { keys.item($0) } } ?? []
            let logged = try SlateFile(path: slates, keys: &keys).slates
            return (SlateReplay.steps(events: all, items: listed), logged)
        } catch let problem as any Problem {
            throw ValidationError(problem.details.detail)
        }
    }
}

/// A file of slates, one row a slot.
private struct SlateFile {
    let slates: [LoggedSlate]

    init(path: String, keys: inout EventKeys) throws {
        var groups: [String: (person: Key, time: Int64, slots: [(position: Int, slot: LoggedSlot)])] = [:]
        var order: [String] = []
        for (number, row) in try LooseTable(path: path, oneOf: ["slate"]).rows.enumerated() {
            guard let slate = row["slate"], let person = row["person"], let item = row["item"],
                let time = row["time"].flatMap(EventFile.moment),
                let propensity = row["propensity"].flatMap(Double.init),
                propensity > 0, propensity <= 1
            else {
                throw ValidationError(
                    "\(path), row \(number + 1): needs slate, person, item, time and a propensity above 0 and up to 1.")
            }
            if groups[slate] == nil {
                order.append(slate)
                groups[slate] = (keys.person(person), time.milliseconds, [])
            }
            let slot = LoggedSlot(
                item: keys.thing(item), propensity: propensity, isExplored: row["source"] == "exploration")
            let position = row["position"].flatMap(Int.init) ?? groups[slate]?.slots.count ?? 0
            groups[slate]?.slots.append((position, slot))
        }
        slates = order.compactMap { groups[$0] }.map { group in
            LoggedSlate(
                person: group.person, time: group.time,
                slots: group.slots.sorted { $0.position < $1.position }.map(\.slot))
        }
    }
}
