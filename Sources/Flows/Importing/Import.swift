import Catalog
import Content
import Foundation
import Journal
import Kernel
import Live
import Orders
import People
import Pricing
import Shops
import Stock
import Store

/// Imports a folder in the format of `docs/import.md` through the public faces of the rooms.
///
/// Each batch of rows is written in one transaction together with how far the file has been dealt with, so an import that
/// is stopped at any moment goes on behind its last batch, and importing a folder again changes nothing. Identifiers are
/// derived from the folder's own, see ``Names``. A row that stands as it was imported is left alone, so importing again
/// does not undo what merchants and shoppers did since.
///
/// The journal learns in an order that its followers can use: people and shops, then whole products with price and stock,
/// then videos, and what people did last.
public struct Import: Sendable {
    /// The rooms that an import writes to; all of them on the same store and journal.
    public struct Rooms: Sendable {
        let store: any Store
        let journal: Journal
        let people: People
        let shops: Shops
        let catalog: Catalog
        let stock: Stock
        let content: Content
        let orders: Orders
        let live: Live
        let pricing: Pricing

        /// The rooms.
        public init(
            store: any Store, journal: Journal, people: People, shops: Shops, catalog: Catalog, stock: Stock,
            content: Content, orders: Orders, live: Live, pricing: Pricing
        ) {
            self.store = store
            self.journal = journal
            self.people = people
            self.shops = shops
            self.catalog = catalog
            self.stock = stock
            self.content = content
            self.orders = orders
            self.live = live
            self.pricing = pricing
        }
    }

    private let rooms: Rooms
    private let folder: String
    private let mediaFolder: String
    private let source: Source

    /// The tables of imports: data sets, progress and what stands imported.
    public static let migrations = [
        Migration(room: "importing", number: 1, file: PackageResources._001_importing_sql)
    ]

    /// An import of `folder` that copies its media to `mediaFolder`; both are paths in the file system.
    public init(_ rooms: Rooms, folder: String, mediaFolder: String, source: Source) {
        self.rooms = rooms
        self.folder = folder
        self.mediaFolder = mediaFolder
        self.source = source
    }

    /// Imports what is not imported yet.
    ///
    /// - Parameter progress: called after each batch.
    /// - Returns: what became of each table's rows. Refused rows are listed in `.quanyu/rejected.jsonl` in the folder.
    /// - Throws: ``ImportProblem`` when the folder as a whole can't be imported, `StoreError` when the store fails; what
    ///   was committed before stays.
    public func run(progress: @escaping @Sendable (ImportProgress) -> Void = { _ in }) async throws -> ImportReport {
        let folder = try Folder(folder)
        let dataset = try Dataset(manifestOf: folder)
        let files = try TableFile.all(in: folder)
        try FileManager.default.createDirectory(atPath: mediaFolder, withIntermediateDirectories: true)
        let known = try await rooms.store.write { transaction in
            try dataset.put(in: transaction)
            return try Checkpoint.all(of: dataset.namespace, in: transaction)
        }
        let open = files.reduce(into: [String: Int]()) { positions, file in
            if let checkpoint = known[file.input.name], checkpoint.isResumable(for: file) {
                positions[file.input.name] = checkpoint.row
            }
        }
        let log = try RejectionLog(in: folder, keeping: open)
        let media = MediaFiles(from: folder, to: mediaFolder)
        let session = ImportSession(
            store: rooms.store, people: rooms.people, source: source, names: Names(namespace: dataset.namespace),
            now: source.now, log: log, media: media, progress: progress)
        var report = ImportReport(dataset: dataset, rejections: log.path)
        report.warnings = unknownFiles()
        var isAnnounced = false
        for file in files {
            if !isAnnounced, file.table.comesAfterGoods {
                report.productsAnnounced = try await announce()
                isAnnounced = true
            }
            report.tables.append(try await count(file, dataset, known[file.input.name], session))
            report.warnings += file.unknownColumns.map {
                "\(file.input.name): column \($0) is unknown and was not read."
            }
        }
        if !isAnnounced { report.productsAnnounced = try await announce() }
        report.mediaCopied = media.copied
        return report
    }

