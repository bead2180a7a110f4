import Catalog
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel

/// What a shop lets happen by itself to its goods: what stands, what a new rule would do now, and the form for it.
struct RulePages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/shop-desk/{shop}/rules") { try await show(nil, $0, $1) }
        router.post("/shop-desk/{shop}/rules") { try await set($0, $1) }
        router.post("/shop-desk/{shop}/rules/{rule}/end") { try await end($0, $1) }
    }

    /// What came of a form.
    private struct Answer {
        var problem: (any Problem)?
        var preview: KeepRules.Preview?
        let form: Form
    }

    private func show(_ answer: Answer?, _ request: Request, _ context: Context) async throws -> Response {
        let id: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        let rules = try await KeepRules(market).rules(of: id, by: identity)
        guard let shop = try await market.shops.shop(id) else { throw NotFound("shop") }
        let goods = try await ShopGoods(of: id, market, context)
        let cards = try await market.catalog.cards(Array(Set(rules.map(\.product))))
        let (form, now, zone) = (answer?.form, market.source.now, TimeZoneName.shanghai)
        let preview = answer?.preview.map { sentence($0, context) }
        let isTime = form?["when"] == "time"
        var page = Page(
            .rules, context.words(RuleWord.goodsRules), .me,
            [
                "shop": shop.name.text(in: context.language), "shopID": id.description,
                "message": maybe(answer?.problem?.sentence(in: context.language)), "preview": maybe(preview),
                "mayKeep": identity.may(.goods, at: id), "key": market.source.secret(bytes: 16),
                "hasRules": !rules.isEmpty,
                "rules": rules.map { rule -> View in
                    let card = cards.first { $0.id == rule.product }
                    let name = rule.variant.flatMap { goods.names[$0] } ?? card?.title.text(in: context.language)
                    return row(rule, name ?? "—", context)
                },
                "goods": goods.variants.map { option -> View in
                    option.merging(["isOn": form?["variant"] == option["value"] as? String])
                },
                "isTime": isTime, "isStock": !isTime, "atMost": form?["atMost"] ?? "", "amount": form?["amount"] ?? "",
                "zoneName": form?["zone"] ?? zone.text, "starts": form?["starts"] ?? zone.local(now),
                "ends": form?["ends"] ?? zone.local(now + .days(7)), "variant": form?["variant"] ?? "",
                "when": form?["when"] ?? "stock",
            ])
        if let problem = answer?.problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func row(_ rule: GoodsRule, _ name: String, _ context: Context) -> View {
        var view: View = [
            "id": rule.id.description, "name": name,
            "state": context.words(rule.state == .acting ? RuleWord.ruleActing : .ruleWaiting),
            "was": maybe(rule.before.map { context.words(.ruleWas, context.format.money($0.amount)) }),
            "refusal": maybe(rule.refusal.isEmpty ? nil : context.words(.ruleRefused, rule.refusal)),
        ]
        switch rule.condition {
        case .stock(let atMost): view["condition"] = context.words(.ruleStock, String(atMost))
        case .time(let from, let until):
            let zone = TimeZoneName.shanghai
            view["condition"] = context.words(
                .ruleTime, zone.local(from).replacing("T", with: " "), zone.local(until).replacing("T", with: " "))
        }
        switch rule.effect {
        case .price(let price): view["effect"] = context.words(.rulePrices, context.format.money(price))
        case .unlist: view["effect"] = context.words(RuleWord.ruleUnlists)
        }
        return view
    }

    private func sentence(_ preview: KeepRules.Preview, _ context: Context) -> String {
        switch preview {
        case .waits(let units): context.words(.wouldWait, String(units))
        case .unlists(let units): context.words(.wouldUnlist, String(units))
        case .prices(let from, let to, _):
            context.words(.wouldPrice, context.format.money(from), context.format.money(to))
        case .refused(let reason, let chinese):
            context.words(.wouldBeRefused, context.language == .zh ? chinese : reason)
        }
    }

    /// Shows what it would do, or sets it; the button says which.
    private func set(_ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        try identity.require(.goods, at: shop)
        let form = try await Form(request, context)
        do {
            let wish = try await wish(form)
            guard form["confirmed"] == "1" else {
                let preview = try await KeepRules(market).preview(wish, at: shop, by: identity)
                return try await show(Answer(preview: preview, form: form), request, context)
            }
            let names = ["variant", "when", "atMost", "amount", "zone", "starts", "ends"]
            let what = "rule " + names.map { form[$0] ?? "" }.joined(separator: " ")
            _ = try await KeepRules(market).set(wish, at: shop, try form.command(by: identity, what))
        } catch let problem as any Problem where problem is InvalidField || problem is GoodsRuleProblem {
            return try await show(Answer(problem: problem, form: form), request, context)
        }
        return Frame.redirect("/shop-desk/\(shop)/rules")
    }

    private func wish(_ form: Form) async throws -> KeepRules.Wish {
        let variant: VariantID = try form.identifier("variant")
        let now = market.source.now
        let found = try await market.store.read { try Catalog.variants([variant], at: now, in: $0)[variant] }
        guard let found, let price = found.price else { throw NotFound("variant") }
        var condition = GoodsRule.Condition.stock(atMost: 0)
        if form["when"] == "time" {
            let zone = try TimeZoneName(try form.required("zone"))
            condition = .time(from: try form.time("starts", in: zone), until: try form.time("ends", in: zone))
        } else {
            guard let units = try form.number("atMost") else {
                throw InvalidField("atMost", "must not be empty.", zh: "不能为空。")
            }
            condition = .stock(atMost: units)
        }
        return KeepRules.Wish(
            of: found.product, variant, while: condition, amount: try form.amount("amount", price.amount.currency))
    }

    private func end(_ request: Request, _ context: Context) async throws -> Response {
        let identity = try context.person()
        let form = try await Form(request, context)
        let shop: ShopID = try context.identifier("shop", "shop")
        do {
            try await KeepRules(market).end(
                try context.identifier("rule", "rule"), of: shop, try form.command(by: identity, "end"))
        } catch let problem as InvalidField {
            return try await show(Answer(problem: problem, form: form), request, context)
        }
        return Frame.redirect("/shop-desk/\(shop)/rules")
    }
}
