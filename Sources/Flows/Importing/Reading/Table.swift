/// A table of the format, in the order in which tables are read: whatever refers to something comes behind it.
public enum Table: String, Sendable, CaseIterable {
    case categories, people, shops, products, variants, prices, stock, videos, follows, touchpoints, orders
    case liveSessions = "live_sessions"

    /// Its columns; the order is that of the content digest, so it never changes and new columns go to the end, and to
    /// ``laterColumns``.
    var columns: [String] {
        switch self {
        case .categories: ["id", "parent", "name_en", "name_zh", "emoji"]
        case .people:
            ["id", "name", "role", "handle", "email", "password", "bio_en", "bio_zh", "avatar", "language"]
        case .shops: ["id", "name_en", "name_zh", "about_en", "about_zh", "logo", "owner", "created_at"]
        case .products:
            [
                "id", "shop", "category", "title_en", "title_zh", "description_en", "description_zh", "brand",
                "attributes", "media", "created_at", "attributes_zh",
            ]
        case .variants: ["id", "product", "spec_en", "spec_zh", "sku"]
        case .prices: ["variant", "amount", "list_amount", "currency", "from", "until", "member_amount"]
        case .stock: ["variant", "available"]
        case .videos:
            [
                "id", "creator", "caption_en", "caption_zh", "hashtags", "media", "poster", "duration_ms", "products",
                "created_at",
            ]
        case .follows: ["person", "subject_kind", "subject", "time"]
        case .touchpoints: ["id", "person", "time", "kind", "subject_kind", "subject", "dwell_ms"]
        case .orders: ["order", "person", "time", "variant", "quantity", "amount", "currency", "status"]
        case .liveSessions:
            [
                "id", "host_kind", "host", "title_en", "title_zh", "planned_at", "state", "products", "pinned",
                "prices",
                "cover",
            ]
        }
    }

    /// Columns that rows were read without before. Where they say nothing such a row is still the same.
    var laterColumns: Set<String> { self == .prices ? ["member_amount"] : [] }

    /// The columns without which no row can be taken.
    var required: [String] {
        switch self {
        case .categories, .shops: ["id", "name_en", "name_zh"]
        case .people: ["id", "name"]
        case .products: ["id", "shop", "category", "title_en"]
        case .variants: ["id", "product"]
        case .prices: ["variant", "amount"]
        case .stock: ["variant", "available"]
        case .videos: ["id", "creator", "caption_en", "media"]
        case .follows: ["person", "subject_kind", "subject", "time"]
        case .touchpoints: ["person", "time", "kind"]
        case .orders: ["order", "person", "time", "variant", "quantity", "amount"]
        case .liveSessions: ["id", "host_kind", "host", "title_en", "planned_at"]
        }
    }

    /// What was read once is history: the same key with another content is refused, not rewritten.
    var isHistory: Bool { self == .touchpoints || self == .orders || self == .liveSessions }
}
