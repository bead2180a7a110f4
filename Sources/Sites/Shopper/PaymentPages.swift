import Flows
import HTTP
import Hummingbird
import Kernel
import Orders
import Payments
import Shops

/// Where a payment stands, and the page of the test provider.
struct PaymentPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/orders/groups/{id}/return") { try await returned($0, $1) }
        router.post("/orders/groups/{id}/pay") { try await pay($0, $1) }
        guard frame.testProvider != nil else { return }
        router.get("/test-provider/{intent}") { try await testPage($0, $1) }
        router.post("/test-provider/{intent}") { try await decide($0, $1) }
    }

    private func pay(_ request: Request, _ context: Context) async throws -> Response {
        let buyer = try context.person().person
        _ = try await Form(request, context)
        let id: OrderGroupID = try context.identifier("id", "order group")
        let path = try await SettlePayments(market).begin(id, by: buyer, returnTo: SettlePayments.returnPath(of: id))
        return Frame.redirect(path)
    }

    private func returned(_ request: Request, _ context: Context) async throws -> Response {
        let buyer = try context.person().person
        let id: OrderGroupID = try context.identifier("id", "order group")
        try await SettlePayments(market).returned(to: id, by: buyer)
        guard let group = try await market.orders.group(id), group.buyer == buyer,
            let intent = try await market.payments.intent(of: id)
        else { throw NotFound("order group") }
        let isCancelled = group.orders.allSatisfy { $0.state == .cancelled }
        let shops = try await market.shops.shops(group.orders.map(\.shop))
        let isPending = !isCancelled && intent.state == .pending
        var page = Page(
            .payment, context.words(.orders), .me,
            [
                "isPaid": !isCancelled && intent.state == .succeeded, "isPending": isPending,
                "isFailed": !isCancelled && intent.state == .failed, "isCancelled": isCancelled,
                "canPay": !isCancelled && (intent.state == .pending || intent.state == .failed),
                "group": id.description, "totalText": context.format.money(group.total),
                "orders": group.orders.map { order in
                    [
                        "href": "/orders/\(order.id)",
                        "shop": shops[order.shop]?.name.text(in: context.language) ?? "—",
                        "state": context.words(order.state.word), "totalText": context.format.money(order.total),
                    ] as View
                },
            ])
        if isPending { page.refresh = 4 }
        return try await frame.show(page, request, context)
    }

    private func testPage(_ request: Request, _ context: Context) async throws -> Response {
        let payment = try await testPayment(context)
        return try await frame.show(
            Page(
                .testPayment, context.words(.testPayment), nil,
                [
                    "intent": payment.intent.description, "totalText": context.format.money(payment.amount),
                    "isOpen": payment.state != .succeeded, "back": LocalPath(payment.returnURL)?.text ?? "/orders",
                ]), request, context)
    }

    private func decide(_ request: Request, _ context: Context) async throws -> Response {
        let payment = try await testPayment(context)
        let form = try await Form(request, context)
        guard let provider = frame.testProvider else { throw NotFound("payment") }
        _ = try await provider.decide(payment.intent, pays: try form.required("decision") == "pay")
        return Frame.redirect(LocalPath(payment.returnURL)?.text ?? "/orders")
    }

    /// The payment, for its buyer only.
    private func testPayment(_ context: Context) async throws -> TestProvider.Payment {
        let buyer = try context.person().person
        let id: PaymentIntentID = try context.identifier("intent", "payment")
        let intent = try await market.store.read { try Payments.intent(id, in: $0) }
        guard let intent, intent.buyer == buyer, let payment = try await frame.testProvider?.payment(id) else {
            throw NotFound("payment")
        }
        return payment
    }
}

extension OrderState {
    /// What the state is called.
    var word: Word {
        switch self {
        case .placed: .statePlaced
        case .paid: .statePaid
        case .shipped: .stateShipped
        case .completed: .stateCompleted
        case .cancelled: .stateCancelled
        }
    }

    /// What it means for the buyer.
    var helpWord: Word {
        switch self {
        case .placed: .helpPlaced
        case .paid: .helpPaid
        case .shipped: .helpShipped
        case .completed: .helpCompleted
        case .cancelled: .helpCancelled
        }
    }
}
