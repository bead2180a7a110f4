/// What a segment knows of its documents besides their terms: one array a property, one entry a document.
struct Columns: Sendable, Equatable {
    static let noPrice = Int64.min

    var ids: [UInt128] = []
    var kinds: [UInt8] = []
    var languages: [UInt8] = []
    var flags: [UInt32] = []
    var prices: [Int64] = []
    var popularity: [Float] = []
    var createdAt: [Int64] = []
    var sales: [Int64] = []

    /// Values of the facets; the columns hold places in these tables plus one, and 0 for "none".
    var shopTable: [UInt128] = []
    var shops: [UInt32] = []
    var brandTable = TermTable()
    var brands: [UInt32] = []
    var categoryTable = TermTable()
    /// Ends of each document's stretch of `categories`.
    var categoryEnds: [UInt32] = []
    var categories: [UInt32] = []

    /// The stored texts, six to a document in the order of ``Field``.
    var text: [UInt8] = []
    var textEnds: [UInt32] = []

    var count: Int { ids.count }

    func categoryRange(_ document: Int) -> Range<Int> {
        (document == 0 ? 0 : Int(categoryEnds[document - 1]))..<Int(categoryEnds[document])
    }

    func textRange(_ document: Int, _ field: Field) -> Range<Int> {
        let index = document * Field.allCases.count + field.rawValue
        return (index == 0 ? 0 : Int(textEnds[index - 1]))..<Int(textEnds[index])
    }

    func text(_ document: Int, _ field: Field) -> String {
        String(decoding: text[textRange(document, field)], as: UTF8.self)
    }

    func kind(_ document: Int) -> Document.Kind {
        Document.Kind(rawValue: kinds[document]) ?? .product
    }

    /// The key that documents are laid out by: like with like compresses better and is skipped together.
    static func layoutKey(_ document: Document) -> (UInt8, String, String, String) {
        (document.kind.rawValue, document.facets.categories.last ?? "", document.titleEnglish, document.titleChinese)
    }
}

/// Adds documents to columns, giving each facet value its place.
struct ColumnsBuilder {
    private(set) var columns = Columns()
    private var shopPlaces: [UInt128: UInt32] = [:]

    mutating func append(_ document: Document) {
        let facets = document.facets
        columns.ids.append(document.id)
        columns.kinds.append(document.kind.rawValue)
        columns.languages.append(document.language.rawValue)
        columns.flags.append(facets.flags.rawValue)
        columns.prices.append(facets.price ?? Columns.noPrice)
        columns.popularity.append(document.popularity.isFinite ? min(1, max(0, document.popularity)) : 0)
        columns.createdAt.append(document.createdAt)
        columns.sales.append(document.sales)
        columns.shops.append(facets.shop.map { shopPlace($0) } ?? 0)
        columns.brands.append(facets.brand.map { UInt32(columns.brandTable.insert($0) + 1) } ?? 0)
        for category in facets.categories {
            columns.categories.append(UInt32(columns.categoryTable.insert(category) + 1))
        }
        columns.categoryEnds.append(UInt32(columns.categories.count))
        for field in Field.allCases {
            columns.text.append(contentsOf: document.text(of: field).utf8)
            columns.textEnds.append(UInt32(columns.text.count))
        }
    }

    /// Copies a document from another segment.
    mutating func append(_ document: Int, of source: Columns) {
        columns.ids.append(source.ids[document])
        columns.kinds.append(source.kinds[document])
        columns.languages.append(source.languages[document])
        columns.flags.append(source.flags[document])
        columns.prices.append(source.prices[document])
        columns.popularity.append(source.popularity[document])
        columns.createdAt.append(source.createdAt[document])
        columns.sales.append(source.sales[document])
        let shop = source.shops[document]
        columns.shops.append(shop == 0 ? 0 : shopPlace(source.shopTable[Int(shop - 1)]))
        let brand = source.brands[document]
        columns.brands.append(
            brand == 0 ? 0 : UInt32(columns.brandTable.insert(source.brandTable.term(Int(brand - 1))) + 1))
        for category in source.categories[source.categoryRange(document)] {
            let place = columns.categoryTable.insert(source.categoryTable.term(Int(category - 1)))
            columns.categories.append(UInt32(place + 1))
        }
        columns.categoryEnds.append(UInt32(columns.categories.count))
        for field in Field.allCases {
            columns.text.append(contentsOf: source.text[source.textRange(document, field)])
            columns.textEnds.append(UInt32(columns.text.count))
        }
    }

    private mutating func shopPlace(_ shop: UInt128) -> UInt32 {
        if let place = shopPlaces[shop] { return place }
        columns.shopTable.append(shop)
        let place = UInt32(columns.shopTable.count)
        shopPlaces[shop] = place
        return place
    }
}
