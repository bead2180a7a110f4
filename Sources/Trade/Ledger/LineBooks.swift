import Foundation
import Kernel
import Store

/// A line whose sale is to be posted.
public struct LineSale: Sendable, Equatable {
    /// The line.
    public let line: OrderLineID
    /// Who has a part in it.
    public let parties: LineParties
    /// What decides how its money is divided.
    public let terms: LineTerms
    /// Whether the creator's part is held until somebody has looked at it.
    public let holdsCommission: Bool

    /// A sale.
    public init(line: OrderLineID, parties: LineParties, terms: LineTerms, holdsCommission: Bool = false) {
        self.line = line
        self.parties = parties
        self.terms = terms
        self.holdsCommission = holdsCommission
    }
}

/// A line as the books know it.
public struct LedgerLine: Sendable, Equatable {
    /// The line.
    public let line: OrderLineID
    /// Its order.
    public let order: OrderID
    /// Who has a part in it.
    public let parties: LineParties
    /// Its currency.
    public let currency: Currency
    /// Units that were sold.
    public let sold: Int64
    /// What was sold.
    public let amounts: LineAmounts
    /// What is left of it.
    public let remainder: LineRemainder
    /// How often something was taken back.
    let takes: Int64
}

/// Where a party's part of a line stands.
public struct Holdback: Sendable, Equatable {
    /// The line.
    public let line: OrderLineID
    /// The party.
    public let party: Party
    /// Its part now, in minor units; fixed at the settlement.
    public let amount: Money
    /// From when on it can be settled; `nil` before receipt.
    public let releaseAt: Instant?
    /// How many open cases keep it.
    public let blocks: Int64
    /// The settlement in which it became payable.
    public let settlement: SettlementID?
}

extension Ledger {
    /// Posts the sale of an order that was paid for. Posting it again changes nothing.
    ///
    /// - Throws: ``LedgerProblem/badTerms(_:)``.
    public func sell(_ sales: [LineSale], of order: OrderID, in transaction: any Transaction) throws {
        var postings: [Posting] = []
        var lines: [(sale: LineSale, amounts: LineAmounts)] = []
        for sale in sales {
            let amounts = try sale.terms.amounts()
            lines.append((sale, amounts))
            postings += amounts.postings(
                of: sale.line, sale.parties, sale.terms.price.currency, taxIncluded: sale.terms.tax.isIncluded
            ) { _ in .held }
        }
        // A free order moves nothing, yet its lines can come back.
        let entry = try post(
            NewEntry(.sale, source: "sale:\(order)", subject: "\(order)", postings: postings), in: transaction)
        guard entry != nil || postings.isEmpty else { return }
        for (sale, amounts) in lines { try insert(sale, amounts, of: order, in: transaction) }
    }

    /// Takes a part of a line back: the buyer gets a credit, and everybody gives back what the part gave them. Held money
    /// is taken where it is held; of a settled line it is taken from what is payable, which may become negative and is
    /// made good by the next settlements (clawback).
    ///
    /// - Parameter cause: what takes it back; one cause takes a line back once.
    /// - Returns: what the buyer gets; zero when the cause was known.
    /// - Throws: ``NotFound`` for a line whose sale was not posted, ``LedgerProblem/refundTooLarge``.
    public func takeBack(
        _ measure: RefundMeasure, of line: OrderLineID, cause: String, in transaction: any Transaction
    ) throws -> Money {
        guard let sold = try Self.line(line, in: transaction) else { throw NotFound("order line") }
        let part = try sold.remainder.part(measure)
        let paid = part.amounts.paid(taxIncluded: sold.remainder.taxIncluded)
        let isNew = try takeBack(part, of: sold, cause: cause, kind: .refund, in: transaction)
        return isNew ? Money(paid, sold.currency) : .zero(sold.currency)
    }

    /// Voids what is left of a line's commission; it goes back to the shop.
    public func voidCommission(of line: OrderLineID, cause: String, in transaction: any Transaction) throws {
        guard let sold = try Self.line(line, in: transaction) else { throw NotFound("order line") }
        var part = LineAmounts()
        for component in [Component.commission, .agencyShare] { part[component] = sold.remainder.amounts[component] }
        _ = try takeBack((0, part), of: sold, cause: cause, kind: .commissionVoid, in: transaction)
    }

    /// The buyer has the goods: from `release` on the lines can be settled.
    public func release(_ lines: [OrderLineID], at release: Instant, in transaction: any Transaction) throws {
        try transaction.send(
            "UPDATE ledger_holdbacks SET release_at = \(release) WHERE line IN \(list: lines) AND release_at IS NULL")
    }

