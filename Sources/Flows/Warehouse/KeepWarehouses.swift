import HTTP
import Kernel
import Stock
import Store
import Warehouse

/// A shop's warehouses, what moves between them, and what comes in.
public struct KeepWarehouses: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Adds a warehouse.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, ``InvalidField``.
    public func add(name: String, region: String, to shop: ShopID, _ command: Command) async throws -> Warehouse {
        try command.identity.require(.places, at: shop)
        return try await market.store.write { [market, now = market.source.now] transaction in
            let id = try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                // What a shop had before it named a warehouse lies in one of its own.
                _ = try market.warehouses.standard(of: shop, in: transaction)
                return try market.warehouses.add(name: name, region: region, to: shop, in: transaction)
            }
            return try Warehouses.find(id, of: shop, in: transaction)
        }
    }

    /// Names a warehouse, opens or closes it, or makes it the default.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, ``InvalidField``, ``WarehouseProblem``.
    public func change(_ warehouse: Warehouse, _ command: Command) async throws -> Warehouse {
        try command.identity.require(.places, at: warehouse.shop)
        // What nobody has asked for yet lies in the default of today, not in that of tomorrow.
        if warehouse.isDefault { try await KeepGoods(market: market).openAll(of: warehouse.shop) }
        return try await market.store.write { [market] transaction in
            try market.warehouses.change(warehouse, in: transaction)
            return try Warehouses.find(warehouse.id, of: warehouse.shop, in: transaction)
        }
    }

    /// A shop's warehouses; there is always one.
    ///
    /// - Throws: ``NotFound`` for whoever does not work there.
    public func all(of shop: ShopID, by identity: Identity) async throws -> [Warehouse] {
        try identity.require(.see, at: shop)
        let known = try await market.warehouses.all(of: shop)
        guard known.isEmpty else { return known }
        return try await market.store.write { [market] transaction in
            _ = try market.warehouses.standard(of: shop, in: transaction)
            return try Warehouses.all(of: shop, in: transaction)
        }
    }

    /// Goods on their way from one warehouse to another.
    public struct Transfer: Sendable {
        let variant: VariantID
        let from: WarehouseID
        let to: WarehouseID
        let quantity: Int64
        let note: String

        public init(_ quantity: Int64, of variant: VariantID, from: WarehouseID, to: WarehouseID, note: String) {
            self.quantity = quantity
            self.variant = variant
            self.from = from
            self.to = to
            self.note = note
        }
    }

    /// Moves goods; what can be sold doesn't change.
    ///
    /// - Returns: what lies in the second warehouse now.
    /// - Throws: ``NotFound``, ``Forbidden``, ``InvalidField``, ``WarehouseProblem/tooFewThere(_:)``.
    public func transfer(_ transfer: Transfer, of shop: ShopID, _ command: Command) async throws -> Int64 {
        try command.identity.require(.stock, at: shop)
        let note = try ValidatedText(transfer.note, field: "note", length: 0...500).value
        guard (1...1_000_000_000).contains(transfer.quantity), transfer.from != transfer.to else {
            throw InvalidField(
                "quantity", "must be 1 or more, from one warehouse to another.", zh: "数量至少为 1，且须在不同仓库之间调拨。")
        }
        return try await market.store.write { [self, now = market.source.now] transaction in
            try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try move(transfer, note, of: shop, by: command.identity.person, in: transaction)
            }
        }
    }

    private func move(
        _ transfer: Transfer, _ note: String, of shop: ShopID, by person: PersonID, in transaction: any Transaction
    ) throws -> Int64 {
        let goods = KeepGoods(market: market)
        try goods.own([transfer.variant], of: shop, in: transaction)
        _ = try Warehouses.find(transfer.from, of: shop, in: transaction)
        guard try Warehouses.find(transfer.to, of: shop, in: transaction).isActive else { throw NotFound("warehouse") }
        try goods.open(transfer.variant, of: shop, in: transaction)
        let out = Move(
            -transfer.quantity, of: transfer.variant, at: transfer.from, .transferred, note: note,
            cause: transfer.to.description, by: person)
        try market.warehouses.move(out, of: shop, in: transaction)
        let into = Move(
            transfer.quantity, of: transfer.variant, at: transfer.to, .transferred, note: note,
            cause: transfer.from.description, by: person)
        return try market.warehouses.move(into, of: shop, in: transaction)
    }

    // MARK: What comes in

    /// Announces goods.
    ///
    /// - Parameter lines: units of each variant.
    /// - Throws: ``NotFound``, ``Forbidden``, ``InvalidField``.
    public func expect(
        _ lines: [VariantID: Int64], at warehouse: WarehouseID?, of shop: ShopID, reference: String, _ command: Command
    ) async throws -> InboundOrder {
        try command.identity.require(.stock, at: shop)
        return try await market.store.write { [market, now = market.source.now] transaction in
            let id = try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                let goods = KeepGoods(market: market)
                try goods.own(Array(lines.keys), of: shop, in: transaction)
                let place = try goods.place(warehouse, of: shop, in: transaction)
                return try market.warehouses.expect(
                    lines, at: place, of: shop, reference: reference, in: transaction
                ).id
            }
            return try Warehouses.inbound(id, of: shop, in: transaction)
        }
    }

    /// Units of a variant that came.
    public struct Arrival: Sendable {
        let variant: VariantID
        let received: Int64
        let damaged: Int64

        /// - Parameters:
        ///   - received: units that can be sold.
        ///   - damaged: units that are written off at once.
        public init(_ received: Int64, damaged: Int64, of variant: VariantID) {
            self.variant = variant
            self.received = received
            self.damaged = damaged
        }
    }

    /// Goods came: they lie in the warehouse and can be sold; broken ones are written off.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, ``InvalidField``, ``WarehouseProblem/inboundClosed``.
    public func receive(
        _ arrivals: [Arrival], for id: InboundOrderID, of shop: ShopID, _ command: Command
    ) async throws -> InboundOrder {
        try command.identity.require(.stock, at: shop)
        guard (1...500).contains(arrivals.count) else {
            throw InvalidField("lines", "must be 1–500.", zh: "须为 1–500 条。")
        }
        return try await market.store.write { [self, now = market.source.now] transaction in
            _ = try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                let inbound = try Warehouses.inbound(id, of: shop, in: transaction)
                for arrival in arrivals {
                    try receive(arrival, for: inbound, by: command.identity.person, in: transaction)
                }
                return id
            }
            return try Warehouses.inbound(id, of: shop, in: transaction)
        }
    }

    private func receive(
        _ arrival: Arrival, for inbound: InboundOrder, by person: PersonID, in transaction: any Transaction
    ) throws {
        try market.warehouses.receive(
            arrival.received, damaged: arrival.damaged, of: arrival.variant, for: inbound.id, in: transaction)
        let goods = KeepGoods(market: market)
        func move(_ units: Int64) -> Move {
            Move(
                units, of: arrival.variant, at: inbound.warehouse, .received, cause: inbound.id.description, by: person)
        }
        if arrival.received > 0 {
            try goods.change(move(arrival.received), of: inbound.shop, in: transaction)
        }
        if arrival.damaged > 0 { try goods.writeOff(move(arrival.damaged), of: inbound.shop, in: transaction) }
    }

    /// Nothing more is awaited.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func close(_ id: InboundOrderID, of shop: ShopID, _ command: Command) async throws -> InboundOrder {
        try command.identity.require(.stock, at: shop)
        return try await market.store.write { [market] transaction in
            _ = try Warehouses.inbound(id, of: shop, in: transaction)
            try market.warehouses.close(id, in: transaction)
            return try Warehouses.inbound(id, of: shop, in: transaction)
        }
    }
}
