import Foundation
import Journal
import Kernel
import Store

extension Webhooks {
    /// Pauses after the first attempt and those that follow; together three days and a half.
    static let pauses: [Duration] =
        [.seconds(5), .seconds(30), .minutes(2), .minutes(10), .minutes(30), .hours(1), .hours(2), .hours(4)]
        + Array(repeating: .hours(8), count: 10)
    /// How long one attempt keeps others from trying the same.
    private static let lease = Duration.seconds(60)

    /// Which deliveries of an endpoint to show.
    public struct Cursor: Sendable, LosslessStringConvertible {
        let time: Instant
        let id: WebhookDeliveryID

        /// After a delivery in the list.
        public init(after delivery: WebhookDelivery) { (time, id) = (delivery.happenedAt, delivery.id) }

        /// Reads ``description``.
        public init?(_ text: String) {
            let parts = text.split(separator: "~")
            guard parts.count == 2, let milliseconds = Int64(parts[0]), let id = WebhookDeliveryID(parts[1]) else {
                return nil
            }
            (time, self.id) = (Instant(milliseconds: milliseconds), id)
        }

        public var description: String { "\(time.milliseconds)~\(id)" }
    }

    /// Deliveries to an endpoint, newest first.
    public func deliveries(
        to endpoint: WebhookEndpointID, in state: WebhookDelivery.State? = nil, after cursor: Cursor? = nil, limit: Int
    ) async throws -> [WebhookDelivery] {
        let inState: SQL = state.map { "AND state = \($0.rawValue)" } ?? ""
        let following: SQL =
            cursor.map {
                "AND (happened_at < \($0.time) OR (happened_at = \($0.time) AND id < \($0.id)))"
            } ?? ""
        return try await store.read { transaction in
            try transaction.rows(
                """
                SELECT * FROM webhook_deliveries WHERE endpoint = \(endpoint) \(inState) \(following)
                ORDER BY happened_at DESC, id DESC LIMIT \(limit)
                """
            ).map(WebhookDelivery.init)
        }
    }

    /// Sends a delivery once more, whatever became of it before.
    ///
    /// - Throws: ``NotFound``.
    public func replay(
        _ id: WebhookDeliveryID, to endpoint: WebhookEndpointID, in transaction: any Transaction
    ) throws {
        let changed = try transaction.run(
            """
            UPDATE webhook_deliveries SET state = 'waiting', due_at = \(source.now), attempts = 0
            WHERE id = \(id) AND endpoint = \(endpoint)
            """)
        guard changed == 1 else { throw NotFound("webhook delivery") }
    }

    /// Sends all that failed since a moment once more.
    ///
    /// - Returns: how many.
    public func replayFailed(
        since time: Instant, to endpoint: WebhookEndpointID, in transaction: any Transaction
    ) throws -> Int {
        try transaction.run(
            """
            UPDATE webhook_deliveries SET state = 'waiting', due_at = \(source.now), attempts = 0
            WHERE endpoint = \(endpoint) AND state = 'failed' AND happened_at >= \(time)
            """)
    }

