import Kernel
import Store

/// Everything that the marketplace keeps about a person.
public struct PersonalData: Sendable {
    /// What one table says.
    public struct Part: Sendable {
        /// The table.
        public let table: String
        /// Its rows, by column.
        public let rows: [PersonalTable.Row]
    }

    /// The person.
    public let person: PersonID
    /// When it was read.
    public let readAt: Instant
    /// What there is; tables that say nothing are left out.
    public let parts: [Part]
}

/// Reads everything about a person, for that person.
public struct ExportPersonalData: Sendable {
    /// Most rows of one table in a file.
    public static let rowLimit = 100_000
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// All of it, as it was at one moment. Secrets are left out: they are kept as digests that nobody can use.
    public func callAsFunction(of person: PersonID) async throws -> PersonalData {
        let now = market.source.now
        return try await market.store.read { transaction in
            let parts = try PersonalColumns.tables.map { table in
                PersonalData.Part(
                    table: table.name, rows: try table.rows(of: person, limit: Self.rowLimit, in: transaction))
            }
            return PersonalData(person: person, readAt: now, parts: parts.filter { !$0.rows.isEmpty })
        }
    }
}
