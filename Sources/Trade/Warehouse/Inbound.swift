import Kernel
import Store

/// Goods that a supplier has announced for a warehouse.
public struct InboundOrder: Sendable, Equatable {
    /// Where it stands.
    public enum State: String, Sendable, Codable, CaseIterable, SQLReadable {
        /// Goods are awaited.
        case expected
        /// Some have come.
        case receiving
        /// Nothing more is awaited.
        case closed

        /// Every legal transition; the documentation's drawing is made from this.
        public static let transitions: [State: Set<State>] = [
            .expected: [.receiving, .closed], .receiving: [.receiving, .closed], .closed: [],
        ]
    }

    /// What is awaited of a variant, and what has come.
    public struct Line: Sendable, Equatable {
        /// The variant.
        public let variant: VariantID
        /// Units that were announced.
        public let expected: Int64
        /// Units that came and can be sold.
        public let received: Int64
        /// Units that came broken; they are written off.
        public let damaged: Int64
    }

    /// The order.
    public let id: InboundOrderID
    /// The shop.
    public let shop: ShopID
    /// Where the goods go.
    public let warehouse: WarehouseID
    /// The supplier's or the shop's own number.
    public let reference: String
    /// Where it stands.
    public let state: State
    /// When it was made.
    public let createdAt: Instant
    /// Its lines.
    public let lines: [Line]
}

extension Warehouses {
    /// Announces goods.
    ///
    /// - Parameter lines: units of each variant, of the shop's own.
    /// - Throws: ``InvalidField``, ``NotFound`` for a warehouse of another shop.
    public func expect(
        _ lines: [VariantID: Int64], at warehouse: WarehouseID, of shop: ShopID, reference: String,
        in transaction: any Transaction
    ) throws -> InboundOrder {
        let reference = try ValidatedText(reference, field: "reference", length: 0...100).value
        guard (1...500).contains(lines.count), lines.values.allSatisfy({ (1...1_000_000_000).contains($0) }) else {
            throw InvalidField(
                "lines", "must be 1–500 variants with 1 unit or more each.", zh: "须为 1–500 个规格，每个至少 1 件。")
        }
        _ = try Self.find(warehouse, of: shop, in: transaction)
        let id = source.identifier(InboundOrderKind.self)
        try transaction.send(
            """
            INSERT INTO inbound_orders (id, shop, warehouse, reference, state, created_at, changed_at)
            VALUES (\(id), \(shop), \(warehouse), \(reference), 'expected', \(source.now), \(source.now))
            """)
        for (variant, expected) in lines.sorted(by: { $0.key < $1.key }) {
            try transaction.send(
                "INSERT INTO inbound_lines (inbound, variant, expected) VALUES (\(id), \(variant), \(expected))")
        }
        return try Self.inbound(id, of: shop, in: transaction)
    }

    /// Notes goods that came; the flow puts them on hand. More may come than was announced.
    ///
    /// - Throws: ``NotFound``, ``InvalidField``, ``WarehouseProblem/inboundClosed``.
    public func receive(
        _ received: Int64, damaged: Int64, of variant: VariantID, for id: InboundOrderID,
        in transaction: any Transaction
    ) throws {
        let range: ClosedRange<Int64> = 0...1_000_000_000
        guard range.contains(received), range.contains(damaged), received + damaged > 0 else {
            throw InvalidField("received", "must be 1 unit or more, damaged ones included.", zh: "到货数量（含破损）至少为 1。")
        }
        let open = try transaction.run(
            """
            UPDATE inbound_orders SET state = 'receiving', changed_at = \(source.now)
            WHERE id = \(id) AND state IN ('expected', 'receiving')
            """)
        guard open == 1 else { throw WarehouseProblem.inboundClosed }
        let noted = try transaction.run(
            """
            UPDATE inbound_lines SET received = received + \(received), damaged = damaged + \(damaged)
            WHERE inbound = \(id) AND variant = \(variant)
            """)
        guard noted == 1 else { throw NotFound("line of the inbound order") }
    }

    /// Nothing more is awaited. Closing twice changes nothing.
    public func close(_ id: InboundOrderID, in transaction: any Transaction) throws {
        try transaction.run(
            "UPDATE inbound_orders SET state = 'closed', changed_at = \(source.now) WHERE id = \(id)")
    }

    /// An inbound order of a shop.
    ///
    /// - Throws: ``NotFound``, also when it is another shop's.
    public static func inbound(
        _ id: InboundOrderID, of shop: ShopID, in transaction: any Transaction
    ) throws -> InboundOrder {
        guard let found = try inbounds(where: "id = \(id) AND shop = \(shop)", in: transaction).first else {
            throw NotFound("inbound order")
        }
        return found
    }

    /// A shop's inbound orders, the newest first.
    public func inbounds(of shop: ShopID, limit: Int) async throws -> [InboundOrder] {
        try await store.read {
            try Self.inbounds(where: "shop = \(shop) ORDER BY created_at DESC, id DESC LIMIT \(limit)", in: $0)
        }
    }

    private static func inbounds(where condition: SQL, in transaction: any Transaction) throws -> [InboundOrder] {
        let rows = try transaction.rows("SELECT * FROM inbound_orders WHERE \(condition)")
        let ids = try rows.map { try $0.get("id", as: InboundOrderID.self) }
        var lines: [InboundOrderID: [InboundOrder.Line]] = [:]
        for row in try transaction.rows(
            "SELECT * FROM inbound_lines WHERE inbound IN \(list: ids) ORDER BY inbound, variant")
        {
            lines[try row.get("inbound"), default: []].append(
                InboundOrder.Line(
                    variant: try row.get("variant"), expected: try row.get("expected"),
                    received: try row.get("received"), damaged: try row.get("damaged")))
        }
        return try rows.map {
            let id: InboundOrderID = try $0.get("id")
            return InboundOrder(
                id: id, shop: try $0.get("shop"), warehouse: try $0.get("warehouse"),
                reference: try $0.get("reference"), state: try $0.get("state"), createdAt: try $0.get("created_at"),
                lines: lines[id] ?? [])
        }
    }
}
