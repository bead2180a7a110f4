import Kernel
import Store

/// What stands on the accounts of a party in one currency.
public struct PartyBalance: Sendable, Equatable {
    /// The party.
    public let party: Party
    /// The currency.
    public let currency: Currency
    /// Minor units by purpose; what is missing is 0.
    public let amounts: [Account.Purpose: Int64]
}

extension Ledger {
    /// What stands on an account, in minor units: the sealed balance and what is not sealed yet.
    public static func balance(of account: Account, in transaction: any Transaction) throws -> Int64 {
        let sealed: Int64 =
            try transaction.value("SELECT balance FROM ledger_balances WHERE account = \(account)") ?? 0
        let waiting: Int64? = try transaction.value(
            """
            SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM ledger_unsealed u
            JOIN ledger_postings p ON p.entry = u.entry WHERE p.account = \(account)
            """)
        return sealed + (waiting ?? 0)
    }

    /// ``balance(of:in:)`` in a unit of work of its own.
    public func balance(of account: Account) async throws -> Int64 {
        try await store.read { try Self.balance(of: account, in: $0) }
    }

    /// Every balance of a party, per currency.
    public static func balances(of party: Party, in transaction: any Transaction) throws -> [PartyBalance] {
        let rows = try transaction.rows(
            """
            SELECT account, balance FROM ledger_balances WHERE party = \(party)
            UNION ALL
            SELECT p.account, p.amount FROM ledger_unsealed u JOIN ledger_postings p ON p.entry = u.entry
            WHERE p.party = \(party)
            """)
        var sums: [Currency: [Account.Purpose: Int64]] = [:]
        for row in rows {
            let account: Account = try row.get(0)
            sums[account.currency, default: [:]][account.purpose, default: 0] += try row.get(1, as: Int64.self)
        }
        return sums.map { PartyBalance(party: party, currency: $0, amounts: $1) }
            .sorted { $0.currency.code < $1.currency.code }
    }

    /// ``balances(of:in:)`` in a unit of work of its own.
    public func balances(of party: Party) async throws -> [PartyBalance] {
        try await store.read { try Self.balances(of: party, in: $0) }
    }

    /// Payable accounts that have been negative since `limit` or longer, with how much is missing.
    public static func shortfalls(
        since limit: Instant, in transaction: any Transaction
    ) throws -> [(account: Account, missing: Int64)] {
        let rows = try transaction.rows(
            """
            SELECT account, balance FROM ledger_balances WHERE negative_since <= \(limit)
            AND purpose = \(Account.Purpose.payable.rawValue) ORDER BY account LIMIT 1000
            """)
        return try rows.map { (try $0.get(0), -(try $0.get(1, as: Int64.self))) }
    }

    /// A shop leaves a security with the marketplace.
    public func deposit(
        _ amount: Money, by shop: ShopID, through provider: String, source: String, in transaction: any Transaction
    ) throws {
        guard amount.amount > 0 else { throw LedgerProblem.badTerms("A deposit must be more than nothing.") }
        try post(
            NewEntry(
                .deposit, source: source,
                postings: [
                    Posting(Account(.provider(provider), .clearing, amount.currency), -amount.amount, "deposit"),
                    Posting(Account(.shop(shop), .deposit, amount.currency), amount.amount, "deposit"),
                ]), in: transaction)
    }

    /// Covers what a shop owes from its security, as far as it goes.
    ///
    /// - Parameter source: names the occasion, so that one occasion draws once.
    /// - Returns: minor units that were drawn.
    @discardableResult
    public func drawDeposit(
        of shop: ShopID, in currency: Currency, source: String, in transaction: any Transaction
    ) throws -> Int64 {
        let (deposit, payable) = (
            Account(.shop(shop), .deposit, currency), Account(.shop(shop), .payable, currency)
        )
        let missing = -(try Self.balance(of: payable, in: transaction))
        let amount = min(missing, try Self.balance(of: deposit, in: transaction))
        guard amount > 0 else { return 0 }
        try post(
            NewEntry(
                .depositDraw, source: source,
                postings: [Posting(deposit, -amount, "depositDraw"), Posting(payable, amount, "depositDraw")]),
            in: transaction)
        return amount
    }
}
