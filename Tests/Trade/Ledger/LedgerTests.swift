import Foundation
import Kernel
import Store
import StorePostgres
import StoreSQLite
import Synchronization
import Testing

@testable import Ledger

/// Where books are kept; PostgreSQL takes part when `QUANYU_TEST_POSTGRES` holds a connection string.
enum BookStore: String, CaseIterable, CustomTestStringConvertible, Sendable {
    case sqlite, postgres

    var testDescription: String { rawValue }
    static let available = allCases.filter { $0 == .sqlite || connection != nil }
    static let connection = ProcessInfo.processInfo.environment["QUANYU_TEST_POSTGRES"]
}

/// Books on an empty store, a clock that a test moves, numbers from a seed.
struct Books {
    let ledger: Ledger
    let store: any Store
    let now: Hand

    /// A clock's hand.
    final class Hand: Sendable {
        private let state = Mutex<(now: Int64, random: Seeded)>((1_772_352_000_000, Seeded(1)))
        func advance(by duration: Duration) { state.withLock { $0.now += duration.milliseconds } }
        var source: Source {
            Source(
                now: { self.state.withLock { Instant(milliseconds: $0.now) } },
                random: { self.state.withLock { $0.random.next() } })
        }
    }

    static func run(on kind: BookStore = .sqlite, _ body: (Books) async throws -> Void) async throws {
        switch kind {
        case .sqlite: try await onSQLite(body)
        case .postgres: try await onPostgres(body)
        }
    }

    private static func onSQLite(_ body: (Books) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await keep(in: SQLiteStore(path: folder.appendingPathComponent("books.sqlite").path), body)
    }

    private static func onPostgres(_ body: (Books) async throws -> Void) async throws {
        let connection = try #require(BookStore.connection)
        let schema = "quanyu_books_" + UUID().uuidString.prefix(8).lowercased()
        func open(_ connection: String) throws -> PostgresStore {
            var configuration = PostgresStore.Configuration(connection: connection)
            configuration.connections = 1
            return try PostgresStore(configuration: configuration)
        }
        let admin = try open(connection)
        try await admin.write { try $0.run(SQL(stringLiteral: "CREATE SCHEMA \(schema)")) }
        func remove() async throws {
            try await admin.write { try $0.run(SQL(stringLiteral: "DROP SCHEMA \(schema) CASCADE")) }
            await admin.close()
        }
        do {
            try await keep(in: open("\(connection) options='-c search_path=\(schema)'"), body)
        } catch {
            try? await remove()
            throw error
        }
        try await remove()
    }

    private static func keep(in store: any Store, _ body: (Books) async throws -> Void) async throws {
        let hand = Hand()
        try await store.migrate(Ledger.migrations)
        try await body(Books(ledger: Ledger(store: store, source: hand.source), store: store, now: hand))
        await store.close()
    }

    let shop = ShopID(rawValue: 1)
    let buyer = PersonID(rawValue: 2)
    let creator = PersonID(rawValue: 3)
    let agency = AgencyID(rawValue: 4)

    /// A line of 100.00 with 2 % fee and, with a creator, 15 % commission, 20 % of it the agency's.
    func sale(_ line: UInt128, quantity: Int64 = 2, withCreator: Bool = true) -> LineSale {
        var terms = LineTerms(quantity: quantity, price: Money(10_000, .cny))
        terms.fee = BasisPoints(200)
        if withCreator {
            terms.commission = BasisPoints(1_500)
            terms.agencyShare = BasisPoints(2_000)
        }
        let parties = LineParties(
            buyer: buyer, shop: shop, creator: withCreator ? creator : nil, agency: withCreator ? agency : nil)
        return LineSale(line: OrderLineID(rawValue: line), parties: parties, terms: terms)
    }

    func balance(_ party: Party, _ purpose: Account.Purpose) async throws -> Int64 {
        try await ledger.balance(of: Account(party, purpose, .cny))
    }

