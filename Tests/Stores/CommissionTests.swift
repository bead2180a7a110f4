import Alliance
import Flows
import HTTP
import Kernel
import Ledger
import Orders
import Shops
import Store
import Testing

/// What creators earn, as lists: complete, in order, and decided once.
@Suite("Commissions as lists") struct CommissionTests {
    @Test(
        "pages hold every line once, for creator and shop; sums are those of the lines", arguments: TestStore.available)
    func lists(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 99)
            try await bazaar.promote()
            var orders: [Order] = []
            for units in [1, 2, 3, 1, 2] as [Int64] { orders.append(try await bazaar.paid(units)) }
            _ = try await ChangeOrder(bazaar.market).cancel(orders[0].id, by: bazaar.buyer, reason: "")
            let ids = Set(orders.flatMap(\.lines).map(\.id))
            for side in [CommissionFilter.Side.creator(bazaar.creator), .shop(bazaar.shop)] {
                #expect(try await Self.pages(CommissionFilter(side), bazaar) == ids)
            }
            let explain = ExplainCommissions(bazaar.market)
            let lines = try await explain.all(CommissionFilter(.creator(bazaar.creator)))
            let states = Dictionary(
                uniqueKeysWithValues: try await CommissionTotals(bazaar.market).states(of: bazaar.creator).map {
                    ($0.key.kind, $0.value)
                })
            // 10 % of 5.00 a unit, a quarter of it the agency's; each line is rounded by itself.
            #expect(states[.estimated].map { [Int64($0.lines), $0.base, $0.commission] } == [4, 4_000, 400])
            #expect(states[.cancelled]?.lines == 1)
            #expect(states[.estimated]?.net == lines.filter { $0.state == .estimated }.reduce(0) { $0 + $1.net })
            #expect(try await CommissionTotals(bazaar.market).creators(at: bazaar.shop).values.map(\.lines) == [4])
            try await Self.requireSums(bazaar)
            let until = CommissionFilter(.creator(bazaar.creator), until: orders[0].createdAt)
            #expect(try await explain.all(until).isEmpty, "the end is not part of a period")
        }
    }

    /// Sums are what adding up every explained line gives, to the creator and to the shop.
    private static func requireSums(_ bazaar: Bazaar) async throws {
        let lines = try await ExplainCommissions(bazaar.market).all(CommissionFilter(.creator(bazaar.creator)))
        let states = Dictionary(grouping: lines, by: \.state)
        let sums = try await CommissionTotals(bazaar.market).states(of: bazaar.creator)
        #expect(sums.count == states.count)
        for (key, sum) in sums {
            let own = states[key.kind] ?? []
            #expect(sum.lines == own.count && sum.base == own.reduce(0) { $0 + $1.line.base.amount }, "\(key)")
            #expect(sum.commission == own.reduce(0) { $0 + $1.commission }, "\(key)")
            #expect(sum.net == own.reduce(0) { $0 + $1.net }, "\(key)")
        }
        let earned = lines.filter { ![.returned, .cancelled, .voided].contains($0.state) }
        let paid = try await CommissionTotals(bazaar.market).creators(at: bazaar.shop).values
        #expect(paid.map(\.commission) == (earned.isEmpty ? [] : [earned.reduce(0) { $0 + $1.commission }]))
    }

    @Test("sums follow what comes back and what is settled, line by line", arguments: TestStore.available)
    func sums(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 99)
            try await bazaar.promote()
            try await Self.requireSums(bazaar)
            // Ordered and never paid, paid, given back in part, given back, received, settled.
            _ = try await bazaar.buy(1, by: bazaar.buyer.person)
            var lines: [OrderLineID] = []
            for units in [1, 3, 2, 2, 3] as [Int64] { lines += try await bazaar.paid(units).lines.map(\.id) }
            try await bazaar.giveBack(.units(1, withShipping: true), of: lines[1])
            try await bazaar.giveBack(.everything, of: lines[2])
            try await Self.requireSums(bazaar)
            try await bazaar.release([lines[3], lines[4]])
            try await Self.requireSums(bazaar)
            _ = try await bazaar.market.ledger.settle()
            try await bazaar.giveBack(.amount(333), of: lines[4])
            try await Self.requireSums(bazaar)
            let states = try await CommissionTotals(bazaar.market).states(of: bazaar.creator).keys.map(\.kind)
            #expect(Set(states) == [.estimated, .returned, .settled])
        }
    }

    private static func pages(_ filter: CommissionFilter, _ bazaar: Bazaar) async throws -> Set<OrderLineID> {
        var (found, last): ([ExplainedCommission], Alliance.Cursor?) = ([], nil)
        for _ in 0..<9 {
            let page = try await ExplainCommissions(bazaar.market)(filter, after: last, limit: 2)
            found += page
            guard let end = page.last else { break }
            last = Alliance.Cursor("\(Alliance.Cursor(after: end.line))")
        }
        #expect(found.count == Set(found.map(\.line.line)).count, "a line is there twice")
        return Set(found.map(\.line.line))
    }

    @Test("open plans: the one that holds now, nothing that is over or to come", arguments: TestStore.available)
    func openPlans(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let fair = try await Fair(store)
            let desk = PlanDesk(fair)
            try await desk.set(900, 1)
            try await desk.set(700, 2)
            try await desk.set(0, 2)
            try await desk.set(1_500, 0)
            #expect(try await desk.rates() == [1_500, 900, 700], "less holds from the next day on")
            fair.clock.advance(by: .days(1))
            #expect(try await desk.rates() == [1_500, 900])
            let previews = try await desk.preview(1_500, 0)
            // 19.99: 2 % are 0.40, 15 % are 3.00.
            #expect(previews.map { [$0.price.amount, $0.fee, $0.commission, $0.shop] } == [[1_999, 40, 300, 1_659]])
            await #expect(throws: InvalidField.self) { _ = try await desk.preview(9_900, 0) }
            await #expect(throws: NotFound.self) { _ = try await desk.preview(100, 2) }
        }
    }

    @Test("two operators decide at once: one decision, and the books agree with it", arguments: TestStore.available)
    func decisions(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            let bazaar = try await Bazaar(store, units: 99)
            // Buyer and creator are one person, so every commission is held.
            try await bazaar.promote(to: bazaar.creator)
            for _ in 0..<4 {
                let placed = try await bazaar.buy(1, by: bazaar.creator)
                try await SettlePayments(bazaar.market).returned(to: placed.group, by: bazaar.creator)
            }
            let held = try await ExplainCommissions(bazaar.market).held(limit: 9).map(\.line.line)
            #expect(held.count == 4)
            var released: Int64 = 0
            for line in held {
                let outcomes = await Self.decide(line, bazaar)
                #expect(outcomes.count == 1, "decided \(outcomes.count) times")
                if outcomes.first == .released { released += 1 }
            }
            #expect(try await ExplainCommissions(bazaar.market).reviewed(limit: 9).count == 4)
            try await Self.requireSums(bazaar)
            let left = try await bazaar.balance(.creator(bazaar.creator), .held)
            let agency = try await bazaar.balance(.agency(bazaar.agency), .held)
            #expect(left + agency == 50 * released)
            try await bazaar.requireSoundBooks()
        }
    }

    private static func decide(_ line: OrderLineID, _ bazaar: Bazaar) async -> [CommissionLine.Decision] {
        await withTaskGroup(of: CommissionLine.Decision?.self) { group in
            for decision in [CommissionLine.Decision.released, .voided, .released, .voided] {
                group.addTask {
                    do {
                        let ruling = try CommissionRuling(decision, because: "looked at it")
                        try await DecideCommission(bazaar.market)(line, ruling, Command(by: bazaar.officer))
                        return decision
                    } catch { return nil }
                }
            }
            return await group.reduce(into: []) { if let decision = $1 { $0.append(decision) } }
        }
    }
}

