import Crypto
import Flows
import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import Journal
import Kernel
import Orders
@testable import Stock
import Store
import Synchronization
import Testing
import Webhooks

/// A program of a shop that takes messages, or doesn't.
private final class Receiver: Sendable {
    struct Message: Sendable, Equatable {
        let id: String
        let signed: String
        let body: String
    }

    private let state = Mutex<(status: Int, messages: [Message])>((200, []))

    var messages: [Message] { state.withLock { $0.messages } }

    func answer(_ status: Int) { state.withLock { $0.status = status } }

    /// Answers on a free port while `body` runs.
    func listen(_ body: @escaping @Sendable (String) async throws -> Void) async throws {
        let router = Router()
        router.post("/in") { [self] request, _ in
            let text = String(buffer: try await request.body.collect(upTo: 1 << 16))
            func header(_ name: String) -> String { HTTPField.Name(name).flatMap { request.headers[$0] } ?? "" }
            let signed = "\(header("webhook-id")).\(header("webhook-timestamp")).\(text) \(header("webhook-signature"))"
            let status = state.withLock { state in
                state.messages.append(Message(id: header("webhook-id"), signed: signed, body: text))
                return state.status
            }
            return Response(status: .init(code: status))
        }
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in found.yield(channel.localAddress?.port ?? 0) })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            for await port in ports {
                try await body("http://127.0.0.1:\(port)/in")
                break
            }
            group.cancelAll()
        }
    }
}

@Suite("Webhooks of a shop")
struct WebhookTests {
    private static let shop = ShopID(rawValue: 1)
    private static let owner = Identity(
        person: PersonID(rawValue: 50), proof: .session(SessionID(rawValue: 1)), roles: [.merchant],
        shops: [shop: .owner])

    private static func market(_ store: any Store, _ clock: TestClock) -> Marketplace {
        Marketplace(store: store, source: clock.source, provider: SilentProvider(), privateWebhooks: true)
    }

    private static func happen(_ market: Marketplace, _ number: UInt128, shop: ShopID = shop) async throws {
        try await market.store.write { transaction in
            try market.journal.append(
                StockRanLow(
                    variant: VariantID(rawValue: number), product: ProductID(rawValue: 2), shop: shop, available: 1,
                    threshold: 2), at: market.source.now, in: transaction)
        }
    }

    /// Follows the journal and sends until nothing is due any more.
    private static func settle(_ market: Marketplace, _ kind: TestStore) async throws {
        try await market.journal.catchUp(market.webhooks.follower)
        while try await market.webhooks.sendDue() > 0 {}
    }

