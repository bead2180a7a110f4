import Foundation
import Kernel
import Matching
import Store

/// What dissatisfaction costs beside what a like is worth, so that published prices can say how much the feed lets it weigh.
///
/// One predicted refund weighs (μ·points + λ·cost) / value of a like, and so do a late delivery, a complaint, a report and a
/// *not interested*. A price only ever raises a weight: what a weight set says is the least that dissatisfaction costs.
public struct ExchangeRates: Sendable, Hashable, Codable {
    /// The currency of money and of the prices that are read.
    public var currency: Currency
    /// What a like is worth in the long run, in minor units; above zero.
    public var like: Double
    /// NPS points that one refund, one report, one *not interested* takes from a person, 0…200.
    public var refundPoints: Double
    public var reportPoints: Double
    public var notInterestedPoints: Double
    /// What one refund costs the platform, in minor units; not negative.
    public var refundCost: Double
    /// NPS points that one late delivery, one complaint takes from a person, 0…200; nothing where a rate does not name them.
    public var lateDeliveryPoints: Double?
    public var complaintPoints: Double?
    /// What one late delivery, one complaint costs the platform, in minor units; not negative, nothing where not named.
    public var lateDeliveryCost: Double?
    public var complaintCost: Double?

    /// Rates.
    public init(
        currency: Currency, like: Double, refundPoints: Double, reportPoints: Double, notInterestedPoints: Double,
        refundCost: Double, lateDeliveryPoints: Double? = nil, complaintPoints: Double? = nil,
        lateDeliveryCost: Double? = nil, complaintCost: Double? = nil
    ) {
        (self.currency, self.like, self.refundPoints) = (currency, like, refundPoints)
        (self.reportPoints, self.notInterestedPoints) = (reportPoints, notInterestedPoints)
        self.refundCost = refundCost
        (self.lateDeliveryPoints, self.lateDeliveryCost) = (lateDeliveryPoints, lateDeliveryCost)
        (self.complaintPoints, self.complaintCost) = (complaintPoints, complaintCost)
    }

    /// The rates with every number checked.
    ///
    /// - Throws: `InvalidField`.
    public func checked() throws -> ExchangeRates {
        guard like.isFinite, like > 0 else {
            throw InvalidField("like", "must be a number above zero.", zh: "须为大于零的数。")
        }
        let points = [refundPoints, reportPoints, notInterestedPoints, lateDeliveryPoints ?? 0, complaintPoints ?? 0]
        guard points.allSatisfy((0...200).contains) else {
            throw InvalidField("points", "must be 0–200 points.", zh: "须为 0–200 点。")
        }
        let costs = [
            ("refundCost", refundCost), ("lateDeliveryCost", lateDeliveryCost ?? 0),
            ("complaintCost", complaintCost ?? 0),
        ]
        for (field, cost) in costs where !(0...1e12).contains(cost) {
            throw InvalidField(field, "must not be negative.", zh: "不能为负数。")
        }
        return self
    }

    /// A weight set in which dissatisfaction costs what it is worth at prices λ (money) and μ (experience).
    public func priced(_ weights: RankingWeights, money: Double, experience: Double, name: String) -> RankingWeights {
        func weight(_ least: Double, _ points: Double, _ cost: Double = 0) -> Double {
            // Far above every other weight nothing changes any more, and scores stay numbers.
            max(least, min(100, (experience * points + money * cost) / like))
        }
        var priced = weights
        priced.refund = weight(weights.refund, refundPoints, refundCost)
        priced.lateDelivery = weight(weights.lateDelivery, lateDeliveryPoints ?? 0, lateDeliveryCost ?? 0)
        priced.complaint = weight(weights.complaint, complaintPoints ?? 0, complaintCost ?? 0)
        priced.report = weight(weights.report, reportPoints)
        priced.notInterested = weight(weights.notInterested, notInterestedPoints)
        if priced != weights { priced.version += "+\(name)" }
        return priced
    }
}

/// Something that everybody gets, or got, and since when.
public struct InForce<Value: Sendable>: Sendable {
    /// Its number, 1, 2, 3 …
    public let position: Int
    /// What.
    public let value: Value
    /// In the name of which decision.
    public let decision: DecisionID
    /// From when on.
    public let since: Instant
}

extension Feed {
    /// The usual share of slots that exploration may take, in basis points.
    public static var usualExplorationShare: Int { Int((Configuration().explorationShare * 10_000).rounded()) }

    /// Puts a share of slots for the exploration pools in force.
    ///
    /// - Parameters:
    ///   - share: basis points, 0…2,000.
    ///   - running: there is no way around a decision that runs.
    /// - Returns: the share that was in force until now.
    /// - Throws: `InvalidField`, ``WeightProblem/alreadyInForce``.
    public func explore(_ share: Int, by running: RunningDecision, in transaction: any Transaction) throws -> Int {
        _ = try Self.explorationShare("\(share)")
        let last = try Self.exploration(in: transaction)
        let previous = last?.value ?? Self.usualExplorationShare
        guard previous != share else { throw WeightProblem.alreadyInForce }
        try transaction.run(
            """
            INSERT INTO exploration_in_force (position, share, decision, since)
            VALUES (\((last?.position ?? 0) + 1), \(share), \(running.id), \(source.now))
            """)
        return previous
    }

    /// A share as an experiment's arm names it.
    ///
    /// - Throws: `InvalidField`.
    public static func explorationShare(_ text: String) throws -> Int {
        guard let share = Int(text), (0...2_000).contains(share) else {
            throw InvalidField("share", "must be 0–2000 basis points of the slots.", zh: "须为展位的 0–2000 个基点。")
        }
        return share
    }

    /// The share that holds; `nil` for the usual one.
    public static func exploration(in transaction: any Transaction) throws -> InForce<Int>? {
        try transaction.row("SELECT * FROM exploration_in_force ORDER BY position DESC LIMIT 1").map {
            InForce(
                position: try $0.get("position"), value: try $0.get("share"), decision: try $0.get("decision"),
                since: try $0.get("since"))
        }
    }

    /// Puts rates in force, in the name of a running decision.
    ///
    /// - Throws: `InvalidField`.
    public func exchange(
        at rates: ExchangeRates, by running: RunningDecision, in transaction: any Transaction
    ) throws {
        let text = String(decoding: try JSONEncoder().encode(try rates.checked()), as: UTF8.self)
        try transaction.run(
            """
            INSERT INTO exchange_rates (position, rates, decision, since)
            SELECT COALESCE(MAX(position), 0) + 1, \(text), \(running.id), \(source.now) FROM exchange_rates
            """)
    }

    /// The rates that hold; `nil` before any were set.
    public static func exchangeRates(in transaction: any Transaction) throws -> InForce<ExchangeRates>? {
        try transaction.row("SELECT * FROM exchange_rates ORDER BY position DESC LIMIT 1").map {
            InForce(
                position: try $0.get("position"),
                value: try JSONDecoder().decode(
                    ExchangeRates.self, from: Data(try $0.get("rates", as: String.self).utf8)),
                decision: try $0.get("decision"), since: try $0.get("since"))
        }
    }
}
