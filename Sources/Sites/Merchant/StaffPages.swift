import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import People
import Shops

/// Who works in a shop, and who did what.
struct StaffPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }
    private static let pageSize = 50

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/shop-desk/{shop}/staff") { try await show($0, $1) }
        router.post("/shop-desk/{shop}/staff") { try await add($0, $1) }
        router.post("/shop-desk/{shop}/staff/{person}") { try await change($0, $1) }
        router.post("/shop-desk/{shop}/staff/{person}/remove") { try await remove($0, $1) }
        router.get("/shop-desk/{shop}/trail") { try await trail($0, $1) }
    }

    // MARK: Staff

    private func show(
        problem: (any Problem)? = nil, form: Form? = nil, _ request: Request, _ context: Context
    ) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let members = try await KeepStaff(market).members(of: shop, by: try context.person())
        let invalid = problem as? InvalidField
        let reason = context.language == .zh ? invalid?.reasonChinese : invalid?.reason
        var page = Page(
            .staff, context.words(.staff), .me,
            [
                "shopID": shop.description, "message": maybe(problem?.sentence(in: context.language)),
                "emailError": maybe(invalid?.field == "email" ? reason : nil), "email": form?["email"] ?? "",
                "key": market.source.secret(bytes: 16),
                "members": members.map { member -> View in
                    [
                        "id": member.person.description, "name": member.name, "email": member.email ?? "",
                        "roles": ShopRole.allCases.map { role -> View in
                            [
                                "value": role.rawValue, "label": context.words(role.word),
                                "isOn": role == member.role,
                            ]
                        },
                    ]
                },
                "parts": ShopRole.allCases.reversed().map { role -> View in
                    let may = ShopPermission.allCases.filter { role.permissions.contains($0) }
                    return [
                        "value": role.rawValue, "label": context.words(role.word),
                        "may": may.map { context.words($0.word) }.joined(separator: ", "),
                    ]
                },
            ])
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func add(_ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        let form = try await Form(request, context)
        do {
            let (email, role) = (try form.required("email"), try Self.role(form))
            try await KeepStaff(market).add(
                email, as: role, at: shop, try form.command(by: identity, "add staff \(shop) \(email) \(role)"))
        } catch let problem as InvalidField {
            return try await show(problem: problem, form: form, request, context)
        }
        return Frame.redirect("/shop-desk/\(shop)/staff")
    }

    private func change(_ request: Request, _ context: Context) async throws -> Response {
        try await alter(request, context) { member, identity, form in
            try await KeepStaff(market).change(member, to: try Self.role(form), Command(by: identity))
        }
    }

    private func remove(_ request: Request, _ context: Context) async throws -> Response {
        try await alter(request, context) { member, identity, _ in
            try await KeepStaff(market).remove(member, Command(by: identity))
        }
    }

    private func alter(
        _ request: Request, _ context: Context, _ work: (KeepStaff.Member, Identity, Form) async throws -> Void
    ) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        let form = try await Form(request, context)
        let member = KeepStaff.Member(try context.identifier("person", "member of the staff"), of: shop)
        do {
            try await work(member, identity, form)
        } catch let problem as any Problem where problem is LastOwner || problem is InvalidField {
            return try await show(problem: problem, request, context)
        }
        return Frame.redirect("/shop-desk/\(shop)/staff")
    }

    private static func role(_ form: Form) throws -> ShopRole {
        guard let role = ShopRole(rawValue: form["role"] ?? "") else {
            throw InvalidField("role", "must be chosen.", zh: "请选择角色。")
        }
        return role
    }

    // MARK: Trail

    private func trail(_ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        try identity.require(.trail, at: shop)
        let filter = Self.filter(request)
        let before = request.query("before").flatMap { Int64($0) }
        let lines = try await ReadTrail(market)(
            of: shop, filter, before: before, limit: Self.pageSize + 1, by: identity)
        let shown = lines.prefix(Self.pageSize)
        let query = ["person", "action", "thing", "from", "until"].compactMap { name in
            request.query(name).map { "\(name)=\($0.queryEscaped)" }
        }.joined(separator: "&")
        let members = try await market.store.read { try People.staff(of: shop, in: $0) }
        let times = ["from", "until"].compactMap { name in
            request.query(name).map { "\(name)=\("\($0)T00:00:00Z".queryEscaped)" }
        }
        let plain = ["person", "action", "thing"].compactMap { name in
            request.query(name).map { "\(name)=\($0.queryEscaped)" }
        }
        let page = Page(
            .trail, context.words(.trail), .me,
            [
                "shopID": shop.description, "thing": request.query("thing") ?? "", "from": request.query("from") ?? "",
                "until": request.query("until") ?? "",
                "csv": "/api/v1/shops/\(shop)/trail?" + (plain + times + ["format=csv"]).joined(separator: "&"),
                "people": members.map { member -> View in
                    let value = member.person.description
                    return ["value": value, "label": member.name, "isOn": request.query("person") == value]
                },
                "actions": TrailAction.allCases.map { action -> View in
                    let isOn = request.query("action") == action.rawValue
                    return ["value": action.rawValue, "label": action.name(in: context.language), "isOn": isOn]
                },
                "entries": shown.map { Self.row($0, context) },
                "following": maybe(
                    lines.count > Self.pageSize
                        ? shown.last.map { "/shop-desk/\(shop)/trail?\(query)&before=\($0.entry.number)" } : nil),
            ])
        return try await frame.show(page, request, context)
    }

    /// What cannot be read is not looked for: a page has nothing better to say.
    private static func filter(_ request: Request) -> Shops.TrailFilter {
        func day(_ name: String) -> Instant? { request.query(name).flatMap { Instant(rfc3339: "\($0)T00:00:00Z") } }
        return Shops.TrailFilter(
            person: request.query("person").flatMap { PersonID($0) },
            action: request.query("action").flatMap { TrailAction(rawValue: $0) }, thing: request.query("thing"),
            from: day("from"), until: day("until"))
    }

    private static func row(_ line: ReadTrail.Line, _ context: Context) -> View {
        [
            "action": line.entry.action.name(in: context.language), "time": context.format.time(line.entry.at),
            "person": line.person, "name": line.entry.name, "thing": line.entry.thing,
            "changes": line.entry.changes.map { change -> View in
                ["field": change.field, "was": change.was ?? "–", "now": change.now ?? "–"]
            },
        ]
    }
}

