import AfterSales
import HTTP
import Kernel
import Ledger
import Orders
import Payments
import Stock
import Store
import Warehouse

/// What a step of an after-sale case means for money, goods and books; every use case goes through here.
struct AfterSaleSteps {
    let market: Marketplace

    /// Runs a use case on a case as it stands now, once for its key.
    func run(
        _ id: AfterSaleCaseID, _ command: Command,
        _ body: @escaping @Sendable (AfterSaleCase, any Transaction) throws -> Void
    ) async throws -> AfterSaleCase {
        let now = market.source.now
        return try await market.store.write { transaction in
            _ = try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try body(try current(id, in: transaction), transaction)
                return id
            }
            return try AfterSales.find(id, in: transaction)
        }
    }

    /// A case after what the passing of time has made of it.
    func current(_ id: AfterSaleCaseID, in transaction: any Transaction) throws -> AfterSaleCase {
        var found = try AfterSales.find(id, in: transaction)
        while let lapse = found.lapse(at: market.source.now) {
            found = try step(lapse, found, by: nil, note: "time passed", in: transaction)
        }
        return found
    }

    /// Lets an event happen with everything that follows from it.
    @discardableResult
    func step(
        _ event: AfterSaleEvent, _ found: AfterSaleCase, by person: PersonID?, note: String = "",
        amount: Money? = nil, carrier: String? = nil, tracking: String? = nil, arrival: ReturnedGoods = .init(),
        in transaction: any Transaction
    ) throws -> AfterSaleCase {
        guard let order = try Orders.order(found.order, in: transaction) else { throw NotFound("order") }
        let products = Set(Self.units(of: found, order).map(\.line.product)).sorted()
        let moved = try market.afterSales.apply(
            event, to: found, by: person, note: note, amount: amount, carrier: carrier, tracking: tracking,
            products: products, paidAt: try Orders.paidAt(order.id, in: transaction), in: transaction)
        if event == .passInspection { try takeIn(moved, order, arrival, by: person, in: transaction) }
        if event == .shipReplacement { try sendOut(moved, by: person, in: transaction) }
        if event == .runOut { try market.stock.release(held(for: moved, in: transaction), in: transaction) }
        switch moved.state {
        case .refunding: return try refund(moved, order, by: event, in: transaction)
        case .replacing: return try replace(moved, order, in: transaction)
        case .completed, .closed: try market.ledger.unblock(moved.lines.map(\.line), in: transaction)
        default: break
        }
        return moved
    }

    /// The parts of each line go back in the books, the money is promised to the buyer, and goods that were never
    /// shipped can be sold again.
    private func refund(
        _ found: AfterSaleCase, _ order: Order, by event: AfterSaleEvent, in transaction: any Transaction
    ) throws -> AfterSaleCase {
        // The warehouse has to know the order as it was before, to tell what goes back from what has left.
        if order.state == .paid, found.amount == nil { try ShipParcels(market).begin(order, in: transaction) }
        var total = Money.zero(found.currency)
        for (line, measure) in try measures(of: found, order, in: transaction) {
            let back = try market.ledger.takeBack(
                measure, of: line, cause: found.id.description, in: transaction)
            total = try total.adding(back)
        }
        if let intent = try Payments.intent(of: order.group, in: transaction) {
            try market.payments.refund(total, of: intent.id, for: found.id.description, in: transaction)
        }
        if order.state == .paid, found.amount == nil { try giveBack(found, order, in: transaction) }
        // Nothing to wait for when nothing was paid.
        guard total.amount > 0 else { return try step(.confirmRefund, found, by: nil, in: transaction) }
        return found
    }

    /// How much of each line goes back. What went back by another way meanwhile doesn't go back again.
    private func measures(
        of found: AfterSaleCase, _ order: Order, in transaction: any Transaction
    ) throws -> [(OrderLineID, RefundMeasure)] {
        let withShipping = order.state == .paid || found.reason.isFaultOfShop
        let books = try found.lines.compactMap { line in
            try Ledger.line(line.line, in: transaction).map { (line, $0.remainder) }
        }
        guard let amount = found.amount else {
            return books.compactMap { line, left in
                let units = min(line.quantity, left.quantity)
                return units > 0 ? (line.line, .units(units, withShipping: withShipping)) : nil
            }
        }
        let weights = books.map(\.1.goodsPaid)
        guard weights.contains(where: { $0 > 0 }) else { return [] }
        return zip(books, try amount.split(by: weights)).compactMap { book, part in
            let money = min(part.amount, book.1.goodsPaid)
            return money > 0 ? (book.0.line, .amount(money)) : nil
        }
    }

    /// Units that are not going to be shipped. When nothing has still to leave, the order ends, or is shipped if a part of
    /// it has left.
    private func giveBack(_ found: AfterSaleCase, _ order: Order, in transaction: any Transaction) throws {
        for line in found.lines {
            guard let reservation = order.lines.first(where: { $0.id == line.line })?.reservation,
                try market.warehouses.withdraw(line.quantity, of: line.line, from: order.id, in: transaction)
            else { continue }
            try market.stock.giveBack(line.quantity, of: reservation, in: transaction)
        }
        let lines = try Warehouses.fulfilment(of: order.id, in: transaction)
        guard lines.allSatisfy({ $0.rest == 0 }) else { return }
        guard lines.allSatisfy({ $0.shipped == 0 }) else {
            return try ShipParcels(market).finish(order, with: nil, by: nil, in: transaction)
        }
        try market.orders.move(order.id, to: .cancelled, by: nil, note: "refunded", in: transaction)
        try KeepCoupons(market: market).release([order], in: transaction)
    }

    /// Goods came back: those that can be sold again lie in a warehouse, the others are written off.
    private func takeIn(
        _ found: AfterSaleCase, _ order: Order, _ arrival: ReturnedGoods, by person: PersonID?,
        in transaction: any Transaction
    ) throws {
        let goods = KeepGoods(market: market)
        let place = try goods.place(arrival.warehouse, of: found.shop, in: transaction)
        for (line, quantity) in Self.units(of: found, order) {
            let move = Move(
                quantity, of: line.variant, at: place, .returned, cause: found.id.description, by: person)
            if arrival.isResellable {
                try goods.change(move, of: found.shop, in: transaction)
            } else {
                try goods.writeOff(move, of: found.shop, in: transaction)
            }
        }
    }

    /// The goods of an exchange leave the house.
    private func sendOut(_ found: AfterSaleCase, by person: PersonID?, in transaction: any Transaction) throws {
        let goods = KeepGoods(market: market)
        for held in try Stock.reservations(for: found.id.description, in: transaction) {
            let sent = GoodsSent(
                variant: held.variant, quantity: held.units, reservation: held.id, cause: found.id.description,
                person: person)
            try goods.send(sent, of: found.shop, in: transaction)
        }
    }

    private func held(for found: AfterSaleCase, in transaction: any Transaction) throws -> [ReservationID] {
        try Stock.reservations(for: found.id.description, in: transaction).map(\.id)
    }

    /// Takes the goods for an exchange; without them the money goes back instead.
    private func replace(
        _ found: AfterSaleCase, _ order: Order, in transaction: any Transaction
    ) throws -> AfterSaleCase {
        let demands = Self.units(of: found, order).map {
            Demand(variant: $0.line.variant, shop: order.shop, quantity: $0.quantity)
        }
        let available = try market.stock.available(demands.map(\.variant), in: transaction)
        let totals = Dictionary(grouping: demands, by: \.variant).mapValues { $0.reduce(0) { $0 + $1.quantity } }
        guard totals.allSatisfy({ available[$0.key, default: 0] >= $0.value }) else {
            return try step(.runOut, found, by: nil, note: "sold out", in: transaction)
        }
        let held = try market.stock.reserve(demands, until: market.source.now + .minutes(1), in: transaction)
        _ = try market.stock.commit(Array(held.values), in: transaction)
        try market.stock.bind(Array(held.values), to: found.id.description, in: transaction)
        return found
    }

    private static func units(of found: AfterSaleCase, _ order: Order) -> [(line: OrderLine, quantity: Int64)] {
        found.lines.compactMap { line in
            order.lines.first { $0.id == line.line }.map { ($0, line.quantity) }
        }
    }
}