    /// Queues a message that says nothing, to see whether it arrives.
    public func ping(_ endpoint: WebhookEndpoint, in transaction: any Transaction) throws -> WebhookDeliveryID {
        let id: WebhookDeliveryID = source.identifier()
        try insert(
            id, to: endpoint, Self.pingTopic, data: #"{"shop":"\#(endpoint.shop)"}"#, at: source.now, in: transaction)
        return id
    }

    /// Queues what facts say for the endpoints of their shops.
    func queue(_ facts: [Fact], in transaction: any Transaction) throws {
        guard try transaction.row("SELECT 1 FROM webhook_endpoints LIMIT 1") != nil else { return }
        let decoder = JSONDecoder()
        let ofShops = facts.compactMap { fact in
            (try? decoder.decode(OfShop.self, from: Data(fact.payload.utf8)).shop).map { (fact, $0) }
        }
        let shops = Set(ofShops.map(\.1)).sorted()
        let endpoints = Dictionary(
            grouping: try transaction.rows("SELECT * FROM webhook_endpoints WHERE shop IN \(list: shops)").map(
                WebhookEndpoint.init), by: \.shop)
        for (fact, shop) in ofShops {
            for endpoint in endpoints[shop] ?? []
            where endpoint.topics.contains(fact.topic) && endpoint.createdAt <= fact.at {
                try insert(
                    source.identifier(), to: endpoint, fact.topic, data: fact.payload, at: fact.at, in: transaction)
            }
        }
    }

    private struct OfShop: Decodable { let shop: ShopID }

    private func insert(
        _ id: WebhookDeliveryID, to endpoint: WebhookEndpoint, _ topic: String, data: String, at time: Instant,
        in transaction: any Transaction
    ) throws {
        let body = #"{"type":"\#(topic)","timestamp":"\#(time.rfc3339)","data":\#(data)}"#
        // What happens during a pause is kept as failed, so that it can be replayed.
        let isWaiting = !endpoint.isPaused
        try transaction.send(
            """
            INSERT INTO webhook_deliveries (id, endpoint, topic, body, happened_at, due_at, state)
            VALUES (\(id), \(endpoint.id), \(topic), \(body), \(time), \(isWaiting ? source.now : nil),
                \(isWaiting ? "waiting" : "failed"))
            """)
    }

    /// Sends what is due.
    ///
    /// - Returns: how many attempts were made.
    @discardableResult
    public func sendDue() async throws -> Int {
        let due = try await claim(limit: 50)
        await withTaskGroup { group in
            for attempt in due { group.addTask { try? await self.send(attempt) } }
        }
        return due.count
    }

    private struct Attempt: Sendable {
        let delivery: WebhookDelivery
        let url: String
        let secret: String
    }

    /// Takes deliveries so that no other node sends them meanwhile; one whose node dies is due again a minute later.
    private func claim(limit: Int) async throws -> [Attempt] {
        let now = source.now
        let isDue = try await store.read {
            try $0.row("SELECT 1 FROM webhook_deliveries WHERE due_at IS NOT NULL AND due_at <= \(now) LIMIT 1") != nil
        }
        guard isDue else { return [] }
        return try await store.write { transaction in
            let rows = try transaction.rows(
                """
                SELECT d.*, e.url, e.secret FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint
                WHERE d.due_at IS NOT NULL AND d.due_at <= \(now) ORDER BY d.due_at LIMIT \(limit)
                """)
            return try rows.map { row in
                let attempt = Attempt(
                    delivery: try WebhookDelivery(row), url: try row.get("url"), secret: try row.get("secret"))
                try transaction.send(
                    "UPDATE webhook_deliveries SET due_at = \(now + Self.lease) WHERE id = \(attempt.delivery.id)")
                return attempt
            }
        }
    }

    private func send(_ attempt: Attempt) async throws {
        let signature = try WebhookSignature(
            attempt.delivery.body, id: attempt.delivery.id.description, secret: attempt.secret, at: source.now)
        let outcome = await sender.send(attempt.delivery.body, to: attempt.url, signature)
        try await store.write { [self] in try settle(attempt.delivery, outcome, in: $0) }
    }

    /// Writes down how an attempt ended.
    func settle(
        _ delivery: WebhookDelivery, _ outcome: WebhookSender.Outcome, in transaction: any Transaction
    ) throws {
        let attempts = delivery.attempts + 1
        let next = outcome.wasTaken || attempts > Self.pauses.count ? nil : source.now + Self.pauses[attempts - 1]
        let state: WebhookDelivery.State = outcome.wasTaken ? .delivered : next == nil ? .failed : .waiting
        try transaction.send(
            """
            UPDATE webhook_deliveries SET attempts = \(attempts), due_at = \(next), state = \(state.rawValue),
                answer = \(outcome.text) WHERE id = \(delivery.id)
            """)
        try transaction.send(
            outcome.wasTaken
                ? "UPDATE webhook_endpoints SET failing_since = NULL WHERE id = \(delivery.endpoint)"
                : """
                UPDATE webhook_endpoints SET failing_since = COALESCE(failing_since, \(source.now))
                WHERE id = \(delivery.endpoint)
                """)
    }
}

extension WebhookDelivery {
    init(_ row: SQLRow) throws {
        id = try row.get("id")
        endpoint = try row.get("endpoint")
        topic = try row.get("topic")
        body = try row.get("body")
        happenedAt = try row.get("happened_at")
        attempts = try row.get("attempts")
        dueAt = try row.get("due_at")
        state = try row.get("state")
        answer = try row.get("answer")
    }
}
