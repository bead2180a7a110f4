import Catalog
import Flows
import HTTP
import Kernel

/// The newest goods of a shop, for the forms of its desk.
struct ShopGoods {
    /// One option for each variant that has a price.
    private(set) var variants: [View] = []
    /// One option for each product.
    private(set) var products: [View] = []
    /// The names of variants.
    private(set) var names: [VariantID: String] = [:]
    /// The currency of the newest price; yuan while there is none.
    private(set) var currency = Currency.cny

    init(of shop: ShopID, _ market: Marketplace, _ context: Context) async throws {
        let ids = try await market.catalog.newest(shop: shop, limit: 200).map(\.id)
        let now = market.source.now
        for product in try await market.store.read({ try Catalog.products(ids, at: now, in: $0) }) {
            let title = product.title.text(in: context.language)
            products.append(["value": product.id.description, "name": title])
            for variant in product.variants {
                guard let price = variant.price else { continue }
                if names.isEmpty { currency = price.amount.currency }
                let spec = variant.spec.text(in: context.language)
                let name = title + (spec.isEmpty ? "" : " · \(spec)")
                names[variant.id] = name
                variants.append([
                    "value": variant.id.description, "name": "\(name) (\(context.format.money(price.amount)))",
                ])
            }
        }
    }
}

extension Form {
    /// What a person types as an amount ("39" or "39.90") in minor units; `nil` when it is absent.
    ///
    /// - Throws: ``InvalidField``.
    func amount(_ name: String, _ currency: Currency) throws -> Int64? {
        guard let text = self[name] else { return nil }
        guard let amount = Money(typed: text, currency)?.amount else {
            throw InvalidField(name, "must be an amount like 39.90.", zh: "请输入金额，如 39.90。")
        }
        return amount
    }

    /// What a person types as a percentage ("15" or "12.5") in basis points; `nil` when it is absent.
    ///
    /// - Throws: ``InvalidField``.
    func percent(_ name: String) throws -> Int64? {
        guard let text = self[name] else { return nil }
        // A percentage has two digits after the point, as the minor units of a currency with exponent 2 do.
        guard let points = Money(typed: text, .cny)?.amount, points <= 10_000 else {
            throw InvalidField(name, "must be a percentage like 12.5.", zh: "请输入百分比，如 12.5。")
        }
        return points
    }

    /// A date and time of a zone, which have to be there.
    ///
    /// - Throws: ``InvalidField``.
    func time(_ name: String, in zone: TimeZoneName) throws -> Instant {
        guard let time = zone.instant(local: try required(name)) else {
            throw InvalidField(name, "must be a date and time.", zh: "请输入日期和时间。")
        }
        return time
    }
}
