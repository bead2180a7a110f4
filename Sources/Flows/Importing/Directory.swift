import Catalog
import Content
import Kernel
import People
import Shops
import Store

/// What the store holds that rows may refer to, as far as the import met it: read once, kept as compact numbers.
struct Directory: Sendable {
    /// A variant's product and shop.
    struct Owner: Sendable {
        let product: ProductID
        let shop: ShopID
    }

    /// What an order line snapshots of a variant.
    struct Offer: Sendable {
        let product: ProductID
        let shop: ShopID
        let title: Localized
        let spec: Localized
        let image: String?
    }

    private(set) var categories: Set<UInt128> = []
    private(set) var people: Set<UInt128> = []
    private(set) var shops: Set<UInt128> = []
    private(set) var videos: Set<UInt128> = []
    private(set) var products: [UInt128: ShopID] = [:]
    private(set) var variants: [UInt128: Owner] = [:]
    private(set) var offers: [UInt128: Offer] = [:]

    /// Snapshots take a few hundred bytes each; beyond this many they are forgotten and read again.
    private static let offerLimit = 400_000

    /// Whether something is known to exist.
    func has(_ reference: Reference) -> Bool {
        let number = reference.number
        return switch reference.target {
        case .category: categories.contains(number)
        case .person: people.contains(number)
        case .shop: shops.contains(number)
        case .product: products[number] != nil
        case .variant: variants[number] != nil
        case .video: videos.contains(number)
        case .offer: offers[number] != nil
        }
    }

    /// Remembers a category that is about to be written, for children in the same batch.
    mutating func add(category: UInt128) { categories.insert(category) }

    /// Forgets snapshots when there are too many.
    mutating func trim() { if offers.count > Self.offerLimit { offers.removeAll() } }

    /// Adds what was found.
    mutating func merge(_ found: Directory) {
        categories.formUnion(found.categories)
        people.formUnion(found.people)
        shops.formUnion(found.shops)
        videos.formUnion(found.videos)
        products.merge(found.products) { $1 }
        variants.merge(found.variants) { $1 }
        offers.merge(found.offers) { $1 }
    }

    /// Looks for numbers in the store.
    static func find(
        _ wanted: [Reference.Target: Set<UInt128>], at now: Instant, in transaction: any Transaction
    ) throws -> Directory {
        var found = Directory()
        for (target, numbers) in wanted {
            for numbers in lists(of: numbers.sorted()) {
                try found.look(for: numbers, target, at: now, in: transaction)
            }
        }
        return found
    }

    private mutating func look(
        for numbers: [UInt128], _ target: Reference.Target, at now: Instant, in transaction: any Transaction
    ) throws {
        switch target {
        case .category: categories.formUnion(try Catalog.known(identifiers(numbers), in: transaction).map(\.rawValue))
        case .person: people.formUnion(try People.known(identifiers(numbers), in: transaction).map(\.rawValue))
        case .shop: shops.formUnion(try Shops.known(identifiers(numbers), in: transaction).map(\.rawValue))
        case .video: videos.formUnion(try Content.known(identifiers(numbers), in: transaction).map(\.rawValue))
        case .product:
            for (id, shop) in try Catalog.shops(of: identifiers(numbers), in: transaction) {
                products[id.rawValue] = shop
            }
        case .variant:
            for (id, owner) in try Catalog.owners(of: identifiers(numbers), in: transaction) {
                variants[id.rawValue] = Owner(product: owner.product, shop: owner.shop)
            }
        case .offer: try lookForOffers(identifiers(numbers), at: now, in: transaction)
        }
    }

    private mutating func lookForOffers(_ ids: [VariantID], at now: Instant, in transaction: any Transaction) throws {
        let variants = try Catalog.variants(ids, at: now, in: transaction)
        let wanted = Set(variants.values.map(\.product)).sorted()
        var products: [ProductID: Product] = [:]
        for list in lists(of: wanted) {
            for product in try Catalog.products(list, at: now, in: transaction) { products[product.id] = product }
        }
        for (id, variant) in variants {
            guard let product = products[variant.product] else { continue }
            offers[id.rawValue] = Offer(
                product: product.id, shop: product.shop, title: product.title, spec: variant.spec,
                image: product.media.first)
        }
    }

    private func identifiers<Kind>(_ numbers: [UInt128]) -> [Identifier<Kind>] {
        numbers.map { Identifier(rawValue: $0) }
    }
}
