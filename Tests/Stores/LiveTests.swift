import Alliance
import Flows
import HTTP
import Journal
import Kernel
import Live
import Orders
import Pricing
import Store
import Testing

/// A bazaar with a creator who hosts, a shop that sells, and somebody who watches.
final class Studio: Sendable {
    enum Who: Sendable { case creator, seller, clerk, stranger }

    let bazaar: Bazaar
    let fan = PersonID(rawValue: 9)
    let other = PersonID(rawValue: 10)

    init(_ store: any Store, units: Int64 = 50) async throws {
        bazaar = try await Bazaar(store, units: units)
    }

    var market: Marketplace { bazaar.market }
    var host: PersonID { PersonID(rawValue: 77) }

    /// A creator, the shop's owner, a clerk without prices, and a creator who owns another shop.
    func command(_ who: Who) -> Command {
        let proof = Identity.Proof.token(TokenID(rawValue: 3), Set(Scope.allCases))
        let elsewhere = ShopID(rawValue: 66)
        let identity =
            switch who {
            case .creator: Identity(person: host, proof: proof, roles: [.creator])
            case .seller: Identity(person: PersonID(rawValue: 8), proof: proof, shops: [bazaar.shop: .owner])
            case .clerk: Identity(person: PersonID(rawValue: 6), proof: proof, shops: [bazaar.shop: .goods])
            case .stranger:
                Identity(person: PersonID(rawValue: 5), proof: proof, roles: [.creator], shops: [elsewhere: .owner])
            }
        return Command(by: identity)
    }

    func plan(byShop: Bool) throws -> LivePlan {
        try LivePlan(
            by: byShop ? .shop(bazaar.shop) : .creator(host), title: Localized(en: "Tea tonight", zh: "今晚喝茶"),
            plannedAt: market.source.now + .minutes(5), products: [bazaar.product])
    }

    func schedule(byShop: Bool = false) async throws -> LiveSessionID {
        try await HostLive(market).schedule(try plan(byShop: byShop), command(byShop ? .seller : .creator)).id
    }

    @discardableResult
    func step(_ step: HostLive.Step, by who: Who = .creator) async throws -> LiveState {
        try await HostLive(market)(step, command(who)).state
    }

    func price(_ amount: Int64?, in session: LiveSessionID, by who: Who = .seller) async throws {
        try await SetLivePrice(market)(terms(amount, session), command(who))
    }

    private func terms(_ amount: Int64?, _ session: LiveSessionID) -> SetLivePrice.Terms {
        .init(amount, of: bazaar.variant, in: session)
    }

    func watch(_ visit: LiveVisit) async throws { try await WatchLive(market)(visit) }

    /// What a variant costs and by which rule.
    func cost(for person: PersonID?) async throws -> String {
        let variants = try await market.catalog.product(bazaar.product)?.variants ?? []
        return text(of: try await market.livePrices(of: variants, for: person))
    }

    private func text(of prices: LivePrices) -> String {
        prices.reasons[bazaar.variant].map { "\($0.rule) \($0.amount.amount)" } ?? "none"
    }

    func quote(for person: PersonID) async throws -> Quote {
        try await MakeQuote(market)(wanted, for: person)
    }

    private var wanted: MakeQuote.Wanted {
        .init([ShownLine(variant: bazaar.variant, quantity: 1, amount: 0)], to: "Zhejiang")
    }

    func place(_ quote: Quote) async throws -> PlaceOrder.Placed {
        try await PlaceOrder(market)(.init(quote: quote.id), to: bazaar.address, by: fan, key: nil)
    }
}

