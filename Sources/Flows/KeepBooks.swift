import Alliance
import Kernel
import Ledger
import Orders
import Payments
import Store

/// Posts what happens to orders and payments, in the transaction in which it happens, so that books and orders never
/// part. Imported orders were paid for elsewhere and have no payment here, so nothing is posted for them.
struct KeepBooks {
    let market: Marketplace

    /// A payment came in.
    func paid(_ intent: PaymentIntent, in transaction: any Transaction) throws {
        try market.ledger.receive(
            intent.amount, from: intent.buyer, through: intent.provider, for: intent.id, in: transaction)
    }

    /// An order was paid for: its money is divided as it was settled at the sale.
    func sold(_ order: Order, in transaction: any Transaction) throws {
        let commissions = try Alliance.commissions(of: order.lines.map(\.id), in: transaction)
        let sales = order.lines.map { line -> LineSale in
            var terms = LineTerms(quantity: line.quantity, price: line.amount, charges: line.charges ?? LineCharges())
            terms.fee = market.terms.fee
            // Lines of early versions kept no tax of their own.
            if line.charges == nil { terms.tax = market.terms.tax }
            // Who pays for a part of the discount is the line's creator, with a commission or without one.
            let payer = line.charges?.creator
            let commission = commissions[line.id].flatMap { commission in
                commission.decision == .voided || (payer ?? commission.creator) != commission.creator
                    ? nil : commission
            }
            terms.commission = commission?.rate ?? BasisPoints(0)
            terms.agencyShare = commission?.agencyShare ?? BasisPoints(0)
            let parties = LineParties(
                buyer: order.buyer, shop: order.shop, creator: payer ?? commission?.creator, agency: commission?.agency)
            return LineSale(
                line: line.id, parties: parties, terms: terms, holdsCommission: commission?.isHeld ?? false)
        }
        try market.ledger.sell(sales, of: order.id, in: transaction)
    }

    /// Takes back whatever is left of an order and promises the money to the buyer.
    func takeBack(_ order: Order, of intent: PaymentIntent, in transaction: any Transaction) throws {
        var total = Money.zero(order.total.currency)
        for line in try Ledger.lines(of: order.id, in: transaction) {
            let back = try market.ledger.takeBack(
                .everything, of: line.line, cause: order.id.description, in: transaction)
            total = try total.adding(back)
        }
        try market.payments.refund(total, of: intent.id, for: order.id.description, in: transaction)
    }

    /// The buyer has the goods: the return window runs.
    func received(_ order: Order, in transaction: any Transaction) throws {
        try market.ledger.release(
            order.lines.map(\.id), at: market.source.now + market.terms.returnWindow, in: transaction)
    }

    /// The provider gave money back.
    func repaid(_ refund: Refund, _ intent: PaymentIntent, in transaction: any Transaction) throws {
        try market.ledger.repay(
            Money(refund.amount, intent.amount.currency), to: intent.buyer, through: intent.provider, by: refund.id,
            of: intent.id, in: transaction)
    }
}
