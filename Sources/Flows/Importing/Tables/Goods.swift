import Catalog
import Kernel
import Stock
import Store

/// `categories`.
struct CategoryRows: ImportedTable {
    struct Entry: Sendable {
        let category: Category
        let position: Int
    }

    static let table = Table.categories
    let catalog: Catalog
    /// Parents in the store when the import began, so that a changed parent can't close a circle.
    let parents: [CategoryID: CategoryID]

    func key(of fields: Fields) throws(Refusal) -> String { try fields.key("id") }

    func read(_ fields: [Fields]) throws -> Draft<Entry> {
        let fields = fields[0]
        let id = fields.names.identifier("categories", try fields.key("id"), as: CategoryKind.self)
        let parent = try fields.optionalReference("parent", to: .category)
        try check(parent, of: id)
        let name = fields.localized("name")
        _ = try fields.required("name_zh")
        let category = Category(
            id: id, parent: parent?.identifier(),
            name: Localized(
                en: try ValidatedText(name.en, field: "name_en", length: 1...80).value,
                zh: try ValidatedText(name.zh, field: "name_zh", length: 1...80).value),
            emoji: try ValidatedText(fields.text("emoji") ?? "", field: "emoji", length: 0...8).value)
        return Draft(
            entry: Entry(category: category, position: fields.row.number), references: parent.map { [$0] } ?? [])
    }

    func write(_ entry: Entry, in transaction: any Transaction) throws -> [ProductID] {
        try catalog.put(entry.category, position: entry.position, in: transaction)
        return []
    }

    /// A parent stands before its children, so a circle needs one that was there before.
    private func check(_ parent: Reference?, of id: CategoryID) throws(Refusal) {
        var next: CategoryID? = parent?.identifier()
        for _ in 0...parents.count {
            guard let category = next else { return }
            if category == id { throw Refusal("parent", "makes the category its own ancestor.") }
            next = parents[category]
        }
    }
}

/// `products`.
struct ProductRows: ImportedTable {
    struct Entry: Sendable {
        let id: ProductID
        let shop: ShopID
        let category: CategoryID
        let title: Localized
        let description: Localized
        let brand: String
        let attributes: [Attribute]
        let media: [MediaUse]
        let createdAt: Instant
        var names: [String] = []

        func product() throws -> ProductEntry {
            try ProductEntry(
                id: id, shop: shop, category: category, title: title, description: description, brand: brand,
                attributes: attributes, media: names, createdAt: createdAt)
        }
    }

    static let table = Table.products
    let catalog: Catalog

    func key(of fields: Fields) throws(Refusal) -> String { try fields.key("id") }

    func read(_ fields: [Fields]) throws -> Draft<Entry> {
        let fields = fields[0]
        let shop = try fields.reference("shop", to: .shop)
        let category = try fields.reference("category", to: .category)
        let own = try fields.reference("id", to: .product)
        let entry = Entry(
            id: own.identifier(), shop: shop.identifier(), category: category.identifier(),
            title: fields.localized("title"), description: fields.localized("description"),
            brand: fields.text("brand") ?? "", attributes: try attributes(fields),
            media: try fields.list("media", atMost: 20).map { MediaUse(column: "media", path: $0, kind: .either) },
            createdAt: try fields.past("created_at") ?? fields.now)
        // The room's rules come before the first picture is copied.
        _ = try entry.product()
        return Draft(entry: entry, references: [shop, category], probes: [own], media: entry.media)
    }

    func complete(_ entry: inout Entry, from supplies: Supplies) throws {
        if let shop = supplies.directory.products[entry.id.rawValue], shop != entry.shop {
            throw Refusal("shop", "is not the shop that the product belongs to; a product does not move.")
        }
        entry.names = entry.media.compactMap { supplies.media[$0] }
    }

    func write(_ entry: Entry, in transaction: any Transaction) throws -> [ProductID] {
        try catalog.put(entry.product(), in: transaction)
        return [entry.id]
    }

    private func attributes(_ fields: Fields) throws -> [Attribute] {
        let english = try pairs("attributes", fields)
        let chinese = try pairs("attributes_zh", fields)
        guard chinese.isEmpty || chinese.count == english.count else {
            throw Refusal("attributes_zh", "must have as many parts as attributes.")
        }
        return english.enumerated().map { index, pair in
            let other = chinese.isEmpty ? nil : chinese[index]
            return Attribute(name: pair.name, value: pair.value, nameChinese: other?.name, valueChinese: other?.value)
        }
    }

    private func pairs(_ column: String, _ fields: Fields) throws -> [(name: String, value: String)] {
        try fields.list(column, atMost: 50).map { part in
            guard let sign = part.firstIndex(of: "=") else {
                throw Refusal(column, "must be a list of name=value, not “\(part.prefix(40))”.")
            }
            return (
                try ValidatedText(String(part[..<sign]), field: column, length: 1...60).value,
                try ValidatedText(String(part[part.index(after: sign)...]), field: column, length: 1...200).value
            )
        }
    }
}

