import Kernel
import Store

extension Ledger {
    /// A buyer paid: the provider holds the money, the buyer has a credit until the sale or the way back.
    public func receive(
        _ amount: Money, from buyer: PersonID, through provider: String, for payment: PaymentIntentID,
        in transaction: any Transaction
    ) throws {
        try post(
            NewEntry(
                .payment, source: "payment:\(payment)", subject: "\(payment)",
                postings: [
                    Posting(Account(.provider(provider), .clearing, amount.currency), -amount.amount, "payment"),
                    Posting(Account(.buyer(buyer), .credit, amount.currency), amount.amount, "payment"),
                ]), in: transaction)
    }

    /// The provider gave money back to a buyer.
    public func repay(
        _ amount: Money, to buyer: PersonID, through provider: String, by refund: RefundID, of payment: PaymentIntentID,
        in transaction: any Transaction
    ) throws {
        try post(
            NewEntry(
                .repayment, source: "repayment:\(refund)", subject: "\(payment)",
                postings: [
                    Posting(Account(.buyer(buyer), .credit, amount.currency), -amount.amount, "repayment"),
                    Posting(Account(.provider(provider), .clearing, amount.currency), amount.amount, "repayment"),
                ]), in: transaction)
    }
}
