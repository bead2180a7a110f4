import Foundation
import Harness
import Store
import StoreSQLite

/// What the file of a market says about orders, stock and money while no server runs.
struct PaymentBooks {
    let data: String

    /// Each a sentence and a query that finds what breaks it: true whenever the server died.
    private static let rules: [(sentence: String, query: SQL)] = [
        (
            "units on sale and units reserved are what was there",
            """
            SELECT s.variant AS name FROM stock_levels s WHERE s.available + COALESCE((SELECT SUM(r.quantity)
            FROM reservations r WHERE r.variant = s.variant AND r.state IN ('held', 'committed')), 0) <> \(SmallMarket.stock)
            """
        ),
        (
            "a payment asks for what its orders cost, and every group has one",
            """
            SELECT g.id AS name FROM order_groups g LEFT JOIN payment_intents p ON p.order_group = g.id
            WHERE EXISTS (SELECT 1 FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE o.order_group = g.id
            AND l.reservation IS NOT NULL) AND (p.id IS NULL OR p.amount <> g.total OR g.total <>
            (SELECT SUM(o.total) FROM orders o WHERE o.order_group = g.id))
            """
        ),
        (
            "an order is paid when its money is in, and an order that waits has none",
            """
            SELECT o.id AS name FROM orders o JOIN payment_intents p ON p.order_group = o.order_group
            WHERE (o.state = 'paid' AND p.state <> 'succeeded') OR (o.state = 'placed' AND p.state = 'succeeded')
            """
        ),
        (
            "the money of a cancelled order goes back, all of it and once; nobody else's does",
            """
            SELECT p.id AS name FROM payment_intents p JOIN orders o ON o.order_group = p.order_group
            LEFT JOIN (SELECT intent, SUM(amount) AS back FROM refunds WHERE state <> 'failed' GROUP BY intent) r
            ON r.intent = p.id WHERE p.state = 'succeeded' AND (COALESCE(r.back, 0) <> p.refunded
            OR p.refunded <> CASE WHEN o.state = 'cancelled' THEN p.amount ELSE 0 END)
            """
        ),
        (
            "a reservation is committed for a paid order, and let go for a cancelled one",
            """
            SELECT o.id AS name FROM orders o JOIN order_lines l ON l.order_id = o.id
            JOIN reservations r ON r.id = l.reservation WHERE (o.state = 'paid' AND r.state <> 'committed')
            OR (o.state = 'cancelled' AND r.state <> 'released') OR (o.state = 'placed' AND r.state = 'committed')
            """
        ),
        (
            "a webhook took effect once: an order became paid once",
            "SELECT order_id AS name FROM order_history WHERE state = 'paid' GROUP BY order_id HAVING COUNT(*) > 1"
        ),
        (
            "money that is in stands in the books once, with its amount",
            """
            SELECT p.id AS name FROM payment_intents p WHERE (SELECT COALESCE(SUM(t.amount), 0) FROM ledger_entries e
            JOIN ledger_postings t ON t.entry = e.id WHERE e.kind = 'payment' AND e.subject = p.id AND t.amount > 0)
            <> CASE WHEN p.state = 'succeeded' THEN p.amount ELSE 0 END
            """
        ),
        (
            "a refund that arrived stands in the books once, with its amount",
            """
            SELECT r.intent AS name FROM (SELECT intent, SUM(amount) AS back FROM refunds WHERE state = 'succeeded'
            GROUP BY intent) r WHERE r.back <> (SELECT COALESCE(SUM(t.amount), 0) FROM ledger_entries e
            JOIN ledger_postings t ON t.entry = e.id WHERE e.kind = 'repayment' AND e.subject = r.intent
            AND t.amount > 0)
            """
        ),
    ]

    /// True once everything in doubt has been settled: the provider's books are ours.
    private static let settled: [(sentence: String, query: SQL)] = [
        (
            "the provider has what we have",
            """
            SELECT t.intent AS name FROM test_provider_payments t JOIN payment_intents p ON p.id = t.intent
            WHERE (t.state = 'succeeded') <> (p.state = 'succeeded')
            """
        )
    ]

    /// Every broken rule with what breaks it; the ledger's own proof too.
    func differences(isSettled: Bool) async throws -> [String] {
        let store = try SQLiteStore(path: "\(data)/quanyu.sqlite")
        let found = try await store.read { transaction in
            var found: [String] = []
            for (sentence, query) in Self.rules + (isSettled ? Self.settled : []) {
                let names = try transaction.rows(query).map { try $0.get("name", as: String.self) }
                if !names.isEmpty { found.append("Not so: \(sentence): \(names.prefix(5))") }
            }
            return found
        }
        await store.close()
        let (end, output) = try await Child.run(try Executable.quanyu, ["ledger", "verify", "--data", data])
        return end == .exit(0) ? found : found + [output]
    }

    /// Lets every reservation that is still held run out, as an hour without power does.
    ///
    /// - Returns: how many.
    func expireReservations() async throws -> Int {
        let store = try SQLiteStore(path: "\(data)/quanyu.sqlite")
        let count = try await store.write { transaction in
            try transaction.run("UPDATE order_groups SET reserved_until = 1")
            return try transaction.run("UPDATE reservations SET expires_at = 1 WHERE state = 'held'")
        }
        await store.close()
        return count
    }

    /// Changes the file behind the server's back.
    func change(_ statement: SQL) async throws {
        let store = try SQLiteStore(path: "\(data)/quanyu.sqlite")
        _ = try await store.write { try $0.run(statement) }
        await store.close()
    }

    /// How many of each have happened, for the record.
    func counts() async throws -> [String: Int] {
        let store = try SQLiteStore(path: "\(data)/quanyu.sqlite")
        let counts = try await store.read { transaction in
            var counts: [String: Int] = [:]
            let states = try transaction.rows("SELECT state, COUNT(*) AS number FROM orders GROUP BY state")
            for row in states { counts[try row.get("state", as: String.self)] = try row.get("number", as: Int.self) }
            counts["webhooks"] = try transaction.value("SELECT COUNT(*) FROM webhook_inbox", as: Int.self)
            counts["refunds"] = try transaction.value("SELECT COUNT(*) FROM refunds", as: Int.self)
            return counts
        }
        await store.close()
        return counts
    }
}
