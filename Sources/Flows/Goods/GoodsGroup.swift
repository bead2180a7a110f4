import Catalog
import Kernel

/// The rows of a table that speak of one product. Pure: what they ask for, given how the product stands.
struct GoodsGroup: Sendable {
    /// The product's code, or its identifier.
    let code: String
    let lines: [GoodsLine]

    /// The groups of a table in the order of their first rows; rows without a code are groups of their own.
    static func groups(of lines: [GoodsLine]) -> [GoodsGroup] {
        var order: [String] = []
        var byCode: [String: [GoodsLine]] = [:]
        var groups: [GoodsGroup] = []
        for line in lines {
            guard let code = line[.productCode] else {
                groups.append(GoodsGroup(code: "", lines: [line]))
                continue
            }
            if byCode[code] == nil { order.append(code) }
            byCode[code, default: []].append(line)
        }
        return groups + order.map { GoodsGroup(code: $0, lines: byCode[$0] ?? []) }
    }

    /// What the rows say of the product in a column.
    ///
    /// - Throws: ``GoodsLineProblem`` when two rows say different things.
    func said(_ column: GoodsColumn) throws -> String? {
        guard let first = lines.first(where: { $0[column] != nil }), let text = first[column] else { return nil }
        for line in lines {
            guard let other = line[column], other != text else { continue }
            throw GoodsLineProblem(
                line.number,
                InvalidField(
                    column.rawValue, "differs from row \(first.number) of the same product.",
                    zh: "与同一商品第 \(first.number) 行不一致。"))
        }
        return text
    }

    /// The wish that the rows are, on top of a product or of nothing; nil members are as they stand.
    func patch(
        on product: Product?, category: (String) throws -> CategoryID, currency: Currency
    ) throws -> GoodsPatch {
        guard !code.isEmpty else {
            throw InvalidField("product_code", "must not be empty.", zh: "不能为空。")
        }
        var patch = GoodsPatch()
        if product == nil { patch.code = code }
        patch.title = try text(.title, .titleChinese, product?.title)
        patch.description = try text(.description, .descriptionChinese, product?.description)
        patch.category = try said(.category).map(category).flatMap { $0 == product?.category ? nil : $0 }
        patch.brand = try said(.brand).flatMap { $0 == product?.brand ? nil : $0 }
        for line in lines {
            do {
                if let variant = try variant(line, on: product, currency: currency) { patch.variants.append(variant) }
            } catch let problem as InvalidField { throw GoodsLineProblem(line.number, problem) }
        }
        return patch
    }

    private func text(_ english: GoodsColumn, _ chinese: GoodsColumn, _ present: Localized?) throws -> Localized? {
        let (en, zh) = (try said(english), try said(chinese))
        guard en != nil || zh != nil else { return nil }
        let text = Localized(en: en ?? present?.en ?? zh ?? "", zh: zh ?? present?.zh)
        return text == present ? nil : text
    }

    /// What a row asks for its variant; `nil` when it stands so already.
    private func variant(_ line: GoodsLine, on product: Product?, currency: Currency) throws -> VariantPatch? {
        let old = try found(line, among: product?.variants ?? [])
        if old == nil, line[.variantCode] == nil, line[.spec] == nil, line[.price] == nil { return nil }
        var patch = VariantPatch(id: old?.id)
        if let code = line[.variantCode], old == nil { patch.sku = code }
        if line[.spec] != nil || line[.specChinese] != nil {
            let spec = Localized(
                en: line[.spec] ?? old?.spec.en ?? line[.specChinese] ?? "", zh: line[.specChinese] ?? old?.spec.zh)
            if spec != old?.spec { patch.spec = spec }
        }
        if let price = try price(line, on: old, currency), price != old?.price { patch.price = price }
        if let member = try member(line, patch.price ?? old?.price), member != old?.price?.member?.amount {
            patch.memberAmount = member
        }
        return old != nil && patch == VariantPatch(id: old?.id) ? nil : patch
    }

    private func found(_ line: GoodsLine, among variants: [Variant]) throws -> Variant? {
        guard let code = line[.variantCode] else {
            if lines.count == 1, variants.count == 1 { return variants[0] }
            return variants.first { $0.spec.en == line[.spec] ?? "" }
        }
        if let variant = variants.first(where: { $0.sku == code && !$0.isRetired }) { return variant }
        guard let id = VariantID(code) else { return nil }
        guard let variant = variants.first(where: { $0.id == id }) else {
            throw InvalidField("variant_code", "is not a variant of this product.", zh: "不是该商品的规格。")
        }
        return variant
    }

    private func price(_ line: GoodsLine, on old: Variant?, _ fallback: Currency) throws -> Price? {
        guard let text = line[.price] else { return nil }
        let currency = try line[.currency].map { text in
            guard let currency = Currency(text) else {
                throw InvalidField("currency", "is not an ISO 4217 code.", zh: "币种代码无效。")
            }
            return currency
        }
        let used = currency ?? old?.price?.amount.currency ?? fallback
        guard let amount = Money(typed: text, used) else {
            throw InvalidField("price", "must be an amount like 39.90.", zh: "请输入金额，如 39.90。")
        }
        let list = try line[.listPrice].map { text in
            guard let list = Money(typed: text, used) else {
                throw InvalidField("list_price", "must be an amount like 39.90.", zh: "请输入金额，如 39.90。")
            }
            return list
        }
        return Price(amount: amount, list: list ?? old?.price?.list, member: old?.price?.member)
    }

    /// What a row says members pay, in minor units; 0 takes it away, an empty cell leaves it.
    private func member(_ line: GoodsLine, _ price: Price?) throws -> Int64? {
        guard let text = line[.memberPrice] else { return nil }
        guard let price else { throw InvalidField("member_price", "needs a price.", zh: "请先填写售价。") }
        guard let member = Money(typed: text, price.amount.currency) else {
            throw InvalidField("member_price", "must be an amount like 39.90.", zh: "请输入金额，如 39.90。")
        }
        return member.amount
    }
}

/// A problem of one row.
struct GoodsLineProblem: Error {
    let line: Int
    let problem: InvalidField

    init(_ line: Int, _ problem: InvalidField) {
        self.line = line
        self.problem = problem
    }
}
