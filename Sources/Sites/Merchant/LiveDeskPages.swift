import Catalog
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Live
import Pricing
import Store

/// The desk of hosts: sessions of a creator or a shop, and one session while it is prepared and on air. The shops whose
/// goods are in a creator's bag find their prices there.
struct LiveDeskPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/me/live") { try await plans(try await own($1), $0, $1) }
        router.post("/me/live") { request, context in try await plan(try await own(context), request, context) }
        router.get("/shop-desk/{shop}/live") { request, context in
            try await plans(try await shop(context, .see), request, context)
        }
        router.post("/shop-desk/{shop}/live") { request, context in
            try await plan(try await shop(context, .live), request, context)
        }
        router.get("/live/{id}/desk") { request, context in
            try await LiveDesk(frame, try await desk(context)).show(request, context)
        }
        router.post("/live/{id}/desk") { request, context in
            try await LiveDesk(frame, try await desk(context)).act(request, context)
        }
    }

    // MARK: Whose desk

    private func own(_ context: Context) async throws -> LiveHosting {
        let identity = try context.person()
        try HostLive.require(.creator(identity.person), identity)
        return LiveHosting(.creator(identity.person), identity, named: "", mayHost: true)
    }

    private func shop(_ context: Context, _ permission: ShopPermission) async throws -> LiveHosting {
        let id: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        try identity.require(permission, at: id)
        guard let shop = try await market.shops.shop(id) else { throw NotFound("shop") }
        return LiveHosting(
            .shop(id), identity, named: shop.name.text(in: context.language), mayHost: identity.may(.live, at: id))
    }

    private func desk(_ context: Context) async throws -> LiveHosting {
        let id: LiveSessionID = try context.identifier("id", "live session")
        let identity = try context.person()
        guard let session = try await market.live.sessions([id]).first else { throw NotFound("live session") }
        return LiveHosting(
            session.host, identity, named: "", mayHost: HostLive.mayHost(session.host, identity), session: id)
    }

    // MARK: Sessions

    private func plans(
        _ hosting: LiveHosting, problem: (any Problem)? = nil, form: Form? = nil, _ request: Request,
        _ context: Context
    ) async throws -> Response {
        let zone = TimeZoneName.shanghai
        let sessions = try await market.live.sessions(of: hosting.host, limit: 50)
        var content: View = [
            "sessions": try await rows(sessions, context), "shop": hosting.name,
            "shopID": maybe(hosting.host.shop?.description), "canPlan": hosting.mayHost, "action": hosting.path,
            "message": maybe(problem?.sentence(in: context.language)), "key": market.source.secret(bytes: 16),
            "typedTitle": form?["title"] ?? "", "typedChinese": form?["titleChinese"] ?? "",
            "typedPlanned": form?["planned"] ?? zone.local(market.source.now + .hours(1)),
            "plannedLabel": context.words(LiveWord.livePlannedAt, zone.text), "hasOthers": false, "hasGoods": false,
        ]
        if let shop = hosting.host.shop {
            let goods = try await ShopGoods(of: shop, market, context)
            let others = try await creators(showing: goods.products)
            content["options"] = goods.products
            content["hasGoods"] = !goods.products.isEmpty
            content["others"] = try await rows(others, context)
            content["hasOthers"] = !others.isEmpty
        }
        var page = Page(.livePlans, context.words(LiveWord.liveDesk), .me, content)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        page.styles = [.liveCSS]
        return try await frame.show(page, request, context)
    }

    private func rows(_ sessions: [LiveSession], _ context: Context) async throws -> [View] {
        try await PresentLive(market).cards(sessions, in: context.language).map { card in
            var view = context.format.tile(card)
            view["state"] = context.words(card.state.word)
            view["isOpen"] = card.state.isOpen
            view["deskHref"] = "/live/\(card.id)/desk"
            return view
        }
    }

    /// Creators' sessions whose bags hold some of a shop's goods.
    private func creators(showing goods: [View]) async throws -> [LiveSession] {
        let ids = goods.compactMap { ($0["value"] as? String).flatMap { ProductID($0) } }
        return try await market.live.open(holding: ids, limit: 50).filter { $0.host.creator != nil }
    }

    private func plan(_ hosting: LiveHosting, _ request: Request, _ context: Context) async throws -> Response {
        let form = try await Form(request, context)
        do {
            guard let planned = TimeZoneName.shanghai.instant(local: try form.required("planned")) else {
                throw InvalidField("planned", "must be a date and time.", zh: "请输入日期和时间。")
            }
            let title = Localized(en: form["title"] ?? "", zh: form["titleChinese"] ?? "")
            let plan = try LivePlan(
                by: hosting.host, title: title, plannedAt: planned,
                products: form.all("product").compactMap { ProductID($0) })
            let command = try form.command(by: hosting.identity, "live \(title.en) \(planned)")
            let session = try await HostLive(market).schedule(plan, command)
            return Frame.redirect("/live/\(session.id)/desk")
        } catch let problem as any Problem where problem is InvalidField || problem is LiveProblem {
            return try await plans(hosting, problem: problem, form: form, request, context)
        }
    }
}

/// Who hosts what; a class, so that it is one thing to hand on.
final class LiveHosting: Sendable {
    let host: LiveHost
    let identity: Identity
    let name: String
    let mayHost: Bool
    let session: LiveSessionID?

    init(_ host: LiveHost, _ identity: Identity, named name: String, mayHost: Bool, session: LiveSessionID? = nil) {
        self.host = host
        self.identity = identity
        self.name = name
        self.mayHost = mayHost
        self.session = session
    }

    /// Where the host's sessions are.
    var path: String { host.shop.map { "/shop-desk/\($0)/live" } ?? "/me/live" }
}

extension LiveState {
    /// What it is called.
    var word: LiveWord {
        switch self {
        case .scheduled: .liveStateScheduled
        case .live: .liveStateLive
        case .ended: .liveStateEnded
        case .cancelled: .liveStateCancelled
        }
    }
}
