import Kernel
import Store

/// What a settlement run did.
public struct SettlementRun: Sendable, Equatable {
    /// The run; absent when nothing was due.
    public let id: SettlementID?
    /// Parts of lines that became payable.
    public let parts: Int
    /// Parties that got something.
    public let parties: Int
}

extension Ledger {
    /// Makes payable what is due: received, the return window over, nothing open. Each party gets one entry, whatever the
    /// number of lines; ``settledParts(of:for:limit:offset:)`` explains it to the line.
    ///
    /// - Parameter limit: parts of lines at once.
    public func settle(limit: Int = 50_000) async throws -> SettlementRun {
        let now = source.now
        let isDue = try await store.read {
            try $0.row(
                """
                SELECT 1 FROM ledger_holdbacks WHERE settlement IS NULL AND blocks = 0 AND release_at IS NOT NULL
                AND release_at <= \(now) LIMIT 1
                """) != nil
        }
        guard isDue else { return SettlementRun(id: nil, parts: 0, parties: 0) }
        return try await store.write { try self.settle(limit: limit, in: $0) }
    }

    /// ``settle(limit:)`` in a unit of work.
    public func settle(limit: Int = 50_000, in transaction: any Transaction) throws -> SettlementRun {
        let id = source.identifier(SettlementKind.self)
        // Up to the last one that fits: a stretch is read and written in its order, which a list of numbers is not.
        let last = try transaction.row(
            """
            SELECT release_at, number FROM ledger_holdbacks WHERE settlement IS NULL AND blocks = 0
            AND release_at IS NOT NULL AND release_at <= \(source.now) ORDER BY release_at, number
            LIMIT 1 OFFSET \(limit - 1)
            """)
        let (due, number): (Instant, Int64) = (try last?.get(0) ?? source.now, try last?.get(1) ?? .max)
        // The condition stands in the update too: a case that was opened a moment ago keeps its line.
        let parts = try transaction.run(
            """
            UPDATE ledger_holdbacks SET settlement = \(id) WHERE settlement IS NULL AND blocks = 0
            AND release_at IS NOT NULL AND (release_at, number) <= (\(due), \(number))
            """)
        guard parts > 0 else { return SettlementRun(id: nil, parts: 0, parties: 0) }
        let sums = try transaction.rows(
            """
            SELECT party, currency, CAST(SUM(amount) AS BIGINT) FROM ledger_holdbacks WHERE settlement = \(id)
            GROUP BY party, currency ORDER BY party, currency
            """)
        for row in sums {
            let (party, currency): (Party, Currency) = (try row.get(0), try row.get(1))
            let amount: Int64 = try row.get(2)
            try post(
                NewEntry(
                    .settlement, source: "settlement:\(id):\(party):\(currency)", subject: "\(id)",
                    postings: [
                        Posting(Account(party, .held, currency), -amount, "settlement"),
                        Posting(Account(party, .payable, currency), amount, "settlement"),
                    ]), in: transaction)
        }
        return SettlementRun(id: id, parts: parts, parties: sums.count)
    }

    /// Which lines a settlement made payable for a party, and how much of each.
    ///
    /// - Throws: ``NotFound`` when the settlement is unknown, or nothing of it is the party's.
    public func settledParts(
        of settlement: SettlementID, for party: Party, limit: Int, offset: Int = 0
    ) async throws -> [Holdback] {
        try await store.read { transaction in
            let isTheirs =
                try transaction.row(
                    "SELECT 1 FROM ledger_holdbacks WHERE settlement = \(settlement) AND party = \(party) LIMIT 1")
                != nil
            guard isTheirs else { throw NotFound("settlement") }
            return try transaction.rows(
                """
                SELECT line FROM ledger_holdbacks WHERE settlement = \(settlement) AND party = \(party)
                ORDER BY number LIMIT \(limit) OFFSET \(offset)
                """
            ).flatMap { row in
                try Self.holdbacks(of: [row.get(0, as: OrderLineID.self)], in: transaction).filter {
                    $0.party == party
                }
            }
        }
    }
}
