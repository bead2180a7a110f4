import Decisions
import Experiments
import Feed
import Flows
import Foundation
import HTTP
import Inference
import Kernel
import Matching
import World

/// What is simulated.
struct SimulationPlan: Sendable {
    let days: Int
    let seed: UInt64
    let shoppers: Int
    /// Ranking weights of the treatment, one `name = number` a line without a version.
    let treatment: String
    /// What the treatment adds to the log-odds of enjoying what is shown.
    let enjoyment: Double
    /// Whether the twin worlds are run, which say what is true.
    let tellsTruth: Bool
    /// The folder that the marketplace of the experiment stays in; `nil` for nowhere.
    var kept: String?

    /// Days before the experiment: the feed has to learn something first.
    var warmUp: Int { days / 3 }
    var parameters: Parameters {
        var parameters = Parameters()
        parameters.shoppers = shoppers
        // Nothing leaves the feed, as nobody takes videos down.
        parameters.shelfLife = days + 1
        return parameters
    }
    static let version = "simulated"
    var weights: String { "version = \(Self.version)\n\(treatment)" }
    /// Whether the treatment ranks by what the feed learns from its journal.
    var asksForLearnedRankings: Bool { ((try? RankingWeights(text: weights))?.learned ?? 0) > 0 }
    var effect: Effect { Effect(enjoyment: enjoyment) }
    /// The least worthwhile effect, finished videos per 1,000 people.
    static let leastWorthwhile = 1_000.0
}

/// Runs a marketplace with an experiment in it, and its twins in which everybody or nobody is treated.
struct Simulation: Sendable {
    /// A run for the truth.
    struct Twin: Sendable {
        let totals: [ShopperTotals]
        let days: [SimulatedDay]
    }

    let plan: SimulationPlan
    /// Told after every day: which run, which day.
    let progress: @Sendable (_ run: String, _ day: SimulatedDay) -> Void

    /// The worlds share nothing, so they live beside each other.
    func run() async throws -> SimulationReport {
        let start = ContinuousClock.now
        async let twins = twins()
        var life = try await SimulatedLife(plan.parameters, seed: plan.seed, in: plan.kept)
        do {
            let (days, experiment) = try await experiment(&life)
            let report = try await report(life, days, experiment, try await twins, since: start)
            await life.rooms.close()
            return report
        } catch {
            await life.rooms.close()
            throw error
        }
    }

    // MARK: The experiment

    private func experiment(_ life: inout SimulatedLife) async throws -> ([SimulatedDay], ExperimentID) {
        var days: [SimulatedDay] = []
        for _ in 0..<plan.warmUp { days.append(try await live(&life, counts: false, "experiment")) }
        let id = try await begin(life.rooms)
        let (market, effect) = (life.rooms.market, plan.effect)
        life.learnsRankings = plan.asksForLearnedRankings
        life.effect = { person in
            let place = market.experiments.assignments?.place(
                of: person, lever: .rankingWeights, at: market.source.now)
            guard case .arm(let answer) = place, answer.treatment == SimulationPlan.version else { return .none }
            return effect
        }
        for _ in plan.warmUp..<plan.days { days.append(try await live(&life, counts: true, "experiment")) }
        return (days, id)
    }

    private func live(_ life: inout SimulatedLife, counts: Bool, _ run: String) async throws -> SimulatedDay {
        let day = try await life.live(counts: counts)
        progress(run, day)
        return day
    }

    /// Writes the decision, starts it, and starts its experiment: the only way in which weights reach anybody.
    private func begin(_ rooms: SimulatedMarket) async throws -> ExperimentID {
        let market = rooms.market
        let command = Self.command()
        let version = try await KeepExperiments(market).register(weights: plan.weights, command)
        let decisions = KeepDecisions(market)
        let decision = try await decisions.draft(Self.claim(rooms.clock.source.now, plan), command)
        for finding in decision.findings {
            _ = try await decisions.acknowledge(
                finding.mistake, in: decision.decision.id, reason: "A simulation has no North Star but this.", command)
        }
        _ = try await decisions.apply(.start, to: decision.decision.id, note: "simulated", command)
        let terms = ExperimentTerms(
            name: "Simulated weights",
            arms: [
                Arm(name: "as before", share: 5_000, treatment: nil),
                Arm(name: "treated", share: 5_000, treatment: version),
            ], share: 10_000, primary: .finishedVideos, leastWorthwhile: SimulationPlan.leastWorthwhile,
            // They do: shops have one shelf, and creators one audience.
            sharesStock: true, sharesTraffic: true)
        let draft = try await KeepExperiments(market).draft(terms, of: decision.decision.id, command)
        return try await KeepExperiments(market).start(draft.id, command).id
    }

    private static func command() -> Command {
        Command(
            by: Identity(person: PersonID(rawValue: 1), proof: .visitor, roles: [.operator], name: "Simulated operator")
        )
    }

