import Experience
import HTTP
import Kernel
import Store

/// Shops have something against an order's counting, operators answer; each command once.
public struct KeepScores: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// The score of a shop.
    ///
    /// - Throws: `NotFound`.
    public func score(of shop: ShopID) async throws -> ShopScore {
        guard try await market.shops.shop(shop) != nil else { throw NotFound("shop") }
        let now = market.source.now
        return try await market.store.read { try Experience.score(of: shop, at: now, in: $0) }
    }

    /// The orders that moved it most, those that lowered it first; for its staff.
    ///
    /// - Throws: `NotFound` for anybody else.
    public func influences(
        on shop: ShopID, for identity: Identity, limit: Int = 50
    ) async throws -> [OrderInfluence] {
        try identity.require(.see, at: shop)
        let now = market.source.now
        return try await market.store.read { try Experience.influences(on: shop, at: now, limit: limit, in: $0) }
    }

    /// Appeals of a shop, newest first; for its staff.
    ///
    /// - Throws: `NotFound` for anybody else.
    public func appeals(of shop: ShopID, for identity: Identity) async throws -> [ScoreAppeal] {
        try identity.require(.see, at: shop)
        return try await market.store.read { try Experience.appeals(of: shop, limit: 200, in: $0) }
    }

    /// What waits for operators, the longest first.
    ///
    /// - Throws: `Forbidden`.
    public func waiting(for identity: Identity) async throws -> [ScoreAppeal] {
        try identity.requireOperator()
        return try await market.store.read { try Experience.appeals(of: nil, limit: 200, in: $0) }
    }

    /// Says what a shop has against an order's counting.
    ///
    /// - Throws: `NotFound` for anybody else, `Forbidden`, `InvalidField`, ``AppealProblem/appealedAlready``.
    public func appeal(_ order: OrderID, of shop: ShopID, reason: String, _ command: Command) async throws {
        try command.identity.require(.service, at: shop)
        let now = market.source.now
        _ = try await market.store.write { [market] transaction in
            try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try market.experience.appeal(
                    order, of: shop, reason: reason, by: command.identity.person, in: transaction)
                return order
            }
        }
    }

    /// Answers an appeal; an accepted one takes its order out of the score.
    ///
    /// - Throws: `Forbidden`, `NotFound`, `InvalidField`, ``AppealProblem/decidedAlready``.
    public func decide(_ order: OrderID, accepts: Bool, note: String, _ command: Command) async throws {
        try command.identity.requireOperator()
        let now = market.source.now
        _ = try await market.store.write { [market] transaction in
            try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try market.experience.decide(
                    order, accepts: accepts, note: note, by: command.identity.person, in: transaction)
                return order
            }
        }
    }
}
