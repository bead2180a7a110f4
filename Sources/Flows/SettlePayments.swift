import AfterSales
import Journal
import Kernel
import Orders
import Payments
import Stock
import Store

/// Money came in after the stock had gone to somebody else; it goes back.
public struct ShortfallRaised: FactContent {
    public static let topic = "orders.shortfall"
    /// What can't be delivered.
    public let group: OrderGroupID
    /// The variants that are short.
    public let variants: [VariantID]
    public var key: String { group.description }
}

/// A buyer has their money back.
public struct RefundSucceeded: FactContent {
    public static let topic = "payments.refund_succeeded"
    /// The refund.
    public let refund: RefundID
    /// Who has it.
    public let buyer: PersonID
    /// Minor units of the payment's currency.
    public let amount: Int64
    /// When.
    public let time: Instant
    public var key: String { buyer.description }

    /// A refund that arrived.
    public init(refund: RefundID, buyer: PersonID, amount: Int64, time: Instant) {
        (self.refund, self.buyer, self.amount, self.time) = (refund, buyer, amount, time)
    }
}

/// Brings payments to their end: webhooks from the inbox, buyers who return before the webhook, refunds that wait.
public struct SettlePayments: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Where a buyer goes from the provider's page.
    public static func returnPath(of group: OrderGroupID) -> String { "/orders/groups/\(group)/return" }

    /// Says where the buyer pays.
    ///
    /// - Throws: ``NotFound`` when the group is not the buyer's; ``IllegalOrderTransition`` when it is cancelled.
    public func begin(_ group: OrderGroupID, by buyer: PersonID, returnTo url: String) async throws -> String {
        guard let intent = try await market.payments.intent(of: group), intent.buyer == buyer else {
            throw NotFound("order group")
        }
        guard intent.state != .cancelled else { throw IllegalOrderTransition(from: .cancelled, to: .paid) }
        guard intent.state != .succeeded else { return url }
        return try await market.provider.begin(intent, returnTo: url)
    }

    /// ``begin(_:by:returnTo:)`` for orders that were placed a moment ago: they stand even when the provider can't be
    /// reached, and their own page offers to pay again.
    public func begin(placed group: OrderGroupID, by buyer: PersonID) async throws -> String {
        let url = Self.returnPath(of: group)
        do { return try await begin(group, by: buyer, returnTo: url) } catch is ProviderProblem { return url }
    }

    /// Keeps a webhook durably; it takes effect a moment later.
    ///
    /// - Throws: ``WebhookRefused``, ``NotFound`` for a provider that is not ours.
    public func receive(_ body: String, signature: String?, from provider: String) async throws {
        guard provider == market.provider.name else { throw NotFound("payment provider") }
        guard let event = try market.provider.read(webhook: body, signature: signature) else { return }
        try await market.payments.keep(event, payload: body, from: provider)
        try await processWebhooks()
    }

    /// A buyer is back from the provider: asks how the payment stands, in case the webhook is still on its way.
    public func returned(to group: OrderGroupID, by buyer: PersonID) async throws {
        guard let intent = try await market.payments.intent(of: group), intent.buyer == buyer else {
            throw NotFound("order group")
        }
        guard intent.state != .succeeded, let event = try await market.provider.status(of: intent) else { return }
        try await catchUp(on: event)
    }

    /// Applies what waits in the inbox.
    public func processWebhooks() async throws {
        for webhook in try await market.payments.waitingWebhooks(limit: 100) {
            try await market.store.write { [self] transaction in
                // Its signature was checked before it was kept.
                guard let event = try? market.provider.read(kept: webhook.payload) else {
                    return try market.payments.finish(webhook, outcome: .unreadable, in: transaction)
                }
                do {
                    try apply(event, in: transaction)
                    try market.payments.finish(webhook, outcome: .applied, in: transaction)
                } catch let problem as NotFound {
                    try market.payments.finish(webhook, outcome: .unknown(problem.what), in: transaction)
                } catch PaymentProblem.wrongAmount {
                    try market.payments.finish(webhook, outcome: .wrongAmount, in: transaction)
                }
            }
        }
    }

    /// Asks the provider for refunds that were promised. One that it refuses waits and doesn't keep the others.
    public func processRefunds() async throws {
        for refund in try await market.payments.pendingRefunds(limit: 100) {
            guard (try? await market.provider.refund(refund.id, of: refund.intent, amount: refund.amount)) != nil else {
                continue
            }
            try await market.payments.accepted(refund.id)
        }
    }

    /// Asks the provider to capture or void what was authorised.
    public func processOperations() async throws {
        for (operation, intent) in try await market.payments.pendingOperations(limit: 100) {
            switch operation {
            case .capture: try await market.provider.capture(intent)
            case .void: try await market.provider.void(intent)
            }
            try await market.payments.accepted(operation, of: intent.id)
        }
    }

    /// Retries once a second what a crash or a silent provider left behind, until cancelled.
    func run() async {
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            try? await processWebhooks()
            try? await processOperations()
            try? await processRefunds()
            await market.provider.retry()
        }
    }

    /// Does what the webhook about `event` would have done, if that is not done yet.
    func catchUp(on event: ProviderEvent) async throws {
        try await market.store.write { [self] in try apply(event, in: $0) }
    }

    /// The one transition where redirect, webhook and repeated webhooks meet.
    private func apply(_ event: ProviderEvent, in transaction: any Transaction) throws {
        if event.refund != nil { return try applyRefund(event, in: transaction) }
        let moved = try market.payments.apply(event, in: transaction)
        if event.state == .authorised { return try applyAuthorisation(event.intent, in: transaction) }
        guard let intent = moved, intent.state == .succeeded else { return }
        try succeeded(intent, in: transaction)
    }

    /// Nothing has to be paid: what a payment would bring about happens at once.
    func settle(_ id: PaymentIntentID, in transaction: any Transaction) throws {
        guard let intent = try market.payments.move(id, to: .succeeded, in: transaction) else { return }
        try succeeded(intent, in: transaction)
    }

    private func succeeded(_ intent: PaymentIntent, in transaction: any Transaction) throws {
        try books.paid(intent, in: transaction)
        guard let group = try Orders.group(intent.group, in: transaction) else { return }
        let open = group.orders.filter { $0.state == .placed }
        let reservations = open.flatMap { $0.lines.compactMap(\.reservation) }
        let short = try market.stock.commit(reservations, in: transaction)
        let missing = try KeepCoupons(market: market).consume(open, in: transaction)
        guard short.isEmpty, missing.isEmpty, open.count == group.orders.count else {
            return try giveBack(intent, open, reservations, short, in: transaction)
        }
        for order in open {
            try market.orders.move(order.id, to: .paid, by: nil, in: transaction)
            try books.sold(order, in: transaction)
        }
    }

    private func applyRefund(_ event: ProviderEvent, in transaction: any Transaction) throws {
        guard let refund = try market.payments.applyRefund(event, in: transaction), refund.state == .succeeded,
            let intent = try Payments.intent(refund.intent, in: transaction)
        else { return }
        try books.repaid(refund, intent, in: transaction)
        let now = market.source.now
        try market.journal.append(
            RefundSucceeded(refund: refund.id, buyer: intent.buyer, amount: refund.amount, time: now), at: now,
            in: transaction)
        guard let id = AfterSaleCaseID(refund.cause), case let found = try AfterSales.find(id, in: transaction),
            found.state == .refunding
        else { return }
        try AfterSaleSteps(market: market).step(.confirmRefund, found, by: nil, in: transaction)
    }

    /// Money that is promised is taken when the orders still stand, and let go when they don't.
    private func applyAuthorisation(_ id: PaymentIntentID, in transaction: any Transaction) throws {
        guard let intent = try Payments.intent(id, in: transaction), intent.state != .succeeded else { return }
        let isWanted = intent.state == .authorised
        try market.payments.want(isWanted ? .capture : .void, of: id, in: transaction)
    }

    private var books: KeepBooks { KeepBooks(market: market) }

    /// Nobody gets half of what they paid for: what can't be delivered in whole is cancelled and refunded.
    private func giveBack(
        _ intent: PaymentIntent, _ open: [Order], _ reservations: [ReservationID], _ short: [VariantID],
        in transaction: any Transaction
    ) throws {
        try market.stock.release(reservations, in: transaction)
        try KeepCoupons(market: market).release(open, in: transaction)
        for order in open {
            try market.orders.move(order.id, to: .cancelled, by: nil, note: "sold out before payment", in: transaction)
        }
        try market.payments.refund(intent.amount, of: intent.id, for: intent.group.description, in: transaction)
        try market.journal.append(
            ShortfallRaised(group: intent.group, variants: short), at: market.source.now, in: transaction)
    }
}