    private static func claim(_ now: Instant, _ plan: SimulationPlan) -> DecisionTerms {
        var terms = DecisionTerms(title: "Simulated: other ranking weights")
        terms.baseline = "The feed ranks by the baseline weights"
        terms.difference = "The feed ranks by other weights"
        terms.goal = "Shoppers see more videos that they like to the end"
        terms.beneficiaries = "Shoppers who watch"
        terms.metric = "finished videos per person"
        terms.leastWorthwhile = SimulationPlan.leastWorthwhile
        terms.unit = "finished videos per 1,000 people"
        terms.fallsWhenExperienceWorsens = true
        terms.chain = ["good content", "global NPS"]
        terms.startsAt = now
        terms.endsAt = now + .days(Int64(plan.days))
        terms.milestones = ["finished videos per person rise within a week"]
        terms.resources = "none: it is simulated"
        terms.alternatives = ["better videos"]
        terms.killRule = "Finished videos fall for three days"
        terms.reviewAt = now + .days(Int64(plan.days + 1))
        return terms
    }

    // MARK: The truth

    /// The same people with the same luck, all of them untreated and all of them treated.
    private func twins() async throws -> (control: Twin, treated: Twin)? {
        guard plan.tellsTruth else { return nil }
        let weights = try RankingWeights(text: plan.weights)
        async let control = twin("nobody treated", nil)
        async let treated = twin("all treated", weights)
        return (try await control, try await treated)
    }

    private func twin(_ name: String, _ weights: RankingWeights?) async throws -> Twin {
        var life = try await SimulatedLife(plan.parameters, seed: plan.seed)
        do {
            var days: [SimulatedDay] = []
            for number in 0..<plan.days {
                if number == plan.warmUp {
                    life.rooms.market.feed.rank { _, _ in PersonalWeights(weights: weights) }
                    let effect = weights == nil ? Effect.none : plan.effect
                    life.effect = { _ in effect }
                    life.learnsRankings = (weights?.learned ?? 0) > 0
                }
                days.append(try await live(&life, counts: number >= plan.warmUp, name))
            }
            await life.rooms.close()
            return Twin(totals: life.totals, days: days)
        } catch {
            await life.rooms.close()
            throw error
        }
    }

    // MARK: The report

    private func report(
        _ life: SimulatedLife, _ days: [SimulatedDay], _ id: ExperimentID, _ twins: (control: Twin, treated: Twin)?,
        since start: ContinuousClock.Instant
    ) async throws -> SimulationReport {
        let result = try await ReadValue(life.rooms.market).result(of: id).result
        let exposed = exposed(life)
        let arm = result.arms.first
        let effects = (arm?.rows ?? []).compactMap { effect($0, exposed, twins) }
        let primary = effects.first { $0.isPrimary }
        let lights = arm.map { arm in
            [
                ("Created value?", arm.lights.value), ("Experience safe?", arm.lights.experience),
                ("Evidence sound?", arm.lights.evidence),
            ].map {
                SimulationReport.Light(question: $0.0, colour: $0.1.colour.rawValue, reason: $0.1.reason.en)
            }
        }
        let truth = primary?.truth.flatMap { $0 == 0 ? nil : $0 }
        return SimulationReport(
            days: plan.days, seed: plan.seed, shoppers: plan.shoppers, experimentFrom: plan.warmUp + 1,
            treatment: plan.treatment.split(separator: "\n").joined(separator: ", "),
            enjoyment: plan.enjoyment, people: result.counts,
            flywheel: days, effects: effects, lights: lights ?? [], warning: result.experiment.warning?.en,
            claimedOverTrue: truth.map { SimulationPlan.leastWorthwhile / $0 },
            measuredOverTrue: truth.flatMap { truth in primary?.measured.map { $0 / truth } },
            disagreements: life.disagreements,
            seconds: (ContinuousClock.now - start) / .seconds(1))
    }

    /// Who took part: in an arm, and came while it ran.
    private func exposed(_ life: SimulatedLife) -> [Int] {
        let market = life.rooms.market
        return life.came.sorted().filter { who in
            let place = market.experiments.assignments?.place(
                of: life.rooms.shoppers[who], lever: .rankingWeights, at: market.source.now)
            if case .arm = place { return true }
            return false
        }
    }

    private func effect(
        _ row: ExperimentResult.Row, _ exposed: [Int], _ twins: (control: Twin, treated: Twin)?
    ) -> SimulatedEffect? {
        guard ShopperTotals().value(of: row.metric.name) != nil else { return nil }
        func total(_ twin: Twin) -> Double {
            exposed.reduce(0) { $0 + (twin.totals[$1].value(of: row.metric.name) ?? 0) }
        }
        let truth = twins.map { 1_000 * (total($0.treated) - total($0.control)) / Double(max(1, exposed.count)) }
        func covers(_ interval: Interval?) -> Bool? {
            truth.flatMap { truth in interval.map { $0.contains(truth / 1_000) } }
        }
        let (always, once) = (row.interval, row.comparison?.interval)
        let isPrimary = row.metric.name == .finishedVideos
        return SimulatedEffect(
            metric: row.metric.name.rawValue, isPrimary: isPrimary,
            claimed: isPrimary ? SimulationPlan.leastWorthwhile : nil,
            measured: row.comparison.map { 1_000 * $0.effect },
            low: always.map { 1_000 * $0.lower }, high: always.map { 1_000 * $0.upper },
            lowOnce: once.map { 1_000 * $0.lower }, highOnce: once.map { 1_000 * $0.upper }, truth: truth,
            coversTruth: covers(always), coversTruthOnce: covers(once))
    }
}
