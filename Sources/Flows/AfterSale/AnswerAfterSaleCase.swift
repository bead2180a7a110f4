import AfterSales
import Kernel
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
        return try await steps.run(id, command) { found, transaction in
            try found.requireStaff(command.identity)
            try steps.step(
                approves ? .approve : .reject, found, by: command.identity.person, note: note, in: transaction)
        }
    }
}
