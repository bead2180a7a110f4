import Alliance
import Kernel
import Ledger
import Orders
import Store

/// A commission explained to the line: on what, how much, and where it stands.
public struct ExplainedCommission: Sendable {
    /// Where a commission stands.
    public enum State: String, Sendable, Codable, CaseIterable {
        /// Ordered; nobody has received anything.
        case estimated
        /// A signal speaks against it; an operator decides.
        case held
        /// Received; the return window runs.
        case confirmed
        /// Payable, or paid out.
        case settled
        /// Everything it was earned on came back.
        case returned
        /// The order ended before it was paid or shipped.
        case cancelled
        /// An operator decided against it.
        case voided
    }

    /// The line as it was fixed at the sale.
    public let line: CommissionLine
    /// Where it stands.
    public let state: State
    /// The commission of what has not come back, the agency's part in it, in minor units.
    public let commission: Int64
    /// The agency's part.
    public let agency: Int64
    /// What the creator pays of discounts.
    public let discounts: Int64
    /// From when on it can be settled.
    public let releaseAt: Instant?
    /// The settlement in which it became payable.
    public let settlement: SettlementID?

    /// What the creator gets, in minor units.
    public var net: Int64 { commission - agency - discounts }

    /// A touch as the credited creator may see it.
    public struct Touch: Sendable, Equatable {
        /// By what; of other creators' touches the kind alone (`link`, `slate`, `coupon`).
        public let cause: String
        /// When.
        public let at: Instant
        /// Whether the credited creator did it.
        public let isOwn: Bool
        /// Whether it is the one that is credited.
        public let isCredited: Bool
    }

    /// Every touch that was known at the sale, oldest first.
    public var touches: [Touch] {
        let credited = line.credited
        return line.touches.map { touch in
            let isOwn = touch.creator == line.creator
            let kind = String(touch.cause.prefix { $0 != ":" })
            return Touch(
                cause: isOwn ? touch.cause : kind, at: touch.at, isOwn: isOwn, isCredited: touch == credited)
        }
    }
}

/// Explains commissions, to those who earn them and to those who pay.
public struct ExplainCommissions: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Most lines of a file.
    public static let fileLimit = 10_000
    private static let batch = 500

    /// Commissions of one side, newest first.
    public func callAsFunction(
        _ filter: CommissionFilter, after cursor: Alliance.Cursor? = nil, limit: Int
    ) async throws -> [ExplainedCommission] {
        try await explain(try await market.alliance.commissions(filter, after: cursor, limit: limit))
    }

    /// A creator's commissions, newest first.
    public func callAsFunction(of creator: PersonID, limit: Int) async throws -> [ExplainedCommission] {
        try await self(CommissionFilter(.creator(creator)), limit: limit)
    }

    /// Commissions that an operator has to decide about, oldest first.
    public func held(limit: Int) async throws -> [ExplainedCommission] {
        try await explain(try await market.alliance.held(limit: limit))
    }

    /// Commissions that were held and decided about, the latest decision first.
    public func reviewed(after cursor: Alliance.Cursor? = nil, limit: Int) async throws -> [ExplainedCommission] {
        try await explain(try await market.alliance.reviewed(after: cursor, limit: limit))
    }

    /// All commissions of one side, newest first, at most ``fileLimit``.
    public func all(_ filter: CommissionFilter) async throws -> [ExplainedCommission] {
        var found: [ExplainedCommission] = []
        while found.count < Self.fileLimit {
            let limit = min(Self.batch, Self.fileLimit - found.count)
            let next = try await self(filter, after: found.last.map { Alliance.Cursor(after: $0.line) }, limit: limit)
            found += next
            if next.count < limit { break }
        }
        return found
    }

    private func explain(_ lines: [CommissionLine]) async throws -> [ExplainedCommission] {
        let ids = lines.map(\.line)
        return try await market.store.read { transaction in
            let orders = try Orders.states(of: ids, in: transaction)
            let holdbacks = Dictionary(grouping: try Ledger.holdbacks(of: ids, in: transaction), by: \.line)
            let books = try Ledger.lines(ids, in: transaction)
            return lines.map { line in
                let holdback = holdbacks[line.line]?.first { $0.party == .creator(line.creator) }
                return ExplainedCommission(line, orders[line.line], books[line.line], holdback)
            }
        }
    }
}

extension ExplainedCommission {
    init(_ line: CommissionLine, _ order: OrderState?, _ book: LedgerLine?, _ holdback: Holdback?) {
        self.line = line
        let left = book?.remainder.amounts
        commission = left?[.commission] ?? line.amounts.commission
        agency = left?[.agencyShare] ?? line.amounts.agency
        discounts = (left?[.creatorDiscount] ?? 0) + (left?[.creatorShipping] ?? 0)
        releaseAt = holdback?.releaseAt
        settlement = holdback?.settlement
        state =
            if line.decision == .voided {
                .voided
            } else if order == .cancelled {
                .cancelled
            } else if book != nil, commission == 0 {
                .returned
            } else if line.isHeld {
                .held
            } else if settlement != nil {
                .settled
            } else {
                releaseAt != nil ? .confirmed : .estimated
            }
    }
}
