import Carts
import Catalog
import Coupons
import Journal
import Kernel
import Orders
import Payments
import Pricing
import Stock
import Store

/// A line as the buyer was shown it.
public struct ShownLine: Sendable, Equatable {
    /// The variant.
    public let variant: VariantID
    /// Units.
    public let quantity: Int64
    /// What one unit cost on the page, in minor units.
    public let amount: Int64
    /// The slate that led to it.
    public let slate: SlateID?

    /// A line.
    public init(variant: VariantID, quantity: Int64, amount: Int64, slate: SlateID? = nil) {
        self.variant = variant
        self.quantity = quantity
        self.amount = amount
        self.slate = slate
    }
}

/// What can go wrong at checkout besides stock.
public enum CheckoutProblem: Problem, Equatable {
    /// Lines cost something else than the buyer was shown; the buyer has to confirm the new prices.
    case priceChanged([VariantID: Int64])
    /// Lines that can't be bought any more.
    case notForSale([VariantID])
    /// There is nothing to order.
    case empty
    /// Lines in several currencies can't be paid at once.
    case severalCurrencies
    /// Lines that their shop does not deliver to the address.
    case notDelivered([VariantID])

    public var details: ProblemDetails {
        switch self {
        case .priceChanged(let prices):
            ProblemDetails(
                .conflict, "price-changed", "Some prices have changed. Check the new total and confirm again.",
                zh: "部分商品价格有变，请核对新的总价后再次确认。",
                fields: Dictionary(
                    prices.map { ("\($0.key)", "costs \($0.value) minor units now.") },
                    uniquingKeysWith: { first, _ in first }))
        case .notForSale(let variants):
            ProblemDetails(
                .conflict, "not-for-sale", "Some goods can't be bought any more. Remove them and try again.",
                zh: "部分商品已下架，请移除后重试。",
                fields: Dictionary(
                    variants.map { ("\($0)", "is not for sale.") }, uniquingKeysWith: { first, _ in first }))
        case .empty:
            ProblemDetails(.invalid, "empty-order", "There is nothing to order.", zh: "没有可下单的商品。")
        case .severalCurrencies:
            ProblemDetails(
                .conflict, "several-currencies", "Goods in different currencies have to be ordered separately.",
                zh: "不同币种的商品需要分开下单。")
        case .notDelivered(let variants):
            ProblemDetails(
                .conflict, "not-delivered", "Some goods are not delivered to this region. Remove them or change it.",
                zh: "部分商品不支持配送到该地区，请移除或更换地址。",
                fields: Dictionary(
                    variants.map { ("\($0)", "is not delivered there.") }, uniquingKeysWith: { first, _ in first }))
        }
    }
}

/// Places lines as orders, one per shop, or changes nothing.
public struct PlaceOrder: Sendable {
    /// How long stock is held without payment.
    public static let reservationTime = Duration.minutes(15)

    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// What the buyer has to pay for.
    public struct Placed: Sendable, Codable, Equatable {
        /// The orders.
        public let group: OrderGroupID
        /// The payment.
        public let intent: PaymentIntentID
    }

    /// Places lines at the prices that the buyer was shown, in one step.
    ///
    /// - Parameters:
    ///   - coupons: coupons to use.
    ///   - total: what the buyer was shown in all, in minor units; `nil` when it is what the lines cost.
    /// - Throws: ``CheckoutProblem`` when a line costs something else than shown or is gone, ``QuoteChanged`` when the
    ///   total is another, for example since delivery or tax come on top, ``OutOfStock`` naming the lines that can't be
    ///   reserved, ``FlashLotProblem``, ``CouponProblem``, ``InvalidField``, ``IdempotencyKeyReused``.
    public func callAsFunction(
        _ shown: [ShownLine], coupons: [CouponID] = [], total: Int64? = nil, to address: Address, by buyer: PersonID,
        key: IdempotencyKey?
    ) async throws -> Placed {
        try Self.check(shown)
        var lines = shown.map { "\($0.variant) \($0.quantity) \($0.amount)" }.joined(separator: ";")
        if !coupons.isEmpty || total != nil { lines += " \(coupons) \(total ?? 0)" }
        let cards = try await CreditCreators(market: market).cards(of: shown, for: buyer)
        let job = Job(
            shown: shown, quote: nil, coupons: coupons, total: total, address: address, buyer: buyer, key: key,
            fingerprint: "\(lines) to \(address)", version: market.pricing.version, cards: cards)
        do { return try await place(job) } catch is TotalDiffers {
            let wanted = MakeQuote.Wanted(shown, to: address.region, coupons: .these(coupons))
            throw try await changed(wanted, for: buyer) { quote in
                let parts: [(QuoteChange.Kind, Money)] = [
                    (.coupon, quote.discount), (.freight, quote.freight), (.tax, quote.addedTax),
                ]
                return parts.filter { $0.1.amount != 0 }.map { QuoteChange($0.0, after: $0.1.amount) }
            }
        }
    }

