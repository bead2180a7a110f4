import AfterSales
import HTTP
import Kernel
import Shops
import Store

/// An exchange's second half: the shop sends goods again, the buyer has them.
public struct ReplaceGoods: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// The shop hands the goods to a carrier.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, ``AfterSaleProblem``, ``InvalidField``.
    public func ship(
        _ id: AfterSaleCaseID, carrier: String, tracking: String, _ command: Command
    ) async throws -> AfterSaleCase {
        let carriage = try Carriage(carrier: carrier, tracking: tracking)
        let steps = AfterSaleSteps(market: market)
        return try await steps.run(id, command) { [market] found, transaction in
            try found.requireStaff(command.identity, .service)
            let change = TrailChange("tracking", was: nil, now: "\(carrier) \(tracking)")
            try TrailNote(.replacementSent, of: id, [change]).keep(
                in: market.shops, by: command.identity, at: found.shop, in: transaction)
            try steps.step(
                .shipReplacement, found, by: command.identity.person, carrier: carriage.carrier,
                tracking: carriage.tracking, in: transaction)
        }
    }

    /// The buyer has them.
    ///
    /// - Throws: ``NotFound``, ``AfterSaleProblem``.
    public func receive(_ id: AfterSaleCaseID, _ command: Command) async throws -> AfterSaleCase {
        let steps = AfterSaleSteps(market: market)
        return try await steps.run(id, command) { found, transaction in
            try found.requireBuyer(command.identity)
            try steps.step(.receiveReplacement, found, by: command.identity.person, in: transaction)
        }
    }
}
