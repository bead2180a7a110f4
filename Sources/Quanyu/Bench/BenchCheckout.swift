import ArgumentParser
import Flows
import Foundation
import HTTP
import Kernel
import Orders
import Store

/// `quanyu bench checkout`: a flash sale and whole checkouts over HTTP, durable before they are answered.
struct BenchCheckout: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkout",
        abstract:
            "Orders per second: one hot variant, and a basket of three shops. Makes goods of its own; use an empty --data folder."
    )

    @OptionGroup var installation: InstallationOptions
    @Option(help: "Port for the server.") var port = 18_110
    @Option(help: "Seconds per measurement.") var seconds = 6
    @Option(help: "With --postgres: a virtual environment with django-oscar, which places the same basket.")
    var venv: String?
    @Option(help: "Orders of the shop whose list is paged through.") var shopOrders = 20_000
    @Flag(help: "Print JSON.") var json = false

    private static let address = try? Address(
        name: "Lin", phone: "13900000000", region: "Zhejiang", city: "Hangzhou", street: "1 West Lake Road")

    func run() async throws {
        let postgres = installation.postgres
        var oscar: OscarPeer?
        if let venv, let postgres {
            oscar = try await OscarPeer.measured(venv: venv, postgres: postgres, seconds: seconds)
        }
        let report = try await BenchServer.run(installation, port: port) { [seconds, oscar, shopOrders] server in
            let goods = try await CheckoutMarket.make(in: server.market, buyers: 1_000)
            var report = BenchReport("checkout")
            try await Self.flashSale(server, goods, seconds: seconds, postgres: postgres, into: &report)
            try await Self.exactness(server, goods, into: &report)
            try await Self.baskets(server, goods, seconds: seconds, beside: oscar, into: &report)
            report.figures += try await LongLists(server: server, goods: goods).figures(orders: shopOrders)
            return report
        }
        try report.show(json: json)
    }

    // MARK: Flash sale

    private static func flashSale(
        _ server: BenchServer, _ goods: CheckoutMarket, seconds: Int, postgres: String?, into report: inout BenchReport
    ) async throws {
        _ = try await goods.openLot(total: 100_000_000, buyerLimit: 10_000_000, server.market)
        let bare = try await bareRate(server, goods, seconds: seconds)
        let (peer, peerValue) =
            if let postgres {
                ("pgbench, one row lock and one insert a transaction, 64 clients", try await rowLock(postgres, seconds))
            } else { ("the same SQL by the store alone, 64 at once", bare) }
        let fixed = try await Load.run(server.url("/bench/static"), connections: 64, seconds: 3)
        for connections in [64, 1_000] {
            let before = try await orders(server)
            let (cpu, start) = (processSeconds(), ContinuousClock.now)
            let load = try await Load.run(
                server.url("/api/v1/order-groups"), connections: connections, seconds: seconds,
                script: script(goods, [.init(variant: goods.hot.variant, amount: CheckoutMarket.flashAmount)]))
            let used = processSeconds() - cpu
            let wall = Double((ContinuousClock.now - start).milliseconds) / 1000
            let placed = Double(try await orders(server) - before)
            let name = "flash sale, \(connections) buyers at once"
            report.figures += [
                .init(
                    name: name, value: placed / wall, unit: "orders/s", peer: peer, peerValue: peerValue,
                    limit: min(bare, fixed.requestsPerSecond)),
                .init(name: "\(name), p50", value: load.p50, unit: "ms"),
                .init(name: "\(name), p99", value: load.p99, unit: "ms"),
                .init(name: "\(name), CPU", value: used / max(1, placed) * 1e6, unit: "µs per order"),
                .init(name: "\(name), answers that were no success", value: Double(load.errors), unit: "requests"),
            ]
        }
        report.figures += [
            .init(name: "the same SQL by the store alone, 64 at once", value: bare, unit: "orders/s"),
            .init(name: "static response of the same server", value: fixed.requestsPerSecond, unit: "requests/s"),
            .init(
                name: "fdatasync of the same disk", value: try Disk.syncsPerSecond(in: server.installation.folder),
                unit: "1/s"),
        ]
    }

    /// The statements of one order, run by 64 callers of the store without anything else.
    private static func bareRate(
        _ server: BenchServer, _ goods: CheckoutMarket, seconds: Int
    ) async throws -> Double {
        guard let address else { return 0 }
        let line = ShownLine(variant: goods.hot.variant, quantity: 1, amount: CheckoutMarket.flashAmount)
        let buyers = goods.buyers
        let turn = Counter()
        let (options, source, provider) = (server.market.store, server.market.source, server.market.provider)
        let replay = try await StatementReplay(options) { store in
            let buyer = buyers[turn.next()]
            let market = Marketplace(store: store, source: source, provider: provider)
            // A server has in memory what shops have set; it reads that once, not for every order.
            _ = try await options.read { [pricing = market.pricing, shop = goods.shop] in
                try pricing.policies(of: [shop], version: pricing.version, in: $0)
            }
            _ = try await PlaceOrder(market)(
                [line], to: address, by: buyer, key: try IdempotencyKey(caller: "\(buyer)", text: "bench-\(buyer)"))
        }
        let end = ContinuousClock.now + .seconds(seconds)
        let number = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<64 {
                group.addTask { try await repeatUntil(end, number, server.market.store, replay) }
            }
            try await group.waitForAll()
        }
        return Double(number.next()) / Double(seconds)
    }

    private static func repeatUntil(
        _ end: ContinuousClock.Instant, _ number: Counter, _ store: any Store, _ replay: StatementReplay
    ) async throws {
        while ContinuousClock.now < end {
            let run = number.next()
            try await store.write(contendingFor: "bench") { try replay.run(run, in: $0) }
        }
    }

    /// Small lot, many buyers: exactly the lot is sold, nobody has too many, and every cent is there.
    private static func exactness(
        _ server: BenchServer, _ goods: CheckoutMarket, into report: inout BenchReport
    ) async throws {
        let lot = try await goods.openLot(total: 500, buyerLimit: 2, server.market)
        let before = try await orders(server)
        _ = try await Load.run(
            server.url("/api/v1/order-groups"), connections: 64, seconds: 3,
            script: script(goods, [.init(variant: goods.hot.variant, amount: CheckoutMarket.flashAmount)]))
        let sold = try await orders(server) - before
        let (most, claimed, money) = try await server.market.store.read { transaction in
            let most: Int64? = try transaction.value("SELECT MAX(quantity) FROM flash_claims WHERE lot = \(lot)")
            let claimed: Int64? = try transaction.value("SELECT SUM(quantity) FROM flash_claims WHERE lot = \(lot)")
            let money: Int64? = try transaction.value(
                """
                SELECT SUM(o.total) FROM reservations r JOIN order_lines l ON l.reservation = r.id
                JOIN orders o ON o.id = l.order_id WHERE r.flash_lot = \(lot)
                """)
            return (most ?? 0, claimed ?? 0, money ?? 0)
        }
        report.figures += [
            .init(name: "lot of 500: sold", value: Double(sold), unit: "orders", peer: "must be", peerValue: 500),
            .init(name: "lot of 500: claimed", value: Double(claimed), unit: "units", peer: "must be", peerValue: 500),
            .init(
                name: "lot of 500: most of one buyer", value: Double(most), unit: "units", peer: "limit", peerValue: 2),
            .init(
                name: "lot of 500: money in its orders", value: Double(money), unit: "minor units", peer: "must be",
                peerValue: Double(500 * CheckoutMarket.flashAmount)),
        ]
    }

    // MARK: Baskets

    private static func baskets(
        _ server: BenchServer, _ goods: CheckoutMarket, seconds: Int, beside oscar: OscarPeer?,
        into report: inout BenchReport
    ) async throws {
        let before = try await orders(server)
        let cpu = processSeconds()
        let load = try await Load.run(
            server.url("/api/v1/order-groups"), connections: 64, seconds: seconds,
            script: script(goods, goods.basket, withCoupon: true))
        let placed = Double(try await orders(server) - before)
        let used = processSeconds() - cpu
        let name = "checkout of 3 shops × 2 lines with a coupon of the platform, 64 clients"
        report.figures += [
            .init(
                name: name, value: load.requestsPerSecond, unit: "checkouts/s",
                peer: oscar.map { _ in "django-oscar, the same basket without coupon, 8 processes" },
                peerValue: oscar?.ordersPerSecond),
            .init(name: "\(name), orders", value: placed / Double(seconds), unit: "orders/s"),
            .init(name: "\(name), p50", value: load.p50, unit: "ms"),
            .init(name: "\(name), p99", value: load.p99, unit: "ms"),
            .init(name: "\(name), CPU", value: used / max(1, placed / 3) * 1e6, unit: "µs per checkout"),
            .init(name: "\(name), answers that were no success", value: Double(load.errors), unit: "requests"),
        ]
    }

    private static func orders(_ server: BenchServer) async throws -> Int {
        try await server.market.store.read { try $0.value("SELECT COUNT(*) FROM orders") ?? 0 }
    }

    /// Every request comes from the next buyer and carries a key of its own.
    private static func script(
        _ goods: CheckoutMarket, _ lines: [CheckoutMarket.Goods], withCoupon: Bool = false
    ) -> String {
        let total = lines.reduce(-CheckoutMarket.couponAmount) { $0 + $1.amount }
        let coupon = withCoupon ? "\"coupons\":[\"\(goods.coupon)\"],\"total\":\(total)," : ""
        let sessions = goods.sessions.map { "\"\($0)\"" }.joined(separator: ",")
        let list = lines.map { "{\"variant\":\"\($0.variant)\",\"quantity\":1,\"amount\":\($0.amount)}" }
        let address =
            #"{"name":"Lin","phone":"13900000000","region":"Zhejiang","city":"Hangzhou","street":"1 West Lake Road"}"#
        return """
            local sessions = {\(sessions)}
            local turn, run = 0, os.time()
            math.randomseed(run)
            local salt = math.random(1, 1e9)
            wrk.method = 'POST'
            wrk.headers['Content-Type'] = 'application/json'
            wrk.body = '{\(coupon)"lines":[\(list.joined(separator: ","))],"address":\(address)}'
            request = function()
              turn = turn + 1
              wrk.headers['Cookie'] = '\(IdentityMiddleware.sessionCookie)=' .. sessions[turn % #sessions + 1]
              wrk.headers['Idempotency-Key'] = run .. '-' .. salt .. '-' .. turn
              return wrk.format()
            end
            """
    }

    /// The usual way with PostgreSQL: one transaction an order, which locks the row of the stock.
    private static func rowLock(_ connection: String, _ seconds: Int) async throws -> Double? {
        let tables = """
            DROP TABLE IF EXISTS bench_stock, bench_orders;
            CREATE TABLE bench_stock (id int PRIMARY KEY, available bigint NOT NULL);
            INSERT INTO bench_stock VALUES (1, 1000000000);
            CREATE TABLE bench_orders (id bigserial PRIMARY KEY, buyer int, at timestamptz DEFAULT now());
            """
        _ = try await output(of: "psql", ["-q", connection, "-c", tables])
        let script = FileManager.default.temporaryDirectory.appendingPathComponent("quanyu-\(UUID().uuidString).sql")
        try """
        BEGIN;
        UPDATE bench_stock SET available = available - 1 WHERE id = 1 AND available >= 1;
        INSERT INTO bench_orders (buyer) VALUES (1);
        COMMIT;
        """.write(to: script, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: script) }
        // A number of transactions instead of seconds: children of this process have the alarm signal blocked.
        let said = try await output(
            of: "pgbench", ["-n", "-c", "64", "-j", "2", "-t", "\(seconds * 16)", "-f", script.path, connection])
        _ = try await output(of: "psql", ["-q", connection, "-c", "DROP TABLE bench_stock, bench_orders"])
        let line = said.split(separator: "\n").first { $0.hasPrefix("tps = ") }
        return line?.split(separator: " ").dropFirst(2).first.flatMap { Double($0) }
    }
}
