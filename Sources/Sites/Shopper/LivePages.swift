import Flows
import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Live

/// Live rooms: what is on air and comes, and one room with its goods and its chat.
struct LivePages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/live") { try await list($0, $1) }
        router.get("/live/{id}") { request, context in try await show(request, context) }
        router.get("/live/{id}/events") { try await events($0, $1) }
        router.post("/live/{id}/messages") { try await say($0, $1) }
        router.post("/live/{id}/like") { try await like($0, $1) }
    }

    private func list(_ request: Request, _ context: Context) async throws -> Response {
        let present = PresentLive(market)
        let live = try await present.cards(try await market.live.onAir(limit: 60), in: context.language)
        let soon = try await present.cards(try await market.live.coming(limit: 60), in: context.language)
        var page = Page(
            .liveList, context.words(LiveWord.live), .feed,
            [
                "live": live.map { context.format.tile($0) }, "hasLive": !live.isEmpty,
                "soon": soon.map { context.format.tile($0) }, "hasSoon": !soon.isEmpty,
                "isEmpty": live.isEmpty && soon.isEmpty,
            ])
        page.styles = [.feedCSS, .liveCSS]
        return try await frame.show(page, request, context)
    }

    private func show(
        problem: (any Problem)? = nil, typed: String = "", _ request: Request, _ context: Context
    ) async throws -> Response {
        let visit = try Visitor(context)
        let host = try await host(of: visit)
        // A room that has ended is shown all the same, with what was in its bag. Whoever keeps no cookie is nobody who comes
        // again: robots would be viewers.
        let isKnown = !visit.identity.isVisitor || request.cookies[IdentityMiddleware.visitorCookie] != nil
        if host.state == .live, isKnown { try? await WatchLive(market)(visit.visit) }
        let room = try await PresentLive(market).room(visit.session, in: context.language)
        var content = context.format.room(room)
        content.merge([
            "mayHost": HostLive.mayHost(host.host, visit.identity), "isHost": false, "typed": typed,
            "message": maybe(problem?.sentence(in: context.language)),
        ])
        var page = Page(.liveRoom, room.card.title, .feed, content)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        if room.card.state == .scheduled { page.refresh = 20 }
        page.styles = [.liveCSS]
        page.scripts = [.liveJS]
        return try await frame.show(page, request, context)
    }

    private func host(of visit: Visitor) async throws -> LiveSession {
        guard let session = try await market.live.sessions([visit.session]).first else {
            throw NotFound("live session")
        }
        return session
    }

    /// The parts of the page as they change. A room that is not on air sends nothing, and browsers don't come back.
    private func events(_ request: Request, _ context: Context) async throws -> Response {
        let visit = try Visitor(context)
        let session = try await host(of: visit)
        guard session.state == .live else { return Response(status: .noContent) }
        let isDesk = request.query("desk") == "1" && HostLive.mayHost(session.host, visit.identity)
        let events = WatchLive(market).events(visit.visit, in: context.language) { [frame] room in
            var content = context.format.room(room)
            content["isHost"] = isDesk
            var parts: [(String, Template)] = [("counts", .liveCounts), ("chat", .liveChat)]
            if !isDesk { parts += [("stage", .liveStage), ("bag", .liveBag)] }
            let texts = Dictionary(
                parts.map { ($0.0, frame.part($0.1, content, context)) }, uniquingKeysWith: { first, _ in first })
            return ServerSentEvent("room", String(decoding: try JSONEncoder().encode(texts), as: UTF8.self))
        }
        return ServerSentEvent.response(events)
    }

    private func say(_ request: Request, _ context: Context) async throws -> Response {
        let form = try await Form(request, context)
        let visit = try Visitor(context)
        _ = try context.person()
        do {
            try await WatchLive(market).say(form["body"] ?? "", visit.visit)
        } catch let problem as any Problem
            where problem is InvalidField || problem is LiveProblem || problem is TooManyRequests
        {
            return try await show(problem: problem, typed: form["body"] ?? "", request, context)
        }
        return Frame.redirect("/live/\(visit.session)")
    }

    private func like(_ request: Request, _ context: Context) async throws -> Response {
        _ = try await Form(request, context)
        let visit = try Visitor(context)
        do {
            try await WatchLive(market).like(visit.visit)
        } catch let problem as LiveProblem {
            return try await show(problem: problem, request, context)
        }
        return Frame.redirect("/live/\(visit.session)")
    }
}

