import Coupons
import Flows
import HTTP
import Kernel
import Pricing

/// The lines that a checkout page shows.
struct CheckoutDraft {
    private let parcels: [(parcel: PresentedCart.Parcel, lines: [PresentedCart.Line])]
    private let total: Money?
    private let isWholeCart: Bool
    private let leavesOut: Bool
    /// What the buyer saw before, when prices have changed since.
    var seen: [ShownLine] = []
    /// What it costs in all; absent when it can't be told.
    var quote: Quote?
    /// What is different from the quote before.
    var changes: [QuoteChange] = []
    /// Whether the buyer has to confirm something that was not shown before.
    var isConfirmation = false
    /// The buyer's coupons, and those that can be taken.
    var coupons: [Coupon] = []
    var offered: [Coupon] = []

    /// The lines, for a quote.
    var wanted: [ShownLine] {
        parcels.flatMap(\.lines).map { line in
            ShownLine(
                variant: line.variant.id, quantity: line.line.quantity, amount: line.price?.amount.amount ?? 0,
                slate: line.line.slate)
        }
    }

    /// The shops of the lines.
    var shops: [ShopID] { parcels.map(\.parcel.shop.id) }

    /// The lines of one currency that can be bought; without a currency, that of the newest line.
    init(_ cart: PresentedCart, in wanted: Currency?, isWholeCart: Bool) {
        let buyable = cart.lines.filter(\.isBuyable)
        let currency = wanted ?? buyable.first?.price?.amount.currency
        parcels = cart.parcels.compactMap { parcel in
            let lines = parcel.lines.filter { $0.isBuyable && $0.price?.amount.currency == currency }
            return lines.isEmpty ? nil : (parcel, lines)
        }
        total = cart.totals.first { $0.currency == currency }
        leavesOut = parcels.reduce(0) { $0 + $1.lines.count } < cart.lines.count
        self.isWholeCart = isWholeCart
    }

    func view(at now: Instant, _ context: Context) -> View {
        [
            "quote": maybe(quote?.id.description), "sums": maybe(quote.map { sums($0, context) }),
            "changes": changes.map { text($0, context) }, "groups": groups(at: now, context),
            "offered": offeredViews(context),
            "hasLines": !parcels.isEmpty, "leftOut": leavesOut && !parcels.isEmpty,
            "mode": isWholeCart ? "cart" : "single",
            "totalText": (quote?.total ?? total).map(context.format.money) ?? "",
            "parcels": parcels.map { parcel, lines in
                var view = View(parcel, context)
                view["lines"] = lines.map { line($0, context) }
                return view
            },
        ]
    }

    private func line(_ line: PresentedCart.Line, _ context: Context) -> View {
        let amount = line.price?.amount ?? Money(0, .cny)
        let shown = ShownLine(
            variant: line.variant.id, quantity: line.line.quantity, amount: amount.amount, slate: line.line.slate)
        var view = View(line, context)
        view["shown"] = shown.field
        view["quantity"] = String(line.line.quantity)
        view["wasText"] = false
        let quoted = quote?.lines.first { $0.variant == line.variant.id }
        if let quoted { view["quantity"] = String(quoted.quantity) }
        let off = Int64(quoted?.charges.discount.total ?? 0)
        view["offText"] = maybe(off > 0 ? "−" + context.format.money(Money(off, amount.currency)) : nil)
        if let before = seen.first(where: { $0.variant == line.variant.id }), before.amount != amount.amount {
            let old = context.format.money(Money(before.amount, amount.currency))
            view["wasText"] = context.words(.priceChanged, old, context.format.money(amount))
        }
        return view
    }
}

extension CheckoutDraft {
    /// Goods, coupons, delivery and tax, as they sum to the total.
    private func sums(_ quote: Quote, _ context: Context) -> [View] {
        let format = context.format
        var rows: [View] = [["label": context.words(PriceWord.goodsSum), "text": format.money(quote.goods)]]
        for coupon in quote.coupons {
            rows.append([
                "label": coupon.name.text(in: context.language),
                "text": "−" + format.money(Money(coupon.amount, quote.currency)), "isOff": true,
            ])
        }
        let freight =
            quote.region == nil
            ? context.words(PriceWord.freightLater)
            : quote.freight.amount == 0 ? context.words(PriceWord.freeDelivery) : format.money(quote.freight)
        rows.append(["label": context.words(PriceWord.freight), "text": freight])
        if quote.addedTax.amount > 0 {
            rows.append(["label": context.words(PriceWord.tax), "text": format.money(quote.addedTax)])
        }
        if quote.includedTax.amount > 0 {
            rows.append([
                "label": context.words(PriceWord.taxIncluded), "text": format.money(quote.includedTax), "isQuiet": true,
            ])
        }
        return rows
    }

