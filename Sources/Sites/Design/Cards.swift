import Content
import Feed
import Flows
import HTTP
import Kernel

/// What a template sees of a value that may be absent: `false` ends mustache's search, which would otherwise find a value
/// of the same name further out.
func maybe(_ value: Any?) -> Any { value ?? false }

extension Format {
    /// A price split so that the page can show its parts in different sizes.
    func price(_ amount: Int64?, list: Int64?, _ currency: Currency?, isFrom: Bool = false) -> Any {
        guard let amount, let currency else { return false }
        let text = money(Money(amount, currency))
        let start = text.firstIndex(where: \.isNumber) ?? text.startIndex
        let point = currency.exponent == 0 ? text.endIndex : text.lastIndex(of: ".") ?? text.endIndex
        let off = list.map { ($0 - amount) * 100 / max(1, $0) } ?? 0
        return [
            "sign": String(text[..<start]), "whole": String(text[start..<point]), "fraction": String(text[point...]),
            "list": maybe(list.map { money(Money($0, currency)) }), "off": maybe(off >= 5 ? "\(off)%" : nil),
            "isFrom": isFrom,
        ] as View
    }

    /// A product in a list.
    func card(_ product: ProductView, slate: SlateID? = nil) -> View {
        let source = slate.map { "?slate=\($0)" } ?? ""
        return [
            "id": product.id.description, "href": "/products/\(product.id)\(source)", "title": product.title,
            "image": maybe(product.image), "slate": maybe(slate?.description), "shop": product.shop.name,
            "price": price(product.amount, list: product.listAmount, product.currency, isFrom: product.isFrom),
        ]
    }

    /// A video in a list.
    func tile(_ video: VideoView) -> View {
        [
            "id": video.id.description, "href": "/videos/\(video.id)", "poster": maybe(video.poster),
            "caption": video.caption, "likes": count(video.likes), "creatorName": video.creator.name,
        ]
    }

    /// A place of the feed.
    func slot(_ slot: SlotView, slate: SlateID, follows: Set<String>, isFirst: Bool) -> View {
        if let video = slot.video {
            var view = self.slot(video, slate: slate, follows: follows)
            view["isFirst"] = isFirst
            return view
        }
        if let live = slot.live { return self.slot(live, slate: slate, isFirst: isFirst) }
        guard let product = slot.product else { return [:] }
        var view = card(product, slate: slate)
        view.merge(
            [
                "video": false, "live": false, "product": true, "item": product.id.description,
                "slate": slate.description,
                "hasSlate": true,
                "label": product.title, "isFirst": isFirst, "shopHref": "/shops/\(product.shop.id)",
                "variant": maybe(product.amount == nil ? nil : product.variant?.description),
                "likeAction": "/products/\(product.id)/like", "likeAPI": "", "isLiked": false, "likes": "",
            ])
        return view
    }

    /// A live room as a place of the feed.
    private func slot(_ card: LiveCardView, slate: SlateID, isFirst: Bool) -> View {
        let isShop = ShopID(card.host.id) != nil
        var view = tile(card)
        view.merge([
            "video": false, "product": false, "live": true, "item": card.id.description, "slate": slate.description,
            "hasSlate": true, "label": card.title, "isFirst": isFirst, "hostImage": maybe(card.host.image),
            "hostHref": (isShop ? "/shops/" : "/creators/") + card.host.id,
            "onShow": maybe(card.product.map { self.card($0, slate: slate) }),
        ])
        return view
    }

    /// The search under a video; false for none, so that no page around it speaks for it.
    func prompt(_ words: String?) -> Any {
        guard let words else { return false }
        return ["words": words, "href": "/search?q=\(words.queryEscaped)"] as View
    }

    /// A video that fills the screen.
    func slot(_ video: VideoView, slate: SlateID?, follows: Set<String>) -> View {
        let source = slate.map { "?slate=\($0)" } ?? ""
        return [
            "video": true, "live": false, "product": false, "item": video.id.description,
            "slate": slate?.description ?? "",
            "hasSlate": slate != nil, "label": video.caption, "isFirst": true, "href": "/videos/\(video.id)\(source)",
            "media": video.media,
            "poster": maybe(video.poster), "caption": video.caption, "creator": video.creator.id,
            "creatorName": video.creator.name, "creatorImage": maybe(video.creator.image),
            "creatorHref": "/creators/\(video.creator.id)", "isFollowing": follows.contains(video.creator.id),
            "hashtags": video.hashtags.map { ["tag": $0, "href": "/search?q=\($0.queryEscaped)"] as View },
            "hasBag": !video.products.isEmpty, "products": video.products.map { card($0, slate: slate) },
            "likeAction": "/videos/\(video.id)/like", "likeAPI": "/api/v1/videos/\(video.id)/like",
            "isLiked": video.isLiked, "likes": count(video.likes), "comments": count(video.comments),
        ]
    }
}

extension Context {
    /// Writes values in the reader's language.
    var format: Format { Format(language: language) }
    /// The site's words in the reader's language.
    var words: Wording { Wording(language: language) }
}
