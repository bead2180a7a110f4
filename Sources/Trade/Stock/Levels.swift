import Journal
import Kernel
import Store

/// How a variant stands.
public struct StockLevel: Sendable, Equatable {
    /// The variant.
    public let variant: VariantID
    /// Its product.
    public let product: ProductID
    /// Its shop.
    public let shop: ShopID
    /// What can be bought now, expired reservations included.
    public let available: Int64
    /// From how many units on it counts as low; `nil` when nobody watches it.
    public let threshold: Int64?

    /// Whether somebody should order more.
    public var isLow: Bool { threshold.map { available <= $0 } ?? false }
}

/// A watched variant has fallen to its threshold or below; once for each time that it crosses it.
public struct StockRanLow: FactContent {
    public static let topic = "stock.ran_low"
    /// The variant.
    public let variant: VariantID
    /// Its product.
    public let product: ProductID
    /// Its shop.
    public let shop: ShopID
    /// What can still be sold.
    public let available: Int64
    /// The shop's threshold.
    public let threshold: Int64
    public var key: String { shop.description }
}

/// What a change of stock refuses; nothing has changed.
public enum StockProblem: Problem, Equatable {
    /// Fewer units are unsold than were to go; the rest is promised to buyers.
    case tooFewUnsold(Int64)

    public var details: ProblemDetails {
        switch self {
        case .tooFewUnsold(let left):
            ProblemDetails(
                .conflict, "too-few-unsold",
                "Only \(left) units are not sold. The others are promised to buyers; cancel their orders first.",
                zh: "仅 \(left) 件未售出，其余已被买家订购；请先取消相应订单。")
        }
    }
}

extension Stock {
    /// Starts a variant at nothing; one that is known stays as it is.
    public func open(
        _ variant: VariantID, of product: ProductID, in shop: ShopID, _ transaction: any Transaction
    ) throws {
        try transaction.run(
            """
            INSERT INTO stock_levels (variant, product, shop, available) VALUES (\(variant), \(product), \(shop), 0)
            ON CONFLICT (variant) DO NOTHING
            """)
    }

    /// More or fewer units can be sold. The write is conditional, so it never takes what a buyer takes at the same time.
    ///
    /// - Throws: ``StockProblem/tooFewUnsold(_:)`` when fewer are unsold than are to go.
    public func change(_ units: Int64, of variant: VariantID, in transaction: any Transaction) throws {
        if units > 0 { return try give(units, to: variant, in: transaction) }
        guard units < 0 else { return }
        try giveBackExpired(of: variant, in: transaction)
        guard try take(-units, of: variant, in: transaction) else {
            let left: Int64? = try transaction.value(
                "SELECT available FROM stock_levels WHERE variant = \(variant)")
            throw StockProblem.tooFewUnsold(left ?? 0)
        }
    }

    /// Units that a committed reservation holds leave the house.
    ///
    /// - Returns: whether it held that many that had not left.
    public func ship(
        _ quantity: Int64, of reservation: ReservationID, in transaction: any Transaction
    ) throws -> Bool {
        try transaction.run(
            """
            UPDATE reservations SET shipped = shipped + \(quantity)
            WHERE id = \(reservation) AND state = 'committed' AND quantity - shipped >= \(quantity)
            """) == 1
    }

    /// Says what reservations without an order line are for.
    public func bind(_ ids: [ReservationID], to cause: String, in transaction: any Transaction) throws {
        try transaction.send("UPDATE reservations SET cause = \(cause) WHERE id IN \(list: ids)")
    }

    /// Reservations for a cause that have not been given back, with their variants and the units that have not left.
    public static func reservations(
        for cause: String, in transaction: any Transaction
    ) throws -> [(id: ReservationID, variant: VariantID, units: Int64)] {
        try transaction.rows(
            """
            SELECT id, variant, quantity - shipped FROM reservations
            WHERE cause = \(cause) AND state = 'committed' AND shipped < quantity ORDER BY id
            """
        ).map { (try $0.get(0), try $0.get(1), try $0.get(2)) }
    }

