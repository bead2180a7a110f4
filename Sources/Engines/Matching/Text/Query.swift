/// What a person asks the index.
public struct Query: Sendable {
    /// The order of the results.
    public enum Sort: Sendable, Hashable {
        case relevance, priceAscending, priceDescending, newest, sales
    }

    /// Which documents match a text of several words.
    public enum Mode: Sendable, Hashable {
        /// Those with all words; if there are none, those with any word.
        case allThenAny
        case all
        case any
    }

    /// What to do about a word that nothing contains.
    public enum Correction: Sendable, Hashable {
        /// Search for the corrected text at once and say so.
        case automatic
        /// Search for what was typed, and offer the correction.
        case offer
        case off
    }

    /// As typed. Empty means everything that passes the filter.
    public var text: String
    /// Kinds to search; empty means all.
    public var kinds: Set<Document.Kind>
    public var filter: Filter
    public var sort: Sort
    public var offset: Int
    public var limit: Int
    public var mode: Mode
    public var correction: Correction
    /// Count all matches exactly. Without it `total` may be a lower bound, and the search may skip whatever can't
    /// reach the first page.
    public var countsTotal: Bool
    /// Count the matches by category, shop, brand and kind (implies an exact total).
    public var countsFacets: Bool
    /// Say in which fields each hit matched, and where.
    public var highlights: Bool
    /// How much this person would like a document, 0…1. Its effect is capped by ``Configuration/personalShare``, and
    /// documents that match exactly stay above all others whatever it says.
    public var boost: (@Sendable (UInt128) -> Float)?

    /// Creates a query.
    public init(
        _ text: String, kinds: Set<Document.Kind> = [], filter: Filter = Filter(), sort: Sort = .relevance,
        offset: Int = 0, limit: Int = 20, mode: Mode = .allThenAny, correction: Correction = .automatic,
        countsTotal: Bool = true, countsFacets: Bool = false, highlights: Bool = false,
        boost: (@Sendable (UInt128) -> Float)? = nil
    ) {
        self.text = text
        self.kinds = kinds
        self.filter = filter
        self.sort = sort
        self.offset = max(0, offset)
        self.limit = max(0, limit)
        self.mode = mode
        self.correction = correction
        self.countsTotal = countsTotal
        self.countsFacets = countsFacets
        self.highlights = highlights
        self.boost = boost
    }
}

/// Conditions on a document's columns. Values inside one set are alternatives; the conditions all have to hold.
public struct Filter: Sendable, Equatable {
    public var categories: Set<String>
    public var shops: Set<UInt128>
    public var brands: Set<String>
    /// Lowest and highest price in minor units, both included.
    public var price: ClosedRange<Int64>?
    /// Flags that must all be set, for example `.inStock`.
    public var flags: Facets.Flags
    public var languages: Set<Document.Language>

    /// Creates a filter. An empty set puts no condition.
    public init(
        categories: Set<String> = [], shops: Set<UInt128> = [], brands: Set<String> = [],
        price: ClosedRange<Int64>? = nil, flags: Facets.Flags = [], languages: Set<Document.Language> = []
    ) {
        self.categories = categories
        self.shops = shops
        self.brands = brands
        self.price = price
        self.flags = flags
        self.languages = languages
    }
}
