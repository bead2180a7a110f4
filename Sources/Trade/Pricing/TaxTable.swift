import Kernel

/// A tax rate of a shop for a category and a region.
public struct TaxRate: Sendable, Equatable {
    /// The category; `nil` for all others.
    public let category: CategoryID?
    /// The region as people write it; `nil` for all others.
    public let region: String?
    /// The rate and whether prices hold it.
    public let rule: TaxRule

    /// - Throws: ``InvalidField``.
    public init(category: CategoryID?, region: String?, rule: TaxRule) throws {
        guard (0...10_000).contains(rule.rate.value) else {
            throw InvalidField("rate", "must be 0–10,000 basis points.", zh: "须为 0–10000 基点。")
        }
        self.category = category
        self.region = try region.map { try ValidatedText($0, field: "region", length: 1...60).value }
        self.rule = rule
    }
}

/// A shop's tax rates; the most exact one holds.
public struct TaxTable: Sendable, Equatable {
    /// The rates.
    public let rates: [TaxRate]

    /// A table.
    public init(_ rates: [TaxRate]) { self.rates = rates }

    /// The rule for a category and a region: that of both, else of the category, else of the region, else of the shop,
    /// else `fallback`.
    public func rule(for category: CategoryID, in region: String?, else fallback: TaxRule) -> TaxRule {
        let key = region.map(Region.key)
        let fitting = rates.filter { rate in
            (rate.category == nil || rate.category == category)
                && (rate.region == nil || (key != nil && rate.region.map(Region.key) == key))
        }
        func exactness(_ rate: TaxRate) -> Int { (rate.category == nil ? 0 : 2) + (rate.region == nil ? 0 : 1) }
        return fitting.max { exactness($0) < exactness($1) }?.rule ?? fallback
    }
}
