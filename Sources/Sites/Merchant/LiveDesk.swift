import Catalog
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Live
import Pricing
import Store

/// One session's desk.
struct LiveDesk: Sendable {
    private let frame: Frame
    private let hosting: LiveHosting
    private var market: Marketplace { frame.market }

    init(_ frame: Frame, _ hosting: LiveHosting) {
        self.frame = frame
        self.hosting = hosting
    }

    /// What the desk shows of the goods; read in one unit of work.
    private struct Goods: Sendable {
        var products: [Product] = []
        var prices: [VariantID: PriceOffer] = [:]
    }

    // MARK: Showing

    func show(
        problem: (any Problem)? = nil, _ request: Request, _ context: Context
    ) async throws -> Response {
        guard let id = hosting.session, let session = try await market.live.sessions([id]).first else {
            throw NotFound("live session")
        }
        let goods = try await goods(of: session)
        // A shop comes here for the prices of its own goods in a creator's bag; others have nothing to do here.
        let mayPrice = goods.products.contains { hosting.identity.may(.prices, at: $0.shop) }
        guard hosting.mayHost || mayPrice else {
            try HostLive.require(session.host, hosting.identity)
            throw Forbidden("the session's host")
        }
        let room = try await PresentLive(market).room(id, in: context.language)
        var content = context.format.room(room)
        content.merge(try await parts(of: session, goods, context))
        content["message"] = maybe(problem?.sentence(in: context.language))
        var page = Page(.liveDesk, room.card.title, .me, content)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        page.styles = [.liveCSS]
        page.scripts = [.liveJS]
        return try await frame.show(page, request, context)
    }

    private func goods(of session: LiveSession) async throws -> Goods {
        let (ids, now) = (session.products, market.source.now)
        let reading = LiveHosting(session.host, hosting.identity, named: "", mayHost: false, session: session.id)
        return try await market.store.read { transaction in
            guard let id = reading.session else { return Goods() }
            let found = try Catalog.products(ids, at: now, in: transaction)
            let byID = Dictionary(found.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            return Goods(
                products: ids.compactMap { byID[$0] },
                prices: try Pricing.livePrices(of: id, at: now, in: transaction))
        }
    }

    private func parts(of session: LiveSession, _ goods: Goods, _ context: Context) async throws -> View {
        let muted = hosting.mayHost ? try await market.live.muted(in: session.id) : []
        let names = try await market.people.accounts(muted)
        var view: View = [
            "state": context.words(session.state.word), "mayHost": hosting.mayHost, "isHost": hosting.mayHost,
            "plansHref": hosting.mayHost ? hosting.path : "/shop-desk", "hasPinned": session.pinned != nil,
            "canChange": session.state.isOpen, "bannedWords": session.bannedWords.words.joined(separator: "\n"),
            "items": goods.products.map { item($0, in: session, goods.prices, context) }, "hasGoods": false,
            "hasMuted": !muted.isEmpty,
            "muted": muted.map { ["person": $0.description, "name": names[$0]?.name ?? "—"] as View },
        ]
        if hosting.mayHost, let shop = session.host.shop {
            let all = try await ShopGoods(of: shop, market, context).products
            let held = Set(session.products.map(\.description))
            let others = all.filter { !held.contains($0["value"] as? String ?? "") }
            view["options"] = others
            view["hasGoods"] = !others.isEmpty
        }
        return view
    }

    private func item(
        _ product: Product, in session: LiveSession, _ prices: [VariantID: PriceOffer], _ context: Context
    ) -> View {
        let mayPrice = session.state.isOpen && hosting.identity.may(.prices, at: product.shop)
        let lowest = product.variants.compactMap { prices[$0.id]?.price }.min { $0.amount < $1.amount }
        return [
            "product": product.id.description, "itemTitle": product.title.text(in: context.language),
            "image": maybe(product.media.first.map { "/media/\($0)" }), "isPinned": session.pinned == product.id,
            "canPin": session.state == .live && session.pinned != product.id,
            "shownPrice": maybe(mayPrice ? nil : lowest.map { context.format.money($0) }),
            "prices": mayPrice
                ? product.variants.compactMap { variant -> View? in
                    guard let price = variant.price else { return nil }
                    let offer = prices[variant.id]
                    return [
                        "variant": variant.id.description, "spec": variant.spec.text(in: context.language),
                        "usual": context.words(LiveWord.liveUsualPrice, context.format.money(price.amount)),
                        "amount": offer?.price.plain ?? "", "hasPrice": offer != nil,
                    ]
                } : [],
        ]
    }

    // MARK: Acting

    func act(_ request: Request, _ context: Context) async throws -> Response {
        let form = try await Form(request, context)
        guard let id = hosting.session else { throw NotFound("live session") }
        do {
            switch form["act"] {
            case "price", "unprice": try await price(form, form["act"] == "price")
            default: try await step(try await kind(form), id)
            }
        } catch let problem as any Problem where problem is InvalidField || problem is LiveProblem {
            return try await show(problem: problem, request, context)
        }
        return Frame.redirect("/live/\(id)/desk")
    }

    private func step(_ kind: HostLive.Step.Kind, _ id: LiveSessionID) async throws {
        _ = try await HostLive(market)(.init(kind, in: id), Command(by: hosting.identity))
    }

    private func kind(_ form: Form) async throws -> HostLive.Step.Kind {
        switch form["act"] {
        case "start": .start
        case "end": .end
        case "cancel": .cancel
        case "add": .add(try product(form))
        case "take": .take(try product(form))
        case "up": try await up(try product(form))
        case "pin": .pin(try product(form))
        case "unpin": .pin(nil)
        case "ban":
            .ban(try BannedWords((form["words"] ?? "").split(whereSeparator: \.isNewline).map(String.init)))
        case "mute": .mute(try form.identifier("person"))
        case "unmute": .unmute(try form.identifier("person"))
        case "remove": .remove(try form.identifier("message"))
        default: throw InvalidField("act", "is nothing that a host does.", zh: "操作无效。")
        }
    }

    /// A product by its number or by the address of its page.
    private func product(_ form: Form) throws -> ProductID {
        let text = try form.required("product")
        let last = text.split(separator: "/").last.map { $0.prefix { $0 != "?" } } ?? ""
        guard let id = ProductID(last) else {
            throw InvalidField("product", "is no product.", zh: "商品编号无效。")
        }
        return id
    }

    private func up(_ product: ProductID) async throws -> HostLive.Step.Kind {
        guard let id = hosting.session, let session = try await market.live.sessions([id]).first else {
            throw NotFound("live session")
        }
        var products = session.products
        if let place = products.firstIndex(of: product), place > 0 { products.swapAt(place, place - 1) }
        return .order(products)
    }

    private func price(_ form: Form, _ isOn: Bool) async throws {
        guard let id = hosting.session else { throw NotFound("live session") }
        let variant: VariantID = try form.identifier("variant")
        let now = market.source.now
        let wanted = SetLivePrice.Terms(nil, of: variant, in: id)
        guard isOn else { return try await SetLivePrice(market)(wanted, Command(by: hosting.identity)) }
        let currency = try await market.store.read { try wanted.currency(at: now, in: $0) }
        guard let amount = try form.amount("amount", currency) else {
            throw InvalidField("amount", "must be an amount like 39.90.", zh: "请输入金额，如 39.90。")
        }
        try await SetLivePrice(market)(.init(amount, of: variant, in: id), Command(by: hosting.identity))
    }
}
