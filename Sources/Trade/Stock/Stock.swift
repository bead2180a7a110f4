import Journal
import Kernel
import Store

/// How much of each variant can be sold, and who holds some of it. The only place that changes stock.
///
/// `available` is what can still be sold. Reserving takes from it by one conditional write, so two buyers can't both get
/// the last unit. A reservation that has expired counts as available from that moment on, whoever asks: reading adds it,
/// reserving gives it back first. No clean-up job decides anything.
public final class Stock: Sendable {
    let store: any Store
    let journal: Journal
    let source: Source

    /// The room on a store and a journal.
    public init(store: any Store, journal: Journal, source: Source) {
        self.store = store
        self.journal = journal
        self.source = source
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "stock", number: 1, file: PackageResources._001_stock_sql),
        Migration(room: "stock", number: 2, file: PackageResources._002_flash_lots_sql),
        Migration(room: "stock", number: 3, file: PackageResources._003_levels_sql),
    ]
}

/// A product went out of stock or came back.
public struct AvailabilityChanged: FactContent {
    public static let topic = "stock.availability_changed"
    /// The product.
    public let product: ProductID
    /// Whether any of its variants can be bought.
    public let isAvailable: Bool
    public var key: String { product.description }
}

/// Lines that can't be reserved. Nothing was reserved for the others either.
public struct OutOfStock: Problem, Equatable {
    /// What is left of each variant that was short.
    public let left: [VariantID: Int64]

    /// These variants are short.
    public init(left: [VariantID: Int64]) { self.left = left }

    public var details: ProblemDetails {
        ProblemDetails(
            .conflict, "out-of-stock",
            "Some goods are no longer available in this quantity. Change the cart and try again.",
            zh: "部分商品库存不足，请调整购物车后重试。",
            fields: Dictionary(left.map { ("\($0.key)", "\($0.value) left.") }, uniquingKeysWith: { first, _ in first })
        )
    }
}
