import Foundation
import Harness
import Store
import StoreSQLite

/// A server on one port that dies and comes back, with clients that remember.
struct Market {
    let data: String
    let port: Int
    let clients: [LoadClient]
    private let goods: [Goods]

    /// A market whose server ran once, to learn what it sells.
    init(data: String, clients count: Int, run: String) async throws {
        self.data = data
        port = try freePort()
        let server = try await Server.start(data: data, port: port)
        let goods = try await Caller(server.address).goods()
        self.goods = goods
        clients = (0..<count).map { LoadClient($0, goods: goods, run: run) }
        try await server.stop()
    }

    /// Lets every client write until the server is gone; `signal` comes after `acknowledgements` answers.
    ///
    /// - Returns: how many writes were acknowledged.
    func load(_ server: Server, signal: Int32, after acknowledgements: Int) async -> Int {
        let counter = Acknowledgements(at: acknowledgements) { server.child.send(signal) }
        await withTaskGroup(of: Void.self) { group in
            for client in clients { group.addTask { await Self.work(client, server.address, counter) } }
        }
        return counter.total
    }

    private static func work(_ client: LoadClient, _ address: String, _ counter: Acknowledgements) async {
        await client.work(at: address, counter)
    }

    /// Every difference between what was acknowledged and what is there, after what was in doubt has been sent again.
    func differences(_ server: Server) async throws -> [String] {
        var found: [String] = []
        var sold: [String: Int64] = [:]
        for client in clients {
            try await client.recover(at: server.address)
            found += try await client.differences(at: server.address)
            for (variant, quantity) in await client.sold { sold[variant, default: 0] += quantity }
        }
        let now = try await available(server)
        for item in goods {
            let expected = SmallMarket.stock - sold[item.variant, default: 0]
            if now[item.variant] != expected {
                found.append("\(item.variant): \(now[item.variant] ?? -1) units left, \(expected) expected")
            }
        }
        return found
    }

    private func available(_ server: Server) async throws -> [String: Int64] {
        let caller = Caller(server.address)
        var units: [String: Int64] = [:]
        for product in Set(goods.map(\.product)) {
            for variant in try await caller.api("GET", "/products/\(product)").list("variants") {
                if let id = variant["id"] as? String, let count = variant["available"] as? Int {
                    units[id] = Int64(count)
                }
            }
        }
        return units
    }

    /// What the file itself says while no server runs: it is whole, and every acknowledged touchpoint is in the journal
    /// once.
    func differencesInFile() async throws -> [String] {
        let store = try SQLiteStore(path: "\(data)/quanyu.sqlite")
        let (verdict, payloads) = try await store.read { transaction in
            (
                try transaction.value("PRAGMA integrity_check", as: String.self) ?? "",
                try transaction.rows("SELECT payload FROM journal WHERE payload LIKE '% view %'").map {
                    try $0.get("payload", as: String.self)
                }
            )
        }
        await store.close()
        var counts: [Int64: Int] = [:]
        for payload in payloads {
            // person, time, kind, slate, dwell, subject
            let parts = payload.split(separator: " ")
            if parts.count == 6, let span = Int64(parts[4]) { counts[span, default: 0] += 1 }
        }
        var found = verdict == "ok" ? [] : ["integrity_check: \(verdict)"]
        for client in clients {
            for span in await client.spans where counts[span] != 1 {
                found.append("touchpoint \(span) is in the journal \(counts[span] ?? 0) times")
            }
        }
        return found
    }
}
