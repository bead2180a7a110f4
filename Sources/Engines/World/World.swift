import RealModule

/// Simulated shoppers, creators and merchants with known potential outcomes.
///
/// A world is a value: copy it, and each copy can live another day. Nothing in it reads a clock or draws an unnamed random
/// number (``Draws``), so the difference between a world with a treatment and its twin without is the treatment's true
/// effect for these very people. Everything it says is simulated.
public struct World: Sendable {
    /// How it works.
    public let parameters: Parameters
    /// Days that have passed.
    public internal(set) var day = 0
    /// Everybody, members and those who have not heard of it.
    public internal(set) var shoppers: [Shopper] = []
    /// Who makes videos.
    public internal(set) var creators: [Creator] = []
    /// Who sells.
    public internal(set) var merchants: [Merchant] = []
    /// What is sold.
    public internal(set) var products: [SimulatedProduct] = []
    /// Videos that are still shown.
    public internal(set) var videos: [Item: SimulatedVideo] = [:]
    let draws: Draws

    /// A new world; the same seed and parameters give the same one.
    public init(_ parameters: Parameters = Parameters(), seed: UInt64) {
        self.parameters = parameters
        draws = Draws(seed: seed)
        merchants = (0..<parameters.merchants).map(merchant)
        products = (0..<parameters.merchants * parameters.productsOfMerchant).map(product)
        creators = (0..<parameters.creators).map { index in
            Creator(
                category: index % parameters.categories, craft: (0.45 + 0.12 * draws.normal(.creator, index)).unit)
        }
        shoppers = (0..<parameters.shoppers).map(shopper)
        for creator in creators.indices { for _ in 0..<2 { _ = create(by: creator) } }
    }

    private func merchant(_ index: Int) -> Merchant {
        func quality(_ part: Int) -> Double { (0.68 + 0.15 * draws.normal(.merchant, index, part)).unit }
        return Merchant(goods: quality(0), logistics: quality(1), service: quality(2))
    }

    private func product(_ index: Int) -> SimulatedProduct {
        let relative = 0.35 * draws.normal(.price, index)
        let category = index % parameters.categories
        return SimulatedProduct(
            merchant: index / parameters.productsOfMerchant, category: category,
            price: Int(4_000 * Double(1 + category) * .exp(relative)), relativePrice: relative,
            stock: parameters.stock)
    }

    private func shopper(_ index: Int) -> Shopper {
        let raw = (0..<parameters.categories).map { parameters.taste * draws.normal(.interests, index, $0) }
        let mean = raw.reduce(0, +) / Double(max(1, raw.count))
        return Shopper(
            interests: raw.map { $0 - mean },
            attention: max(3, Int(parameters.attention * (0.6 + 0.8 * draws.uniform(.attention, index)))),
            priceSensitivity: max(0, parameters.priceSensitivity * (1 + 0.5 * draws.normal(.thrift, index))),
            satisfaction: (0.6 + 0.12 * draws.normal(.opinion, index)).unit,
            isMember: draws.uniform(.member, index) < parameters.members,
            fatigue: [Double](repeating: 0, count: parameters.categories))
    }

    /// Makes the creator's next video.
    mutating func create(by index: Int) -> SimulatedVideo {
        let creator = creators[index]
        let number = creator.made
        // Creators stray from their subject now and then.
        let strays = draws.happens(0.15, .topic, index, number)
        let category =
            strays
            ? Int(draws.uniform(.topic, index, number, 1) * Double(parameters.categories)) : creator.category
        let fitting = products.indices.filter { products[$0].category == category }
        let choices = fitting.isEmpty ? Array(products.indices) : fitting
        let choice = Int(draws.uniform(.topic, index, number, 2) * Double(choices.count))
        let video = SimulatedVideo(
            item: .video(creator: index, number: number), category: category,
            quality: (creator.craft + 0.15 * draws.normal(.craft, index, number)).unit, product: choices[choice],
            day: day)
        creators[index].made += 1
        videos[video.item] = video
        return video
    }

    /// Members who come today, in order.
    public var visitors: [Int] {
        shoppers.indices.filter { index in
            guard shoppers[index].isMember else { return false }
            let logit = parameters.visit + parameters.visitBySatisfaction * (shoppers[index].satisfaction - 0.5)
            return draws.happens(probability(logit: logit), .visit, index, day)
        }
    }

    /// What an item is about, or `nil` when it isn't shown any more.
    func category(of item: Item) -> Int? {
        switch item {
        case .product(let index): products.indices.contains(index) ? products[index].category : nil
        case .video: videos[item]?.category
        }
    }

    /// The product that an item leads to.
    func product(of item: Item) -> Int? {
        switch item {
        case .product(let index): products.indices.contains(index) ? index : nil
        case .video: videos[item]?.product
        }
    }

    /// Log-odds with which a shopper enjoys an item, before any treatment.
    func enjoyment(of item: Item, by shopper: Int) -> Double? {
        guard let category = category(of: item) else { return nil }
        let person = shoppers[shopper]
        let quality = videos[item]?.quality ?? product(of: item).map { merchants[products[$0].merchant].goods } ?? 0.5
        return parameters.finish + parameters.finishByInterest * person.interests[category]
            + parameters.finishByQuality * (quality - 0.5) + parameters.finishByFatigue * person.fatigue[category]
            + parameters.finishByRepetition * Double(min(3, person.seen[item] ?? 0))
    }

    /// How it truly stands.
    public var truth: Truth {
        let members = shoppers.filter(\.isMember)
        let count = Double(max(1, members.count))
        return Truth(
            members: members.count, satisfied: Double(members.count { $0.satisfaction >= 0.6 }) / count,
            satisfaction: members.reduce(0) { $0 + $1.satisfaction } / count,
            netPromoterScore: netPromoterScore(members.map(\.opinion)))
    }
}
