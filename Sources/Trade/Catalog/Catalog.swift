import Journal
import Kernel
import Store

/// What is for sale: categories, products, variants and their prices.
///
/// A price holds for a half-open time `[start, end)`; the latest one that has started applies. What a product looks like
/// in a list is its ``ProductCard``, kept in memory because every slate and every search needs a dozen.
public final class Catalog: Sendable {
    let store: any Store
    let journal: Journal
    let source: Source
    /// Prices change with time, so a card is not trusted longer than a minute.
    let cards = Recent<ProductID, ProductCard>(lifetime: .minutes(1), limit: 200_000)

    /// The room on a store and a journal.
    public init(store: any Store, journal: Journal, source: Source) {
        self.store = store
        self.journal = journal
        self.source = source
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "catalog", number: 1, file: PackageResources._001_catalog_sql),
        Migration(room: "catalog", number: 2, file: PackageResources._002_goods_sql),
        Migration(room: "catalog", number: 3, file: PackageResources._003_rules_sql),
        Migration(room: "catalog", number: 4, file: PackageResources._004_member_prices_sql),
    ]

    /// Changes whenever this node learns that a card has changed.
    public var cardVersion: Int { cards.version }

    /// Forgets cards that other nodes changed; run it for the life of the server.
    public func followChanges(from position: Position) async {
        await journal.tail(after: position, topics: [ProductChanged.topic]) { [cards] facts, _ in
            cards.forget(facts.compactMap { ProductID($0.key) })
        }
    }
}

/// A product is new, was changed, or left the shelf.
public struct ProductChanged: FactContent {
    public static let topic = "catalog.product_changed"
    /// The product.
    public let product: ProductID
    /// Its shop.
    public let shop: ShopID
    /// Its category.
    public let category: CategoryID
    /// Title.
    public let title: Localized
    /// Description.
    public let description: Localized
    /// Brand; empty for none.
    public let brand: String
    /// Values of its attributes.
    public let attributes: [String]
    /// Lowest price of its variants in minor units; absent while it has none.
    public let price: Int64?
    /// Whether people may see it.
    public let isListed: Bool
    /// When it was made.
    public let createdAt: Instant
    public var key: String { product.description }
}

/// A category is new or was changed.
public struct CategoryChanged: FactContent {
    public static let topic = "catalog.category_changed"
    /// The category.
    public let category: CategoryID
    /// The one above it.
    public let parent: CategoryID?
    /// Its name.
    public let name: Localized
    public var key: String { category.description }
}
