import Catalog
import Kernel

/// A product as it will stand: what is there, and a wish on top. Pure; the rules that need no store are here.
struct GoodsDraft {
    /// A variant as it will stand.
    struct Item {
        let id: VariantID
        let spec: Localized
        let sku: String
        let price: Price?
        let isRetired: Bool
        /// What it was; `nil` for a new one.
        let before: Variant?

        var setsPrice: Bool { price != nil && price != before?.price && !isRetired }
    }

    /// Most variants of a product.
    static let variantLimit = 100
    /// Most properties of a product.
    static let attributeLimit = 40
    /// Most pictures of a product.
    static let pictureLimit = 20

    let entry: ProductEntry
    let code: String
    let alts: [String: Localized]
    let items: [Item]

    /// Puts a wish on top of a product, or of nothing.
    ///
    /// - Parameters:
    ///   - product: with all its variants; `nil` for a new one.
    ///   - newVariant: makes identifiers.
    /// - Throws: ``InvalidField`` naming the field as the API does, ``NotFound`` for another product's variant.
    init(
        _ patch: GoodsPatch, on product: Product?, as id: ProductID, of shop: ShopID, at now: Instant,
        newVariant: () -> VariantID
    ) throws {
        guard let category = patch.category ?? product?.category else {
            throw InvalidField("category", "must be chosen.", zh: "请选择类目。")
        }
        guard let title = patch.title ?? product?.title else {
            throw InvalidField("title", "must not be empty.", zh: "不能为空。")
        }
        let attributes = try (patch.attributes ?? product?.attributes ?? []).map(Self.checked)
        guard attributes.count <= Self.attributeLimit else {
            throw InvalidField(
                "attributes", "must be at most \(Self.attributeLimit).", zh: "最多 \(Self.attributeLimit) 项。")
        }
        let pictures = patch.pictures ?? product?.pictures ?? []
        let media = pictures.map(\.path)
        guard media.count <= Self.pictureLimit else {
            throw InvalidField("pictures", "must be at most \(Self.pictureLimit).", zh: "最多 \(Self.pictureLimit) 张。")
        }
        entry = try ProductEntry(
            id: id, shop: shop, category: category, title: title,
            description: patch.description ?? product?.description ?? Localized(en: ""),
            brand: patch.brand ?? product?.brand ?? "", attributes: attributes, media: media,
            createdAt: product?.createdAt ?? now)
        alts = try Self.alts(of: pictures)
        code = try ValidatedText(patch.code ?? product?.code ?? "", field: "code", length: 0...60).value
        items = try Self.items(patch.variants, on: product?.variants ?? [], newVariant)
        try checkItems()
    }

    private static func checked(_ attribute: Attribute) throws -> Attribute {
        Attribute(
            name: try ValidatedText(attribute.name, field: "attributes", length: 1...40).value,
            value: try ValidatedText(attribute.value, field: "attributes", length: 1...200).value,
            nameChinese: try attribute.nameChinese.map {
                try ValidatedText($0, field: "attributes", length: 1...40).value
            },
            valueChinese: try attribute.valueChinese.map {
                try ValidatedText($0, field: "attributes", length: 1...200).value
            })
    }

    private static func alts(of pictures: [ProductPicture]) throws -> [String: Localized] {
        guard Set(pictures.map(\.path)).count == pictures.count else {
            throw InvalidField("pictures", "must each be there once.", zh: "图片不能重复。")
        }
        let described = try pictures.map { picture in
            let alt = Localized(
                en: try ValidatedText(picture.alt.en, field: "pictures", length: 0...200).value,
                zh: try ValidatedText(picture.alt.zh, field: "pictures", length: 0...200).value)
            return (picture.path, alt)
        }
        return Dictionary(uniqueKeysWithValues: described.filter { !$0.1.en.isEmpty || !$0.1.zh.isEmpty })
    }

