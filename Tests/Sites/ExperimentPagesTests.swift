import Decisions
import Experiments
import Flows
import HTTP
import Hummingbird
import HummingbirdTesting
import Journal
import Kernel
import People
import Store
import Testing

@testable import Sites

/// An operator with a browser tries other ranking weights, reads what they created, and finds it in the value ledger.
struct ExperimentPagesTests {
    private static let root = "/operator/experiments"

    @Test func anOperatorTriesWeightsAndReadsTheResult() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { try await Self.walk(site, $0) }
    }

    private static func walk(_ site: Site, _ client: any TestClientProtocol) async throws {
        let desk = Browser(client)
        let command = try await promote(desk, at: site)
        let front = try await desk.get("/operator")
        #expect(front.text.contains(root) && front.text.contains("/operator/value"))
        #expect(try await desk.get("\(root)/new").text.contains("Write a decision first"))
        try await registerWeights(desk)
        var terms = DecisionTerms.example
        let now = site.market.source.now
        (terms.startsAt, terms.endsAt, terms.reviewAt) = (now, now + .days(14), now + .days(30))
        let decision = try await KeepDecisions(site.market).draft(terms, command).decision.id
        let path = try await draft(desk, decision)
        let refused = try await desk.post("\(path)/events", [("event", "start"), ("key", "e1")])
        #expect(refused.status == .conflict && refused.text.contains("needs a decision that is running"))
        _ = try await KeepDecisions(site.market).apply(.start, to: decision, note: "", command)
        #expect(try await desk.post("\(path)/events", [("event", "start"), ("key", "e2")]).location == path)
        #expect(try await desk.get(path).text.contains("too few people"))
        let shrink = try await desk.post("\(path)/share", [("share", "1"), ("key", "e3")])
        #expect(shrink.status == .conflict && shrink.text.contains("can only grow"))
        #expect(try await desk.post("\(path)/share", [("share", "100"), ("key", "e4")]).location == path)
        #expect(try await desk.post("\(path)/cost", [("cost", "much"), ("key", "e5")]).status == .unprocessableContent)
        #expect(
            try await desk.post("\(path)/cost", [("cost", "120"), ("currency", "CNY"), ("key", "e6")]).location == path)
        try await happen(site, path)
        try await read(desk, path)
        #expect(try await desk.post("\(path)/events", [("event", "end"), ("key", "e7")]).location == path)
        #expect(try await desk.get(root).text.contains("Ended"))
        try await checkOutsiders(client, path)
    }

    private static func registerWeights(_ desk: Browser) async throws {
        let greedy = try await desk.post("\(root)/weights", [("weights", "version = x\ngmv = 9"), ("key", "w1")])
        #expect(greedy.status == .unprocessableContent && greedy.text.contains("sales value is not on purpose"))
        let good = [("weights", "version = fresh-1\nfreshness = 0.9"), ("key", "w2")]
        #expect(try await desk.post("\(root)/weights", good).location == root)
        let taken = try await desk.post("\(root)/weights", [good[0], ("key", "w3")])
        #expect(taken.status == .conflict)
        #expect(try await desk.get(root).text.contains("fresh-1"))
    }

    private static func draft(_ desk: Browser, _ decision: DecisionID) async throws -> String {
        let form = try await desk.get("\(root)/new")
        let key = try #require(form.field("key"))
        var fields = [
            ("decision", "\(decision)"), ("name", "Fresh <b>"), ("version", "fresh-1"), ("armShare", "50"),
            ("share", "much"), ("primary", "buyers"), ("least", "5"), ("harm", "10"), ("unit", "persons"),
            ("stock", "1"), ("key", key),
        ]
        let bad = try await desk.post(root, fields)
        #expect(bad.status == .unprocessableContent && bad.text.contains("Fresh &lt;b&gt;"))
        fields[4].1 = "40"
        let path = try #require(try await desk.post(root, fields).location)
        #expect(try await desk.post(root, fields).location == path, "a double click writes one draft")
        let seen = try await desk.get(path)
        #expect(seen.text.contains("draw on the same stock") && seen.text.contains("Fresh &lt;b&gt;"))
        return path
    }

    private static func read(_ desk: Browser, _ path: String) async throws {
        let page = try await desk.get(path)
        for text in [
            "would have come anyway; this created", "Created value?", "Experience safe?", "Evidence sound?",
            "role=\"img\"", "would have bought anyway", "At every look", "the same for everybody",
            "as they were meant to be",
        ] {
            #expect(page.text.contains(text), "\(text)")
        }
        let chinese = try await desk.get(path, language: "zh")
        #expect(chinese.text.contains("由此创造的增量是") && chinese.text.contains("证据可靠吗？"))
        let figures = try await desk.get("\(path)/figures.csv")
        #expect(figures.text.hasPrefix("arm,metric,") && figures.text.contains(",buyers,400,"))
        let ledger = try await desk.get("/operator/value")
        #expect(ledger.text.contains("Claimed") && ledger.text.contains("Answer where-is-my-parcel"))
        #expect(ledger.text.contains("¥1.50") && ledger.text.contains("¥1.00"), "created cost more than credited")
        for text in ["Everything against the global holdout", "Reviews", "Does it still hold?", "Not known yet."] {
            #expect(ledger.text.contains(text), "\(text)")
        }
        #expect(try await desk.get("/operator/value", language: "zh").text.contains("是否有偏离"))
        let form = try await desk.get("\(root)/new")
        #expect(form.text.contains("Share of exploration") && form.text.contains("A coupon that the platform pays"))
    }

    /// 400 people an arm; 10 % buy without the new weights, 30 % with them, plainly.
    private static func happen(_ site: Site, _ path: String) async throws {
        let id = try #require(ExperimentID(path.split(separator: "/").last ?? ""))
        let now = site.market.source.now
        try await site.market.store.write { [journal = site.market.journal] in
            try append(id, now, to: journal, in: $0)
        }
        try await site.market.journal.catchUp(site.market.experiments.follower)
    }

    private static func append(
        _ id: ExperimentID, _ now: Instant, to journal: Journal, in transaction: any Transaction
    ) throws {
        for number in 0..<800 {
            let (arm, person) = (number % 2, PersonID(rawValue: UInt128(number + 1)))
            let exposure = Exposure(
                experiment: id, arm: arm, person: person, time: now, propensity: 0.5, isGhost: arm == 0)
            try journal.append(exposure, at: now, in: transaction)
            guard number / 2 % 10 < (arm == 0 ? 1 : 3) else { continue }
            let order = OrderID(rawValue: UInt128(number + 1))
            try journal.append(Paid(order: order, buyer: person, time: now + .seconds(5)), at: now, in: transaction)
        }
    }

    private struct Paid: FactContent {
        static let topic = "orders.order_changed"
        let order: OrderID
        let buyer: PersonID
        let time: Instant
        var state = "paid"
        var lines = [["amount": 4_900 as Int64]]
        var key: String { buyer.description }
    }

    private static func checkOutsiders(_ client: any TestClientProtocol, _ path: String) async throws {
        let stranger = Browser(client)
        try await stranger.signUp("Eve")
        for page in [root, "\(root)/new", path, "\(path)/figures.csv", "/operator/value"] {
            #expect(try await stranger.get(page).status == .forbidden, "\(page)")
            #expect(try await Browser(client).get(page).status == .seeOther)
        }
        _ = try await stranger.get("/me")
        for (page, fields) in [
            (root, [("name", "x")]), ("\(root)/weights", [("weights", "version = y")]),
            ("\(path)/events", [("event", "end")]), ("\(path)/share", [("share", "90")]),
            ("\(path)/cost", [("cost", "1"), ("currency", "CNY")]),
        ] {
            #expect(try await stranger.post(page, fields).status == .forbidden, "\(page)")
        }
    }

    private static func promote(_ browser: Browser, at site: Site) async throws -> Command {
        try await browser.signUp("Op")
        let found = try await site.market.store.read {
            try $0.value("SELECT id FROM people WHERE name = 'Op'", as: PersonID.self)
        }
        let person = try #require(found)
        try await site.market.store.write { [people = site.market.people] in
            try people.grant(.operator, to: person, in: $0)
        }
        return Command(by: Identity(person: person, proof: .visitor, roles: [.operator], name: "Op"))
    }
}