    /// Something is open about these lines, so they are not settled; one ``unblock(_:for:in:)`` for each block.
    ///
    /// - Parameter party: blocks only its part; `nil` blocks everybody's.
    public func block(_ lines: [OrderLineID], for party: Party? = nil, in transaction: any Transaction) throws {
        let only: SQL = party.map { "AND party = \($0)" } ?? ""
        try transaction.send(
            """
            UPDATE ledger_holdbacks SET blocks = blocks + 1 WHERE line IN \(list: lines) AND settlement IS NULL \(only)
            """)
    }

    /// Takes one block away.
    public func unblock(_ lines: [OrderLineID], for party: Party? = nil, in transaction: any Transaction) throws {
        let only: SQL = party.map { "AND party = \($0)" } ?? ""
        try transaction.send(
            """
            UPDATE ledger_holdbacks SET blocks = blocks - 1 WHERE line IN \(list: lines) AND settlement IS NULL
            AND blocks > 0 \(only)
            """)
    }

    /// A line as the books know it, or `nil`.
    public static func line(_ id: OrderLineID, in transaction: any Transaction) throws -> LedgerLine? {
        try lines(where: "line = \(id)", in: transaction).first
    }

    /// Every line of an order; none for an order that was never paid for here, for example an imported one.
    public static func lines(of order: OrderID, in transaction: any Transaction) throws -> [LedgerLine] {
        try lines(where: "order_id = \(order)", in: transaction)
    }