    /// Places what a quote says, once, if it still holds.
    ///
    /// - Throws: ``NotFound`` for a quote that is placed or not the buyer's, ``QuoteChanged`` when the quote is over or
    ///   anything costs something else now, ``CheckoutProblem`` when nothing is left to be ordered.
    public func callAsFunction(
        _ id: QuoteID, to address: Address, by buyer: PersonID, key: IdempotencyKey?
    ) async throws -> Placed {
        let fingerprint = "\(id) to \(address)"
        let quote: Quote
        do { quote = try await MakeQuote(market).find(id, of: buyer) } catch let problem as NotFound {
            // Placed already: the same command gets the same answer.
            return try await answer(to: key, fingerprint, else: problem)
        }
        let shown = quote.lines.map {
            ShownLine(variant: $0.variant, quantity: $0.quantity, amount: $0.price.amount.amount, slate: $0.slate)
        }
        let cards = try await CreditCreators(market: market).cards(of: shown, for: buyer)
        let job = Job(
            shown: shown, quote: quote, coupons: quote.coupons.map(\.coupon), total: nil, address: address, buyer: buyer,
            key: key, fingerprint: fingerprint, version: market.pricing.version, cards: cards)
        do { return try await place(job) } catch let problem as any Problem where Self.requotes(problem) {
            return try await requote(quote, to: address, for: buyer, after: problem)
        } catch is TotalDiffers {
            return try await requote(quote, to: address, for: buyer, after: nil)
        }
    }

    private static func requotes(_ problem: any Problem) -> Bool {
        problem is CouponProblem || problem is OutOfStock || problem is FlashLotProblem
            || [.notForSale([]), .priceChanged([:])].contains { ($0 as CheckoutProblem).isSameKind(as: problem) }
    }

    /// The same wish as it stands now. Its coupons are kept while they can be used; else the best take their place.
    private func requote(
        _ old: Quote, to address: Address, for buyer: PersonID, after problem: (any Problem)?
    ) async throws -> Placed {
        let lines = old.lines.map {
            ShownLine(variant: $0.variant, quantity: $0.quantity, amount: $0.price.amount.amount, slate: $0.slate)
        }
        let isOver = old.expiresAt <= market.source.now
        let changes: (Quote) -> [QuoteChange] = { new in
            let changes = old.changes(to: new)
            return isOver || changes.isEmpty ? [QuoteChange(.expired)] + changes : changes
        }
        let kept = CouponChoice.these(old.coupons.map(\.coupon))
        do {
            throw try await changed(.init(lines, to: address.region, coupons: kept), for: buyer, changes)
        } catch is CouponProblem {
            throw try await changed(.init(lines, to: address.region, coupons: .best), for: buyer, changes)
        }
    }

    private func changed(
        _ wanted: MakeQuote.Wanted, for buyer: PersonID, _ changes: (Quote) -> [QuoteChange]
    ) async throws -> QuoteChanged {
        let quote = try await MakeQuote(market)(wanted, for: buyer, trims: true)
        return QuoteChanged(quote: quote, changes: changes(quote))
    }

    private func answer(
        to key: IdempotencyKey?, _ fingerprint: String, else problem: NotFound
    ) async throws -> Placed {
        guard let key else { throw problem }
        let now = market.source.now
        return try await market.store.write { transaction in
            try transaction.once(key, fingerprint: fingerprint, at: now) { throw problem }
        }
    }

    /// - Throws: ``CheckoutProblem/empty``, ``InvalidField``.
    static func check(_ lines: [ShownLine]) throws {
        guard !lines.isEmpty else { throw CheckoutProblem.empty }
        guard lines.count <= Carts.maximumLines, lines.allSatisfy({ (1...Carts.maximumQuantity).contains($0.quantity) })
        else { throw InvalidField("lines", "hold too many goods or units.", zh: "商品种类或数量超出限制。") }
    }
}

/// What was shown and what holds are not the same; nothing was placed.
private struct TotalDiffers: Error {}

