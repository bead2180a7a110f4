import AfterSales
import Kernel
import Ledger

/// What the operator has settled with everybody: rates, windows and deadlines.
public struct TradeTerms: Sendable {
    /// The platform's fee on what a shop asks.
    public var fee = BasisPoints(200)
    /// Tax on goods and delivery.
    public var tax = TaxRule.none
    /// How long goods can be sent back after receipt; money is held back until then.
    public var returnWindow = Duration.days(7)
    /// After how long a shipped order counts as received.
    public var automaticReceipt = Duration.days(10)
    /// How long after the reservation has expired an unpaid order is cancelled.
    public var paymentGrace = Duration.minutes(5)
    /// How long a shop may owe before its deposit covers it.
    public var depositGrace = Duration.days(7)
    /// How long each side of an after-sale case has.
    public var afterSale = AfterSaleDeadlines()
    /// For how long a creator is credited after a touch.
    public var attributionWindow = Duration.days(7)
    /// For how long after the order a lower price is made good.
    public var priceProtection = Duration.days(7)

    /// The defaults.
    public init() {}
}
