import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Webhooks

/// Where a shop's own programs are told what happens, and what became of each message.
struct WebhookPages: Sendable {
    private static let pageSize = 30
    private let frame: Frame
    private var market: Marketplace { frame.market }
    private var flow: KeepWebhooks { KeepWebhooks(market) }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/shop-desk/{shop}/webhooks") { try await list($0, $1) }
        router.post("/shop-desk/{shop}/webhooks") { try await add($0, $1) }
        router.get("/shop-desk/{shop}/webhooks/{webhook}") { try await show($0, $1) }
        router.post("/shop-desk/{shop}/webhooks/{webhook}") { try await change($0, $1) }
        router.post("/shop-desk/{shop}/webhooks/{webhook}/replays") { try await replay($0, $1) }
    }

    // MARK: All endpoints

    private func list(
        problem: (any Problem)? = nil, form: Form? = nil, _ request: Request, _ context: Context
    ) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let endpoints = try await flow.endpoints(of: shop, by: try context.person())
        var page = Page(
            .webhooks, context.words(WebhookWord.webhooks), .me,
            [
                "shop": try await name(of: shop, context), "shopID": shop.description,
                "message": maybe(problem?.sentence(in: context.language)), "secret": maybe(nil as String?),
                "endpoints": endpoints.map { row($0, context) }, "typed": form?["url"] ?? "",
                "choices": choices(context) { form?[$0] != nil || form == nil },
                "key": market.source.secret(bytes: 16),
            ])
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func row(_ endpoint: WebhookEndpoint, _ context: Context) -> View {
        [
            "id": endpoint.id.description, "url": endpoint.url, "state": state(endpoint, context),
            "topics": endpoint.topics.map { self.name(of: $0, context) }.joined(separator: " · "),
        ]
    }

    private func add(_ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let form = try await Form(request, context)
        let (url, topics) = (form["url"] ?? "", topics(form))
        do {
            let command = try form.command(by: try context.person(), "webhook \(shop) \(url) \(topics)")
            let made = try await flow.add(url: url, topics: topics, at: shop, command)
            return try await show(made.endpoint, secret: made.secret, request, context)
        } catch let problem as any Problem where problem is InvalidField || problem is WebhookProblem {
            return try await list(problem: problem, form: form, request, context)
        }
    }

    // MARK: One endpoint

    private func show(_ request: Request, _ context: Context) async throws -> Response {
        try await show(try await endpoint(context), request, context)
    }

    private func endpoint(_ context: Context) async throws -> WebhookEndpoint {
        let shop: ShopID = try context.identifier("shop", "shop")
        let id: WebhookEndpointID = try context.identifier("webhook", "webhook endpoint")
        let all = try await flow.endpoints(of: shop, by: try context.person())
        guard let endpoint = all.first(where: { $0.id == id }) else { throw NotFound("webhook endpoint") }
        return endpoint
    }

    private func show(
        _ endpoint: WebhookEndpoint, secret: String? = nil, problem: (any Problem)? = nil, form: Form? = nil,
        _ request: Request, _ context: Context
    ) async throws -> Response {
        let cursor = request.query("after").flatMap { Webhooks.Cursor($0) }
        let identity = try context.person()
        let found = try await flow.deliveries(
            to: endpoint.id, at: endpoint.shop, after: cursor, limit: Self.pageSize + 1, by: identity)
        let failed = try await flow.deliveries(
            to: endpoint.id, at: endpoint.shop, in: .failed, limit: 1, by: identity)
        let shown = found.prefix(Self.pageSize)
        let path = "/shop-desk/\(endpoint.shop)/webhooks/\(endpoint.id)"
        let following =
            found.count > Self.pageSize ? shown.last.map { "\(path)?after=\(Webhooks.Cursor(after: $0))" } : nil
        var page = Page(
            .webhook, context.words(WebhookWord.webhooks), .me,
            [
                "shop": try await name(of: endpoint.shop, context), "shopID": endpoint.shop.description,
                "id": endpoint.id.description, "url": endpoint.url, "state": state(endpoint, context),
                "message": maybe(problem?.sentence(in: context.language)), "secret": maybe(secret),
                "isPaused": endpoint.isPaused, "typed": form?["url"] ?? endpoint.url,
                "choices": choices(context) { form == nil ? endpoint.topics.contains($0) : form?[$0] != nil },
                "key": market.source.secret(bytes: 16), "hasFailed": !failed.isEmpty, "following": maybe(following),
                "deliveries": shown.map { delivery($0, context) },
            ])
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func delivery(_ delivery: WebhookDelivery, _ context: Context) -> View {
        let state: WebhookWord =
            switch delivery.state {
            case .waiting: .deliveryWaiting
            case .delivered: .deliveryDelivered
            case .failed: .deliveryFailed
            }
        let next = delivery.dueAt.flatMap { context.format.time($0)["text"] as? String }
        return [
            "delivery": delivery.id.description, "name": name(of: delivery.topic, context),
            "time": context.format.time(delivery.happenedAt), "state": context.words(state), "body": delivery.body,
            "attempts": context.words(WebhookWord.attemptsMade, String(delivery.attempts)),
            "next": maybe(next.map { context.words(WebhookWord.nextAttempt, $0) }), "answer": maybe(delivery.answer),
        ]
    }

    private func change(_ request: Request, _ context: Context) async throws -> Response {
        let endpoint = try await endpoint(context)
        let (id, shop) = (endpoint.id, endpoint.shop)
        let form = try await Form(request, context)
        let action = form["action"] ?? "save"
        let command = try form.command(by: try context.person(), "webhook \(id) \(action)")
        do {
            switch action {
            case "ping": try await flow.ping(id, at: shop, command)
            case "secret":
                let renewed = try await flow.renewSecret(of: id, at: shop, command)
                return try await show(renewed.endpoint, secret: renewed.secret, request, context)
            case "remove":
                try await flow.remove(id, at: shop, by: command.identity)
                return Frame.redirect("/shop-desk/\(shop)/webhooks")
            default:
                let change = KeepWebhooks.Change(
                    of: id, at: shop, url: form["url"] ?? "", topics: topics(form),
                    isPaused: action == "pause" || action == "paused")
                _ = try await flow.change(change, command)
            }
        } catch let problem as InvalidField {
            return try await show(endpoint, problem: problem, form: form, request, context)
        }
        return Frame.redirect("/shop-desk/\(shop)/webhooks/\(id)")
    }

    private func replay(_ request: Request, _ context: Context) async throws -> Response {
        let endpoint = try await endpoint(context)
        let form = try await Form(request, context)
        let identity = try context.person()
        if form["delivery"] != nil {
            try await flow.replay(
                try form.identifier("delivery"), to: endpoint.id, at: endpoint.shop, by: identity)
        } else {
            _ = try await flow.replayFailed(
                since: market.source.now - Webhooks.keptFor, to: endpoint.id, at: endpoint.shop, by: identity)
        }
        return Frame.redirect("/shop-desk/\(endpoint.shop)/webhooks/\(endpoint.id)")
    }

    // MARK: Words

    private func name(of shop: ShopID, _ context: Context) async throws -> String {
        try await market.shops.shop(shop)?.name.text(in: context.language) ?? "—"
    }

    private func state(_ endpoint: WebhookEndpoint, _ context: Context) -> String {
        if endpoint.isPaused { return context.words(WebhookWord.webhookPaused) }
        guard let since = endpoint.failingSince.flatMap({ context.format.time($0)["text"] as? String }) else {
            return context.words(WebhookWord.webhookWell)
        }
        return context.words(WebhookWord.webhookFailing, since)
    }

    private func topics(_ form: Form) -> [String] { Webhooks.topics.filter { form[$0] != nil } }

    private func choices(_ context: Context, _ isOn: (String) -> Bool) -> [View] {
        Webhooks.topics.map { ["topic": $0, "name": name(of: $0, context), "isOn": isOn($0)] }
    }

    private func name(of topic: String, _ context: Context) -> String {
        let word: WebhookWord =
            switch topic {
            case "orders.order_changed": .topicOrder
            case "orders.message_sent": .topicMessage
            case "warehouse.parcel_shipped": .topicParcel
            case "after_sales.case_changed": .topicCase
            case "stock.ran_low": .topicStock
            case "catalog.product_changed": .topicProduct
            default: .topicPing
            }
        return context.words(word)
    }
}
