import Kernel

/// Everything that decides how the money of one line is divided. Fixed at the sale.
///
/// Fee, commission and tax are taken on what the shop asks: the price less the shop's own discount. A discount that
/// somebody else pays for changes what the buyer pays, not what shop and creator earn.
public struct LineTerms: Hashable, Sendable {
    /// Units.
    public let quantity: Int64
    /// What all units cost before discounts.
    public let price: Money
    /// Who pays for the discount on the goods.
    public var discount = FundingShares()
    /// Delivery, as far as this line bears it.
    public var shipping: Int64 = 0
    /// Who pays for the discount on delivery.
    public var shippingDiscount = FundingShares()
    /// Tax.
    public var tax = TaxRule.none
    /// The platform's fee.
    public var fee = BasisPoints(0)
    /// The creator's commission.
    public var commission = BasisPoints(0)
    /// The agency's share of the commission.
    public var agencyShare = BasisPoints(0)

    /// `quantity` units for `price` in all.
    public init(quantity: Int64, price: Money) {
        self.quantity = quantity
        self.price = price
    }

    /// `quantity` units for `price` in all, with what was fixed when they were ordered.
    public init(quantity: Int64, price: Money, charges: LineCharges) {
        self.init(quantity: quantity, price: price)
        discount = charges.discount
        shipping = charges.shipping
        tax = charges.tax
    }

    /// The amounts of the sale.
    ///
    /// - Throws: ``LedgerProblem/badTerms(_:)``, ``MoneyError``.
    public func amounts() throws -> LineAmounts {
        try check()
        let asked = Money(price.amount - discount.shop, price.currency)
        let delivery = Money(shipping - shippingDiscount.shop, price.currency)
        var amounts = LineAmounts()
        amounts[.price] = price.amount
        amounts[.shopDiscount] = discount.shop
        amounts[.platformDiscount] = discount.platform
        amounts[.creatorDiscount] = discount.creator
        amounts[.shipping] = shipping
        amounts[.shopShipping] = shippingDiscount.shop
        amounts[.platformShipping] = shippingDiscount.platform
        amounts[.creatorShipping] = shippingDiscount.creator
        amounts[.tax] = try tax.tax(on: asked).amount
        amounts[.shippingTax] = try tax.tax(on: delivery).amount
        amounts[.fee] = try asked.share(of: fee).amount
        amounts[.commission] = try asked.share(of: commission).amount
        amounts[.agencyShare] = try Money(amounts[.commission], price.currency).share(of: agencyShare).amount
        return amounts
    }

    private func check() throws(LedgerProblem) {
        guard quantity > 0, price.amount >= 0, shipping >= 0, !discount.isNegative, !shippingDiscount.isNegative else {
            throw .badTerms("Quantities and amounts must not be negative.")
        }
        guard discount.total <= Int128(price.amount), shippingDiscount.total <= Int128(shipping) else {
            throw .badTerms("A discount must not exceed what it is taken from.")
        }
        let rates = [tax.rate, fee, commission, agencyShare]
        guard rates.allSatisfy({ (0...10_000).contains($0.value) }), fee.value + commission.value <= 10_000 else {
            throw .badTerms("Rates must lie between 0 and 10,000 basis points; fee and commission together too.")
        }
    }
}

/// How much of a line goes back.
public enum RefundMeasure: Hashable, Sendable {
    /// Units, with delivery or without.
    case units(Int64, withShipping: Bool)
    /// An amount of money; the goods stay, or come back by another measure.
    case amount(Int64)
    /// Whatever is left, delivery too.
    case everything
}

/// A sold line and how much of it is left to be taken back.
public struct LineRemainder: Hashable, Sendable {
    /// Units not taken back.
    public let quantity: Int64
    /// Amounts not taken back.
    public let amounts: LineAmounts
    /// Whether prices hold the tax.
    public let taxIncluded: Bool

