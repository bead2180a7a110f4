import Foundation
import Harness
import Testing

@Suite("Sessions, tokens and limits of signing in")
struct IdentityTests {
    @Test("Guessing a password is stopped with 429 and a time to wait")
    func signInLimit() async throws {
        try await withSmallMarket { server, _ in
            let caller = Caller(server.address)
            var statuses: [Int] = []
            var last: Answer?
            for attempt in 0..<30 where statuses.last != 429 {
                let answer = try await caller.signIn(SmallMarket.shopper, password: "wrong password \(attempt)")
                statuses.append(answer.status)
                last = answer
            }
            #expect(statuses.last == 429 && statuses.dropLast().allSatisfy { $0 == 401 }, "\(statuses)")
            #expect(statuses.count >= 5, "a person who mistypes must get some tries: \(statuses)")
            let wait = try #require(last?.headers.first(name: "retry-after").flatMap { Int($0) })
            #expect((1...3_600).contains(wait))
            #expect(last?.problem == "too-many-requests")
            let right = try await caller.signIn(SmallMarket.shopper, password: SmallMarket.password)
            #expect(right.status == 429, "the right password must not tell itself apart from a wrong one")
        }
    }

    @Test("A session gets a secret of its own, and ends at once when it is ended")
    func sessions() async throws {
        try await withSmallMarket { server, _ in
            let (desk, phone) = (Caller(server.address), Caller(server.address, cookies: ["quanyu_session": "planted"]))
            for caller in [desk, phone] {
                #expect(try await caller.signIn(SmallMarket.shopper, password: SmallMarket.password).status == 201)
            }
            let secrets = [desk.jar["quanyu_session"], phone.jar["quanyu_session"]].compactMap(\.self)
            #expect(Set(secrets + ["planted"]).count == 3, "a planted cookie must not become a session")
            let before = phone.jar["quanyu_session"]
            #expect(try await phone.signIn(SmallMarket.shopper, password: SmallMarket.password).status == 201)
            #expect(phone.jar["quanyu_session"] != before, "signing in again must change the secret")
            let open = try await desk.api("GET", "/me/sessions").list("items")
            for session in open where session["isCurrent"] as? Bool == false {
                let id = try #require(session["id"] as? String)
                #expect(try await desk.api("DELETE", "/me/sessions/\(id)").status == 204)
            }
            #expect(try await phone.api("GET", "/me").status == 401)
            #expect(try await desk.api("GET", "/me").status == 200)
            #expect(try await desk.api("GET", "/me/sessions").list("items").count == 1)
        }
    }

    @Test("A token does what its scopes say, makes no other tokens, and ends at once")
    func tokens() async throws {
        try await withSmallMarket { server, _ in
            let person = Caller(server.address)
            #expect(try await person.signUp("person@example.com").status == 201)
            let made = try await person.api("POST", "/me/tokens", ["name": "books", "scopes": ["orders"], "days": 1])
            #expect(made.status == 201, "\(made.text)")
            let program = Caller(server.address, token: try #require(made["secret"]))
            #expect(try await program.api("GET", "/orders").status == 200)
            #expect(try await program.api("GET", "/me").status == 403)
            #expect(try await program.api("GET", "/following").status == 403)
            let goods = try #require(try await person.goods().first)
            #expect(try await program.order([goods]).status == 403)
            let wide = try await person.api(
                "POST", "/me/tokens", ["name": "wide", "scopes": ["profile", "orders", "shopping"]])
            let wideProgram = Caller(server.address, token: try #require(wide["secret"]))
            #expect(try await wideProgram.order([goods]).status == 201)
            #expect(
                try await wideProgram.api("POST", "/me/tokens", ["name": "more", "scopes": ["operate"]]).status == 403)
            let listed = try await person.api("GET", "/me/tokens")
            #expect(
                listed.list("items").count == 2 && !listed.text.contains("qy_"),
                "secrets are shown once: \(listed.text)")
            let id = try #require(made["id"])
            #expect(try await person.api("DELETE", "/me/tokens/\(id)").status == 204)
            #expect(try await program.api("GET", "/orders").status == 401)
        }
    }
}
