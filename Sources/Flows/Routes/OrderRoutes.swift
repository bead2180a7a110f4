import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Orders
import Payments

/// Units of a variant for the cart.
struct CartChange: Documented {
    let variant: VariantID
    let quantity: Int64
    let slate: SlateID?
    static let example = CartChange(variant: Identifier(rawValue: 2), quantity: 1, slate: Identifier(rawValue: 4))
}

/// A new quantity of a line; 0 removes it.
struct QuantityBody: Documented {
    let quantity: Int64
    static let example = QuantityBody(quantity: 2)
}

/// A line of the cart with what it costs now.
struct CartLineBody: Documented {
    let variant: VariantID
    let product: ProductID
    let shop: ShopID
    let title: String
    let spec: String
    let quantity: Int64
    let amount: Int64?
    let shownAmount: Int64
    let currency: Currency?
    let available: Int64
    let isBuyable: Bool
    static let example = CartLineBody(
        variant: Identifier(rawValue: 2), product: Identifier(rawValue: 1), shop: Identifier(rawValue: 8),
        title: "Mountain green tea", spec: "250 g", quantity: 2, amount: 4_900, shownAmount: 4_900, currency: .cny,
        available: 12, isBuyable: true)
}

/// The cart with live prices and stock.
struct CartBody: Documented {
    let lines: [CartLineBody]
    let totals: [Money]
    let isBuyable: Bool
    static let example = CartBody(lines: [.example], totals: [Money(9_800, .cny)], isBuyable: true)
}

/// A line as the buyer saw it.
struct NewOrderLineBody: Documented {
    let variant: VariantID
    let quantity: Int64
    /// What one unit cost when the buyer saw it, in minor units.
    let amount: Int64
    let slate: SlateID?
    static let example = NewOrderLineBody(
        variant: Identifier(rawValue: 2), quantity: 2, amount: 4_900, slate: Identifier(rawValue: 4))
}

/// Where goods go.
struct AddressBody: Documented {
    let name: String
    let phone: String
    let region: String
    let city: String
    let street: String
    static let example = AddressBody(
        name: "Lin", phone: "+86 139 0000 0000", region: "Zhejiang", city: "Hangzhou", street: "1 West Lake Road")
}

/// What is to be ordered: what a quote says; or lines as they were shown.
struct NewOrderBody: Documented {
    let quote: QuoteID?
    let lines: [NewOrderLineBody]?
    /// Coupons for the lines.
    let coupons: [CouponID]?
    /// What the lines were shown to cost in all, in minor units; absent when it is their prices and nothing else.
    let total: Int64?
    let address: AddressBody
    static let example = NewOrderBody(
        quote: Identifier(rawValue: 20), lines: [.example], coupons: [Identifier(rawValue: 21)], total: 9_900,
        address: .example)
}

/// An order group that waits for its payment.
struct PlacedBody: Documented {
    let group: OrderGroupID
    let payment: PaymentIntentID
    /// Where the buyer pays.
    let payAt: String
    static let example = PlacedBody(
        group: Identifier(rawValue: 9), payment: Identifier(rawValue: 10), payAt: "/test-provider/pay_…")
}

/// A line of an order as it was sold.
struct OrderLineBody: Documented {
    let id: OrderLineID
    let product: ProductID
    let variant: VariantID
    let title: String
    let spec: String
    let quantity: Int64
    let unitAmount: Int64
    /// What the units cost before discounts.
    let amount: Int64
    /// What set the price of a unit.
    let priceRule: String?
    let priceVersion: Int?
    /// Discounts by who pays them.
    let discount: FundingShares?
    let shipping: Int64?
    /// What the buyer pays for it in all.
    let paid: Int64
    static let example = OrderLineBody(
        id: Identifier(rawValue: 12), product: Identifier(rawValue: 1), variant: Identifier(rawValue: 2),
        title: "Mountain green tea", spec: "250 g", quantity: 2, unitAmount: 4_900, amount: 9_800, priceRule: "deal",
        priceVersion: 2, discount: FundingShares(shop: 300, platform: 200), shipping: 600, paid: 9_900)
}

/// An order as buyer and shop see it.
struct OrderBody: Documented {
    let id: OrderID
    let group: OrderGroupID
    let shop: ShopID
    let state: OrderState
    let total: Money
    let carrier: String?
    let tracking: String?
    let createdAt: Instant
    let lines: [OrderLineBody]
    static let example = OrderBody(
        id: Identifier(rawValue: 11), group: Identifier(rawValue: 9), shop: Identifier(rawValue: 8), state: .paid,
        total: Money(9_800, .cny), carrier: "SF", tracking: "SF123", createdAt: Instant(milliseconds: 0),
        lines: [.example])
}

/// Why an order is cancelled.
struct CancellationBody: Documented {
    let reason: String
    static let example = CancellationBody(reason: "ordered twice")
}

