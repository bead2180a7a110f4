import Catalog
import Foundation
import Kernel
import Shops

extension Product {
    /// Everything that its staff can change, by the names of the API, as text.
    var fields: [(name: String, text: String)] {
        var fields = [
            ("code", code), ("title.en", title.en), ("title.zh", title.zh), ("description.en", description.en),
            ("description.zh", description.zh), ("category", category.description), ("brand", brand),
            ("attributes", Self.text(of: attributes)), ("pictures", media.joined(separator: " ")),
            ("alts", pictures.map { $0.alt.en }.filter { !$0.isEmpty }.joined(separator: " | ")),
            ("status", status.rawValue),
        ]
        for variant in variants {
            let place = "variant \(variant.id)"
            fields += [
                ("\(place) spec.en", variant.spec.en), ("\(place) spec.zh", variant.spec.zh),
                ("\(place) sku", variant.sku), ("\(place) retired", variant.isRetired ? "yes" : "no"),
            ]
            // A retired variant has no price to be shown, which is no change of it.
            guard let price = variant.price else { continue }
            fields.append(("\(place) amount", price.amount.plain))
            fields.append(("\(place) listAmount", price.list?.plain ?? ""))
            fields.append(("\(place) memberAmount", price.member?.plain ?? ""))
        }
        return fields
    }

    /// What is different in `other`, which came later.
    func changes(to other: Product) -> [TrailChange] {
        let old = Dictionary(fields.map { ($0.name, $0.text) }, uniquingKeysWith: { first, _ in first })
        var changes = other.fields.compactMap { name, text -> TrailChange? in
            let was = old[name]
            return was == text || (was == nil && text.isEmpty) ? nil : TrailChange(name, was: was, now: text)
        }
        // Texts of ten thousand characters tell little in a trail.
        changes = changes.map { TrailChange($0.field, was: $0.was?.shortened, now: $0.now?.shortened) }
        return changes
    }

    /// Properties as one writes them in a form: one a line, `name: value | 名称: 值`.
    public static func text(of attributes: [Attribute]) -> String {
        attributes.map { attribute in
            let chinese = attribute.nameChinese ?? attribute.valueChinese
            let second = chinese == nil ? "" : " | \(attribute.name(in: .zh)): \(attribute.value(in: .zh))"
            return "\(attribute.name): \(attribute.value)\(second)"
        }.joined(separator: "\n")
    }

    /// Reads ``text(of:)``.
    ///
    /// - Throws: ``InvalidField`` naming the line that can't be read.
    public static func attributes(in text: String) throws -> [Attribute] {
        try text.split(whereSeparator: \.isNewline).enumerated().compactMap { index, line in
            let halves = line.split(separator: "|", maxSplits: 1).map { half in
                half.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == ":" || $0 == "：" }
                    .map { $0.trimmingCharacters(in: .whitespaces) }
            }
            guard let first = halves.first, !first.allSatisfy(\.isEmpty) else { return nil }
            guard halves.allSatisfy({ $0.count == 2 && !$0[0].isEmpty && !$0[1].isEmpty }) else {
                throw InvalidField(
                    "attributes", "line \(index + 1) must be `name: value`.", zh: "第 \(index + 1) 行须为“名称：值”。")
            }
            let second = halves.count == 2 ? halves[1] : nil
            return Attribute(name: first[0], value: first[1], nameChinese: second?[0], valueChinese: second?[1])
        }
    }
}

extension Money {
    /// The amount in whole units with a point, without a currency: 39.90.
    public var plain: String {
        let digits = currency.exponent
        guard digits > 0 else { return "\(amount)" }
        let text = String(amount.magnitude)
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        return (amount < 0 ? "-" : "") + padded.dropLast(digits) + "." + padded.suffix(digits)
    }
}

extension Money {
    /// An amount as a person types it, in whole units with or without a fraction ("39", "39.90"); `nil` for anything else.
    public init?(typed text: String, _ currency: Currency) {
        let digits = currency.exponent
        guard text.wholeMatch(of: /[0-9]{1,12}(\.[0-9]+)?/) != nil, let value = Decimal(string: text) else {
            return nil
        }
        let scaled = value * pow(10, digits)
        guard scaled == Decimal(NSDecimalNumber(decimal: scaled).int64Value) else { return nil }
        self.init(NSDecimalNumber(decimal: scaled).int64Value, currency)
    }
}

extension String {
    fileprivate var shortened: String { count <= 200 ? self : prefix(199) + "…" }
}
