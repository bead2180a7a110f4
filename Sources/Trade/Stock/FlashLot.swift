import Kernel
import Store

/// So many units of a variant at a special price, for a time, so many to each buyer.
///
/// A lot caps what is sold at its price; the units themselves come out of the variant's stock. Both, and the buyer's
/// share, are decided by conditional writes in the transaction of the order.
public struct FlashLot: Sendable, Equatable {
    /// The lot.
    public let id: FlashLotID
    /// The variant.
    public let variant: VariantID
    /// Its shop.
    public let shop: ShopID
    /// What one unit costs.
    public let price: Money
    /// Units at that price, at least 1.
    public let total: Int64
    /// Units that can still be had at that price.
    public let remaining: Int64
    /// Units that one buyer may have, at least 1.
    public let buyerLimit: Int64
    /// When it starts.
    public let startsAt: Instant
    /// When it is over; this instant is no more part of it.
    public let endsAt: Instant

    /// A lot of which nothing is sold yet.
    public init(
        id: FlashLotID, variant: VariantID, shop: ShopID, price: Money, total: Int64, buyerLimit: Int64,
        startsAt: Instant, endsAt: Instant
    ) {
        self.init(
            id: id, variant: variant, shop: shop, price: price, total: total, remaining: total, buyerLimit: buyerLimit,
            startsAt: startsAt, endsAt: endsAt)
    }

    private init(
        id: FlashLotID, variant: VariantID, shop: ShopID, price: Money, total: Int64, remaining: Int64,
        buyerLimit: Int64, startsAt: Instant, endsAt: Instant
    ) {
        self.id = id
        self.variant = variant
        self.shop = shop
        self.price = price
        self.total = total
        self.remaining = remaining
        self.buyerLimit = buyerLimit
        self.startsAt = startsAt
        self.endsAt = endsAt
    }

    /// The same lot with `more` units that can be had.
    func with(_ more: Int64) -> FlashLot {
        FlashLot(
            id: id, variant: variant, shop: shop, price: price, total: total, remaining: remaining + more,
            buyerLimit: buyerLimit, startsAt: startsAt, endsAt: endsAt)
    }

    init(_ row: SQLRow) throws {
        self.init(
            id: try row.get("id"), variant: try row.get("variant"), shop: try row.get("shop"),
            price: Money(try row.get("amount"), try row.get("currency")), total: try row.get("total"),
            remaining: try row.get("remaining"), buyerLimit: try row.get("buyer_limit"),
            startsAt: try row.get("starts_at"), endsAt: try row.get("ends_at"))
    }
}

/// A buyer's share of a lot, wanted together with stock.
public struct FlashClaim: Sendable, Equatable {
    /// The lot.
    public let lot: FlashLotID
    /// The buyer.
    public let buyer: PersonID

    /// `buyer` wants some of `lot`.
    public init(lot: FlashLotID, buyer: PersonID) {
        self.lot = lot
        self.buyer = buyer
    }
}

/// Why units can't be had at a flash price, or a lot can't be opened.
public enum FlashLotProblem: Problem, Equatable {
    /// The lot is sold out, over, or has too few units left.
    case tooFewLeft(Int64)
    /// The buyer would have more than one buyer may.
    case overBuyerLimit(Int64)
    /// Another lot of the variant has a time in common with this one.
    case overlaps

    public var details: ProblemDetails {
        switch self {
        case .tooFewLeft(let left):
            ProblemDetails(
                .conflict, "flash-lot-too-few-left", "Only \(left) are left at this price. Take fewer and try again.",
                zh: "该特价仅剩 \(left) 件，请减少数量后重试。")
        case .overBuyerLimit(let limit):
            ProblemDetails(
                .conflict, "flash-lot-buyer-limit", "Each buyer may have \(limit) at this price.",
                zh: "该特价每人限购 \(limit) 件。")
        case .overlaps:
            ProblemDetails(
                .conflict, "flash-lot-overlaps",
                "This variant has another flash lot at that time. Choose another time.",
                zh: "该规格在此时段已有限时特价，请更换时间。")
        }
    }
}

extension Stock {
    /// Announces a lot.
    ///
    /// - Throws: ``InvalidField``, ``FlashLotProblem/overlaps``.
    public func open(_ lot: FlashLot, in transaction: any Transaction) throws {
        try Self.check(lot)
        let opened = try transaction.run(
            """
            INSERT INTO flash_lots (id, variant, shop, amount, currency, total, remaining, buyer_limit, starts_at, ends_at)
            SELECT \(lot.id), \(lot.variant), \(lot.shop), \(lot.price.amount), \(lot.price.currency), \(lot.total),
                \(lot.total), \(lot.buyerLimit), \(lot.startsAt), \(lot.endsAt)
            WHERE NOT EXISTS (SELECT 1 FROM flash_lots WHERE variant = \(lot.variant)
                AND starts_at < \(lot.endsAt) AND ends_at > \(lot.startsAt))
            """)
        guard opened == 1 else { throw FlashLotProblem.overlaps }
    }

