import Kernel
import Store

extension Ledger {
    /// Gives entries that wait their place in the hash chain and adds them to the balances. Two nodes that seal at once
    /// would write the same place, so one of them fails and tries again later.
    ///
    /// - Returns: how many entries were sealed.
    @discardableResult
    public func seal(limit: Int = 500) async throws -> Int {
        let isWaiting = try await store.read { try $0.row("SELECT 1 FROM ledger_unsealed LIMIT 1") != nil }
        guard isWaiting else { return 0 }
        return try await store.write { try self.seal(limit: limit, in: $0) }
    }

    /// ``seal(limit:)`` in a unit of work.
    public func seal(limit: Int = 500, in transaction: any Transaction) throws -> Int {
        let waiting = try transaction.rows(
            "SELECT number, entry FROM ledger_unsealed ORDER BY number LIMIT \(limit)")
        guard !waiting.isEmpty else { return 0 }
        let ids = try waiting.map { try $0.get(1, as: LedgerEntryID.self) }
        try chain(ids, in: transaction)
        let postings = try Self.postings(of: ids, in: transaction)
        try addToBalances(postings.values.flatMap(\.self), in: transaction)
        for row in waiting {
            try transaction.send("DELETE FROM ledger_unsealed WHERE number = \(try row.get(0, as: Int64.self))")
        }
        return waiting.count
    }

    /// Seals until nothing waits.
    public func sealAll() async throws {
        while try await seal() > 0 {}
    }

    private func chain(_ ids: [LedgerEntryID], in transaction: any Transaction) throws {
        let digests = Dictionary(
            try transaction.rows("SELECT id, digest FROM ledger_entries WHERE id IN \(list: ids)").map {
                (try $0.get(0, as: LedgerEntryID.self), try $0.get(1, as: String.self))
            }, uniquingKeysWith: { first, _ in first })
        let head = try transaction.row("SELECT sequence, hash FROM ledger_chain ORDER BY sequence DESC LIMIT 1")
        var sequence: Int64 = try head?.get(0) ?? 0
        var hash: String = try head?.get(1) ?? ""
        for id in ids {
            sequence += 1
            hash = LedgerEntry.chainHash(after: hash, sequence: sequence, digest: digests[id] ?? "")
            try transaction.send(
                "INSERT INTO ledger_chain (sequence, entry, hash) VALUES (\(sequence), \(id), \(hash))")
        }
    }

    private func addToBalances(_ postings: [Posting], in transaction: any Transaction) throws {
        var sums: [Account: Int64] = [:]
        for posting in postings {
            let (sum, overflow) = sums[posting.account, default: 0].addingReportingOverflow(posting.amount)
            guard !overflow else { throw MoneyError.overflow }
            sums[posting.account] = sum
        }
        let now = source.now
        // Sorted, so that two sealing nodes never wait for each other.
        for (account, sum) in sums.sorted(by: { $0.key.description < $1.key.description }) where sum != 0 {
            try transaction.send(
                """
                INSERT INTO ledger_balances (account, party, purpose, currency, balance, negative_since)
                VALUES (\(account), \(account.party), \(account.purpose.rawValue), \(account.currency), \(sum),
                    \(sum < 0 ? now : nil))
                ON CONFLICT (account) DO UPDATE SET balance = ledger_balances.balance + excluded.balance,
                    negative_since = CASE WHEN ledger_balances.balance + excluded.balance >= 0 THEN NULL
                        ELSE COALESCE(ledger_balances.negative_since, \(now)) END
                """)
        }
    }
}
