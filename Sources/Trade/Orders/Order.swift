import Kernel
import Store

/// Where an order stands. Payment, fulfilment and after-sale have machines of their own; this one is what buyer and shop
/// both see.
public enum OrderState: String, Sendable, Codable, CaseIterable, SQLReadable {
    /// Placed; the stock is reserved and nothing is paid yet.
    case placed
    /// Paid; the shop has to ship.
    case paid
    /// Handed to a carrier.
    case shipped
    /// The buyer has it.
    case completed
    /// Ended before it was shipped; what was paid goes back.
    case cancelled

    /// Every legal transition; the documentation's drawing is made from this.
    public static let transitions: [OrderState: Set<OrderState>] = [
        .placed: [.paid, .cancelled],
        .paid: [.shipped, .cancelled],
        .shipped: [.completed],
        .completed: [],
        .cancelled: [],
    ]

    /// Whether an order may go from here to `next`.
    public func canBecome(_ next: OrderState) -> Bool { Self.transitions[self, default: []].contains(next) }
}

/// An order can't go where somebody wants it; it stayed where it was.
public struct IllegalOrderTransition: Problem, Equatable {
    /// Where it stands.
    public let from: OrderState
    /// Where it was to go.
    public let to: OrderState

    /// It can't go from `from` to `to`.
    public init(from: OrderState, to: OrderState) {
        self.from = from
        self.to = to
    }

    public var details: ProblemDetails {
        ProblemDetails(
            .conflict, "illegal-order-transition",
            "The order is \(from.rawValue), so it can't become \(to.rawValue). Reload the page to see how it stands.",
            zh: "订单当前状态不允许此操作，请刷新页面查看最新状态。")
    }
}

/// Where goods go; kept with the order as it was.
public struct Address: Sendable, Codable, Equatable {
    /// Who receives.
    public let name: String
    /// How to reach them.
    public let phone: String
    /// Province or state.
    public let region: String
    /// City.
    public let city: String
    /// Street, house, floor.
    public let street: String

    /// Checks what somebody typed.
    ///
    /// - Throws: ``InvalidField``.
    public init(name: String, phone: String, region: String, city: String, street: String) throws {
        self.name = try ValidatedText(name, field: "name", length: 1...60).value
        self.region = try ValidatedText(region, field: "region", length: 1...60).value
        self.city = try ValidatedText(city, field: "city", length: 1...60).value
        self.street = try ValidatedText(street, field: "street", length: 1...200).value
        let phone = try ValidatedText(phone, field: "phone", length: 5...20).value
        guard phone.allSatisfy({ $0.isNumber || "+- ()".contains($0) }) else {
            throw InvalidField("phone", "may hold digits, spaces and +-() only.", zh: "电话只能包含数字、空格和 +-()。")
        }
        self.phone = phone
    }
}

/// What set a unit's price, so that a sale can be explained long after the rules have changed.
public struct PriceReason: Sendable, Equatable {
    /// The rule, for example `deal`.
    public let rule: String
    /// The version of the precedence that chose it.
    public let version: Int
    /// The offer or flash lot behind it.
    public let source: String?

    /// A reason.
    public init(rule: String, version: Int, source: String?) {
        self.rule = rule
        self.version = version
        self.source = source
    }
}

/// A line as it was sold: nothing that changes later changes it.
public struct OrderLine: Sendable, Equatable {
    /// The line.
    public let id: OrderLineID
    /// The product.
    public let product: ProductID
    /// The variant.
    public let variant: VariantID
    /// Units.
    public let quantity: Int64
    /// Title when it was sold.
    public let title: Localized
    /// Spec when it was sold.
    public let spec: Localized
    /// Cover when it was sold.
    public let image: String?
    /// What one unit cost.
    public let unitPrice: Money
    /// The struck-through price, if there was one.
    public let listAmount: Int64?
    /// What the units cost before discounts, delivery and tax.
    public let amount: Money
    /// The stock that is held for it; absent for imported orders.
    public let reservation: ReservationID?
    /// The slate that led to it, if one did.
    public let slate: SlateID?
    /// Discounts, delivery and tax; absent for imported orders and those of early versions.
    public let charges: LineCharges?
    /// What set the price; absent for imported orders and those of early versions.
    public let reason: PriceReason?

    /// A line.
    public init(
        id: OrderLineID, product: ProductID, variant: VariantID, quantity: Int64, title: Localized, spec: Localized,
        image: String?, unitPrice: Money, listAmount: Int64?, amount: Money, reservation: ReservationID?,
        slate: SlateID?, charges: LineCharges? = nil, reason: PriceReason? = nil
    ) {
        self.id = id
        self.product = product
        self.variant = variant
        self.quantity = quantity
        self.title = title
        self.spec = spec
        self.image = image
        self.unitPrice = unitPrice
        self.listAmount = listAmount
        self.amount = amount
        self.reservation = reservation
        self.slate = slate
        self.charges = charges
        self.reason = reason
    }

    /// What the buyer pays for the line, delivery and tax with it.
    ///
    /// - Throws: ``MoneyError``.
    public func paid() throws(MoneyError) -> Money { try charges?.paid(amount) ?? amount }
}

/// What one buyer bought at one shop at one checkout.
public struct Order: Sendable, Equatable {
    /// The order.
    public let id: OrderID
    /// The checkout it belongs to.
    public let group: OrderGroupID
    /// The shop.
    public let shop: ShopID
    /// The buyer.
    public let buyer: PersonID
    /// Where it stands.
    public let state: OrderState
    /// What the buyer pays for it.
    public let total: Money
    /// Who carries it, once shipped.
    public let carrier: String?
    /// The carrier's number, once shipped.
    public let tracking: String?
    /// Why it was cancelled.
    public let reason: String?
    /// When it was placed.
    public let createdAt: Instant
    /// When it last changed.
    public let changedAt: Instant
    /// Its lines.
    public let lines: [OrderLine]
}

/// A step in an order's life.
public struct OrderStep: Sendable, Equatable {
    /// Where it went.
    public let state: OrderState
    /// Who did it; `nil` for the platform.
    public let person: PersonID?
    /// What else is known.
    public let note: String
    /// When.
    public let at: Instant
}

/// Everything bought at one checkout.
public struct OrderGroup: Sendable, Equatable {
    /// The group.
    public let id: OrderGroupID
    /// The buyer.
    public let buyer: PersonID
    /// What is paid at once.
    public let total: Money
    /// Where it goes.
    public let address: Address
    /// Until when the stock is held without payment.
    public let reservedUntil: Instant
    /// When it was placed.
    public let createdAt: Instant
    /// One order per shop.
    public let orders: [Order]
}
