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

    @Option(help: "Movements on one account, for the balance of a large account; whole thousands.")
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
        try await inStretches("sales", of: orders) { numbers in
            try await store.write { transaction in
                for number in numbers {
                    let sale = try Self.sale(number)
                    try ledger.sell([sale], of: OrderID(rawValue: UInt128(number + 1)), in: transaction)
                }
            }
        }
        report.add("sales posted", Double(orders), since: start, "orders/s")
        ProgressLine.show("sealing \(orders) entries")
        let sealing = ContinuousClock.now
        try await ledger.sealAll()
        report.add("entries sealed", Double(orders), since: sealing, "entries/s")
    }

    private func settle(_ ledger: Ledger, _ store: any Store, _ report: inout BenchReport) async throws {
        try await inStretches("receipts", of: orders) { numbers in
            let lines = numbers.map { OrderLineID(rawValue: UInt128($0 + 1)) }
            try await store.write { try ledger.release(lines, at: Instant(milliseconds: 0), in: $0) }
        }
        ProgressLine.show("settling \(orders) lines")
        let start = ContinuousClock.now
        while try await ledger.settle().parts > 0 {}
        report.add("lines settled (three parts each)", Double(orders), since: start, "lines/s")
        // The server seals five times a second; a balance adds only what came after.
        try await ledger.sealAll()
    }

    /// The account's movements are posted and sealed like any others, a thousand in an entry.
    private func readBalance(_ ledger: Ledger, _ store: any Store, _ report: inout BenchReport) async throws {
        let account = Account(.shop(Self.shop(0)), .held, .cny)
        let start = ContinuousClock.now
        try await inStretches("thousands of movements", of: movements / 1_000, stretch: 20) { numbers in
            try await store.write { transaction in
                for number in numbers { try ledger.post(Self.thousand(number, on: account), in: transaction) }
                _ = try ledger.seal(limit: numbers.count, in: transaction)
            }
        }
        report.add("movements posted and sealed", Double(movements), since: start, "movements/s")
        let times = try await Self.milliseconds(of: 200) { _ = try await ledger.balance(of: account) }
        report.figures.append(.init(name: "balance, \(movements) movements, p50", value: times[100], unit: "ms"))
        report.figures.append(.init(name: "balance, \(movements) movements, p99", value: times[198], unit: "ms"))
        let pages = try await Self.milliseconds(of: 20) {
            _ = try await ledger.statement(of: account.party, limit: 50)
        }
        report.figures.append(.init(name: "statement page, \(movements) movements", value: pages[10], unit: "ms"))
    }

    private func prove(_ ledger: Ledger, _ report: inout BenchReport) async throws {
        ProgressLine.show("proving the books")
        let start = ContinuousClock.now
        let proof = try await ledger.verify(batch: 100)
        ProgressLine.end()
        guard proof.isSound else { throw ValidationError("The books are broken: \(proof)") }
        report.add("entries proved", Double(proof.entries), since: start, "entries/s")
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        report.figures.append(.init(name: "proof of all books", value: seconds, unit: "s"))
    }

    private func inStretches(
        _ name: String, of count: Int, stretch: Int = 500, _ body: (Range<Int>) async throws -> Void
    ) async throws {
        for first in stride(from: 0, to: count, by: stretch) {
            ProgressLine.show("\(name): \(first) of \(count)")
            try await body(first..<min(first + stretch, count))
        }
    }

    /// Sorted.
    private static func milliseconds(of count: Int, _ body: () async throws -> Void) async throws -> [Double] {
        var times: [Double] = []
        for _ in 0..<count {
            let start = ContinuousClock.now
            try await body()
            times.append((ContinuousClock.now - start) / .milliseconds(1))
        }
        return times.sorted()
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

    /// An entry that moves a thousand times on an account.
    private static func thousand(_ number: Int, on account: Account) -> NewEntry {
        let movements = Array(repeating: Posting(account, 1, "price"), count: 1_000)
        let other = Posting(Account(.platform, .fees, account.currency), -1_000, "price")
        return NewEntry(.sale, source: "bench:\(number)", postings: movements + [other])
    }
}

extension BenchReport {
    fileprivate mutating func add(_ name: String, _ count: Double, since start: ContinuousClock.Instant, _ unit: String)
    {
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        figures.append(.init(name: name, value: count / seconds, unit: unit))
    }
}
