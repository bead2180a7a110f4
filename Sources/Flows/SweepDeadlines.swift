import AfterSales
import Kernel
import Ledger
import Orders
import Payments
import Stock
import Store

/// Does what nobody's acting in time means: shipped orders count as received, unpaid ones end, cases go on, held money
/// becomes payable, deposits cover what is owed. Every decision is made of the clock and the rows, in the transaction
/// that changes them; the sweep only comes by, so nothing is lost when it doesn't.
public struct SweepDeadlines: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// What one sweep did.
    public struct Swept: Sendable, Equatable {
        /// Orders that count as received.
        public var received = 0
        /// Orders that were cancelled unpaid.
        public var cancelled = 0
        /// Cases whose deadline had passed.
        public var cases = 0
        /// Parts of lines that became payable.
        public var settled = 0
        /// Deposits that covered something.
        public var draws = 0
    }

    /// Sweeps once, at most `limit` of each kind.
    @discardableResult
    public func callAsFunction(limit: Int = 500) async throws -> Swept {
        var swept = Swept()
        swept.cancelled = try await cancelUnpaid(limit)
        swept.received = try await receive(limit)
        swept.cases = try await lapse(limit)
        swept.settled = try await market.ledger.settle().parts
        swept.draws = try await drawDeposits()
        return swept
    }

    /// Sweeps every ten seconds and seals the books five times a second, until cancelled.
    func run() async {
        await withTaskGroup { group in
            group.addTask { [market] in
                while (try? await Task.sleep(for: .milliseconds(200))) != nil { _ = try? await market.ledger.seal() }
            }
            group.addTask { [self] in
                repeat { _ = try? await self() } while (try? await Task.sleep(for: .seconds(10))) != nil
            }
        }
    }

    private func cancelUnpaid(_ limit: Int) async throws -> Int {
        let end = market.source.now - market.terms.paymentGrace
        let overdue = try await market.orders.unpaidGroups(reservedBefore: end, limit: limit)
        var count = 0
        for id in overdue {
            count += try await market.store.write { [market] transaction in
                guard let group = try Orders.group(id, in: transaction), group.reservedUntil <= end else { return 0 }
                let intent = try Payments.intent(of: id, in: transaction)
                // Money that is promised or here decides; the webhook brings these orders to their end.
                guard intent?.state != .succeeded, intent?.state != .authorised else { return 0 }
                if let intent { _ = try market.payments.move(intent.id, to: .cancelled, in: transaction) }
                let open = group.orders.filter { $0.state == .placed }
                for order in open {
                    try market.orders.move(order.id, to: .cancelled, by: nil, note: "not paid in time", in: transaction)
                    try market.stock.release(order.lines.compactMap(\.reservation), in: transaction)
                }
                try KeepCoupons(market: market).release(open, in: transaction)
                return open.count
            }
        }
        return count
    }

    private func receive(_ limit: Int) async throws -> Int {
        let end = market.source.now - market.terms.automaticReceipt
        var count = 0
        for id in try await market.orders.shippedOrders(changedBefore: end, limit: limit) {
            count += try await market.store.write { [market] transaction in
                guard let order = try Orders.order(id, in: transaction), order.state == .shipped,
                    order.changedAt <= end, try !AfterSales.isOpen(order.lines.map(\.id), in: transaction)
                else { return 0 }
                let completed = try market.orders.move(
                    id, to: .completed, by: nil, note: "time passed", in: transaction)
                try KeepBooks(market: market).received(completed, in: transaction)
                return 1
            }
        }
        return count
    }

    private func lapse(_ limit: Int) async throws -> Int {
        let steps = AfterSaleSteps(market: market)
        var count = 0
        for id in try await market.afterSales.due(limit: limit) {
            _ = try await market.store.write { try steps.current(id, in: $0) }
            count += 1
        }
        return count
    }

    private func drawDeposits() async throws -> Int {
        let now = market.source.now
        let end = now - market.terms.depositGrace
        let short = try await market.store.read { try Ledger.shortfalls(since: end, in: $0).map(\.account) }
        var draws = 0
        for account in short {
            guard case .shop(let shop) = account.party else { continue }
            // One draw a day, whoever sweeps.
            let source = "draw:\(account):\(now.milliseconds / Duration.days(1).milliseconds)"
            draws += try await market.store.write { [market] transaction in
                guard try Ledger.entry(source: source, in: transaction) == nil else { return 0 }
                return try market.ledger.drawDeposit(
                    of: shop, in: account.currency, source: source, in: transaction) > 0 ? 1 : 0
            }
        }
        return draws
    }
}
