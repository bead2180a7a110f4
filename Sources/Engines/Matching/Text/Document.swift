/// One thing that can be found: a product, a shop, a video or a live room, with its texts and the columns to filter by.
public struct Document: Sendable, Equatable {
    /// What kind of thing a document stands for.
    public enum Kind: UInt8, Sendable, Hashable, CaseIterable {
        case product, shop, video, liveRoom
    }

    /// The language in which most of a document is written.
    public enum Language: UInt8, Sendable, Hashable, CaseIterable {
        case unknown, english, chinese
    }

    /// Identity over all kinds. Upserting the same id again replaces the document.
    public var id: UInt128
    public var kind: Kind
    public var titleEnglish: String
    public var titleChinese: String
    /// The brand's name as text; the key to filter by is ``Facets/brand``.
    public var brand: String
    /// Names of its categories in every language they are known in.
    public var categoryNames: [String]
    /// Hashtags, attributes, keywords.
    public var tags: [String]
    public var description: String
    public var facets: Facets
    /// How popular it is, 0…1. Used only to re-rank, see ``Configuration/popularityShare``.
    public var popularity: Float
    /// When it was created, in seconds since 1970: the key of the order "newest".
    public var createdAt: Int64
    /// Units sold: the key of the order "sales".
    public var sales: Int64
    public var language: Language

    /// Creates a document. Everything but the identity and the kind may be left empty.
    public init(
        id: UInt128, kind: Kind, titleEnglish: String = "", titleChinese: String = "", brand: String = "",
        categoryNames: [String] = [], tags: [String] = [], description: String = "", facets: Facets = Facets(),
        popularity: Float = 0, createdAt: Int64 = 0, sales: Int64 = 0, language: Language = .unknown
    ) {
        self.id = id
        self.kind = kind
        self.titleEnglish = titleEnglish
        self.titleChinese = titleChinese
        self.brand = brand
        self.categoryNames = categoryNames
        self.tags = tags
        self.description = description
        self.facets = facets
        self.popularity = popularity
        self.createdAt = createdAt
        self.sales = sales
        self.language = language
    }
}

/// The columns of a document that searches filter by and count.
public struct Facets: Sendable, Equatable {
    /// Yes-or-no properties, most of them the caller's own.
    public struct Flags: OptionSet, Sendable, Hashable {
        public let rawValue: UInt32

        public init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        public static let inStock = Flags(rawValue: 1)
        public static let freeShipping = Flags(rawValue: 2)
        public static let discounted = Flags(rawValue: 4)
        public static let live = Flags(rawValue: 8)
        /// The first bit that the engine leaves to its caller.
        public static let custom = Flags(rawValue: 1 << 16)
    }

    /// Keys of every category that it is in, ancestors included, so that a filter by an ancestor finds it.
    public var categories: [String]
    public var shop: UInt128?
    public var brand: String?
    /// Price in minor units. `nil` for things without one; a price filter never matches those.
    public var price: Int64?
    public var flags: Flags

    /// Creates a set of facets.
    public init(
        categories: [String] = [], shop: UInt128? = nil, brand: String? = nil, price: Int64? = nil, flags: Flags = []
    ) {
        self.categories = categories
        self.shop = shop
        self.brand = brand
        self.price = price
        self.flags = flags
    }
}

/// The searchable texts of a document, in the order in which they are stored.
public enum Field: Int, Sendable, Hashable, CaseIterable {
    case titleEnglish, titleChinese, brand, categoryNames, tags, description
}

extension Document {
    /// The text of one field. Lists are joined by line breaks, which no term crosses.
    func text(of field: Field) -> String {
        switch field {
        case .titleEnglish: titleEnglish
        case .titleChinese: titleChinese
        case .brand: brand
        case .categoryNames: categoryNames.joined(separator: "\n")
        case .tags: tags.joined(separator: "\n")
        case .description: description
        }
    }
}
