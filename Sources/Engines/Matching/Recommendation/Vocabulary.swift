/// An exact identifier of a person, an item, a shop, a creator, a category or a tag.
///
/// The engine never hashes identifiers into shared rows (Monolith, arXiv 2209.07663): two keys never collide.
public typealias Key = UInt128

/// What a slot can hold.
public enum ItemKind: UInt8, Sendable, CaseIterable, Hashable {
    case product, video, liveRoom
}

/// One thing that can be shown: goods, a short video or a live room.
public struct Item: Sendable, Hashable {
    /// Exact identifier, unique over all kinds.
    public var id: Key
    /// What the item is.
    public var kind: ItemKind
    /// The shop that sells it.
    public var shop: Key?
    /// The creator who made it.
    public var creator: Key?
    /// Its category, the unit of the category cap and of category affinity.
    public var category: Key?
    /// Finer topics: hashtags, product type, origin.
    public var tags: [Key]
    /// Goods shown under a video or in a room; interest in the video counts for them too, at a discount.
    public var products: [Key]
    /// When it was listed, milliseconds since 1970 UTC.
    public var listedAt: Int64
    /// Whether it can be had now (in stock, published, room open).
    public var available: Bool

    /// Makes an item.
    public init(
        id: Key, kind: ItemKind = .product, shop: Key? = nil, creator: Key? = nil, category: Key? = nil,
        tags: [Key] = [], products: [Key] = [], listedAt: Int64 = 0, available: Bool = true
    ) {
        self.id = id
        self.kind = kind
        self.shop = shop
        self.creator = creator
        self.category = category
        self.tags = tags
        self.products = products
        self.listedAt = listedAt
        self.available = available
    }
}

/// One thing that a person did, as the journal tells it.
public struct Event: Sendable, Hashable {
    /// The kinds of the import format, and the ones that only a site knows.
    public enum Kind: UInt8, Sendable, CaseIterable, Hashable {
        /// The item was in view.
        case impression
        /// The video played or the page was read for ``Event/dwell`` milliseconds.
        case view
        /// The video was watched to its end.
        case finish
        case like, favourite, share
        /// `subject` is the creator or shop that the person follows from now on.
        case follow
        case unfollow
        /// The card was opened.
        case open
        case cart
        case buy
        /// A search that ended in `subject` as a category or tag, or in an opened item.
        case search
        case notInterested
        case report
        /// The person never wants to see `subject` (a creator or shop) again.
        case block
        /// The purchase came back for its money.
        case refund
        /// The purchase was handed to a carrier later than the platform allows, or never.
        case lateDelivery
        /// Something was wrong with the purchase or with how the shop dealt with it.
        case complaint

        /// What a purchase can come to that the person would rather not have had.
        public static let regrets: [Kind] = [.refund, .lateDelivery, .complaint]

        /// Whether it is one of ``regrets``.
        public var isRegret: Bool { Self.regrets.contains(self) }
    }

    /// Who did it: a person or an anonymous visitor.
    public var person: Key
    /// What it was done to: an item; for `follow`, `unfollow` and `block` a creator or shop; for `search` a category,
    /// tag or item.
    public var subject: Key
    /// What was done.
    public var kind: Kind
    /// When, milliseconds since 1970 UTC.
    public var time: Int64
    /// How long, milliseconds; read for `view` only.
    public var dwell: Int32
    /// How many, for `buy`; 1 otherwise.
    public var quantity: Int32
    /// Of a regret: when what is regretted was paid, milliseconds since 1970 UTC; 0 for the last purchase.
    public var bought: Int64

    /// Makes an event.
    public init(
        person: Key, subject: Key, kind: Kind, time: Int64, dwell: Int32 = 0, quantity: Int32 = 1, bought: Int64 = 0
    ) {
        self.person = person
        self.subject = subject
        self.kind = kind
        self.time = time
        self.dwell = dwell
        self.quantity = quantity
        self.bought = bought
    }
}

/// Where a slot came from.
public enum Source: UInt8, Sendable, CaseIterable, Hashable {
    /// The person's own decayed history with its repurchase interval.
    case personal
    /// The closed-form item-to-item model over the whole history.
    case itemToItem
    /// What goes together with the last taps, learned per event.
    case session
    /// What many people want now.
    case trending
    /// Creators and shops that the person follows.
    case following
    /// The person's categories, tags, shops and creators.
    case affinity
    /// What the current page, item or search asks for.
    case context
    /// The exploration pool: guaranteed first exposure.
    case exploration
    /// Live rooms that are open now, by how much is happening in them.
    case live
    /// What keeps the same company as the last taps (the embedding).
    case embedding

    /// The case's name, as it stands in logs and answers.
    public var name: String { Self.names[Int(rawValue)] }

    // Looking a name up by reflection costs more than ranking the slot.
    private static let names = allCases.map { "\($0)" }
}

/// Why a slot is shown, as data that a site turns into Chinese or English.
public enum Reason: Sendable, Hashable {
    /// Bought `times` times, usually every `intervalDays` days (nil after one purchase).
    case boughtBefore(times: Int, intervalDays: Double?)
    /// Looked at, put in the cart or liked before.
    case seenBefore(interest: Event.Kind)
    /// People who liked `item` liked this.
    case becauseOf(item: Key)
    /// Goes with `item`, which the person just tapped.
    case justTapped(item: Key)
    /// Keeps the same company as `item`, which the person last looked at.
    case likeLooked(item: Key)
    /// Wanted by many within the window.
    case trending(window: Window)
    /// The person follows this creator or shop.
    case follow(subject: Key)
    /// Belongs to a category, tag, shop or creator that the person likes.
    case affinity(subject: Key)
    /// Belongs to what was searched for or is being read.
    case context(subject: Key)
    /// Listed recently and shown to a few people first.
    case new
    /// A live room that is open now, with much happening in it or not.
    case live(isHighlight: Bool)
    /// The live room shows `item` now, which the person has an interest in.
    case pinned(item: Key)
}

/// The windows over which the engine counts, named by their half-life.
public enum Window: UInt8, Sendable, CaseIterable, Hashable {
    case hour, day, week, month

    /// Half-life in milliseconds.
    public var halfLife: Int64 {
        switch self {
        case .hour: 3_600_000
        case .day: 86_400_000
        case .week: 604_800_000
        case .month: 2_419_200_000
        }
    }
}
