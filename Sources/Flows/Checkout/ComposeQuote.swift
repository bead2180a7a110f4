import Catalog
import Coupons
import Kernel
import Pricing
import Stock
import Store

/// What lines cost now: the price by its rule, then coupons, then freight, then tax.
struct ComposeQuote {
    let market: Marketplace
    /// What ``Pricing/version`` said before the unit of work began.
    let version: Int

    /// A line with everything that an order's line keeps.
    struct Line {
        let shown: ShownLine
        let product: Product
        let variant: Variant
        let price: ResolvedPrice
        let list: Int64?
        /// What all units cost before discounts.
        let amount: Money
        var charges = LineCharges()
        /// Its share of the flash lot behind its price.
        let flash: FlashClaim?
    }

    /// All lines and the coupons on them.
    struct Composition {
        var lines: [Line]
        let currency: Currency
        var coupons: [Quote.UsedCoupon] = []
        /// Lines that the shop does not deliver to the region.
        var undelivered: [VariantID] = []

        /// - Throws: ``MoneyError``.
        func total() throws -> Money {
            try lines.reduce(Money.zero(currency)) { try $0.adding(try $1.charges.paid($1.amount)) }
        }
    }

    /// - Parameters:
    ///   - region: where it goes; `nil` while nobody has said so.
    ///   - skipsGone: leaves out what is not for sale any more, instead of throwing.
    /// - Throws: ``CheckoutProblem``, ``CouponProblem``, ``MoneyError``.
    func callAsFunction(
        _ wanted: [ShownLine], by buyer: PersonID, to region: String?, _ choice: CouponChoice, skipsGone: Bool = false,
        in transaction: any Transaction
    ) throws -> Composition {
        let lines = try priced(wanted, by: buyer, skipsGone: skipsGone, in: transaction)
        guard let currency = lines.first?.amount.currency else { throw CheckoutProblem.empty }
        guard lines.allSatisfy({ $0.amount.currency == currency }) else { throw CheckoutProblem.severalCurrencies }
        var composition = Composition(lines: lines, currency: currency)
        try discount(&composition, by: buyer, choice, in: transaction)
        try charge(&composition, to: region, in: transaction)
        _ = try composition.total()
        return composition
    }

    private func priced(
        _ wanted: [ShownLine], by buyer: PersonID, skipsGone: Bool, in transaction: any Transaction
    ) throws -> [Line] {
        let now = transaction.moment(market.source.now)
        let ids = Set(wanted.map(\.variant))
        let owners = try Catalog.owners(of: Array(ids), in: transaction)
        let products = try Catalog.products(Array(Set(owners.values.map(\.product))), at: now, in: transaction)
        let byID = Dictionary(products.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let variants = Dictionary(
            products.flatMap(\.variants).filter { ids.contains($0.id) }.map { ($0.id, $0) },
            uniquingKeysWith: { first, _ in first })
        let prices = try LivePrices(
            of: Array(variants.values), for: buyer, version: version, countsLots: false, market, in: transaction)
        let lines = try wanted.compactMap { shown -> Line? in
            guard let variant = variants[shown.variant], let price = prices[variant.id],
                let reason = prices.reasons[variant.id], let product = byID[variant.product], product.isListed
            else { return nil }
            return Line(
                shown: shown, product: product, variant: variant, price: reason, list: price.list?.amount,
                amount: try reason.amount.times(shown.quantity),
                flash: prices.lots[variant.id].map { FlashClaim(lot: $0.id, buyer: buyer) })
        }
        let forSale = Set(lines.map(\.variant.id))
        let gone = wanted.map(\.variant).filter { !forSale.contains($0) }
        guard gone.isEmpty || (skipsGone && !lines.isEmpty) else { throw CheckoutProblem.notForSale(gone) }
        return lines
    }

    /// Without a coupon nothing is asked.
    private func discount(
        _ composition: inout Composition, by buyer: PersonID, _ choice: CouponChoice, in transaction: any Transaction
    ) throws {
        if choice == .these([]) { return }
        let now = market.source.now
        let lines = composition.lines.map {
            DiscountableLine(product: $0.product.id, shop: $0.product.shop, price: $0.amount)
        }
        let usable = try Coupons.usable(by: buyer, at: Set(lines.map(\.shop)), at: now, in: transaction)
        let selection: CouponSelection
        switch choice {
        case .best: selection = try .best(of: usable, on: lines)
        case .these(let ids):
            let chosen = try Set(ids).sorted().map { id in
                guard let coupon = usable.first(where: { $0.id == id }) else { throw CouponProblem.over(id) }
                return coupon
            }
            selection = try .exactly(chosen, on: lines)
        }
        for index in composition.lines.indices {
            composition.lines[index].charges.discount = selection.discount(of: index)
            let used = selection.uses.filter { $0.shares[index].total > 0 }
            composition.lines[index].charges.coupons = used.map(\.coupon.id)
            composition.lines[index].charges.creator =
                used.first { $0.shares[index].creator > 0 }?.coupon.terms.creator
        }
        composition.coupons = selection.uses.map {
            Quote.UsedCoupon(
                coupon: $0.coupon.id, name: $0.coupon.terms.name, shop: $0.coupon.terms.scope.shop, amount: $0.amount)
        }
    }

    /// Freight and tax of each shop's lines; nothing is asked about shops that have no templates.
    private func charge(
        _ composition: inout Composition, to region: String?, in transaction: any Transaction
    ) throws {
        let shops = Set(composition.lines.map(\.product.shop))
        let policies = try market.pricing.policies(of: shops, version: version, in: transaction)
        let travelling = composition.lines.map(\.product).filter { !(policies[$0.shop] ?? .none).templates.isEmpty }
        let freight = try Pricing.freight(of: Array(Set(travelling.map(\.id))), in: transaction)
        for shop in shops {
            let policy = policies[shop] ?? .none
            let members = composition.lines.indices.filter { composition.lines[$0].product.shop == shop }
            let fallback = policy.templates.first(where: \.isDefault)?.id
            let lines = members.map { index in
                let line = composition.lines[index]
                let set = freight[line.product.id]
                return FreightLine(
                    template: set?.template ?? fallback, quantity: line.shown.quantity, grams: set?.grams ?? 0,
                    price: line.amount)
            }
            for (index, fee) in zip(members, try Freight.spread(lines, policy.templates, to: region)) {
                let line = composition.lines[index]
                if fee == nil { composition.undelivered.append(line.variant.id) }
                composition.lines[index].charges.shipping = fee ?? 0
                composition.lines[index].charges.tax = policy.taxes.rule(
                    for: line.product.category, in: region, else: market.terms.tax)
            }
        }
    }
}

extension Quote {
    /// What was composed, as a buyer is shown it.
    ///
    /// - Throws: ``MoneyError``.
    init(
        _ composition: ComposeQuote.Composition, id: QuoteID, region: String?, expiresAt: Instant
    ) throws {
        self.id = id
        self.expiresAt = expiresAt
        self.region = region
        currency = composition.currency
        coupons = composition.coupons
        lines = try composition.lines.map { line in
            Line(
                variant: line.variant.id, product: line.product.id, shop: line.product.shop,
                quantity: line.shown.quantity, slate: line.shown.slate, price: line.price, list: line.list,
                charges: line.charges, tax: try line.charges.taxAmount(on: line.amount).amount,
                paid: try line.charges.paid(line.amount).amount, amount: line.amount.amount)
        }
    }
}
