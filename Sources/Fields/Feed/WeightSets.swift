import Kernel
import Matching
import Store

/// A version of the ranking weights.
public struct WeightSet: Sendable, Hashable {
    /// The weights, named by their version.
    public let weights: RankingWeights
    /// Who registered them.
    public let author: PersonID
    /// When.
    public let createdAt: Instant
}

/// A version that everybody gets, or got.
public struct WeightsInForce: Sendable, Hashable {
    /// Which.
    public let version: String
    /// In the name of which decision.
    public let decision: DecisionID
    /// From when on.
    public let since: Instant
}

/// What can't be done with ranking weights.
public enum WeightProblem: Error, Equatable {
    /// There is no such version.
    case unknownVersion(String)
    /// Another set has that version.
    case versionTaken(String)
    /// It is what everybody gets already.
    case alreadyInForce
}

extension WeightProblem: Problem {
    public var details: ProblemDetails {
        switch self {
        case .unknownVersion(let version):
            ProblemDetails(
                .conflict, "weights-unknown", "There is no weight set \(version); register it first.",
                zh: "没有名为 \(version) 的权重版本，请先登记。")
        case .versionTaken(let version):
            ProblemDetails(
                .conflict, "weights-version-taken",
                "Another weight set is called \(version), and sets never change: choose another version.",
                zh: "版本 \(version) 已存在且不可修改，请换一个版本名。")
        case .alreadyInForce:
            ProblemDetails(
                .conflict, "weights-in-force", "Everybody gets these weights already.", zh: "该权重版本已在全量使用。")
        }
    }
}

/// Ranking weights: registered as versions that never change, put in force in the name of a running decision only.
extension Feed {
    /// The tables of weight sets.
    public static let weightMigrations = [
        Migration(room: "feed-weights", number: 1, file: PackageResources._001_weights_sql),
        Migration(room: "feed-weights", number: 2, file: PackageResources._002_levers_sql),
    ]

    /// The version before any decision; whoever is held out of ranking changes keeps it.
    public static var baseline: RankingWeights { .current }

    /// Registers a set, which changes nothing for anybody.
    ///
    /// - Parameter text: one `name = number` a line, with a `version`; names left out keep the baseline's value.
    /// - Throws: `InvalidField`, ``WeightProblem/versionTaken(_:)``.
    public func register(_ text: String, by person: PersonID, in transaction: any Transaction) throws -> String {
        let weights = try Self.weights(text)
        guard weights.version.wholeMatch(of: /[A-Za-z0-9._-]{1,40}/) != nil else {
            throw InvalidField(
                "weights", "need a version of 1–40 letters, digits, . _ -", zh: "须写明版本：1–40 个字母、数字或 . _ -")
        }
        guard weights.version != Self.baseline.version else { throw WeightProblem.versionTaken(weights.version) }
        let added = try transaction.run(
            """
            INSERT INTO weight_sets (version, weights, author, created_at)
            VALUES (\(weights.version), \(weights.text), \(person), \(source.now)) ON CONFLICT (version) DO NOTHING
            """)
        guard added == 1 else { throw WeightProblem.versionTaken(weights.version) }
        return weights.version
    }

    /// Puts a registered set in force for everybody who is not held back.
    ///
    /// - Parameter running: there is no way around a decision that runs.
    /// - Returns: the version that was in force until now.
    /// - Throws: ``WeightProblem``.
    public func putInForce(
        _ version: String, by running: RunningDecision, in transaction: any Transaction
    ) throws -> String {
        _ = try Self.weightSet(version, in: transaction)
        let history = try Self.weightHistory(in: transaction)
        let previous = history.last?.version ?? Self.baseline.version
        guard previous != version else { throw WeightProblem.alreadyInForce }
        try transaction.run(
            """
            INSERT INTO weights_in_force (position, version, decision, since)
            VALUES (\(history.count + 1), \(version), \(running.id), \(source.now))
            """)
        return previous
    }

    /// The weights of a version.
    ///
    /// - Throws: ``WeightProblem/unknownVersion(_:)``.
    public static func weightSet(_ version: String, in transaction: any Transaction) throws -> RankingWeights {
        if version == baseline.version { return baseline }
        let text = try transaction.value("SELECT weights FROM weight_sets WHERE version = \(version)", as: String.self)
        guard let text else { throw WeightProblem.unknownVersion(version) }
        return try weights(text)
    }

    /// Every registered set, newest first.
    public static func weightSets(in transaction: any Transaction) throws -> [WeightSet] {
        try transaction.rows("SELECT * FROM weight_sets ORDER BY created_at DESC, version").map { row in
            WeightSet(
                weights: try weights(try row.get("weights")), author: try row.get("author"),
                createdAt: try row.get("created_at"))
        }
    }

    /// What everybody got, oldest first.
    public static func weightHistory(in transaction: any Transaction) throws -> [WeightsInForce] {
        try transaction.rows("SELECT * FROM weights_in_force ORDER BY position").map {
            WeightsInForce(
                version: try $0.get("version"), decision: try $0.get("decision"), since: try $0.get("since"))
        }
    }

    private static func weights(_ text: String) throws -> RankingWeights {
        do {
            return try RankingWeights(text: text)
        } catch RankingWeights.Problem.malformed(let line) {
            throw InvalidField("weights", "has no “name = number” in line \(line).", zh: "第 \(line) 行不是“名称 = 数值”。")
        } catch RankingWeights.Problem.unknown(let name) {
            throw InvalidField(
                "weights", "“\(name)” is nothing that the feed ranks by; sales value is not on purpose.",
                zh: "“\(name)”不是推荐权重；成交额有意不在其中。")
        }
    }
}