    /// A whole line, or what is left of one.
    public init(quantity: Int64, amounts: LineAmounts, taxIncluded: Bool) {
        self.quantity = quantity
        self.amounts = amounts
        self.taxIncluded = taxIncluded
    }

    /// What the buyer has paid and not got back, in minor units.
    public var paid: Int64 { amounts.paid(taxIncluded: taxIncluded) }

    /// What of that was for the goods, without tax that was added, in minor units.
    public var goods: Int64 { amounts.goodsPaid(taxIncluded: true) }

    /// The most that ``RefundMeasure/amount(_:)`` can take back, in minor units.
    public var goodsPaid: Int64 { amounts.goodsPaid(taxIncluded: taxIncluded) }

    /// The part that `measure` takes back. Each part is split off what is left, so that whatever mix of measures comes
    /// in whatever order, the parts of a line sum to the line.
    ///
    /// - Throws: ``LedgerProblem/refundTooLarge`` when more is asked than is left.
    public func part(_ measure: RefundMeasure) throws -> (quantity: Int64, amounts: LineAmounts) {
        switch measure {
        case .everything: return (quantity, amounts)
        case .units(let units, let withShipping):
            guard units > 0, units <= quantity else { throw LedgerProblem.refundTooLarge }
            return (units, try unitsPart(units, withShipping: withShipping))
        case .amount(let wanted):
            let goods = amounts.goodsPaid(taxIncluded: taxIncluded)
            guard wanted > 0, wanted <= goods else { throw LedgerProblem.refundTooLarge }
            return (0, try amountPart(wanted, of: goods))
        }
    }

    /// The price's part is divided over buyer and funders by largest remainder, so that no rounding makes a discount
    /// larger than what it was taken from.
    private func unitsPart(_ units: Int64, withShipping: Bool) throws -> LineAmounts {
        var part = try share(units, of: quantity) { !$0.isShipping && !$0.isDiscount }
        try divide(&part, .price, over: [.shopDiscount, .platformDiscount, .creatorDiscount])
        guard withShipping else { return part }
        part = part + (try share(units, of: quantity) { $0.isShipping && !$0.isDiscount })
        try divide(&part, .shipping, over: [.shopShipping, .platformShipping, .creatorShipping])
        return part
    }

    /// What the buyer gets is divided over goods and added tax, so that it is exactly what was promised; the price
    /// follows from it and the discounts.
    private func amountPart(_ wanted: Int64, of goods: Int64) throws -> LineAmounts {
        var part = try share(wanted, of: goods) { !$0.isShipping && $0 != .price }
        let added = taxIncluded ? 0 : amounts[.tax]
        let split = try Money(wanted, .cny).split(by: [goods - added, added])
        if !taxIncluded { part[.tax] = split[1].amount }
        part[.price] =
            split[0].amount + part[.shopDiscount] + part[.platformDiscount] + part[.creatorDiscount]
        return part
    }

    /// What is left without a part.
    public func without(_ part: (quantity: Int64, amounts: LineAmounts)) -> LineRemainder {
        LineRemainder(
            quantity: quantity - part.quantity, amounts: amounts - part.amounts, taxIncluded: taxIncluded)
    }

    private func share(_ part: Int64, of whole: Int64, includes: (Component) -> Bool) throws -> LineAmounts {
        var share = LineAmounts()
        for component in Component.allCases where includes(component) && amounts[component] != 0 {
            // The currency plays no part in a split.
            let split = try Money(amounts[component], .cny).split(by: [part, whole - part])
            share[component] = split[0].amount
        }
        return share
    }

    private func divide(_ part: inout LineAmounts, _ gross: Component, over discounts: [Component]) throws {
        guard amounts[gross] > 0 else { return }
        let weights = discounts.map { amounts[$0] }
        let net = amounts[gross] - weights.reduce(0, +)
        let split = try Money(part[gross], .cny).split(by: [net] + weights)
        for (discount, amount) in zip(discounts, split.dropFirst()) { part[discount] = amount.amount }
    }
}
