import Kernel
import Store

extension Warehouses {
    /// An order whose goods have to leave.
    public struct OrderToShip: Sendable {
        let order: OrderID
        let shop: ShopID
        let region: String
        let lines: [FulfilmentLine]

        /// - Parameter region: where it goes.
        public init(order: OrderID, shop: ShopID, region: String, lines: [FulfilmentLine]) {
            self.order = order
            self.shop = shop
            self.region = region
            self.lines = lines
        }
    }

    /// Knows the lines of an order from now on. Those it knows stay as they are.
    ///
    /// - Returns: the lines as they stand.
    public func begin(_ order: OrderToShip, in transaction: any Transaction) throws -> [FulfilmentLine] {
        for line in order.lines.sorted(by: { $0.line < $1.line }) {
            try transaction.send(
                """
                INSERT INTO fulfilment_lines (line, order_id, shop, variant, reservation, quantity, withdrawn)
                VALUES (\(line.line), \(order.order), \(order.shop), \(line.variant), \(line.reservation),
                    \(line.quantity), \(line.withdrawn))
                ON CONFLICT (line) DO NOTHING
                """)
        }
        return try Self.fulfilment(of: order.order, in: transaction)
    }

    /// Puts units of an order into parcels and promises them goods.
    ///
    /// - Parameters:
    ///   - wanted: units of each line; everything that is in no parcel yet when it is absent.
    ///   - warehouse: where they are to leave; chosen by ``Allocation`` when it is absent.
    /// - Returns: the new parcels.
    /// - Throws: ``ShipmentProblem``, ``NotFound`` for a line of another order.
    public func plan(
        _ order: OrderToShip, _ wanted: [OrderLineID: Int64]?, from warehouse: WarehouseID?,
        in transaction: any Transaction
    ) throws -> [Shipment] {
        let lines = try Self.fulfilment(of: order.order, in: transaction)
        let units = try Self.chosen(wanted, of: lines)
        let known = Dictionary(lines.map { ($0.line, $0) }, uniquingKeysWith: { first, _ in first })
        var parcels: [WarehouseID: [OrderLineID: Int64]] = [:]
        let tracked = units.filter { known[$0.key]?.reservation != nil }
        let wants = tracked.sorted { $0.key < $1.key }.compactMap { line, quantity in
            known[line].map { Allocation.Want(line: line, variant: $0.variant, quantity: quantity) }
        }
        if !wants.isEmpty {
            let places = try places(for: wants, of: order.shop, only: warehouse, in: transaction)
            guard let chosen = Allocation.parcels(wants, from: places, to: order.region) else {
                throw ShipmentProblem.tooLittle
            }
            for parcel in chosen { parcels[parcel.warehouse] = parcel.units }
        }
        // What was sold elsewhere is not kept here; it leaves with the rest.
        let others = units.filter { known[$0.key]?.reservation == nil }
        if !others.isEmpty {
            let place = try parcels.keys.min() ?? standard(of: order.shop, in: transaction)
            parcels[place, default: [:]].merge(others) { $0 + $1 }
        }
        return try parcels.sorted { $0.key < $1.key }.map { place, units in
            try open(units, known, of: order, at: place, in: transaction)
        }
    }

    private static func chosen(
        _ wanted: [OrderLineID: Int64]?, of lines: [FulfilmentLine]
    ) throws -> [OrderLineID: Int64] {
        let left = Dictionary(lines.map { ($0.line, $0.unplanned) }, uniquingKeysWith: { first, _ in first })
        guard let wanted else { return left.filter { $0.value > 0 } }
        for (line, quantity) in wanted {
            guard let most = left[line] else { throw NotFound("order line") }
            guard quantity >= 1, quantity <= most else {
                throw ShipmentProblem.tooMany
            }
        }
        return wanted
    }

