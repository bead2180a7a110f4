import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Kernel
import Orders
import Testing

@testable import Sites

/// What keeps one person's things from another, and another site's pages from ours.
struct SafetyTests {
    @Test func strangersSeeNeitherOrdersNorPayments() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let buyer = Browser(client)
            try await buyer.signUp()
            let open = try await buyer.get("/checkout?variant=\(site.teaVariants[0])&quantity=1")
            let placed = try await buyer.post(
                "/checkout",
                [
                    ("line", try #require(open.field("line"))), ("key", try #require(open.field("key"))),
                    ("mode", "single"),
                    ("name", "Lin"), ("phone", "13900000000"), ("region", "a"), ("city", "b"), ("street", "c"),
                ])
            let payment = try #require(placed.location)
            let orders = try await buyer.get("/orders").text
            let order = String(try #require(orders.firstMatch(of: /\/orders\/ord_[0-9a-z]+/)).output)
            let detail = try await buyer.get(order).text
            let group = String(try #require(detail.firstMatch(of: /\/orders\/groups\/grp_[0-9a-z]+/)).output)

            let stranger = Browser(client)
            try await stranger.signUp("Mallory")
            for path in [order, payment, "\(group)/return", "/shop-desk/\(site.shop)/orders"] {
                #expect(try await stranger.get(path).status == .notFound, "\(path)")
            }
            for path in ["\(order)/cancel", "\(order)/receipt", payment, "\(group)/pay"] {
                #expect(try await stranger.post(path, [("decision", "pay")]).status == .notFound, "\(path)")
            }
            #expect(try await buyer.get(order).text.contains("Unpaid"))
        }
    }

    @Test func formsWithoutTheirTokenChangeNothing() async throws {
        let site = try await Site()
        let paths = [
            "/cart/lines", "/cart/lines/\(site.teaVariants[0])", "/sign-in", "/sign-up", "/sign-out", "/language",
            "/theme",
            "/not-interested", "/follows/\(site.shop)", "/products/\(site.tea)/like", "/checkout", "/me", "/me/tokens",
        ]
        try await Application(router: site.router).test(.router) { client in
            let browser = Browser(client)
            try await browser.signUp()
            for path in paths {
                #expect(try await browser.post(path, [], token: "wrong").status == .forbidden, "\(path)")
            }
        }
    }

    @Test func whatPeopleWroteIsEscaped() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let browser = Browser(client)
            for path in ["/products/\(site.script)", "/shops/\(site.shop)", "/mall", "/search?q=%3Cscript%3Ealert(1)"] {
                let text = try await browser.get(path).text
                #expect(!text.contains("<script>alert"), "\(path)")
                #expect(text.contains("&lt;script&gt;"), "\(path)")
            }
        }
    }

    @Test func signingInLeadsOnlyToPagesOfOurs() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let browser = Browser(client)
            for target in [
                "//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/\t/evil",
            ] {
                let page = try await browser.get("/sign-up?next=\(target.queryEscaped)")
                #expect(page.field("next") == "/", "\(target)")
                let fields = [
                    ("name", "A"), ("email", "\(UUID())@example.com"), ("password", "correct horse"), ("next", target),
                ]
                #expect(try await browser.post("/sign-up", fields).location == "/")
                _ = try await browser.get("/me")
                _ = try await browser.post("/sign-out", [])
            }
        }
    }

    @Test func absentValuesAreNotWrittenAsWords() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let browser = Browser(client)
            for path in ["/videos/\(site.video)", "/creators/mei", "/products/\(site.tea)", "/", "/mall", "/following"]
            {
                let page = try await browser.get(path)
                #expect(page.status == .ok, "\(path)")
                for mistake in ["slate=\"false\"", "value=\"false\"", "src=\"false\"", "Optional(", ">false<"] {
                    #expect(!page.text.contains(mistake), "\(path) holds \(mistake)")
                }
            }
        }
    }

    @Test func reactionsAreFormsToo() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let browser = Browser(client)
            _ = try await browser.get("/videos/\(site.video)")
            let liked = try await browser.post("/videos/\(site.video)/like", [("on", "1")])
            #expect(liked.location == "/videos/\(site.video)")
            _ = try await browser.post("/follows/\(site.creator)", [("on", "1")])
            #expect(try await browser.get("/creators/mei").text.contains("1 followers"))
            #expect(
                try await browser.post("/videos/\(site.video)/comments", [("body", "x")]).location?.hasPrefix(
                    "/sign-in") == true)
            try await browser.signUp("Ann")
            _ = try await browser.get("/videos/\(site.video)")
            _ = try await browser.post("/videos/\(site.video)/comments", [("body", "Calm & good <3")])
            let page = try await browser.get("/videos/\(site.video)")
            #expect(page.text.contains("Calm &amp; good &lt;3"))
            #expect(
                try await browser.post("/videos/\(site.video)/comments", [("body", " ")]).status
                    == .unprocessableContent)
            #expect(try await browser.post("/not-interested", [("subject", "\(site.video)")]).location == "/")
        }
    }

    @Test func pagesForWhatIsNotThere() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let browser = Browser(client)
            for path in [
                "/products/x", "/products/prd_00000000000000000000000001", "/creators/nobody", "/nothing", "/videos/1",
            ] {
                let page = try await browser.get(path)
                #expect(page.status == .notFound && page.text.contains("This page does not exist"), "\(path)")
            }
            #expect(try await browser.get("/orders").location == "/sign-in?next=%2Forders")
        }
    }

    /// A page that asks the store more often than this gets slower for everybody; raise a number only for a reason.
    @Test func pagesAskLittleOfTheStore() async throws {
        let site = try await Site()
        let limits = ["/": 6, "/products/\(site.tea)": 7, "/mall": 5, "/search?q=tea": 6, "/cart": 3]
        try await Application(router: site.router).test(.router) { client in
            let browser = Browser(client)
            for (path, limit) in limits {
                // Once to warm what is cached, once to count.
                _ = try await browser.get(path)
                _ = site.store.take()
                _ = try await browser.get(path)
                let asked = site.store.take()
                #expect(asked <= limit, "\(path) asked \(asked) times")
            }
        }
    }
}
