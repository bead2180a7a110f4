import Flows
import HTTP
import Kernel
import Orders
import Store
import Testing

@Suite("Messages on an order") struct MessageTests {
    @Test(
        "both sides at once: every message is there, and each side's unread count is the other's number",
        arguments: TestStore.available)
    func atOnce(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.talk(on: $0) }
    }

    private static func talk(on store: any Store) async throws {
        let bazaar = try await Bazaar(store, units: 5)
        let clerk = Clerk(bazaar)
        let buyer = Identity(person: PersonID(rawValue: 9), proof: .visitor)
        let order = try await clerk.paid(1, by: buyer)
        let talk = TalkAboutOrder(bazaar.market)
        try await withThrowingTaskGroup { group in
            for number in 0..<5 {
                group.addTask { _ = try await talk.say("b\(number)", about: order.id, Command(by: buyer)) }
                group.addTask { _ = try await talk.say("s\(number)", about: order.id, Command(by: clerk.identity)) }
            }
            try await group.waitForAll()
        }
        let seen = try await talk.read(order.id, by: buyer, marksRead: true)
        #expect(seen.messages.count == 10 && seen.unread == 5 && seen.side == .buyer)
        #expect(try await talk.read(order.id, by: buyer, marksRead: false).unread == 0)
        let waiting = try await bazaar.market.orders.unreadOrders(at: bazaar.shop, limit: 9)
        #expect(waiting.map(\.order) == [order.id] && waiting.map(\.count) == [5])
        #expect(try await bazaar.market.orders.unreadOrders(of: buyer.person, limit: 9).isEmpty)
    }

    @Test("a key says it once, strangers, finance and operators read nothing", arguments: TestStore.available)
    func whoMay(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.refuse(on: $0) }
    }

    private static func refuse(on store: any Store) async throws {
        let bazaar = try await Bazaar(store, units: 5)
        let buyer = Identity(person: PersonID(rawValue: 9), proof: .visitor)
        let order = try await Clerk(bazaar).paid(1, by: buyer)
        let talk = TalkAboutOrder(bazaar.market)
        let key = try IdempotencyKey(caller: "\(buyer.person)", text: "k")
        for _ in 0..<2 {
            _ = try await talk.say("once", about: order.id, Command(by: buyer, key: key, fingerprint: "say"))
        }
        #expect(try await talk.read(order.id, by: buyer, marksRead: false).messages.map(\.text) == ["once"])
        let others = [
            Identity(person: PersonID(rawValue: 66), proof: .visitor, shops: [ShopID(rawValue: 99): .owner]),
            Identity(person: PersonID(rawValue: 67), proof: .visitor, shops: [bazaar.shop: .finance]),
            Identity(person: PersonID(rawValue: 68), proof: .visitor, roles: [.operator]),
        ]
        for other in others {
            await #expect(throws: NotFound.self) { try await talk.read(order.id, by: other, marksRead: true) }
            await #expect(throws: NotFound.self) { try await talk.say("x", about: order.id, Command(by: other)) }
        }
        for text in ["", " \n", String(repeating: "a", count: 1_001), "a\u{7}"] {
            await #expect(throws: InvalidField.self) { try await talk.say(text, about: order.id, Command(by: buyer)) }
        }
        await #expect(throws: TooManyRequests.self) {
            for _ in 0..<20 { _ = try await talk.say("again", about: order.id, Command(by: buyer)) }
        }
    }
}
