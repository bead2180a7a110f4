import AfterSales
import Catalog
import HTTP
import Kernel
import Ledger
import Orders
import Store
import Warehouse

/// A buyer asks for something after a sale, or the shop gives it without being asked.
public struct OpenAfterSaleCase: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Opens a case. What the shop asks for itself, and a lower price, is granted at once.
    ///
    /// - Throws: ``NotFound``, ``AfterSaleProblem``, ``InvalidField``.
    public func callAsFunction(
        _ request: AfterSales.Request, about id: OrderID, _ command: Command
    ) async throws -> AfterSaleCase {
        _ = try ValidatedText(request.note, field: "note", length: 0...1_000)
        guard (1...200).contains(request.lines.count), Set(request.lines.map(\.line)).count == request.lines.count
        else { throw InvalidField("lines", "must name 1–200 different lines.", zh: "须选择 1–200 个不同的商品。") }
        let now = market.source.now
        return try await market.store.write { [self] transaction in
            let opened = try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try open(request, about: id, by: command.identity, in: transaction).id
            }
            return try AfterSales.find(opened, in: transaction)
        }
    }

    private func open(
        _ request: AfterSales.Request, about id: OrderID, by identity: Identity, in transaction: any Transaction
    ) throws -> AfterSaleCase {
        guard let order = try Orders.order(id, in: transaction) else { throw NotFound("order") }
        let isBuyer = order.buyer == identity.person
        if !isBuyer {
            do { try identity.require(.cases, at: order.shop) } catch {
                throw NotFound("order")
            }
        }
        try check(request, order, isBuyer: isBuyer)
        let books = try books(request, order, in: transaction)
        try requireUnshipped(request, order, in: transaction)
        let asked = try priced(request, books, order, in: transaction)
        let steps = AfterSaleSteps(market: market)
        let opened = try market.afterSales.open(
            asked, about: id, at: order.shop, buyer: order.buyer, currency: order.total.currency,
            isShipped: order.state != .paid, by: identity.person, in: transaction)
        try market.ledger.block(request.lines.map(\.line), in: transaction)
        if !isBuyer {
            try TrailNote(.caseRefunded, of: opened.id).keep(
                in: market.shops, by: identity, at: order.shop, in: transaction)
        }
        guard !isBuyer || request.kind == .priceProtection else { return opened }
        return try steps.step(.approve, opened, by: isBuyer ? nil : identity.person, in: transaction)
    }

    /// What order and time allow.
    private func check(_ request: AfterSales.Request, _ order: Order, isBuyer: Bool) throws {
        let now = market.source.now
        switch order.state {
        case .placed, .cancelled: throw AfterSaleProblem.notPossible
        case .paid:
            guard request.kind == .refund || request.kind == .priceProtection else {
                throw AfterSaleProblem.notPossible
            }
        case .shipped: break
        case .completed:
            guard !isBuyer || now < order.changedAt + market.terms.returnWindow else {
                throw AfterSaleProblem.windowOver
            }
        }
        if request.kind == .priceProtection, now >= order.createdAt + market.terms.priceProtection {
            throw AfterSaleProblem.windowOver
        }
        guard request.amount == nil || (request.kind == .refund && request.lines.count == 1) else {
            throw InvalidField("amount", "can be named for a refund of one line only.", zh: "仅单个商品的仅退款可指定金额。")
        }
        guard request.amount.map({ $0.amount > 0 && $0.currency == order.total.currency }) ?? true else {
            throw InvalidField("amount", "must be more than nothing, in the order's currency.", zh: "金额须大于零且币种一致。")
        }
    }

    /// While a part of an order has left and a part has not, only the part in the house can be refunded; the rest can come
    /// back once everything was sent.
    private func requireUnshipped(
        _ request: AfterSales.Request, _ order: Order, in transaction: any Transaction
    ) throws {
        guard order.state == .paid, request.kind == .refund, request.amount == nil else { return }
        let known = try Warehouses.fulfilment(of: order.id, in: transaction)
        for line in request.lines {
            guard let found = known.first(where: { $0.line == line.line }) else { continue }
            guard line.quantity <= found.rest else { throw AfterSaleProblem.tooMany }
        }
    }

    /// The lines as the books know them; imported orders have none.
    private func books(
        _ request: AfterSales.Request, _ order: Order, in transaction: any Transaction
    ) throws -> [LedgerLine] {
        let known = try Ledger.lines(of: order.id, in: transaction)
        return try request.lines.map { line in
            guard order.lines.contains(where: { $0.id == line.line }) else { throw NotFound("order line") }
            guard let book = known.first(where: { $0.line == line.line }) else { throw AfterSaleProblem.notPossible }
            guard line.quantity > 0, line.quantity <= book.remainder.quantity else { throw AfterSaleProblem.tooMany }
            return book
        }
    }

    /// The request with its amount, where that doesn't follow from the units.
    private func priced(
        _ request: AfterSales.Request, _ books: [LedgerLine], _ order: Order, in transaction: any Transaction
    ) throws -> AfterSales.Request {
        guard request.kind == .priceProtection else {
            let most = books.reduce(0) { $0 + $1.remainder.goodsPaid }
            guard request.amount.map({ $0.amount <= most }) ?? true else { throw LedgerProblem.refundTooLarge }
            return request
        }
        guard request.lines.count == 1, let units = request.lines.first?.quantity, let book = books.first,
            let line = order.lines.first(where: { $0.id == book.line })
        else { throw InvalidField("lines", "must name one line.", zh: "价保须针对单个商品。") }
        let now = market.source.now
        let variant = try Catalog.variants([line.variant], at: now, in: transaction)[line.variant]
        guard let price = variant?.price?.amount, price.currency == book.currency else {
            throw AfterSaleProblem.priceNotLower
        }
        // What was paid for these units and not given back, so that one drop in price is made good once.
        let paid = try Money(book.remainder.goods, book.currency)
            .split(by: [units, book.remainder.quantity - units])[0]
        let difference = try paid.subtracting(try price.times(units))
        guard difference.amount > 0 else { throw AfterSaleProblem.priceNotLower }
        return AfterSales.Request(
            request.kind, reason: .lowerPrice, note: request.note, lines: request.lines, amount: difference)
    }
}
