import Foundation
import Kernel
import Store

/// What a shop has set that goes beyond the price in the catalogue: offers, freight, tax.
public struct ShopPolicy: Sendable, Equatable {
    /// Whether any offer runs or comes.
    public let hasOffers: Bool
    /// Its freight templates, the oldest first.
    public let templates: [FreightTemplate]
    /// Its tax rates.
    public let taxes: TaxTable

    /// A shop that has set nothing.
    public static let none = ShopPolicy(hasOffers: false, templates: [], taxes: TaxTable([]))
}

/// Prices under rules, freight templates and tax rates of shops, and the quotes made of them.
///
/// A checkout needs all of it for every shop and finds it in memory: what this node changes is forgotten at once, what
/// another node changes within five seconds. Most shops have set nothing, and then a checkout asks nothing.
public final class Pricing: Sendable {
    let store: any Store
    let source: Source
    let policies = Recent<ShopID, ShopPolicy>(lifetime: .seconds(5), limit: 100_000)

    /// The room on a store.
    public init(store: any Store, source: Source) {
        self.store = store
        self.source = source
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "pricing", number: 1, file: PackageResources._001_pricing_sql),
        Migration(room: "pricing", number: 2, file: PackageResources._002_live_prices_sql),
    ]

    /// Changes whenever this node changes a policy. Take it before a unit of work that calls ``policies(of:version:in:)``.
    public var version: Int { policies.version }

    /// What shops have set; at most three statements for those that were not asked about in the last seconds.
    ///
    /// - Parameter version: what ``version`` said before the unit of work began.
    public func policies(
        of shops: Set<ShopID>, version: Int, in transaction: any Transaction
    ) throws -> [ShopID: ShopPolicy] {
        let now = source.now
        var found = policies.find(shops, at: now)
        let missing = shops.filter { found[$0] == nil }.sorted()
        guard !missing.isEmpty else { return found }
        let offering = try transaction.rows(
            "SELECT DISTINCT shop FROM price_offers WHERE shop IN \(list: missing) AND ends_at > \(now)"
        ).map { try $0.get(0, as: ShopID.self) }
        let templates = Dictionary(grouping: try Self.templates(of: missing, in: transaction), by: \.shop)
        let taxes = Dictionary(grouping: try Self.taxes(of: missing, in: transaction), by: \.0)
        var read: [ShopID: ShopPolicy] = [:]
        for shop in missing {
            read[shop] = ShopPolicy(
                hasOffers: offering.contains(shop), templates: templates[shop] ?? [],
                taxes: TaxTable((taxes[shop] ?? []).map(\.1)))
        }
        policies.remember(read, at: now, version: version)
        found.merge(read) { $1 }
        return found
    }

    func forget(_ shop: ShopID, after transaction: any Transaction) {
        transaction.afterCommit { [policies] in policies.forget([shop]) }
    }

    static func templates(of shops: [ShopID], in transaction: any Transaction) throws -> [FreightTemplate] {
        try transaction.rows(
            "SELECT * FROM freight_templates WHERE shop IN \(list: shops) ORDER BY created_at, id"
        ).map(FreightTemplate.init)
    }

    static func taxes(of shops: [ShopID], in transaction: any Transaction) throws -> [(ShopID, TaxRate)] {
        try transaction.rows(
            "SELECT * FROM tax_rates WHERE shop IN \(list: shops) ORDER BY shop, category, region"
        ).map { row in
            let (category, region): (String, String) = (try row.get("category"), try row.get("region"))
            let rule = TaxRule(
                BasisPoints(try row.get("rate", as: Int64.self)), isIncluded: try row.get("is_included"))
            return (
                try row.get("shop"),
                try TaxRate(category: CategoryID(category), region: region.isEmpty ? nil : region, rule: rule)
            )
        }
    }
}

extension FreightTemplate {
    init(_ row: SQLRow) throws {
        let zones = Data(try row.get("zones", as: String.self).utf8)
        let measure = Measure(rawValue: try row.get("measure"))
        try self.init(
            id: try row.get("id"), shop: try row.get("shop"), name: try row.get("name"), measure: measure ?? .piece,
            currency: try row.get("currency"), zones: try JSONDecoder().decode([FreightZone].self, from: zones),
            isDefault: try row.get("is_default"))
    }
}

extension PriceOffer {
    init(_ row: SQLRow) throws {
        self.init(
            id: try row.get("id"), shop: try row.get("shop"), variant: try row.get("variant"),
            rule: PriceRule(rawValue: try row.get("rule")) ?? .deal, audience: try row.get("audience"),
            price: Money(try row.get("amount"), try row.get("currency")), startsAt: try row.get("starts_at"),
            endsAt: try row.get("ends_at"), zone: try row.get("zone"))
    }
}
