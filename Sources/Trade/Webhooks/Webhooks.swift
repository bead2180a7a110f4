import AsyncHTTPClient
import Journal
import Kernel
import Store

/// Tells a shop's own programs what happens in it: signed, again until it is taken, and once more when asked.
///
/// Messages follow the Standard Webhooks (https://www.standardwebhooks.com): the number of a message stays the same over
/// all attempts, so whoever receives it can tell that it came before. They may arrive in another order than things happened.
public final class Webhooks: Sendable {
    /// What an endpoint may ask for: the journal's topics about one shop.
    public static let topics = [
        "orders.order_changed", "orders.message_sent", "warehouse.parcel_shipped", "after_sales.case_changed",
        "stock.ran_low", "catalog.product_changed",
    ]
    /// What a trial message is about.
    public static let pingTopic = "webhooks.ping"
    /// Endpoints that a shop may have.
    public static let maximumEndpoints = 10
    /// How long deliveries are kept, and can be replayed.
    public static let keptFor = Duration.days(30)

    let store: any Store
    let source: Source
    let sender: WebhookSender
    /// Whether messages may go to addresses of this machine's own networks.
    public var mayReachPrivate: Bool { sender.mayReachPrivate }

    /// The room on a store.
    ///
    /// - Parameter mayReachPrivate: whether messages may go to addresses of this machine's own networks, for trials.
    public init(store: any Store, source: Source, mayReachPrivate: Bool = false) {
        self.store = store
        self.source = source
        sender = WebhookSender(mayReachPrivate: mayReachPrivate)
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "webhooks", number: 1, file: PackageResources._001_webhooks_sql)
    ]

    /// Turns facts into deliveries.
    public var follower: Subscription {
        Subscription(name: "webhooks", topics: Self.topics) { [self] facts, transaction in
            try queue(facts, in: transaction)
        }
    }

    /// Sends what is due, once a second, until cancelled.
    public func run() async {
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            _ = try? await sendDue()
        }
    }

    /// Forgets deliveries older than ``keptFor``.
    ///
    /// - Returns: how many there were.
    @discardableResult
    public func sweep() async throws -> Int {
        let limit = source.now - Self.keptFor
        return try await store.write { try $0.run("DELETE FROM webhook_deliveries WHERE happened_at < \(limit)") }
    }
}

/// Where a shop wants to be told, and of what.
public struct WebhookEndpoint: Sendable, Equatable {
    /// The endpoint.
    public let id: WebhookEndpointID
    /// The shop.
    public let shop: ShopID
    /// Where messages go.
    public let url: String
    /// Of what it is told; some of ``Webhooks/topics``.
    public let topics: [String]
    /// Whether it is not told at present. What happens meanwhile is kept and can be replayed.
    public let isPaused: Bool
    /// Since when no message has been taken; `nil` while all is well.
    public let failingSince: Instant?
    /// When it was set up. What happened earlier is not told.
    public let createdAt: Instant
}

/// One message to one endpoint.
public struct WebhookDelivery: Sendable, Equatable {
    /// Where it stands.
    public enum State: String, Sendable, Codable, CaseIterable, SQLReadable {
        /// It will be sent.
        case waiting
        /// It was taken.
        case delivered
        /// It was not taken in any of the attempts, or the endpoint was paused; it can be replayed.
        case failed
    }

    /// The number of the message; the same over all attempts.
    public let id: WebhookDeliveryID
    /// The endpoint.
    public let endpoint: WebhookEndpointID
    /// What it is about.
    public let topic: String
    /// The message.
    public let body: String
    /// When it happened.
    public let happenedAt: Instant
    /// How often it was sent.
    public let attempts: Int
    /// When it is sent again; `nil` when it is not.
    public let dueAt: Instant?
    /// Where it stands.
    public let state: State
    /// How the last attempt ended; `nil` before the first.
    public let answer: String?
}
