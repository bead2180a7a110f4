import Alliance
import Catalog
import HTTP
import Kernel
import Shops
import Store

/// A shop says what creators earn who sell its product.
public struct SetCommission: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// - Throws: ``NotFound``, ``Forbidden``, ``InvalidField``.
    public func callAsFunction(
        _ rate: BasisPoints, of product: ProductID, _ command: Command
    ) async throws -> CommissionPlan {
        let now = market.source.now
        return try await market.store.write { [market] transaction in
            guard let shop = try Catalog.shops(of: [product], in: transaction)[product] else {
                throw NotFound("product")
            }
            do { try command.identity.require(.prices, at: shop) } catch is NotFound {
                throw NotFound("product")
            }
            try Self.check(rate, under: market.terms)
            let version = try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                let before = PlanRule.current(try Alliance.plans(of: product, in: transaction), at: now)
                let change = TrailChange("rate", was: before.map { "\($0.rate.value)" }, now: "\(rate.value)")
                try TrailNote(.commissionSet, of: product, [change]).keep(
                    in: market.shops, by: command.identity, at: shop, in: transaction)
                return try market.alliance.setRate(
                    rate, of: product, in: shop, by: command.identity.person, in: transaction
                ).version
            }
            let plan = try Alliance.plans(of: product, in: transaction).first { $0.version == version }
            guard let plan else { throw NotFound("commission plan") }
            return plan
        }
    }

    /// With the fee, a sale must not cost the shop more than it asks.
    static func check(_ rate: BasisPoints, under terms: TradeTerms) throws(InvalidField) {
        guard (0...Alliance.highestRate).contains(rate.value), rate.value + terms.fee.value <= 10_000 else {
            throw InvalidField(
                "rate", "must lie between 0 and \(Alliance.highestRate) basis points and leave room for the fee.",
                zh: "佣金率须在 0 到 80% 之间，且与平台服务费之和不超过 100%。")
        }
    }
}
