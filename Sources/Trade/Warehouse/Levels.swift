import Kernel
import Store

extension Warehouses {
    /// Gives a variant its place, if it has none of this edition: what has to lie somewhere and doesn't yet goes to the
    /// shop's default warehouse; what is too much is taken from there first.
    ///
    /// - Parameters:
    ///   - edition: of the stock level; see `Stock.edition(of:in:)`.
    ///   - physical: units that have to lie somewhere; asked only when it is needed.
    public func open(
        _ variant: VariantID, of shop: ShopID, edition: Int64, physical: () throws -> Int64,
        in transaction: any Transaction
    ) throws {
        let known: Int64? = try transaction.value(
            "SELECT edition FROM warehouse_variants WHERE variant = \(variant)")
        guard known != edition else { return }
        let levels = try Self.levels(of: variant, in: transaction)
        let place = try standard(of: shop, in: transaction)
        let missing = try physical() - levels.reduce(0) { $0 + $1.onHand }
        let reason: MovementReason = known == nil ? .opening : .imported
        if missing > 0 || known == nil {
            try move(Move(max(0, missing), of: variant, at: place, reason), of: shop, in: transaction)
        }
        if missing < 0 {
            try takeAway(-missing, from: levels, first: place, reason, shop, in: transaction)
        }
        try transaction.run(
            """
            INSERT INTO warehouse_variants (variant, shop, edition) VALUES (\(variant), \(shop), \(edition))
            ON CONFLICT (variant) DO UPDATE SET edition = excluded.edition
            """)
    }

    private func takeAway(
        _ units: Int64, from levels: [WarehouseLevel], first place: WarehouseID, _ reason: MovementReason,
        _ shop: ShopID, in transaction: any Transaction
    ) throws {
        var left = units
        for level in levels.sorted(by: { ($0.warehouse == place ? 0 : 1) < ($1.warehouse == place ? 0 : 1) })
        where left > 0 {
            let part = min(left, level.free)
            guard part > 0 else { continue }
            try move(
                Move(-part, of: level.variant, at: level.warehouse, reason), of: shop, in: transaction)
            left -= part
        }
    }

    /// Changes what lies in a warehouse and writes it down. What is promised to shipments stays.
    ///
    /// - Returns: what lies there now.
    /// - Throws: ``WarehouseProblem/tooFewThere(_:)``; then nothing has changed.
    @discardableResult
    public func move(_ move: Move, of shop: ShopID, in transaction: any Transaction) throws -> Int64 {
        let onHand = try shift(move, of: shop, in: transaction)
        try record(move, of: shop, onHand: onHand, in: transaction)
        return onHand
    }

    /// ``move(_:of:in:)`` and `work`, which changes what can be sold; when `work` refuses, nothing has moved.
    @discardableResult
    public func move(
        _ move: Move, of shop: ShopID, in transaction: any Transaction, with work: () throws -> Void
    ) throws -> Int64 {
        let onHand = try shift(move, of: shop, in: transaction)
        do { try work() } catch  where !(error is StoreError) {
            _ = try transaction.run(
                """
                UPDATE warehouse_levels SET on_hand = on_hand - \(move.quantity)
                WHERE variant = \(move.variant) AND warehouse = \(move.warehouse)
                """)
            throw error
        }
        try record(move, of: shop, onHand: onHand, in: transaction)
        return onHand
    }

    private func shift(_ move: Move, of shop: ShopID, in transaction: any Transaction) throws -> Int64 {
        guard move.quantity < 0 else {
            let onHand: Int64? = try transaction.value(
                """
                INSERT INTO warehouse_levels (variant, warehouse, shop, on_hand)
                VALUES (\(move.variant), \(move.warehouse), \(shop), \(move.quantity))
                ON CONFLICT (variant, warehouse) DO UPDATE SET on_hand = warehouse_levels.on_hand + excluded.on_hand
                RETURNING on_hand
                """)
            return onHand ?? 0
        }
        let left: Int64? = try transaction.value(
            """
            UPDATE warehouse_levels SET on_hand = on_hand + \(move.quantity)
            WHERE variant = \(move.variant) AND warehouse = \(move.warehouse)
                AND on_hand - allocated >= \(-move.quantity)
            RETURNING on_hand
            """)
        guard let left else {
            let free = try Self.level(of: move.variant, at: move.warehouse, in: transaction)?.free ?? 0
            throw WarehouseProblem.tooFewThere(free)
        }
        return left
    }

    /// Writes a movement down; the level has changed already.
    func record(_ move: Move, of shop: ShopID, onHand: Int64, in transaction: any Transaction) throws {
        try transaction.send(
            """
            INSERT INTO stock_movements (shop, warehouse, variant, quantity, on_hand, reason, note, cause, person,
                happened_at)
            VALUES (\(shop), \(move.warehouse), \(move.variant), \(move.quantity), \(onHand), \(move.reason.rawValue),
                \(move.note), \(move.cause), \(move.person), \(source.now))
            """)
    }

