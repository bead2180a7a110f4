import Foundation
import Kernel
import Store

/// The commission of a line as it was fixed when it was ordered: nothing that changes later changes it.
public struct CommissionLine: Sendable, Equatable {
    /// What somebody decided about a commission that was held.
    public enum Decision: String, Sendable, Codable, CaseIterable, SQLReadable {
        /// It is paid.
        case released
        /// It goes back to the shop.
        case voided
    }

    /// The line.
    public let line: OrderLineID
    /// The checkout it belongs to.
    public let group: OrderGroupID
    /// The product.
    public let product: ProductID
    /// The shop.
    public let shop: ShopID
    /// The buyer; not for the creator's eyes.
    public let buyer: PersonID
    /// The creator.
    public let creator: PersonID
    /// The creator's agency at the sale.
    public let agency: AgencyID?
    /// The version of the plan.
    public let planVersion: Int64
    /// The commission.
    public let rate: BasisPoints
    /// The agency's share of it.
    public let agencyShare: BasisPoints
    /// On what the commission is taken.
    public let base: Money
    /// Every touch that was known.
    public let touches: [CreatorTouch]
    /// What speaks against paying it.
    public let signals: [FraudSignal]
    /// What was decided about it.
    public let decision: Decision?
    /// Who decided.
    public let decidedBy: PersonID?
    /// Why it was decided so; empty while nothing is, and for what was decided before reasons were asked for.
    public let reason: String
    /// When it was decided.
    public let decidedAt: Instant?
    /// When it was ordered.
    public let createdAt: Instant

    /// The touch that is credited: the last of those that were known.
    public var credited: CreatorTouch? { touches.max { ($0.at, $0.cause) < ($1.at, $1.cause) } }
    /// Whether somebody has to look at it before it is paid.
    public var isHeld: Bool { !signals.isEmpty && decision == nil }
    /// Commission and the agency's part of it, in minor units, before anything came back.
    public var amounts: (commission: Int64, agency: Int64) {
        let commission = (try? base.share(of: rate).amount) ?? 0
        return (commission, (try? Money(commission, base.currency).share(of: agencyShare).amount) ?? 0)
    }
}

/// What an operator decides about a held commission, and why.
public struct CommissionRuling: Sendable, Equatable {
    /// What.
    public let decision: CommissionLine.Decision
    /// Why; the creator reads it.
    public let reason: String

    /// Checks the reason: 1–500 characters.
    ///
    /// - Throws: ``InvalidField``.
    public init(_ decision: CommissionLine.Decision, because reason: String) throws {
        self.decision = decision
        self.reason = try ValidatedText(reason, field: "reason", length: 1...500).value
    }
}

/// Who is credited with a line, and for how much.
public struct CreditedSale: Sendable {
    /// The line.
    public let line: OrderLineID
    /// The checkout it belongs to.
    public let group: OrderGroupID
    /// The product.
    public let product: ProductID
    /// The shop.
    public let shop: ShopID
    /// On what the commission is taken.
    public let base: Money

    /// A line that was ordered.
    public init(line: OrderLineID, group: OrderGroupID, product: ProductID, shop: ShopID, base: Money) {
        self.line = line
        self.group = group
        self.product = product
        self.shop = shop
        self.base = base
    }
}

extension Alliance {
    /// Fixes the commission of a line, if a creator is credited with it and the product has a plan.
    ///
    /// - Parameter evidence: what is known about the buyer and a creator.
    /// - Returns: whether there is a commission.
    @discardableResult
    public func fix(
        _ sale: CreditedSale, buyer: PersonID, within window: Duration, in transaction: any Transaction,
        evidence: (PersonID) throws -> BuyerEvidence
    ) throws -> Bool {
        let now = source.now
        guard let plan = PlanRule.current(try Self.plans(of: sale.product, in: transaction), at: now),
            plan.rate.value > 0
        else { return false }
        let touches = try Self.touches(by: buyer, of: sale.product, since: now - window, in: transaction)
        guard let touch = Attribution.credited(touches, at: now, within: window) else { return false }
        let agency = try Self.agency(of: touch.creator, in: transaction)
        let signals = Attribution.signals(for: touch.creator, try evidence(touch.creator))
        try transaction.send(
            """
            INSERT INTO commission_lines (line, order_group, product, shop, buyer, creator, agency, plan_version, rate,
                agency_share, base, currency, touches, signals, created_at)
            VALUES (\(sale.line), \(sale.group), \(sale.product), \(sale.shop), \(buyer), \(touch.creator),
                \(agency?.agency), \(plan.version), \(plan.rate.value), \(agency?.share.value ?? 0),
                \(sale.base.amount), \(sale.base.currency), \(try Self.text(touches)), \(try Self.text(signals)), \(now))
            """)
        return true
    }

    /// Decides about a held commission, once.
    ///
    /// - Throws: ``NotFound`` when nothing is held about the line.
    public func decide(
        _ line: OrderLineID, _ ruling: CommissionRuling, by person: PersonID, in transaction: any Transaction
    ) throws -> CommissionLine {
        let row = try transaction.row(
            """
            UPDATE commission_lines SET decision = \(ruling.decision.rawValue), decided_by = \(person),
                reason = \(ruling.reason), decided_at = \(source.now)
            WHERE line = \(line) AND signals <> '[]' AND decision IS NULL RETURNING *
            """)
        guard let row else { throw NotFound("held commission") }
        return try CommissionLine(row)
    }

    private static func text(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }
}

extension CommissionLine {
    init(_ row: SQLRow) throws {
        let decoder = JSONDecoder()
        line = try row.get("line")
        group = try row.get("order_group")
        product = try row.get("product")
        shop = try row.get("shop")
        buyer = try row.get("buyer")
        creator = try row.get("creator")
        agency = try row.get("agency")
        planVersion = try row.get("plan_version")
        rate = BasisPoints(try row.get("rate"))
        agencyShare = BasisPoints(try row.get("agency_share"))
        base = Money(try row.get("base"), try row.get("currency"))
        touches = try decoder.decode([CreatorTouch].self, from: Data(row.get("touches", as: String.self).utf8))
        signals = try decoder.decode([FraudSignal].self, from: Data(row.get("signals", as: String.self).utf8))
        decision = try row.get("decision")
        decidedBy = try row.get("decided_by")
        reason = try row.get("reason")
        decidedAt = try row.get("decided_at")
        createdAt = try row.get("created_at")
    }
}
