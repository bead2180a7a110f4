import AfterSales
import HTTP
import Kernel
import Shops
import Store

/// Goods go back: the buyer sends them, the shop looks at them.
public struct ReturnGoods: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// The buyer hands the goods to a carrier.
    ///
    /// - Throws: ``NotFound``, ``AfterSaleProblem``, ``InvalidField``.
    public func send(
        _ id: AfterSaleCaseID, carrier: String, tracking: String, _ command: Command
    ) async throws -> AfterSaleCase {
        let carriage = try Carriage(carrier: carrier, tracking: tracking)
        let steps = AfterSaleSteps(market: market)
        return try await steps.run(id, command) { found, transaction in
            try found.requireBuyer(command.identity)
            try steps.step(
                .sendBack, found, by: command.identity.person, carrier: carriage.carrier,
                tracking: carriage.tracking, in: transaction)
        }
    }

    /// The shop says whether they are as they should be. If so the case goes on, and `goods` says whether they can be sold
    /// again.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, ``AfterSaleProblem``, ``InvalidField``.
    public func inspect(
        _ id: AfterSaleCaseID, passes: Bool, goods: ReturnedGoods = .init(), note: String, _ command: Command
    ) async throws -> AfterSaleCase {
        let note = try ValidatedText(note, field: "note", length: (passes ? 0 : 1)...1_000).value
        let steps = AfterSaleSteps(market: market)
        return try await steps.run(id, command) { [market] found, transaction in
            try found.requireStaff(command.identity, .service)
            let change = TrailChange("inspection", was: nil, now: passes ? "passes" : "fails")
            try TrailNote(.returnReceived, of: id, [change]).keep(
                in: market.shops, by: command.identity, at: found.shop, in: transaction)
            try steps.step(
                passes ? .passInspection : .failInspection, found, by: command.identity.person, note: note,
                arrival: goods, in: transaction)
        }
    }
}
