import Foundation
import Harness
import Testing

@Suite("The API document and the routes say the same")
struct DocumentTests {
    @Test("docs/openapi.json is what the executable prints and what the server answers")
    func documentIsCurrent() async throws {
        let scratch = try Scratch()
        let printed = try await Child.run(try Executable.quanyu, ["openapi", "--data", scratch.path]).output
        let start = try #require(printed.range(of: "{\n")?.lowerBound)
        #expect(
            String(printed[start...]) == (try Document.committed),
            "Run `quanyu openapi > docs/openapi.json` and read the difference.")
        try await withSmallMarket { server, _ in
            let answer = try await Caller(server.address).send("GET", "/api/v1/openapi.json")
            #expect(answer.text + "\n" == (try Document.committed))
        }
    }

    @Test("Every described route is there, and nothing else is at a path beside it")
    func routesAnswer() async throws {
        let routes = try Document.routes()
        try #require(routes.count > 30)
        try await withSmallMarket { server, _ in
            for route in routes {
                let answer = try await Caller(server.address).send(route.method, route.path(), body: route.example)
                #expect(!Self.isNowhere(answer), "\(route.name): \(answer.text)")
                #expect(answer.status < 500, "\(route.name): \(answer.text)")
                let beside = try await Caller(server.address).send(route.method, route.path() + "/beside/it")
                #expect(Self.isNowhere(beside), "\(route.name): \(beside.status) \(beside.text)")
            }
        }
    }

    @Test("Nobody gets past a route that needs a person: without identity, with a made-up session or token")
    func personRoutesNeedAPerson() async throws {
        let routes = try Document.routes().filter(\.needsPerson)
        try #require(routes.count > 10)
        try await withSmallMarket { server, _ in
            let callers = [
                Caller(server.address), Caller(server.address, token: "qy_made_up"), Caller(server.address, token: ""),
                Caller(server.address, cookies: ["quanyu_session": "made-up"]),
                Caller(
                    server.address,
                    cookies: ["quanyu_visitor": "per_01arz3ndektsv4rrffq69g5fav.00000000000000000000000000000000"]),
            ]
            for route in routes {
                for caller in callers {
                    let answer = try await caller.send(route.method, route.path(), body: route.example)
                    #expect(answer.status == 401, "\(route.name): \(answer.text)")
                    #expect(answer.problem == "sign-in-required", "\(route.name): \(answer.text)")
                    #expect(answer.headers.first(name: "www-authenticate") == "Bearer")
                }
            }
        }
    }

    @Test("A parameter that takes only some values refuses the others, by name")
    func parametersAreHeld() async throws {
        let routes = try Document.routes().filter { route in
            !route.needsPerson && !route.refused.isEmpty && !route.path.contains("{")
        }
        try #require(routes.count >= 3)
        try await withSmallMarket { server, _ in
            for route in routes {
                for (name, value) in route.refused {
                    let answer = try await Caller(server.address).send(route.method, route.path() + "?\(name)=\(value)")
                    #expect((400..<500).contains(answer.status), "\(route.name) \(name): \(answer.text)")
                    #expect(answer.text.contains("\"\(name)\""), "\(route.name) \(name): \(answer.text)")
                }
            }
        }
    }

    private static func isNowhere(_ answer: Answer) -> Bool {
        answer.status == 404 && (answer["detail"] ?? "").hasPrefix("There is nothing at this address")
    }
}
