import Alliance
import Content
import Feed
import Kernel
import Ledger
import Live
import Orders
import Store

/// Credits the creator who brought the buyer, and fixes the commission of each line when it is ordered.
struct CreditCreators {
    let market: Marketplace

    /// A card that a video showed.
    struct Card: Sendable {
        let creator: PersonID
        let video: VideoID
        let products: [ProductID]
        let shownAt: Instant
    }

    /// The cards of videos in the slates that led to these lines. A product that was shown by itself is nobody's card.
    func cards(of lines: [ShownLine], for buyer: PersonID) async throws -> [SlateID: [Card]] {
        var cards: [SlateID: [Card]] = [:]
        for id in Set(lines.compactMap(\.slate)) {
            // A slate of somebody else, or one that is gone, credits nobody.
            guard let slate = try? await market.feed.slate(id, shownTo: buyer) else { continue }
            let alone = slate.slots.compactMap { if case .product(let product) = $0.item { product } else { nil } }
            let ids = slate.slots.compactMap { if case .video(let video) = $0.item { video } else { nil } }
            cards[id] = try await market.content.videos(ids).map { video in
                Card(
                    creator: video.creator, video: video.id, products: video.products.filter { !alone.contains($0) },
                    shownAt: slate.shownAt)
            }
        }
        return cards
    }

    /// Keeps the touches and fixes the commissions of a checkout.
    func fix(_ group: OrderGroup, _ cards: [SlateID: [Card]], in transaction: any Transaction) throws {
        let bought = Set(group.orders.flatMap(\.lines).map(\.product))
        let watched = try market.live.watchedSessions(by: group.buyer, holding: bought, in: transaction)
        for order in group.orders {
            for line in order.lines {
                for session in watched where session.products.contains(line.product) {
                    try Alliance.touch(session.touch, by: group.buyer, of: line.product, in: transaction)
                }
                if let slate = line.slate,
                    let card = cards[slate]?.first(where: { $0.products.contains(line.product) })
                {
                    let touch = CreatorTouch(
                        creator: card.creator, cause: "slate:\(slate)/\(card.video)", at: card.shownAt)
                    try Alliance.touch(touch, by: group.buyer, of: line.product, in: transaction)
                }
                // A creator's own coupon is the closest touch there is.
                if let payer = line.charges?.creator, let coupon = line.charges?.coupons.first {
                    let touch = CreatorTouch(creator: payer, cause: "coupon:\(coupon)", at: group.createdAt)
                    try Alliance.touch(touch, by: group.buyer, of: line.product, in: transaction)
                }
                let asked = Money(line.amount.amount - (line.charges?.discount.shop ?? 0), line.amount.currency)
                let sale = CreditedSale(
                    line: line.id, group: group.id, product: line.product, shop: order.shop, base: asked)
                try market.alliance.fix(
                    sale, buyer: group.buyer, within: market.terms.attributionWindow, in: transaction
                ) { try evidence(about: $0, group, in: transaction) }
            }
        }
    }

    private func evidence(
        about creator: PersonID, _ group: OrderGroup, in transaction: any Transaction
    ) throws -> BuyerEvidence {
        BuyerEvidence(
            buyer: group.buyer, address: group.address.place,
            creatorAddresses: try Orders.addresses(of: creator, limit: 20, in: transaction).map(\.place),
            sharesDevice: try Alliance.shareDevice(group.buyer, creator, in: transaction))
    }
}

extension WatchedSession {
    /// The host brought the person to what is in the bag, last when the person was last seen in the room.
    var touch: CreatorTouch { CreatorTouch(creator: creator, cause: "live:\(session)", at: seenAt) }
}

extension Address {
    fileprivate var place: String { region + city + street }
}
