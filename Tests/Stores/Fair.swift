import AfterSales
import Alliance
import Catalog
import Coupons
import Flows
import HTTP
import Kernel
import Ledger
import Orders
import Payments
import Pricing
import Shops
import Stock
import Store
import Testing

/// Two shops with two products each, a creator with an agency, freight, tax on top in one shop and within in the other,
/// and three coupons: one that shop, platform and creator pay together, one of a shop, one of the platform for all.
struct Fair {
    let market: Marketplace
    let clock: TestClock
    let address: Address
    let shops = [ShopID(rawValue: 1), ShopID(rawValue: 2)]
    let products = (0..<4).map { ProductID(rawValue: UInt128(20 + $0)) }
    let variants = (0..<4).map { VariantID(rawValue: UInt128(30 + $0)) }
    let creator = PersonID(rawValue: 77)
    let agency = AgencyID(rawValue: 78)
    let buyer = Identity(person: PersonID(rawValue: 9), proof: .visitor)
    let officer = Identity(person: PersonID(rawValue: 7), proof: .visitor, roles: [.operator])
    var seller: Identity {
        Identity(
            person: PersonID(rawValue: 8), proof: .visitor, shops: [shops[0]: .owner, shops[1]: .owner])
    }
    static let prices: [Int64] = [1_999, 3_501, 777, 12_345]

    init(_ store: any Store, units: Int64 = 1_000_000) async throws {
        clock = TestClock()
        market = Marketplace(store: store, source: clock.source, provider: SilentProvider())
        address = try Address(name: "Lin", phone: "13900000000", region: "浙江省", city: "Hangzhou", street: "1 Road")
        try await store.write { [self] in try stock(units, in: $0) }
        try await market.store.write { [self] in try travel(in: $0) }
        _ = try await SetCommission(market)(BasisPoints(1_200), of: products[0], Command(by: seller))
        try await market.store.write { [market, creator, agency] in
            try market.alliance.join(creator, to: agency, share: BasisPoints(3_000), in: $0)
        }
    }

    private func stock(_ units: Int64, in transaction: any Transaction) throws {
        let start = Instant(milliseconds: 0)
        for shop in shops {
            try market.shops.put(
                Shop(id: shop, name: Localized(en: "Tea"), about: Localized(en: ""), logo: nil, createdAt: start),
                in: transaction)
        }
        for (index, product) in products.enumerated() {
            let shop = shops[index / 2]
            try market.catalog.put(
                ProductEntry(
                    id: product, shop: shop, category: CategoryID(rawValue: 4), title: Localized(en: "Tea"),
                    description: Localized(en: ""), brand: "", attributes: [], media: [], createdAt: start),
                in: transaction)
            try market.catalog.putVariant(
                variants[index], of: product, in: shop, spec: Localized(en: ""), sku: "", position: 0, in: transaction)
            try market.catalog.setPrice(
                Price(amount: Money(Self.prices[index], .cny), list: nil), of: variants[index], from: start, until: nil,
                in: transaction)
            try market.stock.set(units, of: variants[index], product: product, shop: shop, in: transaction)
        }
    }

    private func travel(in transaction: any Transaction) throws {
        for (index, shop) in shops.enumerated() {
            try market.pricing.put(
                FreightTemplate(
                    id: FreightTemplateID(rawValue: UInt128(40 + index)), shop: shop, name: "t",
                    measure: index == 0 ? .piece : .weight, currency: .cny,
                    zones: [
                        FreightZone(
                            regions: ["浙江"], first: 2, firstAmount: 833, additional: 3, additionalAmount: 101,
                            freeAbove: index == 0 ? 60_000 : nil)
                    ], isDefault: true), in: transaction)
            try market.pricing.set(
                TaxRate(
                    category: nil, region: nil,
                    rule: TaxRule(BasisPoints(index == 0 ? 913 : 600), isIncluded: index == 1)), of: shop,
                in: transaction)
        }
    }

