import Kernel

/// What delivery costs to some regions.
public struct FreightZone: Sendable, Equatable, Codable {
    /// Regions as people write them; empty for everywhere that no other zone names.
    public let regions: [String]
    /// Pieces or grams in the first step.
    public let first: Int64
    /// What the first step costs, in minor units.
    public let firstAmount: Int64
    /// Pieces or grams in each further step.
    public let additional: Int64
    /// What each further step costs, in minor units.
    public let additionalAmount: Int64
    /// Free when the goods cost at least so much, in minor units, before coupons.
    public let freeAbove: Int64?

    /// A zone, checked by ``FreightTemplate``.
    public init(
        regions: [String] = [], first: Int64, firstAmount: Int64, additional: Int64, additionalAmount: Int64,
        freeAbove: Int64? = nil
    ) {
        self.regions = regions
        self.first = first
        self.firstAmount = firstAmount
        self.additional = additional
        self.additionalAmount = additionalAmount
        self.freeAbove = freeAbove
    }

    /// What so many pieces or grams cost; a step that is begun counts whole.
    func fee(units: Int64, goods: Int64) -> Int64? {
        if let freeAbove, goods >= freeAbove { return 0 }
        guard units > first else { return firstAmount }
        let steps = (Int128(units - first) + Int128(additional) - 1) / Int128(additional)
        return Int64(exactly: Int128(firstAmount) + steps * Int128(additionalAmount))
    }
}

/// How a shop charges for delivery.
public struct FreightTemplate: Sendable, Equatable {
    /// What is counted.
    public enum Measure: String, Sendable, Codable, CaseIterable {
        case piece, weight
    }

    /// The template.
    public let id: FreightTemplateID
    /// Its shop.
    public let shop: ShopID
    /// Its name, for the shop.
    public let name: String
    /// What is counted.
    public let measure: Measure
    /// The currency of its amounts; goods in another one are delivered without a fee.
    public let currency: Currency
    /// Its zones; a region that none of them covers is not delivered to.
    public let zones: [FreightZone]
    /// Whether products without a template of their own have this one.
    public let isDefault: Bool

    /// - Throws: ``InvalidField``.
    public init(
        id: FreightTemplateID, shop: ShopID, name: String, measure: Measure, currency: Currency, zones: [FreightZone],
        isDefault: Bool
    ) throws {
        self.id = id
        self.shop = shop
        self.name = try ValidatedText(name, field: "name", length: 1...60).value
        self.measure = measure
        self.currency = currency
        self.zones = zones
        self.isDefault = isDefault
        try check()
    }

    private func check() throws {
        guard (1...40).contains(zones.count) else {
            throw InvalidField("zones", "must be 1–40.", zh: "须为 1–40 个区域。")
        }
        let most: Int64 = 1_000_000_000
        for zone in zones {
            guard (1...most).contains(zone.first), (1...most).contains(zone.additional) else {
                throw InvalidField("first", "steps must be at least 1.", zh: "首件（重）与续件（重）至少为 1。")
            }
            guard (0...most).contains(zone.firstAmount), (0...most).contains(zone.additionalAmount) else {
                throw InvalidField("firstAmount", "must not be negative.", zh: "运费不能为负数。")
            }
            guard zone.freeAbove.map({ $0 >= 0 }) ?? true else {
                throw InvalidField("freeAbove", "must not be negative.", zh: "不能为负数。")
            }
            guard zone.regions.count <= 60 else {
                throw InvalidField("regions", "must be 60 at most.", zh: "最多 60 个地区。")
            }
            for region in zone.regions { _ = try ValidatedText(region, field: "regions", length: 1...60) }
        }
        let named = zones.flatMap { $0.regions.map(Region.key) }
        guard Set(named).count == named.count, zones.filter(\.regions.isEmpty).count <= 1 else {
            throw InvalidField("zones", "must not name a region twice.", zh: "同一地区不能出现在多个区域中。")
        }
    }

    /// The zone of a region, or `nil` when the shop does not deliver there.
    public func zone(of region: String) -> FreightZone? {
        let key = Region.key(region)
        return zones.first { $0.regions.contains { Region.key($0) == key } } ?? zones.first(where: \.regions.isEmpty)
    }
}

/// How regions are compared: people write 浙江 and 浙江省, Zhejiang and zhejiang province.
public enum Region {
    private static let endings = [
        "维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "省", "市", " province", " state", " city",
    ]

    /// What all ways to write a region have in common.
    public static func key(_ text: String) -> String {
        let lower = text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let ending = endings.first { lower.hasSuffix($0) && lower.count > $0.count }
        return ending.map { String(lower.dropLast($0.count)) } ?? lower
    }
}

/// A line of one shop, as far as freight looks at it.
public struct FreightLine: Sendable, Equatable {
    /// The template that counts; `nil` delivers without a fee.
    public let template: FreightTemplateID?
    /// Units.
    public let quantity: Int64
    /// Grams of one unit.
    public let grams: Int64
    /// What all units cost before coupons.
    public let price: Money

    /// A line.
    public init(template: FreightTemplateID?, quantity: Int64, grams: Int64, price: Money) {
        self.template = template
        self.quantity = quantity
        self.grams = grams
        self.price = price
    }
}

/// What delivery of an order costs, spread over its lines.
public enum Freight {
    /// The freight of each line in minor units, `nil` for a line that is not delivered to the region.
    ///
    /// Lines of one template travel together: their pieces or grams are summed, and the fee is spread over them by
    /// largest remainder, so that a refund of some units takes their share of it.
    ///
    /// - Parameter region: where it goes; `nil` while nobody has said so, which costs nothing yet.
    /// - Throws: ``MoneyError``.
    public static func spread(
        _ lines: [FreightLine], _ templates: [FreightTemplate], to region: String?
    ) throws(MoneyError) -> [Int64?] {
        var fees = [Int64?](repeating: 0, count: lines.count)
        guard let region else { return fees }
        for template in templates {
            let members = lines.indices.filter {
                lines[$0].template == template.id && lines[$0].price.currency == template.currency
            }
            guard !members.isEmpty else { continue }
            guard let zone = template.zone(of: region) else {
                for member in members { fees[member] = nil }
                continue
            }
            let sizes = try members.map { (member) throws(MoneyError) in
                let each = template.measure == .piece ? 1 : lines[member].grams
                return try Money(each, template.currency).times(lines[member].quantity).amount
            }
            var (units, goods) = (Money.zero(template.currency), Money.zero(template.currency))
            for (member, size) in zip(members, sizes) {
                units = try units.adding(Money(size, template.currency))
                goods = try goods.adding(lines[member].price)
            }
            guard let fee = zone.fee(units: units.amount, goods: goods.amount) else { throw .overflow }
            // Goods without a weight share by their number.
            let weights = units.amount > 0 ? sizes : members.map { lines[$0].quantity }
            let parts = try Money(fee, template.currency).split(by: weights)
            for (member, part) in zip(members, parts) { fees[member] = part.amount }
        }
        return fees
    }
}
