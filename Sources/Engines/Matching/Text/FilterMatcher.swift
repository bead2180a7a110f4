/// A filter translated into the places of one segment's facet tables.
struct FilterMatcher {
    /// Conditions that a document failed.
    struct Failures: OptionSet {
        let rawValue: UInt8

        static let kind = Failures(rawValue: 1)
        static let category = Failures(rawValue: 2)
        static let shop = Failures(rawValue: 4)
        static let brand = Failures(rawValue: 8)
        static let other = Failures(rawValue: 16)
    }

    private let columns: Columns
    private let kinds: UInt8
    private let languages: UInt8
    private let flags: UInt32
    private let price: ClosedRange<Int64>?
    // Per place in a facet table (0 is "none"): whether the filter admits it. Empty without a condition.
    private let shops: [Bool]
    private let brands: [Bool]
    private let categories: [Bool]
    /// Whether every document passes.
    let admitsAll: Bool

    init(_ query: Query, _ columns: Columns) {
        self.columns = columns
        let filter = query.filter
        kinds = query.kinds.isEmpty ? .max : query.kinds.reduce(0) { $0 | 1 << $1.rawValue }
        languages = filter.languages.isEmpty ? .max : filter.languages.reduce(0) { $0 | 1 << $1.rawValue }
        flags = filter.flags.rawValue
        price = filter.price
        shops = filter.shops.isEmpty ? [] : [false] + columns.shopTable.map { filter.shops.contains($0) }
        brands = Self.places(of: filter.brands, in: columns.brandTable)
        categories = Self.places(of: filter.categories, in: columns.categoryTable)
        admitsAll =
            query.kinds.isEmpty && filter.languages.isEmpty && flags == 0 && price == nil && shops.isEmpty
            && brands.isEmpty && categories.isEmpty
    }

    private static func places(of values: Set<String>, in table: TermTable) -> [Bool] {
        guard !values.isEmpty else { return [] }
        var places = [Bool](repeating: false, count: table.count + 1)
        for value in values {
            if let place = table.find(Array(value.utf8)) { places[place + 1] = true }
        }
        return places
    }

    /// Which conditions a document fails.
    func failures(_ document: Int) -> Failures {
        var failures: Failures = []
        if kinds & (1 << columns.kinds[document]) == 0 { failures.insert(.kind) }
        if !shops.isEmpty, !shops[Int(columns.shops[document])] { failures.insert(.shop) }
        if !brands.isEmpty, !brands[Int(columns.brands[document])] { failures.insert(.brand) }
        if !categories.isEmpty {
            let own = columns.categories[columns.categoryRange(document)]
            if !own.contains(where: { categories[Int($0)] }) { failures.insert(.category) }
        }
        if columns.flags[document] & flags != flags || languages & (1 << columns.languages[document]) == 0 {
            failures.insert(.other)
        } else if let price {
            let own = columns.prices[document]
            if own == Columns.noPrice || !price.contains(own) { failures.insert(.other) }
        }
        return failures
    }

    func admits(_ document: Int) -> Bool {
        admitsAll || failures(document).isEmpty
    }
}
