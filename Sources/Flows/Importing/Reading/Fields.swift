import Kernel

/// Typed reading of one row's columns; every failure names its column.
struct Fields {
    /// The row.
    let row: Row
    /// Where identifiers come from.
    let names: Names
    /// When the import began; what happened can't have happened later.
    let now: Instant

    /// Times before this are a mistake of whoever wrote the file.
    private static let earliest = Instant(milliseconds: 946_684_800_000)  // 2000-01-01
    private static let latest = Instant(milliseconds: 4_102_444_800_000)  // 2100-01-01
    /// Largest amount in minor units: sums of a million of them still fit 64 bits.
    static let largestAmount: Int64 = 1_000_000_000_000

    /// A column's text, or `nil`.
    func text(_ column: String) -> String? { row[column] }

    /// A column that must have a text.
    func required(_ column: String) throws(Refusal) -> String {
        guard let text = row[column] else { throw Refusal(column, "is missing.") }
        return text
    }

    /// The folder's own identifier in a column.
    func key(_ column: String) throws(Refusal) -> String {
        let text = try required(column)
        guard text.utf8.count <= 512, text.count <= 128 else {
            throw Refusal(column, "must be 1–128 characters.")
        }
        return text
    }

    /// A reference to a row of another table.
    func reference(_ column: String, to target: Reference.Target) throws(Refusal) -> Reference {
        let text = try key(column)
        return reference(column, to: target, text)
    }

    /// A reference whose text stands in a list or is made from several columns.
    func reference(_ column: String, to target: Reference.Target, _ text: String) -> Reference {
        Reference(
            row: row.number, column: column, target: target, number: names.number(target.table, text), text: text)
    }

    /// A reference that may be absent.
    func optionalReference(_ column: String, to target: Reference.Target) throws(Refusal) -> Reference? {
        row[column] == nil ? nil : try reference(column, to: target)
    }

    /// A text in English and Chinese from `NAME_en` and `NAME_zh`.
    func localized(_ name: String) -> Localized {
        Localized(en: row["\(name)_en"] ?? "", zh: row["\(name)_zh"])
    }

    /// A whole number within a range, or `nil`.
    func number(_ column: String, _ range: ClosedRange<Int64>) throws(Refusal) -> Int64? {
        guard let text = row[column] else { return nil }
        guard let value = Int64(text) else {
            throw Refusal(column, "must be a whole number, not \(quoted(text)).")
        }
        guard range.contains(value) else {
            throw Refusal(column, "must be \(range.lowerBound)–\(range.upperBound), not \(value).")
        }
        return value
    }

    /// A whole number that must be there.
    func requiredNumber(_ column: String, _ range: ClosedRange<Int64>) throws(Refusal) -> Int64 {
        guard let value = try number(column, range) else { throw Refusal(column, "is missing.") }
        return value
    }

    /// One of the values of an enumeration, or `fallback` when the column is empty.
    func choice<Value>(_ column: String, among choices: [Value], default fallback: Value?) throws(Refusal) -> Value
    where Value: RawRepresentable, Value.RawValue == String {
        guard let text = row[column] else {
            guard let fallback else { throw Refusal(column, "is missing.") }
            return fallback
        }
        guard let value = choices.first(where: { $0.rawValue == text }) else {
            let known = choices.map(\.rawValue).joined(separator: ", ")
            throw Refusal(column, "must be one of \(known), not \(quoted(text)).")
        }
        return value
    }

    /// Parts of a list; empty parts are refused.
    func list(_ column: String, atMost limit: Int) throws(Refusal) -> [String] {
        guard let text = row[column] else { return [] }
        let parts = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= limit else {
            throw Refusal(column, "must have at most \(limit) parts, not \(parts.count).")
        }
        guard !parts.contains("") else { throw Refusal(column, "has an empty part.") }
        return parts
    }

    /// A moment that may lie in the future, such as the end of a price; or `nil`.
    func moment(_ column: String) throws(Refusal) -> Instant? {
        guard let text = row[column] else { return nil }
        let instant = Int64(text).map { Instant(milliseconds: $0) } ?? Instant(rfc3339: text)
        guard let instant else {
            throw Refusal(
                column, "must be RFC 3339 (2026-03-01T08:00:00Z) or milliseconds since 1970, not \(quoted(text)).")
        }
        guard instant >= Self.earliest, instant < Self.latest else {
            throw Refusal(column, "must lie between the years 2000 and 2100.")
        }
        return instant
    }

    /// A moment at which something happened, or `nil`. A day of difference between clocks is let pass.
    func past(_ column: String) throws(Refusal) -> Instant? {
        guard let instant = try moment(column) else { return nil }
        guard instant < now + .days(1) else { throw Refusal(column, "lies in the future.") }
        return instant
    }

    /// A moment at which something happened and that must be there.
    func requiredPast(_ column: String) throws(Refusal) -> Instant {
        guard let instant = try past(column) else { throw Refusal(column, "is missing.") }
        return instant
    }

    /// The row's currency, or `fallback`.
    func currency(default fallback: Currency) throws(Refusal) -> Currency {
        guard let text = row["currency"] else { return fallback }
        guard let currency = Currency(iso: text) else {
            throw Refusal("currency", "must be an ISO 4217 code such as CNY, not \(quoted(text)).")
        }
        return currency
    }

    /// The start of a text, for reasons.
    private func quoted(_ text: String) -> String { text.count > 40 ? "“\(text.prefix(40))…”" : "“\(text)”" }
}

/// A row's mention of another row, here or in the store.
struct Reference: Hashable, Sendable {
    /// What can be mentioned.
    enum Target: Hashable, Sendable, CaseIterable {
        case category, person, shop, product, variant, video
        /// A variant with what an order line snapshots of it.
        case offer

        /// The table whose identifiers it uses.
        var table: Table {
            switch self {
            case .category: .categories
            case .person: .people
            case .shop: .shops
            case .product: .products
            case .variant, .offer: .variants
            case .video: .videos
            }
        }
    }

    /// The row that mentions it.
    let row: Int
    /// The column that mentions it.
    let column: String
    /// What it mentions.
    let target: Target
    /// The number behind the identifier.
    let number: UInt128
    /// The folder's own text, for reasons.
    let text: String

    /// What is said when it can't be found.
    var refusal: Refusal {
        Refusal(column, "names “\(text.prefix(128))”, which is neither in \(target.table.rawValue) nor in the store.")
    }

    /// Its identifier.
    func identifier<Kind>(_ kind: Kind.Type = Kind.self) -> Identifier<Kind> { Identifier(rawValue: number) }
}
