import Kernel

/// A line of a checkout, as far as coupons look at it.
public struct DiscountableLine: Sendable, Equatable {
    /// The product.
    public let product: ProductID
    /// The shop.
    public let shop: ShopID
    /// What all units cost before any coupon.
    public let price: Money
    /// What earlier coupons took off, in minor units.
    public let taken: Int64

    /// A line.
    public init(product: ProductID, shop: ShopID, price: Money, taken: Int64 = 0) {
        self.product = product
        self.shop = shop
        self.price = price
        self.taken = taken
    }
}

extension CouponTerms {
    /// Whether a line lies in the scope.
    public func covers(_ line: DiscountableLine) -> Bool {
        guard line.price.currency == currency else { return false }
        return switch scope {
        case .everything: true
        case .shop(let shop): line.shop == shop
        case .products(let shop, let products): line.shop == shop && products.contains(line.product)
        }
    }

    /// What is missing to the threshold, in minor units; 0 when it is reached. The threshold looks at what the covered
    /// goods cost before any coupon, so that one coupon never spoils another.
    ///
    /// - Throws: ``MoneyError``.
    public func missing(on lines: [DiscountableLine]) throws(MoneyError) -> Int64 {
        max(0, threshold - (try base(of: lines)))
    }

    private func base(of lines: [DiscountableLine]) throws(MoneyError) -> Int64 {
        var sum = Money.zero(currency)
        for line in lines where covers(line) { sum = try sum.adding(line.price) }
        return sum.amount
    }

    /// What it takes off each line, and who pays for it. Over lines and over funders it is split by largest remainder:
    /// the parts sum exactly to the discount both ways, and no line loses more than is left of it.
    ///
    /// - Returns: a share for each line, in the order of `lines`; `nil` when the coupon takes nothing off.
    /// - Throws: ``MoneyError``.
    public func discount(on lines: [DiscountableLine]) throws(MoneyError) -> [FundingShares]? {
        guard try missing(on: lines) == 0 else { return nil }
        let left = lines.map { covers($0) ? $0.price.amount - $0.taken : 0 }
        let all = left.reduce(0, +)
        let off = Money(min(try most(on: lines), all), currency)
        guard off.amount > 0 else { return nil }
        let parts = try off.split(by: left)
        var toPay = try funding.split(off)
        var shares: [FundingShares] = []
        for part in parts {
            // Split off what is left to pay, so that the last line ends at exactly the funders' parts.
            let share =
                part.amount == 0
                ? FundingShares()
                : try FundingShares(part, weights: (toPay.shop, toPay.platform, toPay.creator))
            toPay = FundingShares(
                shop: toPay.shop - share.shop, platform: toPay.platform - share.platform,
                creator: toPay.creator - share.creator)
            shares.append(share)
        }
        return shares
    }

    private func most(on lines: [DiscountableLine]) throws(MoneyError) -> Int64 {
        switch benefit {
        case .amountOff(let amount): return amount
        case .percentOff(let rate, let ceiling):
            return min(ceiling, try Money(try base(of: lines), currency).share(of: rate).amount)
        }
    }
}

/// Coupons on a checkout: one for each shop, and one for all.
public enum CouponChoice: Sendable, Equatable {
    /// Whichever of the person's coupons take off most.
    case best
    /// These, or none.
    case these([CouponID])
}

/// The coupons that are used, and what they make of each line.
public struct CouponSelection: Sendable, Equatable {
    /// One used coupon.
    public struct Use: Sendable, Equatable {
        /// The coupon.
        public let coupon: Coupon
        /// What it takes off in all, in minor units.
        public let amount: Int64
        /// What it takes off each line.
        public let shares: [FundingShares]
    }

    /// The coupons, those of shops first.
    public private(set) var uses: [Use] = []

    /// No coupon.
    public init() {}

    /// What all coupons take off line `index`.
    public func discount(of index: Int) -> FundingShares {
        uses.reduce(FundingShares()) { $0 + $1.shares[index] }
    }

    /// Takes from each shop's coupons the one that takes off most, then from those for all.
    ///
    /// A coupon whose budget does not cover its discount is passed over. Ties go to the one that ends first.
    public static func best(of coupons: [Coupon], on lines: [DiscountableLine]) throws(MoneyError) -> CouponSelection {
        var selection = CouponSelection()
        let groups = Dictionary(grouping: coupons) { $0.terms.scope.shop }
        let shops = groups.keys.compactMap(\.self).sorted().map(Optional.some) + [ShopID?.none]
        for shop in shops {
            let candidates = (groups[shop] ?? []).sorted { ($0.terms.endsAt, $0.id) < ($1.terms.endsAt, $1.id) }
            var best: Use?
            for coupon in candidates {
                guard let use = try selection.use(coupon, on: lines), use.amount > best?.amount ?? 0 else { continue }
                best = use
            }
            if let best { selection.uses.append(best) }
        }
        return selection
    }

    /// Exactly these coupons.
    ///
    /// - Throws: ``CouponProblem`` naming the first that can't be used, ``MoneyError``.
    public static func exactly(_ coupons: [Coupon], on lines: [DiscountableLine]) throws -> CouponSelection {
        var selection = CouponSelection()
        // In the order of `best`, so that the same coupons always make the same discount.
        let ofShops = coupons.filter { $0.terms.scope.shop != nil }.sorted {
            ($0.terms.scope.shop?.rawValue ?? 0, $0.id) < ($1.terms.scope.shop?.rawValue ?? 0, $1.id)
        }
        for coupon in ofShops + coupons.filter({ $0.terms.scope.shop == nil }) {
            guard !selection.uses.contains(where: { $0.coupon.terms.scope.shop == coupon.terms.scope.shop }) else {
                throw CouponProblem.oneEach(coupon.id)
            }
            let missing = try coupon.terms.missing(on: lines)
            guard missing == 0 else {
                throw CouponProblem.belowThreshold(coupon.id, Money(missing, coupon.terms.currency))
            }
            guard let use = try selection.use(coupon, on: lines) else { throw CouponProblem.doesNotFit(coupon.id) }
            selection.uses.append(use)
        }
        return selection
    }

    /// What a coupon would take off after those already used; `nil` when nothing, or more than its budget.
    private func use(_ coupon: Coupon, on lines: [DiscountableLine]) throws(MoneyError) -> Use? {
        let open = lines.indices.map { index in
            DiscountableLine(
                product: lines[index].product, shop: lines[index].shop, price: lines[index].price,
                taken: lines[index].taken + Int64(discount(of: index).total))
        }
        guard let shares = try coupon.terms.discount(on: open) else { return nil }
        let amount = shares.reduce(Int64(0)) { $0 + Int64($1.total) }
        return amount <= coupon.budgetLeft ? Use(coupon: coupon, amount: amount, shares: shares) : nil
    }
}
