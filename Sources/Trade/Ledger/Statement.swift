import Kernel
import Store

/// One movement as its party sees it.
public struct StatementLine: Sendable, Equatable {
    /// The entry.
    public let entry: LedgerEntryID
    /// The movement's place in it.
    public let position: Int64
    /// When.
    public let at: Instant
    /// Why.
    public let kind: EntryKind
    /// What it is about, for example an order.
    public let subject: String
    /// What the money is for.
    public let purpose: Account.Purpose
    /// Which part of a sale it is, or the entry's kind.
    public let component: String
    /// The order line.
    public let line: OrderLineID?
    /// How much; positive is to the party's favour.
    public let amount: Money
    /// For people.
    public let note: String
}

extension Ledger {
    /// A place in a statement, newest first.
    public struct Cursor: Sendable, LosslessStringConvertible {
        let at: Int64
        let entry: LedgerEntryID
        let position: Int64

        /// After this line.
        public init(after line: StatementLine) {
            at = line.at.milliseconds
            entry = line.entry
            position = line.position
        }

        /// Reads ``description``.
        public init?(_ text: String) {
            let parts = text.split(separator: ".")
            guard parts.count == 3, let at = Int64(parts[0]), let entry = LedgerEntryID(parts[1]),
                let position = Int64(parts[2])
            else { return nil }
            (self.at, self.entry, self.position) = (at, entry, position)
        }

        public var description: String { "\(at).\(entry).\(position)" }
    }

    /// The movements of a party, newest first.
    ///
    /// - Parameters:
    ///   - from: keeps to `from` and later.
    ///   - until: keeps to what is earlier than `until`.
    public func statement(
        of party: Party, from: Instant? = nil, until: Instant? = nil, after cursor: Cursor? = nil, limit: Int
    ) async throws -> [StatementLine] {
        let following: SQL =
            cursor.map {
                "AND (p.posted_at, p.entry, p.position) < (\($0.at), \($0.entry), \($0.position))"
            } ?? ""
        let start: SQL = from.map { "AND p.posted_at >= \($0)" } ?? ""
        let end: SQL = until.map { "AND p.posted_at < \($0)" } ?? ""
        return try await store.read { transaction in
            try transaction.rows(
                """
                SELECT p.*, e.kind, e.subject, e.note FROM ledger_postings p JOIN ledger_entries e ON e.id = p.entry
                WHERE p.party = \(party) \(start) \(end) \(following)
                ORDER BY p.posted_at DESC, p.entry DESC, p.position DESC LIMIT \(limit)
                """
            ).map(StatementLine.init)
        }
    }

    /// What a party gained per purpose and component within `[from, until)`, for summaries of a month.
    public func totals(
        of party: Party, from: Instant, until: Instant
    ) async throws -> [(currency: Currency, purpose: Account.Purpose, component: String, amount: Int64)] {
        let rows = try await store.read { transaction in
            try transaction.rows(
                """
                SELECT account, component, CAST(SUM(amount) AS BIGINT) FROM ledger_postings
                WHERE party = \(party) AND posted_at >= \(from) AND posted_at < \(until)
                GROUP BY account, component ORDER BY account, component
                """)
        }
        return try rows.map { row in
            let account: Account = try row.get(0)
            return (account.currency, account.purpose, try row.get(1), try row.get(2))
        }
    }
}

extension StatementLine {
    init(_ row: SQLRow) throws {
        let account: Account = try row.get("account")
        entry = try row.get("entry")
        position = try row.get("position")
        at = try row.get("posted_at")
        kind = try row.get("kind")
        subject = try row.get("subject")
        purpose = account.purpose
        component = try row.get("component")
        line = try row.get("line")
        amount = Money(try row.get("amount"), account.currency)
        note = try row.get("note")
    }

    /// The columns of a statement as CSV.
    public static let csvHeader = [
        "time", "entry", "kind", "subject", "line", "account", "component", "amount", "currency", "note",
    ]

    /// The line as a row under ``csvHeader``; amounts in minor units.
    public var csvFields: [CSVWriter.Field] {
        [
            .text(at.rfc3339), .text("\(entry)"), .text(kind.rawValue), .text(subject),
            line.map { .text("\($0)") } ?? .empty, .text(purpose.rawValue), .text(component), .number(amount.amount),
            .text(amount.currency.code), .text(note),
        ]
    }
}
