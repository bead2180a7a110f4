import Foundation
import Harness
import Testing

@Suite("Commands with an Idempotency-Key")
struct IdempotencyTests {
    @Test("A repeated command does nothing twice and gets the first answer; another command with its key is refused")
    func repeated() async throws {
        try await withSmallMarket { server, _ in
            let person = Caller(server.address)
            #expect(try await person.signUp("twice@example.com").status == 201)
            let token: [String: any Sendable] = ["name": "sync", "scopes": ["orders"]]
            let made = try await person.api("POST", "/me/tokens", token, key: "t1")
            let remade = try await person.api("POST", "/me/tokens", token, key: "t1")
            #expect(
                made["id"] as String? == remade["id"] && made["secret"] as String? != nil
                    && remade["secret"] as String? == nil)
            #expect(try await person.api("GET", "/me/tokens").list("items").count == 1)
            let other = try await person.api("POST", "/me/tokens", ["name": "x", "scopes": ["orders"]], key: "t1")
            #expect(other.problem == "idempotency-key-reused", "\(other.text)")
            let goods = try #require(try await person.goods().first)
            let seen: [String: any Sendable] = [
                "touchpoints": [
                    ["kind": "open", "subject": "\(goods.product)", "dwell": 900] as [String: any Sendable]
                ]
            ]
            for _ in 0..<2 {
                let answer = try await person.api("POST", "/touchpoints", seen, key: "s1")
                #expect(answer.status == 202, "\(answer.text)")
            }
            let stranger = Caller(server.address)
            #expect(try await stranger.signUp("stranger@example.com").status == 201)
            #expect(
                try await stranger.api("POST", "/me/tokens", token, key: "t1")["id"] as String? != made["id"],
                "a key belongs to its caller")
        }
    }
}
