import Kernel
import Store

/// Where a payout stands.
public enum PayoutState: String, Sendable, Codable, CaseIterable, SQLReadable {
    /// Asked for; the money has left what is payable.
    case requested
    /// Somebody is sending it.
    case claimed
    /// It arrived.
    case paid
    /// The bank refused it; the money is payable again.
    case failed

    /// Every legal transition; the documentation's drawing is made from this.
    public static let transitions: [PayoutState: Set<PayoutState>] = [
        .requested: [.claimed, .failed],
        .claimed: [.paid, .failed],
        .paid: [],
        .failed: [],
    ]
}

/// Money on its way to a shop, creator or agency.
public struct Payout: Sendable, Equatable {
    /// The payout.
    public let id: PayoutID
    /// Who gets it.
    public let party: Party
    /// How much.
    public let amount: Money
    /// Where it stands.
    public let state: PayoutState
    /// Who sends it, once somebody does.
    public let claimedBy: String?
    /// The bank's number, or why it failed.
    public let reference: String?
    /// When it was asked for.
    public let createdAt: Instant
    /// When it last changed.
    public let changedAt: Instant
}

extension Ledger {
    /// Sends a party everything that is payable. What was taken back since the last payout has been taken off already.
    ///
    /// - Throws: ``LedgerProblem/nothingToPay``, ``LedgerProblem/payoutInProgress``.
    public func requestPayout(
        to party: Party, in currency: Currency, in transaction: any Transaction
    ) throws -> Payout {
        let last: Int64? = try transaction.value(
            """
            SELECT number FROM ledger_payouts WHERE party = \(party) AND currency = \(currency)
            ORDER BY number DESC LIMIT 1
            """)
        let amount = try Self.balance(of: Account(party, .payable, currency), in: transaction)
        guard amount > 0 else { throw LedgerProblem.nothingToPay }
        let now = source.now
        let payout = Payout(
            id: source.identifier(), party: party, amount: Money(amount, currency), state: .requested, claimedBy: nil,
            reference: nil, createdAt: now, changedAt: now)
        // Two that ask at once have the same number: one of them gets it.
        let added = try transaction.run(
            """
            INSERT INTO ledger_payouts (id, party, currency, number, amount, state, created_at, changed_at)
            VALUES (\(payout.id), \(party), \(currency), \((last ?? 0) + 1), \(amount), 'requested', \(now), \(now))
            ON CONFLICT (party, currency, number) DO NOTHING
            """)
        guard added == 1 else { throw LedgerProblem.payoutInProgress }
        try post(payout.entry, in: transaction)
        return payout
    }

    /// Takes a payout to send it. It is claimed once, whoever asks.
    ///
    /// - Throws: ``NotFound``, ``LedgerProblem/payoutState(_:)``.
    public func claim(_ id: PayoutID, by worker: String, in transaction: any Transaction) throws -> Payout {
        try move(id, to: .claimed, worker: worker, in: transaction)
    }

    /// The money arrived.
    ///
    /// - Parameter provider: whose money went out.
    public func finish(
        _ id: PayoutID, through provider: String, reference: String, in transaction: any Transaction
    ) throws -> Payout {
        let payout = try move(id, to: .paid, reference: reference, in: transaction)
        try post(
            NewEntry(
                .payoutPaid, source: "payoutPaid:\(id)", subject: "\(id)", note: reference,
                postings: [
                    Posting(payout.transit, -payout.amount.amount, "payoutPaid"),
                    Posting(
                        Account(.provider(provider), .clearing, payout.amount.currency), payout.amount.amount,
                        "payoutPaid"),
                ]), in: transaction)
        return payout
    }

    /// The bank refused it: the money is payable again.
    public func fail(_ id: PayoutID, reason: String, in transaction: any Transaction) throws -> Payout {
        let payout = try move(id, to: .failed, reference: reason, in: transaction)
        if let entry = try Self.entry(source: "payout:\(id)", in: transaction) {
            try reverse(entry, source: "payoutFailed:\(id)", note: reason, in: transaction)
        }
        return payout
    }

    /// A payout, or `nil`.
    public static func payout(_ id: PayoutID, in transaction: any Transaction) throws -> Payout? {
        try transaction.row("SELECT * FROM ledger_payouts WHERE id = \(id)").map(Payout.init)
    }

    /// Payouts of a party, newest first.
    public func payouts(of party: Party, limit: Int, offset: Int = 0) async throws -> [Payout] {
        try await store.read { transaction in
            try transaction.rows(
                """
                SELECT * FROM ledger_payouts WHERE party = \(party) ORDER BY created_at DESC, id DESC
                LIMIT \(limit) OFFSET \(offset)
                """
            ).map(Payout.init)
        }
    }

    /// Payouts in a state, oldest first, for whoever sends them.
    public func payouts(in state: PayoutState, limit: Int, offset: Int = 0) async throws -> [Payout] {
        try await store.read { transaction in
            try transaction.rows(
                """
                SELECT * FROM ledger_payouts WHERE state = \(state.rawValue) ORDER BY created_at, id
                LIMIT \(limit) OFFSET \(offset)
                """
            ).map(Payout.init)
        }
    }

    private func move(
        _ id: PayoutID, to next: PayoutState, worker: String? = nil, reference: String? = nil,
        in transaction: any Transaction
    ) throws -> Payout {
        let origins = PayoutState.allCases.filter { PayoutState.transitions[$0, default: []].contains(next) }
        let row = try transaction.row(
            """
            UPDATE ledger_payouts SET state = \(next.rawValue), changed_at = \(source.now),
                claimed_by = COALESCE(\(worker), claimed_by), reference = COALESCE(\(reference), reference)
            WHERE id = \(id) AND state IN \(list: origins.map(\.rawValue)) RETURNING *
            """)
        if let row { return try Payout(row) }
        guard let payout = try Self.payout(id, in: transaction) else { throw NotFound("payout") }
        throw LedgerProblem.payoutState(payout.state)
    }
}

extension Payout {
    init(_ row: SQLRow) throws {
        id = try row.get("id")
        party = try row.get("party")
        amount = Money(try row.get("amount"), try row.get("currency"))
        state = try row.get("state")
        claimedBy = try row.get("claimed_by")
        reference = try row.get("reference")
        createdAt = try row.get("created_at")
        changedAt = try row.get("changed_at")
    }

    /// Where the money is while it is on its way.
    var transit: Account { Account(party, .payout, amount.currency) }

    var entry: NewEntry {
        NewEntry(
            .payout, source: "payout:\(id)", subject: "\(id)",
            postings: [
                Posting(Account(party, .payable, amount.currency), -amount.amount, "payout"),
                Posting(transit, amount.amount, "payout"),
            ])
    }
}