    private func places(
        for wants: [Allocation.Want], of shop: ShopID, only warehouse: WarehouseID?, in transaction: any Transaction
    ) throws -> [Allocation.Place] {
        let levels = Dictionary(
            grouping: try Self.levels(of: Array(Set(wants.map(\.variant))), in: transaction), by: \.warehouse)
        let all = try Self.all(of: shop, in: transaction)
        if let warehouse, !all.contains(where: { $0.id == warehouse }) { throw NotFound("warehouse") }
        return all.filter { warehouse == nil || $0.id == warehouse }.map { place in
            let free = (levels[place.id] ?? []).map { ($0.variant, $0.free) }
            return Allocation.Place(
                warehouse: place.id, region: place.region,
                free: Dictionary(free, uniquingKeysWith: { first, _ in first }))
        }
    }

    private func open(
        _ units: [OrderLineID: Int64], _ known: [OrderLineID: FulfilmentLine], of order: OrderToShip,
        at place: WarehouseID, in transaction: any Transaction
    ) throws -> Shipment {
        let (id, now) = (source.identifier(ShipmentKind.self), source.now)
        try transaction.send(
            """
            INSERT INTO shipments (id, order_id, shop, warehouse, state, created_at, changed_at)
            VALUES (\(id), \(order.order), \(order.shop), \(place), 'planned', \(now), \(now))
            """)
        for (line, quantity) in units.sorted(by: { $0.key < $1.key }) {
            guard let found = known[line] else { throw NotFound("order line") }
            let taken = try transaction.run(
                """
                UPDATE fulfilment_lines SET planned = planned + \(quantity)
                WHERE line = \(line) AND planned + shipped + withdrawn + \(quantity) <= quantity
                """)
            guard taken == 1 else { throw ShipmentProblem.tooMany }
            if found.reservation != nil {
                try promise(quantity, of: found.variant, at: place, in: transaction)
            }
            try transaction.send(
                """
                INSERT INTO shipment_lines (shipment, line, variant, quantity, is_tracked)
                VALUES (\(id), \(line), \(found.variant), \(quantity), \(found.reservation != nil))
                """)
        }
        try record(id, .planned, by: nil, in: transaction)
        return try Self.shipment(id, in: transaction)
    }

    /// Promises units that lie in a warehouse to a parcel, or takes the promise back.
    private func promise(
        _ units: Int64, of variant: VariantID, at place: WarehouseID, in transaction: any Transaction
    ) throws {
        let promised = try transaction.run(
            """
            UPDATE warehouse_levels SET allocated = allocated + \(units)
            WHERE variant = \(variant) AND warehouse = \(place) AND on_hand - allocated >= \(units)
                AND allocated + \(units) >= 0
            """)
        guard promised == 1 else { throw ShipmentProblem.tooLittle }
    }

    // MARK: From the shelf to the carrier

    /// Somebody took a unit of a line from the shelf.
    ///
    /// - Returns: whether there was one more to take.
    /// - Throws: ``ShipmentProblem/illegal(from:to:)`` when the parcel is closed.
    public func pick(
        _ line: OrderLineID, for shipment: Shipment, by person: PersonID?, in transaction: any Transaction
    ) throws -> Bool {
        guard shipment.state == .planned || shipment.state == .picking || shipment.state == .picked else {
            throw ShipmentProblem.illegal(from: shipment.state, to: .picking)
        }
        let taken = try transaction.run(
            """
            UPDATE shipment_lines SET picked = picked + 1
            WHERE shipment = \(shipment.id) AND line = \(line) AND picked < quantity
            """)
        guard taken == 1 else { return false }
        var now = shipment
        if now.state == .planned { now = try move(now, to: .picking, by: person, in: transaction) }
        let missing = try transaction.row(
            "SELECT 1 FROM shipment_lines WHERE shipment = \(shipment.id) AND picked < quantity LIMIT 1")
        if missing == nil { try move(now, to: .picked, by: person, in: transaction) }
        return true
    }

    /// A parcel goes on in the house.
    ///
    /// - Throws: ``ShipmentProblem/illegal(from:to:)``; ``StoreError/contention`` when somebody else moved it meanwhile.
    @discardableResult
    public func move(
        _ shipment: Shipment, to next: ShipmentState, by person: PersonID?, carrier: String? = nil,
        tracking: String? = nil, in transaction: any Transaction
    ) throws -> Shipment {
        guard shipment.state.canBecome(next) else { throw ShipmentProblem.illegal(from: shipment.state, to: next) }
        let moved = try transaction.run(
            """
            UPDATE shipments SET state = \(next.rawValue), changed_at = \(source.now),
                carrier = COALESCE(\(carrier), carrier), tracking = COALESCE(\(tracking), tracking)
            WHERE id = \(shipment.id) AND state = \(shipment.state.rawValue)
            """)
        guard moved == 1 else { throw StoreError.contention }
        try record(shipment.id, next, by: person, in: transaction)
        return try Self.shipment(shipment.id, in: transaction)
    }

