/// Something that can be shown.
public enum Item: Hashable, Sendable {
    /// A product, by its place in ``World/products``.
    case product(Int)
    /// A creator's video by number, so that a video is the same one in every world in which it is made.
    case video(creator: Int, number: Int)

    /// Its name in draws.
    var key: Int {
        switch self {
        case .product(let index): index
        case .video(let creator, let number): (creator + 1) << 32 | number
        }
    }
}

/// Somebody who watches and buys.
public struct Shopper: Sendable, Equatable {
    /// Logarithms of the interest in each category, 0 on average.
    public internal(set) var interests: [Double]
    /// Slots looked at on a visit.
    public let attention: Int
    /// Log-odds of buying lost for each unit of log price.
    public let priceSensitivity: Double
    /// How satisfied, 0…1, known to nobody but the world.
    public internal(set) var satisfaction: Double
    /// Whether they use the marketplace at all.
    public internal(set) var isMember: Bool
    /// Slots seen of each category, most of it forgotten overnight.
    public internal(set) var fatigue: [Double]
    /// Creators followed.
    public internal(set) var following: Set<Int> = []
    var seen: [Item: Int] = [:]
    var lastPurchase: [Int: Int] = [:]

    /// What they would say if asked and answering without noise, 0…10.
    public var opinion: Int { Self.score(satisfaction) }

    /// Half satisfied is a 7: people are kinder in figures than in feeling.
    static func score(_ satisfaction: Double) -> Int { Int(Swift.min(10, 2.5 + 9 * satisfaction).rounded()) }
}

/// Somebody who makes videos.
public struct Creator: Sendable, Equatable {
    /// What the videos are about.
    public let category: Int
    /// How good they are, 0…1.
    public internal(set) var craft: Double
    /// Who follows.
    public internal(set) var followers = 0
    /// Finished views a day, smoothed.
    public internal(set) var traffic = 0.0
    /// Videos made so far.
    public internal(set) var made = 0
}

/// Somebody who sells and delivers.
public struct Merchant: Sendable, Equatable {
    /// What goods, delivery and service are like, 0…1.
    public let goods: Double
    public let logistics: Double
    public let service: Double
}

/// A thing for sale.
public struct SimulatedProduct: Sendable, Equatable {
    /// Whose.
    public let merchant: Int
    /// What kind.
    public let category: Int
    /// Minor units.
    public let price: Int
    /// Logarithm of the price over the category's.
    let relativePrice: Double
    /// Units left.
    public internal(set) var stock: Int
}

/// A video.
public struct SimulatedVideo: Sendable, Equatable {
    /// Which.
    public let item: Item
    /// What it is about.
    public let category: Int
    /// How good, 0…1.
    public let quality: Double
    /// What it shows.
    public let product: Int
    /// When it was made.
    public let day: Int
}