    private func count(
        _ file: TableFile, _ dataset: Dataset, _ known: Checkpoint?, _ session: ImportSession
    ) async throws -> ImportReport.Count {
        if let known, known.stands(for: file) {
            return ImportReport.Count(table: file.table, read: known.read, unchanged: known.read)
        }
        var checkpoint = Checkpoint(
            namespace: dataset.namespace, file: file.input.name, fingerprint: file.input.fingerprint)
        // A log that lacks lines of what was refused before is made anew, together with the rest.
        if let known, known.isResumable(for: file), session.log.kept[file.input.name, default: 0] == known.refused {
            checkpoint = known
        }
        return try await importTable(file, dataset, checkpoint, session)
    }

    private func importTable(
        _ file: TableFile, _ dataset: Dataset, _ checkpoint: Checkpoint, _ session: ImportSession
    ) async throws -> ImportReport.Count {
        func run(_ rows: some ImportedTable) async throws -> ImportReport.Count {
            try await TableImport(rows, session: session, file: file, checkpoint: checkpoint).run()
        }
        switch file.table {
        case .categories:
            let parents = try await rooms.catalog.categories().compactMap { category in
                category.parent.map { (category.id, $0) }
            }
            return try await run(
                CategoryRows(
                    catalog: rooms.catalog, parents: Dictionary(parents, uniquingKeysWith: { first, _ in first })))
        case .people: return try await run(PersonRows(people: rooms.people, kind: dataset.kind))
        case .shops: return try await run(ShopRows(shops: rooms.shops, people: rooms.people))
        case .products: return try await run(ProductRows(catalog: rooms.catalog))
        case .variants: return try await run(VariantRows(catalog: rooms.catalog))
        case .prices: return try await run(PriceRows(catalog: rooms.catalog, currency: dataset.currency))
        case .stock: return try await run(StockRows(stock: rooms.stock))
        case .videos: return try await run(VideoRows(content: rooms.content))
        case .liveSessions:
            return try await run(
                LiveRows(live: rooms.live, pricing: rooms.pricing, source: source, currency: dataset.currency))
        case .follows: return try await run(FollowRows(content: rooms.content))
        case .touchpoints:
            return try await run(TouchpointRows(content: rooms.content, journal: rooms.journal, source: source))
        case .orders:
            return try await run(
                OrderRows(orders: rooms.orders, names: session.names, currency: dataset.currency))
        }
    }

    /// Tells the journal of products that are whole now, once each however many of their rows changed.
    private func announce() async throws -> Int {
        var total = 0
        while true {
            let count = try await rooms.store.write { [rooms] transaction in
                let products = try Unannounced.take(512, in: transaction)
                for list in lists(of: products) where !list.isEmpty {
                    let distinct = Array(list.prefix(products.count))
                    try rooms.catalog.announce(distinct, in: transaction)
                    try rooms.stock.announce(distinct, in: transaction)
                }
                return products.count
            }
            if count == 0 { return total }
            total += count
        }
    }

    /// Files that look like tables but are none: a misspelt name must not go unnoticed.
    private func unknownFiles() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().filter { name in
            let parts = name.split(separator: ".").map(String.init)
            return ["csv", "jsonl"].contains(parts.last ?? "") && (parts.count != 2 || Table(rawValue: parts[0]) == nil)
        }.prefix(20).map { "\($0) is not a table of the format and was not read." }
    }
}

extension Table {
    /// Whether its facts should follow those about products.
    fileprivate var comesAfterGoods: Bool {
        switch self {
        case .categories, .people, .shops, .products, .variants, .prices, .stock: false
        case .videos, .follows, .touchpoints, .orders, .liveSessions: true
        }
    }
}

extension Checkpoint {
    /// Whether the file was imported whole and nothing of it refused: then nothing is left to do.
    fileprivate func stands(for file: TableFile) -> Bool {
        fingerprint == file.input.fingerprint && isDone && refused == 0
    }

    /// Whether the file can be read on behind the row. One that was finished with refused rows is read again from its
    /// start, since what they lacked may be there now.
    fileprivate func isResumable(for file: TableFile) -> Bool {
        fingerprint == file.input.fingerprint && !isDone && row > 0
    }
}
