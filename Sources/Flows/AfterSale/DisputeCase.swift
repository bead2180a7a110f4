import AfterSales
import HTTP
import Kernel
import Ledger
import Store

/// Buyer and shop don't agree: the buyer withdraws or disputes, and the platform decides.
public struct DisputeCase: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// The buyer doesn't want it any more.
    ///
    /// - Throws: ``NotFound``, ``AfterSaleProblem``.
    public func withdraw(_ id: AfterSaleCaseID, _ command: Command) async throws -> AfterSaleCase {
        let steps = AfterSaleSteps(market: market)
        return try await steps.run(id, command) { found, transaction in
            try found.requireBuyer(command.identity)
            try steps.step(.withdraw, found, by: command.identity.person, in: transaction)
        }
    }

    /// The buyer asks the platform.
    ///
    /// - Throws: ``NotFound``, ``AfterSaleProblem``, ``InvalidField``.
    public func dispute(_ id: AfterSaleCaseID, note: String, _ command: Command) async throws -> AfterSaleCase {
        let note = try ValidatedText(note, field: "note", length: 1...1_000).value
        let steps = AfterSaleSteps(market: market)
        return try await steps.run(id, command) { found, transaction in
            try found.requireBuyer(command.identity)
            try steps.step(.dispute, found, by: command.identity.person, note: note, in: transaction)
        }
    }

    /// An operator decides: all that was asked, a part of it, or nothing.
    ///
    /// - Parameter amount: minor units in the order's currency, when only a part goes back.
    /// - Throws: ``NotFound``, ``Forbidden``, ``AfterSaleProblem``, ``InvalidField``, ``LedgerProblem/refundTooLarge``.
    public func arbitrate(
        _ id: AfterSaleCaseID, forBuyer: Bool, amount: Int64? = nil, note: String, _ command: Command
    ) async throws -> AfterSaleCase {
        try command.identity.requireOperator()
        let note = try ValidatedText(note, field: "note", length: 1...1_000).value
        let steps = AfterSaleSteps(market: market)
        return try await steps.run(id, command) { found, transaction in
            if let amount {
                let most = try found.lines.reduce(Int64(0)) {
                    $0 + (try Ledger.line($1.line, in: transaction)?.remainder.goodsPaid ?? 0)
                }
                guard forBuyer, (1...max(1, most)).contains(amount), amount <= most else {
                    throw LedgerProblem.refundTooLarge
                }
            }
            try steps.step(
                forBuyer ? .decideForBuyer : .decideForShop, found, by: command.identity.person, note: note,
                amount: amount.map { Money($0, found.currency) }, in: transaction)
        }
    }

    /// A case as its buyer, its shop or an operator may see it, with what the passing of time has made of it.
    ///
    /// - Throws: ``NotFound`` for anybody else.
    public func read(_ id: AfterSaleCaseID, by identity: Identity) async throws -> AfterSaleCase {
        try await market.store.read { transaction in
            let found = try AfterSales.find(id, in: transaction)
            try found.requireParty(identity)
            return found
        }
    }
}
