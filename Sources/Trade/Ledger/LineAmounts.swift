import Kernel

/// One part of what a line's sale moves between two parties.
public enum Component: String, Sendable, Codable, CaseIterable, CodingKeyRepresentable {
    /// The goods at the price before discounts.
    case price
    /// Discount on goods that the shop grants.
    case shopDiscount
    /// Discount on goods that the platform pays for.
    case platformDiscount
    /// Discount on goods that the creator pays for.
    case creatorDiscount
    /// Delivery before discounts.
    case shipping
    /// Discount on delivery that the shop grants.
    case shopShipping
    /// Discount on delivery that the platform pays for.
    case platformShipping
    /// Discount on delivery that the creator pays for.
    case creatorShipping
    /// Tax on the goods.
    case tax
    /// Tax on delivery.
    case shippingTax
    /// The platform's fee.
    case fee
    /// The creator's commission, the agency's share in it.
    case commission
    /// The agency's share of the commission.
    case agencyShare

    /// Whether it belongs to delivery, which a buyer who sends goods back may have to bear.
    public var isShipping: Bool {
        switch self {
        case .shipping, .shopShipping, .platformShipping, .creatorShipping, .shippingTax: true
        default: false
        }
    }

    /// Whether it lowers what the buyer pays.
    var isDiscount: Bool {
        switch self {
        case .shopDiscount, .platformDiscount, .creatorDiscount: true
        case .shopShipping, .platformShipping, .creatorShipping: true
        default: false
        }
    }
}

/// The amounts of one line, in minor units, each at least 0; or a part of them that is taken back.
public struct LineAmounts: Hashable, Sendable {
    private var amounts = [Int64](repeating: 0, count: Component.allCases.count)

    /// Nothing.
    public init() {}

    /// One component in minor units.
    public subscript(component: Component) -> Int64 {
        get { amounts[component.index] }
        set { amounts[component.index] = newValue }
    }

    /// Component by component. Sums of amounts that came from one sale can't overflow: none exceeds the sale.
    public static func + (left: Self, right: Self) -> Self {
        var sum = left
        for component in Component.allCases { sum[component] += right[component] }
        return sum
    }

    /// Component by component.
    public static func - (left: Self, right: Self) -> Self {
        var difference = left
        for component in Component.allCases { difference[component] -= right[component] }
        return difference
    }

    /// The same, taken back.
    public static prefix func - (amounts: Self) -> Self { Self() - amounts }

    /// Whether nothing is moved.
    public var isEmpty: Bool { amounts.allSatisfy { $0 == 0 } }

    /// What the buyer pays.
    public func paid(taxIncluded: Bool) -> Int64 {
        goodsPaid(taxIncluded: taxIncluded) + shippingPaid(taxIncluded: taxIncluded)
    }

    /// What the buyer pays for the goods.
    func goodsPaid(taxIncluded: Bool) -> Int64 {
        self[.price] - self[.shopDiscount] - self[.platformDiscount] - self[.creatorDiscount]
            + (taxIncluded ? 0 : self[.tax])
    }

    /// What the buyer pays for delivery.
    func shippingPaid(taxIncluded: Bool) -> Int64 {
        self[.shipping] - self[.shopShipping] - self[.platformShipping] - self[.creatorShipping]
            + (taxIncluded ? 0 : self[.shippingTax])
    }
}

extension LineAmounts: Codable {
    public init(from decoder: any Decoder) throws {
        let values = try decoder.singleValueContainer().decode([Component: Int64].self)
        for (component, amount) in values { self[component] = amount }
    }

    public func encode(to encoder: any Encoder) throws {
        let values = Component.allCases.filter { self[$0] != 0 }.map { ($0, self[$0]) }
        var container = encoder.singleValueContainer()
        try container.encode(Dictionary(values, uniquingKeysWith: { first, _ in first }))
    }
}

extension Component {
    fileprivate var index: Int { Self.positions[self] ?? 0 }
    private static let positions = Dictionary(
        allCases.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
}

/// Who has a part in a line.
public struct LineParties: Hashable, Sendable {
    /// Who buys.
    public let buyer: PersonID
    /// Who sells.
    public let shop: ShopID
    /// Who is credited with the sale.
    public let creator: PersonID?
    /// Who represents the creator.
    public let agency: AgencyID?

    /// The parties of a line; without a creator there is no agency.
    public init(buyer: PersonID, shop: ShopID, creator: PersonID? = nil, agency: AgencyID? = nil) {
        self.buyer = buyer
        self.shop = shop
        self.creator = creator
        self.agency = creator == nil ? nil : agency
    }
}

/// A side of a component: the account is chosen when it is posted, since held money of a settled line is payable.
enum Side: Hashable {
    case buyer, shop, creator, agency, fees, subsidy, tax
}

extension Component {
    /// From whom and to whom a sale moves it. Every component moves between two sides, so whatever part of a sale is
    /// taken back, the entry balances.
    func sides(taxIncluded: Bool) -> (from: Side, to: Side) {
        switch self {
        case .price, .shipping: (.buyer, .shop)
        case .shopDiscount, .shopShipping: (.shop, .buyer)
        case .platformDiscount, .platformShipping: (.subsidy, .buyer)
        case .creatorDiscount, .creatorShipping: (.creator, .buyer)
        case .tax, .shippingTax: (taxIncluded ? .shop : .buyer, .tax)
        case .fee: (.shop, .fees)
        case .commission: (.shop, .creator)
        case .agencyShare: (.creator, .agency)
        }
    }
}

extension LineAmounts {
    /// What each side gains by a sale of these amounts; the gains sum to zero.
    func gains(taxIncluded: Bool) -> [Side: Int64] {
        var gains: [Side: Int64] = [:]
        for component in Component.allCases where self[component] != 0 {
            let (from, to) = component.sides(taxIncluded: taxIncluded)
            gains[from, default: 0] -= self[component]
            gains[to, default: 0] += self[component]
        }
        return gains
    }
}
