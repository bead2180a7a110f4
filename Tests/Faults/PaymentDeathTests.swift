import Foundation
import Harness
import Sequences
import Store
import Testing

@Suite("A server that dies between order, payment, webhook and cancellation", .serialized)
struct PaymentDeathTests {
    @Test(
        "After kill -9 every order, unit and cent is where it was acknowledged to be, reservations run out or not",
        arguments: [UInt64(20_261_124)])
    func killed(seed: UInt64) async throws {
        var random = SplitMix(state: seed)
        let small = try await SmallMarket()
        let (port, books) = (try freePort(), PaymentBooks(data: small.data))
        var clients: [PayingClient] = []
        var (moments, expired) = (0, 0)
        let start = ContinuousClock.now
        for round in 0..<12 {
            let server = try await Server.start(data: small.data, port: port)
            if clients.isEmpty {
                let goods = try await Caller(server.address).goods()
                clients = (0..<5).map { PayingClient($0, goods: goods, seed: seed) }
            }
            let chosen = Int.random(in: 2...70, using: &random)
            moments += await Self.work(clients, server, killedAt: chosen)
            #expect(try await server.child.ended() == .signal(SIGKILL), "round \(round): \(server.child.output)")
            let inFile = try await books.differences(isSettled: false)
            try #require(inFile.isEmpty, "seed \(seed), round \(round), dead at \(chosen): \(inFile)")
            if round % 3 == 2 { expired += try await books.expireReservations() }
            let again = try await Server.start(data: small.data, port: port)
            for client in clients {
                try await client.recover(at: again.address)
                let found = try await client.differences(at: again.address)
                #expect(found.isEmpty, "seed \(seed), round \(round), dead at \(chosen): \(found)")
            }
            try await again.kill()
            let afterwards = try await books.differences(isSettled: true)
            try #require(afterwards.isEmpty, "seed \(seed), round \(round), after recovery: \(afterwards)")
        }
        let counts = try await books.counts()
        print("kill -9: 12 rounds, \(moments) moments, \(expired) run out, \(counts), \(ContinuousClock.now - start)")
        // The rounds have to lead somewhere, or they prove nothing.
        #expect(counts["paid", default: 0] > 20 && counts["cancelled", default: 0] > 20, "\(counts)")
        #expect(counts["refunds", default: 0] > 5 && expired > 0, "\(counts)")
    }

    @Test("Each rule notices what breaks it: a lost unit, a lost cent, a second effect")
    func rulesNotice() async throws {
        let small = try await SmallMarket()
        let server = try await Server.start(data: small.data)
        let buyer = Caller(server.address)
        try await buyer.signUp("buyer@example.com")
        let goods = try await buyer.goods()
        _ = try await buyer.pay(try await buyer.order([goods[0]]))
        _ = try await server.stop()
        let books = PaymentBooks(data: small.data)
        #expect(try await books.differences(isSettled: true) == [])
        let harms: [(harm: SQL, remedy: SQL, sentence: String)] = [
            (
                "UPDATE stock_levels SET available = available - 1 WHERE variant = \(goods[1].variant)",
                "UPDATE stock_levels SET available = available + 1 WHERE variant = \(goods[1].variant)", "units on sale"
            ),
            (
                "UPDATE payment_intents SET amount = amount + 1", "UPDATE payment_intents SET amount = amount - 1",
                "a payment asks"
            ),
            (
                "UPDATE payment_intents SET state = 'pending'", "UPDATE payment_intents SET state = 'succeeded'",
                "an order is paid when"
            ),
            (
                "UPDATE payment_intents SET refunded = 1", "UPDATE payment_intents SET refunded = 0",
                "the money of a cancelled order"
            ),
            (
                "UPDATE reservations SET state = 'held' WHERE state = 'committed'",
                "UPDATE reservations SET state = 'committed' WHERE state = 'held'", "a reservation is committed"
            ),
            (
                """
                INSERT INTO order_history (order_id, position, state, note, happened_at)
                SELECT order_id, 99, state, '', 0 FROM order_history WHERE state = 'paid'
                """, "DELETE FROM order_history WHERE position = 99", "a webhook took effect once"
            ),
            (
                "UPDATE ledger_entries SET kind = 'other' WHERE kind = 'payment'",
                "UPDATE ledger_entries SET kind = 'payment' WHERE kind = 'other'", "money that is in"
            ),
        ]
        for (harm, remedy, sentence) in harms {
            try await books.change(harm)
            let found = try await books.differences(isSettled: true)
            #expect(found.contains { $0.contains(sentence) }, "\(sentence): \(found)")
            try await books.change(remedy)
        }
        #expect(try await books.differences(isSettled: true) == [])
    }

    /// Lets every client buy until the server is gone; it is killed at the chosen of their moments, which come before
    /// and after each request while the other clients' requests are under way.
    private static func work(_ clients: [PayingClient], _ server: Server, killedAt chosen: Int) async -> Int {
        let counter = Acknowledgements(at: chosen) { server.child.send(SIGKILL) }
        await withTaskGroup(of: Void.self) { group in
            for client in clients { group.addTask { await client.work(at: server.address, counter) } }
        }
        return counter.total
    }
}
