import Catalog
import Content
import Flows
import Foundation
import HTTP
import Importing
import Journal
import Kernel
import Orders
import People
import Shops
import Stock
import Store
import StoreSQLite
import World

/// The real rooms on a store of their own, filled with the people and goods of a world.
struct SimulatedMarket: Sendable {
    /// A product with what an order needs.
    struct Goods: Sendable {
        let product: ProductID
        let variant: VariantID
        let shop: ShopID
    }

    let market: Marketplace
    let clock: SimulatedClock
    let folder: String
    /// Whether the folder stays when it is over.
    let isKept: Bool
    let shoppers: [PersonID]
    let creators: [PersonID]
    let goods: [Goods]
    let address: Address

    /// Opens rooms in a new folder and fills them.
    ///
    /// - Parameter kept: the folder that they stay in; `nil` for one that ``close()`` deletes.
    static func open(_ world: World, seed: UInt64, in kept: String? = nil) async throws -> SimulatedMarket {
        let folder = kept ?? temporaryFolder()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let store = try SQLiteStore(path: "\(folder)/quanyu.sqlite")
        try await store.migrate(Marketplace.migrations + Import.migrations)
        let clock = SimulatedClock(seed: seed)
        let market = Marketplace(store: store, source: clock.source, provider: SimulatedProvider())
        try await market.load()
        let opened = SimulatedMarket(
            market: market, clock: clock, folder: folder, isKept: kept != nil,
            shoppers: world.shoppers.map { _ in clock.source.identifier() },
            creators: world.creators.map { _ in clock.source.identifier() }, goods: goods(of: world, clock.source),
            address: try Address(
                name: "Simulated", phone: "13900000000", region: "Zhejiang", city: "Hangzhou", street: "1 Road"))
        try await opened.fill(from: world)
        return opened
    }

    /// A simulation that nobody keeps is over when its process ends: nothing of it has to survive a power failure.
    private static func temporaryFolder() -> String {
        let memory = "/dev/shm"
        let root =
            FileManager.default.isWritableFile(atPath: memory) ? memory : FileManager.default.temporaryDirectory.path
        return "\(root)/quanyu-simulation-\(UUID().uuidString)"
    }

    /// Ends it, and deletes its folder unless it is kept.
    func close() async {
        await market.store.close()
        guard !isKept else { return }
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func goods(of world: World, _ source: Source) -> [Goods] {
        let shops = world.merchants.map { _ in source.identifier(ShopKind.self) }
        return world.products.map {
            Goods(product: source.identifier(), variant: source.identifier(), shop: shops[$0.merchant])
        }
    }

    private func fill(from world: World) async throws {
        let label = Dataset(
            namespace: "simulation", name: Localized(en: "quanyu simulate", zh: "quanyu simulate 模拟世界"),
            kind: .simulated, currency: .cny)
        try await market.store.write { [self] transaction in
            try label.put(in: transaction)
            try putPeople(in: transaction)
            try putGoods(world, in: transaction)
            let videos = world.videos.values.sorted { ($0.day, $0.item.order) < ($1.day, $1.item.order) }
            for video in videos { try put(video, in: transaction) }
        }
    }

    private func putPeople(in transaction: any Transaction) throws {
        for (people, role) in [(shoppers, Role.shopper), (creators, Role.creator)] {
            for (number, person) in people.enumerated() {
                let account = try NewAccount(
                    imported: "Simulated \(role.rawValue) \(number)", email: nil, password: nil, handle: nil,
                    language: .en, roles: [role], bio: Localized(en: ""), avatar: nil)
                try market.people.put(
                    account, id: person, passwordHash: nil, at: market.source.now, in: transaction)
            }
        }
    }

    private func putGoods(_ world: World, in transaction: any Transaction) throws {
        let now = market.source.now
        let categories = (0..<world.parameters.categories).map { _ in market.source.identifier(CategoryKind.self) }
        for (number, id) in categories.enumerated() {
            let name = Localized(en: "Category \(number)", zh: "品类 \(number)")
            try market.catalog.put(
                Category(id: id, parent: nil, name: name, emoji: ""), position: number, in: transaction)
        }
        for (number, product) in world.products.enumerated() {
            let entry = goods[number]
            if number % world.parameters.productsOfMerchant == 0 {
                try market.shops.put(
                    Shop(
                        id: entry.shop, name: Localized(en: "Simulated shop \(product.merchant)"),
                        about: Localized(en: ""), logo: nil, createdAt: now), in: transaction)
            }
            try market.catalog.put(
                ProductEntry(
                    id: entry.product, shop: entry.shop, category: categories[product.category],
                    title: Localized(en: "Product \(number)", zh: "商品 \(number)"), description: Localized(en: ""),
                    brand: "", attributes: [], media: [], createdAt: now), in: transaction)
            try market.catalog.putVariant(
                entry.variant, of: entry.product, in: entry.shop, spec: Localized(en: "one", zh: "一件"), sku: "",
                position: 0, in: transaction)
            try market.catalog.setPrice(
                Price(amount: Money(Int64(product.price), .cny), list: nil), of: entry.variant, from: now, until: nil,
                in: transaction)
            try setStock(product.stock, of: number, in: transaction)
        }
        try market.catalog.announce(goods.map(\.product), in: transaction)
        try market.stock.announce(goods.map(\.product), in: transaction)
    }

    /// Puts as many units on the real shelf as the world has on its own.
    func setStock(_ units: Int, of number: Int, in transaction: any Transaction) throws {
        let entry = goods[number]
        try market.stock.set(
            Int64(units), of: entry.variant, product: entry.product, shop: entry.shop, in: transaction)
    }

    /// Shows a video of the world to the real rooms.
    func put(_ video: SimulatedVideo, in transaction: any Transaction) throws {
        guard case .video(let creator, let number) = video.item else { return }
        try market.content.put(
            Video(
                id: Self.id(of: video.item), creator: creators[creator],
                caption: Localized(en: "Video \(number)", zh: "视频 \(number)"),
                hashtags: ["category-\(video.category)"], media: "simulated.mp4", poster: nil, duration: 15_000,
                products: [goods[video.product].product], createdAt: market.source.now), in: transaction)
    }

    /// A video keeps its identifier in every run.
    static func id(of item: Item) -> VideoID { VideoID(rawValue: UInt128(item.order) + 1) }
}

extension Item {
    /// A number of its own among videos.
    var order: UInt64 {
        switch self {
        case .product(let index): UInt64(index)
        case .video(let creator, let number): UInt64(creator + 1) << 32 | UInt64(number)
        }
    }
}
