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
    /// When it was ordered.
    public let createdAt: Instant

    /// Whether somebody has to look at it before it is paid.
    public var isHeld: Bool { !signals.isEmpty && decision == nil }
    /// Commission and the agency's part of it, in minor units, before anything came back.
    public var amounts: (commission: Int64, agency: Int64) {
        let commission = (try? base.share(of: rate).amount) ?? 0
        return (commission, (try? Money(commission, base.currency).share(of: agencyShare).amount) ?? 0)
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

    /// The commissions of lines; lines without one are left out.
    public static func commissions(
        of lines: [OrderLineID], in transaction: any Transaction
    ) throws -> [OrderLineID: CommissionLine] {
        let found = try transaction.rows("SELECT * FROM commission_lines WHERE line IN \(list: lines)").map(
            CommissionLine.init)
        return Dictionary(found.map { ($0.line, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// A place in a list of commissions, newest first.
    public struct Cursor: Sendable, LosslessStringConvertible {
        let at: Int64
        let line: OrderLineID

        /// After this one.
        public init(after line: CommissionLine) {
            at = line.createdAt.milliseconds
            self.line = line.line
        }

        /// Reads ``description``.
        public init?(_ text: String) {
            let parts = text.split(separator: ".")
            guard parts.count == 2, let at = Int64(parts[0]), let line = OrderLineID(parts[1]) else { return nil }
            (self.at, self.line) = (at, line)
        }

        public var description: String { "\(at).\(line)" }
    }

    /// A creator's commissions, newest first.
    public func commissions(
        of creator: PersonID, after cursor: Cursor? = nil, limit: Int
    ) async throws -> [CommissionLine] {
        let following: SQL = cursor.map { "AND (created_at, line) < (\($0.at), \($0.line))" } ?? ""
        return try await store.read { transaction in
            try transaction.rows(
                """
                SELECT * FROM commission_lines WHERE creator = \(creator) \(following)
                ORDER BY created_at DESC, line DESC LIMIT \(limit)
                """
            ).map(CommissionLine.init)
        }
    }

    /// Commissions that somebody has to look at, oldest first.
    public func held(limit: Int) async throws -> [CommissionLine] {
        try await store.read { transaction in
            try transaction.rows(
                """
                SELECT * FROM commission_lines WHERE signals <> '[]' AND decision IS NULL
                ORDER BY created_at, line LIMIT \(limit)
                """
            ).map(CommissionLine.init)
        }
    }

    /// Decides about a held commission, once.
    ///
    /// - Throws: ``NotFound`` when nothing is held about the line.
    public func decide(
        _ line: OrderLineID, _ decision: CommissionLine.Decision, by person: PersonID,
        in transaction: any Transaction
    ) throws -> CommissionLine {
        let row = try transaction.row(
            """
            UPDATE commission_lines SET decision = \(decision.rawValue), decided_by = \(person)
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
        createdAt = try row.get("created_at")
    }
}
