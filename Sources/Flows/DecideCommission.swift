import Alliance
import HTTP
import Kernel
import Ledger
import Shops
import Store

/// Decides about a commission that a signal held.
public struct DecideCommission: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Pays it, or gives it back to the shop. The reason stays with the line and on the shop's trail.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func callAsFunction(_ line: OrderLineID, _ ruling: CommissionRuling, _ command: Command) async throws {
        try command.identity.requireOperator()
        let now = market.source.now
        try await market.store.write { transaction in
            _ = try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try decide(line, ruling, by: command.identity, in: transaction)
                return true
            }
        }
    }

    private func decide(
        _ line: OrderLineID, _ ruling: CommissionRuling, by officer: Identity, in transaction: any Transaction
    ) throws {
        let decided = try market.alliance.decide(line, ruling, by: officer.person, in: transaction)
        let changes = [
            TrailChange("decision", was: nil, now: ruling.decision.rawValue),
            TrailChange("reason", was: nil, now: ruling.reason),
        ]
        try TrailNote(.commissionReviewed, of: line, changes).keep(
            in: market.shops, by: officer, at: decided.shop, in: transaction)
        // Before the payment there is nothing in the books; the sale will be posted as decided.
        guard try Ledger.line(line, in: transaction) != nil else { return }
        if ruling.decision == .voided {
            try market.ledger.voidCommission(of: line, cause: "commission:\(line)", in: transaction)
        }
        try market.ledger.unblock([line], for: .creator(decided.creator), in: transaction)
        if let agency = decided.agency { try market.ledger.unblock([line], for: .agency(agency), in: transaction) }
    }
}
