import AfterSales
import Kernel
import Shops
import Store

/// The shop says yes or no.
public struct AnswerAfterSaleCase: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// - Throws: ``NotFound``, ``Forbidden``, ``AfterSaleProblem``, ``InvalidField``.
    public func callAsFunction(
        _ id: AfterSaleCaseID, approves: Bool, note: String, _ command: Command
    ) async throws -> AfterSaleCase {
        // Who is refused is told why.
        let note = try ValidatedText(note, field: "note", length: (approves ? 0 : 1)...1_000).value
        let steps = AfterSaleSteps(market: market)
        return try await steps.run(id, command) { [market] found, transaction in
            try found.requireStaff(command.identity)
            let change = TrailChange("answer", was: nil, now: approves ? "approved" : "refused")
            try TrailNote(.caseAnswered, of: id, [change]).keep(
                in: market.shops, by: command.identity, at: found.shop, in: transaction)
            try steps.step(
                approves ? .approve : .reject, found, by: command.identity.person, note: note, in: transaction)
        }
    }
}
