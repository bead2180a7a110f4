import Flows
import HTTP
import Kernel
import People
import Store
import Testing

/// A session's secret is replaced while it is used, so that a copied cookie does not live long.
@Suite("Sessions") struct SessionTests {
    @Test("a secret is renewed after a day, and the old one is good for a minute more", arguments: TestStore.available)
    func rotation(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in try await Self.useForDays(store) }
    }

    private static func useForDays(_ store: any Store) async throws {
        let bazaar = try await Bazaar(store, units: 1)
        let people = bazaar.market.people
        let person = PersonID(rawValue: 5)
        let account = try NewAccount(signUp: "a@example.com", name: "A", password: "correct horse", language: .en)
        _ = try await people.signUp(account, as: person)
        let opened = try await store.write { try people.open(for: person, visitor: nil, device: "x", in: $0) }
        #expect(try await people.session(secret: opened.secret)?.renewedSecret == nil)
        bazaar.clock.advance(by: .days(1))
        let renewed = try #require(try await people.session(secret: opened.secret)?.renewedSecret)
        #expect(renewed != opened.secret)
        #expect(try await people.session(secret: opened.secret)?.identity.person == person)
        #expect(try await people.session(secret: renewed)?.identity.person == person)
        bazaar.clock.advance(by: .minutes(2))
        #expect(try await people.session(secret: opened.secret) == nil)
        #expect(try await people.session(secret: renewed)?.identity.person == person)
        try await people.revoke(opened.id, of: person)
        #expect(try await people.session(secret: renewed) == nil)
    }
}
