import Catalog
import HTTP
import Kernel
import Stock
import Store
import Warehouse

/// What a shop's staff see of its stock.
public struct ReadStock: Sendable {
    /// A variant with its names, what can be sold, and where it lies.
    public struct Row: Sendable {
        public let level: StockLevel
        public let title: Localized
        public let spec: Localized
        public let sku: String
        public let places: [WarehouseLevel]
    }

    /// What people call a variant.
    public struct Name: Sendable {
        public let title: Localized
        public let spec: Localized
        /// The shop's own code; empty for none.
        public let sku: String
    }

    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Variants of a shop in the order of their identifiers.
    ///
    /// - Parameter onlyLow: keeps to watched variants at their threshold or below.
    /// - Throws: ``NotFound`` for whoever does not work there.
    public func rows(
        of shop: ShopID, onlyLow: Bool, after: VariantID?, limit: Int, by identity: Identity
    ) async throws -> [Row] {
        // Goods of which nobody has asked lie in the default warehouse, so there has to be one.
        _ = try await KeepWarehouses(market).all(of: shop, by: identity)
        let levels = try await market.stock.levels(of: shop, onlyLow: onlyLow, after: after, limit: limit)
        return try await market.store.read { [now = market.source.now] transaction in
            let variants = try Catalog.variants(levels.map(\.variant), at: now, in: transaction)
            let products = try Catalog.products(Array(Set(levels.map(\.product))), at: now, in: transaction)
            let titles = Dictionary(products.map { ($0.id, $0.title) }, uniquingKeysWith: { first, _ in first })
            let places = try Self.places(of: levels.map(\.variant), at: shop, in: transaction)
            return levels.map { level in
                let variant = variants[level.variant]
                return Row(
                    level: level, title: titles[level.product] ?? Localized(en: "—"),
                    spec: variant?.spec ?? Localized(en: ""), sku: variant?.sku ?? "",
                    places: places[level.variant] ?? [])
            }
        }
    }

    /// Where variants lie; those that nobody has asked for yet, in the default warehouse.
    private static func places(
        of variants: [VariantID], at shop: ShopID, in transaction: any Transaction
    ) throws -> [VariantID: [WarehouseLevel]] {
        var places = Dictionary(
            grouping: try Warehouses.levels(of: variants, in: transaction), by: \.variant)
        guard let standard = try Warehouses.all(of: shop, in: transaction).first(where: \.isDefault) else {
            return places
        }
        for variant in variants where places[variant] == nil {
            let units = try Stock.physical(of: variant, in: transaction)?.units ?? 0
            places[variant] = [
                WarehouseLevel(variant: variant, warehouse: standard.id, onHand: units, allocated: 0)
            ]
        }
        return places
    }

    /// The names of variants, for lists that know only identifiers.
    public func names(of variants: [VariantID]) async throws -> [VariantID: Name] {
        let ids = Array(Set(variants))
        return try await market.store.read { [now = market.source.now] transaction in
            let found = try Catalog.variants(ids, at: now, in: transaction)
            let products = try Catalog.products(Array(Set(found.values.map(\.product))), at: now, in: transaction)
            let titles = Dictionary(products.map { ($0.id, $0.title) }, uniquingKeysWith: { first, _ in first })
            return found.mapValues {
                Name(title: titles[$0.product] ?? Localized(en: "—"), spec: $0.spec, sku: $0.sku)
            }
        }
    }

    /// Most rows of a snapshot.
    public static let snapshotLimit = 100_000

    /// What lay in a shop's warehouses at a moment, as a file of comma-separated values.
    ///
    /// A warehouse is known from the moment on at which somebody first asked for its goods.
    /// - Parameter warehouse: keeps to one of them.
    /// - Throws: ``NotFound``, also for a warehouse of another shop.
    public func snapshot(
        of shop: ShopID, warehouse: WarehouseID?, at moment: Instant?, by identity: Identity
    ) async throws -> String {
        try identity.require(.see, at: shop)
        let goods = KeepGoods(market: market)
        try await goods.openAll(of: shop)
        let moment = moment ?? market.source.now
        let warehouses = try await market.warehouses.all(of: shop)
        if let warehouse, !warehouses.contains(where: { $0.id == warehouse }) { throw NotFound("warehouse") }
        let names = Dictionary(warehouses.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        var csv = CSVWriter(header: ["moment", "warehouse", "warehouse_name", "variant", "sku", "on_hand"])
        var (last, count): (VariantID?, Int) = (nil, 0)
        while count < Self.snapshotLimit {
            let page = try await page(of: shop, warehouse, at: moment, after: last)
            guard let final = page.last else { break }
            for row in page.levels {
                csv.append([
                    .text(moment.rfc3339), .text("\(row.warehouse)"), .text(names[row.warehouse] ?? ""),
                    .text("\(row.variant)"), .text(page.skus[row.variant] ?? ""), .number(row.onHand),
                ])
            }
            last = final
            count += page.levels.count
        }
        return csv.text
    }

    private func page(
        of shop: ShopID, _ warehouse: WarehouseID?, at moment: Instant, after: VariantID?
    ) async throws -> (levels: [WarehouseLevel], skus: [VariantID: String], last: VariantID?) {
        try await market.store.read { [now = market.source.now] transaction in
            let limit = 500
            let variants = try Warehouses.variants(of: shop, after: after, limit: limit, in: transaction)
            let levels = try Warehouses.snapshot(
                of: shop, warehouse: warehouse, at: moment, after: after, limit: limit, in: transaction)
            let skus = try Catalog.variants(variants, at: now, in: transaction).mapValues(\.sku)
            return (levels, skus, variants.last)
        }
    }
}