    /// A carrier takes a parcel: its goods lie here no more.
    ///
    /// - Throws: ``ShipmentProblem/illegal(from:to:)`` unless it is packed.
    public func dispatch(
        _ shipment: Shipment, carrier: String, tracking: String, by person: PersonID?, in transaction: any Transaction
    ) throws -> Shipment {
        let left = try move(
            shipment, to: .shipped, by: person, carrier: carrier, tracking: tracking, in: transaction)
        for line in shipment.lines {
            try transaction.send(
                """
                UPDATE fulfilment_lines SET planned = planned - \(line.quantity), shipped = shipped + \(line.quantity)
                WHERE line = \(line.line)
                """)
            guard line.isTracked else { continue }
            let onHand: Int64? = try transaction.value(
                """
                UPDATE warehouse_levels SET allocated = allocated - \(line.quantity), on_hand = on_hand - \(line.quantity)
                WHERE variant = \(line.variant) AND warehouse = \(shipment.warehouse)
                    AND allocated >= \(line.quantity)
                RETURNING on_hand
                """)
            guard let onHand else { throw ShipmentProblem.tooLittle }
            let gone = Move(
                -line.quantity, of: line.variant, at: shipment.warehouse, .shipped, cause: shipment.order.description,
                by: person)
            try record(gone, of: shipment.shop, onHand: onHand, in: transaction)
        }
        return left
    }

    /// Opens a parcel that has not left: its goods are free again.
    ///
    /// - Throws: ``ShipmentProblem/illegal(from:to:)``.
    public func cancel(_ shipment: Shipment, by person: PersonID?, in transaction: any Transaction) throws {
        try move(shipment, to: .cancelled, by: person, in: transaction)
        for line in shipment.lines {
            try transaction.send(
                "UPDATE fulfilment_lines SET planned = planned - \(line.quantity) WHERE line = \(line.line)")
            guard line.isTracked else { continue }
            try promise(-line.quantity, of: line.variant, at: shipment.warehouse, in: transaction)
        }
    }

    /// Opens every parcel of an order that has not left.
    public func cancelAll(of order: OrderID, by person: PersonID?, in transaction: any Transaction) throws {
        for shipment in try Self.shipments(of: order, in: transaction) where shipment.state.isOpen {
            try cancel(shipment, by: person, in: transaction)
        }
    }

    /// Units of a line will not be shipped any more; parcels that hold some of it are opened, and what else was in them
    /// waits for a new one.
    ///
    /// - Returns: whether so many had still to leave.
    public func withdraw(
        _ quantity: Int64, of line: OrderLineID, from order: OrderID, in transaction: any Transaction
    ) throws -> Bool {
        guard let known = try Self.fulfilment(of: order, in: transaction).first(where: { $0.line == line }),
            known.rest >= quantity
        else { return false }
        if known.unplanned < quantity {
            for shipment in try Self.shipments(of: order, in: transaction)
            where shipment.state.isOpen && shipment.lines.contains(where: { $0.line == line }) {
                try cancel(shipment, by: nil, in: transaction)
            }
        }
        return try transaction.run(
            """
            UPDATE fulfilment_lines SET withdrawn = withdrawn + \(quantity)
            WHERE line = \(line) AND planned + shipped + withdrawn + \(quantity) <= quantity
            """) == 1
    }

    private func record(
        _ shipment: ShipmentID, _ state: ShipmentState, by person: PersonID?, in transaction: any Transaction
    ) throws {
        try transaction.send(
            """
            INSERT INTO shipment_steps (shipment, position, state, person, happened_at)
            SELECT \(shipment), COUNT(*) + 1, \(state.rawValue), \(person), \(source.now) FROM shipment_steps
            WHERE shipment = \(shipment)
            """)
    }
}
