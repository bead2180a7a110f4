import AfterSales
import Flows
import HTTP
import Kernel
import Ledger
import Orders
import Payments
import Store
import Testing
import Warehouse

/// What a clerk does with orders.
extension Clerk {
    /// An order that was paid for.
    func paid(_ units: Int64, by buyer: Identity) async throws -> Order {
        let placed = try await bazaar.buy(units, by: buyer.person)
        try await SettlePayments(bazaar.market).returned(to: placed.group, by: buyer.person)
        return try #require(try await bazaar.market.orders.group(placed.group)?.orders.first)
    }

    @discardableResult
    func ship(_ order: OrderID, _ units: [OrderLineID: Int64]?, tracking: String) async throws -> Order {
        try await ShipParcels(bazaar.market).ship(
            .init(units), of: order, with: Carriage(carrier: "SF", tracking: tracking), Command(by: identity))
    }

    func openParcels() async throws -> [Shipment] {
        try await bazaar.market.warehouses.openShipments(of: bazaar.shop, limit: 50)
    }

    func holdback(of line: OrderLineID) async throws -> [Holdback] {
        try await bazaar.market.store.read { try Ledger.holdbacks(of: [line], in: $0) }
    }

    func refund(_ units: Int64, of order: Order, by buyer: Identity) async throws -> AfterSaleCase {
        try await ask(.refund, units, of: order, by: buyer)
    }

    /// Goods on their way back.
    func sendHome(_ units: Int64, of order: Order, by buyer: Identity) async throws -> AfterSaleCase {
        let found = try await ask(.return, units, of: order, by: buyer)
        _ = try await AnswerAfterSaleCase(bazaar.market)(found.id, approves: true, note: "", Command(by: identity))
        return try await ReturnGoods(bazaar.market).send(
            found.id, carrier: "SF", tracking: "back", Command(by: buyer))
    }

    private func ask(
        _ kind: AfterSaleKind, _ units: Int64, of order: Order, by buyer: Identity
    ) async throws -> AfterSaleCase {
        try await OpenAfterSaleCase(bazaar.market)(
            .init(kind, reason: .other, note: "", lines: [.init(line: order.lines[0].id, quantity: units)]),
            about: order.id, Command(by: buyer))
    }

    /// What the provider says of refunds that it was asked for.
    func confirmRefunds(of order: Order) async throws {
        try await SettlePayments(bazaar.market).processRefunds()
        let intent = try #require(try await bazaar.market.payments.intent(of: order.group))
        for refund in try await bazaar.market.payments.refunds(of: intent.id) where refund.state == .requested {
            let event = ProviderEvent(
                id: "\(refund.id)", intent: intent.id, refund: refund.id, state: .succeeded,
                amount: Money(refund.amount, .cny))
            try await bazaar.market.payments.keep(
                event, payload: "\(refund.id) \(intent.id) \(refund.amount) \(refund.id)", from: "test")
        }
        try await SettlePayments(bazaar.market).processWebhooks()
    }
}