    /// Pays for an order of one line and posts its sale.
    func buy(_ number: UInt128, withCreator: Bool = true) async throws {
        let sale = sale(number, withCreator: withCreator)
        try await store.write { [ledger, buyer] transaction in
            try ledger.receive(
                Money(10_000, .cny), from: buyer, through: "test", for: PaymentIntentID(rawValue: number),
                in: transaction)
            try ledger.sell([sale], of: OrderID(rawValue: number), in: transaction)
        }
    }

    func takeBack(_ measure: RefundMeasure, of number: UInt128, cause: String) async throws -> Money {
        try await store.write { [ledger] in
            try ledger.takeBack(measure, of: OrderLineID(rawValue: number), cause: cause, in: $0)
        }
    }

    func receiveAndSettle(_ numbers: [UInt128]) async throws {
        let lines = numbers.map { OrderLineID(rawValue: $0) }
        let due = now.source.now
        try await store.write { [ledger] in try ledger.release(lines, at: due, in: $0) }
        _ = try await ledger.settle()
    }
}

@Suite("The books") struct LedgerTests {
    @Test("A source posts once, other postings under it are refused, and so is what does not balance")
    func posting() async throws {
        try await Books.run { books in
            let (from, to) = (Account(.platform, .fees, .cny), Account(.tax, .due, .cny))
            let entry = NewEntry(.deposit, source: "a", postings: [Posting(from, -5, "x"), Posting(to, 5, "x")])
            let first = try await books.store.write { [ledger = books.ledger] in try ledger.post(entry, in: $0) }
            let again = try await books.store.write { [ledger = books.ledger] in try ledger.post(entry, in: $0) }
            #expect(first != nil && again == nil)
            await #expect(throws: LedgerProblem.sourceReused("a")) {
                try await books.store.write { [ledger = books.ledger] in
                    try ledger.post(
                        NewEntry(.deposit, source: "a", postings: [Posting(from, -6, "x"), Posting(to, 6, "x")]), in: $0
                    )
                }
            }
            await #expect(throws: LedgerProblem.unbalanced("b")) {
                try await books.store.write { [ledger = books.ledger] in
                    try ledger.post(NewEntry(.deposit, source: "b", postings: [Posting(to, 6, "x")]), in: $0)
                }
            }
            #expect(try await books.balance(.tax, .due) == 5)
        }
    }

    @Test("A balance is the same before, while and after entries are sealed")
    func sealing() async throws {
        try await Books.run { books in
            for number in 1...30 as ClosedRange<UInt128> {
                try await books.buy(number)
                if number % 7 == 0 { try await books.ledger.seal(limit: 5) }
                #expect(try await books.balance(.shop(books.shop), .held) == Int64(number) * 8_300)
            }
            try await books.ledger.sealAll()
            #expect(try await books.balance(.shop(books.shop), .held) == 30 * 8_300)
            #expect(try await books.balance(.creator(books.creator), .held) == 30 * 1_200)
            #expect(try await books.balance(.agency(books.agency), .held) == 30 * 300)
            #expect(try await books.balance(.platform, .fees) == 30 * 200)
            #expect(try await books.balance(.buyer(books.buyer), .credit) == 0)
            #expect(try await books.balance(.provider("test"), .clearing) == -300_000)
            let proof = try await books.ledger.verify(batch: 7)
            #expect(proof.isSound && proof.entries == 60 && proof.waiting == 0)
        }
    }

    @Test("Held money becomes payable once, after receipt, window and open cases; then it is paid out once")
    func settlement() async throws {
        try await Books.run { books in
            for number in 1...3 as ClosedRange<UInt128> { try await books.buy(number) }
            #expect(try await books.ledger.settle().parts == 0)
            let lines = (1...3).map { OrderLineID(rawValue: $0) }
            let due = books.now.source.now + .days(7)
            try await books.store.write { [ledger = books.ledger] in
                try ledger.release(lines, at: due, in: $0)
                try ledger.block([lines[2]], in: $0)
            }
            #expect(try await books.ledger.settle().parts == 0)
            books.now.advance(by: .days(7))
            let run = try await books.ledger.settle()
            #expect(run.parts == 6 && run.parties == 3)
            #expect(try await books.ledger.settle().parts == 0)
            #expect(try await books.balance(.shop(books.shop), .payable) == 16_600)
            let parts = try await books.ledger.settledParts(
                of: try #require(run.id), for: .creator(books.creator), limit: 10)
            #expect(parts.map(\.amount.amount) == [1_200, 1_200])
            await #expect(throws: NotFound.self) {
                _ = try await books.ledger.settledParts(
                    of: SettlementID(rawValue: 5), for: .creator(books.creator), limit: 10)
            }
            try await books.store.write { [ledger = books.ledger] in try ledger.unblock([lines[2]], in: $0) }
            #expect(try await books.ledger.settle().parts == 3)
            let payout = try await books.store.write { [books] in
                try books.ledger.requestPayout(to: .shop(books.shop), in: .cny, in: $0)
            }
            #expect(payout.amount.amount == 24_900)
            await #expect(throws: LedgerProblem.nothingToPay) {
                try await books.store.write { [books] in
                    try books.ledger.requestPayout(to: .shop(books.shop), in: .cny, in: $0)
                }
            }
            _ = try await books.store.write { [books] in try books.ledger.claim(payout.id, by: "a", in: $0) }
            await #expect(throws: LedgerProblem.payoutState(.claimed)) {
                try await books.store.write { [books] in try books.ledger.claim(payout.id, by: "b", in: $0) }
            }
            _ = try await books.store.write { [books] in
                try books.ledger.finish(payout.id, through: "test", reference: "bank 1", in: $0)
            }
            #expect(try await books.balance(.shop(books.shop), .payout) == 0)
            #expect(try await books.balance(.provider("test"), .clearing) == -5_100)
        }
    }

    @Test("A payout that the bank refuses is payable again")
    func failedPayout() async throws {
        try await Books.run { books in
            try await books.buy(1)
            try await books.receiveAndSettle([1])
            let payout = try await books.store.write { [books] in
                try books.ledger.requestPayout(to: .creator(books.creator), in: .cny, in: $0)
            }
            _ = try await books.store.write { [books] in try books.ledger.fail(payout.id, reason: "closed", in: $0) }
            #expect(try await books.balance(.creator(books.creator), .payable) == 1_200)
            await #expect(throws: LedgerProblem.payoutState(.failed)) {
                try await books.store.write { [books] in
                    try books.ledger.finish(payout.id, through: "test", reference: "", in: $0)
                }
            }
        }
    }

    @Test("After the settlement a refund makes payable negative; the next sale makes it good, or the deposit does")
    func clawback() async throws {
        try await Books.run { books in
            try await books.buy(1)
            try await books.receiveAndSettle([1])
            _ = try await books.store.write { [books] in
                try books.ledger.requestPayout(to: .shop(books.shop), in: .cny, in: $0)
            }
            let back = try await books.takeBack(.everything, of: 1, cause: "late")
            #expect(back.amount == 10_000)
            #expect(try await books.takeBack(.everything, of: 1, cause: "late").amount == 0)
            #expect(try await books.balance(.shop(books.shop), .payable) == -8_300)
            #expect(try await books.balance(.creator(books.creator), .payable) == 0)
            #expect(try await books.balance(.platform, .fees) == 0)
            try await books.buy(2)
            try await books.receiveAndSettle([2])
            #expect(try await books.balance(.shop(books.shop), .payable) == 0)
            _ = try await books.takeBack(.units(1, withShipping: false), of: 2, cause: "half")
            try await books.ledger.sealAll()
            let now = books.now.source.now
            let short = try await books.store.read { try Ledger.shortfalls(since: now, in: $0).map(\.missing) }
            #expect(short == [4_150])
            try await books.store.write { [books] in
                try books.ledger.deposit(
                    Money(3_000, .cny), by: books.shop, through: "test", source: "d1", in: $0)
                try books.ledger.drawDeposit(of: books.shop, in: .cny, source: "draw1", in: $0)
            }
            #expect(try await books.balance(.shop(books.shop), .deposit) == 0)
            #expect(try await books.balance(.shop(books.shop), .payable) == -1_150)
            #expect(try await books.ledger.verify().isSound)
        }
    }

    @Test("A held commission is not settled; voided, it goes back to the shop")
    func heldCommission() async throws {
        try await Books.run { books in
            let sale = books.sale(1)
            let held = LineSale(line: sale.line, parties: sale.parties, terms: sale.terms, holdsCommission: true)
            try await books.store.write { [books] in
                try books.ledger.sell([held], of: OrderID(rawValue: 1), in: $0)
            }
            try await books.receiveAndSettle([1])
            #expect(try await books.balance(.shop(books.shop), .payable) == 8_300)
            #expect(try await books.balance(.creator(books.creator), .payable) == 0)
            try await books.store.write { [books] in
                try books.ledger.voidCommission(of: sale.line, cause: "fraud", in: $0)
            }
            #expect(try await books.balance(.creator(books.creator), .held) == 0)
            #expect(try await books.balance(.agency(books.agency), .held) == 0)
            #expect(try await books.balance(.shop(books.shop), .payable) == 9_800)
        }
    }

    @Test("Whatever is changed behind the books' back is found, and the first broken entry is named")
    func tampering() async throws {
        let changes: [(String, SQL)] = [
            ("digest", "UPDATE ledger_postings SET amount = amount + 1 WHERE component = 'fee' AND line = 'LINE'"),
            ("digest", "UPDATE ledger_entries SET note = 'x' WHERE source = 'sale:ORDER'"),
            ("chain", "UPDATE ledger_chain SET hash = 'x' WHERE sequence = 4"),
            ("missing", "DELETE FROM ledger_chain WHERE sequence = 4"),
            ("read", "DELETE FROM ledger_entries WHERE source = 'sale:ORDER'"),
            ("stands", "UPDATE ledger_balances SET balance = balance + 1 WHERE account = 'platform/fees/CNY'"),
        ]
        for (reason, change) in changes {
            try await Books.run { books in
                for number in 1...5 as ClosedRange<UInt128> { try await books.buy(number) }
                try await books.ledger.sealAll()
                let text = change.text.replacing("LINE", with: "\(OrderLineID(rawValue: 2))")
                    .replacing("ORDER", with: "\(OrderID(rawValue: 2))")
                _ = try await books.store.write { try $0.run(SQL(stringLiteral: text)) }
                let fault = try #require(try await books.ledger.verify(batch: 2).fault, "\(text)")
                #expect(fault.reason.contains(reason), "\(text): \(fault)")
                if reason == "digest" {
                    let sale = try await books.store.read {
                        try Ledger.entry(source: "sale:\(OrderID(rawValue: 2))", in: $0)?.id.description
                    }
                    #expect(fault.place == sale)
                }
            }
        }
    }

    @Test("A statement pages through every movement once, and its CSV has a row for each")
    func statement() async throws {
        try await Books.run { books in
            for number in 1...9 as ClosedRange<UInt128> {
                try await books.buy(number)
                books.now.advance(by: .seconds(number % 3 == 0 ? 1 : 0))
            }
            var (lines, cursor): ([StatementLine], Ledger.Cursor?) = ([], nil)
            repeat {
                let page = try await books.ledger.statement(of: .shop(books.shop), after: cursor, limit: 4)
                lines += page
                cursor = page.last.map { Ledger.Cursor(after: $0) }.flatMap { Ledger.Cursor($0.description) }
            } while cursor != nil
            #expect(lines.count == 27 && Set(lines.map { "\($0.entry) \($0.position)" }).count == 27)
            #expect(lines.reduce(0) { $0 + $1.amount.amount } == 9 * 8_300)
            var csv = CSVWriter(header: StatementLine.csvHeader)
            for line in lines { csv.append(line.csvFields) }
            #expect(csv.text.split(separator: "\r\n").count == 28)
        }
    }
}
