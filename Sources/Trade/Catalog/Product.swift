import Foundation
import Kernel
import Store

/// A category of goods; two levels are usual.
public struct Category: Sendable, Equatable {
    /// The category.
    public let id: CategoryID
    /// The one above it.
    public let parent: CategoryID?
    /// Its name.
    public let name: Localized
    /// A sign for lists; may be empty.
    public let emoji: String

    /// A category.
    public init(id: CategoryID, parent: CategoryID?, name: Localized, emoji: String) {
        self.id = id
        self.parent = parent
        self.name = name
        self.emoji = emoji
    }
}

/// A property of a product, such as material or weight.
public struct Attribute: Sendable, Codable, Equatable {
    /// What is described.
    public let name: String
    /// Its value.
    public let value: String
    /// The name in Chinese, where it differs.
    public let nameChinese: String?
    /// The value in Chinese, where it differs.
    public let valueChinese: String?

    /// A property.
    public init(name: String, value: String, nameChinese: String? = nil, valueChinese: String? = nil) {
        self.name = name
        self.value = value
        self.nameChinese = nameChinese
        self.valueChinese = valueChinese
    }

    /// The name for a language.
    public func name(in language: Language) -> String { language == .zh ? nameChinese ?? name : name }

    /// The value for a language.
    public func value(in language: Language) -> String { language == .zh ? valueChinese ?? value : value }
}

/// What one unit of a variant costs.
public struct Price: Sendable, Equatable {
    /// What the buyer pays.
    public let amount: Money
    /// The struck-through price; only when it is higher.
    public let list: Money?

    /// What members of the shop pay; it counts only while it is lower.
    public let member: Money?

    /// A price. A list price that is not higher is dropped.
    public init(amount: Money, list: Money?, member: Money? = nil) {
        self.amount = amount
        self.member = member.flatMap { $0.currency == amount.currency ? $0 : nil }
        self.list = list.flatMap { $0.currency == amount.currency && $0.amount > amount.amount ? $0 : nil }
    }
}

/// A product as it is entered or imported, checked.
public struct ProductEntry: Sendable {
    /// The product.
    public let id: ProductID
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
    /// Properties.
    public let attributes: [Attribute]
    /// Paths under `/media`, the first is the cover.
    public let media: [String]
    /// When it was made.
    public let createdAt: Instant

    /// Checks the texts.
    ///
    /// - Throws: ``InvalidField``.
    public init(
        id: ProductID, shop: ShopID, category: CategoryID, title: Localized, description: Localized, brand: String,
        attributes: [Attribute], media: [String], createdAt: Instant
    ) throws {
        self.id = id
        self.shop = shop
        self.category = category
        self.title = Localized(
            en: try ValidatedText(title.en, field: "title_en", length: 1...200).value,
            zh: try ValidatedText(title.zh, field: "title_zh", length: 1...200).value)
        self.description = Localized(
            en: try ValidatedText(description.en, field: "description_en", length: 0...10_000).value,
            zh: try ValidatedText(description.zh, field: "description_zh", length: 0...10_000).value)
        self.brand = try ValidatedText(brand, field: "brand", length: 0...80).value
        self.attributes = attributes
        self.media = media
        self.createdAt = createdAt
    }
}

/// A variant (SKU) with its price now; `nil` while it has none and can't be bought.
public struct Variant: Sendable, Equatable {
    /// The variant.
    public let id: VariantID
    /// Its product.
    public let product: ProductID
    /// Its shop.
    public let shop: ShopID
    /// What tells it from its siblings, for example `Red / L`; empty for an only one.
    public let spec: Localized
    /// The merchant's own number.
    public let sku: String
    /// Whether it is sold no more; then it has no price.
    public let isRetired: Bool
    /// What it costs now.
    public let price: Price?
}

/// A product with everything a product page shows.
public struct Product: Sendable, Equatable {
    /// The product.
    public let id: ProductID
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
    /// Properties.
    public let attributes: [Attribute]
    /// Paths under `/media`.
    public let media: [String]
    /// What pictures show, for those who don't see them, by path.
    public let alts: [String: Localized]
    /// Whether people may see it.
    public let isListed: Bool
    /// When it was made.
    public let createdAt: Instant
    /// The merchant's own number; empty for none.
    public let code: String
    /// Whether its staff put it away.
    public let isArchived: Bool
    /// Counts its changes, so that nobody overwrites what somebody else changed meanwhile.
    public let version: Int64
    /// Its variants in order.
    public private(set) var variants: [Variant]

    /// The same product with these variants.
    func with(_ variants: [Variant]) -> Product {
        var product = self
        product.variants = variants
        return product
    }

    /// The card that lists show.
    public var card: ProductCard {
        let priced = variants.compactMap(\.price)
        let lowest = priced.min { $0.amount.amount < $1.amount.amount }
        return ProductCard(
            id: id, shop: shop, category: category, title: title, brand: brand, image: media.first, price: lowest,
            isFrom: priced.contains { $0.amount != lowest?.amount },
            onlyVariant: variants.count == 1 ? variants.first?.id : nil, isListed: isListed, createdAt: createdAt)
    }
}

/// A product in a list.
public struct ProductCard: Sendable, Equatable {
    /// The product.
    public let id: ProductID
    /// Its shop.
    public let shop: ShopID
    /// Its category.
    public let category: CategoryID
    /// Title.
    public let title: Localized
    /// Brand; empty for none.
    public let brand: String
    /// Path of the cover under `/media`.
    public let image: String?
    /// Lowest price of its variants.
    public let price: Price?
    /// Whether other variants cost more.
    public let isFrom: Bool
    /// The variant, when there is no choice.
    public let onlyVariant: VariantID?
    /// Whether people may see it.
    public let isListed: Bool
    /// When it was made.
    public let createdAt: Instant
}

extension Product {
    /// A product without its variants.
    init(_ row: SQLRow) throws {
        id = try row.get("id")
        shop = try row.get("shop")
        category = try row.get("category")
        title = Localized(en: try row.get("title_en"), zh: try row.get("title_zh"))
        description = Localized(en: try row.get("description_en"), zh: try row.get("description_zh"))
        brand = try row.get("brand")
        attributes = try Self.decoded(try row.get("attributes"), or: [])
        media = try Self.decoded(try row.get("media"), or: [])
        alts = try Self.decoded(try row.get("alts"), or: [:])
        isListed = try row.get("is_listed")
        createdAt = try row.get("created_at")
        code = try row.get("code")
        isArchived = try row.get("is_archived")
        version = try row.get("version")
        variants = []
    }

    /// Most products have no texts for their pictures, and a decoder costs more than a look.
    private static func decoded<Value: Decodable>(_ text: String, or empty: Value) throws -> Value {
        if text == "[]" || text == "{}" { return empty }
        return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }
}

extension Variant {
    init(_ row: SQLRow) throws {
        id = try row.get("id")
        product = try row.get("product")
        shop = try row.get("shop")
        spec = Localized(en: try row.get("spec_en"), zh: try row.get("spec_zh"))
        sku = try row.get("sku")
        isRetired = try row.get("is_retired")
        if let amount: Int64 = try row.get("amount"), let currency: Currency = try row.get("currency") {
            let list: Int64? = try row.get("list_amount")
            let member: Int64? = try row.get("member_amount")
            price = Price(
                amount: Money(amount, currency), list: list.map { Money($0, currency) },
                member: member.map { Money($0, currency) })
        } else {
            price = nil
        }
    }
}
