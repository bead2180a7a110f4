import Decisions
import Experience
import Flows
import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Journal
import Kernel
import NorthStar
import People
import Store
import Testing

@testable import Sites

/// Surveys, scores and the North Star by browser and API: the right people see the right things.
struct ExperiencePagesTests {
    @Test func somebodyIsAskedWhereTheyAreAndNobodyElseCanAnswer() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { try await Self.walkSurvey(site, $0) }
    }

    private static func walkSurvey(_ site: Site, _ client: any TestClientProtocol) async throws {
        let browser = Browser(client)
        try await browser.signUp("Lin")
        let person = try await self.person("Lin", at: site)
        #expect(try await !browser.get("/").text.contains("/surveys/"))
        let invitation = try await invite(person, at: site)
        let feed = try await browser.get("/")
        #expect(feed.text.contains("/surveys/\(invitation)/answer") && feed.text.contains("recommend this marketplace"))
        #expect(try await browser.get("/", language: "zh").text.contains("推荐给朋友"))
        let stranger = Browser(client)
        try await stranger.signUp("Eve")
        let sent = [("score", "3"), ("driver", "price"), ("reason", "<b>dear"), ("next", "/"), ("key", "k1")]
        #expect(try await stranger.post("/surveys/\(invitation)/answer", sent).status == .notFound)
        #expect(try await stranger.post("/surveys/\(invitation)/dismissal", []).status == .notFound)
        #expect(
            try await browser.post("/surveys/\(invitation)/answer", [("next", "/")]).status == .unprocessableContent)
        _ = try await browser.get("/")
        #expect(try await browser.post("/surveys/\(invitation)/answer", sent).location == "/?survey=thanks")
        #expect(try await browser.post("/surveys/\(invitation)/answer", sent).location == "/?survey=thanks")
        #expect(try await browser.post("/surveys/\(invitation)/answer", [("score", "9")]).status == .conflict)
        #expect(try await browser.get("/?survey=thanks").text.contains("Thank you"))
        #expect(try await !browser.get("/").text.contains("/surveys/"))
        let desk = Browser(client)
        try await promote(desk, at: site)
        let page = try await desk.get("/operator/nps")
        for text in ["−100", "1 answered", "&lt;b&gt;dear", "Price", "never bought"] {
            #expect(page.text.contains(text), "\(text)")
        }
        #expect(page.text.contains("<svg") && page.text.contains("role=\"img\""))
        #expect(try await desk.get("/operator/nps", language: "zh").text.contains("全局 NPS"))
        let csv = try await desk.get("/operator/nps.csv?journey=everything&weeks=4").text
        #expect(csv.hasPrefix("part,name,population") && csv.contains("total,everything,1,1,1,1,1,0,1,-100"))
        for journey in Journey.allCases {
            #expect(try await desk.get("/operator/nps?journey=\(journey.rawValue)").status == .ok)
        }
        for path in [
            "/operator/nps", "/operator/nps.csv", "/operator/north-star", "/operator/appeals", "/operator/allocations",
        ] {
            #expect(try await stranger.get(path).status == .forbidden, "\(path)")
            #expect(try await Browser(client).get(path).status == .seeOther, "\(path)")
        }
    }

    @Test func overTheAPIAnotherPersonsInvitationIsNotThere() async throws {
        let site = try await Site()
        let person = PersonID(rawValue: 99)
        let invitation = try await Self.invite(person, at: site)
        try await Application(router: site.apiRouter).test(.router) { try await Self.callStranger(invitation, $0) }
        let asked = try await site.market.experience.show(to: person)
        #expect(asked?.id == invitation, "nobody answered in their place")
    }

    private static func callStranger(_ invitation: InvitationID, _ client: any TestClientProtocol) async throws {
        let root = "/api/v1"
        let next = try await client.execute(uri: "\(root)/surveys/next", method: .get)
        #expect(next.status == .ok && String(buffer: next.body) == "{}")
        for (path, body) in [("answer", "{\"score\": 0}"), ("dismissal", "")] {
            let answer = try await client.execute(
                uri: "\(root)/surveys/\(invitation)/\(path)", method: .post,
                headers: [.contentType: "application/json"], body: ByteBuffer(string: body))
            #expect(answer.status == .notFound, "\(path): \(String(buffer: answer.body))")
        }
        for path in [
            "experience/surveys/everything", "north-star", "allocations", "experience-budget", "score-appeals",
        ] {
            let answer = try await client.execute(uri: "\(root)/\(path)", method: .get)
            #expect(answer.status == .unauthorized, "\(path)")
        }
    }

    @Test func aScoreIsShownWithItsReasonsAndOnlyStaffCanAppeal() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { try await Self.walkScore(site, $0) }
    }

    private static func walkScore(_ site: Site, _ client: any TestClientProtocol) async throws {
        let stranger = Browser(client)
        try await stranger.signUp("Eve")
        #expect(try await stranger.get("/shops/\(site.shop)").text.contains("Not enough orders yet"))
        let path = "/shop-desk/\(site.shop)/score"
        #expect(try await stranger.get(path).status == .notFound)
        #expect(try await stranger.get("\(path).csv").status == .notFound)
        #expect(
            try await stranger.post(
                "\(path)/appeals", [("order", "\(OrderID(rawValue: 1))"), ("reason", "a storm")]
            ).status == .notFound)
        let desk = Browser(client)
        try await promote(desk, at: site)
        #expect(try await desk.get(path).text.contains("How it is reckoned"))
        #expect(try await desk.get(path, language: "zh").text.contains("体验分"))
        #expect(try await desk.get("\(path).csv").text.contains("part,goods"))
        #expect(try await desk.get("/operator/appeals").text.contains("No appeals"))
    }

    @Test func anOperatorChangesTheTreeAndMoneyIsRefused() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { try await Self.walkTree(site, $0) }
    }

    private static func walkTree(_ site: Site, _ client: any TestClientProtocol) async throws {
        let root = "/operator/north-star"
        let desk = Browser(client)
        try await promote(desk, at: site)
        let first = try await desk.get(root)
        for text in ["Global NPS", "Good content", "Refunds", "unknown", "GMV"] {
            #expect(first.text.contains(text), "\(text)")
        }
        func fields(_ key: String, _ title: String, after: Int) -> [(String, String)] {
            [
                ("node", key), ("kind", "process"), ("parent", "good_service"), ("titleEn", title), ("titleZh", ""),
                ("definitionEn", "d"), ("owner", "Trade"), ("unit", "hours"), ("direction", "down"), ("metric", ""),
                ("note", "because"), ("after", "\(after)"), ("key", "\(key)\(after)"),
            ]
        }
        let refused = try await desk.post("\(root)/nodes", fields("more", "GMV growth", after: 0))
        #expect(refused.status == .unprocessableContent && refused.text.contains("is a result"))
        #expect(try await desk.post("\(root)/nodes", fields("wait", "Waiting <i>time", after: 0)).location == root)
        #expect(try await desk.post("\(root)/nodes", fields("wait", "Late", after: 0)).status == .conflict)
        let page = try await desk.get(root)
        #expect(page.text.contains("Waiting &lt;i&gt;time") && page.text.contains("\(root)?version=1"))
        let strategy = [
            ("strategy", "Tell people sooner"), ("serves", "wait"), ("starts", "2090-01-01"), ("ends", "2090-06-01"),
            ("milestones", "2090-02-01 half know\n2090-03-01 all know"), ("resources", "two people"), ("after", "1"),
            ("key", "s1"),
        ]
        #expect(try await desk.post("\(root)/strategies", strategy).location == root)
        #expect(try await desk.get(root).text.contains("all know"))
        #expect(try await desk.get("\(root)?version=1").text.contains("This is version 1"))
        #expect(try await !desk.get("\(root)?version=1").text.contains("Tell people sooner"))
        _ = try await desk.get(root)
        #expect(try await desk.post("\(root)/slopes", [("key", "l1")]).location == root)
        #expect(try await desk.get("\(root).csv").text.contains("wait,process,good_service"))
    }

    @Test func anOperatorAllocatesInADecisionsName() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { try await Self.walkAllocation(site, $0) }
    }

    private static func walkAllocation(_ site: Site, _ client: any TestClientProtocol) async throws {
        let root = "/operator/allocations"
        let desk = Browser(client)
        try await promote(desk, at: site)
        #expect(try await desk.get(root).text.contains("No budget of experience is set"))
        let officer = Identity(person: try await person("Op", at: site), proof: .visitor, roles: [.operator])
        let keep = KeepDecisions(site.market)
        var terms = DecisionTerms.example
        (terms.startsAt, terms.endsAt) = (site.market.source.now, site.market.source.now + .days(1))
        terms.reviewAt = site.market.source.now + .days(2)
        let decision = try await keep.draft(terms, Command(by: officer)).decision.id
        func fields(_ lines: String, _ key: String) -> [(String, String)] {
            [
                ("decision", "\(decision)"), ("name", "Spring <i>"), ("budget", "300"), ("floor", ""),
                ("lines", lines), ("key", key),
            ]
        }
        let lines = "new,100,coupon 5,7.2,0.9,5,0.1,0.05\nnew,100,coupon 2,3.1,0.5,2,0,0.02"
        #expect(try await desk.post(root, fields(lines, "a1")).status == .conflict, "the decision is a draft")
        _ = try await keep.apply(.start, to: decision, note: "", Command(by: officer))
        let wrong = try await desk.post(root, fields("new,100", "a2"))
        #expect(wrong.status == .unprocessableContent && wrong.text.contains("eight parts"))
        #expect(try await desk.post(root, fields(lines, "a3")).location == root)
        #expect(try await desk.post(root, fields(lines, "a3")).location == root, "a double click allocates once")
        let page = try await desk.get(root)
        for text in ["Spring &lt;i&gt;", "coupon 5", "best of its group"] {
            #expect(page.text.contains(text), "\(text)")
        }
        #expect(page.text.components(separatedBy: "Spring &lt;i&gt;</h2>").count == 2)
        #expect(page.text.contains("CNY: λ = ") && page.text.contains("Exploration may take 10.0 % of the feed"))
        try await walkRates(desk, decision)
        let budget = [
            ("decision", "\(decision)"), ("allowance", "1.5"), ("starts", "2020-01-01"), ("ends", "2090-01-01"),
            ("key", "b1"),
        ]
        #expect(try await desk.post("\(root)/budget", budget).location == root)
        #expect(try await desk.get(root).text.contains("1.50 are left"))
        let size = [("decision", "\(decision)"), ("name", "global"), ("share", "200"), ("key", "h1")]
        #expect(try await desk.post("\(root)/holdouts", size).location == root)
        #expect(try await desk.get(root).text.contains("value=\"200\""))
    }

    /// What dissatisfaction costs is set by a decision; what can't be read changes nothing.
    private static func walkRates(_ desk: Browser, _ decision: DecisionID) async throws {
        let root = "/operator/allocations"
        func rates(_ like: String, _ currency: String, _ key: String) -> [(String, String)] {
            [
                ("decision", "\(decision)"), ("currency", currency), ("like", like), ("refundPoints", "8"),
                ("refundCost", "9"), ("lateDeliveryPoints", "3"), ("lateDeliveryCost", "2"),
                ("complaintPoints", "12"), ("complaintCost", "15"), ("reportPoints", "15"),
                ("notInterestedPoints", "1"), ("key", key),
            ]
        }
        for wrong in [rates("0", "CNY", "r1"), rates("much", "CNY", "r2"), rates("0.2", "yuan", "r3")] {
            #expect(try await desk.post("\(root)/rates", wrong).status == .unprocessableContent)
        }
        #expect(try await desk.get(root).text.contains("None are set"))
        #expect(try await desk.post("\(root)/rates", rates("0.2", "CNY", "r4")).location == root)
        let set = try await desk.get(root)
        #expect(set.text.contains("A like is worth ¥0.20. A refund takes 8.00 points and costs ¥9.00"))
        let chinese = try await desk.get(root, language: "zh")
        #expect(chinese.text.contains("一个赞价值") && chinese.text.contains("当前影子价格"))
        let coupons = [
            ("decision", "\(decision)"), ("experiment", "\(ExperimentID(rawValue: 1))"), ("name", "c"), ("budget", "3"),
            ("key", "c1"),
        ]
        #expect(try await desk.post("\(root)/coupons", coupons).status == .notFound)
    }

    // MARK: How

    private static func invite(_ person: PersonID, at site: Site) async throws -> InvitationID {
        // Everybody is asked, which the marketplace's own terms don't do.
        var terms = SurveyTerms()
        terms.everybodyShare = 10_000
        let room = Experience(
            store: site.store, journal: site.market.journal, source: site.market.source, terms: terms)
        let touch = Touchpoint(
            person: person, time: site.market.source.now, kind: .view, subject: .video(site.video))
        try await site.store.write { _ = try site.market.journal.append(touch, at: touch.time, in: $0) }
        try await site.market.journal.catchUp(room.surveyFollower)
        return try #require(
            try await site.store.read { try Experience.next(for: person, at: site.market.source.now, in: $0) }
        ).id
    }

    private static func person(_ name: String, at site: Site) async throws -> PersonID {
        try #require(
            try await site.store.read {
                try $0.value("SELECT id FROM people WHERE name = \(name)", as: PersonID.self)
            })
    }

    private static func promote(_ browser: Browser, at site: Site) async throws {
        try await browser.signUp("Op")
        let person = try await person("Op", at: site)
        try await site.store.write { [people = site.market.people] in
            try people.grant(.operator, to: person, in: $0)
        }
    }
}
