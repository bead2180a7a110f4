import Catalog
import HTTP
import Kernel
import Store

/// A shop's goods as a table, in pieces: a shop with a hundred thousand variants is not held in memory.
public struct SendGoods: Sendable {
    /// Products of a piece.
    private static let piece = 200

    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Hands the table of all goods that are not archived to `send`, piece by piece; the first begins with a byte-order mark,
    /// without which spreadsheets don't read Chinese.
    ///
    /// - Throws: ``NotFound``, ``Forbidden`` before the first piece.
    public func pieces(of shop: ShopID, by identity: Identity) async throws -> AsyncThrowingStream<String, any Error> {
        try identity.require(.see, at: shop)
        let categories = try await market.catalog.categories()
        let unique = Dictionary(grouping: categories, by: \.name.en).mapValues(\.count)
        let names = Dictionary(
            categories.map { ($0.id, unique[$0.name.en] == 1 ? $0.name.en : "\($0.id)") },
            uniquingKeysWith: { first, _ in first })
        let state = Progress(shop, names)
        return AsyncThrowingStream { try await next(state) }
    }

    /// Where a table is; only the stream's one reader moves it on.
    private actor Progress {
        let shop: ShopID
        let names: [CategoryID: String]
        private(set) var cursor: GoodsCursor?
        private(set) var isOver = false
        private var csv = CSVWriter(header: GoodsColumn.allCases.map(\.rawValue))
        private var isFirst = true

        init(_ shop: ShopID, _ names: [CategoryID: String]) {
            self.shop = shop
            self.names = names
        }

        func add(_ products: [Product], isLast: Bool) -> String {
            for product in products {
                let category = names[product.category] ?? "\(product.category)"
                for row in GoodsTable.rows(of: product, category: category) { csv.append(row) }
            }
            cursor = products.last.map { GoodsCursor(after: $0) } ?? cursor
            isOver = isLast
            defer { isFirst = false }
            return (isFirst ? "\u{FEFF}" : "") + csv.take()
        }
    }

    private func next(_ state: Progress) async throws -> String? {
        guard await !state.isOver else { return nil }
        let cursor = await state.cursor
        let now = market.source.now
        let products = try await market.store.read { [shop = state.shop] in
            try Catalog.goods(of: shop, GoodsFilter(), after: cursor, limit: Self.piece, at: now, in: $0)
        }
        return await state.add(products, isLast: products.count < Self.piece)
    }
}