    private static func items(
        _ patches: [VariantPatch], on variants: [Variant], _ newVariant: () -> VariantID
    ) throws -> [Item] {
        var wanted: [VariantID: (Int, VariantPatch)] = [:]
        for (index, patch) in patches.enumerated() {
            guard let id = patch.id else { continue }
            guard variants.contains(where: { $0.id == id }) else { throw NotFound("variant") }
            guard wanted.updateValue((index, patch), forKey: id) == nil else {
                throw InvalidField("variants[\(index)].id", "is there twice.", zh: "规格重复。")
            }
        }
        let old = try variants.map { variant in
            let (index, patch) = wanted[variant.id] ?? (0, VariantPatch())
            return try item(patch, at: index, on: variant, as: variant.id)
        }
        let new = try patches.enumerated().filter { $0.element.id == nil }.map {
            try item($0.element, at: $0.offset, on: nil, as: newVariant())
        }
        return old + new
    }

    private static func item(
        _ patch: VariantPatch, at index: Int, on variant: Variant?, as id: VariantID
    ) throws -> Item {
        let place = "variants[\(index)]"
        let spec = patch.spec ?? variant?.spec ?? Localized(en: "")
        let price = try forMembers(patch, patch.price ?? variant?.price, before: variant?.price, at: place)
        if let price, price.amount.amount <= 0 || price.amount.amount > 100_000_000_000 {
            throw InvalidField("\(place).amount", "must be more than 0 and sensible.", zh: "价格必须大于 0。")
        }
        if let price, let old = variant?.price, price.amount.currency != old.amount.currency {
            throw InvalidField("\(place).currency", "can't be changed.", zh: "币种不可更改。")
        }
        return Item(
            id: id,
            spec: Localized(
                en: try ValidatedText(spec.en, field: "\(place).spec", length: 0...80).value,
                zh: try ValidatedText(spec.zh, field: "\(place).spec", length: 0...80).value),
            sku: try ValidatedText(patch.sku ?? variant?.sku ?? "", field: "\(place).sku", length: 0...60).value,
            price: price, isRetired: patch.isRetired ?? variant?.isRetired ?? false, before: variant)
    }

    /// A price with what members shall pay.
    private static func forMembers(
        _ patch: VariantPatch, _ price: Price?, before: Price?, at place: String
    ) throws -> Price? {
        guard let price else {
            guard patch.memberAmount ?? 0 == 0 else {
                throw InvalidField("\(place).memberAmount", "needs a price.", zh: "请先填写售价。")
            }
            return nil
        }
        let amount = patch.memberAmount ?? before?.member?.amount ?? 0
        // A member price that a lower price has overtaken may stay: it counts again when the price is what it was.
        guard amount == before?.member?.amount ?? 0 || (0..<price.amount.amount).contains(amount) else {
            throw InvalidField("\(place).memberAmount", "must be below the price.", zh: "会员价须低于售价。")
        }
        let member = amount == 0 ? nil : Money(amount, price.amount.currency)
        return Price(amount: price.amount, list: price.list, member: member)
    }

    /// Rules over all variants of a product.
    private func checkItems() throws {
        guard items.count <= Self.variantLimit else {
            throw InvalidField("variants", "must be at most \(Self.variantLimit).", zh: "最多 \(Self.variantLimit) 个规格。")
        }
        let sold = items.filter { !$0.isRetired }
        let isDifferent = items.contains { item in
            item.before.map { $0.spec != item.spec || $0.isRetired != item.isRetired } ?? true
        }
        // Imported goods may break this rule; who changes their price need not mend it.
        if isDifferent, Set(sold.map(\.spec.en)).count < sold.count || Set(sold.map(\.spec.zh)).count < sold.count {
            throw InvalidField("variants", "must each have a spec of their own.", zh: "各规格名称不能重复。")
        }
        guard Set(sold.compactMap { $0.price?.amount.currency }).count <= 1 else {
            throw InvalidField("variants", "must have one currency.", zh: "各规格币种须一致。")
        }
        for (index, item) in items.enumerated() where !item.isRetired && !item.sku.isEmpty {
            let isNew = item.before.map { $0.sku != item.sku || $0.isRetired } ?? true
            if isNew, items.contains(where: { $0.id != item.id && !$0.isRetired && $0.sku == item.sku }) {
                throw InvalidField("variants[\(index)].sku", "is used twice.", zh: "规格编码重复。")
            }
        }
    }
}
