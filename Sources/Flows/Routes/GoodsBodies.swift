import Catalog
import HTTP
import Kernel
import Shops

/// A text in one or two languages.
struct TextBody: Documented {
    let en: String
    /// Absent where it is the same.
    let zh: String?
    static let example = TextBody(en: "Mountain green tea", zh: "高山绿茶")

    var text: Localized { Localized(en: en, zh: zh) }
}

/// A variant to be added (without `id`) or changed.
struct VariantPatchBody: Documented {
    let id: VariantID?
    let spec: TextBody?
    /// The shop's own number.
    let sku: String?
    /// What a unit costs from now on, in minor units.
    let amount: Int64?
    /// The struck-through price in minor units; goes with `amount`.
    let listAmount: Int64?
    /// What members of the shop pay, in minor units; 0 takes it away, absent leaves it.
    let memberAmount: Int64?
    /// Goes with `amount`.
    let currency: Currency?
    /// Sold no more.
    let isRetired: Bool?
    static let example = VariantPatchBody(
        id: Identifier(rawValue: 2), spec: TextBody(en: "100 g", zh: "100 克"), sku: "TEA-100", amount: 4_900,
        listAmount: 5_900, memberAmount: 4_500, currency: .cny, isRetired: false)

    func patch(at index: Int) throws -> VariantPatch {
        var price: Price?
        if let amount {
            guard let currency else {
                throw InvalidField("variants[\(index)].currency", "goes with the amount.", zh: "须填写币种。")
            }
            price = Price(amount: Money(amount, currency), list: listAmount.map { Money($0, currency) })
        }
        return VariantPatch(
            id: id, spec: spec?.text, sku: sku, price: price, memberAmount: memberAmount,
            isRetired: isRetired)
    }
}

/// A new product of a shop.
struct NewProductBody: Documented {
    /// The shop's own number.
    let code: String?
    let title: TextBody
    let description: TextBody?
    let category: CategoryID
    let brand: String?
    let attributes: [Attribute]?
    let variants: [VariantPatchBody]?
    static let example = NewProductBody(
        code: "TEA", title: .example, description: TextBody(en: "Picked in April.", zh: "四月采摘。"),
        category: Identifier(rawValue: 3), brand: "Moss",
        attributes: [Attribute(name: "Origin", value: "Anhui", nameChinese: "产地", valueChinese: "安徽")],
        variants: [
            VariantPatchBody(
                id: nil, spec: TextBody(en: "100 g", zh: "100 克"), sku: "TEA-100", amount: 4_900, listAmount: 5_900,
                memberAmount: 4_500, currency: .cny, isRetired: nil)
        ])

    func patch() throws -> GoodsPatch {
        GoodsPatch(
            code: code, title: title.text, description: description?.text, category: category, brand: brand,
            attributes: attributes, variants: try (variants ?? []).enumerated().map { try $1.patch(at: $0) })
    }
}

/// What is to be different about a product; what is absent stays.
struct ProductPatchBody: Documented {
    /// The version that the caller has read.
    let version: Int64
    let code: String?
    let title: TextBody?
    let description: TextBody?
    let category: CategoryID?
    let brand: String?
    let attributes: [Attribute]?
    let variants: [VariantPatchBody]?
    static let example = ProductPatchBody(
        version: 3, code: "TEA", title: .example, description: TextBody(en: "Picked in April.", zh: "四月采摘。"),
        category: Identifier(rawValue: 3), brand: "Moss",
        attributes: [Attribute(name: "Origin", value: "Anhui", nameChinese: "产地", valueChinese: "安徽")],
        variants: [.example])

    func patch() throws -> GoodsPatch {
        GoodsPatch(
            code: code, title: title?.text, description: description?.text, category: category, brand: brand,
            attributes: attributes, variants: try (variants ?? []).enumerated().map { try $1.patch(at: $0) })
    }
}

/// Where a product shall stand.
struct ProductStatusBody: Documented {
    /// The version that the caller has read.
    let version: Int64
    /// listed, unlisted or archived.
    let status: ProductStatus
    static let example = ProductStatusBody(version: 3, status: .listed)
}

/// A variant as its shop keeps it.
struct ShopVariantBody: Documented {
    let id: VariantID
    let spec: Localized
    let sku: String
    /// Absent while it has none or is retired.
    let price: Money?
    let list: Money?
    /// What members of the shop pay; absent where they pay the price.
    let member: Money?
    let isRetired: Bool
    static let example = ShopVariantBody(
        id: Identifier(rawValue: 2), spec: Localized(en: "100 g", zh: "100 克"), sku: "TEA-100", price: .example,
        list: Money(5_900, .cny), member: Money(4_500, .cny), isRetired: false)
}

/// A product as its shop keeps it.
struct ShopProductBody: Documented {
    let id: ProductID
    let version: Int64
    let status: ProductStatus
    let code: String
    let title: Localized
    let description: Localized
    let category: CategoryID
    let brand: String
    let attributes: [Attribute]
    /// Paths below the site's root, the cover first.
    let pictures: [String]
    let createdAt: Instant
    let variants: [ShopVariantBody]
    static let example = ShopProductBody(
        id: Identifier(rawValue: 1), version: 3, status: .listed, code: "TEA",
        title: Localized(en: "Mountain green tea", zh: "高山绿茶"),
        description: Localized(en: "Picked in April.", zh: "四月采摘。"), category: Identifier(rawValue: 3), brand: "Moss",
        attributes: [Attribute(name: "Origin", value: "Anhui", nameChinese: "产地", valueChinese: "安徽")],
        pictures: ["/media/ab/abcd.webp"], createdAt: Instant(milliseconds: 0), variants: [.example])
}

extension ShopProductBody {
    init(_ product: Product) {
        self.init(
            id: product.id, version: product.version, status: product.status, code: product.code,
            title: product.title, description: product.description, category: product.category,
            brand: product.brand, attributes: product.attributes, pictures: product.media.map { "/media/\($0)" },
            createdAt: product.createdAt,
            variants: product.variants.map {
                ShopVariantBody(
                    id: $0.id, spec: $0.spec, sku: $0.sku, price: $0.price?.amount, list: $0.price?.list,
                    member: $0.price?.member, isRetired: $0.isRetired)
            })
    }
}

/// What stands beside the usual members of a 409 `goods-changed`.
struct GoodsChangedBody: Encodable, Sendable {
    let changes: [TrailChange]
    let product: ShopProductBody

    init(_ problem: GoodsChanged) {
        changes = problem.changes
        product = ShopProductBody(problem.product)
    }
}
