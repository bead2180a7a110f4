import Foundation
import Kernel
import Store

/// What can be wrong with a shop's endpoints.
public enum WebhookProblem: Problem, Equatable {
    /// The shop has as many as it may have.
    case tooMany

    public var details: ProblemDetails {
        switch self {
        case .tooMany:
            ProblemDetails(
                .conflict, "too-many-webhooks",
                "A shop may have \(Webhooks.maximumEndpoints) webhook endpoints. Remove one first.",
                zh: "每个店铺最多 \(Webhooks.maximumEndpoints) 个回调地址，请先删除一个。")
        }
    }
}

/// Where and of what a shop wants to be told, checked.
public struct WebhookTerms: Sendable, Equatable {
    /// Where messages go.
    public let url: String
    /// Of what; at least one of ``Webhooks/topics``, in their order.
    public let topics: [String]

    /// - Throws: ``InvalidField``.
    public init(url: String, topics: [String], mayReachPrivate: Bool = false) throws {
        let url = url.trimmingCharacters(in: .whitespacesAndNewlines)
        let schemes = mayReachPrivate ? ["https", "http"] : ["https"]
        guard url.utf8.count <= 500, let parts = URL(string: url), let host = parts.host(), !host.isEmpty,
            let scheme = parts.scheme?.lowercased(), schemes.contains(scheme), parts.user() == nil,
            parts.password() == nil, parts.fragment() == nil
        else {
            throw InvalidField(
                "url", "must be an https address of at most 500 characters, without a name, password or fragment.",
                zh: "须为 https 地址，不超过 500 个字符，且不含用户名、密码或锚点。")
        }
        let known = Webhooks.topics.filter(topics.contains)
        guard !known.isEmpty, known.count == Set(topics).count else {
            throw InvalidField(
                "topics", "must be some of \(Webhooks.topics.joined(separator: ", ")).",
                zh: "须为以下主题：\(Webhooks.topics.joined(separator: "、"))。")
        }
        self.url = url
        self.topics = known
    }
}

extension Webhooks {
    /// Sets an endpoint up.
    ///
    /// - Returns: the endpoint's identifier; its secret is read by ``secret(of:at:in:)``.
    /// - Throws: ``WebhookProblem/tooMany``.
    public func add(_ terms: WebhookTerms, for shop: ShopID, in transaction: any Transaction) throws
        -> WebhookEndpointID
    {
        let id: WebhookEndpointID = source.identifier()
        let added = try transaction.run(
            """
            INSERT INTO webhook_endpoints (id, shop, url, topics, secret, created_at)
            SELECT \(id), \(shop), \(terms.url), \(terms.topics.joined(separator: " ")), \(newSecret), \(source.now)
            WHERE (SELECT COUNT(*) FROM webhook_endpoints WHERE shop = \(shop)) < \(Self.maximumEndpoints)
            """)
        guard added == 1 else { throw WebhookProblem.tooMany }
        return id
    }

    /// Changes an endpoint. Starting one again makes it well until the next failure.
    ///
    /// - Throws: ``NotFound``.
    public func change(
        _ id: WebhookEndpointID, at shop: ShopID, to terms: WebhookTerms, isPaused: Bool,
        in transaction: any Transaction
    ) throws {
        let changed = try transaction.run(
            """
            UPDATE webhook_endpoints SET url = \(terms.url), topics = \(terms.topics.joined(separator: " ")),
                is_paused = \(isPaused), failing_since = NULL
            WHERE id = \(id) AND shop = \(shop)
            """)
        guard changed == 1 else { throw NotFound("webhook endpoint") }
    }

    /// Gives an endpoint a new secret; the old one signs nothing any more.
    ///
    /// - Throws: ``NotFound``.
    public func renewSecret(of id: WebhookEndpointID, at shop: ShopID, in transaction: any Transaction) throws {
        let changed = try transaction.run(
            "UPDATE webhook_endpoints SET secret = \(newSecret) WHERE id = \(id) AND shop = \(shop)")
        guard changed == 1 else { throw NotFound("webhook endpoint") }
    }

    /// Takes an endpoint away with everything that waits for it.
    ///
    /// - Throws: ``NotFound``.
    public func remove(_ id: WebhookEndpointID, at shop: ShopID, in transaction: any Transaction) throws {
        let removed = try transaction.run("DELETE FROM webhook_endpoints WHERE id = \(id) AND shop = \(shop)")
        guard removed == 1 else { throw NotFound("webhook endpoint") }
        try transaction.send("DELETE FROM webhook_deliveries WHERE endpoint = \(id)")
    }

    /// An endpoint of a shop.
    ///
    /// - Throws: ``NotFound``.
    public func endpoint(
        _ id: WebhookEndpointID, at shop: ShopID, in transaction: any Transaction
    ) throws -> WebhookEndpoint {
        let row = try transaction.row("SELECT * FROM webhook_endpoints WHERE id = \(id) AND shop = \(shop)")
        guard let row else { throw NotFound("webhook endpoint") }
        return try WebhookEndpoint(row)
    }

    /// What signs an endpoint's messages, `whsec_` and base64.
    ///
    /// - Throws: ``NotFound``.
    public func secret(of id: WebhookEndpointID, at shop: ShopID, in transaction: any Transaction) throws -> String {
        let secret: String? = try transaction.value(
            "SELECT secret FROM webhook_endpoints WHERE id = \(id) AND shop = \(shop)")
        guard let secret else { throw NotFound("webhook endpoint") }
        return secret
    }

    /// The endpoints of a shop, oldest first.
    public func endpoints(of shop: ShopID) async throws -> [WebhookEndpoint] {
        try await store.read { transaction in
            try transaction.rows("SELECT * FROM webhook_endpoints WHERE shop = \(shop) ORDER BY created_at, id").map(
                WebhookEndpoint.init)
        }
    }

    private var newSecret: String {
        "whsec_" + Data(([UInt8](hexadecimal: source.secret(bytes: 32)) ?? [])).base64EncodedString()
    }
}

extension WebhookEndpoint {
    init(_ row: SQLRow) throws {
        id = try row.get("id")
        shop = try row.get("shop")
        url = try row.get("url")
        topics = try row.get("topics", as: String.self).split(separator: " ").map(String.init)
        isPaused = try row.get("is_paused")
        failingSince = try row.get("failing_since")
        createdAt = try row.get("created_at")
    }
}
