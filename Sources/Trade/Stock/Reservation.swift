import Kernel
import Store

/// Units of a variant that somebody wants.
public struct Demand: Sendable, Equatable {
    /// The variant.
    public let variant: VariantID
    /// Its shop.
    public let shop: ShopID
    /// Units, at least 1.
    public let quantity: Int64
    /// The flash lot at whose price they are bought. All demands of one variant have the same.
    public let flash: FlashClaim?

    /// `quantity` of `variant`.
    public init(variant: VariantID, shop: ShopID, quantity: Int64, flash: FlashClaim? = nil) {
        self.variant = variant
        self.shop = shop
        self.quantity = quantity
        self.flash = flash
    }
}

extension Stock {
    /// Reserves all demands until `expiry`, or none. Demands of one variant are summed first, and variants are taken in
    /// sorted order so that two buyers never wait for each other.
    ///
    /// - Returns: one reservation per variant.
    /// - Throws: ``OutOfStock`` naming every variant that is short, ``FlashLotProblem``.
    public func reserve(
        _ demands: [Demand], until expiry: Instant, in transaction: any Transaction
    ) throws -> [VariantID: ReservationID] {
        let totals = Dictionary(grouping: demands, by: \.variant)
            .mapValues { (shop: $0[0].shop, flash: $0[0].flash, quantity: $0.reduce(0) { $0 + $1.quantity }) }
            .sorted { $0.key < $1.key }
        var short: [VariantID: Int64] = [:]
        var reservations: [VariantID: ReservationID] = [:]
        for (variant, wanted) in totals {
            guard try takeOrRenew(wanted.quantity, of: variant, in: transaction) else {
                short[variant] =
                    try transaction.value("SELECT available FROM stock_levels WHERE variant = \(variant)") ?? 0
                continue
            }
            if let flash = wanted.flash,
                let problem = try claimOrRenew(wanted.quantity, of: flash, variant, in: transaction)
            {
                throw problem
            }
            let id = source.identifier(ReservationKind.self)
            try transaction.insert(
                into: "reservations (id, variant, shop, quantity, state, expires_at, flash_lot, buyer)",
                """
                (\(id), \(variant), \(wanted.shop), \(wanted.quantity), 'held', \(expiry),
                    \(wanted.flash?.lot), \(wanted.flash?.buyer))
                """)
            reservations[variant] = id
        }
        guard short.isEmpty else { throw OutOfStock(left: short) }
        return reservations
    }

    /// Makes held reservations final. One that expired meanwhile is renewed if its stock is still there.
    ///
    /// - Returns: variants whose units somebody else got after the expiry; their reservations stay released.
    /// - Throws: ``NotFound`` for a reservation that never was.
    public func commit(_ ids: [ReservationID], in transaction: any Transaction) throws -> [VariantID] {
        var short: [VariantID] = []
        for id in ids.sorted() {
            let kept = try transaction.run(
                "UPDATE reservations SET state = 'committed' WHERE id = \(id) AND state IN ('held', 'committed')")
            guard kept == 0 else { continue }
            let row = try transaction.row(
                "SELECT variant, quantity, flash_lot, buyer FROM reservations WHERE id = \(id)")
            guard let row else { throw NotFound("reservation") }
            let variant: VariantID = try row.get("variant")
            if try takeAgain(row.get("quantity"), of: variant, FlashClaim(row), in: transaction) {
                try transaction.send("UPDATE reservations SET state = 'committed' WHERE id = \(id)")
            } else {
                short.append(variant)
            }
        }
        return short
    }

    /// Gives back what reservations hold, committed ones too. Giving back twice changes nothing.
    public func release(_ ids: [ReservationID], in transaction: any Transaction) throws {
        for id in ids.sorted() {
            let row = try transaction.row(
                """
                UPDATE reservations SET state = 'released' WHERE id = \(id) AND state IN ('held', 'committed')
                RETURNING variant, quantity - shipped AS quantity, flash_lot, buyer
                """)
            guard let row else { continue }
            try give(row.get("quantity"), to: row.get("variant"), in: transaction)
            if let claim = try FlashClaim(row) { try giveBack(row.get("quantity"), to: claim, in: transaction) }
        }
    }

    /// Gives back some units of what a committed reservation holds, for goods that will not be shipped after all.
    ///
    /// - Returns: whether it held that many that have not left.
    @discardableResult
    public func giveBack(
        _ quantity: Int64, of reservation: ReservationID, in transaction: any Transaction
    ) throws -> Bool {
        let row = try transaction.row(
            """
            UPDATE reservations SET state = CASE WHEN quantity = \(quantity) THEN 'released' ELSE state END,
                quantity = CASE WHEN quantity = \(quantity) THEN quantity ELSE quantity - \(quantity) END
            WHERE id = \(reservation) AND state = 'committed' AND quantity - shipped >= \(quantity)
            RETURNING variant, flash_lot, buyer
            """)
        guard let row else { return false }
        try give(quantity, to: row.get("variant"), in: transaction)
        if let claim = try FlashClaim(row) { try giveBack(quantity, to: claim, in: transaction) }
        return true
    }

    /// Sets what can be sold of a variant besides what is reserved.
    ///
    /// - Throws: ``InvalidField`` for a negative quantity.
    public func set(
        _ available: Int64, of variant: VariantID, product: ProductID, shop: ShopID, in transaction: any Transaction
    ) throws {
        guard available >= 0 else {
            throw InvalidField("available", "must not be negative.", zh: "库存不能为负数。")
        }
        try transaction.run(
            """
            INSERT INTO stock_levels (variant, product, shop, available)
            VALUES (\(variant), \(product), \(shop), \(available))
            ON CONFLICT (variant) DO UPDATE SET available = excluded.available, edition = stock_levels.edition + 1
            """)
    }

