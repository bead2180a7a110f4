import Decisions
import Hummingbird
import HummingbirdTesting
import Kernel
import People
import Testing

@testable import Sites

/// An operator with a browser writes, starts and amends a decision; nobody else gets near it.
struct DecisionPagesTests {
    private static let root = "/operator/decisions"

    @Test func anOperatorMakesStartsAndAmendsADecision() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { try await Self.walk(site, $0) }
    }

    private static func walk(_ site: Site, _ client: any TestClientProtocol) async throws {
        let desk = Browser(client)
        try await promote(desk, at: site)
        #expect(try await desk.get("/operator").text.contains(root))
        let form = try await desk.get("\(root)/new")
        let key = try #require(form.field("key"))
        let bad = try await desk.post(root, fields(["leastWorthwhile": "much"]) + [("key", key)])
        #expect(bad.status == .unprocessableContent && bad.text.contains("Whoever waits"))
        let sent = fields(["goal": "Launch a chat", "metric": "chats launched", "milestones": "design\nlaunch"])
        let path = try #require(try await desk.post(root, sent + [("key", key)]).location)
        #expect(try await desk.post(root, sent + [("key", key)]).location == path, "a double click writes one draft")
        let seen = try await desk.get(path)
        #expect(seen.text.contains("A method is taken for the goal") && seen.text.contains("&lt;b&gt;Whoever"))
        #expect(try await desk.get(path, language: "zh").text.contains("把方法当作目标"))
        let refused = try await desk.post("\(path)/events", [("event", "start"), ("key", "k1")])
        #expect(refused.status == .conflict && refused.text.contains("named mistake"))
        let answer = [("mistake", "methodAsGoal"), ("reason", "The law asks for it."), ("key", "k2")]
        #expect(try await desk.post("\(path)/acknowledgements", answer).location == path)
        #expect(try await desk.post("\(path)/events", [("event", "start"), ("key", "k3")]).location == path)
        #expect(try await desk.get("\(path)/edit").status == .conflict)
        #expect(try await desk.post("\(path)/terms", fields(["goal": "Another"])).status == .conflict)
        let amendment = [("part", "timeline"), ("change", "Two weeks more"), ("reason", "A strike"), ("key", "k4")]
        #expect(try await desk.post("\(path)/amendments", amendment).location == path)
        let after = try await desk.get(path)
        for text in ["Running", "Launch a chat", "Two weeks more", "A strike", "The law asks for it."] {
            #expect(after.text.contains(text), "\(text)")
        }
        #expect(!after.text.contains("Another") && !after.text.contains("\(path)/edit"))
        #expect(try await desk.get(root).text.contains("Running"))
        try await checkOutsiders(client, path)
    }

    private static func checkOutsiders(_ client: any TestClientProtocol, _ path: String) async throws {
        let stranger = Browser(client)
        try await stranger.signUp("Eve")
        for page in [root, "\(root)/new", path] {
            #expect(try await stranger.get(page).status == .forbidden, "\(page)")
            let visitor = try await Browser(client).get(page)
            #expect(visitor.status == .seeOther && visitor.location?.contains("/sign-in") == true)
        }
        _ = try await stranger.get("/me")
        for (page, fields) in [
            (root, fields([:])), ("\(path)/events", [("event", "stop"), ("note", "no")]),
            ("\(path)/amendments", [("part", "goal"), ("change", "x"), ("reason", "y")]),
        ] {
            #expect(try await stranger.post(page, fields).status == .forbidden, "\(page)")
        }
    }

    private static func fields(_ changes: [String: String]) -> [(String, String)] {
        let sound = [
            "title": "Chat", "baseline": "Mail only", "difference": "An answer at once", "goal": "Less waiting",
            "beneficiaries": "<b>Whoever waits", "metric": "satisfaction", "leastWorthwhile": "2", "unit": "points",
            "falls": "", "chain": "good service\nglobal NPS", "milestones": "fewer wait", "resources": "two people",
            "alternatives": "answer mail sooner", "killRule": "nobody is more satisfied", "startsAt": "2090-01-01",
            "endsAt": "2090-02-01", "reviewAt": "2090-03-01",
        ]
        return sound.merging(changes) { $1 }.map { ($0.key, $0.value) }
    }

    private static func promote(_ browser: Browser, at site: Site) async throws {
        try await browser.signUp("Op")
        let found = try await site.market.store.read {
            try $0.value("SELECT id FROM people WHERE name = 'Op'", as: PersonID.self)
        }
        let person = try #require(found)
        try await site.market.store.write { [people = site.market.people] in
            try people.grant(.operator, to: person, in: $0)
        }
    }
}
