import Catalog
import Content
import Feed
import Journal
import Kernel

/// Turns what rooms know into what people see: cards of products and videos in one language.
public struct PresentCards: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Products in the order asked for; those off the shelf are left out.
    public func products(_ ids: [ProductID], in language: Language) async throws -> [ProductView] {
        let shown = try await shownProducts(ids, in: language)
        return ids.compactMap { shown[$0]?.view }
    }

    /// Videos in the order asked for, with their creators and goods, as `person` sees them.
    public func videos(_ ids: [VideoID], for person: PersonID, in language: Language) async throws -> [VideoView] {
        let shown = try await shownVideos(ids, in: language)
        let reactions = try await market.content.reactions(to: ids, for: person)
        return ids.compactMap { id in shown[id].map { $0.view.with(reactions[id] ?? Reactions()) } }
    }

    /// A slate; what left the shelf since it was ranked is left out, and so is a room that is not on air.
    public func slate(_ slate: FeedSlate, in language: Language) async throws -> SlateView {
        let cards = try await cards(of: slate, in: language)
        let items = slate.slots.compactMap { slot -> SlotView? in
            switch slot.item {
            case .product(let id): cards.products[id].map { SlotView(slot, product: $0.view) }
            case .video(let id):
                cards.videos[id].map { SlotView(slot, video: $0.view.with(cards.reactions(to: id))) }
            case .live(let id): cards.rooms[id].map { SlotView(slot, live: $0) }
            default: nil
            }
        }
        return SlateView(slate: slate.id, model: slate.model, items: items)
    }

    /// What stands in a slate.
    func cards(of slate: FeedSlate, in language: Language) async throws -> SlateCards {
        let products = slate.slots.compactMap { if case .product(let id) = $0.item { id } else { nil } }
        let videos = slate.slots.compactMap { if case .video(let id) = $0.item { id } else { nil } }
        let rooms = slate.slots.compactMap { if case .live(let id) = $0.item { id } else { nil } }
        let live = rooms.isEmpty ? [] : try await PresentLive(market).onAir(rooms, in: language)
        return SlateCards(
            products: try await shownProducts(products, in: language),
            videos: try await shownVideos(videos, in: language),
            rooms: Dictionary(live.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }),
            reactions: try await market.content.reactions(to: videos, for: slate.person))
    }

    private func shownProducts(
        _ ids: [ProductID], in language: Language
    ) async throws -> [ProductID: ShownCard<ProductView>] {
        try await market.shownCards.products.cards(
            ids, in: language, at: market.source.now, stamp: market.cardStamp
        ) { missing in
            let cards = try await market.catalog.cards(missing).filter(\.isListed)
            let shops = try await market.shops.shops(Array(Set(cards.map(\.shop))))
            return cards.compactMap { card in
                shops[card.shop].map { (card.id, ProductView(card, $0, language)) }
            }
        }
    }

    private func shownVideos(_ ids: [VideoID], in language: Language) async throws -> [VideoID: ShownCard<VideoView>] {
        try await market.shownCards.videos.cards(
            ids, in: language, at: market.source.now, stamp: market.cardStamp
        ) { missing in
            let videos = try await market.content.videos(missing).filter(\.isListed)
            let creators = try await market.people.accounts(Array(Set(videos.map(\.creator))))
            let products = try await shownProducts(Array(Set(videos.flatMap(\.products))), in: language)
            return videos.map { video in
                let goods = video.products.compactMap { products[$0]?.view }
                let creator = PartyView(creators[video.creator], video.creator)
                return (video.id, VideoView(video, creator: creator, products: goods, language))
            }
        }
    }
}

/// The cards that stand in a slate, as one person sees them.
struct SlateCards {
    let products: [ProductID: ShownCard<ProductView>]
    let videos: [VideoID: ShownCard<VideoView>]
    let rooms: [LiveSessionID: LiveCardView]
    fileprivate let reactions: [VideoID: Reactions]

    func reactions(to video: VideoID) -> Reactions { reactions[video] ?? Reactions() }
}
