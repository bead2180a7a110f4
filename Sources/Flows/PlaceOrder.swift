import Carts
import Catalog
import Journal
import Kernel
import Orders
import Payments
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

    /// - Throws: ``CheckoutProblem`` when a line costs something else than shown or is gone, ``OutOfStock`` naming the
    ///   lines that can't be reserved, ``FlashLotProblem``, ``InvalidField``, ``IdempotencyKeyReused``.
    public func callAsFunction(
        _ shown: [ShownLine], to address: Address, by buyer: PersonID, key: IdempotencyKey?
    ) async throws -> Placed {
        guard !shown.isEmpty else { throw CheckoutProblem.empty }
        guard shown.count <= Carts.maximumLines, shown.allSatisfy({ (1...Carts.maximumQuantity).contains($0.quantity) })
        else { throw InvalidField("lines", "hold too many goods or units.", zh: "商品种类或数量超出限制。") }
        let now = market.source.now
        let lines = shown.map { "\($0.variant) \($0.quantity) \($0.amount)" }.joined(separator: ";")
        let fingerprint = "\(lines) to \(address)"
        let cards = try await CreditCreators(market: market).cards(of: shown, for: buyer)
        return try await market.store.write { [market] transaction in
            try transaction.once(key, fingerprint: fingerprint, at: now) {
                let quote = try Quote(shown, by: buyer, at: now, market.stock, in: transaction)
                let expiry = now + Self.reservationTime
                let reservations = try market.stock.reserve(quote.demands, until: expiry, in: transaction)
                let group = try market.orders.open(
                    quote.parcels(reservations, market.source), buyer: buyer, address: address,
                    currency: quote.currency,
                    reservedUntil: expiry, in: transaction)
                let intent = try market.payments.open(
                    for: group.id, buyer: buyer, amount: group.total, provider: market.provider.name, in: transaction)
                try CreditCreators(market: market).fix(group, cards, in: transaction)
                try Carts.remove(shown.map(\.variant), from: buyer, in: transaction)
                return Placed(group: group.id, intent: intent.id)
            }
        }
    }
}

/// What the lines cost now, equal to what the buyer was shown.
private struct Quote {
    private struct Line {
        let shown: ShownLine
        let product: Product
        let variant: Variant
        let price: Price
        let flash: FlashClaim?
    }

    private let lines: [Line]
    let currency: Currency

    init(
        _ shown: [ShownLine], by buyer: PersonID, at now: Instant, _ stock: Stock, in transaction: any Transaction
    ) throws {
        let wanted = Set(shown.map(\.variant))
        let owners = try Catalog.owners(of: Array(wanted), in: transaction)
        let products = try Catalog.products(Array(Set(owners.values.map(\.product))), at: now, in: transaction)
        let byID = Dictionary(products.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let variants = Dictionary(
            products.flatMap(\.variants).filter { wanted.contains($0.id) }.map { ($0.id, $0) },
            uniquingKeysWith: { first, _ in first })
        let prices = try LivePrices(of: Array(variants.values), stock, in: transaction)
        lines = shown.compactMap { line in
            guard let variant = variants[line.variant], let price = prices[variant.id],
                let product = byID[variant.product],
                product.isListed
            else { return nil }
            return Line(
                shown: line, product: product, variant: variant, price: price,
                flash: prices.lots[variant.id].map { FlashClaim(lot: $0.id, buyer: buyer) })
        }
        let forSale = Set(lines.map(\.variant.id))
        let gone = shown.map(\.variant).filter { !forSale.contains($0) }
        guard gone.isEmpty else { throw CheckoutProblem.notForSale(gone) }
        let changed = lines.filter { $0.price.amount.amount != $0.shown.amount }
        guard changed.isEmpty else {
            throw CheckoutProblem.priceChanged(
                Dictionary(
                    changed.map { ($0.variant.id, $0.price.amount.amount) }, uniquingKeysWith: { first, _ in first }))
        }
        guard let first = lines.first else { throw CheckoutProblem.empty }
        currency = first.price.amount.currency
        guard lines.allSatisfy({ [currency] in $0.price.amount.currency == currency }) else {
            throw CheckoutProblem.severalCurrencies
        }
    }

    var demands: [Demand] {
        lines.map {
            Demand(variant: $0.variant.id, shop: $0.product.shop, quantity: $0.shown.quantity, flash: $0.flash)
        }
    }

    func parcels(_ reservations: [VariantID: ReservationID], _ source: Source) throws -> [Orders.Parcel] {
        try Dictionary(grouping: lines, by: \.product.shop).sorted { $0.key < $1.key }.map { shop, lines in
            Orders.Parcel(
                shop: shop,
                lines: try lines.map { line in
                    OrderLine(
                        id: source.identifier(), product: line.product.id, variant: line.variant.id,
                        quantity: line.shown.quantity, title: line.product.title, spec: line.variant.spec,
                        image: line.product.media.first, unitPrice: line.price.amount,
                        listAmount: line.price.list?.amount, amount: try line.price.amount.times(line.shown.quantity),
                        reservation: reservations[line.variant.id], slate: line.shown.slate)
                })
        }
    }
}
