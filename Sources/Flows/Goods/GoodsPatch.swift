import Catalog
import Kernel

/// What somebody wants to be different about a product; what is absent stays as it is.
public struct GoodsPatch: Sendable, Equatable {
    /// The merchant's own number; empty for none.
    public var code: String?
    /// Title.
    public var title: Localized?
    /// Description.
    public var description: Localized?
    /// Category.
    public var category: CategoryID?
    /// Brand; empty for none.
    public var brand: String?
    /// Properties, all of them.
    public var attributes: [Attribute]?
    /// Pictures, all of them in order; only such as the product has.
    public var pictures: [ProductPicture]?
    /// Variants that are new or different.
    public var variants: [VariantPatch]

    /// A wish.
    public init(
        code: String? = nil, title: Localized? = nil, description: Localized? = nil, category: CategoryID? = nil,
        brand: String? = nil, attributes: [Attribute]? = nil, pictures: [ProductPicture]? = nil,
        variants: [VariantPatch] = []
    ) {
        self.code = code
        self.title = title
        self.description = description
        self.category = category
        self.brand = brand
        self.attributes = attributes
        self.pictures = pictures
        self.variants = variants
    }
}

/// What somebody wants to be different about a variant; what is absent stays as it is.
public struct VariantPatch: Sendable, Equatable {
    /// The variant; absent for a new one.
    public var id: VariantID?
    /// What tells it from its siblings.
    public var spec: Localized?
    /// The merchant's own number; empty for none.
    public var sku: String?
    /// What a unit costs from now on, and the struck-through price.
    public var price: Price?
    /// What members of the shop pay, in minor units of the price's currency; 0 for what everybody pays. This, and not
    /// the member price within ``price``, says so: whoever changes the price alone leaves it.
    public var memberAmount: Int64?
    /// Whether it is sold no more.
    public var isRetired: Bool?

    /// A wish.
    public init(
        id: VariantID? = nil, spec: Localized? = nil, sku: String? = nil, price: Price? = nil,
        memberAmount: Int64? = nil, isRetired: Bool? = nil
    ) {
        self.id = id
        self.spec = spec
        self.sku = sku
        self.price = price
        self.memberAmount = memberAmount
        self.isRetired = isRetired
    }
}

/// A picture of a product.
public struct ProductPicture: Sendable, Equatable {
    /// Its path under `/media`.
    public let path: String
    /// What it shows, for those who don't see it; may be empty.
    public let alt: Localized

    /// A picture.
    public init(path: String, alt: Localized = Localized(en: "")) {
        self.path = path
        self.alt = alt
    }
}

extension Product {
    /// Its pictures, the cover first.
    public var pictures: [ProductPicture] {
        media.map { ProductPicture(path: $0, alt: alts[$0] ?? Localized(en: "")) }
    }
}
