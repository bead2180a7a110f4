import Content
import Feed
import Flows
import HTTP
import Hummingbird
import Journal
import Kernel

/// The For-You feed, what people follow, and why something is shown.
struct FeedPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/") { try await home($0, $1) }
        router.get("/feed/more") { try await more($0, $1) }
        router.get("/following") { try await following($0, $1) }
        router.get("/why/{slate}/{item}") { try await why($0, $1) }
    }

    private func home(_ request: Request, _ context: Context) async throws -> Response {
        let person = try context.anybody().person
        let slots = try await slots(of: person, count: 6, context)
        let trending = market.feed.trending(for: person, count: 12)
        let cards = try await PresentCards(market).products(trending.products, in: context.language)
        var page = Page(
            .feed, context.words(.forYou), .feed,
            ([
                "slots": slots, "hasSlots": !slots.isEmpty,
                "trending": cards.map { context.format.card($0, slate: trending.id) },
            ] as View).merging(try await SurveyPages(frame).card(for: person, isOver: true, request, context)))
        page.styles = [.feedCSS]
        page.scripts = [.feedJS]
        page.isImmersive = true
        return try await frame.show(page, request, context)
    }

    private func more(_ request: Request, _ context: Context) async throws -> Response {
        let count = try request.query("count", in: 1...12, default: 6)
        let slots = try await slots(of: try context.anybody().person, count: count, context)
        return frame.fragment(.slots, ["slots": slots], context)
    }

    private func slots(of person: PersonID, count: Int, _ context: Context) async throws -> [View] {
        let slate = market.feed.forYou(person, count: count)
        let shown = try await PresentCards(market).slate(slate, in: context.language)
        let follows = try await market.content.following(person).map(\.description)
        return shown.items.enumerated().map { index, slot in
            var view = context.format.slot(slot, slate: shown.slate, follows: Set(follows), isFirst: index == 0)
            let video = slot.video?.id
            view["prompt"] = context.format.prompt(
                video.flatMap { market.centre.prompt(under: $0, in: context.language)?.words })
            return view
        }
    }

    private func why(_ request: Request, _ context: Context) async throws -> Response {
        let person = try context.anybody().person
        let slate: SlateID = try context.identifier("slate", "slate")
        guard let item = context.parameters.get("item").flatMap({ Touchpoint.Subject($0) }) else {
            throw NotFound("item")
        }
        let reasons = try await ExplainSlot(market)(item, in: slate, shownTo: person)
        var content: View = [
            "reasons": reasons.map { $0.text(in: context.language) }, "item": item.description,
            "slate": slate.description,
        ]
        if case .product(let id) = item {
            let cards = try await PresentCards(market).products([id], in: context.language)
            content["card"] = cards.first.map { context.format.card($0, slate: slate) }
        }
        return try await frame.show(Page(.why, context.words(.why), .feed, content), request, context)
    }

    private func following(_ request: Request, _ context: Context) async throws -> Response {
        let person = try context.anybody().person
        let subjects = try await market.content.following(person)
        // A dozen of each: whoever follows more finds the rest in the feed, which ranks them.
        let creators = Array(subjects.compactMap { if case .creator(let id) = $0 { id } else { nil } }.prefix(12))
        let shopIDs = Array(subjects.compactMap { if case .shop(let id) = $0 { id } else { nil } }.prefix(12))
        var newestVideos: [Video] = []
        for creator in creators { newestVideos += try await market.content.videos(of: creator, limit: 4) }
        var productIDs: [ProductID] = []
        for shop in shopIDs { productIDs += try await market.catalog.newest(shop: shop, limit: 4).map(\.id) }
        let newest = newestVideos.sorted { $0.createdAt > $1.createdAt }.prefix(24).map(\.id)
        let present = PresentCards(market)
        let videos = try await present.videos(Array(newest), for: person, in: context.language)
        let cards = try await present.products(productIDs, in: context.language)
        let parties = try await self.parties(creators, shopIDs, context)
        let suggestions =
            subjects.isEmpty
            ? try await market.people.creators(limit: 12, after: nil).map {
                View(PartyView($0, $0.id), path: "creators")
            } : []
        var page = Page(
            .following, context.words(.following), .feed,
            [
                "hasParties": !parties.isEmpty, "parties": parties, "hasVideos": !videos.isEmpty,
                "videos": videos.map(context.format.tile), "hasCards": !cards.isEmpty,
                "cards": cards.map { context.format.card($0) }, "isEmpty": subjects.isEmpty,
                "hasSuggestions": !suggestions.isEmpty, "suggestions": suggestions,
            ])
        page.styles = [.feedCSS]
        return try await frame.show(page, request, context)
    }

    private func parties(_ creators: [PersonID], _ shops: [ShopID], _ context: Context) async throws -> [View] {
        let accounts = try await market.people.accounts(creators)
        let known = try await market.shops.shops(shops)
        let people = creators.compactMap { id in accounts[id].map { View(PartyView($0, id), path: "creators") } }
        return people + shops.compactMap { known[$0].map { View(PartyView($0, context.language), path: "shops") } }
    }
}

extension FeedSlate {
    /// The products of the slate, best first.
    var products: [ProductID] { slots.compactMap { if case .product(let id) = $0.item { id } else { nil } } }
}

extension View {
    /// A creator or shop in a list.
    init(_ party: PartyView, path: String) {
        self = ["name": party.name, "image": maybe(party.image), "href": "/\(path)/\(party.id)"]
    }
}
