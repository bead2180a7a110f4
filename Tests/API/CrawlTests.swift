import Foundation
import Harness
import Testing

/// Follows links as a browser would, from a person's own pages on.
@Suite("Every link leads to a page") struct CrawlTests {
    private static let postgres = ProcessInfo.processInfo.environment["QUANYU_TEST_POSTGRES"]

    @Test("for shopper, merchant and operator, on both stores", arguments: postgres == nil ? [false] : [false, true])
    func everyLink(onPostgres: Bool) async throws {
        let schema = "quanyu_crawl_" + UUID().uuidString.prefix(8).lowercased()
        var place: String?
        if onPostgres, let connection = Self.postgres {
            try await Self.psql("CREATE SCHEMA \(schema)", at: connection)
            place = "\(connection) options='-c search_path=\(schema)'"
        }
        try await withSmallMarket(postgres: place) { server, market in
            let shopper = Caller(server.address)
            _ = try await shopper.signIn(SmallMarket.shopper, password: SmallMarket.password)
            let goods = try await shopper.goods()
            _ = try await shopper.order([goods[0]])
            let merchant = Caller(server.address)
            _ = try await merchant.signIn(SmallMarket.merchants[0], password: SmallMarket.password)
            let officer = try await AuthorisationTests.account("officer@example.com", role: "operator", server, market)
            for (name, caller, pages) in [
                ("shopper", shopper, 25), ("merchant", merchant, 40), ("operator", officer, 35),
            ] {
                let seen = try await Self.crawl(name, caller)
                #expect(seen > pages, "\(name) saw \(seen) pages on \(onPostgres ? "PostgreSQL" : "SQLite")")
            }
        }
        if onPostgres, let connection = Self.postgres {
            try await Self.psql("DROP SCHEMA \(schema) CASCADE", at: connection)
        }
    }

    /// - Returns: how many pages were seen.
    private static func crawl(_ name: String, _ caller: Caller) async throws -> Int {
        var waiting = ["/", "/mall", "/me", "/live", "/cart", "/orders"]
        var (seen, alike): (Set<String>, [String: Int]) = ([], [:])
        while let path = waiting.popLast() {
            guard seen.insert(path).inserted else { continue }
            // Three goods are enough to see the page of goods.
            alike[shape(of: path), default: 0] += 1
            guard alike[shape(of: path)] ?? 0 <= 3 else { continue }
            let answer = try await caller.send("GET", path)
            if answer.status == 429 { continue }
            #expect(answer.status < 400, "\(name): \(path) answers \(answer.status) \(answer.text.prefix(300))")
            guard answer.text.hasPrefix("<!doctype html>") else { continue }
            for link in answer.text.matches(of: /href="(\/[^"#\/][^"#]*)"/) {
                let target = String(link.1.replacing("&amp;", with: "&"))
                if ["/media/", "/assets/"].allSatisfy({ !target.hasPrefix($0) }) { waiting.append(target) }
            }
        }
        return alike.count
    }

    /// A path without the identifiers in it and the values of its query.
    private static func shape(of path: String) -> String {
        path.replacing(/[a-z]{3}_[0-9a-z]{26}/, with: "ID").replacing(/=[^&]*/, with: "")
    }

    private static func psql(_ command: String, at connection: String) async throws {
        guard let psql = Executable.find("psql") else { throw HarnessProblem("psql is not installed.") }
        let (end, output) = try await Child.run(psql, ["-q", "-v", "ON_ERROR_STOP=1", connection, "-c", command])
        guard end == .exit(0) else { throw HarnessProblem(output) }
    }
}
