import Kernel
import Pricing

/// What a checkout costs, to the last cent, as a buyer was shown it. It holds until it expires; placing names it.
public struct Quote: Sendable, Codable, Equatable {
    /// One variant.
    public struct Line: Sendable, Codable, Equatable {
        /// The variant.
        public let variant: VariantID
        /// Its product.
        public let product: ProductID
        /// Its shop.
        public let shop: ShopID
        /// Units.
        public let quantity: Int64
        /// The slate that led to it.
        public let slate: SlateID?
        /// What one unit costs and what set that.
        public let price: ResolvedPrice
        /// The struck-through price of a unit.
        public let list: Int64?
        /// Discounts by funder, delivery and tax.
        public let charges: LineCharges
        /// Tax in minor units, in the price or on top of it.
        public let tax: Int64
        /// What the buyer pays for it in all, in minor units.
        public let paid: Int64
        /// What all units cost before discounts, in minor units.
        public let amount: Int64
    }

    /// A coupon that takes something off.
    public struct UsedCoupon: Sendable, Codable, Equatable {
        /// The coupon.
        public let coupon: CouponID
        /// Its name.
        public let name: Localized
        /// Its shop; `nil` for one of the platform for all.
        public let shop: ShopID?
        /// What it takes off in all, in minor units.
        public let amount: Int64
    }

    /// The quote.
    public let id: QuoteID
    /// When it is over; this instant is no more part of it.
    public let expiresAt: Instant
    /// The currency of all amounts.
    public let currency: Currency
    /// The region it is delivered to; `nil` while nobody has said so.
    public let region: String?
    /// The lines.
    public let lines: [Line]
    /// The coupons.
    public let coupons: [UsedCoupon]

    /// What all units cost before discounts.
    public var goods: Money { sum(\.amount) }
    /// What coupons take off.
    public var discount: Money { Money(coupons.reduce(0) { $0 + $1.amount }, currency) }
    /// Delivery.
    public var freight: Money { sum(\.charges.shipping) }
    /// Tax that prices hold already.
    public var includedTax: Money { sum { $0.charges.tax.isIncluded ? $0.tax : 0 } }
    /// Tax on top of prices.
    public var addedTax: Money { sum { $0.charges.tax.isIncluded ? 0 : $0.tax } }
    /// What the buyer pays.
    public var total: Money { sum(\.paid) }

    // Each line's amount was checked when it was made; their sum is checked there too.
    private func sum(_ part: (Line) -> Int64) -> Money { Money(lines.reduce(0) { $0 + part($1) }, currency) }
}

/// What is different from what a buyer was shown.
public struct QuoteChange: Sendable, Codable, Equatable {
    /// What kind of thing.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// The quote's time is over.
        case expired
        /// A unit's price.
        case price
        /// How many units can be had; 0 for none.
        case stock
        /// What coupons take off.
        case coupon
        /// Delivery.
        case freight
        /// Tax.
        case tax
    }

    /// What kind of thing.
    public let kind: Kind
    /// The variant it is about, when it is about one.
    public let variant: VariantID?
    /// What the buyer was shown: minor units, or units for stock.
    public let before: Int64?
    /// What holds now.
    public let after: Int64?

    init(_ kind: Kind, variant: VariantID? = nil, before: Int64? = nil, after: Int64? = nil) {
        self.kind = kind
        self.variant = variant
        self.before = before
        self.after = after
    }
}

extension Quote {
    /// What the buyer would not expect, having seen this quote and getting that one. Empty when both cost the same for the
    /// same units at the same prices, discounts, freight and tax.
    public func changes(to other: Quote) -> [QuoteChange] {
        var changes: [QuoteChange] = []
        for line in lines {
            let now = other.lines.first { $0.variant == line.variant }
            if now?.quantity != line.quantity {
                changes.append(
                    QuoteChange(.stock, variant: line.variant, before: line.quantity, after: now?.quantity ?? 0))
            }
            if let now, now.price.amount != line.price.amount {
                changes.append(
                    QuoteChange(
                        .price, variant: line.variant, before: line.price.amount.amount,
                        after: now.price.amount.amount))
            }
        }
        let parts: [(QuoteChange.Kind, Int64, Int64)] = [
            (.coupon, discount.amount, other.discount.amount), (.freight, freight.amount, other.freight.amount),
            (.tax, includedTax.amount + addedTax.amount, other.includedTax.amount + other.addedTax.amount),
        ]
        for (kind, before, after) in parts where before != after {
            changes.append(QuoteChange(kind, before: before, after: after))
        }
        // Another coupon that takes off just as much is another promise all the same.
        if discount == other.discount, coupons.map(\.coupon) != other.coupons.map(\.coupon) {
            changes.append(QuoteChange(.coupon, before: discount.amount, after: other.discount.amount))
        }
        // Equal sums can hide that one line's tax moved into another's price.
        if changes.isEmpty, total != other.total {
            changes.append(QuoteChange(.tax, before: total.amount, after: other.total.amount))
        }
        return changes
    }
}

/// The buyer saw something else than holds now. Nothing was placed; the new quote can be.
public struct QuoteChanged: Problem, Equatable {
    /// What holds now.
    public let quote: Quote
    /// What is different.
    public let changes: [QuoteChange]

    public var details: ProblemDetails {
        ProblemDetails(
            .conflict, "quote-changed",
            "What you were shown has changed: \(kinds). Check the new total and confirm again.",
            zh: "结算信息有变，请核对新的总价后再次确认。",
            fields: Dictionary(
                changes.map { ($0.variant.map { "\($0)" } ?? $0.kind.rawValue, "\($0.kind.rawValue) changed.") },
                uniquingKeysWith: { first, _ in first }))
    }

    private var kinds: String {
        QuoteChange.Kind.allCases.filter { kind in changes.contains { $0.kind == kind } }.map(\.rawValue)
            .joined(separator: ", ")
    }
}
