import HTTP
import Kernel
import Shops
import Store
import Webhooks

/// A shop says where its own programs are told what happens in it.
public struct KeepWebhooks: Sendable {
    private let market: Marketplace
    private var webhooks: Webhooks { market.webhooks }

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// An endpoint together with what signs its messages.
    public struct WithSecret: Sendable {
        /// The endpoint.
        public let endpoint: WebhookEndpoint
        /// Its secret.
        public let secret: String
    }

    /// The endpoints of a shop, oldest first.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func endpoints(of shop: ShopID, by identity: Identity) async throws -> [WebhookEndpoint] {
        try require(identity, shop)
        return try await webhooks.endpoints(of: shop)
    }

    /// What was sent to an endpoint, newest first.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func deliveries(
        to id: WebhookEndpointID, at shop: ShopID, in state: WebhookDelivery.State? = nil,
        after cursor: Webhooks.Cursor? = nil, limit: Int, by identity: Identity
    ) async throws -> [WebhookDelivery] {
        try require(identity, shop)
        _ = try await market.store.read { [webhooks] in try webhooks.endpoint(id, at: shop, in: $0) }
        return try await webhooks.deliveries(to: id, in: state, after: cursor, limit: limit)
    }

    /// Sets an endpoint up.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, ``InvalidField``, ``WebhookProblem``.
    public func add(
        url: String, topics: [String], at shop: ShopID, _ command: Command
    ) async throws -> WithSecret {
        let terms = try terms(url, topics)
        return try await change(at: shop, command) { [market, webhooks] transaction in
            let id = try webhooks.add(terms, for: shop, in: transaction)
            try TrailNote(.webhookAdded, of: id, named: terms.url).keep(
                in: market.shops, by: command.identity, at: shop, in: transaction)
            return id
        }
    }

    /// An endpoint as it is to be.
    public final class Change: Sendable {
        let id: WebhookEndpointID
        let shop: ShopID
        let url: String
        let topics: [String]
        let isPaused: Bool

        /// The endpoint `id` of `shop`, as it is to be.
        public init(of id: WebhookEndpointID, at shop: ShopID, url: String, topics: [String], isPaused: Bool) {
            self.id = id
            self.shop = shop
            self.url = url
            self.topics = topics
            self.isPaused = isPaused
        }
    }

    /// Changes an endpoint, pauses it or starts it again.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, ``InvalidField``.
    public func change(_ change: Change, _ command: Command) async throws -> WebhookEndpoint {
        let terms = try terms(change.url, change.topics)
        return try await self.change(at: change.shop, command) { [self] transaction in
            try apply(change, terms, by: command.identity, in: transaction)
        }.endpoint
    }

    private func apply(
        _ change: Change, _ terms: WebhookTerms, by identity: Identity, in transaction: any Transaction
    ) throws -> WebhookEndpointID {
        let before = try webhooks.endpoint(change.id, at: change.shop, in: transaction)
        try webhooks.change(change.id, at: change.shop, to: terms, isPaused: change.isPaused, in: transaction)
        let after = try webhooks.endpoint(change.id, at: change.shop, in: transaction)
        try TrailNote(.webhookChanged, of: change.id, named: terms.url, Self.changes(before, after)).keep(
            in: market.shops, by: identity, at: change.shop, in: transaction)
        return change.id
    }

    /// Gives an endpoint a new secret.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func renewSecret(of id: WebhookEndpointID, at shop: ShopID, _ command: Command) async throws -> WithSecret {
        try await change(at: shop, command) { [market, webhooks] transaction in
            try webhooks.renewSecret(of: id, at: shop, in: transaction)
            let url = try webhooks.endpoint(id, at: shop, in: transaction).url
            try TrailNote(.webhookSecretRenewed, of: id, named: url).keep(
                in: market.shops, by: command.identity, at: shop, in: transaction)
            return id
        }
    }

    /// Takes an endpoint away.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func remove(_ id: WebhookEndpointID, at shop: ShopID, by identity: Identity) async throws {
        try require(identity, shop)
        try await market.store.write { [market, webhooks] transaction in
            let url = try webhooks.endpoint(id, at: shop, in: transaction).url
            try webhooks.remove(id, at: shop, in: transaction)
            try TrailNote(.webhookRemoved, of: id, named: url).keep(
                in: market.shops, by: identity, at: shop, in: transaction)
        }
    }

    /// Sends a trial message.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func ping(_ id: WebhookEndpointID, at shop: ShopID, _ command: Command) async throws {
        _ = try await change(at: shop, command) { [webhooks] transaction in
            _ = try webhooks.ping(webhooks.endpoint(id, at: shop, in: transaction), in: transaction)
            return id
        }
    }

    /// Sends one delivery once more.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func replay(
        _ delivery: WebhookDeliveryID, to id: WebhookEndpointID, at shop: ShopID, by identity: Identity
    ) async throws {
        try require(identity, shop)
        try await market.store.write { [webhooks] transaction in
            _ = try webhooks.endpoint(id, at: shop, in: transaction)
            try webhooks.replay(delivery, to: id, in: transaction)
        }
    }

    /// Sends once more what failed since a moment.
    ///
    /// - Returns: how many deliveries.
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func replayFailed(
        since time: Instant, to id: WebhookEndpointID, at shop: ShopID, by identity: Identity
    ) async throws -> Int {
        try require(identity, shop)
        return try await market.store.write { [webhooks] transaction in
            _ = try webhooks.endpoint(id, at: shop, in: transaction)
            return try webhooks.replayFailed(since: time, to: id, in: transaction)
        }
    }

    private static func changes(_ before: WebhookEndpoint, _ after: WebhookEndpoint) -> [TrailChange] {
        let fields = [
            ("url", before.url, after.url),
            ("topics", before.topics.joined(separator: " "), after.topics.joined(separator: " ")),
            ("paused", "\(before.isPaused)", "\(after.isPaused)"),
        ]
        return fields.filter { $0.1 != $0.2 }.map { TrailChange($0.0, was: $0.1, now: $0.2) }
    }

    private func terms(_ url: String, _ topics: [String]) throws -> WebhookTerms {
        try WebhookTerms(url: url, topics: topics, mayReachPrivate: webhooks.mayReachPrivate)
    }

    private func require(_ identity: Identity, _ shop: ShopID) throws {
        try identity.require(.integrations, at: shop)
    }

    private func change(
        at shop: ShopID, _ command: Command,
        _ work: @escaping @Sendable (any Transaction) throws -> WebhookEndpointID
    ) async throws -> WithSecret {
        try require(command.identity, shop)
        let now = market.source.now
        return try await market.store.write { [webhooks] transaction in
            // Only the identifier is kept as the answer of a repeated command: a secret has one place.
            let id = try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try work(transaction)
            }
            return WithSecret(
                endpoint: try webhooks.endpoint(id, at: shop, in: transaction),
                secret: try webhooks.secret(of: id, at: shop, in: transaction))
        }
    }
}
