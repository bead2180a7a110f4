import Catalog
import Kernel
import Stock
import Store

/// What variants cost at this moment and why.
///
/// Precedence, version 1: a running flash lot that is not sold out goes before the price of the catalogue, which is the
/// latest one that has started (a deal is a price with an end and the list price beside it). The order's line keeps what
/// was paid, so a later version changes no past sale.
public struct LivePrices: Sendable {
    private let prices: [VariantID: Price]
    /// The running lots behind flash prices.
    public let lots: [VariantID: FlashLot]

    /// The prices of these variants now.
    init(of variants: [Variant], _ stock: Stock, in transaction: any Transaction) throws {
        let running = try stock.runningLots(of: variants.map(\.id), in: transaction)
        var prices: [VariantID: Price] = [:]
        var lots: [VariantID: FlashLot] = [:]
        for variant in variants {
            guard let catalogue = variant.price else { continue }
            guard let lot = running[variant.id], lot.price.currency == catalogue.amount.currency else {
                prices[variant.id] = catalogue
                continue
            }
            prices[variant.id] = Price(
                amount: lot.price, list: Money(catalogue.list?.amount ?? catalogue.amount.amount, lot.price.currency))
            lots[variant.id] = lot
        }
        self.prices = prices
        self.lots = lots
    }

    /// What one unit costs; `nil` when the variant is not for sale.
    public subscript(variant: VariantID) -> Price? { prices[variant] }
}

extension Marketplace {
    /// The prices of these variants now.
    public func livePrices(of variants: [Variant]) async throws -> LivePrices {
        try await store.read { [stock] in try LivePrices(of: variants, stock, in: $0) }
    }
}
