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

    /// What a buyer confirms: a quote, or lines as they were shown.
    public final class Basket: Sendable {
        let quote: QuoteID?
        let lines: [ShownLine]
        let coupons: [CouponID]
        let total: Int64?

        /// What a quote says.
        public init(quote: QuoteID) {
            self.quote = quote
            (lines, coupons, total) = ([], [], nil)
        }

        /// Lines at the prices that the buyer was shown.
        ///
        /// - Parameters:
        ///   - coupons: coupons to use.
        ///   - total: what the buyer was shown in all, in minor units; `nil` when it is what the lines cost.
        public init(_ lines: [ShownLine], coupons: [CouponID] = [], total: Int64? = nil) {
            quote = nil
            self.lines = lines
            self.coupons = coupons
            self.total = total
        }

        fileprivate var fingerprint: String {
            if let quote { return "\(quote)" }
            let text = lines.map { "\($0.variant) \($0.quantity) \($0.amount)" }.joined(separator: ";")
            return coupons.isEmpty && total == nil ? text : text + " \(coupons) \(total ?? 0)"
        }
    }

    /// Places lines that cost their prices and nothing else; see the one with a ``Basket``.
    public func callAsFunction(
        _ shown: [ShownLine], to address: Address, by buyer: PersonID, key: IdempotencyKey?
    ) async throws -> Placed {
        try await self(Basket(shown), to: address, by: buyer, key: key)
    }

    /// Places a basket as orders, one per shop, or changes nothing. A quote is placed once.
    ///
    /// - Throws: ``QuoteChanged`` when the quote is over or something costs something else than was shown,
    ///   ``CheckoutProblem`` when a line shown without a quote costs something else or is gone, ``OutOfStock`` naming the
    ///   lines that can't be reserved, ``FlashLotProblem``, ``CouponProblem``, ``NotFound`` for a quote that is placed or
    ///   not the buyer's, ``InvalidField``, ``IdempotencyKeyReused``.
    public func callAsFunction(
        _ basket: Basket, to address: Address, by buyer: PersonID, key: IdempotencyKey?
    ) async throws -> Placed {
        var job = Job(basket, address, buyer, key, version: market.pricing.version)
        if let id = basket.quote {
            do { job.quote = try await MakeQuote(market).find(id, of: buyer) } catch let problem as NotFound {
                // Placed already: the same command gets the same answer.
                return try await answer(to: job, else: problem)
            }
        }
        try Self.check(job.shown)
        job.cards = try await CreditCreators(market: market).cards(of: job.shown, for: buyer)
        return try await place(job.fixed())
    }

    private func place(_ job: FixedJob) async throws -> Placed {
        do { return try await attempt(job) } catch is TotalDiffers {
            throw try await changed(job)
        } catch FlashLotProblem.tooFewLeft(0) where job.quote == nil {
            // The last unit went in the same commit; the next one knows what the goods cost without the lot.
            return try await attempt(job)
        } catch let problem as any Problem where job.quote != nil && Self.requotes(problem) {
            throw try await changed(job)
        }
    }

    private func attempt(_ job: FixedJob) async throws -> Placed {
        try await market.store.write(contendingFor: job.contended) { [self] transaction in
            try transaction.once(job.key, fingerprint: job.fingerprint, at: market.source.now) {
                try place(job, in: transaction)
            }
        }
    }

    private static func requotes(_ problem: any Problem) -> Bool {
        if problem is CouponProblem || problem is OutOfStock || problem is FlashLotProblem { return true }
        return switch problem as? CheckoutProblem {
        case .notForSale, .priceChanged: true
        default: false
        }
    }

    /// The same wish as it stands now. Its coupons are kept while they can be used; else the best take their place.
    private func changed(_ job: FixedJob) async throws -> QuoteChanged {
        let kept = MakeQuote.Wanted(job.shown, to: job.address.region, coupons: .these(job.coupons), trims: true)
        let quote: Quote
        do { quote = try await MakeQuote(market)(kept, for: job.buyer) } catch is CouponProblem {
            let best = MakeQuote.Wanted(job.shown, to: job.address.region, coupons: .best, trims: true)
            quote = try await MakeQuote(market)(best, for: job.buyer)
        }
        return QuoteChanged(quote: quote, changes: job.changes(to: quote, at: market.source.now))
    }

    private func answer(to job: Job, else problem: NotFound) async throws -> Placed {
        guard job.key != nil else { throw problem }
        let fixed = job.fixed()
        return try await market.store.write { [now = market.source.now] transaction in
            try transaction.once(fixed.key, fingerprint: fixed.fingerprint, at: now) { throw problem }
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

/// One wish to order while it is read what its transaction needs.
private struct Job {
    let basket: PlaceOrder.Basket
    let address: Address
    let buyer: PersonID
    let key: IdempotencyKey?
    let version: Int
    var quote: Quote?
    var cards: [SlateID: [CreditCreators.Card]] = [:]

    init(
        _ basket: PlaceOrder.Basket, _ address: Address, _ buyer: PersonID, _ key: IdempotencyKey?, version: Int
    ) {
        self.basket = basket
        self.address = address
        self.buyer = buyer
        self.key = key
        self.version = version
    }

    var shown: [ShownLine] { quote?.shown ?? basket.lines }

    func fixed() -> FixedJob { FixedJob(self) }
}

/// One wish to order, with all that was read before its transaction.
private final class FixedJob: Sendable {
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

    init(_ job: Job) {
        shown = job.shown
        quote = job.quote
        coupons = job.quote?.coupons.map(\.coupon) ?? job.basket.coupons
        total = job.basket.total
        address = job.address
        buyer = job.buyer
        key = job.key
        fingerprint = "\(job.basket.fingerprint) to \(job.address)"
        version = job.version
        cards = job.cards
    }

    /// The stock that others may want at the same time: a hot variant is mostly wanted alone, and equal baskets begin
    /// with the same one.
    var contended: String? { shown.map(\.variant).min().map { "stock of \($0)" } }

    /// What the buyer was not shown.
    func changes(to new: Quote, at now: Instant) -> [QuoteChange] {
        guard let quote else {
            let parts: [(QuoteChange.Kind, Money)] = [
                (.coupon, new.discount), (.freight, new.freight), (.tax, new.addedTax),
            ]
            return parts.filter { $0.1.amount != 0 }.map { QuoteChange($0.0, after: $0.1.amount) }
        }
        let changes = quote.changes(to: new)
        return quote.expiresAt <= now || changes.isEmpty ? [QuoteChange(.expired)] + changes : changes
    }
}

extension Quote {
    /// Its lines as they were shown.
    fileprivate var shown: [ShownLine] {
        lines.map {
            ShownLine(variant: $0.variant, quantity: $0.quantity, amount: $0.price.amount.amount, slate: $0.slate)
        }
    }
}

extension PlaceOrder {
    private func place(_ job: FixedJob, in transaction: any Transaction) throws -> Placed {
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
        if group.total.amount == 0 {
            try SettlePayments(market).settle(intent.id, in: transaction)
        } else {
            try market.provider.expect(intent, returnTo: SettlePayments.returnPath(of: group.id), in: transaction)
        }
        return Placed(group: group.id, intent: intent.id)
    }

    /// What the lines cost now, equal to what the buyer was shown.
    private func confirmed(_ job: FixedJob, in transaction: any Transaction) throws -> ComposeQuote.Composition {
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