    /// Notes a program's delta, so that it is applied once.
    ///
    /// - Parameter content: what it says; the same identifier with another content is refused.
    /// - Returns: whether it is new.
    /// - Throws: ``WarehouseProblem/deltaReused``.
    public func note(
        _ delta: String, saying content: String, of shop: ShopID, in transaction: any Transaction
    ) throws -> Bool {
        let isNew = try transaction.run(
            """
            INSERT INTO stock_deltas (shop, delta, content, applied_at)
            VALUES (\(shop), \(delta), \(content), \(source.now)) ON CONFLICT (shop, delta) DO NOTHING
            """)
        guard isNew == 0 else { return true }
        let known: String? = try transaction.value(
            "SELECT content FROM stock_deltas WHERE shop = \(shop) AND delta = \(delta)")
        guard known == content else { throw WarehouseProblem.deltaReused }
        return false
    }

    /// Forgets a delta that was refused, so that it may come again.
    public func forget(_ delta: String, of shop: ShopID, in transaction: any Transaction) throws {
        try transaction.send("DELETE FROM stock_deltas WHERE shop = \(shop) AND delta = \(delta)")
    }

    // MARK: Reads

    /// What lies of a variant, by warehouse.
    public static func levels(of variant: VariantID, in transaction: any Transaction) throws -> [WarehouseLevel] {
        try levels(of: [variant], in: transaction)
    }

    /// What lies of variants, by variant and warehouse.
    public static func levels(of variants: [VariantID], in transaction: any Transaction) throws -> [WarehouseLevel] {
        try transaction.rows(
            """
            SELECT variant, warehouse, on_hand, allocated FROM warehouse_levels WHERE variant IN \(list: variants)
            ORDER BY variant, warehouse
            """
        ).map(WarehouseLevel.init)
    }

    /// What lies of a variant in a warehouse; `nil` when nothing ever did.
    public static func level(
        of variant: VariantID, at warehouse: WarehouseID, in transaction: any Transaction
    ) throws -> WarehouseLevel? {
        try transaction.row(
            """
            SELECT variant, warehouse, on_hand, allocated FROM warehouse_levels
            WHERE variant = \(variant) AND warehouse = \(warehouse)
            """
        ).map(WarehouseLevel.init)
    }

    /// The newest movements of a shop.
    ///
    /// - Parameter before: the position of the last one of the page before.
    public func movements(
        of shop: ShopID, variant: VariantID? = nil, before: Int64? = nil, limit: Int
    ) async throws -> [Movement] {
        let only: SQL = variant.map { "AND variant = \($0)" } ?? ""
        let earlier: SQL = before.map { "AND position < \($0)" } ?? ""
        return try await store.read { transaction in
            try transaction.rows(
                """
                SELECT * FROM stock_movements WHERE shop = \(shop) \(only) \(earlier)
                ORDER BY position DESC LIMIT \(limit)
                """
            ).map(Movement.init)
        }
    }

    /// What lay in the warehouses of a shop at a moment: the last movement of each variant and warehouse until then.
    ///
    /// - Parameters:
    ///   - warehouse: keeps to one of them.
    ///   - after: the last variant of the page before.
    public static func snapshot(
        of shop: ShopID, warehouse: WarehouseID?, at moment: Instant, after: VariantID?, limit: Int,
        in transaction: any Transaction
    ) throws -> [WarehouseLevel] {
        let only: SQL = warehouse.map { "AND m.warehouse = \($0)" } ?? ""
        let following: SQL = after.map { "AND v.variant > \($0)" } ?? ""
        return try transaction.rows(
            """
            SELECT m.variant, m.warehouse, m.on_hand, 0 AS allocated FROM (
                SELECT v.variant FROM warehouse_variants v WHERE v.shop = \(shop) \(following)
                ORDER BY v.variant LIMIT \(limit)) p
            JOIN stock_movements m ON m.variant = p.variant
            WHERE m.shop = \(shop) \(only) AND m.position = (
                SELECT MAX(n.position) FROM stock_movements n
                WHERE n.warehouse = m.warehouse AND n.variant = m.variant AND n.happened_at <= \(moment))
            ORDER BY m.variant, m.warehouse
            """
        ).map(WarehouseLevel.init)
    }

    /// The variants of a shop that have a place, in the order of their identifiers.
    public static func variants(
        of shop: ShopID, after: VariantID?, limit: Int, in transaction: any Transaction
    ) throws -> [VariantID] {
        let following: SQL = after.map { "AND variant > \($0)" } ?? ""
        return try transaction.rows(
            """
            SELECT variant FROM warehouse_variants WHERE shop = \(shop) \(following) ORDER BY variant LIMIT \(limit)
            """
        ).map { try $0.get(0) }
    }
}

extension WarehouseLevel {
    init(_ row: SQLRow) throws {
        self.init(
            variant: try row.get("variant"), warehouse: try row.get("warehouse"), onHand: try row.get("on_hand"),
            allocated: try row.get("allocated"))
    }
}

extension Movement {
    init(_ row: SQLRow) throws {
        position = try row.get("position")
        warehouse = try row.get("warehouse")
        variant = try row.get("variant")
        quantity = try row.get("quantity")
        onHand = try row.get("on_hand")
        reason = try row.get("reason")
        note = try row.get("note")
        cause = try row.get("cause")
        person = try row.get("person")
        at = try row.get("happened_at")
    }
}
