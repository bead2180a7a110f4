import Journal
import Kernel
import Store

/// Where a shop's goods lie, and how they leave the house.
///
/// What can be sold is one number of the room Stock, which alone decides sales. This room keeps where the goods lie:
/// per variant, what lies in all warehouses together is what can be sold and what is reserved or sold and has not left.
/// Flows change both in one transaction. A variant gets its place when somebody first asks; until then its goods lie in
/// the shop's default warehouse.
public final class Warehouses: Sendable {
    let store: any Store
    let source: Source

    /// The room on a store.
    public init(store: any Store, source: Source) {
        self.store = store
        self.source = source
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "warehouse", number: 1, file: PackageResources._001_warehouses_sql),
        Migration(room: "warehouse", number: 2, file: PackageResources._002_shipments_sql),
    ]

    // MARK: The warehouses of a shop

    /// A shop's warehouses, the default first, the others by age.
    public static func all(of shop: ShopID, in transaction: any Transaction) throws -> [Warehouse] {
        try transaction.rows(
            "SELECT * FROM warehouses WHERE shop = \(shop) ORDER BY is_default DESC, created_at, id LIMIT 200"
        ).map(Warehouse.init)
    }

    /// ``all(of:in:)`` in a unit of work of its own.
    public func all(of shop: ShopID) async throws -> [Warehouse] {
        try await store.read { try Self.all(of: shop, in: $0) }
    }

    /// A warehouse of a shop.
    ///
    /// - Throws: ``NotFound``, also when it is another shop's.
    public static func find(
        _ id: WarehouseID, of shop: ShopID, in transaction: any Transaction
    ) throws -> Warehouse {
        let row = try transaction.row("SELECT * FROM warehouses WHERE id = \(id) AND shop = \(shop)")
        guard let row else { throw NotFound("warehouse") }
        return try Warehouse(row)
    }

    /// The warehouse of a shop where goods lie that name none; it is made when it is first asked for.
    public func standard(of shop: ShopID, in transaction: any Transaction) throws -> WarehouseID {
        let query: SQL = "SELECT id FROM warehouses WHERE shop = \(shop) AND is_default = 1"
        if let known: WarehouseID = try transaction.value(query) { return known }
        let id = source.identifier(WarehouseKind.self)
        try insert(
            Warehouse(id: id, shop: shop, name: "", region: "", isActive: true, isDefault: true), in: transaction)
        // Somebody else may have made it at the same time.
        return try transaction.value(query) ?? id
    }

    /// Adds a warehouse; a shop's first one becomes its default.
    ///
    /// - Throws: ``InvalidField``.
    public func add(name: String, region: String, to shop: ShopID, in transaction: any Transaction) throws
        -> WarehouseID
    {
        let (name, region) = try Self.checked(name, region)
        let id = source.identifier(WarehouseKind.self)
        let known = try Self.all(of: shop, in: transaction)
        guard known.count < 200 else { throw InvalidField("name", "would be one warehouse too many.", zh: "仓库数量已达上限。") }
        try insert(
            Warehouse(id: id, shop: shop, name: name, region: region, isActive: true, isDefault: known.isEmpty),
            in: transaction)
        return id
    }

    /// Changes a warehouse.
    ///
    /// - Throws: ``NotFound``, ``InvalidField``, ``WarehouseProblem/notEmpty``, ``WarehouseProblem/isDefault``.
    public func change(_ warehouse: Warehouse, in transaction: any Transaction) throws {
        let (name, region) = try Self.checked(warehouse.name, warehouse.region)
        let before = try Self.find(warehouse.id, of: warehouse.shop, in: transaction)
        if !warehouse.isActive {
            guard !before.isDefault, !warehouse.isDefault else { throw WarehouseProblem.isDefault }
            let goods = try transaction.row(
                "SELECT 1 FROM warehouse_levels WHERE warehouse = \(warehouse.id) AND on_hand > 0 LIMIT 1")
            guard goods == nil else { throw WarehouseProblem.notEmpty }
        }
        if warehouse.isDefault, !before.isDefault {
            try transaction.run(
                "UPDATE warehouses SET is_default = 0 WHERE shop = \(warehouse.shop) AND is_default = 1")
        }
        try transaction.run(
            """
            UPDATE warehouses SET name = \(name), region = \(region), is_active = \(warehouse.isActive),
                is_default = \(before.isDefault || warehouse.isDefault) WHERE id = \(warehouse.id)
            """)
    }

    private static func checked(_ name: String, _ region: String) throws -> (String, String) {
        (
            try ValidatedText(name, field: "name", length: 1...60).value,
            try ValidatedText(region, field: "region", length: 0...60).value
        )
    }

    private func insert(_ warehouse: Warehouse, in transaction: any Transaction) throws {
        try transaction.run(
            """
            INSERT INTO warehouses (id, shop, name, region, is_active, is_default, created_at)
            VALUES (\(warehouse.id), \(warehouse.shop), \(warehouse.name), \(warehouse.region), \(warehouse.isActive),
                \(warehouse.isDefault), \(source.now))
            ON CONFLICT DO NOTHING
            """)
    }
}

extension Warehouse {
    init(_ row: SQLRow) throws {
        self.init(
            id: try row.get("id"), shop: try row.get("shop"), name: try row.get("name"), region: try row.get("region"),
            isActive: try row.get("is_active"), isDefault: try row.get("is_default"))
    }
}
