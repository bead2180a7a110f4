import HTTP
import Kernel
import People
import Shops
import Store

/// Who did what in a shop, for those who may know.
public struct ReadTrail: Sendable {
    /// An entry with the name of whoever did it.
    public struct Line: Sendable {
        public let entry: TrailEntry
        public let person: String

        static let csvHeader = ["time", "person_id", "person", "action", "thing", "name", "changes"]

        var csv: [CSVWriter.Field] {
            let changes = entry.changes.map { "\($0.field): \($0.was ?? "–") → \($0.now ?? "–")" }
            return [
                .text(entry.at.rfc3339), .text("\(entry.person)"), .text(person), .text(entry.action.rawValue),
                .text(entry.thing), .text(entry.name), .text(changes.joined(separator: "; ")),
            ]
        }
    }

    /// Most rows of a file.
    public static let fileLimit = 10_000

    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Entries, the latest first.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func callAsFunction(
        of shop: ShopID, _ filter: Shops.TrailFilter, before: Int64? = nil, limit: Int, by identity: Identity
    ) async throws -> [Line] {
        try identity.require(.trail, at: shop)
        let entries = try await market.store.read {
            try Shops.trail(of: shop, filter, before: before, limit: limit, in: $0)
        }
        let names = try await market.people.accounts(Array(Set(entries.map(\.person))))
        return entries.map { Line(entry: $0, person: names[$0.person]?.name ?? "") }
    }

    /// All of it as a table of at most ``fileLimit`` rows.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func file(of shop: ShopID, _ filter: Shops.TrailFilter, by identity: Identity) async throws -> String {
        var csv = CSVWriter(header: Line.csvHeader)
        for line in try await self(of: shop, filter, limit: Self.fileLimit, by: identity) { csv.append(line.csv) }
        return csv.text
    }
}
