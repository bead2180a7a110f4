import Foundation
import Harness
import Testing

/// Every route of the API document, called by everybody it does not belong to.
@Suite("Nobody gets at what is somebody else's") struct AuthorisationTests {
    /// Somebody to whom none of the ``Belongings`` belongs.
    struct Stranger {
        let name: String
        let roles: Set<String>
        let cookies: [String: String]
        /// A shop of their own.
        var shop: String?

        /// Every request comes from a browser of its own, so that one answer doesn't change who asks next.
        func caller(_ server: Server) -> Caller { Caller(server.address, cookies: cookies) }
    }

    @Test("Every described route is known to the table of access, and the table knows no route that is gone")
    func tableIsWhole() throws {
        let routes = try Document.routes()
        try #require(routes.count > 100)
        for route in routes {
            for roles in [[], ["shopper"], ["operator"]] as [Set<String>] {
                if case .unknown = AccessTable.rule(route, for: roles) {
                    Issue.record("\(route.name): who may call it? Say so in AccessTable.")
                }
            }
        }
        let listed = AccessTable.open.union(AccessTable.aboutTheCaller).union(AccessTable.ofTheShop)
            .union(AccessTable.alsoForOperators)
        #expect(listed.subtracting(routes.map(\.name)) == [])
        let parameters = Set(routes.flatMap(\.parameters))
        #expect(Set(AccessTable.owned.keys).union(AccessTable.shared.keys).subtracting(parameters) == [])
    }

    @Test("Every route, as everybody but the owner: refused as its access says, nothing told, nothing changed")
    func strangers() async throws {
        try await withSmallMarket { server, market in
            let routes = try Document.routes()
            let operates = try await Self.account("officer@example.com", role: "operator", server, market)
            let theirs = try await Belongings(server, operator: operates)
            // The first look opens what is made when it is asked for, as the list of stock.
            _ = try await theirs.view(routes)
            var view = try await theirs.view(routes)
            // The owners do read these things: what strangers are refused is there.
            try #require(view.count > 40, "\(view.keys.sorted())")
            for stranger in try await Self.strangers(server, market) {
                for route in routes { try await Self.call(route, stranger, theirs, server) }
                let after = try await theirs.view(routes)
                for (name, text) in view where after[name] != text {
                    Issue.record("\(stranger.name) changed \(name):\n\(text)\n\(after[name] ?? "nothing")")
                }
                view = after
            }
        }
    }

    @Test("Every route of a shop, as staff of the same shop whose part may not: refused, and nothing changed")
    func colleagues() async throws {
        try await withSmallMarket { server, market in
            let routes = try Document.routes()
            let desk = routes.filter { DeskTable.permission(for: $0) != nil }
            try #require(desk.count > 80)
            let unnamed = routes.filter {
                $0.access == "person" && $0.parameters.first == "shop" && DeskTable.permission(for: $0) == nil
            }
            #expect(unnamed.map(\.name) == [], "Say in DeskTable what they need.")
            let named = Set(DeskTable.routes.values.flatMap(\.self))
            #expect(named.subtracting(routes.map { $0.name.replacing("/api/v1", with: "") }) == [])
            let operates = try await Self.account("officer@example.com", role: "operator", server, market)
            let theirs = try await Belongings(server, operator: operates)
            let staff = try await Self.staff(of: theirs, server)
            _ = try await theirs.view(routes)
            let view = try await theirs.view(routes)
            for (part, colleague) in staff {
                for route in desk where !DeskTable.may(part, route) {
                    let answer = try await colleague.caller(server).send(
                        route.method, theirs.path(route), body: try theirs.body(route))
                    let what = "\(part) \(route.name): \(answer.status) \(answer.text)"
                    #expect([403, 404].contains(answer.status), "\(what)")
                }
                let after = try await theirs.view(routes)
                for (name, text) in view where after[name] != text {
                    Issue.record("\(part) changed \(name):\n\(text)\n\(after[name] ?? "nothing")")
                }
            }
        }
    }

    /// One member of the shop's staff for each part that has not everything.
    private static func staff(of theirs: Belongings, _ server: Server) async throws -> [(String, Stranger)] {
        var found: [(String, Stranger)] = []
        for part in DeskTable.parts.keys.sorted() {
            let email = "\(part)@desk.example.com"
            let caller = Caller(server.address)
            _ = try await caller.signUp(email)
            let added = try await theirs.merchant.api(
                "POST", "/shops/\(theirs.shop)/staff", ["email": email, "role": part])
            guard added.status < 300 else { throw HarnessProblem("\(part) was not added: \(added.text)") }
            _ = try await caller.signIn(email)
            found.append((part, Stranger(name: part, roles: ["merchant"], cookies: caller.jar)))
        }
        return found
    }