/// What an inspection made of goods that came back.
public struct ReturnedGoods: Sendable, Equatable {
    /// Whether they can be sold again; if not, they are written off.
    public let isResellable: Bool
    /// Where they lie; the shop's default warehouse when it is absent.
    public let warehouse: WarehouseID?

    /// Goods came back.
    public init(isResellable: Bool = true, warehouse: WarehouseID? = nil) {
        self.isResellable = isResellable
        self.warehouse = warehouse
    }
}

/// Who sends a command, and under which key.
public struct Command: Sendable {
    /// Who.
    public let identity: Identity
    /// The caller's key.
    public let key: IdempotencyKey?
    /// What was asked.
    public let fingerprint: String

    /// A command of somebody; without a key it simply runs.
    public init(by identity: Identity, key: IdempotencyKey? = nil, fingerprint: String = "") {
        self.identity = identity
        self.key = key
        self.fingerprint = fingerprint
    }
}

extension AfterSaleCase {
    /// - Throws: ``NotFound`` unless the caller is the buyer.
    func requireBuyer(_ identity: Identity) throws {
        guard identity.person == buyer else {
            throw NotFound("after-sale case")
        }
    }

    /// - Throws: ``NotFound`` unless the caller works at the shop, ``Forbidden`` in another part there.
    func requireStaff(_ identity: Identity, _ permission: ShopPermission = .cases) throws {
        do { try identity.require(permission, at: shop) } catch is NotFound { throw NotFound("after-sale case") }
    }

    /// Buyer, the shop's staff or an operator.
    func requireParty(_ identity: Identity) throws {
        if identity.person != buyer { try requireStaff(identity, .orders) }
    }
}
