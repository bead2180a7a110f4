import Flows
import HTTP
import Hummingbird
import HummingbirdTesting
import Kernel
import Live
import Testing

@testable import Sites

/// Live rooms in a browser without script, from the host's desk to the order.
@Suite("Live pages") struct LivePagesTests {
    /// A merchant's session of the shop with the tea in its bag, by its address.
    private static func schedule(_ merchant: Browser, at site: Site) async throws -> String {
        let path = "/shop-desk/\(site.shop)/live"
        #expect(try await merchant.get(path).text.contains("Announce a session"))
        let made = try await merchant.post(
            path,
            [
                ("title", "Tea tonight"), ("titleChinese", "今晚喝茶"), ("planned", "2098-01-01T20:00"),
                ("product", "\(site.tea)"),
            ])
        return try #require(made.location)
    }

    @Test func aShopGoesLiveAndItsViewersPayTheLivePrice() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let (merchant, fan, other) = (Browser(client), Browser(client), Browser(client))
            try await StaffPagesTests.employ(merchant, as: .manager, at: site)
            let desk = try await Self.schedule(merchant, at: site)
            let room = desk.replacing("/desk", with: "")
            try await fan.signUp("Fan")
            let soon = try await fan.get(room)
            #expect(soon.text.contains("Tea tonight") && soon.text.contains("http-equiv=\"refresh\""))
            let variant = "\(site.teaVariants[0])"
            _ = try await merchant.get(desk)
            #expect(
                try await merchant.post(desk, [("act", "price"), ("variant", variant), ("amount", "39")]).status
                    == .seeOther)
            #expect(
                try await merchant.post(desk, [("act", "price"), ("variant", variant), ("amount", "490")]).text
                    .contains("must be below"))
            _ = try await merchant.post(desk, [("act", "start")])
            _ = try await merchant.post(desk, [("act", "pin"), ("product", "\(site.tea)")])
            let live = try await fan.get(room)
            #expect(live.text.contains("LIVE") && live.text.contains("Live price") && live.text.contains(">39<"))
            #expect(try await fan.get("/live").text.contains(room))
            #expect(try await other.get(room, language: "zh").text.contains("正在讲解"))
            // The fan's product page, cart and checkout have the live price; somebody elsewhere pays the usual one.
            #expect(try await fan.get("/products/\(site.tea)?variant=\(variant)").text.contains(">39<"))
            let stranger = Browser(client)
            #expect(try await stranger.get("/products/\(site.tea)?variant=\(variant)").text.contains(">49<"))
            let added = try await fan.post(
                "/cart/lines", [("variant", variant), ("quantity", "1"), ("next", room)])
            #expect(added.location == room)
            #expect(try await fan.get("/cart").text.contains("39.00"))
            #expect(try await fan.get("/checkout").text.contains("Live price"))
            _ = try await merchant.get(desk)
            _ = try await merchant.post(desk, [("act", "end")])
            #expect(try await fan.get(room).text.contains("This session is over"))
            #expect(try await fan.get("/cart").text.contains("49.00"))
            #expect(try await !fan.get("/live").text.contains(room))
        }
    }

    @Test func chatIsKeptInOrderByTheHost() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let (merchant, fan) = (Browser(client), Browser(client))
            try await StaffPagesTests.employ(merchant, as: .manager, at: site)
            let desk = try await Self.schedule(merchant, at: site)
            let room = desk.replacing("/desk", with: "")
            _ = try await merchant.get(desk)
            _ = try await merchant.post(desk, [("act", "start")])
            _ = try await merchant.post(desk, [("act", "ban"), ("words", "fake\r\n假货")])
            #expect(try await fan.get(room).text.contains("Sign in to write"))
            #expect(try await fan.post("\(room)/messages", [("body", "Hi")]).status == .seeOther)
            try await fan.signUp("Fan")
            _ = try await fan.get(room)
            #expect(try await fan.post("\(room)/messages", [("body", "<b>Hello</b>")]).location == room)
            #expect(try await fan.get(room).text.contains("&lt;b&gt;Hello"))
            let refused = try await fan.post("\(room)/messages", [("body", "That is fake")])
            #expect(refused.status == .unprocessableContent && refused.text.contains("That is fake"))
            let page = try await merchant.get(desk)
            let person = try #require(page.field("person"))
            _ = try await merchant.post(desk, [("act", "mute"), ("person", person)])
            #expect(try await fan.post("\(room)/messages", [("body", "Why?")]).status == .forbidden)
            #expect(try await !fan.get(room).text.contains("Hello"))
            #expect(try await fan.post("\(room)/like", [], token: "x").status == .forbidden)
            #expect(try await fan.post("\(room)/like", []).location == room)
        }
    }

    @Test func desksBelongToTheirHosts() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let (merchant, clerk, stranger) = (Browser(client), Browser(client), Browser(client))
            try await StaffPagesTests.employ(merchant, as: .owner, at: site)
            try await StaffPagesTests.employ(clerk, as: .goods, at: site)
            try await stranger.signUp("Eve")
            let desk = try await Self.schedule(merchant, at: site)
            _ = try await stranger.get("/live")
            #expect(try await stranger.get(desk).status == .notFound)
            #expect(try await stranger.post(desk, [("act", "start")]).status == .notFound)
            #expect(try await clerk.get(desk).status == .forbidden)
            #expect(try await clerk.post(desk, [("act", "start")]).status == .forbidden)
            #expect(
                try await clerk.post(
                    desk, [("act", "price"), ("variant", "\(site.teaVariants[0])"), ("amount", "1")]
                ).status == .forbidden)
            #expect(try await stranger.get("/me/live").status == .forbidden)
        }
    }

    @Test func anOpenPageIsToldUntilTheEnd() async throws {
        let site = try await Site()
        let creator = Identity(person: site.creator, proof: .visitor, roles: [.creator])
        let host = HostLive(site.market)
        let plan = try LivePlan(
            by: .creator(site.creator), title: Localized(en: "Tea tonight"), plannedAt: site.market.source.now,
            products: [site.tea])
        let session = try await host.schedule(plan, Command(by: creator)).id
        try await Application(router: site.router).test(.router) { client in
            let browser = Browser(client)
            // What is not on air sends nothing, and the browser doesn't come back.
            let answer = try await browser.get("/live/\(session)/events")
            #expect(answer.status == .noContent)
        }
        _ = try await host(.init(.start, in: session), Command(by: creator))
        var names: [String] = []
        for try await event in WatchLive(site.market).events(
            LiveVisit(session, PersonID(rawValue: 5)), in: .en,
            { ServerSentEvent("room", $0.pinned?.product.title ?? "nothing") })
        {
            names.append("\(event.name) \(event.data)")
            switch names.count {
            case 1: _ = try await host(.init(.pin(site.tea), in: session), Command(by: creator))
            case 2: _ = try await host(.init(.end, in: session), Command(by: creator))
            default: break
            }
        }
        #expect(names.prefix(2) == ["room nothing", "room Green tea"] && names.last == "end ended")
        #expect(ServerSentEvent("room", "a\nb").text == "event: room\ndata: a\ndata: b\n\n")
    }
}