/// Who carries an order.
struct ShipmentBody: Documented {
    let carrier: String
    let tracking: String
    static let example = ShipmentBody(carrier: "SF", tracking: "SF123")
}

/// Many orders and how they travel.
struct ShipmentsBody: Documented {
    struct Shipment: Codable {
        let order: String
        let carrier: String
        let tracking: String
    }

    let shipments: [Shipment]
    static let example = ShipmentsBody(
        shipments: [.init(order: "\(OrderID(rawValue: 1))", carrier: "SF", tracking: "SF123")])
}

/// What came of each shipment; without a problem it left.
struct ShippedBody: Documented {
    struct Result: Codable {
        let order: String
        let problem: String?
        let detail: String?
    }

    let shipped: Int
    let results: [Result]
    static let example = ShippedBody(
        shipped: 0,
        results: [.init(order: "\(OrderID(rawValue: 1))", problem: "not-found", detail: "There is no such order.")])
}

extension MarketplaceAPI {
    func addCartRoutes(to api: API) {
        api.route(.get, "/cart", "readCart", "The cart with live prices and stock.", access: .visitor) { [self] call in
            try await cart(of: try call.person, in: call.context.language)
        }
        api.route(
            .post, "/cart/lines", "addToCart", "Puts units into the cart.", access: .visitor, body: CartChange.self
        ) { [self] call in
            try await AddToCart(market)(
                call.body.variant, quantity: call.body.quantity, slate: call.body.slate, for: try call.person,
                key: call.key)
            return try await cart(of: try call.person, in: call.context.language)
        }
        api.route(
            .put, "/cart/lines/{variant}", "setQuantity", "Sets the units of a line; 0 removes it.", access: .visitor,
            body: QuantityBody.self
        ) { [self] call in
            let variant = try call.context.identifier("variant", "cart line", as: VariantKind.self)
            try await ChangeCart(market)(variant, to: call.body.quantity, for: try call.person)
            return try await cart(of: try call.person, in: call.context.language)
        }
    }

    func addOrderRoutes(to api: API) {
        api.respond(
            .post, "/order-groups", "placeOrder",
            "Places a quote, or lines, as orders, one per shop, or changes nothing; what changed comes back as a new quote.",
            access: .person(.shopping), body: NewOrderBody.self, answer: PlacedBody.self
        ) { [self] call in
            do {
                return try API.json(try await place(call), status: .created)
            } catch let problem as QuoteChanged {
                return ProblemMiddleware.response(
                    problem.details, language: call.context.language,
                    extensions: QuoteChangedBody(problem, call.context.language))
            }
        }
        api.route(
            .get, "/orders", "listOrders", "The caller's orders, newest first.", access: .person(.orders),
            query: [QueryParameter("cursor", "what `next` of the page before said")]
        ) { [self] call in
            let cursor = try call.request.cursor(as: Orders.Cursor.self)
            let orders = try await market.orders.orders(of: try call.person, after: cursor, limit: 20)
            return Self.page(orders, call.context.language)
        }
        api.route(
            .get, "/orders/{order}", "readOrder", "An order of the caller or the caller's shop.",
            access: .person(.orders)
        ) { [self] call in
            let order = try await ChangeOrder(market).order(try call.order, for: try call.context.person())
            return OrderBody(order, call.context.language)
        }
        api.route(
            .post, "/orders/{order}/cancellation", "cancelOrder",
            "Cancels an order before shipment; what was paid is refunded.", access: .person(.orders),
            body: CancellationBody.self
        ) { [self] call in
            let order = try await ChangeOrder(market).cancel(
                try call.order, by: try call.context.person(), reason: call.body.reason, key: call.key)
            return OrderBody(order, call.context.language)
        }
        api.route(
            .post, "/orders/{order}/receipt", "confirmReceipt", "The buyer has the goods.", access: .person(.orders)
        ) { [self] call in
            OrderBody(
                try await ChangeOrder(market).confirmReceipt(try call.order, by: try call.person), call.context.language
            )
        }
        addShopOrderRoutes(to: api)
    }

    private func place(_ call: Call<NewOrderBody>) async throws -> PlacedBody {
        let buyer = try call.person
        let address = try Address(call.body.address)
        let lines = (call.body.lines ?? []).map {
            ShownLine(variant: $0.variant, quantity: $0.quantity, amount: $0.amount, slate: $0.slate)
        }
        let basket =
            call.body.quote.map { PlaceOrder.Basket(quote: $0) }
            ?? PlaceOrder.Basket(lines, coupons: call.body.coupons ?? [], total: call.body.total)
        let placed = try await PlaceOrder(market)(basket, to: address, by: buyer, key: call.key)
        let payAt = try await SettlePayments(market).begin(placed: placed.group, by: buyer)
        return PlacedBody(group: placed.group, payment: placed.intent, payAt: payAt)
    }

