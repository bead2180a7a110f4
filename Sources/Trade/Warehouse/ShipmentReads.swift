import Kernel
import Store

extension Warehouses {
    /// How much of an order's lines has left and is to leave; empty for an order of which nobody has asked yet.
    public static func fulfilment(of order: OrderID, in transaction: any Transaction) throws -> [FulfilmentLine] {
        try transaction.rows("SELECT * FROM fulfilment_lines WHERE order_id = \(order) ORDER BY line").map { row in
            FulfilmentLine(
                line: try row.get("line"), variant: try row.get("variant"), reservation: try row.get("reservation"),
                quantity: try row.get("quantity"), planned: try row.get("planned"), shipped: try row.get("shipped"),
                withdrawn: try row.get("withdrawn"))
        }
    }

    /// A parcel.
    ///
    /// - Throws: ``NotFound``.
    public static func shipment(_ id: ShipmentID, in transaction: any Transaction) throws -> Shipment {
        guard let found = try shipments(where: "id = \(id)", in: transaction).first else {
            throw NotFound("parcel")
        }
        return found
    }

    /// The parcels of an order, oldest first.
    public static func shipments(of order: OrderID, in transaction: any Transaction) throws -> [Shipment] {
        try shipments(where: "order_id = \(order) ORDER BY created_at, id", in: transaction)
    }

    /// The parcels of orders, oldest first.
    public func shipments(of orders: [OrderID]) async throws -> [OrderID: [Shipment]] {
        let found = try await store.read {
            try Self.shipments(where: "order_id IN \(list: orders) ORDER BY created_at, id", in: $0)
        }
        return Dictionary(grouping: found, by: \.order)
    }

    /// The parcels of a shop that are still in the house, oldest first.
    ///
    /// - Parameter warehouse: keeps to one warehouse.
    public func openShipments(
        of shop: ShopID, at warehouse: WarehouseID? = nil, limit: Int
    ) async throws -> [Shipment] {
        let only: SQL = warehouse.map { "AND warehouse = \($0)" } ?? ""
        return try await store.read {
            try Self.shipments(
                where: """
                    shop = \(shop) AND state IN ('planned', 'picking', 'picked', 'packed') \(only)
                    ORDER BY created_at, id LIMIT \(limit)
                    """, in: $0)
        }
    }

    /// What has to be taken from the shelves, by warehouse and variant, so that one walk serves many parcels.
    ///
    /// - Parameter warehouse: keeps to one warehouse.
    public func pickTasks(
        of shop: ShopID, at warehouse: WarehouseID? = nil, limit: Int
    ) async throws -> [PickTask] {
        let only: SQL = warehouse.map { "AND s.warehouse = \($0)" } ?? ""
        return try await store.read { transaction in
            try transaction.rows(
                """
                SELECT s.warehouse, s.id, s.order_id, l.line, l.variant, l.quantity, l.picked FROM shipments s
                JOIN shipment_lines l ON l.shipment = s.id
                WHERE s.shop = \(shop) AND s.state IN ('planned', 'picking') \(only) AND l.picked < l.quantity
                ORDER BY s.warehouse, l.variant, s.created_at, s.id LIMIT \(limit)
                """
            ).map {
                PickTask(
                    warehouse: try $0.get(0), shipment: try $0.get(1), order: try $0.get(2), line: try $0.get(3),
                    variant: try $0.get(4), quantity: try $0.get(5), picked: try $0.get(6))
            }
        }
    }

    /// Those of `orders` of which something has still to be put into a parcel.
    public static func unplanned(_ orders: [OrderID], in transaction: any Transaction) throws -> Set<OrderID> {
        let rows = try transaction.rows(
            """
            SELECT order_id, MAX(CASE WHEN quantity > planned + shipped + withdrawn THEN 1 ELSE 0 END) FROM fulfilment_lines
            WHERE order_id IN \(list: orders) GROUP BY order_id
            """)
        var open = Set(orders)
        for row in rows where try !row.get(1, as: Bool.self) { open.remove(try row.get(0)) }
        return open
    }

    private static func shipments(where condition: SQL, in transaction: any Transaction) throws -> [Shipment] {
        let rows = try transaction.rows("SELECT * FROM shipments WHERE \(condition)")
        let ids = try rows.map { try $0.get("id", as: ShipmentID.self) }
        var lines: [ShipmentID: [Shipment.Line]] = [:]
        for row in try transaction.rows(
            "SELECT * FROM shipment_lines WHERE shipment IN \(list: ids) ORDER BY shipment, line")
        {
            lines[try row.get("shipment"), default: []].append(
                Shipment.Line(
                    line: try row.get("line"), variant: try row.get("variant"), quantity: try row.get("quantity"),
                    picked: try row.get("picked"), isTracked: try row.get("is_tracked")))
        }
        return try rows.map { row in
            let id: ShipmentID = try row.get("id")
            return Shipment(
                id: id, order: try row.get("order_id"), shop: try row.get("shop"), warehouse: try row.get("warehouse"),
                state: try row.get("state"), carrier: try row.get("carrier"), tracking: try row.get("tracking"),
                createdAt: try row.get("created_at"), changedAt: try row.get("changed_at"), lines: lines[id] ?? [])
        }
    }
}
