import Foundation
import Kernel
import Store

extension Catalog {
    /// Adds or changes a category.
    public func put(_ category: Category, position: Int, in transaction: any Transaction) throws {
        try transaction.send(
            """
            INSERT INTO categories (id, parent, name_en, name_zh, emoji, position)
            VALUES (\(category.id), \(category.parent), \(category.name.en), \(category.name.zh), \(category.emoji),
                \(position))
            ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, name_en = excluded.name_en,
                name_zh = excluded.name_zh, emoji = excluded.emoji, position = excluded.position
            """)
        try journal.append(
            CategoryChanged(category: category.id, parent: category.parent, name: category.name), at: source.now,
            in: transaction)
    }

    /// Adds or changes a product; it is on the shelf afterwards. Call ``announce(_:in:)`` once its variants stand too.
    public func put(_ entry: ProductEntry, in transaction: any Transaction) throws {
        let encoder = JSONEncoder()
        let attributes = String(decoding: try encoder.encode(entry.attributes), as: UTF8.self)
        let media = String(decoding: try encoder.encode(entry.media), as: UTF8.self)
        try transaction.send(
            """
            INSERT INTO products (id, shop, category, title_en, title_zh, description_en, description_zh, brand,
                attributes, media, is_listed, created_at)
            VALUES (\(entry.id), \(entry.shop), \(entry.category), \(entry.title.en), \(entry.title.zh),
                \(entry.description.en), \(entry.description.zh), \(entry.brand), \(attributes), \(media), 1,
                \(entry.createdAt))
            ON CONFLICT (id) DO UPDATE SET category = excluded.category, title_en = excluded.title_en,
                title_zh = excluded.title_zh, description_en = excluded.description_en,
                description_zh = excluded.description_zh, brand = excluded.brand, attributes = excluded.attributes,
                media = excluded.media, version = products.version + 1
            """)
    }

    /// Adds or changes a variant of a product of the same shop.
    public func putVariant(
        _ id: VariantID, of product: ProductID, in shop: ShopID, spec: Localized, sku: String, position: Int,
        in transaction: any Transaction
    ) throws {
        try transaction.send(
            """
            INSERT INTO variants (id, product, shop, spec_en, spec_zh, sku, position)
            VALUES (\(id), \(product), \(shop), \(spec.en), \(spec.zh), \(sku), \(position))
            ON CONFLICT (id) DO UPDATE SET spec_en = excluded.spec_en, spec_zh = excluded.spec_zh, sku = excluded.sku
            """)
    }

    /// Sets what a variant costs from `start` on, until `end` or until another price starts.
    ///
    /// - Throws: ``InvalidField`` for a price that is not positive or a time that ends before it starts.
    public func setPrice(
        _ price: Price, of variant: VariantID, from start: Instant, until end: Instant?, in transaction: any Transaction
    ) throws {
        guard price.amount.amount > 0 else {
            throw InvalidField("amount", "must be more than 0.", zh: "价格必须大于 0。")
        }
        if let end, end <= start { throw InvalidField("until", "must be after the start.", zh: "结束时间须晚于开始时间。") }
        try transaction.send(
            """
            INSERT INTO prices (variant, starts_at, ends_at, amount, list_amount, member_amount, currency)
            VALUES (\(variant), \(start), \(end), \(price.amount.amount), \(price.list?.amount),
                \(price.member?.amount), \(price.amount.currency))
            ON CONFLICT (variant, starts_at) DO UPDATE SET ends_at = excluded.ends_at, amount = excluded.amount,
                list_amount = excluded.list_amount, member_amount = excluded.member_amount, currency = excluded.currency
            """)
    }

    /// Puts a product on the shelf or takes it off.
    ///
    /// - Throws: ``NotFound``.
    public func setListed(_ isListed: Bool, _ product: ProductID, in transaction: any Transaction) throws {
        let moved = try transaction.run(
            "UPDATE products SET is_listed = \(isListed), version = version + 1 WHERE id = \(product)")
        guard moved == 1 else {
            throw NotFound("product")
        }
        try announce([product], in: transaction)
    }

    /// Tells the journal how products stand after a change of themselves, their variants or prices.
    public func announce(_ products: [ProductID], in transaction: any Transaction) throws {
        let now = source.now
        let facts = try Self.products(products, at: now, in: transaction).map { product in
            ProductChanged(
                product: product.id, shop: product.shop, category: product.category, title: product.title,
                description: product.description, brand: product.brand,
                attributes: product.attributes.flatMap { [$0.value, $0.valueChinese].compactMap(\.self) },
                price: product.card.price?.amount.amount,
                isListed: product.isListed, createdAt: product.createdAt)
        }
        try journal.append(facts, at: now, in: transaction)
        transaction.afterCommit { [cards] in cards.forget(products) }
    }
}
