import HTTP
import Hummingbird
import Kernel
import Webhooks

/// Where a shop wants to be told, and of what.
struct NewWebhookBody: Documented {
    let url: String
    let topics: [String]
    static let example = NewWebhookBody(
        url: "https://erp.example.com/quanyu", topics: ["orders.order_changed", "stock.ran_low"])
}

/// An endpoint as it is to be.
struct WebhookChangeBody: Documented {
    let url: String
    let topics: [String]
    let paused: Bool
    static let example = WebhookChangeBody(
        url: "https://erp.example.com/quanyu", topics: ["orders.order_changed"], paused: false)
}

/// An endpoint.
struct WebhookBody: Documented {
    let id: WebhookEndpointID
    let url: String
    let topics: [String]
    let paused: Bool
    /// Since when no message has been taken.
    let failingSince: Instant?
    let createdAt: Instant
    /// What signs its messages; only in the answer that made it.
    let secret: String?
    static let example = WebhookBody(
        id: Identifier(rawValue: 40), url: "https://erp.example.com/quanyu", topics: ["orders.order_changed"],
        paused: false, failingSince: Instant(milliseconds: 0), createdAt: Instant(milliseconds: 0),
        secret: "whsec_…")
}

/// One message to an endpoint.
struct WebhookDeliveryBody: Documented {
    let id: WebhookDeliveryID
    let topic: String
    let happenedAt: Instant
    let state: String
    let attempts: Int
    let nextAttemptAt: Instant?
    /// How the last attempt ended.
    let answer: String?
    /// The message as it is sent.
    let body: String
    static let example = WebhookDeliveryBody(
        id: Identifier(rawValue: 41), topic: "orders.order_changed", happenedAt: Instant(milliseconds: 0),
        state: "waiting", attempts: 1, nextAttemptAt: Instant(milliseconds: 5_000), answer: "503 Service Unavailable",
        body: #"{"type":"orders.order_changed","timestamp":"…","data":{}}"#)
}

/// From when on.
struct ReplayBody: Documented {
    let since: Instant
    static let example = ReplayBody(since: Instant(milliseconds: 0))
}

/// How many deliveries are sent once more.
struct ReplayedBody: Documented {
    let replayed: Int
    static let example = ReplayedBody(replayed: 12)
}

extension MarketplaceAPI {
    func addShopWebhookRoutes(to api: API) {
        addWebhookEndpointRoutes(to: api)
        addWebhookDeliveryRoutes(to: api)
    }

    private func addWebhookEndpointRoutes(to api: API) {
        api.route(
            .get, "/shops/{shop}/webhooks", "listWebhooks", "Where a shop's own programs are told what happens.",
            access: .person(.shops)
        ) { [market] call in
            let endpoints = try await KeepWebhooks(market).endpoints(
                of: try call.shop, by: try call.context.person())
            return Page(items: endpoints.map { WebhookBody($0) })
        }
        api.route(
            .post, "/shops/{shop}/webhooks", "addWebhook",
            "Sets an endpoint up. Messages are signed by the Standard Webhooks with the secret in this answer.",
            access: .person(.shops), body: NewWebhookBody.self, status: .created
        ) { [market] call in
            WebhookBody(
                try await KeepWebhooks(market).add(
                    url: call.body.url, topics: call.body.topics, at: try call.shop, try call.command))
        }
        api.route(
            .put, "/shops/{shop}/webhooks/{webhook}", "changeWebhook",
            "Changes an endpoint, pauses it or starts it again.", access: .person(.shops), body: WebhookChangeBody.self
        ) { [market] call in
            let change = KeepWebhooks.Change(
                of: try call.webhook, at: try call.shop, url: call.body.url, topics: call.body.topics,
                isPaused: call.body.paused)
            return WebhookBody(try await KeepWebhooks(market).change(change, try call.command))
        }
        api.route(
            .delete, "/shops/{shop}/webhooks/{webhook}", "removeWebhook",
            "Takes an endpoint away with everything that waits for it.", access: .person(.shops)
        ) { [market] call in
            try await KeepWebhooks(market).remove(try call.webhook, at: try call.shop, by: try call.context.person())
            return Nothing()
        }
        api.route(
            .post, "/shops/{shop}/webhooks/{webhook}/secrets", "renewWebhookSecret",
            "Gives an endpoint a new secret; the old one signs nothing any more.", access: .person(.shops),
            status: .created
        ) { [market] call in
            WebhookBody(
                try await KeepWebhooks(market).renewSecret(
                    of: try call.webhook, at: try call.shop, try call.command))
        }
    }

