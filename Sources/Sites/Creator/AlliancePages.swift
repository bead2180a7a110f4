import Alliance
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel

/// A creator's side of the alliance: what was earned and why, what can be promoted, and the links that lead to it.
struct AlliancePages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }
    private static let pageSize = 30

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/me/alliance") { try await show($0, $1) }
        router.get("/me/alliance/plans") { try await plans($0, $1) }
        router.post("/me/alliance/links") { try await makeLink($0, $1) }
        router.get("/go/{link}") { try await follow($0, $1) }
    }

    private func show(_ request: Request, _ context: Context) async throws -> Response {
        let person = try context.person().person
        let days = DayPeriod(request, last: 30, until: market.source.now)
        var content: View = ["from": days.from, "until": days.until]
        var problem: InvalidField?
        do {
            let period = try days.period
            let filter = CommissionFilter(.creator(person), from: period.lowerBound, until: period.upperBound)
            content.merge(try await commissions(of: person, filter, days, request, context))
        } catch let error as InvalidField {
            problem = error
            content["message"] = error.sentence(in: context.language)
        }
        var page = Page(.alliance, context.words(.alliance), .me, content)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func commissions(
        of creator: PersonID, _ filter: CommissionFilter, _ days: DayPeriod, _ request: Request, _ context: Context
    ) async throws -> View {
        let explain = ExplainCommissions(market)
        let cursor = request.query("after").flatMap { Alliance.Cursor($0) }
        let lines = try await explain(filter, after: cursor, limit: Self.pageSize + 1)
        let shown = Array(lines.prefix(Self.pageSize))
        let cards = try await market.catalog.cards(Array(Set(shown.map(\.line.product))))
        let totals = try await CommissionTotals(market).states(of: creator, from: filter.from, until: filter.until)
        let view = CommissionView(context: context)
        let following =
            lines.count > Self.pageSize
            ? shown.last.map { "/me/alliance?\(days.query)&after=\(Alliance.Cursor(after: $0.line))" } : nil
        let csv = try days.period
        return [
            "totals": view.totals(totals), "hasTotals": !totals.isEmpty,
            "lines": shown.map { explained in
                let card = cards.first { $0.id == explained.line.product }
                return view.line(explained, titled: card?.title.text(in: context.language) ?? "—")
            }, "following": maybe(following),
            "csv": "/api/v1/me/commissions?format=csv&from=\(csv.lowerBound.rfc3339.queryEscaped)"
                + "&until=\(csv.upperBound.rfc3339.queryEscaped)",
        ]
    }

    private func plans(_ request: Request, _ context: Context) async throws -> Response {
        let identity = try context.person()
        let cursor = request.query("after").flatMap { Alliance.PlanCursor($0) }
        let page = try await OfferPlans(market).open(to: identity.person, after: cursor, limit: Self.pageSize)
        let view = CommissionView(context: context)
        let mayMake = identity.roles.contains(.creator)
        return try await frame.show(
            Page(
                .openPlans, context.words(.openPlans), .me,
                [
                    "mayMake": mayMake, "hasOffers": !page.offers.isEmpty,
                    "following": maybe(page.next.map { "/me/alliance/plans?after=\($0)" }),
                    "offers": page.offers.map { offer -> View in
                        [
                            "id": offer.plan.product.description, "title": offer.card.title.text(in: context.language),
                            "image": maybe(offer.card.image.map { "/media/\($0)" }),
                            "rate": context.words(.ratePercent, view.percent(offer.plan.rate)),
                            "each": maybe(
                                offer.commission.map { context.words(.perUnit, context.format.money($0)) }),
                            "link": maybe(offer.link.map { address(of: $0, request) }),
                            "canMake": mayMake && offer.link == nil, "after": request.query("after") ?? "",
                        ]
                    },
                ]), request, context)
    }

    /// The link as it is shared, with the host under which this page was asked for.
    private func address(of link: PromotionLinkID, _ request: Request) -> String {
        let scheme = frame.cookies.isSecure ? "https" : "http"
        return request.head.authority.map { "\(scheme)://\($0)/go/\(link)" } ?? "/go/\(link)"
    }

    private func makeLink(_ request: Request, _ context: Context) async throws -> Response {
        let identity = try context.person()
        guard identity.roles.contains(.creator) else { throw Forbidden("the role creator") }
        let form = try await Form(request, context)
        let product: ProductID = try form.identifier("product")
        guard try await market.catalog.product(product) != nil else { throw NotFound("product") }
        try await market.store.write { [market] in
            _ = try market.alliance.link(of: identity.person, to: product, in: $0)
        }
        let after = form["after"].flatMap { Alliance.PlanCursor($0) }.map { "?after=\($0)" } ?? ""
        return Frame.redirect("/me/alliance/plans\(after)#\(product)")
    }

    /// Keeps the touch and leads to the product. A browser that only looks ahead has not followed anything.
    private func follow(_ request: Request, _ context: Context) async throws -> Response {
        let link: PromotionLinkID = try context.identifier("link", "promotion link")
        let person = try context.anybody().person
        let isAhead = ["Sec-Purpose", "Purpose"].compactMap { HTTPField.Name($0) }
            .contains { request.headers[$0]?.contains("prefetch") == true }
        let found = try await market.store.write { [market] transaction in
            isAhead
                ? try Alliance.link(link, in: transaction)
                : try market.alliance.follow(link, by: person, in: transaction)
        }
        return Frame.redirect("/products/\(found.product)")
    }
}
