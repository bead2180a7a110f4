import ArgumentParser
import Foundation
import Kernel
import Ledger
import Store

/// `quanyu bench ledger`: posting, settling and reading balances on a store of its own.
struct BenchLedger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Posts sales, settles them, reads balances, proves the books.",
        discussion: "Needs an empty data folder or database; it leaves its books there.")

    @OptionGroup var installation: InstallationOptions

    @Option(help: "Orders of one line to sell.")
    var orders = 100_000

    @Option(help: "Movements on one account, for the balance of a large account.")
    var movements = 10_000_000

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let installation = try await Installation.open(installation)
        let ledger = Ledger(store: installation.store, source: .system)
        var report = BenchReport("ledger")
        try await sell(ledger, installation.store, &report)
        try await settle(ledger, installation.store, &report)
        try await readBalance(ledger, installation.store, &report)
        try await prove(ledger, &report)
        await installation.store.close()
        try report.show(json: json)
    }

    /// Sales of 500 orders share a unit of work, so this is the books' own cost, without one fsync an order.
    private func sell(_ ledger: Ledger, _ store: any Store, _ report: inout BenchReport) async throws {
        let start = ContinuousClock.now
        for first in stride(from: 0, to: orders, by: 500) {
            let numbers = first..<min(first + 500, orders)
            try await store.write { transaction in
                for number in numbers {
                    let sale = try Self.sale(number)
                    try ledger.sell([sale], of: OrderID(rawValue: UInt128(number + 1)), in: transaction)
                }
            }
        }
        report.add("sales posted", Double(orders), since: start, "orders/s")
        let sealing = ContinuousClock.now
        try await ledger.sealAll()
        report.add("entries sealed", Double(orders), since: sealing, "entries/s")
    }

    private func settle(_ ledger: Ledger, _ store: any Store, _ report: inout BenchReport) async throws {
        for first in stride(from: 0, to: orders, by: 500) {
            let lines = (first..<min(first + 500, orders)).map { OrderLineID(rawValue: UInt128($0 + 1)) }
            try await store.write { try ledger.release(lines, at: Instant(milliseconds: 0), in: $0) }
        }
        let start = ContinuousClock.now
        while try await ledger.settle().parts > 0 {}
        report.add("lines settled (three parts each)", Double(orders), since: start, "lines/s")
        // The server seals five times a second; a balance adds only what came after.
        try await ledger.sealAll()
    }

    /// Movements are written behind the room's back, as a large shop would have them after years.
    private func readBalance(_ ledger: Ledger, _ store: any Store, _ report: inout BenchReport) async throws {
        let account = Account(.shop(Self.shop(0)), .held, .cny)
        let others = (0..<movements / 1_000).map { "old\($0)" }
        for entries in stride(from: 0, to: others.count, by: 20) {
            let group = others[entries..<min(entries + 20, others.count)]
            try await store.write { transaction in
                for name in group { try Self.fill(account, name, in: transaction) }
            }
        }
        var times: [Double] = []
        for _ in 0..<200 {
            let start = ContinuousClock.now
            _ = try await ledger.balance(of: account)
            times.append((ContinuousClock.now - start) / .milliseconds(1))
        }
        times.sort()
        report.figures.append(.init(name: "balance, \(movements) movements, p50", value: times[100], unit: "ms"))
        report.figures.append(.init(name: "balance, \(movements) movements, p99", value: times[198], unit: "ms"))
        let start = ContinuousClock.now
        _ = try await ledger.statement(of: account.party, limit: 50)
        let page = (ContinuousClock.now - start) / .milliseconds(1)
        report.figures.append(.init(name: "statement page, \(movements) movements", value: page, unit: "ms"))
        try await store.write { try $0.run("DELETE FROM ledger_postings WHERE entry LIKE 'old%'") }
    }

    private func prove(_ ledger: Ledger, _ report: inout BenchReport) async throws {
        let start = ContinuousClock.now
        let proof = try await ledger.verify()
        guard proof.isSound else { throw ValidationError("The books are broken: \(proof)") }
        report.add("entries proved", Double(proof.entries), since: start, "entries/s")
    }

    private static func shop(_ number: Int) -> ShopID { ShopID(rawValue: UInt128(number % 1_000 + 1)) }

    private static func sale(_ number: Int) throws -> LineSale {
        var terms = LineTerms(quantity: 2, price: Money(Int64(1_000 + number % 50_000), .cny))
        terms.fee = BasisPoints(200)
        terms.commission = BasisPoints(1_500)
        terms.agencyShare = BasisPoints(2_000)
        let parties = LineParties(
            buyer: PersonID(rawValue: UInt128(number + 1)), shop: shop(number),
            creator: PersonID(rawValue: UInt128(number % 300 + 1)), agency: AgencyID(rawValue: UInt128(number % 20 + 1))
        )
        return LineSale(line: OrderLineID(rawValue: UInt128(number + 1)), parties: parties, terms: terms)
    }

    private static func fill(_ account: Account, _ entry: String, in transaction: any Transaction) throws {
        for first in stride(from: 0, to: 1_000, by: 200) {
            let values = (first..<first + 200).map { position -> [SQLValue] in
                [
                    .text(entry), .integer(Int64(position)), account.party.sqlValue, account.sqlValue, .text("price"),
                    .integer(1), account.currency.sqlValue, .integer(Int64(position)),
                ]
            }
            try transaction.send(
                SQL(
                    """
                    INSERT INTO ledger_postings (entry, position, party, account, component, amount, currency, posted_at)
                    VALUES
                    """, row: "(?, ?, ?, ?, ?, ?, ?, ?)", values: values))
        }
    }
}

extension BenchReport {
    fileprivate mutating func add(_ name: String, _ count: Double, since start: ContinuousClock.Instant, _ unit: String)
    {
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        figures.append(.init(name: name, value: count / seconds, unit: unit))
    }
}