    private func addWebhookDeliveryRoutes(to api: API) {
        let path = "/shops/{shop}/webhooks/{webhook}"
        api.route(
            .post, "\(path)/pings", "pingWebhook", "Sends a trial message.", access: .person(.shops), status: .accepted
        ) { [market] call in
            try await KeepWebhooks(market).ping(try call.webhook, at: try call.shop, try call.command)
            return Nothing()
        }
        api.route(
            .get, "\(path)/deliveries", "listWebhookDeliveries",
            "What was and will be sent to an endpoint, newest first; kept for 30 days.", access: .person(.shops),
            query: [
                QueryParameter("cursor", "what `next` of the page before said"),
                QueryParameter(
                    "state", "keeps to a state", .oneOf(WebhookDelivery.State.allCases.map(\.rawValue))),
            ]
        ) { [market] call in
            let deliveries = try await KeepWebhooks(market).deliveries(
                to: try call.webhook, at: try call.shop, in: try Self.deliveryState(call.request),
                after: try call.request.cursor(), limit: 50, by: try call.context.person())
            let next = deliveries.count == 50 ? deliveries.last.map { Webhooks.Cursor(after: $0).description } : nil
            return Page(items: deliveries.map(WebhookDeliveryBody.init), next: next)
        }
        api.route(
            .post, "\(path)/deliveries/{delivery}/replays", "replayWebhookDelivery",
            "Sends a delivery once more, whatever became of it.", access: .person(.shops)
        ) { [market] call in
            try await KeepWebhooks(market).replay(
                try call.context.identifier("delivery", "webhook delivery", as: WebhookDeliveryKind.self),
                to: try call.webhook, at: try call.shop, by: try call.context.person())
            return Nothing()
        }
        api.route(
            .post, "\(path)/replays", "replayFailedWebhooks", "Sends once more what failed since a moment.",
            access: .person(.shops), body: ReplayBody.self
        ) { [market] call in
            ReplayedBody(
                replayed: try await KeepWebhooks(market).replayFailed(
                    since: call.body.since, to: try call.webhook, at: try call.shop, by: try call.context.person()))
        }
    }

    private static func deliveryState(_ request: Request) throws -> WebhookDelivery.State? {
        guard let text = request.query("state") else { return nil }
        guard let state = WebhookDelivery.State(rawValue: text) else {
            throw InvalidField("state", "is not a state of a delivery.", zh: "投递状态无效。")
        }
        return state
    }
}

extension Call {
    fileprivate var shop: ShopID { get throws { try context.identifier("shop", "shop") } }
    fileprivate var webhook: WebhookEndpointID { get throws { try context.identifier("webhook", "webhook endpoint") } }
}

extension WebhookBody {
    init(_ endpoint: WebhookEndpoint, secret: String? = nil) {
        self.init(
            id: endpoint.id, url: endpoint.url, topics: endpoint.topics, paused: endpoint.isPaused,
            failingSince: endpoint.failingSince, createdAt: endpoint.createdAt, secret: secret)
    }

    init(_ made: KeepWebhooks.WithSecret) { self.init(made.endpoint, secret: made.secret) }
}

extension WebhookDeliveryBody {
    init(_ delivery: WebhookDelivery) {
        self.init(
            id: delivery.id, topic: delivery.topic, happenedAt: delivery.happenedAt, state: delivery.state.rawValue,
            attempts: delivery.attempts, nextAttemptAt: delivery.dueAt, answer: delivery.answer, body: delivery.body)
    }
}
