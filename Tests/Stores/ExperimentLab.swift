import Decisions
import Experiments
import Feed
import Flows
import Foundation
import HTTP
import Journal
import Kernel
import Store

/// A marketplace with somebody who experiments in it.
final class Lab: Sendable {
    let store: any Store
    let market: Marketplace
    let clock: TestClock
    let source: Source
    private let seed: UInt64

    init(_ store: any Store, seed: UInt64) async throws {
        self.store = store
        self.seed = seed
        clock = TestClock(seed: seed &* 7_919)
        source = clock.source
        market = Marketplace(store: store, source: source, provider: SilentProvider())
        try await market.load()
    }

    var keep: KeepExperiments { KeepExperiments(market) }
    var command: Command {
        Command(by: Identity(person: PersonID(rawValue: 7), proof: .visitor, roles: [.operator], name: "Op"))
    }

    static func terms(_ version: String, share: Int = 4_000) -> ExperimentTerms {
        ExperimentTerms(
            name: "Fresher",
            arms: [
                Arm(name: "as now", share: 5_000, treatment: nil),
                Arm(name: "fresher", share: 5_000, treatment: version),
            ], share: share, leastWorthwhile: 5)
    }

    func register(_ version: String) async throws -> String {
        let name = "\(version)-\(seed)"
        return try await keep.register(weights: "version = \(name)\nfreshness = 0.9\n", command)
    }

    func draftDecision() async throws -> DecisionID {
        try await KeepDecisions(market).draft(.example, command).decision.id
    }

    func move(_ decision: DecisionID, _ event: DecisionEvent) async throws {
        _ = try await KeepDecisions(market).apply(event, to: decision, note: "because", command)
    }

    func ship(_ version: String, _ decision: DecisionID) async throws {
        _ = try await ApplyDecision(market).ship(version, for: decision, note: "because", command)
    }

    func runningExperiment(share: Int = 4_000) async throws -> Experiment {
        let version = try await register("v")
        let decision = try await draftDecision()
        try await move(decision, .start)
        let drafted = try await keep.draft(Self.terms(version, share: share), of: decision, command)
        return try await keep.start(drafted.id, command)
    }

    /// What was ever put in force for everybody.
    func standing() async throws -> [String] {
        try await store.read { try Feed.weightHistory(in: $0).map(\.version) }
    }

    func people(_ count: Int) -> [PersonID] {
        (0..<count).map { PersonID(rawValue: UInt128(seed) << 64 | UInt128($0)) }
    }

    /// By which version each person is ranked; `nil` for the baseline outside of every experiment.
    func versions(_ people: [PersonID]) -> [String?] {
        people.map { market.rankingArms.weights(for: $0, at: source.now).weights?.version }
    }

    func counted(_ id: ExperimentID) async throws -> Counted {
        try await store.read { try Experiments.counted(id, in: $0) }
    }

    func tell(_ story: Story) async throws {
        let now = source.now
        try await store.write { [market] transaction in try story.append(to: market.journal, at: now, in: transaction) }
        // On PostgreSQL facts are seen once older transactions have ended.
        let told = try await store.read { try $0.value("SELECT COUNT(*) FROM journal", as: Int.self) ?? 0 }
        try await eventually {
            try await self.store.read { transaction in
                try Journal.facts(
                    after: .start, topics: Story.topics + ["value.decision_changed", ExperimentChanged.topic],
                    limit: 100_000, in: transaction
                ).facts.count == told
            }
        }
    }

    func follow() async throws {
        let real = market.experiments.follower
        // Small batches, so that facts of one story fall into several.
        let cut = Subscription(name: real.name, topics: real.topics, batch: 37) { [market] facts, transaction in
            try market.experiments.apply(facts, in: transaction)
        }
        try await market.journal.catchUp(cut)
    }

    func rewind() async throws {
        try await store.write { try $0.run("DELETE FROM journal_positions WHERE subscription = 'experiments'") }
    }
}

/// An order as its room tells it, written as it writes it.
struct ToldPaid: FactContent {
    static let topic = "orders.order_changed"
    let order: OrderID
    let buyer: PersonID
    let state: String
    let time: Instant
    let lines: [[String: Int64]]
    var key: String { buyer.description }
}

