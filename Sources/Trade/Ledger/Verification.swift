import Kernel
import Store

/// What a look through all books found.
public struct LedgerVerification: Sendable, Equatable {
    /// Entries that were looked at.
    public var entries = 0
    /// Entries that wait for their place in the chain.
    public var waiting = 0
    /// The last hash: whoever keeps a copy can later prove that nothing before it was changed.
    public var head = ""
    /// The first thing that is wrong, or `nil`.
    public var fault: Fault?

    /// Something that is wrong with the books.
    public struct Fault: Error, Sendable, Equatable {
        /// The entry, or the account whose balance is wrong.
        public let place: String
        /// What is wrong, in English.
        public let reason: String
    }

    /// Whether the books hold.
    public var isSound: Bool { fault == nil }
}

extension Ledger {
    /// Proves the books from the first entry: digests and chain, sums of every entry, references, and balances against
    /// the sums of postings. Reads in batches, so memory holds one sum per account.
    public func verify(batch: Int = 1_000) async throws -> LedgerVerification {
        var (result, sums) = (LedgerVerification(), [Account: Int128]())
        var sequence: Int64 = 0
        do {
            while true {
                let (from, hash) = (sequence, result.head)
                let links = try await store.read { try Self.links(after: from, limit: batch, in: $0) }
                guard !links.isEmpty else { break }
                result.head = try Self.check(links, after: from, hash: hash, into: &sums)
                sequence += Int64(links.count)
                result.entries += links.count
            }
            let (last, chained) = (sequence, sums)
            let waiting = try await store.read { try Self.checkRest(chained: last, sums: chained, in: $0) }
            result.waiting = waiting
            result.entries += waiting
        } catch let fault as LedgerVerification.Fault {
            result.fault = fault
        }
        return result
    }

    private struct Link: Sendable {
        let sequence: Int64
        let hash: String
        let entry: LedgerEntry?
        let name: String
        let digest: String
        /// Whether what it undoes is in the chain before it.
        let referenceHolds: Bool
    }

    private static func links(after sequence: Int64, limit: Int, in transaction: any Transaction) throws -> [Link] {
        let rows = try transaction.rows(
            """
            SELECT c.sequence, c.hash, c.entry, e.*, r.sequence AS reversed
            FROM ledger_chain c LEFT JOIN ledger_entries e ON e.id = c.entry
            LEFT JOIN ledger_chain r ON r.entry = e.reverses
            WHERE c.sequence > \(sequence) ORDER BY c.sequence LIMIT \(limit)
            """)
        let postings = try postings(of: rows.map { try $0.get("entry", as: LedgerEntryID.self) }, in: transaction)
        return try rows.map { row in
            let name: String = try row.get("entry")
            // A row that can't be read any more was changed behind our back: the digest below says so by its absence.
            let entry = try? LedgerEntry(row, postings: postings[row.get("entry", as: LedgerEntryID.self)] ?? [])
            let (own, reversed): (Int64, Int64?) = (try row.get("sequence"), try row.get("reversed"))
            let reverses: String? = (try? row.get("reverses", as: String?.self)) ?? nil
            return Link(
                sequence: own, hash: try row.get("hash"), entry: entry, name: name,
                digest: (try? row.get("digest", as: String.self)) ?? "",
                referenceHolds: reverses == nil || reversed.map { $0 < own } ?? false)
        }
    }

    private static func check(
        _ links: [Link], after sequence: Int64, hash: String, into sums: inout [Account: Int128]
    ) throws -> String {
        var (expected, previous) = (sequence, hash)
        for link in links {
            expected += 1
            guard link.sequence == expected else {
                throw LedgerVerification.Fault(
                    place: "place \(expected)", reason: "is missing in the chain; the next entry is \(link.name)")
            }
            guard let entry = link.entry else {
                throw LedgerVerification.Fault(place: link.name, reason: "is in the chain and can't be read")
            }
            try check(entry, digest: link.digest)
            guard link.hash == LedgerEntry.chainHash(after: previous, sequence: expected, digest: link.digest) else {
                throw LedgerVerification.Fault(place: link.name, reason: "breaks the hash chain")
            }
            guard link.referenceHolds else {
                throw LedgerVerification.Fault(place: link.name, reason: "undoes an entry that is not before it")
            }
            previous = link.hash
            for posting in entry.postings { sums[posting.account, default: 0] += Int128(posting.amount) }
        }
        return previous
    }

    private static func check(_ entry: LedgerEntry, digest: String) throws {
        guard entry.digest == digest else {
            throw LedgerVerification.Fault(place: "\(entry.id)", reason: "is not what was posted (its digest differs)")
        }
        guard entry.unbalanced.isEmpty, !entry.postings.isEmpty else {
            throw LedgerVerification.Fault(place: "\(entry.id)", reason: "does not sum to zero")
        }
    }

    /// Entries that wait, entries that are nowhere, postings without an entry, and balances.
    private static func checkRest(
        chained: Int64, sums: [Account: Int128], in transaction: any Transaction
    ) throws -> Int {
        let waiting = try entries(where: "id IN (SELECT entry FROM ledger_unsealed)", in: transaction)
        for entry in waiting {
            let digest: String? = try transaction.value("SELECT digest FROM ledger_entries WHERE id = \(entry.id)")
            try check(entry, digest: digest ?? "")
        }
        // Entries that were sealed since the chain was read are in it now, and still wait in no other place.
        let later: Int64 = try transaction.value("SELECT COUNT(*) FROM ledger_chain WHERE sequence > \(chained)") ?? 0
        let lost: String? = try transaction.value(
            """
            SELECT MIN(id) FROM ledger_entries WHERE id NOT IN (SELECT entry FROM ledger_chain)
            AND id NOT IN (SELECT entry FROM ledger_unsealed)
            """)
        if let lost {
            throw LedgerVerification.Fault(place: lost, reason: "is neither in the chain nor waiting for it")
        }
        let orphan: String? = try transaction.value(
            "SELECT MIN(entry) FROM ledger_postings WHERE entry NOT IN (SELECT id FROM ledger_entries)")
        if let orphan { throw LedgerVerification.Fault(place: orphan, reason: "has postings and no entry") }
        guard later == 0 else { return waiting.count }
        try checkBalances(sums, in: transaction)
        return waiting.count
    }

    private static func checkBalances(_ sums: [Account: Int128], in transaction: any Transaction) throws {
        var left = sums.filter { $0.value != 0 }
        for row in try transaction.rows("SELECT account, balance FROM ledger_balances ORDER BY account") {
            let (account, balance): (Account, Int64) = (try row.get(0), try row.get(1))
            guard Int128(balance) == sums[account] ?? 0 else {
                throw LedgerVerification.Fault(
                    place: "\(account)", reason: "stands at \(balance), its postings sum to \(sums[account] ?? 0)")
            }
            left[account] = nil
        }
        if let missing = left.keys.map(\.description).min() {
            throw LedgerVerification.Fault(place: missing, reason: "has postings and no balance")
        }
    }
}