    @Test("A shop's own address opens nothing of another shop's")
    func mixedAddresses() async throws {
        try await withSmallMarket { server, market in
            let routes = try Document.routes()
            let operates = try await Self.account("officer@example.com", role: "operator", server, market)
            let theirs = try await Belongings(server, operator: operates)
            _ = try await theirs.view(routes)
            let view = try await theirs.view(routes)
            let other = try #require(try await Self.strangers(server, market).first { $0.shop != nil })
            for route in routes where route.access == "person" && route.parameters.first == "shop" {
                let caller = other.caller(server)
                let bytes = try theirs.body(route)
                let body = bytes.map { String(decoding: $0, as: UTF8.self) }
                let answer = try await caller.send(route.method, theirs.path(route, at: other.shop), body: bytes)
                Self.expectSilence(answer, to: route, "\(other.name) \(route.name)", theirs)
                let others = route.parameters.dropFirst().filter { AccessTable.owned[$0] != nil }
                if !others.isEmpty {
                    #expect([403, 404].contains(answer.status), "\(route.name): \(answer.status) \(answer.text)")
                }
                if let body, ["var", "prd", "ord"].contains(where: { body.contains(theirs.id($0)) }) {
                    // Lists of commands answer for each of them.
                    let isRefused = [403, 404, 422].contains(answer.status) || answer.text.contains("not-found")
                    #expect(isRefused, "\(route.name): \(answer.status) \(answer.text)")
                }
            }
            let after = try await theirs.view(routes)
            for (name, text) in view where after[name] != text {
                Issue.record("The other shop changed \(name):\n\(text)\n\(after[name] ?? "nothing")")
            }
        }
    }

    private static func call(_ route: Route, _ stranger: Stranger, _ theirs: Belongings, _ server: Server) async throws
    {
        let rule = AccessTable.rule(route, for: stranger.roles)
        if case .entitled = rule { return }
        let answer = try await stranger.caller(server).send(
            route.method, theirs.path(route), body: try theirs.body(route))
        let what = "\(stranger.name) \(route.name): \(answer.status) \(answer.text.prefix(400))"
        expectSilence(answer, to: route, what, theirs)
        guard case .refused = rule else { return }
        if stranger.roles.isEmpty {
            #expect(answer.status == 401, "\(what)")
        } else if route.access == "person" {
            #expect([403, 404].contains(answer.status), "\(what)")
        } else {
            #expect(answer.status == 403, "\(what)")
        }
    }

    /// Whatever the answer is, it holds nothing of theirs but what the request itself named.
    private static func expectSilence(_ answer: Answer, to route: Route, _ what: String, _ theirs: Belongings) {
        #expect(answer.status < 500, "\(what)")
        guard answer.status < 300 else { return }
        let asked =
            theirs.path(route) + (((try? theirs.body(route)) ?? nil).map { String(decoding: $0, as: UTF8.self) } ?? "")
        for secret in Belongings.secrets + theirs.privateIDs
        where answer.text.contains(secret) && !asked.contains(secret) {
            Issue.record("\(what) tells \(secret)")
        }
    }

    private static func strangers(_ server: Server, _ market: SmallMarket) async throws -> [Stranger] {
        var found = [Stranger(name: "nobody", roles: [], cookies: [:])]
        let shopper = Caller(server.address)
        _ = try await shopper.signUp("stranger@example.com")
        found.append(Stranger(name: "a shopper", roles: ["shopper"], cookies: shopper.jar))
        let other = Caller(server.address)
        _ = try await other.signIn(SmallMarket.merchants[1], password: SmallMarket.password)
        var shop: String?
        for id in Set(try await other.goods().map(\.shop))
        where try await other.api("GET", "/shops/\(id)/orders").status == 200 { shop = id }
        found.append(Stranger(name: "another shop", roles: ["merchant"], cookies: other.jar, shop: shop))
        let creator = Caller(server.address)
        _ = try await creator.signIn("yun@demo.test", password: SmallMarket.password)
        found.append(Stranger(name: "a creator", roles: ["creator"], cookies: creator.jar))
        for role in ["warehouse", "operator"] {
            let caller = try await account("\(role)@example.com", role: role, server, market)
            found.append(Stranger(name: "somebody with the role \(role)", roles: [role], cookies: caller.jar))
        }
        return found
    }

    /// An account with a role that an operator's command grants.
    static func account(
        _ email: String, role: String, _ server: Server, _ market: SmallMarket
    ) async throws -> Caller {
        let caller = Caller(server.address)
        _ = try await caller.signUp(email)
        let (end, output) = try await Child.run(try Executable.quanyu, ["grant", email, role] + market.place)
        guard end == .exit(0) else { throw HarnessProblem("\(role) was not granted: \(output)") }
        _ = try await caller.signIn(email)
        return caller
    }
}
