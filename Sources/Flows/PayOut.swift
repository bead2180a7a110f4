import HTTP
import Kernel
import Ledger
import Shops
import Store

/// Money leaves the marketplace: asked for by its owner, sent by an operator, each once.
public struct PayOut: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Asks for everything that is payable to a party. Who may ask for whom is for the caller to check.
    ///
    /// - Throws: ``LedgerProblem/nothingToPay``, ``LedgerProblem/payoutInProgress``.
    public func request(to party: Party, in currency: Currency, _ command: Command) async throws -> Payout {
        try await once(command) { [market] transaction in
            let payout = try market.ledger.requestPayout(to: party, in: currency, in: transaction)
            if case .shop(let shop) = party {
                try TrailNote(.payoutRequested, of: payout.id).keep(
                    in: market.shops, by: command.identity, at: shop, in: transaction)
            }
            return payout
        }
    }

    /// An operator takes a payout to send it.
    ///
    /// - Throws: ``Forbidden``, ``NotFound``, ``LedgerProblem/payoutState(_:)``.
    public func claim(_ id: PayoutID, _ command: Command) async throws -> Payout {
        try requireOperator(command)
        return try await once(command) { [market] in
            try market.ledger.claim(id, by: command.identity.person.description, in: $0)
        }
    }

    /// An operator says what became of it.
    ///
    /// - Parameter reference: the bank's number, or why it failed.
    /// - Throws: ``Forbidden``, ``NotFound``, ``LedgerProblem/payoutState(_:)``, ``InvalidField``.
    public func finish(_ id: PayoutID, arrived: Bool, reference: String, _ command: Command) async throws -> Payout {
        try requireOperator(command)
        let reference = try ValidatedText(reference, field: "reference", length: 1...200).value
        return try await once(command) { [market] in
            arrived
                ? try market.ledger.finish(id, through: market.provider.name, reference: reference, in: $0)
                : try market.ledger.fail(id, reason: reference, in: $0)
        }
    }

    /// An operator books a security that a shop has left.
    ///
    /// - Throws: ``Forbidden``, ``InvalidField``, ``LedgerProblem/badTerms(_:)``.
    public func deposit(_ amount: Money, by shop: ShopID, reference: String, _ command: Command) async throws {
        try requireOperator(command)
        let reference = try ValidatedText(reference, field: "reference", length: 1...200).value
        try await market.store.write { [market] transaction in
            try market.ledger.deposit(
                amount, by: shop, through: market.provider.name, source: "deposit:\(shop):\(reference)",
                in: transaction)
        }
    }

    private func requireOperator(_ command: Command) throws {
        try command.identity.requireOperator()
    }

    private func once(
        _ command: Command, _ body: @escaping @Sendable (any Transaction) throws -> Payout
    ) async throws -> Payout {
        let now = market.source.now
        return try await market.store.write { transaction in
            let id = try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try body(transaction).id
            }
            guard let payout = try Ledger.payout(id, in: transaction) else { throw NotFound("payout") }
            return payout
        }
    }
}