    /// Tells the journal whether products can be bought; after ``set(_:of:product:shop:in:)``.
    public func announce(_ products: [ProductID], in transaction: any Transaction) throws {
        let now = source.now
        let facts = try products.map {
            AvailabilityChanged(product: $0, isAvailable: try isAvailable($0, in: transaction))
        }
        try journal.append(facts, at: now, in: transaction)
    }

    /// What can be bought of each variant now; unknown variants have 0.
    public func available(_ variants: [VariantID], in transaction: any Transaction) throws -> [VariantID: Int64] {
        let rows = try transaction.rows(
            """
            SELECT s.variant, s.available + COALESCE((SELECT SUM(r.quantity) FROM reservations r
                WHERE r.variant = s.variant AND r.state = 'held' AND r.expires_at <= \(source.now)), 0) AS available
            FROM stock_levels s WHERE s.variant IN \(list: variants)
            """)
        let levels = try rows.map { (try $0.get(0, as: VariantID.self), try $0.get(1, as: Int64.self)) }
        return Dictionary(levels, uniquingKeysWith: { first, _ in first })
    }

    /// ``available(_:in:)`` in a unit of work of its own.
    public func available(_ variants: [VariantID]) async throws -> [VariantID: Int64] {
        try await store.read { try self.available(variants, in: $0) }
    }

    func take(_ quantity: Int64, of variant: VariantID, in transaction: any Transaction) throws -> Bool {
        let level = Counter(
            "available", of: "stock_levels", where: "variant", is: variant, beside: "product, shop, low_at")
        guard let row = try transaction.change(level, by: -quantity) else { return false }
        var left: Int64 = try row.get("available")
        // What nobody has paid for in time is not missing.
        if try left <= row.get("low_at", as: Int64?.self) ?? 0 {
            left += try giveBackExpired(of: variant, in: transaction)
        }
        if left == 0 { try announceIfChanged(row.get("product"), to: false, in: transaction) }
        try announceLow(row, of: variant, from: left + quantity, to: left, in: transaction)
        return true
    }

    /// Takes units; when there are too few, those of reservations that expired come back first.
    private func takeOrRenew(_ quantity: Int64, of variant: VariantID, in transaction: any Transaction) throws -> Bool {
        if try take(quantity, of: variant, in: transaction) { return true }
        return try giveBackExpired(of: variant, in: transaction) > 0
            && take(quantity, of: variant, in: transaction)
    }

    /// Takes what a reservation had before it expired: its units, and its share of a flash lot.
    private func takeAgain(
        _ quantity: Int64, of variant: VariantID, _ claim: FlashClaim?, in transaction: any Transaction
    ) throws -> Bool {
        guard try takeOrRenew(quantity, of: variant, in: transaction) else { return false }
        guard let claim, try claimOrRenew(quantity, of: claim, variant, in: transaction) != nil else { return true }
        try give(quantity, to: variant, in: transaction)
        return false
    }

    /// Takes a buyer's share of a lot; when that fails, shares of reservations that expired come back first.
    private func claimOrRenew(
        _ quantity: Int64, of flash: FlashClaim, _ variant: VariantID, in transaction: any Transaction
    ) throws -> FlashLotProblem? {
        guard let problem = try claim(quantity, of: flash, in: transaction) else { return nil }
        guard try giveBackExpired(of: variant, in: transaction) > 0 else { return problem }
        return try claim(quantity, of: flash, in: transaction)
    }

    func give(_ quantity: Int64, to variant: VariantID, in transaction: any Transaction) throws {
        let row = try transaction.row(
            """
            UPDATE stock_levels SET available = available + \(quantity) WHERE variant = \(variant)
            RETURNING available, product
            """)
        if let row, try row.get("available", as: Int64.self) == quantity {
            try announceIfChanged(row.get("product"), to: true, in: transaction)
        }
    }

    /// Releases the reservations of a variant that nobody paid for in time.
    ///
    /// - Returns: the units that came back.
    @discardableResult
    func giveBackExpired(of variant: VariantID, in transaction: any Transaction) throws -> Int64 {
        let expired = try transaction.rows(
            """
            UPDATE reservations SET state = 'released'
            WHERE variant = \(variant) AND state = 'held' AND expires_at <= \(source.now)
            RETURNING quantity, flash_lot, buyer
            """)
        let total = try expired.reduce(Int64(0)) { $0 + (try $1.get(0, as: Int64.self)) }
        for row in expired {
            if let claim = try FlashClaim(row) { try giveBack(row.get(0), to: claim, in: transaction) }
        }
        if total > 0 { try give(total, to: variant, in: transaction) }
        return total
    }

    private func announceIfChanged(_ product: ProductID, to expected: Bool, in transaction: any Transaction) throws {
        let now = source.now
        guard try isAvailable(product, in: transaction) == expected else { return }
        try journal.append(
            AvailabilityChanged(product: product, isAvailable: expected), at: now, in: transaction)
    }

    private func isAvailable(_ product: ProductID, in transaction: any Transaction) throws -> Bool {
        try transaction.row("SELECT 1 FROM stock_levels WHERE product = \(product) AND available > 0 LIMIT 1") != nil
    }
}

extension FlashClaim {
    /// What a reservation has of a flash lot; `nil` when it has nothing.
    fileprivate init?(_ row: SQLRow) throws {
        let (lot, buyer): (FlashLotID?, PersonID?) = (try row.get("flash_lot"), try row.get("buyer"))
        guard let lot, let buyer else { return nil }
        self.init(lot: lot, buyer: buyer)
    }
}
