import Kernel
import Store

extension Feed {
    /// A place in the slates by time.
    public struct SlateCursor: Sendable {
        /// The slate at that place.
        public let slate: SlateID
        let shownAt: Instant
    }

    /// Slates shown before `limit`, oldest first, after `cursor`.
    public func slates(before limit: Instant, after cursor: SlateCursor?, limit count: Int) async throws
        -> [SlateCursor]
    {
        let from = cursor?.shownAt ?? Instant(milliseconds: 0)
        let id = cursor?.slate.description ?? ""
        return try await store.read { transaction in
            try transaction.rows(
                """
                SELECT id, shown_at FROM slates
                WHERE shown_at >= \(from) AND shown_at < \(limit) AND (shown_at > \(from) OR id > \(id))
                ORDER BY shown_at, id LIMIT \(count)
                """
            ).map { SlateCursor(slate: try $0.get(0), shownAt: try $0.get(1)) }
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