/// Who came to which session; a class, so that it is one thing to hand on.
private final class Visitor: Sendable {
    let session: LiveSessionID
    let identity: Identity

    init(_ context: Context) throws {
        session = try context.identifier("id", "live session")
        identity = try context.anybody()
    }

    var visit: LiveVisit { LiveVisit(session, identity.person) }
}

extension Format {
    /// A live session in a list.
    func tile(_ card: LiveCardView) -> View {
        [
            "id": card.id.description, "href": "/live/\(card.id)", "cover": maybe(card.cover ?? card.product?.image),
            "title": card.title, "hostName": card.host.name, "isLive": card.state == .live,
            "viewers": words(.liveViewers, count(card.viewers)), "planned": time(card.plannedAt),
            "goods": words(.liveGoods, number(card.goods)),
        ]
    }

    /// A live room with its parts.
    func room(_ room: LiveRoomView) -> View {
        let card = room.card
        let isShop = ShopID(card.host.id) != nil
        return [
            "id": card.id.description, "room": card.id.description, "title": card.title,
            "cover": maybe(card.cover ?? card.product?.image), "hostName": card.host.name,
            "hostImage": maybe(card.host.image), "hostHref": (isShop ? "/shops/" : "/creators/") + card.host.id,
            "isLive": card.state == .live, "isScheduled": card.state == .scheduled, "isEnded": card.state == .ended,
            "isCancelled": card.state == .cancelled, "planned": time(card.plannedAt),
            "viewers": words(.liveViewers, number(card.viewers)), "likes": words(.liveLikes, number(card.likes)),
            "pinned": maybe(room.pinned.map { pinned($0, room.variants) }), "hasBag": !room.bag.isEmpty,
            "bag": room.bag.map { product($0, isOnAir: card.state == .live) },
            "messages": room.messages.map {
                [
                    "id": $0.id.description, "person": $0.person.description, "name": $0.name, "body": $0.body,
                ] as View
            },
        ]
    }

    private func pinned(_ item: LiveProductView, _ variants: [LiveVariantView]) -> View {
        let first = variants.first { $0.available > 0 }?.variant
        return [
            "href": "/products/\(item.product.id)", "title": item.product.title, "image": maybe(item.product.image),
            "canBuy": first != nil,
            "variants": variants.map { variant in
                [
                    "id": variant.variant.description, "spec": variant.spec, "isOut": variant.available <= 0,
                    "isChecked": variant.variant == first, "isLivePrice": variant.isLivePrice,
                    "priceText": money(Money(variant.amount, variant.currency)),
                    "listText": maybe(variant.listAmount.map { money(Money($0, variant.currency)) }),
                ] as View
            },
        ]
    }

    /// A product of the bag: at its live price while there is one and the session is on air.
    private func product(_ item: LiveProductView, isOnAir: Bool) -> View {
        let amount = isOnAir ? item.liveAmount : nil
        var view = card(item.product)
        if let amount {
            view["price"] = price(amount, list: item.product.amount, item.product.currency, isFrom: item.product.isFrom)
        }
        view["isLivePrice"] = amount != nil
        view["isPinned"] = item.isPinned
        return view
    }

    private func words(_ word: LiveWord, _ values: String...) -> String {
        values.enumerated().reduce(word.text(in: language)) { $0.replacing("{\($1.offset)}", with: $1.element) }
    }
}
