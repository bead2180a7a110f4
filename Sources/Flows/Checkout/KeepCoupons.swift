import Coupons
import Kernel
import Orders
import Store

/// Carries the uses of coupons along with the orders that they were used for: held, consumed, released. Orders without a
/// coupon ask nothing.
struct KeepCoupons {
    let market: Marketplace

    /// Orders were placed.
    ///
    /// - Throws: ``CouponProblem``.
    func hold(
        _ coupons: [Quote.UsedCoupon], for group: OrderGroup, in transaction: any Transaction
    ) throws {
        guard !coupons.isEmpty else { return }
        let amounts = Dictionary(coupons.map { ($0.coupon, $0.amount) }, uniquingKeysWith: +)
        try market.coupons.hold(
            amounts, for: group.id, by: group.buyer, until: group.reservedUntil, in: transaction)
    }

    /// Orders were paid for.
    ///
    /// - Returns: coupons that somebody else got after the time to pay was over.
    func consume(_ orders: [Order], in transaction: any Transaction) throws -> [CouponID] {
        let coupons = Self.coupons(of: orders)
        guard let group = orders.first?.group, !coupons.isEmpty else { return [] }
        return try market.coupons.consume(coupons, of: group, in: transaction)
    }

    /// Orders were cancelled. A coupon that other orders of the group still use stays used; a refund of a part gives none
    /// back, since the order that it made possible stands.
    func release(_ cancelled: [Order], in transaction: any Transaction) throws {
        let coupons = Self.coupons(of: cancelled)
        guard let id = cancelled.first?.group, !coupons.isEmpty else { return }
        let ids = Set(cancelled.map(\.id))
        let standing = (try Orders.group(id, in: transaction)?.orders ?? []).filter {
            $0.state != .cancelled && !ids.contains($0.id)
        }
        try market.coupons.release(coupons.subtracting(Self.coupons(of: standing)), of: id, in: transaction)
    }

    private static func coupons(of orders: [Order]) -> Set<CouponID> {
        Set(orders.flatMap(\.lines).flatMap { $0.charges?.coupons ?? [] })
    }
}
