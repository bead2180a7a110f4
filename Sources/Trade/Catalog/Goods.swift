import Foundation
import Kernel
import Store

/// Where a product stands for its shop.
public enum ProductStatus: String, Sendable, Codable, CaseIterable {
    /// People see and buy it.
    case listed
    /// New, or taken off the shelf.
    case unlisted
    /// Put away; it can be taken out again.
    case archived

    /// The steps that there are.
    public static func isStep(from old: Self, to new: Self) -> Bool {
        switch (old, new) {
        case (.unlisted, .listed), (.listed, .unlisted), (.unlisted, .archived), (.listed, .archived): true
        case (.archived, .unlisted): true
        default: false
        }
    }
}

/// A product can't go from where it is to where somebody wants it.
public struct IllegalProductStep: Problem, Equatable {
    /// Where it is.
    public let from: ProductStatus
    /// Where it should go.
    public let to: ProductStatus

    /// There is no step from `from` to `to`.
    public init(from: ProductStatus, to: ProductStatus) {
        self.from = from
        self.to = to
    }

    public var details: ProblemDetails {
        ProblemDetails(
            .conflict, "illegal-product-step", "A product that is \(from.rawValue) can't become \(to.rawValue).",
            zh: "商品当前状态不支持此操作。")
    }
}

/// Somebody else changed the product meanwhile; flows say what.
public struct StaleProduct: Error, Equatable {
    /// Its version now.
    public let version: Int64
}

extension Product {
    /// Where it stands for its shop.
    public var status: ProductStatus { isArchived ? .archived : isListed ? .listed : .unlisted }

    /// The variants that are sold.
    public var sold: [Variant] { variants.filter { !$0.isRetired } }
}

/// A shop's goods as its staff keeps them. Every change counts the version up, and only a change of the present version
/// is taken: one conditional write decides.
extension Catalog {
    /// Adds a product that nobody sees yet.
    public func add(_ entry: ProductEntry, code: String, in transaction: any Transaction) throws {
        try put(entry, in: transaction)
        try transaction.send(
            "UPDATE products SET code = \(code), is_listed = 0, version = 1 WHERE id = \(entry.id)")
    }

    /// Replaces what a product of the shop says; call ``announce(_:in:)`` once its variants stand too.
    ///
    /// - Throws: ``NotFound``, ``StaleProduct``.
    public func change(
        _ entry: ProductEntry, code: String, alts: [String: Localized], version: Int64,
        in transaction: any Transaction
    ) throws {
        try count(entry.id, of: entry.shop, version: version, in: transaction)
        let encoder = JSONEncoder()
        let attributes = String(decoding: try encoder.encode(entry.attributes), as: UTF8.self)
        let media = String(decoding: try encoder.encode(entry.media), as: UTF8.self)
        let alts = String(decoding: try encoder.encode(alts), as: UTF8.self)
        try transaction.send(
            """
            UPDATE products SET code = \(code), category = \(entry.category), title_en = \(entry.title.en),
                title_zh = \(entry.title.zh), description_en = \(entry.description.en),
                description_zh = \(entry.description.zh), brand = \(entry.brand), attributes = \(attributes),
                media = \(media), alts = \(alts)
            WHERE id = \(entry.id)
            """)
    }

    /// Moves a product of the shop on or off the shelf, or away; call ``announce(_:in:)`` afterwards.
    ///
    /// - Throws: ``NotFound``, ``StaleProduct``.
    public func move(
        _ product: ProductID, of shop: ShopID, to status: ProductStatus, version: Int64,
        in transaction: any Transaction
    ) throws {
        try count(product, of: shop, version: version, in: transaction)
        try transaction.send(
            """
            UPDATE products SET is_listed = \(status == .listed), is_archived = \(status == .archived)
            WHERE id = \(product)
            """)
    }

    /// Says that a variant is sold no more, or again.
    public func setRetired(_ isRetired: Bool, _ variant: VariantID, in transaction: any Transaction) throws {
        try transaction.send("UPDATE variants SET is_retired = \(isRetired) WHERE id = \(variant)")
    }

    private func count(
        _ product: ProductID, of shop: ShopID, version: Int64, in transaction: any Transaction
    ) throws {
        let counted = try transaction.run(
            """
            UPDATE products SET version = version + 1
            WHERE id = \(product) AND shop = \(shop) AND version = \(version)
            """)
        guard counted == 0 else { return }
        let now: Int64? = try transaction.value("SELECT version FROM products WHERE id = \(product) AND shop = \(shop)")
        guard let now else { throw NotFound("product") }
        throw StaleProduct(version: now)
    }
}
