import Kernel
import MatchingText

/// What somebody looks for.
public struct SearchQuery: Sendable {
    /// The order of hits.
    public enum Sort: String, Sendable, Codable, CaseIterable {
        case relevance
        case priceAscending = "price"
        case priceDescending = "-price"
        case newest
        case sales
    }

    /// The words; empty browses everything that passes the filters.
    public var words: String
    /// Keeps to a category and those below it.
    public var category: CategoryID?
    /// Keeps to a shop.
    public var shop: ShopID?
    /// Keeps to a brand.
    public var brand: String?
    /// Keeps to prices in minor units.
    public var price: ClosedRange<Int64>?
    /// Leaves out what can't be bought now.
    public var onlyInStock = false
    /// The order.
    public var sort = Sort.relevance
    /// Hits to skip.
    public var offset = 0
    /// Hits wanted, 1…60.
    public var limit = 24

    /// A query for words.
    public init(_ words: String) { self.words = words }
}

/// What was found.
public struct SearchAnswer: Sendable {
    /// Something that was found.
    public enum Hit: Sendable, Equatable {
        case product(ProductID)
        case shop(ShopID)
        case video(VideoID)
        case live(LiveSessionID)
    }

    /// A filter that would narrow the answer, and how much it would leave.
    public struct Facet: Sendable, Equatable {
        /// The value to filter by.
        public let value: String
        /// Hits that have it.
        public let count: Int
    }

    /// The products, best first.
    public let products: [ProductID]
    /// Shops, live sessions and videos that match, best first; only on the first page.
    public let others: [Hit]
    /// Products in all.
    public let total: Int
    /// The words that were searched instead, after a typo was mended.
    public let correctedWords: String?
    /// Whether every word was found together; otherwise hits have some of them.
    public let matchesAllWords: Bool
    /// Categories of the hits.
    public let categories: [Facet]
    /// Brands of the hits.
    public let brands: [Facet]
    /// Lowest and highest price of the hits.
    public let priceRange: ClosedRange<Int64>?
}

extension Centre {
    /// Searches.
    ///
    /// - Parameter interest: the person's interest in products, 0…1; it re-ranks within a cap, an exact match never sinks.
    public func search(_ query: SearchQuery, interest: [ProductID: Float] = [:]) -> SearchAnswer {
        var filter = Filter()
        if let category = query.category { filter.categories = [category.description] }
        if let shop = query.shop { filter.shops = [shop.rawValue] }
        if let brand = query.brand { filter.brands = [brand] }
        filter.price = query.price
        if query.onlyInStock { filter.flags = .inStock }
        let boost: @Sendable (UInt128) -> Float = { interest[ProductID(rawValue: $0)] ?? 0 }
        let results = index.search(
            Query(
                query.words, kinds: [.product], filter: filter, sort: Query.Sort(query.sort), offset: query.offset,
                limit: query.limit, countsTotal: true, countsFacets: true,
                boost: interest.isEmpty ? nil : boost))
        let facets = results.facets
        return SearchAnswer(
            products: results.hits.map { ProductID(rawValue: $0.id) },
            others: query.offset == 0 && !query.words.isEmpty ? others(results.correctedText ?? query.words) : [],
            total: results.total, correctedWords: results.correctedText, matchesAllWords: results.matchesAllWords,
            categories: Self.top(facets?.categories ?? [:]), brands: Self.top(facets?.brands ?? [:]),
            priceRange: facets?.price)
    }

    /// Completions while somebody types.
    public func suggest(_ prefix: String, limit: Int) -> [String] {
        index.suggest(prefix: prefix, limit: limit).map(\.text)
    }

    private func others(_ words: String) -> [SearchAnswer.Hit] {
        let shops = index.search(Query(words, kinds: [.shop], limit: 3, mode: .all, countsTotal: false))
        let videos = index.search(Query(words, kinds: [.video], limit: 8, mode: .all, countsTotal: false))
        let rooms = index.search(Query(words, kinds: [.liveRoom], limit: 4, mode: .all, countsTotal: false))
        return shops.hits.map { .shop(ShopID(rawValue: $0.id)) }
            + rooms.hits.map { .live(LiveSessionID(rawValue: $0.id)) }
            + videos.hits.map { .video(VideoID(rawValue: $0.id)) }
    }

    private static func top(_ counts: [String: Int]) -> [SearchAnswer.Facet] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(12).map {
            SearchAnswer.Facet(value: $0.key, count: $0.value)
        }
    }
}

extension Query.Sort {
    fileprivate init(_ sort: SearchQuery.Sort) {
        self =
            switch sort {
            case .relevance: .relevance
            case .priceAscending: .priceAscending
            case .priceDescending: .priceDescending
            case .newest: .newest
            case .sales: .sales
            }
    }
}
