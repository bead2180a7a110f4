import Coupons
import Experiments
import Journal
import Kernel
import Store

/// The decision point of coupons: what a person is offered, and what would have been offered (a ghost exposure), written
/// down the first time each day.
public struct GrantCoupons: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Coupons without a code that `person` may take now, of these shops and for all.
    ///
    /// - Parameter person: a visitor too; `nil` for somebody unknown, who is offered what shops and creators pay for.
    public func offered(at shops: [ShopID], to person: PersonID?, limit: Int) async throws -> [Coupon] {
        let coupons = try await market.coupons.offered(at: shops, limit: limit)
        guard coupons.contains(where: { $0.terms.funding.platform.value > 0 }) else { return coupons }
        guard let person else { return coupons.filter { $0.terms.funding.platform.value == 0 } }
        return try await granted(coupons, to: person)
    }

    /// Refuses a coupon that this person doesn't get.
    ///
    /// - Throws: ``CouponProblem/notGranted(_:)``, `NotFound`, `InvalidField`.
    func require(_ wish: CouponWish) async throws {
        guard let coupon = try await wish.coupon(in: market.coupons) else { return }
        guard try await !granted([coupon], to: wish.person).isEmpty else { throw CouponProblem.notGranted(coupon.id) }
    }

    private func granted(_ coupons: [Coupon], to person: PersonID) async throws -> [Coupon] {
        let now = market.source.now
        let (granted, exposures) = try await market.store.read { [market] transaction in
            var known: Earlier?
            var granted: [Coupon] = []
            var exposures: [Exposure] = []
            for coupon in coupons {
                let answer = try market.couponArms.answer(coupon, for: person, at: now) {
                    if let known { return known }
                    let earlier = try Experiments.earlier(of: person, at: now, in: transaction)
                    known = earlier
                    return earlier
                }
                if answer.isGranted { granted.append(coupon) }
                if let exposure = market.couponArms.first(answer.exposure) { exposures.append(exposure) }
            }
            return (granted, exposures)
        }
        if !exposures.isEmpty {
            try await market.store.write { [journal = market.journal] in
                try journal.append(exposures, at: now, in: $0)
            }
        }
        return granted
    }
}