/// One wish to order, with all that was read before its transaction.
private struct Job: Sendable {
    let shown: [ShownLine]
    let quote: Quote?
    let coupons: [CouponID]
    let total: Int64?
    let address: Address
    let buyer: PersonID
    let key: IdempotencyKey?
    let fingerprint: String
    let version: Int
    let cards: [SlateID: [CreditCreators.Card]]
}

extension PlaceOrder {
    private func place(_ job: Job) async throws -> Placed {
        try await market.store.write { [self] transaction in
            try transaction.once(job.key, fingerprint: job.fingerprint, at: market.source.now) {
                try place(job, in: transaction)
            }
        }
    }

    private func place(_ job: Job, in transaction: any Transaction) throws -> Placed {
        let composition = try confirmed(job, in: transaction)
        let expiry = market.source.now + Self.reservationTime
        let reservations = try market.stock.reserve(composition.demands, until: expiry, in: transaction)
        let group = try market.orders.open(
            try composition.parcels(reservations, market.source), buyer: job.buyer, address: job.address,
            currency: composition.currency, reservedUntil: expiry, in: transaction)
        try KeepCoupons(market: market).hold(composition.coupons, for: group, in: transaction)
        let intent = try market.payments.open(
            for: group.id, buyer: job.buyer, amount: group.total, provider: market.provider.name, in: transaction)
        try CreditCreators(market: market).fix(group, job.cards, in: transaction)
        try Carts.remove(job.shown.map(\.variant), from: job.buyer, in: transaction)
        // Nothing is owed, so nobody has to be asked for it.
        if group.total.amount == 0 { try SettlePayments(market).settle(intent.id, in: transaction) }
        return Placed(group: group.id, intent: intent.id)
    }

    /// What the lines cost now, equal to what the buyer was shown.
    private func confirmed(_ job: Job, in transaction: any Transaction) throws -> ComposeQuote.Composition {
        if let quote = job.quote {
            _ = try Pricing.take(quote.id, of: job.buyer, in: transaction)
            guard market.source.now < quote.expiresAt else { throw TotalDiffers() }
        }
        let composition = try ComposeQuote(market: market, version: job.version)(
            job.shown, by: job.buyer, to: job.address.region, .these(job.coupons), in: transaction)
        let changed = composition.lines.filter { $0.price.amount.amount != $0.shown.amount }
        guard changed.isEmpty else {
            throw CheckoutProblem.priceChanged(
                Dictionary(
                    changed.map { ($0.variant.id, $0.price.amount.amount) }, uniquingKeysWith: { first, _ in first }))
        }
        guard composition.undelivered.isEmpty else { throw CheckoutProblem.notDelivered(composition.undelivered) }
        if let quote = job.quote {
            let now = try Quote(composition, id: quote.id, region: quote.region, expiresAt: quote.expiresAt)
            guard now.currency == quote.currency, quote.changes(to: now).isEmpty else { throw TotalDiffers() }
        } else {
            let goods = try composition.lines.reduce(Money.zero(composition.currency)) { try $0.adding($1.amount) }
            guard try composition.total().amount == job.total ?? goods.amount else { throw TotalDiffers() }
        }
        return composition
    }
}

extension ComposeQuote.Composition {
    fileprivate var demands: [Demand] {
        lines.map {
            Demand(variant: $0.variant.id, shop: $0.product.shop, quantity: $0.shown.quantity, flash: $0.flash)
        }
    }

    fileprivate func parcels(
        _ reservations: [VariantID: ReservationID], _ source: Kernel.Source
    ) throws -> [Orders.Parcel] {
        Dictionary(grouping: lines, by: \.product.shop).sorted { $0.key < $1.key }.map { shop, lines in
            Orders.Parcel(
                shop: shop,
                lines: lines.map { line in
                    OrderLine(
                        id: source.identifier(), product: line.product.id, variant: line.variant.id,
                        quantity: line.shown.quantity, title: line.product.title, spec: line.variant.spec,
                        image: line.product.media.first, unitPrice: line.price.amount, listAmount: line.list,
                        amount: line.amount, reservation: reservations[line.variant.id], slate: line.shown.slate,
                        charges: line.charges,
                        reason: PriceReason(
                            rule: line.price.rule.rawValue, version: line.price.version, source: line.price.source))
                })
        }
    }
}

extension CheckoutProblem {
    /// Whether two problems are of one kind, whatever they are about.
    fileprivate func isSameKind(as problem: any Problem) -> Bool {
        (problem as? CheckoutProblem)?.details.code == details.code
    }
}
