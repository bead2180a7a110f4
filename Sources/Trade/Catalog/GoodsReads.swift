import Kernel
import Store

/// Which of a shop's goods are looked for.
public struct GoodsFilter: Sendable {
    let words: String
    let status: ProductStatus?

    /// - Parameters:
    ///   - words: a part of a title, of the product's code or of a variant's number; empty for all.
    ///   - status: `nil` for all that are not archived.
    public init(words: String = "", status: ProductStatus? = nil) {
        self.words = words
        self.status = status
    }
}

/// Where a page of a shop's goods ends.
public typealias GoodsCursor = TimeCursor<ProductKind>

extension Catalog {
    /// A shop's goods, the newest first, with all their variants.
    public static func goods(
        of shop: ShopID, _ filter: GoodsFilter, after cursor: GoodsCursor? = nil, limit: Int, at now: Instant,
        in transaction: any Transaction
    ) throws -> [Product] {
        var condition: SQL = "shop = \(shop)"
        switch filter.status {
        case nil: condition = condition + " AND is_archived = 0"
        case .archived: condition = condition + " AND is_archived = 1"
        case .listed: condition = condition + " AND is_archived = 0 AND is_listed = 1"
        case .unlisted: condition = condition + " AND is_archived = 0 AND is_listed = 0"
        }
        if !filter.words.isEmpty {
            let pattern = pattern(filter.words)
            condition =
                condition + """
                     AND (LOWER(title_en) LIKE \(pattern) ESCAPE '\\' OR LOWER(title_zh) LIKE \(pattern) ESCAPE '\\'
                    OR LOWER(code) LIKE \(pattern) ESCAPE '\\' OR id IN (SELECT product FROM variants
                        WHERE shop = \(shop) AND LOWER(sku) LIKE \(pattern) ESCAPE '\\'))
                    """
        }
        if let cursor {
            condition =
                condition
                + " AND (created_at < \(cursor.time) OR (created_at = \(cursor.time) AND id < \(cursor.id)))"
        }
        let ids = try transaction.rows(
            "SELECT id FROM products WHERE \(condition) ORDER BY created_at DESC, id DESC LIMIT \(limit)"
        ).map { try $0.get(0, as: ProductID.self) }
        return try products(ids, withRetired: true, at: now, in: transaction)
    }

    /// How many goods of a shop stand where.
    public static func counts(
        of shop: ShopID, in transaction: any Transaction
    ) throws -> [ProductStatus: Int] {
        var counts: [ProductStatus: Int] = [:]
        let rows = try transaction.rows(
            """
            SELECT is_archived, is_listed, COUNT(*) FROM products WHERE shop = \(shop)
            GROUP BY is_archived, is_listed
            """)
        for row in rows {
            let (isArchived, isListed): (Bool, Bool) = (try row.get(0), try row.get(1))
            counts[isArchived ? .archived : isListed ? .listed : .unlisted, default: 0] += try row.get(2, as: Int.self)
        }
        return counts
    }

    /// A product of a shop with all its variants.
    ///
    /// - Throws: ``NotFound``.
    public static func goods(
        _ id: ProductID, of shop: ShopID, at now: Instant, in transaction: any Transaction
    ) throws -> Product {
        guard let product = try products([id], withRetired: true, at: now, in: transaction).first, product.shop == shop
        else { throw NotFound("product") }
        return product
    }

    /// The products of a shop that have these codes.
    public static func products(
        coded codes: [String], in shop: ShopID, in transaction: any Transaction
    ) throws -> [String: ProductID] {
        let rows = try transaction.rows("SELECT code, id FROM products WHERE shop = \(shop) AND code IN \(list: codes)")
        return Dictionary(
            try rows.map { (try $0.get(0), try $0.get(1)) }, uniquingKeysWith: { first, _ in first })
    }

    /// The variants of a shop that are sold under these numbers.
    public static func variants(
        numbered skus: [String], in shop: ShopID, in transaction: any Transaction
    ) throws -> [String: [VariantID]] {
        let rows = try transaction.rows(
            "SELECT sku, id FROM variants WHERE shop = \(shop) AND is_retired = 0 AND sku IN \(list: skus)")
        return try rows.reduce(into: [:]) { found, row in
            found[try row.get(0, as: String.self), default: []].append(try row.get(1))
        }
    }

    private static func pattern(_ words: String) -> String {
        let escaped = words.lowercased().replacing("\\", with: "\\\\").replacing("%", with: "\\%")
            .replacing("_", with: "\\_")
        return "%\(escaped)%"
    }
}

extension TimeCursor<ProductKind> {
    /// After this product.
    public init(after product: Product) { self.init(time: product.createdAt, id: product.id) }
}
