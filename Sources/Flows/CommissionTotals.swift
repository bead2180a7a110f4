import Alliance
import HTTP
import Kernel
import Ledger
import Store

/// Sums of commissions, taken in the store over every line however many there are. They are what adding up the
/// ``ExplainedCommission``s would give; the two are held against each other in `CommissionTests`.
public struct CommissionTotals: Sendable {
    /// A count of lines and what they amount to.
    public struct Sum: Sendable, Equatable {
        /// Lines.
        public let lines: Int
        /// What the shop asked for the goods, in minor units.
        public let base: Int64
        /// What the shop pays, in minor units.
        public let commission: Int64
        /// What the creator gets of it, in minor units; `nil` where sums are a shop's, which has no part in that.
        public let net: Int64?
    }

    /// What a sum is taken over: a state, or a creator, in one currency.
    public struct Key<Kind: Hashable & Sendable>: Hashable, Sendable {
        /// The state or the creator.
        public let kind: Kind
        /// The currency of all its lines.
        public let currency: Currency
    }

    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// What a creator earns, by state; lines ordered in `[from, until)`.
    public func states(
        of creator: PersonID, from: Instant? = nil, until: Instant? = nil
    ) async throws -> [Key<ExplainedCommission.State>: Sum] {
        let lines = Self.ordered(from, until, "c.creator = \(creator)")
        let query = Self.query(
            lines, of: .creator(creator), since: from, part: "p.amount", commission: "p.amount", by: "state",
            only: "1 = 1")
        return try await market.store.read { transaction in
            let sums = try transaction.rows(query).compactMap { row in
                try ExplainedCommission.State(rawValue: row.get(0)).map {
                    (Key(kind: $0, currency: try row.get(1)), try Sum(row, hasNet: true))
                }
            }
            return Dictionary(sums, uniquingKeysWith: { first, _ in first })
        }
    }

    /// What creators earn, or may still earn, with a shop's goods; lines ordered in `[from, until)`.
    public func creators(
        at shop: ShopID, from: Instant? = nil, until: Instant? = nil
    ) async throws -> [Key<PersonID>: Sum] {
        let lines = Self.ordered(from, until, "c.shop = \(shop)")
        let query = Self.query(
            lines, of: .shop(shop), since: from, part: "0", commission: "-p.amount", by: "creator",
            only: "state NOT IN ('returned', 'cancelled', 'voided')")
        return try await market.store.read { transaction in
            let sums = try transaction.rows(query).map { row in
                (Key(kind: try row.get(0, as: PersonID.self), currency: try row.get(1)), try Sum(row, hasNet: false))
            }
            return Dictionary(sums, uniquingKeysWith: { first, _ in first })
        }
    }

    private static func ordered(_ from: Instant?, _ until: Instant?, _ whose: SQL) -> SQL {
        var condition = whose
        if let from { condition = condition + " AND c.created_at >= \(from)" }
        if let until { condition = condition + " AND c.created_at < \(until)" }
        return condition
    }

    /// Lines with what the books have left of them, each in its state, summed.
    ///
    /// What is left of a line is the sum of its movements on the accounts of one party, which an index finds; before
    /// anything was paid it is what the rates give, rounded half up like ``Money/share(of:)``.
    ///
    /// - Parameters:
    ///   - from: the earliest order of the lines; what moved before is nobody's of them and is not read.
    ///   - part: a movement as a part of what the party has of the line.
    ///   - commission: a movement as a part of the commission.
    ///   - column: what is summed over.
    ///   - condition: which lines count.
    private static func query(
        _ lines: SQL, of party: Party, since from: Instant?, part: SQL, commission: SQL, by column: SQL,
        only condition: SQL
    ) -> SQL {
        """
        WITH moved AS (
            SELECT p.line, SUM(\(part)) AS net,
                SUM(CASE WHEN p.component = 'commission' THEN \(commission) ELSE 0 END) AS commission
            FROM ledger_postings p
            WHERE p.party = \(party) AND p.posted_at >= \(from ?? Instant(milliseconds: 0)) AND p.line IS NOT NULL
            GROUP BY p.line
        ), offered AS (
            SELECT c.*, (c.base * c.rate + 5000) / 10000 AS estimate FROM commission_lines c WHERE \(lines)
        ), valued AS (
            SELECT c.line, c.creator, c.currency, c.base, c.decision, c.signals, b.line AS booked,
                CASE WHEN b.line IS NULL THEN c.estimate ELSE COALESCE(m.commission, 0) END AS commission,
                CASE WHEN b.line IS NULL THEN c.estimate - (c.estimate * c.agency_share + 5000) / 10000
                    ELSE COALESCE(m.net, 0) END AS net
            FROM offered c LEFT JOIN ledger_lines b ON b.line = c.line LEFT JOIN moved m ON m.line = c.line
        ), placed AS (
            SELECT v.creator, v.currency, v.base, v.commission, v.net, CASE
                WHEN v.decision = 'voided' THEN 'voided'
                WHEN o.state = 'cancelled' THEN 'cancelled'
                WHEN v.booked IS NOT NULL AND v.commission = 0 THEN 'returned'
                WHEN v.signals <> '[]' AND v.decision IS NULL THEN 'held'
                WHEN h.settlement IS NOT NULL THEN 'settled'
                WHEN h.release_at IS NOT NULL THEN 'confirmed'
                ELSE 'estimated' END AS state
            FROM valued v LEFT JOIN order_lines l ON l.id = v.line LEFT JOIN orders o ON o.id = l.order_id
            LEFT JOIN ledger_holdbacks h ON h.line = v.line AND h.party = 'creator:' || v.creator
        )
        SELECT \(column), currency, COUNT(*), CAST(SUM(base) AS BIGINT), CAST(SUM(commission) AS BIGINT),
            CAST(SUM(net) AS BIGINT)
        FROM placed WHERE \(condition)
        GROUP BY \(column), currency
        """
    }
}

extension CommissionTotals.Sum {
    fileprivate init(_ row: SQLRow, hasNet: Bool) throws {
        lines = Int(try row.get(2, as: Int64.self))
        (base, commission) = (try row.get(3), try row.get(4))
        net = hasNet ? try row.get(5) : nil
    }
}

extension ExplainedCommission {
    static let csvHeader = [
        "line", "ordered_at", "product", "shop", "state", "currency", "base", "rate_bp", "plan_version", "commission",
        "agency_share", "discounts", "net", "credited_touch", "touched_at", "touches", "signals", "decision", "reason",
        "release_at", "settlement",
    ]

    /// The row of a file; amounts in minor units.
    var csvFields: [CSVWriter.Field] {
        let touch = line.credited
        return [
            .text("\(line.line)"), .text(line.createdAt.rfc3339), .text("\(line.product)"), .text("\(line.shop)"),
            .text(state.rawValue), .text(line.base.currency.code), .number(line.base.amount), .number(line.rate.value),
            .number(line.planVersion), .number(commission), .number(agency), .number(discounts), .number(net),
            .text(touch?.cause ?? ""), .text(touch?.at.rfc3339 ?? ""), .number(Int64(line.touches.count)),
            .text(line.signals.map(\.rawValue).joined(separator: " ")), .text(line.decision?.rawValue ?? ""),
            .text(line.reason), .text(releaseAt?.rfc3339 ?? ""), .text(settlement.map { "\($0)" } ?? ""),
        ]
    }

    /// Lines as a table.
    static func file(_ lines: [ExplainedCommission]) -> String {
        var csv = CSVWriter(header: csvHeader)
        for line in lines { csv.append(line.csvFields) }
        return csv.text
    }
}