    private func addShopOrderRoutes(to api: API) {
        api.route(
            .get, "/shops/{shop}/orders", "listShopOrders", "A shop's orders, newest first.", access: .person(.shops),
            query: [QueryParameter("state", "keeps to a state"), QueryParameter("cursor", "what `next` said")]
        ) { [self] call in
            let shop = try call.context.identifier("shop", "shop", as: ShopKind.self)
            try call.context.person().require(.orders, at: shop)
            let state = try call.request.query("state").map { text in
                guard let state = OrderState(rawValue: text) else {
                    throw InvalidField("state", "is not a state of an order.", zh: "订单状态无效。")
                }
                return state
            }
            let orders = try await market.orders.orders(
                at: shop, state: state, after: try call.request.cursor(), limit: 20)
            return Self.page(orders, call.context.language)
        }
        addShipmentsRoute(to: api)
        api.route(
            .post, "/orders/{order}/shipment", "shipOrder", "The shop hands the goods to a carrier.",
            access: .person(.shops), body: ShipmentBody.self
        ) { [self] call in
            let order = try await ChangeOrder(market).ship(
                try call.order, by: try call.context.person(), carrier: call.body.carrier, tracking: call.body.tracking)
            return OrderBody(order, call.context.language)
        }
    }

    private func addShipmentsRoute(to api: API) {
        api.route(
            .post, "/shops/{shop}/shipments", "shipOrders",
            "Hands up to 500 orders to carriers; each stands for itself, and one that was shipped so before stays so.",
            access: .person(.shops), body: ShipmentsBody.self
        ) { [market] call in
            let shop = try call.context.identifier("shop", "shop", as: ShopKind.self)
            let parcels = call.body.shipments.map {
                ShipOrders.Parcel(order: $0.order, carrier: $0.carrier, tracking: $0.tracking)
            }
            let outcomes = try await ShipOrders(market)(parcels, of: shop, by: try call.context.person())
            return ShippedBody(
                shipped: outcomes.count { $0.problem == nil },
                results: outcomes.map {
                    .init(
                        order: $0.parcel.order, problem: $0.problem?.details.code,
                        detail: $0.problem.map {
                            call.context.language == .zh ? $0.details.detailChinese : $0.details.detail
                        })
                })
        }
    }

    /// Webhooks carry a provider's own body and signature, so they are no part of the described API.
    func addWebhookRoute(to router: Router<Context>) {
        router.post("\(API.root)/webhooks/{provider}") { [market] request, context in
            let body = String(buffer: try await request.body.collect(upTo: 1 << 16))
            let signature = HTTPField.Name(market.provider.signatureHeader).flatMap { request.headers[$0] }
            try await SettlePayments(market).receive(
                body, signature: signature, from: try context.parameters.require("provider"))
            return HTTPResponse.Status.ok
        }
    }

    private func cart(of person: PersonID, in language: Kernel.Language) async throws -> CartBody {
        let cart = try await PresentCart(market)(of: person)
        return CartBody(
            lines: cart.lines.map { CartLineBody($0, language) }, totals: cart.totals, isBuyable: cart.isBuyable)
    }

    private static func page(_ orders: [Order], _ language: Kernel.Language) -> Page<OrderBody> {
        let next = orders.count == 20 ? orders.last.map { Orders.Cursor(after: $0).description } : nil
        return Page(items: orders.map { OrderBody($0, language) }, next: next)
    }
}

extension Money: Documented {
    public static let example = Money(9_800, .cny)
}

extension Call {
    fileprivate var order: OrderID {
        get throws { try context.identifier("order", "order", as: OrderKind.self) }
    }
}

extension Address {
    fileprivate init(_ body: AddressBody) throws {
        try self.init(name: body.name, phone: body.phone, region: body.region, city: body.city, street: body.street)
    }
}

extension CartLineBody {
    fileprivate init(_ line: PresentedCart.Line, _ language: Kernel.Language) {
        self.init(
            variant: line.variant.id, product: line.product.id, shop: line.product.shop,
            title: line.product.title.text(in: language), spec: line.variant.spec.text(in: language),
            quantity: line.line.quantity, amount: line.price?.amount.amount, shownAmount: line.line.shownAmount,
            currency: line.price?.amount.currency, available: line.available, isBuyable: line.isBuyable)
    }
}

extension OrderBody {
    init(_ order: Order, _ language: Kernel.Language) {
        self.init(
            id: order.id, group: order.group, shop: order.shop, state: order.state, total: order.total,
            carrier: order.carrier, tracking: order.tracking, createdAt: order.createdAt,
            lines: order.lines.map {
                OrderLineBody(
                    id: $0.id, product: $0.product, variant: $0.variant, title: $0.title.text(in: language),
                    spec: $0.spec.text(in: language), quantity: $0.quantity, unitAmount: $0.unitPrice.amount,
                    amount: $0.amount.amount, priceRule: $0.reason?.rule, priceVersion: $0.reason?.version,
                    discount: $0.charges?.discount, shipping: $0.charges?.shipping,
                    paid: (try? $0.paid().amount) ?? $0.amount.amount)
            })
    }
}
