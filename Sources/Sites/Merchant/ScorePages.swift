import Experience
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Inference
import Kernel

/// A shop's experience score at its desk: what it is, which orders moved it, and appeals.
struct ScorePages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/shop-desk/{shop}/score") { try await show($0, $1) }
        router.get("/shop-desk/{shop}/score.csv") { try await download($0, $1) }
        router.post("/shop-desk/{shop}/score/appeals") { try await appeal($0, $1) }
        router.get("/operator/appeals") { try await waiting($0, $1) }
        router.post("/operator/appeals/{order}/decision") { try await decide($0, $1) }
    }

    // MARK: The shop

    private func show(
        problem: (any Problem)? = nil, _ request: Request, _ context: Context
    ) async throws -> Response {
        let id: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        try identity.require(.see, at: id)
        guard let shop = try await market.shops.shop(id) else { throw NotFound("shop") }
        let scores = KeepScores(market)
        let score = try await scores.score(of: id)
        let influences = try await scores.influences(on: id, for: identity)
        let appeals = try await scores.appeals(of: id, for: identity)
        let mayAppeal = identity.may(.service, at: id)
        var view = ScoreView(score).view(context)
        view["shop"] = shop.name.text(in: context.language)
        view["shopID"] = id.description
        view["csv"] = "/shop-desk/\(id)/score.csv"
        view["message"] = maybe(problem?.sentence(in: context.language))
        view["orders"] = influences.map { ScoreView.order($0, mayAppeal: mayAppeal, context) }
        view["hasOrders"] = !influences.isEmpty
        view["appeals"] = appeals.map { ScoreView.appeal($0, context) }
        view["key"] = market.source.secret(bytes: 8)
        var page = Page(.scoreDesk, context.words(.scoreTitle), .me, view)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func appeal(_ request: Request, _ context: Context) async throws -> Response {
        let identity = try context.person()
        let form = try await Form(request, context)
        let shop: ShopID = try context.identifier("shop", "shop")
        do {
            let order = try form.identifier("order", as: OrderKind.self)
            let command = try form.command(by: identity, "\(request.uri.path) \(order)")
            try await KeepScores(market).appeal(order, of: shop, reason: form["reason"] ?? "", command)
        } catch let problem as any Problem where problem is InvalidField || problem is AppealProblem {
            return try await show(problem: problem, request, context)
        }
        return Frame.redirect("/shop-desk/\(shop)/score")
    }

    private func download(_ request: Request, _ context: Context) async throws -> Response {
        let id: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        let influences = try await KeepScores(market).influences(on: id, for: identity, limit: 2_000)
        let text = ScoreView.csv(try await KeepScores(market).score(of: id), influences)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8", .cacheControl: "private, no-store",
                .contentDisposition: "attachment; filename=\"score.csv\"",
            ], body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    // MARK: The operator

    private func waiting(
        problem: (any Problem)? = nil, _ request: Request, _ context: Context
    ) async throws -> Response {
        let appeals = try await KeepScores(market).waiting(for: try context.person())
        let shops = try await market.shops.shops(Array(Set(appeals.map(\.shop))))
        var page = Page(
            .appeals, context.words(.appealsTitle), .me,
            [
                "message": maybe(problem?.sentence(in: context.language)), "key": market.source.secret(bytes: 8),
                "appeals": appeals.map {
                    var view = ScoreView.appeal($0, context)
                    view["shop"] = shops[$0.shop]?.name.text(in: context.language) ?? "—"
                    return view
                },
            ])
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func decide(_ request: Request, _ context: Context) async throws -> Response {
        let identity = try context.person()
        try identity.requireOperator()
        let form = try await Form(request, context)
        let order: OrderID = try context.identifier("order", "appeal")
        do {
            try await KeepScores(market).decide(
                order, accepts: form["accepts"] == "1", note: form["note"] ?? "",
                try form.command(by: identity, request.uri.path))
        } catch let problem as any Problem where problem is InvalidField || problem is AppealProblem {
            return try await waiting(problem: problem, request, context)
        }
        return Frame.redirect("/operator/appeals")
    }
}

/// A score as pages show it.
struct ScoreView {
    private let score: ShopScore

    init(_ score: ShopScore) { self.score = score }

    func view(_ context: Context) -> View {
        [
            "score": score.total.map { Figures.fixed($0, decimals: 1) } ?? "—", "isKnown": score.isKnown,
            "scoreText": score.total.map {
                context.words(
                    .scoreSentence, Figures.fixed($0, decimals: 1), Figures.fixed(score.average, decimals: 1),
                    context.format.number(score.orders))
            } ?? context.words(.scoreUnknown, "\(ShopScore.leastOrders)", context.format.number(score.orders)),
            "recommend": maybe(
                score.recommendationInterval.map {
                    context.words(
                        .scoreRecommend, Figures.fixed(score.recommendation.score, decimals: 0),
                        Figures.fixed($0.lower, decimals: 0), Figures.fixed($0.upper, decimals: 0)
                    ).replacing("{3}", with: "\(score.recommendation.count)")
                }),
            "parts": score.parts.map { part in
                [
                    "title": part.part.title.text(in: context.language),
                    "weight": Figures.percent(part.part.weight, decimals: 0), "orders": "\(part.orders)",
                    "score": score.isKnown ? Figures.fixed(part.score, decimals: 1) : "—",
                    "plain": part.plain.map { Figures.fixed($0, decimals: 1) } ?? "—",
                    "expected": Figures.fixed(part.expected, decimals: 1),
                ] as View
            },
        ]
    }

    static func order(_ influence: OrderInfluence, mayAppeal: Bool, _ context: Context) -> View {
        [
            "id": influence.order.description, "shortID": "…" + influence.order.description.suffix(8),
            "time": context.format.time(influence.paidAt), "effect": Figures.signed(influence.effect),
            "isBad": influence.effect < 0,
            "reasons": influence.reasons.map { $0.title.text(in: context.language) }.joined(
                separator: context.language == .zh ? "；" : "; "),
            "appeal": maybe(influence.appeal.map { context.words($0.word) }),
            "canAppeal": mayAppeal && influence.appeal == nil && influence.effect < 0,
        ]
    }

    static func appeal(_ appeal: ScoreAppeal, _ context: Context) -> View {
        [
            "id": appeal.order.description, "shortID": "…" + appeal.order.description.suffix(8),
            "reason": appeal.reason, "time": context.format.time(appeal.createdAt),
            "state": context.words(appeal.state.word), "note": maybe(appeal.note.isEmpty ? nil : appeal.note),
        ]
    }

    /// Parts and orders, one a line.
    static func csv(_ score: ShopScore, _ influences: [OrderInfluence]) -> String {
        var csv = CSVWriter(header: [
            "kind", "name", "paid_at", "orders", "score", "plain", "expected", "average", "effect", "reasons", "appeal",
        ])
        for part in score.parts {
            csv.append([
                .text("part"), .text(part.part.rawValue), .empty, .number(part.orders),
                score.isKnown ? .figure(part.score) : .empty, part.plain.map { .figure($0) } ?? .empty,
                .figure(part.expected), .figure(part.average), .empty, .empty, .empty,
            ])
        }
        for influence in influences {
            csv.append([
                .text("order"), .text(influence.order.description), .text(influence.paidAt.rfc3339), .empty, .empty,
                .empty, .empty, .empty, .figure(influence.effect),
                .text(influence.reasons.map(\.rawValue).joined(separator: " ")),
                influence.appeal.map { .text($0.rawValue) } ?? .empty,
            ])
        }
        return csv.text
    }
}

extension AppealState {
    fileprivate var word: ExperienceWord {
        switch self {
        case .open: .appealOpen
        case .accepted: .appealAccepted
        case .refused: .appealRefused
        }
    }
}
