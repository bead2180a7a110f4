import Catalog
import Kernel
import Live
import Pricing
import Store

/// `live_sessions`: announced, and on air if they say so. They are history: one that stands in the store is left alone.
struct LiveRows: ImportedTable {
    /// A session and what it charges.
    struct Entry: Sendable {
        let id: LiveSessionID
        let plan: LivePlan
        let isLive: Bool
        let pinned: ProductID?
        let prices: [LivePrice]
        let endsAt: Instant
        var cover: MediaUse?
        var coverName: String?
    }

    /// What viewers pay for a variant.
    struct LivePrice: Sendable {
        let id: PriceOfferID
        let variant: VariantID
        let amount: Int64
    }

    private enum HostKind: String, CaseIterable { case creator, shop }
    private enum State: String, CaseIterable { case scheduled, live }

    static let table = Table.liveSessions
    let live: Live
    let pricing: Pricing
    let source: Source
    let currency: Currency

    func key(of fields: Fields) throws(Refusal) -> String { try fields.key("id") }

    func read(_ fields: [Fields]) throws -> Draft<Entry> {
        let fields = fields[0]
        let kind = try fields.choice("host_kind", among: HostKind.allCases, default: nil)
        let host = try fields.reference("host", to: kind == .shop ? .shop : .person)
        let products = try fields.list("products", atMost: Live.bagLimit).map {
            fields.reference("products", to: .product, $0)
        }
        let pinned = try fields.optionalReference("pinned", to: .product)
        guard pinned.map({ wanted in products.contains { $0.number == wanted.number } }) ?? true else {
            throw Refusal("pinned", "is not among the products.")
        }
        let prices = try prices(fields)
        guard let plannedAt = try fields.moment("planned_at") else { throw Refusal("planned_at", "is missing.") }
        let plan = try LivePlan(
            by: kind == .shop ? .shop(host.identifier()) : .creator(host.identifier()),
            title: fields.localized("title"), plannedAt: plannedAt, products: products.map { $0.identifier() })
        let cover = fields.text("cover").map { MediaUse(column: "cover", path: $0, kind: .picture) }
        let own = try fields.key("id")
        let entry = Entry(
            id: fields.names.identifier("live_sessions", own), plan: plan,
            isLive: try fields.choice("state", among: State.allCases, default: .scheduled) == .live,
            pinned: pinned?.identifier(),
            prices: prices.map { variant, amount in
                LivePrice(
                    id: fields.names.identifier("live_prices", "\(own)/\(variant.text)"),
                    variant: variant.identifier(), amount: amount)
            },
            endsAt: max(fields.now, plannedAt) + .hours(24), cover: cover)
        return Draft(
            entry: entry, references: [host] + products + (pinned.map { [$0] } ?? []) + prices.map(\.0),
            media: cover.map { [$0] } ?? [])
    }

    /// `variant=amount`, in minor units.
    private func prices(_ fields: Fields) throws(Refusal) -> [(Reference, Int64)] {
        var prices: [(Reference, Int64)] = []
        for text in try fields.list("prices", atMost: 200) {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let amount = Int64(parts[1]), (1...Fields.largestAmount).contains(amount) else {
                throw Refusal("prices", "must be a list of variant=amount.")
            }
            prices.append((fields.reference("prices", to: .variant, parts[0]), amount))
        }
        return prices
    }

    func complete(_ entry: inout Entry, from supplies: Supplies) throws {
        entry.coverName = entry.cover.flatMap { supplies.media[$0] }
    }

    func write(_ entry: Entry, in transaction: any Transaction) throws -> [ProductID] {
        guard try Live.session(entry.id, in: transaction) == nil else { return [] }
        try live.schedule(entry.plan.with(cover: entry.coverName), as: entry.id, in: transaction)
        let owners = try Catalog.owners(of: entry.prices.map(\.variant), in: transaction)
        for price in entry.prices {
            guard let shop = owners[price.variant]?.shop else { continue }
            try pricing.open(
                PriceOffer(
                    id: price.id, shop: shop, variant: price.variant, rule: .live, audience: "\(entry.id)",
                    price: Money(price.amount, currency), startsAt: source.now, endsAt: entry.endsAt), in: transaction)
        }
        if entry.isLive {
            try live.move(entry.id, to: .live, in: transaction)
            if let pinned = entry.pinned { try live.pin(pinned, in: entry.id, in: transaction) }
        }
        return []
    }
}
