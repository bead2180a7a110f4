import Carts
import Flows
import HTTP
import Journal
import Kernel
import People
import Payments
import Store
import Testing

/// What a sweep lets go, and what it must keep.
@Suite("Retention") struct RetentionTests {
    @Test(
        "old touchpoints, slates, keys and sessions go; what an order came from stays", arguments: TestStore.available)
    func sweep(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in try await Self.fillAndSweep(store) }
    }

    private static func fillAndSweep(_ store: any Store) async throws {
        let bazaar = try await Bazaar(store, units: 5)
        let market = bazaar.market
        let person = PersonID(rawValue: 77)
        let viewed = Touchpoint(person: person, time: market.source.now, kind: .view, subject: .product(bazaar.product))
        _ = try await market.feed.record(
            [viewed], key: try IdempotencyKey(caller: "\(person)", text: "k"), fingerprint: "f")
        let (seen, bought) = (market.source.identifier(SlateKind.self), market.source.identifier(SlateKind.self))
        try await store.write { [now = market.source.now] transaction in
            for slate in [seen, bought] {
                try transaction.send("INSERT INTO slates VALUES (\(slate), \(person), 'feed', 'w1', '[]', \(now))")
            }
            _ = try market.people.open(for: person, visitor: nil, device: "x", in: transaction)
        }
        _ = try await PlaceOrder(market)(
            [ShownLine(variant: bazaar.variant, quantity: 1, amount: 500, slate: bought)], to: bazaar.address,
            by: person, key: nil)
        #expect(try await Retention(market).sweep() == Retention.Swept())
        bazaar.clock.advance(by: .days(401))
        #expect(
            try await Retention(market).sweep()
                == Retention.Swept(touchpoints: 1, slates: 1, idempotencyKeys: 1, sessions: 1))
        let left = try await store.read { try $0.rows("SELECT id FROM slates").map { try $0.get(0, as: SlateID.self) } }
        #expect(left == [bought])
    }

    @Test("a visitor's cart, likes and follows are the person's after signing in", arguments: TestStore.available)
    func signIn(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in try await Self.visitAndSignIn(store) }
    }

    private static func visitAndSignIn(_ store: any Store) async throws {
        let bazaar = try await Bazaar(store, units: 5)
        let market = bazaar.market
        let new = try NewAccount(signUp: "lin@example.com", name: "Lin", password: "correct horse", language: .zh)
        let (account, _) = try await SignIn(market).up(new, visitor: nil, device: "phone")
        let (visitor, video) = (PersonID(rawValue: 88), VideoID(rawValue: 9))
        for person in [visitor, account.id] {
            try await market.content.react(.like, to: .video(video), isOn: true, by: person)
        }
        try await market.content.follow(.shop(bazaar.shop), isOn: true, by: visitor)
        try await AddToCart(market)(bazaar.variant, quantity: 2, slate: nil, for: visitor)
        let session = try await SignIn(market)(
            email: "lin@example.com", password: "correct horse", visitor: visitor, device: "phone", address: "1")
        #expect(session.person == account.id)
        #expect(try await PresentCart(market)(of: account.id).lines.map(\.line.quantity) == [2])
        #expect(try await PresentCart(market)(of: visitor).lines.isEmpty)
        #expect(try await market.content.following(account.id) == [.shop(bazaar.shop)])
        #expect(try await market.content.following(visitor).isEmpty)
        let reactions = try await market.content.reactions(to: [video], for: account.id)[video]
        #expect(reactions?.isLiked == true && reactions?.likes == 1)
        await #expect(throws: PeopleProblem.wrongCredentials) {
            _ = try await SignIn(market)(
                email: "lin@example.com", password: "wrong", visitor: visitor, device: "phone", address: "1")
        }
    }
}
