import Catalog
import Centre
import Content
import Feed
import Flows
import HTTP
import Hummingbird
import Journal
import Kernel
import Store

/// Search and categories: the same list with the same filters.
struct SearchPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/search") { try await search($0, $1) }
        router.get("/categories/{id}") { try await category($0, $1) }
    }

    private func search(_ request: Request, _ context: Context) async throws -> Response {
        let form = SearchForm(request, path: "/search")
        let person = try context.anybody().person
        guard !form.isEmpty else { return try await start(person, request, context) }
        let found = try await find(form, for: person, context)
        if form.isPlain, !form.words.isEmpty { try await remember(form.words, found.answer, by: person) }
        let words = context.words
        var content = found.view
        content["isStart"] = false
        content["words"] = form.words
        content["heading"] = form.words.isEmpty ? words(.allGoods) : words(.results, form.words)
        if let corrected = found.answer.correctedWords {
            content["corrected"] = true
            content["correctedText"] = words(.corrected, corrected, form.words)
        }
        content["partial"] = !found.answer.matchesAllWords && found.answer.total > 0
        try await addOthers(found.answer, to: &content, for: person, context)
        if found.answer.total == 0 { content["ideas"] = try await ideas(context) }
        return try await frame.show(
            Page(.search, form.words.isEmpty ? words(.search) : form.words, .search, content), request, context)
    }

    private func start(_ person: PersonID, _ request: Request, _ context: Context) async throws -> Response {
        let trending = market.feed.trending(for: person, count: 12)
        let cards = try await PresentCards(market).products(trending.products, in: context.language)
        return try await frame.show(
            Page(
                .search, context.words(.search), .search,
                [
                    "isStart": true, "ideas": try await ideas(context),
                    "trending": cards.map { context.format.card($0, slate: trending.id) },
                ]), request, context)
    }

    private func category(_ request: Request, _ context: Context) async throws -> Response {
        let id: CategoryID = try context.identifier("id", "category")
        let all = try await frame.categories.all()
        let path = CategoryShelf.path(to: id, in: all)
        guard let category = path.last else { throw NotFound("category") }
        let form = SearchForm(request, path: "/categories/\(id)", category: id)
        let found = try await find(form, for: try context.anybody().person, context)
        let children = all.filter { $0.parent == id }
        var content = found.view
        content.merge([
            "heading": category.name.text(in: context.language),
            "emoji": maybe(category.emoji.isEmpty ? nil : category.emoji),
            "path": path.dropLast().map { View($0, context.language) },
            "children": children.map { View($0, context.language) }, "hasChildren": !children.isEmpty,
        ])
        return try await frame.show(
            Page(.category, category.name.text(in: context.language), .mall, content), request, context)
    }

    private func find(
        _ form: SearchForm, for person: PersonID, _ context: Context
    ) async throws -> (answer: SearchAnswer, view: View) {
        let interest = form.sort == .relevance ? market.feed.interest(of: person) : [:]
        let currency = frame.currency.known
        let answer = market.centre.search(form.query(currency), interest: interest)
        let products = try await PresentCards(market).products(answer.products, in: context.language)
        if let seen = products.lazy.compactMap(\.currency).first { frame.currency.remember(seen) }
        let categories = try await frame.categories.all()
        let filters = SearchFilters(form, answer, categories, frame.currency.known, context)
        var view = filters.view
        view["cards"] = products.map { context.format.card($0) }
        view["hasCards"] = !products.isEmpty
        view["countText"] = context.words(.resultCount, context.format.number(answer.total))
        return (answer, view)
    }

    /// Shops and videos beside the goods.
    private func addOthers(
        _ answer: SearchAnswer, to content: inout View, for person: PersonID, _ context: Context
    ) async throws {
        let shopIDs = answer.others.compactMap { if case .shop(let id) = $0 { id } else { nil } }
        let videoIDs = answer.others.compactMap { if case .video(let id) = $0 { id } else { nil } }
        let shops = try await market.shops.shops(shopIDs)
        let videos = try await PresentCards(market).videos(videoIDs, for: person, in: context.language)
        content["shops"] = shopIDs.compactMap { shops[$0] }
            .map { View(PartyView($0, context.language), path: "shops") }
        content["hasShops"] = !shops.isEmpty
        content["videos"] = videos.map(context.format.tile)
        content["hasVideos"] = !videos.isEmpty
        let rooms = answer.others.compactMap { if case .live(let id) = $0 { id } else { nil } }
        let live = try await PresentLive(market).open(rooms, in: context.language)
        content["rooms"] = live.map { context.format.tile($0) }
        content["hasRooms"] = !live.isEmpty
    }

    private func remember(_ words: String, _ answer: SearchAnswer, by person: PersonID) async throws {
        do {
            try await market.centre.remember(words, wasAnswered: answer.total > 0)
            let touch = Touchpoint(person: person, time: market.source.now, kind: .search, subject: .query(words))
            _ = try await market.feed.record([touch])
        } catch StoreError.full {
            // Who searches reads; a full disk loses the memory of the search, not the answer.
        }
    }

    private func ideas(_ context: Context) async throws -> [View] {
        try await frame.categories.all().filter { $0.parent == nil }.prefix(12).map { View($0, context.language) }
    }
}
