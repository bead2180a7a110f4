import Catalog
import Flows
import HTTP
import Kernel
import Shops

/// The form by which a shop's staff writes a product and its variants.
struct GoodsForm {
    /// Empty rows for new variants, without script.
    static let newRows = 3

    /// The product as it stands; `nil` for a new one.
    let product: Product?
    /// What was typed; `nil` when the form is opened.
    let form: Form?
    /// What was wrong with it.
    let invalid: InvalidField?
    /// What somebody else changed since the form was opened.
    let changes: [TrailChange]
    /// Whether the page says that somebody else changed the product.
    let isTold: Bool
    let currency: Currency
    let context: Context

    /// A field of a variant in a row.
    private static let cells: [(name: String, word: GoodsWord, api: String)] = [
        ("spec-en", .specEnglish, "spec.en"), ("spec-zh", .specChinese, "spec.zh"), ("sku", .sku, "sku"),
        ("amount", .unitPrice, "amount"), ("list", .struckPrice, "listAmount"),
        ("member", .memberPrice, "memberAmount"),
    ]

    var view: View {
        [
            // What was read stays what was read, unless somebody has been told what is different now.
            "version": (isTold ? nil : form?["version"]) ?? String(product?.version ?? 0), "fields": fields,
            "rows": rows,
            "variantsNote": maybe(note("variants").text),
            "categoryNote": maybe(note("category").text),
        ]
    }

    private var fields: [View] {
        [
            field("title-en", .titleEnglish, "title.en", product?.title.en, isRequired: true),
            field("title-zh", .titleChinese, "title.zh", product?.title.zh),
            field("description-en", .descriptionEnglish, "description.en", product?.description.en, rows: 5),
            field("description-zh", .descriptionChinese, "description.zh", product?.description.zh, rows: 5),
            field("brand", .brand, "brand", product?.brand),
            field("code", .productCode, "code", product?.code, help: .productCodeHelp),
            field(
                "attributes", .properties, "attributes", product.map { Product.text(of: $0.attributes) }, rows: 4,
                help: .propertiesHelp),
        ]
    }

    private func field(
        _ name: String, _ word: GoodsWord, _ api: String, _ present: String?, isRequired: Bool = false, rows: Int = 0,
        help: GoodsWord? = nil
    ) -> View {
        let note = note(api)
        return [
            "name": name, "label": context.words(word), "value": form?[name] ?? (form == nil ? present ?? "" : ""),
            "isRequired": isRequired, "isLong": rows > 0, "isWide": rows > 0, "rows": String(rows),
            "error": note.isError, "note": maybe(note.text), "noteClass": "field-error",
            "help": maybe(help.map { context.words($0) }),
        ]
    }

    private var rows: [View] {
        let old = (product?.variants ?? []).enumerated().map { row($0.offset, $0.element) }
        return old + (0..<Self.newRows).map { row(old.count + $0, nil) }
    }

    private func row(_ index: Int, _ variant: Variant?) -> View {
        let present = [
            variant?.spec.en, variant?.spec.zh, variant?.sku, variant?.price?.amount.plain,
            variant?.price?.list?.plain, variant?.price?.member?.plain,
        ]
        let spec = variant?.spec.text(in: context.language) ?? ""
        let isRetired = form.map { $0["retired-\(index)"] != nil } ?? variant?.isRetired ?? false
        return [
            "row": String(index), "id": maybe(variant?.id.description), "isRetired": isRetired,
            "legend": variant == nil ? context.words(.newVariant) : spec.isEmpty ? context.words(.variant) : spec,
            "cells": zip(Self.cells, present).map { cell, text -> View in
                let name = "\(cell.name)-\(index)"
                let note = note("variants[\(index)].\(cell.api)", variant.map { "variant \($0.id) \(cell.api)" })
                return [
                    "name": name, "label": context.words(cell.word, currency.code), "error": note.isError,
                    "value": form?[name] ?? (form == nil ? text ?? "" : ""), "note": maybe(note.text),
                    "noteClass": "field-error",
                    "mode": maybe(["amount", "list", "member"].contains(cell.name) ? "decimal" : nil),
                ]
            },
        ]
    }

    /// What is to be said beside a field.
    private func note(_ api: String, _ changed: String? = nil) -> (text: String?, isError: Bool) {
        let name = invalid?.field ?? ""
        // Texts of both languages are one field of the API, and rooms name columns.
        let isHere =
            name == api || name == api.replacing(".", with: "_") || (!name.isEmpty && api.hasPrefix(name + "."))
        if isHere { return (context.language == .zh ? invalid?.reasonChinese : invalid?.reason, true) }
        if let change = changes.first(where: { $0.field == changed ?? api }) {
            return (context.words(.nowIs, change.now ?? "–"), true)
        }
        return (nil, false)
    }

    /// What was typed, as a wish. Rows that are empty and new don't count.
    ///
    /// - Throws: ``InvalidField``.
    static func patch(_ form: Form, currency: Currency) throws -> GoodsPatch {
        var patch = GoodsPatch(
            code: form["code"] ?? "",
            title: Localized(en: try required(form, "title-en", "title.en"), zh: form["title-zh"]),
            description: Localized(en: form["description-en"] ?? "", zh: form["description-zh"]),
            category: CategoryID(form["category"] ?? ""), brand: form["brand"] ?? "",
            attributes: try Product.attributes(in: form["attributes"] ?? ""))
        for index in 0..<200 {
            let id = form["id-\(index)"].flatMap { VariantID($0) }
            let texts = cells.map { form["\($0.name)-\(index)"] }
            if id == nil, texts.allSatisfy({ $0 == nil }) {
                if form["id-\(index + 1)"] == nil, index > 110 { break }
                continue
            }
            let amount = try self.amount(form, index, "amount", currency)
            let list = try self.amount(form, index, "list", currency)
            // An empty cell takes a member price away.
            let member = try self.amount(form, index, "member", currency) ?? 0
            patch.variants.append(
                VariantPatch(
                    id: id, spec: Localized(en: texts[0] ?? texts[1] ?? "", zh: texts[1]), sku: texts[2] ?? "",
                    price: amount.map { Price(amount: Money($0, currency), list: list.map { Money($0, currency) }) },
                    memberAmount: member, isRetired: form["retired-\(index)"] != nil))
        }
        return patch
    }

    private static func required(_ form: Form, _ name: String, _ api: String) throws -> String {
        guard let text = form[name] ?? form["title-zh"] else {
            throw InvalidField(api, "must not be empty.", zh: "不能为空。")
        }
        return text
    }

    private static func amount(_ form: Form, _ index: Int, _ name: String, _ currency: Currency) throws -> Int64? {
        guard let text = form["\(name)-\(index)"] else { return nil }
        guard let money = Money(typed: text, currency) else {
            throw InvalidField(
                "variants[\(index)].\(cells.first { $0.name == name }?.api ?? name)", "must be an amount like 39.90.",
                zh: "请输入金额，如 39.90。")
        }
        return money.amount
    }
}
