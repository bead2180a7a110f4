import Kernel
import Store

extension Feed {
    /// Slates shown before `limit`, oldest first, after `cursor`. Identifiers begin with their time, so their order is that
    /// of showing.
    public func slates(before limit: Instant, after cursor: SlateID?, limit count: Int) async throws -> [SlateID] {
        let (from, end) = (cursor ?? SlateID(rawValue: 0), SlateID(earliestAt: limit))
        return try await store.read { transaction in
            try transaction.rows(
                "SELECT id FROM slates WHERE id > \(from) AND id < \(end) ORDER BY id LIMIT \(count)"
            ).map { try $0.get(0) }
        }
    }

    /// Forgets slates for good.
    ///
    /// - Returns: how many there were.
    public static func forget(_ slates: [SlateID], in transaction: any Transaction) throws -> Int {
        guard !slates.isEmpty else { return 0 }
        return try transaction.run("DELETE FROM slates WHERE id IN \(list: slates)")
    }
}
