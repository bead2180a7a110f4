import Catalog
import Centre
import Foundation
import HTTP
import Hummingbird
import HummingbirdCore
import Kernel

/// What the address of a search or category page says, and the addresses that differ from it by one choice.
struct SearchForm: Sendable {
    static let pageSize = 24

    /// `/search` or a category's path.
    let path: String
    var words: String
    var category: CategoryID?
    var brand: String?
    /// Prices as typed, in whole units of the currency.
    var minimum: Decimal?
    var maximum: Decimal?
    var onlyInStock: Bool
    var sort: SearchQuery.Sort
    var page: Int

    /// Reads the query; what makes no sense is left out, because a search that finds is better than an error.
    init(_ request: Request, path: String, category: CategoryID? = nil) {
        func text(_ name: String, limit: Int) -> String? { request.query(name, limit: limit) }
        self.path = path
        words = (text("q", limit: 100) ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        self.category = category ?? text("category", limit: 40).flatMap { CategoryID($0) }
        brand = text("brand", limit: 80)
        minimum = text("min", limit: 12).flatMap(Self.amount)
        maximum = text("max", limit: 12).flatMap(Self.amount)
        onlyInStock = text("stock", limit: 40) == "1"
        sort = text("sort", limit: 40).flatMap { SearchQuery.Sort(rawValue: $0) } ?? .relevance
        page = min(100, max(1, text("page", limit: 40).flatMap { Int($0) } ?? 1))
    }

    /// Whether nothing was asked yet.
    var isEmpty: Bool { words.isEmpty && category == nil && brand == nil }

    /// Whether only words were asked for, as from the search field.
    var isPlain: Bool {
        page == 1 && brand == nil && minimum == nil && maximum == nil && !onlyInStock && sort == .relevance
    }

    /// The question for the Centre; prices are in the currency of the site's goods.
    func query(_ currency: Currency) -> SearchQuery {
        var query = SearchQuery(words)
        query.category = category
        query.brand = brand
        query.onlyInStock = onlyInStock
        query.sort = sort
        query.limit = Self.pageSize
        query.offset = (page - 1) * Self.pageSize
        if minimum != nil || maximum != nil {
            let lowest = minimum.map { Self.minor($0, currency) } ?? 0
            let highest = maximum.map { Self.minor($0, currency) } ?? .max
            query.price = min(lowest, highest)...max(lowest, highest)
        }
        return query
    }

    private static func amount(_ text: String) -> Decimal? {
        guard let amount = Decimal(string: text), amount.isFinite else { return nil }
        return max(0, amount)
    }

    private static func minor(_ amount: Decimal, _ currency: Currency) -> Int64 {
        var scaled = amount
        for _ in 0..<currency.exponent { scaled *= 10 }
        return scaled < 1_000_000_000_000 ? NSDecimalNumber(decimal: scaled).int64Value : .max
    }

    /// The fields that are set, as the address carries them.
    var fields: [(name: String, value: String)] {
        var fields: [(String, String)] = []
        if !words.isEmpty { fields.append(("q", words)) }
        if let category, path == "/search" { fields.append(("category", category.description)) }
        if let brand { fields.append(("brand", brand)) }
        if let minimum { fields.append(("min", "\(minimum)")) }
        if let maximum { fields.append(("max", "\(maximum)")) }
        if onlyInStock { fields.append(("stock", "1")) }
        if sort != .relevance { fields.append(("sort", sort.rawValue)) }
        if page > 1 { fields.append(("page", String(page))) }
        return fields
    }

    /// The address with one thing changed; a change of filters starts at the first page.
    func changed(_ change: (inout SearchForm) -> Void) -> String {
        var form = self
        form.page = 1
        change(&form)
        let query = form.fields.map { "\($0.name)=\($0.value.queryEscaped)" }.joined(separator: "&")
        return query.isEmpty ? path : path + "?" + query
    }
}