/// What some people do around an experiment, with the totals counted by hand.
struct Story: Sendable {
    static let topics = [Exposure.topic, Touchpoint.topic, "orders.order_changed", "payments.refund_succeeded"]

    private enum Happening: Sendable {
        case exposure(Exposure)
        case touchpoint(Touchpoint)
        case order(OrderID, PersonID, Int64, Instant)
        case refund(RefundSucceeded)
    }

    private var happenings: [Happening] = []
    /// Arms of everybody who counts.
    private(set) var exposed: [PersonID: Int] = [:]
    private var sums: [PersonID: [MetricName: Double]] = [:]

    /// Some are exposed before they do things, some after, some never; some do things before the experiment began.
    init(_ lab: Lab, _ experiment: Experiment) {
        let start = experiment.startedAt ?? lab.source.now
        for person in lab.people(60) {
            let roll = lab.source.random()
            let isExposed = roll % 5 != 0
            let exposedAt = start + .hours(Int64(roll >> 8 & 0xFF) % 100)
            let arm = Int(roll >> 16 & 1)
            if isExposed {
                exposed[person] = arm
                for delay in 0..<2 as Range<Int64> {
                    happenings.append(
                        .exposure(
                            Exposure(
                                experiment: experiment.id, arm: arm, person: person, time: exposedAt + .minutes(delay),
                                propensity: 0.5, isGhost: arm == 0)))
                }
            }
            for number in 0..<Int(roll >> 20 & 7) {
                let time = start + .minutes(Int64(lab.source.random() % 12_000) - 600)
                act(person, time, counts: isExposed && time >= exposedAt, number, lab)
            }
        }
        // A slate's exposure may be written behind what followed it in the same batch, never the first of a batch.
        happenings.sort { Self.order($0) < Self.order($1) }
    }

    private static func order(_ happening: Happening) -> Int { if case .exposure = happening { 0 } else { 1 } }

    private mutating func act(_ person: PersonID, _ time: Instant, counts: Bool, _ number: Int, _ lab: Lab) {
        let amount = Int64(lab.source.random() % 100_000)
        var gains: [MetricName: Double] = [:]
        switch amount % 5 {
        case 0, 1:
            happenings.append(.order(lab.source.identifier(), person, amount, time))
            gains = [.paidOrders: 1, .paidValue: Double(amount)]
        case 2:
            happenings.append(
                .refund(
                    RefundSucceeded(refund: lab.source.identifier(), buyer: person, amount: amount, time: time)))
            gains = [.refunds: 1, .refundedValue: Double(amount)]
        default:
            let kind: Touchpoint.Kind = amount % 5 == 3 ? .finish : .notInterested
            happenings.append(
                .touchpoint(
                    Touchpoint(
                        person: person, time: time, kind: kind, subject: .video(VideoID(rawValue: UInt128(amount))),
                        slate: SlateID(rawValue: UInt128(number)))))
            gains = [kind == .finish ? .finishedVideos : .notInterested: 1]
        }
        // Likes count for nothing.
        happenings.append(
            .touchpoint(Touchpoint(person: person, time: time, kind: .like, subject: .query("tea"))))
        guard counts else { return }
        for (metric, gain) in gains { sums[person, default: [:]][metric, default: 0] += gain }
        if gains[.paidOrders] != nil { sums[person, default: [:]][.buyers] = 1 }
    }

    /// Each exposed person's total.
    func totals(arm: Int, _ metric: MetricName) -> [Double] {
        exposed.filter { $0.value == arm }.map { sums[$0.key]?[metric] ?? 0 }
    }

    func append(to journal: Journal, at now: Instant, in transaction: any Transaction) throws {
        for happening in happenings {
            switch happening {
            case .exposure(let exposure): try journal.append(exposure, at: now, in: transaction)
            case .touchpoint(let touchpoint): try journal.append(touchpoint, at: now, in: transaction)
            case .order(let id, let buyer, let amount, let time):
                let told = ToldPaid(order: id, buyer: buyer, state: "paid", time: time, lines: [["amount": amount]])
                try journal.append(told, at: now, in: transaction)
            case .refund(let refund): try journal.append(refund, at: now, in: transaction)
            }
        }
    }
}