    @Test("a message is signed, sent again until it is taken, and replayed when asked", arguments: TestStore.available)
    func lifecycle(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.lifecycle($0, kind) }
    }

    private static func lifecycle(_ store: any Store, _ kind: TestStore) async throws {
        let clock = TestClock()
        let market = market(store, clock)
        let receiver = Receiver()
        try await happen(market, 1)
        clock.advance(by: .seconds(1))
        try await receiver.listen { url in
            let flow = KeepWebhooks(market)
            let made = try await flow.add(
                url: url, topics: ["stock.ran_low"], at: shop, Command(by: owner))
            try await happen(market, 2)
            try await happen(market, 3, shop: ShopID(rawValue: 9))
            receiver.answer(503)
            try await settled(market, kind) { receiver.messages.count == 1 }
            var sent = try await flow.deliveries(to: made.endpoint.id, at: shop, limit: 9, by: owner)
            #expect(sent.count == 1 && sent[0].state == .waiting && sent[0].answer?.hasPrefix("503") == true)
            #expect(try await flow.endpoints(of: shop, by: owner)[0].failingSince != nil)

            receiver.answer(204)
            clock.advance(by: .seconds(5))
            try await settle(market, kind)
            sent = try await flow.deliveries(to: made.endpoint.id, at: shop, limit: 9, by: owner)
            #expect(sent[0].state == .delivered && sent[0].attempts == 2 && sent[0].dueAt == nil)
            #expect(try await flow.endpoints(of: shop, by: owner)[0].failingSince == nil)

            try await flow.replay(sent[0].id, to: made.endpoint.id, at: shop, by: owner)
            try await settle(market, kind)
            #expect(Set(receiver.messages.map(\.id)) == [sent[0].id.description] && receiver.messages.count == 3)
            for message in receiver.messages { try expectSigned(message, by: made.secret) }
            #expect(receiver.messages[0].body.contains(#""type":"stock.ran_low""#))
        }
    }

    private static func expectSigned(_ message: Receiver.Message, by secret: String) throws {
        let parts = message.signed.split(separator: " v1,")
        let key = SymmetricKey(data: try #require(Data(base64Encoded: String(secret.dropFirst(6)))))
        let code = HMAC<SHA256>.authenticationCode(for: Data(parts[0].utf8), using: key)
        #expect(Data(code).base64EncodedString() == parts[1])
    }

    @Test("what happens in a pause is kept; a message that is never taken is given up", arguments: TestStore.available)
    func pause(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.pause($0, kind) }
    }

    private static func pause(_ store: any Store, _ kind: TestStore) async throws {
        let clock = TestClock()
        let market = market(store, clock)
        let receiver = Receiver()
        receiver.answer(500)
        try await receiver.listen { url in
            let endpoint = try await KeepWebhooks(market).add(
                url: url, topics: ["stock.ran_low"], at: shop, Command(by: owner)
            ).endpoint
            try await giveUp(endpoint, market, kind, clock)
            #expect(receiver.messages.count == 19)
            receiver.answer(200)
            try await keepWhilePaused(endpoint, market, kind)
            #expect(receiver.messages.count == 21)
        }
    }

    private static func giveUp(
        _ endpoint: WebhookEndpoint, _ market: Marketplace, _ kind: TestStore, _ clock: TestClock
    ) async throws {
        try await KeepWebhooks(market).ping(endpoint.id, at: shop, Command(by: owner))
        for _ in 0..<30 {
            try await settle(market, kind)
            clock.advance(by: .hours(8))
        }
        let given = try await deliveries(endpoint, .failed, market)
        #expect(given.count == 1 && given[0].attempts == 19)
    }

    private static func keepWhilePaused(
        _ endpoint: WebhookEndpoint, _ market: Marketplace, _ kind: TestStore
    ) async throws {
        let flow = KeepWebhooks(market)
        let change = KeepWebhooks.Change(
            of: endpoint.id, at: shop, url: endpoint.url, topics: endpoint.topics, isPaused: true)
        _ = try await flow.change(change, Command(by: owner))
        try await happen(market, 4)
        try await settled(market, kind) { try await deliveries(endpoint, .failed, market).count == 2 }
        let from = Instant(milliseconds: 0)
        #expect(try await flow.replayFailed(since: from, to: endpoint.id, at: shop, by: owner) == 2)
        try await settle(market, kind)
        #expect(try await deliveries(endpoint, .delivered, market).count == 2)
    }

    private static func deliveries(
        _ endpoint: WebhookEndpoint, _ state: WebhookDelivery.State, _ market: Marketplace
    ) async throws -> [WebhookDelivery] {
        try await KeepWebhooks(market).deliveries(to: endpoint.id, at: shop, in: state, limit: 9, by: owner)
    }

    /// On PostgreSQL a fact is seen once older transactions have ended.
    private static func settled(
        _ market: Marketplace, _ kind: TestStore, _ condition: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        repeat { try await settle(market, kind) } while try await !condition() && ContinuousClock.now < deadline
        #expect(try await condition())
    }

    @Test("another shop's endpoints are not there, and a shop has ten at most", arguments: TestStore.available)
    func ownership(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.ownership($0) }
    }

    private static func ownership(_ store: any Store) async throws {
        let market = market(store, TestClock())
        let flow = KeepWebhooks(market)
        let other = Identity(
            person: PersonID(rawValue: 51), proof: .session(SessionID(rawValue: 2)), roles: [.merchant],
            shops: [ShopID(rawValue: 9): .owner])
        let topics = ["stock.ran_low"]
        let key = try IdempotencyKey(caller: "50", text: "k")
        let first = try await flow.add(
            url: "https://example.com/1", topics: topics, at: shop, Command(by: owner, key: key, fingerprint: "f"))
        let again = try await flow.add(
            url: "https://example.com/1", topics: topics, at: shop, Command(by: owner, key: key, fingerprint: "f"))
        #expect(first.endpoint == again.endpoint && first.secret == again.secret)
        let id = first.endpoint.id
        await #expect(throws: NotFound.self) { try await flow.endpoints(of: shop, by: other) }
        let theirs = ShopID(rawValue: 9)
        await #expect(throws: NotFound.self) { try await flow.remove(id, at: theirs, by: other) }
        await #expect(throws: NotFound.self) { try await flow.ping(id, at: theirs, Command(by: other)) }
        await #expect(throws: NotFound.self) {
            try await flow.deliveries(to: id, at: theirs, limit: 1, by: other)
        }
        let renewed = try await flow.renewSecret(of: id, at: shop, Command(by: owner))
        #expect(renewed.secret != first.secret)
        for number in 2...10 {
            _ = try await flow.add(
                url: "https://example.com/\(number)", topics: topics, at: shop, Command(by: owner))
        }
        await #expect(throws: WebhookProblem.tooMany) {
            try await flow.add(url: "https://example.com/11", topics: topics, at: shop, Command(by: owner))
        }
        try await flow.remove(id, at: shop, by: owner)
        #expect(try await flow.endpoints(of: shop, by: owner).count == 9)
    }
}
