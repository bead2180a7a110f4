import Catalog
import Content
import Feed
import HTTP
import Kernel
import People
import Shops

/// Somebody or some shop in a list.
public struct PartyView: Documented, Equatable {
    /// Identifier of the creator or shop.
    public let id: String
    /// The name in the caller's language.
    public let name: String
    /// Path of the picture.
    public let image: String?
    public static let example = PartyView(id: "shp_…", name: "Moss & Stone", image: "/media/ab/….jpg")
}

/// A product in a list, in the caller's language.
public struct ProductView: Documented, Equatable {
    public let id: ProductID
    public let title: String
    public let image: String?
    /// Lowest price in minor units; absent while nothing can be bought.
    public let amount: Int64?
    /// The struck-through price in minor units.
    public let listAmount: Int64?
    public let currency: Currency?
    /// Whether other variants cost more.
    public let isFrom: Bool
    /// The variant, when there is no choice.
    public let variant: VariantID?
    public let shop: PartyView
    public static let example = ProductView(
        id: Identifier(rawValue: 1), title: "Mountain green tea", image: "/media/ab/….jpg", amount: 4_900,
        listAmount: 5_900,
        currency: .cny, isFrom: true, variant: Identifier(rawValue: 2), shop: .example)
}

/// A short video in a list, in the caller's language.
public struct VideoView: Documented, Equatable {
    public let id: VideoID
    public let caption: String
    public let hashtags: [String]
    public let media: String
    public let poster: String?
    public let durationMilliseconds: Int64
    public let creator: PartyView
    public let products: [ProductView]
    public internal(set) var likes: Int
    public internal(set) var comments: Int
    public internal(set) var isLiked: Bool
    public static let example = VideoView(
        id: Identifier(rawValue: 3), caption: "Five minutes of calm", hashtags: ["tea"], media: "/media/cd/….mp4",
        poster: "/media/ef/….jpg", durationMilliseconds: 7_000, creator: .example,
        products: [.example], likes: 12, comments: 3, isLiked: false)
}

/// One place of a slate as it is shown: a product, a video or a live room.
public struct SlotView: Documented, Equatable {
    /// Which candidate source found it.
    public let source: String
    /// The ranking score; comparable within the slate.
    public let score: Float
    /// The probability with which it took this slot.
    public let propensity: Double
    /// The strongest reasons, as names of kinds; the `why` route says them in words.
    public let reasons: [String]
    public let product: ProductView?
    public let video: VideoView?
    public let live: LiveCardView?
    public static let example = SlotView(
        source: "personal", score: 1.5, propensity: 0.25, reasons: ["boughtBefore"], product: .example, video: .example,
        live: .example)
}

/// A slate as it is shown.
public struct SlateView: Documented, Equatable {
    /// Send it back with touchpoints and orders, so that they are credited to it.
    public let slate: SlateID
    /// Which weights and refresh of the model made it.
    public let model: String
    public let items: [SlotView]
    public static let example = SlateView(slate: Identifier(rawValue: 4), model: "w1-r12", items: [.example])
}

extension PartyView {
    /// A creator; a person without a public account is only a number.
    public init(_ account: Account?, _ id: PersonID) {
        self.init(id: id.description, name: account?.name ?? "—", image: account?.avatar.map { "/media/\($0)" })
    }

    /// A shop.
    public init(_ shop: Shop, _ language: Language) {
        self.init(
            id: shop.id.description, name: shop.name.text(in: language), image: shop.logo.map { "/media/\($0)" })
    }
}

extension ProductView {
    init(_ card: ProductCard, _ shop: Shop, _ language: Language) {
        self.init(
            id: card.id, title: card.title.text(in: language), image: card.image.map { "/media/\($0)" },
            amount: card.price?.amount.amount, listAmount: card.price?.list?.amount,
            currency: card.price?.amount.currency,
            isFrom: card.isFrom, variant: card.onlyVariant, shop: PartyView(shop, language))
    }
}

extension VideoView {
    /// Without its counts, which change more often than the rest.
    init(_ video: Video, creator: PartyView, products: [ProductView], _ language: Language) {
        self.init(
            id: video.id, caption: video.caption.text(in: language), hashtags: video.hashtags,
            media: "/media/\(video.media)", poster: video.poster.map { "/media/\($0)" },
            durationMilliseconds: video.duration, creator: creator, products: products, likes: 0, comments: 0,
            isLiked: false)
    }

    func with(_ reactions: Reactions) -> VideoView {
        var video = self
        (video.likes, video.comments, video.isLiked) = (reactions.likes, reactions.comments, reactions.isLiked)
        return video
    }
}

extension SlotView {
    init(_ slot: FeedSlot, product: ProductView? = nil, video: VideoView? = nil, live: LiveCardView? = nil) {
        self.init(
            source: slot.source, score: slot.score, propensity: slot.propensity,
            reasons: slot.reasons.map(\.kind.rawValue),
            product: product, video: video, live: live)
    }
}
