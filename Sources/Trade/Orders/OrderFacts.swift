import Journal
import Kernel

/// An order went somewhere; placing counts.
public struct OrderChanged: FactContent {
    public static let topic = "orders.order_changed"

    /// What was sold, as far as followers need it.
    public struct Line: Sendable, Codable {
        /// The product.
        public let product: ProductID
        /// Units.
        public let quantity: Int64
        /// What the line cost, in minor units.
        public let amount: Int64
        /// The slate that led to it.
        public let slate: SlateID?
    }

    /// The order.
    public let order: OrderID
    /// Its shop.
    public let shop: ShopID
    /// Its buyer.
    public let buyer: PersonID
    /// Where it stands now.
    public let state: OrderState
    /// When it happened; for imported orders, long before it was appended.
    public let time: Instant
    /// When it was paid, where it was shipped or cancelled after that; absent in facts of early versions.
    public let paidAt: Instant?
    /// Its lines.
    public let lines: [Line]
    public var key: String { buyer.description }

    init(_ order: Order, state: OrderState, at time: Instant, paidAt: Instant? = nil) {
        self.order = order.id
        shop = order.shop
        buyer = order.buyer
        self.state = state
        self.time = time
        self.paidAt = paidAt
        lines = order.lines.map {
            Line(product: $0.product, quantity: $0.quantity, amount: $0.amount.amount, slate: $0.slate)
        }
    }
}