    /// Offers the three coupons and gives them to the buyer.
    func offerCoupons(uses: Int64 = 1_000_000) async throws -> [CouponID] {
        let (now, shops) = (clock.source.now, shops)
        func terms(
            _ benefit: CouponBenefit, _ over: Int64, _ scope: CouponScope, _ funding: CouponFunding,
            _ creator: PersonID? = nil
        ) throws -> CouponTerms {
            try CouponTerms(
                name: Localized(en: "c"), benefit: benefit, threshold: over, scope: scope, currency: .cny,
                funding: funding, creator: creator, personLimit: uses, uses: uses, budget: 1_000_000_000_000,
                startsAt: now, endsAt: now + .days(300), zone: .shanghai)
        }
        let offers: [(CouponTerms, CouponFunder)] = [
            (
                try terms(
                    .percentOff(BasisPoints(1_777), ceiling: 3_333), 1_000, .shop(shops[0]),
                    CouponFunding(shop: 3_000, platform: 4_500, creator: 2_500), creator), .shop
            ),
            (try terms(.amountOff(501), 501, .shop(shops[1]), CouponFunding(shop: 10_000)), .shop),
            (
                try terms(
                    .percentOff(BasisPoints(901), ceiling: 2_000), 0, .everything, CouponFunding(platform: 10_000)),
                .platform
            ),
        ]
        return try await market.store.write { [market, buyer] transaction in
            try offers.map { terms, author in
                let id = try market.coupons.offer(terms, by: author, in: transaction)
                for funder in CouponFunder.allCases { try market.coupons.agree(to: id, as: funder, in: transaction) }
                try market.coupons.claim(id, by: buyer.person, in: transaction)
                return id
            }
        }
    }

    func quote(_ quantities: [Int64], _ choice: CouponChoice = .best) async throws -> Quote {
        let lines = zip(variants, quantities).filter { $0.1 > 0 }.map {
            ShownLine(variant: $0.0, quantity: $0.1, amount: 0)
        }
        return try await MakeQuote(market)(.init(lines, to: address.region, coupons: choice), for: buyer.person)
    }

    func place(_ quote: Quote) async throws -> PlaceOrder.Placed {
        try await PlaceOrder(market)(.init(quote: quote.id), to: address, by: buyer.person, key: nil)
    }

    func pay(_ placed: PlaceOrder.Placed) async throws -> [Order] {
        try await SettlePayments(market).returned(to: placed.group, by: buyer.person)
        return try #require(try await market.orders.group(placed.group)).orders
    }

    func balance(_ party: Party, _ purpose: Account.Purpose) async throws -> Int64 {
        try await market.ledger.balance(of: Account(party, purpose, .cny))
    }

    /// What the provider says of refunds that it was asked for.
    func confirmRefunds(of group: OrderGroupID) async throws {
        try await SettlePayments(market).processRefunds()
        let intent = try #require(try await market.payments.intent(of: group))
        for refund in try await market.payments.refunds(of: intent.id) where refund.state == .requested {
            let event = ProviderEvent(
                id: "\(refund.id)", intent: intent.id, refund: refund.id, state: .succeeded,
                amount: Money(refund.amount, .cny))
            try await market.payments.keep(
                event, payload: "\(refund.id) \(intent.id) \(refund.amount) \(refund.id)", from: "test")
        }
        try await SettlePayments(market).processWebhooks()
    }

    /// Nobody has anything of the goods any more.
    func requireNothingLeft(_ place: String) async throws {
        let parties: [(Party, Account.Purpose)] =
            shops.flatMap { [(.shop($0), .held), (.shop($0), .payable)] } + [
                (.buyer(buyer.person), .credit), (.creator(creator), .held), (.creator(creator), .payable),
                (.agency(agency), .held), (.agency(agency), .payable), (.platform, .fees), (.platform, .subsidy),
                (.tax, .due), (.provider("test"), .clearing),
            ]
        for (party, purpose) in parties {
            let left = try await balance(party, purpose)
            try #require(left == 0, "\(place): \(party) \(purpose) has \(left)")
        }
    }
}
