import Coupons
import Decisions
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel

/// Coupons at three desks: the shop that offers them, the platform, and whoever has taken one or is asked to pay.
struct CouponPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/shop-desk/{shop}/coupons") { try await show($0, $1) }
        router.post("/shop-desk/{shop}/coupons") { try await offer($0, $1) }
        router.get("/operator/coupons") { try await show($0, $1) }
        router.post("/operator/coupons") { try await offer($0, $1) }
        router.get("/me/coupons") { try await show($0, $1) }
        for root in ["/shop-desk/{shop}/coupons", "/operator/coupons", "/me/coupons"] {
            router.post("\(RouterPath(root))/{coupon}/agree") { try await agree($0, $1) }
            router.post("\(RouterPath(root))/{coupon}/end") { try await end($0, $1) }
        }
    }

    /// Whose desk it is.
    private enum Desk {
        case shop(ShopID)
        case platform
        case person

        var funder: CouponFunder {
            switch self {
            case .shop: .shop
            case .platform: .platform
            case .person: .creator
            }
        }

        var root: String {
            switch self {
            case .shop(let shop): "/shop-desk/\(shop)/coupons"
            case .platform: "/operator/coupons"
            case .person: "/me/coupons"
            }
        }
    }

    /// The desk of a request, at which the caller works.
    private func desk(_ request: Request, _ context: Context) throws -> Desk {
        let identity = try context.person()
        if context.parameters.get("shop") != nil {
            let shop: ShopID = try context.identifier("shop", "shop")
            try identity.require(.see, at: shop)
            return .shop(shop)
        }
        guard request.uri.path.hasPrefix("/operator/") else { return .person }
        guard identity.roles.contains(.operator) else { throw Forbidden("the role operator") }
        return .platform
    }

    private func show(
        problem: (any Problem)? = nil, form: Form? = nil, _ request: Request, _ context: Context
    ) async throws -> Response {
        let desk = try desk(request, context)
        let now = market.source.now
        let coupons = try await coupons(at: desk, context)
        var content: View = [
            "title": context.words(PriceWord.coupons), "help": "",
            "message": maybe(problem?.sentence(in: context.language)),
            "action": desk.root, "back": context.words(.me), "backHref": "/me",
            "coupons": coupons.map { row($0, desk, at: now, context) }, "key": market.source.secret(bytes: 16),
        ]
        switch desk {
        case .shop(let shop):
            content["shopID"] = shop.description
            content["help"] = context.words(PriceWord.couponsHelp)
            content["back"] = context.words(.shopDesk)
            content["backHref"] = "/shop-desk"
            let goods = try await ShopGoods(of: shop, market, context)
            content["form"] = CouponForm(form, problem as? InvalidField, desk.funder, at: now, context).view(
                goods.products)
        case .platform:
            content["help"] = context.words(PriceWord.couponsHelpOperator)
            content["back"] = context.words(.operatorDesk)
            content["backHref"] = "/operator"
            content["form"] = CouponForm(form, problem as? InvalidField, desk.funder, at: now, context).view([])
        case .person: content["title"] = context.words(PriceWord.myCoupons)
        }
        if var inner = content["form"] as? View {
            inner["key"] = content["key"]
            content["form"] = inner
        }
        var page = Page(.coupons, context.words(PriceWord.coupons), .me, content)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func coupons(at desk: Desk, _ context: Context) async throws -> [Coupon] {
        switch desk {
        case .shop(let shop): return try await market.coupons.coupons(of: shop, limit: 100)
        case .platform: return try await market.coupons.platformCoupons(limit: 100)
        case .person:
            let person = try context.person().person
            let paid = try await market.coupons.coupons(paidBy: person, limit: 100)
            let mine = try await market.coupons.claimed(by: person).map(\.coupon)
            return paid + mine.filter { coupon in !paid.contains { $0.id == coupon.id } }
        }
    }

    private func row(_ coupon: Coupon, _ desk: Desk, at now: Instant, _ context: Context) -> View {
        let terms = coupon.terms
        let isOver = terms.endsAt <= now
        let state: PriceWord = isOver ? .couponOver : terms.startsAt > now ? .planned : .runs
        let waits = coupon.waitsFor.map { context.words($0.word) }.joined(separator: ", ")
        var isCreator = true
        if case .person = desk { isCreator = terms.creator == (try? context.person().person) }
        let money = context.format.money(Money(coupon.budgetLeft, terms.currency))
        var canEnd = !isOver
        if case .person = desk { canEnd = false }
        return [
            "id": coupon.id.description, "name": terms.name.text(in: context.language),
            "benefit": terms.benefitText(context), "state": context.words(state), "zone": terms.zone,
            "left": context.words(PriceWord.couponLeft, context.format.number(Int(coupon.usesLeft)), money),
            "funding": terms.fundingText(context), "code": maybe(canEnd || isOver ? terms.code : nil),
            "waits": maybe(waits.isEmpty ? nil : context.words(PriceWord.waitsFor, waits)),
            "canAgree": !isOver && isCreator && coupon.waitsFor.contains(desk.funder),
            "needsDecision": desk.funder == .platform, "canEnd": canEnd,
            "start": context.format.time(terms.startsAt), "end": context.format.time(terms.endsAt),
        ]
    }

    private func offer(_ request: Request, _ context: Context) async throws -> Response {
        let desk = try desk(request, context)
        let form = try await Form(request, context)
        do {
            let shop: ShopID? =
                if case .shop(let id) = desk { id } else { form["shop"] == nil ? nil : try form.identifier("shop") }
            // Amounts are typed in the currency of the shop's goods.
            let currency =
                if let shop { try await ShopGoods(of: shop, market, context).currency } else { frame.currency.known }
            let terms = try CouponForm.terms(form, at: shop, currency)
            let decision: DecisionID? = form["decision"] == nil ? nil : try form.identifier("decision")
            let command = try form.command(by: try context.person(), "coupon \(terms)")
            _ = try await OfferCoupons(market).offer(terms, as: desk.funder, decision: decision, command)
        } catch let problem as any Problem where Self.canBeMended(problem) {
            return try await show(problem: problem, form: form, request, context)
        }
        return Frame.redirect(desk.root)
    }

    private func agree(_ request: Request, _ context: Context) async throws -> Response {
        let desk = try desk(request, context)
        let form = try await Form(request, context)
        let coupon: CouponID = try context.identifier("coupon", "coupon")
        do {
            let decision: DecisionID? = form["decision"] == nil ? nil : try form.identifier("decision")
            let command = try form.command(by: try context.person(), "agree \(coupon)")
            _ = try await OfferCoupons(market).agree(to: coupon, as: desk.funder, decision: decision, command)
        } catch let problem as any Problem where Self.canBeMended(problem) {
            return try await show(problem: problem, request, context)
        }
        return Frame.redirect(desk.root)
    }

    private func end(_ request: Request, _ context: Context) async throws -> Response {
        let desk = try desk(request, context)
        let form = try await Form(request, context)
        let coupon: CouponID = try context.identifier("coupon", "coupon")
        _ = try await OfferCoupons(market).end(coupon, try form.command(by: try context.person(), "end \(coupon)"))
        return Frame.redirect(desk.root)
    }

    private static func canBeMended(_ problem: any Problem) -> Bool {
        problem is InvalidField || problem is CouponProblem || problem is DecisionProblem || problem is NotFound
    }
}

extension CouponFunder {
    var word: PriceWord {
        switch self {
        case .shop: .funderShop
        case .platform: .funderPlatform
        case .creator: .funderCreator
        }
    }
}

extension CouponTerms {
    /// Who pays which share: "shop 30 %, platform 70 %".
    fileprivate func fundingText(_ context: Context) -> String {
        let shares: [(CouponFunder, Int64)] = [
            (.shop, funding.shop.value), (.platform, funding.platform.value), (.creator, funding.creator.value),
        ]
        return shares.filter { $0.1 > 0 }.map { funder, points in
            let percent = points % 100 == 0 ? "\(points / 100)" : "\(Double(points) / 100)"
            return "\(context.words(funder.word)) \(percent) %"
        }.joined(separator: ", ")
    }
}