    /// One choice of coupons for each shop that has some, and one for all shops.
    private func groups(at now: Instant, _ context: Context) -> [View] {
        guard let quote else { return [] }
        let used = Set(quote.coupons.map(\.coupon))
        let lines = quote.lines.map {
            DiscountableLine(product: $0.product, shop: $0.shop, price: Money($0.amount, quote.currency))
        }
        return (parcels.map { Optional($0.parcel.shop) } + [nil]).compactMap { shop -> View? in
            let mine = coupons.filter { $0.terms.scope.shop == shop?.id && $0.isRunning(at: now) }
            guard !mine.isEmpty else { return nil }
            let name = shop?.id.description ?? "all"
            let options = mine.map { coupon -> View in
                let missing = (try? coupon.terms.missing(on: lines)) ?? 0
                return [
                    "value": coupon.id.description, "isOn": used.contains(coupon.id), "isOff": missing > 0,
                    "name": coupon.terms.name.text(in: context.language),
                    "hint": missing > 0
                        ? context.words(PriceWord.couponMissing, context.format.money(Money(missing, quote.currency)))
                        : coupon.terms.benefitText(context),
                ]
            }
            return [
                "name": name, "title": shop?.name.text(in: context.language) ?? context.words(PriceWord.allShops),
                "options": options, "isNone": !mine.contains { used.contains($0.id) },
            ]
        }
    }

    private func offeredViews(_ context: Context) -> [View] {
        let mine = Set(coupons.map(\.id))
        return offered.filter { !mine.contains($0.id) }.map { coupon in
            [
                "id": coupon.id.description, "name": coupon.terms.name.text(in: context.language),
                "hint": coupon.terms.benefitText(context),
            ]
        }
    }

    /// What changed, in a sentence.
    private func text(_ change: QuoteChange, _ context: Context) -> String {
        let currency = quote?.currency ?? .cny
        func money(_ amount: Int64?) -> String { context.format.money(Money(amount ?? 0, currency)) }
        let line = parcels.flatMap(\.lines).first { $0.variant.id == change.variant }
        let title = line?.product.title.text(in: context.language) ?? ""
        return switch change.kind {
        case .expired: context.words(PriceWord.changedExpired)
        case .price: "\(title): " + context.words(.priceChanged, money(change.before), money(change.after))
        case .stock: context.words(PriceWord.changedStock, title, String(change.after ?? 0))
        case .coupon: context.words(PriceWord.changedCoupon, money(change.before), money(change.after))
        case .freight: context.words(PriceWord.changedFreight, money(change.before), money(change.after))
        case .tax: context.words(PriceWord.changedTax, money(change.before), money(change.after))
        }
    }
}

extension CouponTerms {
    /// "¥5 off from ¥50", "10 % off, ¥20 at most".
    func benefitText(_ context: Context) -> String {
        let off: String
        switch benefit {
        case .amountOff(let amount):
            off = context.words(PriceWord.amountOff, context.format.money(Money(amount, currency)))
        case .percentOff(let rate, let ceiling):
            let percent = rate.value % 100 == 0 ? "\(rate.value / 100)" : "\(Double(rate.value) / 100)"
            off = context.words(
                PriceWord.percentOff, percent, context.format.money(Money(ceiling, currency)))
        }
        guard threshold > 0 else { return off }
        return off + context.words(PriceWord.fromAmount, context.format.money(Money(threshold, currency)))
    }
}

extension PriceRule {
    /// Why it costs what it costs; nothing to say about the catalogue's price.
    var word: PriceWord? {
        switch self {
        case .list: nil
        case .deal: .ruleDeal
        case .member: .ruleMember
        case .live: .ruleLive
        case .flash: .ruleFlash
        }
    }
}

extension ShownLine {
    /// The hidden field `variant:quantity:amount:slate`.
    var field: String { "\(variant):\(quantity):\(amount):\(slate?.description ?? "")" }

    /// Reads ``field``.
    ///
    /// - Throws: ``InvalidField``.
    init(field text: String) throws {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, let variant = VariantID(parts[0]), let quantity = Int64(parts[1]),
            let amount = Int64(parts[2])
        else { throw InvalidField("line", "must be variant:quantity:amount:slate.", zh: "格式不正确。") }
        self.init(variant: variant, quantity: quantity, amount: amount, slate: SlateID(parts[3]))
    }
}
