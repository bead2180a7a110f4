import AfterSales
import Content
import Flows
import HTTP
import Kernel
import Orders
import People
import Store
import Testing

/// Whoever goes takes everything along that leads to them; the books stay sound.
@Suite("Personal data") struct PersonalDataTests {
    @Test("Every column of every table is known to say something about a person, or not to")
    func columns() async throws {
        try await TestStore.sqlite.run(Marketplace.migrations) { store in
            var known = ImpersonalColumns.tables.mapValues { Set($0.split(separator: " ").map(String.init)) }
            for table in PersonalColumns.tables {
                known[table.name, default: []].formUnion(table.accountedColumns)
            }
            let found = Dictionary(grouping: try await Self.columns(of: store), by: \.table)
                .mapValues { Set($0.map(\.column)) }
            for (table, columns) in found {
                let unknown = columns.subtracting(known[table] ?? [])
                #expect(unknown.isEmpty, "\(table): put \(unknown.sorted()) into PersonalColumns")
            }
            for (table, columns) in known {
                let gone = columns.subtracting(found[table] ?? [])
                #expect(gone.isEmpty, "\(table) has no \(gone.sorted())")
            }
        }
    }

    @Test("Gone is gone: no table holds a word of theirs, and the books prove sound", arguments: TestStore.available)
    func deletion(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.liveAndGo($0) }
    }

    /// Words that only this person has written.
    static let words = [
        "lin.zhou@example.com", "Zhou Lin-Wu", "Wutong Alley 77", "13911112222", "What a calm cup", "The lid is loose",
        "Firefox of Lin",
    ]

    private static func liveAndGo(_ store: any Store) async throws {
        let bazaar = try await Bazaar(store, units: 9)
        let market = bazaar.market
        let account = try NewAccount(
            signUp: words[0], name: words[1], password: "correct horse", language: .en)
        let signedUp = try await SignIn(market).up(account, visitor: nil, device: words[6])
        let me = Identity(person: signedUp.account.id, proof: .session(signedUp.session.id))
        try await buy(bazaar, me)
        try await write(bazaar, me)
        let before = try await held(store)
        #expect(before == Set(words), "the test has to have something to lose")
        let data = try await ExportPersonalData(market)(of: me.person)
        let exported = data.parts.flatMap(\.rows).flatMap(\.values).joined(separator: "\n")
        for word in words { #expect(exported.contains(word), "\(word) is missing in the export") }
        #expect(!exported.contains("scrypt$"))
        let delete = DeletePerson(market)
        let command = Command(by: me, key: try IdempotencyKey(caller: "\(me.person)", text: "k"))
        await #expect(throws: PeopleProblem.wrongPassword) {
            try await delete(command, password: "wrong horse", address: "a")
        }
        let token = Identity(person: me.person, proof: .token(TokenID(rawValue: 1), [.profile]))
        await #expect(throws: Forbidden.self) {
            try await delete(Command(by: token), password: "correct horse", address: "a")
        }
        #expect(try await held(store) == before, "a refusal changes nothing")
        try await delete(command, password: "correct horse", address: "a")
        #expect(try await held(store) == [])
        #expect(try await market.people.account(me.person) == nil)
        #expect(try await market.orders.orders(of: me.person, limit: 9).count == 1, "the order stays")
        try await bazaar.requireSoundBooks()
        // The address is free again, and whoever signs up with it is somebody else.
        let again = try await SignIn(market).up(account, visitor: nil, device: "d")
        #expect(again.account.id != me.person)
    }

    /// An order that ends, so that nothing stands in the way; while it runs, the person cannot go.
    private static func buy(_ bazaar: Bazaar, _ me: Identity) async throws {
        let home = try Address(
            name: words[1], phone: words[3], region: "Zhejiang", city: "Hangzhou", street: words[2])
        let placed = try await PlaceOrder(bazaar.market)(
            [ShownLine(variant: bazaar.variant, quantity: 1, amount: 500)], to: home, by: me.person, key: nil)
        try await SettlePayments(bazaar.market).returned(to: placed.group, by: me.person)
        await #expect(throws: DeletionBlocked.openOrders) {
            try await DeletePerson(bazaar.market)(Command(by: me), password: "correct horse", address: "a")
        }
        let order = try #require(try await bazaar.market.orders.group(placed.group)?.orders.first)
        _ = try await ChangeOrder(bazaar.market).ship(order.id, by: bazaar.seller, carrier: "SF", tracking: "SF1")
        _ = try await TalkAboutOrder(bazaar.market).say(words[5], about: order.id, Command(by: me))
        _ = try await ChangeOrder(bazaar.market).confirmReceipt(order.id, by: me.person)
    }

    private static func write(_ bazaar: Bazaar, _ me: Identity) async throws {
        let (market, video) = (bazaar.market, VideoID(rawValue: 50))
        let film = try Video(
            id: video, creator: PersonID(rawValue: 51), caption: Localized(en: "Calm"), hashtags: [], media: "a.mp4",
            poster: nil, duration: 7_000, products: [], createdAt: market.source.now)
        try await market.store.write { try market.content.put(film, in: $0) }
        let person = me.person
        try await market.store.write { _ = try market.content.comment(words[4], on: video, by: person, in: $0) }
    }

    /// Which of the words stand anywhere in the store.
    private static func held(_ store: any Store) async throws -> Set<String> {
        var found: Set<String> = []
        let columns = try await columns(of: store)
        for word in words {
            let pattern = "%\(word)%"
            let holds = try await store.read { transaction in
                try columns.contains { place in
                    let head = SQL(
                        trusted: "SELECT 1 FROM \(place.table) WHERE CAST(\(place.column) AS TEXT) LIKE ? LIMIT 1",
                        parameters: [.text(pattern)])
                    return try transaction.row(head) != nil
                }
            }
            if holds { found.insert(word) }
        }
        return found
    }

    private static func columns(of store: any Store) async throws -> [(table: String, column: String)] {
        let sql: SQL =
            switch store.dialect {
            case .sqlite:
                """
                SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p
                WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'
                """
            case .postgres:
                """
                SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns
                WHERE table_schema = current_schema()
                """
            }
        return try await store.read { try $0.rows(sql).map { (table: try $0.get(0), column: try $0.get(1)) } }
    }
}
