import Foundation
import Inference
import Journal
import Kernel
import Store

/// The North Star tree: what everything is for, what moves it as far as past decisions tell, and the strategies in between.
public final class NorthStar: Sendable {
    let store: any Store
    let journal: Journal
    let source: Source

    /// The room on a store and a journal.
    public init(store: any Store, journal: Journal, source: Source) {
        (self.store, self.journal, self.source) = (store, journal, source)
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "north-star", number: 1, file: PackageResources._001_north_star_sql)
    ]

    // MARK: The tree

    /// A tree as it was from some moment on.
    public struct Version: Sendable, Hashable {
        /// 1, 2, 3 …; 0 before anybody has written one.
        public let number: Int64
        /// The tree.
        public let tree: NorthStarTree
        /// Why it was changed.
        public let note: String
        /// Who changed it; `nil` for version 0.
        public let person: PersonID?
        /// When; `nil` for version 0.
        public let madeAt: Instant?
    }

    /// The tree as it stands.
    public static func current(in transaction: any Transaction) throws -> Version {
        try versions(limit: 1, in: transaction).first
            ?? Version(number: 0, tree: .first, note: "", person: nil, madeAt: nil)
    }

    /// What there was, newest first.
    public static func versions(limit: Int, in transaction: any Transaction) throws -> [Version] {
        try transaction.rows("SELECT * FROM north_star_versions ORDER BY version DESC LIMIT \(limit)").map(Version.init)
    }

    /// One of them.
    ///
    /// - Throws: `NotFound`.
    public static func version(_ number: Int64, in transaction: any Transaction) throws -> Version {
        guard let row = try transaction.row("SELECT * FROM north_star_versions WHERE version = \(number)") else {
            throw NotFound("version of the tree")
        }
        return try Version(row)
    }

    /// Adds the next version. Nothing that was is rewritten.
    ///
    /// - Parameter previous: the number of the version that was changed.
    /// - Returns: the new number.
    /// - Throws: `InvalidField`, ``NorthStarProblem``.
    public func write(
        _ tree: NorthStarTree, after previous: Int64, note: String, by person: PersonID,
        in transaction: any Transaction
    ) throws -> Int64 {
        let tree = try tree.checked()
        let note = try ValidatedText(note, field: "note", length: 1...500).value
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(tree), as: UTF8.self)
        guard try Self.current(in: transaction).number == previous else { throw NorthStarProblem.changedMeanwhile }
        let written = try transaction.run(
            """
            INSERT INTO north_star_versions (version, tree, note, person, made_at)
            VALUES (\(previous + 1), \(text), \(note), \(person), \(source.now)) ON CONFLICT (version) DO NOTHING
            """)
        guard written == 1 else { throw NorthStarProblem.changedMeanwhile }
        try journal.append(NorthStarChanged(version: previous + 1), at: source.now, in: transaction)
        return previous + 1
    }

    // MARK: What moves the North Star

    /// What one past experiment did to a process metric and to the North Star.
    public struct Effect: Sendable, Hashable {
        /// The experiment.
        public let experiment: ExperimentID
        /// The metric of experiments.
        public let metric: String
        /// Both effects per person, with the sampling covariance.
        public let decision: ProxySlope.Decision

        /// An effect.
        public init(experiment: ExperimentID, metric: String, decision: ProxySlope.Decision) {
            (self.experiment, self.metric, self.decision) = (experiment, metric, decision)
        }
    }

    /// Keeps effects; those of an experiment that is known already are replaced by what is known of it now.
    public func learn(_ effects: [Effect], in transaction: any Transaction) throws {
        for effect in effects {
            let decision = effect.decision
            try transaction.send(
                """
                INSERT INTO north_star_effects (experiment, metric, proxy, north_star, proxy_error, covariance, learnt_at)
                VALUES (\(effect.experiment), \(effect.metric), \(decision.proxy), \(decision.northStar),
                    \(decision.proxyError), \(decision.covariance), \(source.now))
                ON CONFLICT (metric, experiment) DO UPDATE SET proxy = excluded.proxy,
                    north_star = excluded.north_star, proxy_error = excluded.proxy_error,
                    covariance = excluded.covariance, learnt_at = excluded.learnt_at
                """)
        }
    }

    /// The slope of each metric on the North Star over past experiments, corrected for the sampling covariance; a metric
    /// with fewer than five of them is absent.
    public static func slopes(in transaction: any Transaction) throws -> [String: ProxySlope] {
        var decisions: [String: [ProxySlope.Decision]] = [:]
        for row in try transaction.rows("SELECT * FROM north_star_effects ORDER BY metric, experiment") {
            decisions[try row.get("metric"), default: []].append(
                ProxySlope.Decision(
                    proxy: try row.get("proxy"), northStar: try row.get("north_star"),
                    proxyError: try row.get("proxy_error"), covariance: try row.get("covariance")))
        }
        return decisions.compactMapValues { try? ProxySlope($0) }
    }

    /// What the tree knows of a figure that somebody names.
    public struct Reading: Sendable, Hashable {
        /// The figure.
        public let node: NorthStarNode
        /// What it hangs under; `nil` for the North Star and results.
        public let parent: NorthStarNode?
        /// What past decisions say; `nil` for what isn't a process metric.
        public let slope: ProxySlope.Verdict?
    }

    /// Looks a figure up by key or title; `nil` when the tree has none of that name.
    public static func reading(of text: String, in transaction: any Transaction) throws -> Reading? {
        let tree = try current(in: transaction).tree
        guard let node = tree.node(called: text) else { return nil }
        let verdict = try node.metric.flatMap { try slopes(in: transaction)[$0]?.verdict } ?? .unknown
        return Reading(
            node: node, parent: node.parent.flatMap { tree.node($0) }, slope: node.kind == .process ? verdict : nil)
    }
}

/// Somebody changed the tree.
public struct NorthStarChanged: FactContent {
    public static let topic = "value.north_star_changed"
    /// The new version.
    public let version: Int64
    public var key: String { "north-star" }
}

extension NorthStar.Version {
    init(_ row: SQLRow) throws {
        number = try row.get("version")
        tree = try JSONDecoder().decode(NorthStarTree.self, from: Data(try row.get("tree", as: String.self).utf8))
        note = try row.get("note")
        person = try row.get("person")
        madeAt = try row.get("made_at")
    }
}
