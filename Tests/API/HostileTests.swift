import Foundation
import Harness
import Testing

@Suite("What strangers and broken programs send is refused, never a fault")
struct HostileTests {
    @Test("A browser's unsafe request from another site is refused on every route")
    func otherSites() async throws {
        let routes = try Document.routes().filter(\.isUnsafe)
        try await withSmallMarket { server, _ in
            let caller = Caller(server.address)
            #expect(try await caller.signIn(SmallMarket.shopper, password: SmallMarket.password).status == 201)
            let foreign = [
                ["Origin": "https://evil.example"], ["Origin": "null"], ["Sec-Fetch-Site": "cross-site"],
                ["Sec-Fetch-Site": "same-site"], ["Sec-Fetch-Site": "cross-site", "Origin": server.address],
            ]
            for route in routes {
                for headers in foreign {
                    let answer = try await caller.send(
                        route.method, route.path(), body: route.example, headers: headers)
                    #expect(answer.status == 403, "\(route.name) \(headers): \(answer.text)")
                    #expect(answer.problem == "cross-site-request", "\(route.name) \(headers)")
                }
            }
            let own = try await caller.send(
                "PATCH", "/api/v1/me", body: Data(#"{"name":"Lao","language":"zh"}"#.utf8),
                headers: ["Origin": server.address, "Sec-Fetch-Site": "same-origin"])
            #expect(own.status == 200, "\(own.text)")
        }
    }

    @Test("Hostile bodies get a 4xx problem on every route that takes one")
    func hostileBodies() async throws {
        let routes = try Document.routes().filter { $0.example != nil }
        try #require(routes.count >= 11)
        try await withSmallMarket { server, _ in
            let caller = Caller(server.address)
            #expect(try await caller.signIn(SmallMarket.merchants[0], password: SmallMarket.password).status == 201)
            for route in routes {
                for (name, body) in try Self.hostileBodies(of: route) {
                    let answer = try await caller.send(route.method, route.path(), body: body)
                    #expect(
                        (400..<500).contains(answer.status), "\(route.name), \(name): \(answer.status) \(answer.text)")
                    #expect(answer.problem != nil, "\(route.name), \(name): \(answer.text)")
                    // Who may not use a route is told so before the body is read.
                    let isTheirs = ["anyone", "visitor", "person"].contains(route.access)
                    if name == "2 MB" {
                        #expect(answer.status == (isTheirs ? 413 : 403), "\(route.name): \(answer.text)")
                    }
                }
            }
            #expect(try await caller.api("GET", "/me").status == 200)
        }
    }

    @Test("Extreme values in well-formed bodies, queries and paths never become a fault")
    func extremeValues() async throws {
        try await withSmallMarket { server, _ in
            let caller = Caller(server.address)
            #expect(try await caller.signIn(SmallMarket.merchants[0], password: SmallMarket.password).status == 201)
            let goods = try #require(try await caller.goods().first)
            let known = ["variant": goods.variant, "product": goods.product, "shop": goods.shop, "subject": goods.shop]
            for route in try Document.routes() {
                for body in try Self.extremeBodies(of: route, known: known) {
                    let answer = try await caller.send(route.method, route.path(known), body: body)
                    #expect(
                        answer.status < 500,
                        "\(route.name) \(String(decoding: body.prefix(200), as: UTF8.self)): \(answer.text)")
                }
                for value in Self.extremeTexts {
                    let inPath = try await caller.send(route.method, route.path(else: value), body: route.example)
                    #expect(inPath.status < 500, "\(route.name) \(value.prefix(40)): \(inPath.text)")
                    for name in route.query {
                        let answer = try await caller.send(route.method, route.path(known) + "?\(name)=\(value)")
                        #expect(answer.status < 500, "\(route.name) \(name)=\(value.prefix(40)): \(answer.text)")
                    }
                }
            }
        }
    }

    /// Bodies that no route can take.
    private static func hostileBodies(of route: Route) throws -> [(String, Data)] {
        let example = try #require(route.example)
        let object = try #require(try JSONSerialization.jsonObject(with: example) as? [String: Any])
        let wrong = try JSONSerialization.data(withJSONObject: object.mapValues { wrongType($0) })
        let deep = String(repeating: #"{"a":["#, count: 2_000) + String(repeating: "]}", count: 2_000)
        let big = Data(#"{"name":""#.utf8) + Data(repeating: 0x61, count: 2 << 20) + Data(#""}"#.utf8)
        return [
            ("nothing", Data()), ("a list", Data("[]".utf8)), ("an empty object", Data("{}".utf8)),
            ("null", Data("null".utf8)),
            ("half an object", example.dropLast(2)), ("deep", Data(deep.utf8)), ("2 MB", big), ("wrong types", wrong),
            ("no UTF-8", Data([0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x3A, 0xC3, 0x28, 0x7D])),
            ("no JSON", Data("a=1&b=2".utf8)),
        ]
    }

    private static func wrongType(_ value: Any) -> Any {
        switch value {
        case is String: ["a": 1]
        case is [Any]: "text"
        case is [String: Any]: [1, 2]
        default: "no number"
        }
    }

    /// The example with one member after the other replaced by an extreme value of its own type.
    private static func extremeBodies(of route: Route, known: [String: String]) throws -> [Data] {
        guard let example = route.example,
            var object = try JSONSerialization.jsonObject(with: example) as? [String: Any]
        else { return [] }
        for (name, value) in known where object[name] != nil { object[name] = value }
        return try object.flatMap { name, value -> [Data] in
            let values: [Any] =
                switch value {
                case is String:
                    ["", "\u{0}", String(repeating: "长", count: 60_000), "a\u{202E}b", "'; DROP TABLE people; --"]
                case is [Any]: [[Any](), [Any](repeating: (value as? [Any])?.first ?? 0, count: 2_000)]
                case is NSNumber: [Int64.max, Int64.min, -1, 0, 1e300, 0.5]
                default: []
                }
            return try values.map { extreme in
                var changed = object
                changed[name] = extreme
                return try JSONSerialization.data(withJSONObject: changed)
            }
        }
    }

    private static let extremeTexts = [
        "", "%00", "%FF%FE", "-1", "99999999999999999999999999", "ord_", "..%2F..%2Fetc%2Fpasswd", "%25s%25n",
        String(repeating: "a", count: 3_000), "%E4%B8%AD%E6%96%87", "prd_zzzzzzzzzzzzzzzzzzzzzzzzzz", "1e999",
        "a%3Ab%3Ac",
    ]
}