/// `variants`.
struct VariantRows: ImportedTable {
    struct Entry: Sendable {
        let id: VariantID
        let product: ProductID
        let spec: Localized
        let sku: String
        let position: Int
        var shop: ShopID?
    }

    static let table = Table.variants
    let catalog: Catalog

    func key(of fields: Fields) throws(Refusal) -> String { try fields.key("id") }

    func read(_ fields: [Fields]) throws -> Draft<Entry> {
        let fields = fields[0]
        let product = try fields.reference("product", to: .product)
        let own = try fields.reference("id", to: .variant)
        let spec = fields.localized("spec")
        let entry = Entry(
            id: own.identifier(), product: product.identifier(),
            spec: Localized(
                en: try ValidatedText(spec.en, field: "spec_en", length: 0...120).value,
                zh: try ValidatedText(spec.zh, field: "spec_zh", length: 0...120).value),
            sku: try ValidatedText(fields.text("sku") ?? "", field: "sku", length: 0...80).value,
            // The row's number keeps the order of the file among the variants of a product.
            position: fields.row.number)
        return Draft(entry: entry, references: [product], probes: [own])
    }

    func complete(_ entry: inout Entry, from supplies: Supplies) throws {
        if let owner = supplies.directory.variants[entry.id.rawValue], owner.product != entry.product {
            throw Refusal("product", "is not the product that the variant belongs to; a variant does not move.")
        }
        entry.shop = supplies.directory.products[entry.product.rawValue]
    }

    func write(_ entry: Entry, in transaction: any Transaction) throws -> [ProductID] {
        guard let shop = entry.shop else { throw NotFound("product") }
        try catalog.putVariant(
            entry.id, of: entry.product, in: shop, spec: entry.spec, sku: entry.sku, position: entry.position,
            in: transaction)
        return [entry.product]
    }
}

/// `prices`.
struct PriceRows: ImportedTable {
    struct Entry: Sendable {
        let variant: VariantID
        let price: Price
        let from: Instant
        let until: Instant?
        var product: ProductID?
    }

    static let table = Table.prices
    let catalog: Catalog
    let currency: Currency

    /// A variant has one price for each time from which it holds.
    func key(of fields: Fields) throws(Refusal) -> String {
        let start = try fields.moment("from")?.milliseconds ?? 0
        return "\(start)/\(try fields.key("variant"))"
    }

    func read(_ fields: [Fields]) throws -> Draft<Entry> {
        let fields = fields[0]
        let variant = try fields.reference("variant", to: .variant)
        let currency = try fields.currency(default: currency)
        let amount = try fields.requiredNumber("amount", 1...Fields.largestAmount)
        let list = try fields.number("list_amount", 1...Fields.largestAmount)
        let member = try fields.number("member_amount", 1...Fields.largestAmount)
        if let member, member >= amount { throw Refusal("member_amount", "must be below amount.") }
        // Without a start it has always been the price.
        let start = try fields.moment("from") ?? Instant(milliseconds: 0)
        let end = try fields.moment("until")
        if let end, end <= start { throw Refusal("until", "must be after from.") }
        let entry = Entry(
            variant: variant.identifier(),
            price: Price(
                amount: Money(amount, currency), list: list.map { Money($0, currency) },
                member: member.map { Money($0, currency) }), from: start, until: end)
        return Draft(entry: entry, references: [variant])
    }

    func complete(_ entry: inout Entry, from supplies: Supplies) throws {
        entry.product = supplies.directory.variants[entry.variant.rawValue]?.product
    }

    func write(_ entry: Entry, in transaction: any Transaction) throws -> [ProductID] {
        try catalog.setPrice(entry.price, of: entry.variant, from: entry.from, until: entry.until, in: transaction)
        return entry.product.map { [$0] } ?? []
    }
}

/// `stock`.
struct StockRows: ImportedTable {
    struct Entry: Sendable {
        let variant: VariantID
        let available: Int64
        var owner: Directory.Owner?
    }

    static let table = Table.stock
    let stock: Stock

    func key(of fields: Fields) throws(Refusal) -> String { try fields.key("variant") }

    func read(_ fields: [Fields]) throws -> Draft<Entry> {
        let fields = fields[0]
        let variant = try fields.reference("variant", to: .variant)
        let available = try fields.requiredNumber("available", 0...1_000_000_000)
        return Draft(entry: Entry(variant: variant.identifier(), available: available), references: [variant])
    }

    func complete(_ entry: inout Entry, from supplies: Supplies) throws {
        entry.owner = supplies.directory.variants[entry.variant.rawValue]
    }

    func write(_ entry: Entry, in transaction: any Transaction) throws -> [ProductID] {
        guard let owner = entry.owner else { throw NotFound("variant") }
        try stock.set(
            entry.available, of: entry.variant, product: owner.product, shop: owner.shop, in: transaction)
        return [owner.product]
    }
}
