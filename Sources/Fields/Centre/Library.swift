import Foundation
import Journal
import Kernel
import MatchingText

/// What can be found, as the journal tells it. Other rooms' facts are read by their published members.
struct Library {
    private struct ProductFact: Decodable {
        let product: ProductID
        let shop: ShopID
        let category: CategoryID
        let title: Localized
        let description: Localized
        let brand: String
        let attributes: [String]
        let price: Int64?
        let isListed: Bool
        let createdAt: Instant
    }

    private struct VideoFact: Decodable {
        let video: VideoID
        let creator: PersonID
        let caption: Localized
        let hashtags: [String]
        let isListed: Bool
        let createdAt: Instant
    }

    private struct LiveFact: Decodable {
        let session: LiveSessionID
        let title: Localized
        let state: String
        let products: [ProductID]
        let createdAt: Instant
    }

    private struct ShopFact: Decodable {
        let shop: ShopID
        let name: Localized
        let about: Localized
        let createdAt: Instant
    }

    private struct CategoryFact: Decodable {
        let category: CategoryID
        let parent: CategoryID?
        let name: Localized
    }

    private struct AvailabilityFact: Decodable {
        let product: ProductID
        let isAvailable: Bool
    }

    private struct OrderFact: Decodable {
        struct Line: Decodable {
            let product: ProductID
            let quantity: Int64
        }
        let state: String
        let lines: [Line]
    }

    private var products: [ProductID: ProductFact] = [:]
    private var categories: [CategoryID: CategoryFact] = [:]
    private var soldOut: Set<ProductID> = []
    private var sales: [ProductID: Int64] = [:]
    private var changedProducts: Set<ProductID> = []
    private var changedDocuments: [Document] = []
    private var gone: [UInt128] = []
    private let decoder = JSONDecoder()

    mutating func apply(_ fact: Fact) {
        let data = Data(fact.payload.utf8)
        switch fact.topic {
        case "catalog.product_changed":
            if let product = try? decoder.decode(ProductFact.self, from: data) {
                products[product.product] = product
                changedProducts.insert(product.product)
            }
        case "catalog.category_changed":
            if let category = try? decoder.decode(CategoryFact.self, from: data) {
                categories[category.category] = category
            }
        case "content.video_changed":
            if let video = try? decoder.decode(VideoFact.self, from: data) { change(video) }
        case "live.session_changed":
            if let session = try? decoder.decode(LiveFact.self, from: data) { change(session) }
        case "shops.shop_changed":
            if let shop = try? decoder.decode(ShopFact.self, from: data) { changedDocuments.append(document(of: shop)) }
        case "stock.availability_changed":
            if let change = try? decoder.decode(AvailabilityFact.self, from: data) {
                let didChange =
                    change.isAvailable ? soldOut.remove(change.product) != nil : soldOut.insert(change.product).inserted
                if didChange { changedProducts.insert(change.product) }
            }
        case "orders.order_changed":
            if let order = try? decoder.decode(OrderFact.self, from: data), order.state == "paid" {
                // Sales refresh with the document's next change; re-indexing at each purchase would cost more than it tells.
                for line in order.lines { sales[line.product, default: 0] += line.quantity }
            }
        default: break
        }
    }

    /// Documents that are new or changed since the last call, and those that are gone.
    mutating func takeChanged() -> (changed: [Document], gone: [UInt128]) {
        var documents = changedDocuments
        var gone = gone
        for id in changedProducts {
            guard let product = products[id] else { continue }
            if product.isListed { documents.append(document(of: product)) } else { gone.append(id.rawValue) }
        }
        changedProducts = []
        changedDocuments = []
        self.gone = []
        return (documents, gone)
    }

    /// The name of a product's own category.
    func categoryName(of product: ProductID) -> Localized? {
        products[product].flatMap { categories[$0.category]?.name }
    }

    private mutating func change(_ video: VideoFact) {
        guard video.isListed else {
            gone.append(video.video.rawValue)
            return
        }
        changedDocuments.append(
            Document(
                id: video.video.rawValue, kind: .video, titleEnglish: video.caption.en, titleChinese: video.caption.zh,
                tags: video.hashtags, facets: Facets(flags: .inStock), popularity: 0.3,
                createdAt: video.createdAt.milliseconds / 1000))
    }

    /// Sessions that come or run can be found; what runs stands before what comes.
    private mutating func change(_ session: LiveFact) {
        changedDocuments.removeAll { $0.id == session.session.rawValue }
        guard session.state == "live" || session.state == "scheduled" else {
            gone.append(session.session.rawValue)
            return
        }
        // Whoever looks for goods finds the room that shows them.
        let goods = session.products.prefix(20).compactMap { products[$0]?.title }
        changedDocuments.append(
            Document(
                id: session.session.rawValue, kind: .liveRoom, titleEnglish: session.title.en,
                titleChinese: session.title.zh,
                description: goods.map { $0.en + " " + $0.zh }.joined(separator: " "), facets: Facets(flags: .inStock),
                popularity: session.state == "live" ? 0.9 : 0.4, createdAt: session.createdAt.milliseconds / 1000))
    }

    private func document(of shop: ShopFact) -> Document {
        Document(
            id: shop.shop.rawValue, kind: .shop, titleEnglish: shop.name.en, titleChinese: shop.name.zh,
            description: shop.about.en + " " + shop.about.zh, facets: Facets(flags: .inStock), popularity: 0.5,
            createdAt: shop.createdAt.milliseconds / 1000)
    }

    private func document(of product: ProductFact) -> Document {
        let path = path(of: product.category)
        let sold = sales[product.product] ?? 0
        return Document(
            id: product.product.rawValue, kind: .product, titleEnglish: product.title.en,
            titleChinese: product.title.zh, brand: product.brand,
            categoryNames: path.flatMap { [$0.name.en, $0.name.zh] }, tags: product.attributes,
            description: product.description.en + " " + product.description.zh,
            facets: Facets(
                categories: path.map { $0.category.description }, shop: product.shop.rawValue,
                brand: product.brand.isEmpty ? nil : product.brand, price: product.price,
                flags: soldOut.contains(product.product) ? [] : .inStock),
            popularity: Float(sold) / Float(sold + 50), createdAt: product.createdAt.milliseconds / 1000, sales: sold)
    }

    /// A category and those above it; a chain that bites its own tail ends.
    private func path(of id: CategoryID) -> [CategoryFact] {
        var path: [CategoryFact] = []
        var next: CategoryID? = id
        while let id = next, let category = categories[id], path.count < 5 {
            path.append(category)
            next = category.parent
        }
        return path
    }
}
