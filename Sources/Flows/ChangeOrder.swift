import AfterSales
import HTTP
import Kernel
import Orders
import Payments
import Shops
import Stock
import Store
import Warehouse

/// What buyer and shop do with an order after it was placed. Each checks whose order it is.
public struct ChangeOrder: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// The buyer or the shop cancels before shipment: stock goes back, and what was paid is refunded. With a key, once
    /// however often it is sent.
    ///
    /// - Returns: the order as it stands then.
    /// - Throws: ``NotFound``, ``IllegalOrderTransition``, ``ShipmentProblem/partlyShipped``, ``IdempotencyKeyReused``.
    public func cancel(
        _ id: OrderID, by identity: Identity, reason: String, key: IdempotencyKey? = nil
    ) async throws -> Order {
        let reason = try ValidatedText(reason, field: "reason", length: 0...200).value
        return try await market.store.write { [self] transaction in
            _ = try transaction.once(key, fingerprint: "cancel \(id) \(reason)", at: market.source.now) {
                try cancel(id, by: identity, reason: reason, in: transaction)
                return true
            }
            return try Self.order(id, for: identity, who: .service, in: transaction)
        }
    }

    private func cancel(
        _ id: OrderID, by identity: Identity, reason: String, in transaction: any Transaction
    ) throws {
        let order = try Self.order(id, for: identity, who: .service, in: transaction)
        let wasPaid = order.state == .paid
        guard try Warehouses.fulfilment(of: id, in: transaction).allSatisfy({ $0.shipped == 0 }) || !wasPaid else {
            throw ShipmentProblem.partlyShipped
        }
        let steps = AfterSaleSteps(market: market)
        for open in try AfterSales.cases(about: id, in: transaction)
        where AfterSaleMachine.next(open.state, .withdraw, kind: open.kind) != nil {
            try steps.step(.withdraw, open, by: identity.person, note: "cancelled", in: transaction)
        }
        try market.orders.move(
            id, to: .cancelled, by: identity.person, note: reason, in: transaction)
        try market.warehouses.cancelAll(of: id, by: identity.person, in: transaction)
        try market.stock.release(order.lines.compactMap(\.reservation), in: transaction)
        try KeepCoupons(market: market).release([order], in: transaction)
        if identity.person != order.buyer {
            try TrailNote(.orderCancelled, of: id, [TrailChange("reason", was: nil, now: reason)]).keep(
                in: market.shops, by: identity, at: order.shop, in: transaction)
        }
        if let intent = try Payments.intent(of: order.group, in: transaction) {
            if wasPaid {
                try KeepBooks(market: market).takeBack(order, of: intent, in: transaction)
            } else {
                try cancelUnpaid(order.group, intent, market, in: transaction)
            }
        }
    }

    /// The shop hands everything that has still to leave to a carrier; see ``ShipParcels``.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, ``IllegalOrderTransition``, ``InvalidField``,
    ///   ``AfterSaleProblem/alreadyOpen``.
    public func ship(_ id: OrderID, by identity: Identity, carrier: String, tracking: String) async throws -> Order {
        try await ShipParcels(market).ship(
            .init(), of: id, with: try Carriage(carrier: carrier, tracking: tracking), Command(by: identity))
    }

    /// The buyer has the goods.
    ///
    /// - Throws: ``NotFound``, ``IllegalOrderTransition``.
    public func confirmReceipt(_ id: OrderID, by buyer: PersonID) async throws -> Order {
        try await market.store.write { [market] transaction in
            guard let order = try Orders.order(id, in: transaction), order.buyer == buyer else {
                throw NotFound("order")
            }
            let completed = try market.orders.move(id, to: .completed, by: buyer, in: transaction)
            try KeepBooks(market: market).received(completed, in: transaction)
            return completed
        }
    }

    /// An order as its buyer or its shop may see it.
    ///
    /// - Throws: ``NotFound`` for anybody else.
    public func order(_ id: OrderID, for identity: Identity) async throws -> Order {
        try await market.store.read { try Self.order(id, for: identity, in: $0) }
    }

    private static func order(
        _ id: OrderID, for identity: Identity, who permission: ShopPermission = .orders,
        in transaction: any Transaction
    ) throws -> Order {
        guard let order = try Orders.order(id, in: transaction) else { throw NotFound("order") }
        guard order.buyer != identity.person else { return order }
        do { try identity.require(permission, at: order.shop) } catch {
            throw NotFound("order")
        }
        return order
    }

    /// One payment covers the group: as soon as one of its orders is cancelled unpaid, all of them are.
    private func cancelUnpaid(
        _ group: OrderGroupID, _ intent: PaymentIntent, _ market: Marketplace, in transaction: any Transaction
    ) throws {
        _ = try market.payments.move(intent.id, to: .cancelled, in: transaction)
        let open = (try Orders.group(group, in: transaction)?.orders ?? []).filter { $0.state == .placed }
        for order in open {
            try market.orders.move(order.id, to: .cancelled, by: intent.buyer, in: transaction)
            try market.stock.release(order.lines.compactMap(\.reservation), in: transaction)
        }
        try KeepCoupons(market: market).release(open, in: transaction)
    }
}
