import Decisions
import Experience
import Experiments
import HTTP
import Inference
import Kernel
import NorthStar
import Store

/// The tree with what past decisions say of its process metrics.
public struct NorthStarView: Sendable {
    /// The version.
    public let version: NorthStar.Version
    /// By metric of experiments.
    public let slopes: [String: ProxySlope]

    /// What past decisions say of a figure; `nil` for what isn't a process metric.
    public func slope(of node: NorthStarNode) -> ProxySlope? { node.metric.flatMap { slopes[$0] } }
}

/// Operators change the North Star tree and learn what moves it; each command once.
public struct KeepNorthStar: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// The tree as it stands, or as it was.
    ///
    /// - Throws: `NotFound`.
    public func view(version: Int64? = nil) async throws -> NorthStarView {
        try await market.store.read { transaction in
            let found =
                try version.map { try NorthStar.version($0, in: transaction) }
                ?? NorthStar.current(in: transaction)
            return NorthStarView(version: found, slopes: try NorthStar.slopes(in: transaction))
        }
    }

    /// What there was, newest first.
    public func versions() async throws -> [NorthStar.Version] {
        try await market.store.read { try NorthStar.versions(limit: 100, in: $0) }
    }

    /// Adds the next version.
    ///
    /// - Throws: `Forbidden`, `InvalidField`, `NotFound` for a decision that isn't there, ``NorthStarProblem``.
    public func write(
        _ tree: NorthStarTree, after previous: Int64, note: String, _ command: Command
    ) async throws -> NorthStarView {
        try command.identity.requireOperator()
        let now = market.source.now
        let number = try await market.store.write { [market] transaction in
            try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                for id in Set(tree.strategies.flatMap(\.decisions)) {
                    _ = try Decisions.find(id, in: transaction)
                }
                let metrics = Set(MetricName.allCases.map(\.rawValue))
                guard tree.nodes.compactMap(\.metric).allSatisfy(metrics.contains) else {
                    throw InvalidField("metric", "must be a metric of experiments.", zh: "须为实验指标。")
                }
                return try market.northStar.write(
                    tree, after: previous, note: note, by: command.identity.person, in: transaction)
            }
        }
        return try await view(version: number)
    }

    // MARK: What moves it

    /// Learns from every experiment that measured something what it did to each metric and to the global NPS, on the same
    /// people: those of them who were asked and answered.
    ///
    /// - Returns: experiments that had enough answers.
    /// - Throws: `Forbidden`.
    public func learn(_ command: Command) async throws -> Int {
        try command.identity.requireOperator()
        return try await learn()
    }

    /// Learns every six hours by itself until cancelled; what fails is tried again then.
    func run() async {
        repeat { _ = try? await learn() } while (try? await Task.sleep(for: .seconds(6 * 3_600))) != nil
    }

    /// Learns from what is known now.
    @discardableResult
    func learn() async throws -> Int {
        let started = try await market.store.read { try Experiments.started(in: $0) }
        var learnt = 0
        for experiment in started where experiment.purpose == .measure && experiment.terms.design == .persons {
            let effects = try await market.store.read { try Self.effects(of: experiment, in: $0) }
            guard !effects.isEmpty else { continue }
            try await market.store.write { [market] in try market.northStar.learn(effects, in: $0) }
            learnt += 1
        }
        return learnt
    }

    private static func effects(
        of experiment: Experiment, in transaction: any Transaction
    ) throws -> [NorthStar.Effect] {
        let asked = try Experience.asked(
            .everything, since: experiment.startedAt ?? experiment.createdAt, in: transaction)
        let places = try Experiments.participants(in: experiment.id, among: asked.map(\.person), in: transaction)
        // Control and the first treatment: one entry a decision, since arms that share a control are not independent.
        var answers: [[(scores: Double, totals: [MetricName: Double])]] = [[], []]
        for entry in asked {
            guard let score = entry.score, let place = places[entry.person], place.exposedAt <= entry.at,
                place.arm < 2, experiment.endedAt.map({ entry.at < $0 }) ?? true
            else { continue }
            answers[place.arm].append((100 * NetPromoterScore.value(of: score), place.totals))
        }
        guard answers.allSatisfy({ $0.count >= 10 }) else { return [] }
        let arms = try Experiments.counted(experiment.id, in: transaction).merged(
            arms: experiment.terms.arms.count)
        let northStar = answers.map { Moments($0.lazy.map(\.scores)) }
        return MetricName.allCases.compactMap { metric in
            guard let control = arms[0][metric]?.outcome, let treatment = arms[1][metric]?.outcome, control.count > 1,
                treatment.count > 1
            else { return nil }
            // Cov of a mean over n people and one over some of them is the people's own covariance over n.
            let covariance = zip(answers, [control, treatment]).reduce(0.0) { sum, arm in
                var joint = JointMoments(variables: 2)
                for answer in arm.0 { joint.add([answer.totals[metric] ?? 0, answer.scores]) }
                return sum + joint.covariance(0, 1) / Double(arm.1.count)
            }
            return NorthStar.Effect(
                experiment: experiment.id, metric: metric.rawValue,
                decision: ProxySlope.Decision(
                    proxy: treatment.mean - control.mean, northStar: northStar[1].mean - northStar[0].mean,
                    proxyError: control.variance / Double(control.count)
                        + treatment.variance / Double(treatment.count), covariance: covariance))
        }
    }
}