extension ShopPermission {
    /// What it is called.
    fileprivate var word: GoodsWord {
        switch self {
        case .live: .mayLive
        case .see: .maySee
        case .goods: .mayGoods
        case .prices: .mayPrices
        case .orders: .mayOrders
        case .stock: .mayStock
        case .places: .mayPlaces
        case .integrations: .mayIntegrations
        case .ship: .mayShip
        case .service: .mayService
        case .cases: .mayCases
        case .money: .mayMoney
        case .staff: .mayStaff
        case .trail: .mayTrail
        }
    }
}

extension TrailAction {
    /// What it is called.
    fileprivate func name(in language: Kernel.Language) -> String { language == .zh ? names.zh : names.en }

    private var names: (en: String, zh: String) {
        switch self {
        case .productCreated: ("Product made", "新建商品")
        case .productChanged: ("Product changed", "修改商品")
        case .productListed: ("Put on the shelf", "上架商品")
        case .productUnlisted: ("Taken off the shelf", "下架商品")
        case .productArchived: ("Product archived", "归档商品")
        case .priceOfferOpened: ("Deal opened", "新建优惠价")
        case .priceOfferEnded: ("Deal ended", "结束优惠价")
        case .flashLotOpened: ("Flash lot opened", "新建限时特价")
        case .flashLotEnded: ("Flash lot ended", "结束限时特价")
        case .freightChanged: ("Delivery changed", "修改运费")
        case .taxChanged: ("Tax changed", "修改税率")
        case .goodsRuleSet: ("Rule set", "设置自动规则")
        case .goodsRuleActed: ("Rule acted", "自动规则执行")
        case .goodsRuleEnded: ("Rule ended", "结束自动规则")
        case .commissionSet: ("Commission set", "设置佣金")
        case .commissionReviewed: ("Held commission decided", "佣金审核")
        case .couponOffered: ("Coupon offered", "发放优惠券")
        case .couponAgreed: ("Coupon agreed to", "同意出资")
        case .couponEnded: ("Coupon ended", "结束优惠券")
        case .orderShipped: ("Order shipped", "发货")
        case .orderCancelled: ("Order cancelled", "取消订单")
        case .caseAnswered: ("After-sale answered", "处理售后")
        case .caseRefunded: ("Refund given", "主动退款")
        case .returnReceived: ("Return inspected", "验收退货")
        case .replacementSent: ("Sent again", "换货发出")
        case .payoutRequested: ("Payout asked for", "申请提现")
        case .staffAdded: ("Staff added", "添加店员")
        case .staffChanged: ("Part changed", "更改角色")
        case .staffRemoved: ("Staff removed", "移除店员")
        case .liveScheduled: ("Live session announced", "预告直播")
        case .liveStarted: ("Live session begun", "开始直播")
        case .liveEnded: ("Live session ended", "结束直播")
        case .liveCancelled: ("Live session called off", "取消直播")
        case .livePriceSet: ("Live price set", "设置直播价")
        case .livePriceEnded: ("Live price ended", "结束直播价")
        case .webhookAdded: ("Webhook added", "添加回调")
        case .webhookChanged: ("Webhook changed", "修改回调")
        case .webhookSecretRenewed: ("Webhook secret renewed", "更换回调密钥")
        case .webhookRemoved: ("Webhook removed", "删除回调")
        }
    }
}