    private static func check(_ lot: FlashLot) throws {
        guard lot.total >= 1 else { throw InvalidField("total", "must be at least 1.", zh: "至少为 1。") }
        guard (1...lot.total).contains(lot.buyerLimit) else {
            throw InvalidField("buyerLimit", "must be 1–\(lot.total).", zh: "须为 1–\(lot.total)。")
        }
        guard lot.price.amount > 0 else { throw InvalidField("amount", "must be more than 0.", zh: "须大于 0。") }
        guard lot.startsAt < lot.endsAt else {
            throw InvalidField("endsAt", "must be after the start.", zh: "结束时间须晚于开始时间。")
        }
    }

    /// Ends a lot now. What was bought at its price stays bought.
    ///
    /// - Throws: ``NotFound`` when the shop has no such lot that is not over.
    public func end(_ lot: FlashLotID, of shop: ShopID, in transaction: any Transaction) throws {
        let now = source.now
        let ended = try transaction.run(
            """
            UPDATE flash_lots SET ends_at = \(now), starts_at = CASE WHEN starts_at < \(now) THEN starts_at ELSE \(now) END
            WHERE id = \(lot) AND shop = \(shop) AND ends_at > \(now)
            """)
        guard ended == 1 else { throw NotFound("flash lot") }
    }

    /// The lots of a shop, the latest first.
    public func lots(of shop: ShopID, limit: Int) async throws -> [FlashLot] {
        try await store.read { transaction in
            try transaction.rows(
                "SELECT * FROM flash_lots WHERE shop = \(shop) ORDER BY starts_at DESC, id LIMIT \(limit)"
            ).map(FlashLot.init)
        }
    }

    /// The lots of these variants that run now and are not sold out. What expired reservations hold counts as left.
    ///
    /// - Parameter exactly: whether it is counted where more is left anyway; whoever only asks which price holds has no
    ///   need of that.
    public func runningLots(
        of variants: [VariantID], exactly: Bool = true, in transaction: any Transaction
    ) throws -> [VariantID: FlashLot] {
        let now = exactly ? source.now : transaction.moment(source.now)
        let running: SQL = """
            SELECT * FROM flash_lots WHERE variant IN \(list: variants) AND starts_at <= \(now) AND ends_at > \(now)
            """
        // Who buys finds out by taking whether enough is left.
        let found = try transaction.shared(running, despiteCounting: !exactly) { try $0.map(FlashLot.init) }
        let counted = found.filter { $0.remaining == 0 || (exactly && $0.remaining < $0.total) }
        let coming = try expiredUnits(of: counted, at: now, in: transaction)
        let lots = found.map { $0.with(coming[$0.id] ?? 0) }.filter { $0.remaining > 0 }
        return Dictionary(lots.map { ($0.variant, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func expiredUnits(
        of lots: [FlashLot], at now: Instant, in transaction: any Transaction
    ) throws -> [FlashLotID: Int64] {
        guard !lots.isEmpty else { return [:] }
        let rows = try transaction.rows(
            """
            SELECT flash_lot, SUM(quantity) FROM reservations WHERE variant IN \(list: lots.map(\.variant))
                AND flash_lot IN \(list: lots.map(\.id)) AND state = 'held' AND expires_at <= \(now) GROUP BY flash_lot
            """)
        return Dictionary(
            try rows.map { (try $0.get(0), try $0.get(1)) }, uniquingKeysWith: { first, _ in first })
    }

    /// Takes a buyer's share of a lot, or nothing.
    ///
    /// - Returns: why not, or `nil`.
    func claim(
        _ quantity: Int64, of claim: FlashClaim, in transaction: any Transaction
    ) throws -> FlashLotProblem? {
        let now = source.now
        let lot = Counter(
            "remaining", of: "flash_lots", where: "id", is: claim.lot, beside: "buyer_limit, starts_at, ends_at")
        guard let row = try transaction.change(lot, by: -quantity) else {
            let left: Int64? = try transaction.value(
                "SELECT remaining FROM flash_lots WHERE id = \(claim.lot) AND ends_at > \(now)")
            return .tooFewLeft(left ?? 0)
        }
        guard try row.get("starts_at") <= now, try row.get("ends_at") > now else {
            _ = try transaction.change(lot, by: quantity)
            return .tooFewLeft(0)
        }
        let limit: Int64 = try row.get("buyer_limit")
        let claimed =
            quantity > limit
            ? 0
            : try transaction.run(
                """
                INSERT INTO flash_claims (lot, buyer, quantity) VALUES (\(claim.lot), \(claim.buyer), \(quantity))
                ON CONFLICT (lot, buyer) DO UPDATE SET quantity = flash_claims.quantity + excluded.quantity
                WHERE flash_claims.quantity + excluded.quantity <= \(limit)
                """)
        guard claimed == 0 else { return nil }
        _ = try transaction.change(lot, by: quantity)
        return .overBuyerLimit(limit)
    }

    /// Gives a share back; the lot may be over by then.
    func giveBack(_ quantity: Int64, to claim: FlashClaim, in transaction: any Transaction) throws {
        try transaction.send(
            "UPDATE flash_lots SET remaining = remaining + \(quantity) WHERE id = \(claim.lot)")
        try transaction.send(
            """
            UPDATE flash_claims SET quantity = quantity - \(quantity)
            WHERE lot = \(claim.lot) AND buyer = \(claim.buyer)
            """)
    }
}