/// Sets plans of a fair's products by their place.
private final class PlanDesk: Sendable {
    private let fair: Fair

    init(_ fair: Fair) { self.fair = fair }

    func set(_ rate: Int64, _ place: Int) async throws {
        _ = try await SetCommission(fair.market)(BasisPoints(rate), of: fair.products[place], Command(by: fair.seller))
    }

    /// The rates of all open plans, read two at a time, the highest first.
    func rates() async throws -> [Int64] {
        var (found, next): ([Int64], Alliance.PlanCursor?) = ([], nil)
        for _ in 0..<9 {
            let page = try await OfferPlans(fair.market).open(to: fair.creator, after: next, limit: 2)
            found += page.offers.map(\.plan.rate.value)
            guard let end = page.next else { break }
            next = Alliance.PlanCursor("\(end)")
        }
        return found.sorted(by: >)
    }

    func preview(_ rate: Int64, _ place: Int) async throws -> [OfferPlans.Preview] {
        try await OfferPlans(fair.market).preview(
            BasisPoints(rate), of: fair.products[place], at: fair.shops[0], by: fair.seller)
    }
}

extension Bazaar {
    /// Takes a part of a line back in the books, as a refund does.
    fileprivate func giveBack(_ measure: RefundMeasure, of line: OrderLineID) async throws {
        try await market.store.write { [ledger = market.ledger] in
            _ = try ledger.takeBack(measure, of: line, cause: "c", in: $0)
        }
    }

    /// The lines can be settled from now on.
    fileprivate func release(_ lines: [OrderLineID]) async throws {
        try await market.store.write { [market] in
            try market.ledger.release(lines, at: market.source.now, in: $0)
        }
    }
}
