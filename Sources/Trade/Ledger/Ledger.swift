import Kernel
import Store

/// The books: double entry, append-only, sealed by a chain of hashes.
///
/// - An entry is balanced postings with a source; the same source posts once. Entries are never changed, only reversed.
/// - Posting touches no shared row, so that a thousand checkouts post at once. Moments later ``seal(limit:)`` gives the
///   entries their place in the hash chain and adds them to the balances, in one transaction. A balance is the sealed
///   one (one row) and the few entries that are not sealed yet, so it is exact at any time.
/// - ``verify()`` proves all of it from the first entry.
///
/// What a line's sale divides, and what of it is taken back, is in ``LineTerms`` and ``LineRemainder``: pure values.
public final class Ledger: Sendable {
    let store: any Store
    let source: Source

    /// The room on a store.
    public init(store: any Store, source: Source) {
        self.store = store
        self.source = source
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "ledger", number: 1, file: PackageResources._001_ledger_sql),
        Migration(room: "ledger", number: 2, file: PackageResources._002_settling_sql),
    ]

    /// Posts an entry once for its source. An entry without movements posts nothing.
    ///
    /// - Returns: the entry when it is new; `nil` when its source was posted before, or there was nothing to post.
    /// - Throws: ``LedgerProblem/unbalanced(_:)``, ``LedgerProblem/sourceReused(_:)``.
    @discardableResult
    public func post(_ new: NewEntry, in transaction: any Transaction) throws -> LedgerEntry? {
        guard !new.postings.isEmpty else { return nil }
        guard new.postings.allSatisfy({ $0.amount.magnitude <= Self.highestAmount }) else {
            throw LedgerProblem.badTerms("An amount is larger than any that can be booked.")
        }
        guard LedgerEntry.unbalanced(new.postings).isEmpty else { throw LedgerProblem.unbalanced(new.source) }
        let entry = LedgerEntry(
            id: source.identifier(), kind: new.kind, source: new.source, subject: new.subject, note: new.note,
            reverses: new.reverses, at: source.now, postings: new.postings)
        let accounts = entry.postings.map(\.account.description)
        let added = try transaction.run(
            """
            INSERT INTO ledger_entries (id, source, kind, subject, note, reverses, posted_at, digest)
            VALUES (\(entry.id), \(entry.source), \(entry.kind.rawValue), \(entry.subject), \(entry.note),
                \(entry.reverses), \(entry.at), \(entry.digest(accounts)))
            ON CONFLICT (source) DO NOTHING
            """)
        guard added == 1 else {
            guard try Self.entry(source: new.source, in: transaction)?.postings == new.postings else {
                throw LedgerProblem.sourceReused(new.source)
            }
            return nil
        }
        try insert(entry, accounts, in: transaction)
        try transaction.insert(into: "ledger_unsealed (entry)", "(\(entry.id))")
        return entry
    }

    /// Undoes an entry by another one. An entry is undone once.
    @discardableResult
    public func reverse(
        _ entry: LedgerEntry, source: String, note: String = "", in transaction: any Transaction
    ) throws -> LedgerEntry? {
        try post(
            NewEntry(
                .reversal, source: source, subject: entry.subject, note: note, reverses: entry.id,
                postings: entry.postings.map { Posting($0.account, -$0.amount, $0.component, line: $0.line) }),
            in: transaction)
    }

    /// The entry of a source, or `nil`.
    public static func entry(source: String, in transaction: any Transaction) throws -> LedgerEntry? {
        try entries(where: "source = \(source)", in: transaction).first
    }

    /// Everything about a subject, for example an order, oldest first.
    public static func entries(about subject: String, in transaction: any Transaction) throws -> [LedgerEntry] {
        try entries(where: "subject = \(subject) ORDER BY posted_at, id", in: transaction)
    }

    /// ``entries(about:in:)`` in a unit of work of its own.
    public func entries(about subject: String) async throws -> [LedgerEntry] {
        try await store.read { try Self.entries(about: subject, in: $0) }
    }

    static func entries(where condition: SQL, in transaction: any Transaction) throws -> [LedgerEntry] {
        let rows = try transaction.rows("SELECT * FROM ledger_entries WHERE \(condition)")
        let postings = try postings(of: rows.map { try $0.get("id", as: LedgerEntryID.self) }, in: transaction)
        return try rows.map { row in
            try LedgerEntry(row, postings: postings[row.get("id", as: LedgerEntryID.self)] ?? [])
        }
    }

    /// Postings by entry, in their order.
    static func postings(
        of entries: [LedgerEntryID], in transaction: any Transaction
    ) throws -> [LedgerEntryID: [Posting]] {
        var postings: [LedgerEntryID: [Posting]] = [:]
        // Few accounts stand behind many postings, and reading one from its text is the dearest part of a row.
        var accounts: [String: Account] = [:]
        let rows = try transaction.rows(
            """
            SELECT entry, account, amount, component, line FROM ledger_postings WHERE entry IN \(list: entries)
            ORDER BY entry, position
            """)
        for row in rows {
            let name: String = try row.get(1)
            let account = try accounts[name] ?? row.get(1, as: Account.self)
            accounts[name] = account
            postings[try row.get(0), default: []].append(
                Posting(account, try row.get(2), try row.get(3), line: try row.get(4)))
        }
        return postings
    }

    private func insert(_ entry: LedgerEntry, _ accounts: [String], in transaction: any Transaction) throws {
        let id = entry.id.description
        for (position, (posting, account)) in zip(entry.postings, accounts).enumerated() {
            try transaction.insert(
                into: """
                    ledger_postings (entry, position, party, account, component, line, amount, currency, posted_at)
                    """,
                """
                (\(id), \(position), \(String(account.prefix { $0 != "/" })), \(account), \(posting.component),
                    \(posting.line), \(posting.amount), \(posting.account.currency), \(entry.at))
                """)
        }
    }

    /// Minor units of one posting; thousands of postings of this size still fit a balance.
    public static let highestAmount: UInt64 = 1_000_000_000_000_000
}

extension LedgerEntry {
    init(_ row: SQLRow, postings: [Posting]) throws {
        id = try row.get("id")
        kind = try row.get("kind")
        source = try row.get("source")
        subject = try row.get("subject")
        note = try row.get("note")
        reverses = try row.get("reverses")
        at = try row.get("posted_at")
        self.postings = postings
    }
}