@Suite("Live sessions") struct LiveTests {
    @Test(
        "The price the host shows is the price charged, to who watches, and the line names rule and session",
        arguments: TestStore.available)
    func livePrice(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let studio = try await Studio(store)
            let session = try await studio.schedule()
            try await studio.price(350, in: session)
            // Nobody can watch what is not on air, and nothing in a request can claim it.
            await #expect(throws: LiveProblem.notLive) { try await studio.watch(LiveVisit(session, studio.fan)) }
            #expect(try await studio.cost(for: studio.fan) == "list 500")
            try await studio.step(.init(.start, in: session))
            #expect(try await studio.cost(for: studio.fan) == "list 500")
            try await studio.watch(LiveVisit(session, studio.fan))
            #expect(try await studio.cost(for: studio.fan) == "live 350")
            #expect(try await studio.cost(for: studio.other) == "list 500")
            #expect(try await studio.cost(for: nil) == "list 500")
            let placed = try await studio.bazaar.buy(2, amount: 350, by: studio.fan)
            let line = try #require(try await studio.market.orders.group(placed.group)?.orders.first?.lines.first)
            #expect(line.amount == Money(700, .cny) && line.reason?.rule == "live" && line.reason?.version == 2)
            #expect(line.reason?.source?.hasPrefix("\(session)/ofr_") == true)
        }
    }

    @Test("A live price goes before a deal, a flash lot and a member price, and never above the catalogue")
    func precedence() async throws {
        try await TestStore.sqlite.run(Marketplace.migrations) { store in
            let studio = try await Studio(store)
            let session = try await studio.schedule()
            try await studio.step(.init(.start, in: session))
            try await studio.watch(LiveVisit(session, studio.fan))
            let now = studio.market.source.now
            _ = try await OpenFlashLot(studio.market)(
                studio.bazaar.variant, at: studio.bazaar.shop, by: studio.command(.seller).identity,
                terms: .init(amount: 300, total: 5, buyerLimit: 5, startsAt: now, endsAt: now + .hours(1)))
            #expect(try await studio.cost(for: studio.fan) == "flash 300")
            try await studio.price(350, in: session)
            #expect(try await studio.cost(for: studio.fan) == "live 350")
            #expect(try await studio.cost(for: studio.other) == "flash 300")
            await #expect(throws: InvalidField.self) { try await studio.price(500, in: session) }
            try await studio.price(nil, in: session)
            #expect(try await studio.cost(for: studio.fan) == "flash 300")
        }
    }

    @Test(
        "The price is gone with the watching, with the session, and with the product's place in the bag",
        arguments: TestStore.available)
    func expiry(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let studio = try await Studio(store)
            let session = try await studio.schedule()
            try await studio.step(.init(.start, in: session))
            try await studio.price(350, in: session)
            try await studio.watch(LiveVisit(session, studio.fan))
            studio.bazaar.clock.advance(by: Live.watchTime - .milliseconds(1))
            #expect(try await studio.cost(for: studio.fan) == "live 350")
            studio.bazaar.clock.advance(by: .milliseconds(1))
            #expect(try await studio.cost(for: studio.fan) == "list 500")
            try await studio.watch(LiveVisit(session, studio.fan))
            #expect(try await studio.cost(for: studio.fan) == "live 350")
            try await studio.step(.init(.take(studio.bazaar.product), in: session))
            #expect(try await studio.cost(for: studio.fan) == "list 500")
            await #expect(throws: LiveProblem.notInBag) { try await studio.price(350, in: session) }
            try await studio.step(.init(.add(studio.bazaar.product), in: session))
            try await studio.price(340, in: session)
            #expect(try await studio.cost(for: studio.fan) == "live 340")
            try await studio.step(.init(.end, in: session))
            #expect(try await studio.cost(for: studio.fan) == "list 500")
        }
    }

    @Test(
        "A session that ends between quote and order is confirmed again at the other price",
        arguments: TestStore.available)
    func endingBetween(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let studio = try await Studio(store)
            let session = try await studio.schedule(byShop: true)
            try await studio.step(.init(.start, in: session), by: .seller)
            try await studio.price(350, in: session)
            try await studio.watch(LiveVisit(session, studio.fan))
            let quote = try await studio.quote(for: studio.fan)
            #expect(quote.total == Money(350, .cny) && quote.lines.first?.price.rule == .live)
            try await studio.step(.init(.end, in: session), by: .seller)
            let changed = await #expect(throws: QuoteChanged.self) {
                try await studio.place(quote)
            }
            let change = try #require(changed?.changes.first)
            #expect(changed?.changes.count == 1 && change.kind == .price)
            #expect(change.before == 350 && change.after == 500)
            let again = try #require(changed?.quote)
            _ = try await studio.place(again)
        }
    }

    @Test(
        "Ending against buying: nobody pays the live price after the end, and nobody pays another unasked",
        arguments: TestStore.available)
    func endAgainstBuy(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let studio = try await Studio(store, units: 100)
            let session = try await studio.schedule()
            try await studio.step(.init(.start, in: session))
            try await studio.price(350, in: session)
            let fans = (0..<12).map { PersonID(rawValue: UInt128(100 + $0)) }
            for fan in fans { try await studio.watch(LiveVisit(session, fan)) }
            let bought = await withTaskGroup(of: Bool.self) { group in
                for fan in fans { group.addTask { (try? await studio.bazaar.buy(amount: 350, by: fan)) != nil } }
                group.addTask {
                    _ = try? await studio.step(.init(.end, in: session))
                    return false
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            await #expect(throws: CheckoutProblem.priceChanged([studio.bazaar.variant: 500])) {
                try await studio.bazaar.buy(amount: 350, by: fans[0])
            }
            #expect(try await studio.bazaar.left() == 100 - Int64(bought))
            let rules = try await store.read { transaction in
                try transaction.rows("SELECT price_rule, unit_amount FROM order_lines").map {
                    "\(try $0.get(0, as: String.self)) \(try $0.get(1, as: Int64.self))"
                }
            }
            #expect(rules == Array(repeating: "live 350", count: bought))
        }
    }

    @Test(
        "Two pins at once: one product is on show, and the history has no two at a time",
        arguments: TestStore.available)
    func pins(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let fair = try await Fair(store)
            let host = Identity(
                person: fair.creator, proof: .token(TokenID(rawValue: 3), Set(Scope.allCases)), roles: [.creator])
            let plan = try LivePlan(
                by: .creator(fair.creator), title: Localized(en: "All of it"), plannedAt: fair.clock.source.now,
                products: fair.products)
            let session = try await HostLive(fair.market).schedule(plan, Command(by: host)).id
            await #expect(throws: LiveProblem.notLive) {
                try await HostLive(fair.market)(.init(.pin(fair.products[0]), in: session), Command(by: host))
            }
            _ = try await HostLive(fair.market)(.init(.start, in: session), Command(by: host))
            let steps = (fair.products + fair.products).map { HostLive.Step(.pin($0), in: session) }
            await withTaskGroup(of: Void.self) { group in
                for step in steps {
                    group.addTask { _ = try? await HostLive(fair.market)(step, Command(by: host)) }
                }
            }
            let pins = try await fair.market.live.pins(of: session)
            let shown = try await store.read { try Live.required(session, in: $0) }.pinned
            #expect(pins.count == 8 && pins.filter { $0.unpinnedAt == nil }.map(\.product) == [shown])
            await #expect(throws: LiveProblem.notInBag) {
                try await HostLive(fair.market)(
                    .init(.pin(ProductID(rawValue: 99)), in: session), Command(by: host))
            }
        }
    }

    @Test(
        "What is bought in a creator's session is that creator's, also from the cart hours later",
        arguments: TestStore.available)
    func attribution(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let studio = try await Studio(store)
            _ = try await SetCommission(studio.market)(
                BasisPoints(1_000), of: studio.bazaar.product, studio.command(.seller))
            let session = try await studio.schedule()
            try await studio.step(.init(.start, in: session))
            try await studio.watch(LiveVisit(session, studio.fan))
            _ = try await studio.bazaar.buy(by: studio.fan)
            try await studio.watch(LiveVisit(session, studio.other))
            try await AddToCart(studio.market)(studio.bazaar.variant, quantity: 1, slate: nil, for: studio.other)
            try await studio.step(.init(.end, in: session))
            studio.bazaar.clock.advance(by: .hours(20))
            _ = try await studio.bazaar.buy(by: studio.other)
            _ = try await studio.bazaar.buy(by: PersonID(rawValue: 11))
            let credited = try await store.read { transaction in
                try transaction.rows("SELECT buyer, creator FROM commission_lines ORDER BY buyer").map {
                    [try $0.get(0, as: PersonID.self), try $0.get(1, as: PersonID.self)]
                }
            }
            #expect(credited == [[studio.fan, studio.host], [studio.other, studio.host]])
        }
    }

    @Test("Random lives of sessions keep to their order of things", arguments: TestStore.available)
    func lives(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let studio = try await Studio(store)
            var random = SplitMix(seed: 7)
            for _ in 0..<12 {
                let session = try await studio.schedule()
                var state = LiveState.scheduled
                for _ in 0..<8 {
                    let (next, step): (LiveState, HostLive.Step.Kind) =
                        [(.live, .start), (.ended, .end), (.cancelled, .cancel)][Int(random.next() % 3)]
                    if state.canBecome(next) {
                        #expect(try await studio.step(.init(step, in: session)) == next)
                        state = next
                    } else {
                        await #expect(throws: LiveProblem.cannotBecome(next, from: state)) {
                            try await studio.step(.init(step, in: session))
                        }
                    }
                }
                if state == .live { try await studio.step(.init(.end, in: session)) }
            }
            // One host is on air once at a time.
            var both: [LiveSessionID] = []
            for _ in 0..<2 { both.append(try await studio.schedule()) }
            try await studio.step(.init(.start, in: both[0]))
            await #expect(throws: LiveProblem.onAirAlready) { try await studio.step(.init(.start, in: both[1])) }
        }
    }

    @Test("Only the host hosts, and only the shop that owns a variant prices it")
    func permissions() async throws {
        try await TestStore.sqlite.run(Marketplace.migrations) { store in
            let studio = try await Studio(store)
            let both = [try await studio.schedule(), try await studio.schedule(byShop: true)]
            await #expect(throws: Forbidden.self) { try await studio.step(.init(.start, in: both[0]), by: .stranger) }
            await #expect(throws: NotFound.self) { try await studio.step(.init(.start, in: both[1]), by: .stranger) }
            await #expect(throws: Forbidden.self) { try await studio.step(.init(.start, in: both[0]), by: .seller) }
            // The host of a creator's session sets no price of a shop, nor does another shop.
            await #expect(throws: NotFound.self) { try await studio.price(350, in: both[0], by: .creator) }
            await #expect(throws: NotFound.self) { try await studio.price(350, in: both[0], by: .stranger) }
            await #expect(throws: Forbidden.self) { try await studio.price(350, in: both[0], by: .clerk) }
            await #expect(throws: Forbidden.self) { try await studio.step(.init(.start, in: both[1]), by: .clerk) }
            let foreign = try LivePlan(
                by: .shop(ShopID(rawValue: 66)), title: Localized(en: "Mine"), plannedAt: studio.market.source.now,
                products: [studio.bazaar.product])
            await #expect(throws: NotFound.self) {
                _ = try await HostLive(studio.market).schedule(foreign, studio.command(.stranger))
            }
        }
    }

    @Test(
        "Chat: words that the host bans, mutes, the limit of messages, and what a mute takes away",
        arguments: TestStore.available)
    func chat(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let studio = try await Studio(store)
            let session = try await studio.schedule()
            let watch = WatchLive(studio.market)
            await #expect(throws: LiveProblem.notLive) {
                try await watch.say("Hello", LiveVisit(session, studio.fan))
            }
            try await studio.step(.init(.start, in: session))
            try await studio.step(.init(.ban(try BannedWords(["假货", "fake"])), in: session))
            try await watch.say("Hello", LiveVisit(session, studio.fan))
            await #expect(throws: LiveProblem.bannedWord) {
                try await watch.say("全是假 货", LiveVisit(session, studio.fan))
            }
            await #expect(throws: LiveProblem.bannedWord) {
                try await watch.say("A FAKE!", LiveVisit(session, studio.fan))
            }
            studio.bazaar.clock.advance(by: .seconds(1))
            try await watch.say("Unfakeable", LiveVisit(session, studio.other))
            #expect(
                try await studio.market.live.messages(in: session, limit: 9).map(\.body) == ["Hello", "Unfakeable"])
            try await studio.step(.init(.mute(studio.fan), in: session))
            await #expect(throws: LiveProblem.muted) { try await watch.say("Me again", LiveVisit(session, studio.fan)) }
            #expect(try await studio.market.live.messages(in: session, limit: 9).map(\.body) == ["Unfakeable"])
            try await studio.step(.init(.unmute(studio.fan), in: session))
            await #expect(throws: TooManyRequests.self) {
                for _ in 0..<9 { try await watch.say("More", LiveVisit(session, studio.fan)) }
            }
            try await watch.like(LiveVisit(session, studio.fan))
            try await watch.like(LiveVisit(session, studio.fan))
            studio.bazaar.clock.advance(by: .seconds(2))
            #expect(try await studio.market.live.counts(of: session).likes == 1)
            #expect(try await studio.market.live.counts(of: session).viewers == 2)
            studio.bazaar.clock.advance(by: Live.viewerTime)
            #expect(try await studio.market.live.counts(of: session).viewers == 0)
        }
    }

    @Test("The feed has a room while it is on air and not a moment longer; search finds it before and during")
    func pickUpAndDrop() async throws {
        try await TestStore.sqlite.run(Marketplace.migrations) { store in
            let studio = try await Studio(store)
            let market = studio.market
            try await store.write { try market.catalog.announce([studio.bazaar.product], in: $0) }
            let session = try await studio.schedule()
            try await market.load()
            func feed(_ person: PersonID) async throws -> [Touchpoint.Subject] {
                try await market.feed.catchUp()
                return market.feed.forYou(person, count: 10).slots.map(\.item)
            }
            #expect(try await !feed(studio.fan).contains(.live(session)))
            #expect(market.centre.search(.init("今晚")).others == [.live(session)])
            try await studio.step(.init(.start, in: session))
            try await studio.step(.init(.pin(studio.bazaar.product), in: session))
            try await studio.watch(LiveVisit(session, studio.other))
            try await AddToCart(market)(studio.bazaar.variant, quantity: 1, slate: nil, for: studio.other)
            try await market.feed.catchUp()
            #expect(market.feed.highlight(of: session) > 0.3)
            studio.bazaar.clock.advance(by: .seconds(1))
            let slate = market.feed.forYou(studio.fan, count: 10)
            let slot = try #require(slate.slots.first { $0.item == .live(session) })
            #expect(slot.source == "live" && slot.reasons.contains { $0.kind == .highlight })
            let shown = try await PresentCards(market).slate(slate, in: .zh)
            #expect(shown.items.contains { $0.live?.id == session })
            let why = try await ExplainSlot(market)(.live(session), in: slate.id, shownTo: studio.fan)
            #expect(why.contains { $0.en.hasPrefix("Live now") && $0.zh.hasPrefix("正在直播") })
            try await studio.step(.init(.end, in: session))
            // A slate that was ranked before shows the room no more, though no follower has heard of the end yet.
            let late = try await PresentCards(market).slate(slate, in: .zh)
            #expect(late.items.allSatisfy { $0.live == nil })
            #expect(try await !feed(studio.other).contains(.live(session)))
            #expect(market.feed.highlight(of: session) == 0)
            try await studio.requireJudged(slate)
        }
    }
}

/// Numbers from a seed.
private struct SplitMix {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        return z ^ (z >> 31)
    }
}
