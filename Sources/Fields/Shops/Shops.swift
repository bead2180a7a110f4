import HTTP
import Journal
import Kernel
import Store

/// A shop as everybody sees it.
public struct Shop: Sendable, Equatable {
    /// The shop.
    public let id: ShopID
    /// Its name.
    public let name: Localized
    /// What it says about itself.
    public let about: Localized
    /// Path of its sign under `/media`.
    public let logo: String?
    /// When it opened.
    public let createdAt: Instant

    /// Checks the texts.
    ///
    /// - Throws: ``InvalidField``.
    public init(id: ShopID, name: Localized, about: Localized, logo: String?, createdAt: Instant) throws {
        self.id = id
        self.name = Localized(
            en: try ValidatedText(name.en, field: "name_en", length: 1...80).value,
            zh: try ValidatedText(name.zh, field: "name_zh", length: 1...80).value)
        self.about = Localized(
            en: try ValidatedText(about.en, field: "about_en", length: 0...2_000).value,
            zh: try ValidatedText(about.zh, field: "about_zh", length: 0...2_000).value)
        self.logo = logo
        self.createdAt = createdAt
    }
}

/// A shop is new or was changed.
public struct ShopChanged: FactContent {
    public static let topic = "shops.shop_changed"
    /// The shop.
    public let shop: ShopID
    /// Its name.
    public let name: Localized
    /// What it says about itself.
    public let about: Localized
    /// When it opened.
    public let createdAt: Instant
    public var key: String { shop.description }
}

/// Where all behaviour settles: the shops themselves.
public final class Shops: Sendable {
    private let store: any Store
    private let journal: Journal
    let source: Source
    private let recent = Recent<ShopID, Shop>(lifetime: .seconds(30), limit: 100_000)

    /// The room on a store and a journal.
    public init(store: any Store, journal: Journal, source: Source) {
        self.store = store
        self.journal = journal
        self.source = source
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "shops", number: 1, file: PackageResources._001_shops_sql),
        Migration(room: "shops", number: 2, file: PackageResources._002_trail_sql),
    ]

    /// Opens a shop or changes it.
    public func put(_ shop: Shop, in transaction: any Transaction) throws {
        try transaction.send(
            """
            INSERT INTO shops (id, name_en, name_zh, about_en, about_zh, logo, created_at)
            VALUES (\(shop.id), \(shop.name.en), \(shop.name.zh), \(shop.about.en), \(shop.about.zh), \(shop.logo),
                \(shop.createdAt))
            ON CONFLICT (id) DO UPDATE SET name_en = excluded.name_en, name_zh = excluded.name_zh,
                about_en = excluded.about_en, about_zh = excluded.about_zh, logo = excluded.logo
            """)
        try journal.append(
            ShopChanged(shop: shop.id, name: shop.name, about: shop.about, createdAt: shop.createdAt), at: source.now,
            in: transaction)
        transaction.afterCommit { [recent] in recent.forget([shop.id]) }
    }

    /// A shop, or `nil`.
    public func shop(_ id: ShopID) async throws -> Shop? {
        try await shops([id])[id]
    }

    /// Changes whenever this node changes a shop.
    public var version: Int { recent.version }

    /// Several shops by identifier, as they were half a minute ago or later; unknown ones are left out.
    public func shops(_ ids: [ShopID]) async throws -> [ShopID: Shop] {
        let now = source.now
        let known = recent.find(ids, at: now)
        let missing = ids.filter { known[$0] == nil }
        guard !missing.isEmpty else { return known }
        let version = recent.version
        let read = try await store.read { transaction in
            try transaction.rows("SELECT * FROM shops WHERE id IN \(list: missing)").map(Shop.init)
        }
        let fresh = Dictionary(read.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        recent.remember(fresh, at: now, version: version)
        return known.merging(fresh) { $1 }
    }

    /// Which of these exist.
    public static func known(_ ids: [ShopID], in transaction: any Transaction) throws -> Set<ShopID> {
        Set(try transaction.rows("SELECT id FROM shops WHERE id IN \(list: ids)").map { try $0.get(0) })
    }

    /// Every shop, newest last.
    public func all() async throws -> [Shop] {
        try await store.read { transaction in
            try transaction.rows("SELECT * FROM shops ORDER BY created_at, id").map(Shop.init)
        }
    }
}

extension Shop {
    init(_ row: SQLRow) throws {
        try self.init(
            id: try row.get("id"), name: Localized(en: try row.get("name_en"), zh: try row.get("name_zh")),
            about: Localized(en: try row.get("about_en"), zh: try row.get("about_zh")), logo: try row.get("logo"),
            createdAt: try row.get("created_at"))
    }
}
