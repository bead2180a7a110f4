import Kernel
import Store

extension Catalog {
    /// All categories in the operator's order.
    public func categories() async throws -> [Category] {
        try await store.read { try Self.categories(in: $0) }
    }

    /// A product with its variants, or `nil`.
    public func product(_ id: ProductID) async throws -> Product? {
        let now = source.now
        return try await store.read { try Self.products([id], at: now, in: $0).first }
    }

    /// Products in the order asked for; unknown ones are left out.
    ///
    /// - Parameter withRetired: whether variants that are sold no more are among theirs.
    public static func products(
        _ ids: [ProductID], withRetired: Bool = false, at now: Instant, in transaction: any Transaction
    ) throws -> [Product] {
        let condition: SQL = "product IN \(list: ids)"
        let variants = try variants(
            where: withRetired ? condition : condition + " AND is_retired = 0", at: now, in: transaction)
        let byProduct = Dictionary(grouping: variants, by: \.product)
        let products = try transaction.shared("SELECT * FROM products WHERE id IN \(list: ids)") { rows in
            try rows.map(Product.init)
        }.map { $0.with(byProduct[$0.id] ?? []) }
        let byID = Dictionary(products.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return ids.compactMap { byID[$0] }
    }

    /// Variants with their prices now, in no particular order.
    public static func variants(
        _ ids: [VariantID], at now: Instant, in transaction: any Transaction
    ) throws -> [VariantID: Variant] {
        let variants = try variants(where: "id IN \(list: ids)", at: now, in: transaction)
        return Dictionary(variants.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    static func variants(where condition: SQL, at now: Instant, in transaction: any Transaction) throws
        -> [Variant]
    {
        try transaction.shared(
            """
            SELECT v.*, p.amount, p.list_amount, p.member_amount, p.currency FROM (SELECT * FROM variants WHERE \(condition)) v
            LEFT JOIN prices p ON v.is_retired = 0 AND p.variant = v.id AND (p.ends_at IS NULL OR p.ends_at > \(now)) AND p.starts_at = (
                SELECT MAX(q.starts_at) FROM prices q WHERE q.variant = v.id AND q.starts_at <= \(now)
                AND (q.ends_at IS NULL OR q.ends_at > \(now)))
            ORDER BY v.product, v.position
            """
        ) { try $0.map(Variant.init) }
    }

    /// Which of these categories exist.
    public static func known(_ ids: [CategoryID], in transaction: any Transaction) throws -> Set<CategoryID> {
        Set(try transaction.rows("SELECT id FROM categories WHERE id IN \(list: ids)").map { try $0.get(0) })
    }

    /// The shops of those products that exist.
    public static func shops(of ids: [ProductID], in transaction: any Transaction) throws -> [ProductID: ShopID] {
        let rows = try transaction.rows("SELECT id, shop FROM products WHERE id IN \(list: ids)")
        return Dictionary(
            try rows.map { (try $0.get(0), try $0.get(1)) }, uniquingKeysWith: { first, _ in first })
    }

    /// The products and shops of those variants that exist.
    public static func owners(
        of ids: [VariantID], in transaction: any Transaction
    ) throws -> [VariantID: (product: ProductID, shop: ShopID)] {
        try transaction.shared("SELECT id, product, shop FROM variants WHERE id IN \(list: ids)") { rows in
            Dictionary(
                try rows.map { (try $0.get(0), (product: try $0.get(1), shop: try $0.get(2))) },
                uniquingKeysWith: { first, _ in first })
        }
    }

    static func categories(in transaction: any Transaction) throws -> [Category] {
        try transaction.rows("SELECT * FROM categories ORDER BY position, id").map {
            Category(
                id: try $0.get("id"), parent: try $0.get("parent"),
                name: Localized(en: try $0.get("name_en"), zh: try $0.get("name_zh")), emoji: try $0.get("emoji"))
        }
    }

    /// Cards in the order asked for; products that are unknown are left out, those off the shelf are not.
    public func cards(_ ids: [ProductID]) async throws -> [ProductCard] {
        let now = source.now
        let known = cards.find(ids, at: now)
        let missing = ids.filter { known[$0] == nil }
        guard !missing.isEmpty else { return ids.compactMap { known[$0] } }
        let version = cards.version
        let read = try await store.read { transaction in
            try missing.chunked(400).flatMap { try Self.products(Array($0), at: now, in: transaction) }.map(\.card)
        }
        let fresh = Dictionary(read.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        cards.remember(fresh, at: now, version: version)
        return ids.compactMap { known[$0] ?? fresh[$0] }
    }

    /// Newest listed products of a shop or category.
    public func newest(
        shop: ShopID? = nil, category: CategoryID? = nil, limit: Int, offset: Int = 0
    ) async throws -> [ProductCard] {
        let ids = try await store.read { transaction in
            let condition: SQL =
                if let shop { "shop = \(shop)" } else if let category { "category = \(category)" } else { "1 = 1" }
            return try transaction.rows(
                """
                SELECT id FROM products WHERE \(condition) AND is_listed = 1
                ORDER BY created_at DESC, id LIMIT \(limit) OFFSET \(offset)
                """
            ).map { try $0.get(0, as: ProductID.self) }
        }
        return try await cards(ids)
    }
}

extension Array {
    fileprivate func chunked(_ size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