    /// Lines as the books know them; those whose sale was not posted are left out.
    public static func lines(
        _ ids: [OrderLineID], in transaction: any Transaction
    ) throws -> [OrderLineID: LedgerLine] {
        let found = try lines(where: "line IN \(list: ids)", in: transaction)
        return Dictionary(found.map { ($0.line, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Where the parts of lines stand.
    public static func holdbacks(of lines: [OrderLineID], in transaction: any Transaction) throws -> [Holdback] {
        try transaction.rows("SELECT * FROM ledger_holdbacks WHERE line IN \(list: lines) ORDER BY number").map {
            Holdback(
                line: try $0.get("line"), party: try $0.get("party"),
                amount: Money(try $0.get("amount"), try $0.get("currency")), releaseAt: try $0.get("release_at"),
                blocks: try $0.get("blocks"), settlement: try $0.get("settlement"))
        }
    }

    /// ``holdbacks(of:in:)`` in a unit of work of its own.
    public func holdbacks(of lines: [OrderLineID]) async throws -> [Holdback] {
        try await store.read { try Self.holdbacks(of: lines, in: $0) }
    }
}

extension Ledger {
    /// - Returns: whether the cause was new.
    private func takeBack(
        _ part: (quantity: Int64, amounts: LineAmounts), of sold: LedgerLine, cause: String, kind: EntryKind,
        in transaction: any Transaction
    ) throws -> Bool {
        let known = try transaction.row(
            "SELECT 1 FROM ledger_line_returns WHERE line = \(sold.line) AND cause = \(cause)")
        guard known == nil else { return false }
        // Two that take back at once have seen the same remainder: one of them looks again.
        let counted = try transaction.run(
            """
            UPDATE ledger_lines SET takes = takes + 1 WHERE line = \(sold.line) AND takes = \(sold.takes)
            """)
        guard counted == 1 else { throw StoreError.contention }
        try transaction.send(
            """
            INSERT INTO ledger_line_returns (line, cause, quantity, amounts)
            VALUES (\(sold.line), \(cause), \(part.quantity), \(try part.amounts.text))
            """)
        let taxIncluded = sold.remainder.taxIncluded
        var settled: Set<Party> = []
        let gains = part.amounts.gains(taxIncluded: taxIncluded)
        for side in Side.held {
            guard let party = sold.parties.party(side), let gain = gains[side], gain != 0 else { continue }
            // This write decides between a refund and a settlement that happen at once.
            let held = try transaction.run(
                """
                UPDATE ledger_holdbacks SET amount = amount - \(gain)
                WHERE line = \(sold.line) AND party = \(party) AND settlement IS NULL
                """)
            if held == 0 { settled.insert(party) }
        }
        let postings = (-part.amounts).postings(of: sold.line, sold.parties, sold.currency, taxIncluded: taxIncluded) {
            settled.contains($0) ? .payable : .held
        }
        let source = "\(kind.rawValue):\(cause):\(sold.line)"
        try post(NewEntry(kind, source: source, subject: "\(sold.order)", postings: postings), in: transaction)
        return true
    }

    private func insert(
        _ sale: LineSale, _ amounts: LineAmounts, of order: OrderID, in transaction: any Transaction
    ) throws {
        let (parties, currency) = (sale.parties, sale.terms.price.currency)
        try transaction.send(
            """
            INSERT INTO ledger_lines
                (line, order_id, buyer, shop, creator, agency, quantity, currency, tax_included, amounts)
            VALUES (\(sale.line), \(order), \(parties.buyer), \(parties.shop), \(parties.creator), \(parties.agency),
                \(sale.terms.quantity), \(currency), \(sale.terms.tax.isIncluded), \(try amounts.text))
            """)
        let gains = amounts.gains(taxIncluded: sale.terms.tax.isIncluded)
        let values = Side.held.compactMap { side -> [SQLValue]? in
            guard let party = parties.party(side), side == .shop || gains[side] != nil else { return nil }
            let isBlocked = sale.holdsCommission && side != .shop
            return [
                sale.line.sqlValue, party.sqlValue, .integer(gains[side] ?? 0), currency.sqlValue, isBlocked.sqlValue,
            ]
        }
        try transaction.send(
            SQL(
                "INSERT INTO ledger_holdbacks (line, party, amount, currency, blocks) VALUES ", row: "(?, ?, ?, ?, ?)",
                values: values))
    }

    private static func lines(where condition: SQL, in transaction: any Transaction) throws -> [LedgerLine] {
        let rows = try transaction.rows("SELECT * FROM ledger_lines WHERE \(condition) ORDER BY line")
        var returned: [OrderLineID: (quantity: Int64, amounts: LineAmounts)] = [:]
        let ids = try rows.map { try $0.get("line", as: OrderLineID.self) }
        for row in try transaction.rows(
            "SELECT line, quantity, amounts FROM ledger_line_returns WHERE line IN \(list: ids)")
        {
            let line: OrderLineID = try row.get(0)
            let before = returned[line] ?? (0, LineAmounts())
            returned[line] = (
                before.quantity + (try row.get(1)), before.amounts + (try LineAmounts(text: row.get(2)))
            )
        }
        return try rows.map { row in
            let line: OrderLineID = try row.get("line")
            return try LedgerLine(row, returned: returned[line] ?? (0, LineAmounts()))
        }
    }
}

extension LedgerLine {
    fileprivate init(_ row: SQLRow, returned: (quantity: Int64, amounts: LineAmounts)) throws {
        line = try row.get("line")
        order = try row.get("order_id")
        parties = LineParties(
            buyer: try row.get("buyer"), shop: try row.get("shop"), creator: try row.get("creator"),
            agency: try row.get("agency"))
        currency = try row.get("currency")
        sold = try row.get("quantity")
        takes = try row.get("takes")
        amounts = try LineAmounts(text: row.get("amounts"))
        remainder = LineRemainder(quantity: sold, amounts: amounts, taxIncluded: try row.get("tax_included"))
            .without(returned)
    }
}

extension LineAmounts {
    fileprivate var text: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }

    fileprivate init(text: String) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
    }

    /// The movements of these amounts; `purpose` says where a party's own money is.
    fileprivate func postings(
        of line: OrderLineID, _ parties: LineParties, _ currency: Currency, taxIncluded: Bool,
        purpose: (Party) -> Account.Purpose
    ) -> [Posting] {
        Component.allCases.filter { self[$0] != 0 }.flatMap { component -> [Posting] in
            let (from, to) = component.sides(taxIncluded: taxIncluded)
            return [(from, -self[component]), (to, self[component])].map { side, amount in
                Posting(
                    parties.account(side, currency, purpose: purpose), amount, component.rawValue, line: line)
            }
        }
    }
}

extension Side {
    /// The sides whose money is held back until the sale is final, in the order in which their rows are locked.
    fileprivate static let held: [Side] = [.shop, .creator, .agency]
}

extension LineParties {
    /// The party of a side whose money is held; without a creator the platform has the creator's side.
    fileprivate func party(_ side: Side) -> Party? {
        switch side {
        case .shop: .shop(shop)
        case .creator: creator.map(Party.creator)
        case .agency: agency.map(Party.agency)
        default: nil
        }
    }

    fileprivate func account(_ side: Side, _ currency: Currency, purpose: (Party) -> Account.Purpose) -> Account {
        if let party = party(side) { return Account(party, purpose(party), currency) }
        return switch side {
        case .buyer: Account(.buyer(buyer), .credit, currency)
        case .tax: Account(.tax, .due, currency)
        case .subsidy: Account(.platform, .subsidy, currency)
        default: Account(.platform, .fees, currency)
        }
    }
}