    /// How many units of a variant have to lie somewhere: what can be sold, and what is reserved or sold and has not left.
    /// `edition` changes when the number was set from outside. `nil` for an unknown variant.
    public static func physical(
        of variant: VariantID, in transaction: any Transaction
    ) throws -> (units: Int64, edition: Int64)? {
        let row = try transaction.row(
            """
            SELECT CAST(s.available
                + COALESCE((SELECT SUM(r.quantity) FROM reservations r
                    WHERE r.variant = s.variant AND r.state = 'held'), 0)
                + COALESCE((SELECT SUM(r.quantity - r.shipped) FROM reservations r
                    WHERE r.variant = s.variant AND r.state = 'committed' AND r.shipped < r.quantity), 0) AS BIGINT)
                AS units, s.edition
            FROM stock_levels s WHERE s.variant = \(variant)
            """)
        return try row.map { (try $0.get("units"), try $0.get("edition")) }
    }

    /// The edition of a variant; `nil` for an unknown one. See ``physical(of:in:)``.
    public static func edition(of variant: VariantID, in transaction: any Transaction) throws -> Int64? {
        try transaction.value("SELECT edition FROM stock_levels WHERE variant = \(variant)")
    }

    /// Watches a variant, or no more.
    ///
    /// - Throws: ``InvalidField`` for a threshold that is negative.
    public func watch(_ variant: VariantID, at threshold: Int64?, in transaction: any Transaction) throws {
        guard threshold.map({ (0...1_000_000_000).contains($0) }) ?? true else {
            throw InvalidField("threshold", "must be 0–1,000,000,000.", zh: "须为 0–1,000,000,000。")
        }
        try transaction.run("UPDATE stock_levels SET low_at = \(threshold) WHERE variant = \(variant)")
    }

    /// The levels of a shop in the order of their identifiers.
    ///
    /// - Parameter onlyLow: keeps to watched variants that are at their threshold or below.
    public func levels(
        of shop: ShopID, onlyLow: Bool = false, after: VariantID? = nil, limit: Int
    ) async throws -> [StockLevel] {
        let now = source.now
        let following: SQL = after.map { "AND s.variant > \($0)" } ?? ""
        let watched: SQL = onlyLow ? "AND s.low_at IS NOT NULL" : ""
        let low: SQL = onlyLow ? "WHERE l.available <= l.low_at" : ""
        return try await store.read { transaction in
            try transaction.rows(
                """
                SELECT * FROM (SELECT s.variant, s.product, s.shop, s.low_at, CAST(s.available + COALESCE((
                    SELECT SUM(r.quantity) FROM reservations r WHERE r.variant = s.variant AND r.state = 'held'
                    AND r.expires_at <= \(now)), 0) AS BIGINT) AS available
                FROM stock_levels s WHERE s.shop = \(shop) \(watched) \(following)) l \(low)
                ORDER BY l.variant LIMIT \(limit)
                """
            ).map(StockLevel.init)
        }
    }

    /// Tells the journal when a change has brought a watched variant to its threshold.
    func announceLow(
        _ row: SQLRow, of variant: VariantID, from before: Int64, to after: Int64, in transaction: any Transaction
    ) throws {
        let threshold: Int64? = try row.get("low_at")
        guard let threshold, before > threshold, after <= threshold else { return }
        let fact = StockRanLow(
            variant: variant, product: try row.get("product"), shop: try row.get("shop"), available: after,
            threshold: threshold)
        try journal.append(fact, at: source.now, in: transaction)
    }
}

extension StockLevel {
    init(_ row: SQLRow) throws {
        variant = try row.get("variant")
        product = try row.get("product")
        shop = try row.get("shop")
        available = try row.get("available")
        threshold = try row.get("low_at")
    }
}
