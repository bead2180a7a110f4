import Catalog
import Flows
import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Stock

/// A shop's flash lots: what runs, what comes, and the form for the next one.
struct FlashLotPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/shop-desk/{shop}/flash-lots") { try await show($0, $1) }
        router.post("/shop-desk/{shop}/flash-lots") { try await open($0, $1) }
        router.post("/shop-desk/{shop}/flash-lots/{lot}/end") { try await end($0, $1) }
    }

    private func show(
        problem: (any Problem)? = nil, form: Form? = nil, _ request: Request, _ context: Context
    ) async throws -> Response {
        let id: ShopID = try context.identifier("shop", "shop")
        try context.person().require(.see, at: id)
        guard let shop = try await market.shops.shop(id) else { throw NotFound("shop") }
        let lots = try await market.stock.lots(of: id, limit: 50)
        let goods = try await ShopGoods(of: id, market, context)
        let now = market.source.now
        var page = Page(
            .flashLots, context.words(.flashLots), .me,
            [
                "shop": shop.name.text(in: context.language), "shopID": id.description,
                "message": maybe(problem?.sentence(in: context.language)),
                "lots": lots.map { row($0, goods.names[$0.variant], at: now, context) },
                "goods": goods.variants.map { option in
                    var option = option
                    option["isOn"] = form?["variant"] == option["value"] as? String
                    return option
                },
                "amount": form?["amount"] ?? "", "total": form?["total"] ?? "", "limit": form?["limit"] ?? "1",
                "starts": form?["starts"] ?? Self.field(now), "ends": form?["ends"] ?? Self.field(now + .days(1)),
            ])
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func row(_ lot: FlashLot, _ name: String?, at now: Instant, _ context: Context) -> View {
        let state: DeskWord =
            lot.endsAt <= now ? .flashOver : lot.startsAt > now ? .flashPlanned : .flashRunning
        return [
            "id": lot.id.description, "name": name ?? "…" + lot.variant.description.suffix(8),
            "price": context.format.money(lot.price), "state": context.words(state),
            "isRunning": state == .flashRunning,
            "left": context.words(.flashLeft, String(lot.remaining)), "total": String(lot.total),
            "limit": context.words(.flashLimit, String(lot.buyerLimit)), "start": context.format.time(lot.startsAt),
            "end": context.format.time(lot.endsAt), "canEnd": lot.endsAt > now,
        ]
    }

    private func open(_ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        let form = try await Form(request, context)
        do {
            let variant: VariantID = try form.identifier("variant")
            guard
                let found = try await market.store.read({ [now = market.source.now] in
                    try Catalog.variants([variant], at: now, in: $0)[variant]
                }), let price = found.price
            else { throw NotFound("variant") }
            let terms = OpenFlashLot.Terms(
                amount: try Self.amount(try form.required("amount"), price.amount.currency),
                total: try form.number("total") ?? 0, buyerLimit: try form.number("limit") ?? 0,
                startsAt: try Self.time(form, "starts"), endsAt: try Self.time(form, "ends"))
            _ = try await OpenFlashLot(market)(variant, at: shop, by: identity, terms: terms)
        } catch let problem as any Problem where problem is InvalidField || problem is FlashLotProblem {
            return try await show(problem: problem, form: form, request, context)
        }
        return Frame.redirect("/shop-desk/\(shop)/flash-lots")
    }

    private func end(_ request: Request, _ context: Context) async throws -> Response {
        _ = try await Form(request, context)
        let shop: ShopID = try context.identifier("shop", "shop")
        try await OpenFlashLot(market).end(
            try context.identifier("lot", "flash lot"), of: shop, by: try context.person())
        return Frame.redirect("/shop-desk/\(shop)/flash-lots")
    }

    /// What a person types as an amount ("39" or "39.90") in minor units.
    private static func amount(_ text: String, _ currency: Currency) throws -> Int64 {
        guard let amount = Money(typed: text, currency)?.amount else {
            throw InvalidField("amount", "must be an amount like 39.90.", zh: "请输入金额，如 39.90。")
        }
        return amount
    }

    /// The value of a date and time field, taken as UTC.
    private static func time(_ form: Form, _ name: String) throws -> Instant {
        let text = try form.required(name)
        guard let time = Instant(rfc3339: text.count == 16 ? text + ":00Z" : text + "Z") else {
            throw InvalidField(name, "must be a date and time.", zh: "请输入日期和时间。")
        }
        return time
    }

    private static func field(_ instant: Instant) -> String { String(instant.rfc3339.prefix(16)) }
}
