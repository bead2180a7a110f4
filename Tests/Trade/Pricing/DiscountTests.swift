import Coupons
import Kernel
import Testing

@Suite("What coupons take off") struct DiscountTests {
    static func terms(
        _ benefit: CouponBenefit, over threshold: Int64 = 0, scope: CouponScope = .everything,
        funding: CouponFunding? = nil, creator: PersonID? = nil
    ) throws -> CouponTerms {
        try CouponTerms(
            name: Localized(en: "c"), benefit: benefit, threshold: threshold, scope: scope, currency: .cny,
            funding: funding ?? CouponFunding(platform: 10_000), creator: creator, uses: 10, budget: 1_000_000_000,
            startsAt: Instant(milliseconds: 0), endsAt: Instant(milliseconds: 1), zone: .shanghai)
    }

    private func line(_ product: UInt128, _ shop: UInt128, _ price: Int64, taken: Int64 = 0) -> DiscountableLine {
        DiscountableLine(
            product: ProductID(rawValue: product), shop: ShopID(rawValue: shop), price: Money(price, .cny), taken: taken
        )
    }

    @Test("a threshold is reached by what is in the scope, before other coupons; a percentage has a ceiling")
    func rules() throws {
        let shop = ShopID(rawValue: 1)
        let lines = [line(1, 1, 6_000, taken: 1_000), line(2, 1, 4_000), line(3, 2, 90_000)]
        let over = try Self.terms(
            .amountOff(1_000), over: 10_000, scope: .shop(shop), funding: CouponFunding(shop: 10_000))
        #expect(try over.discount(on: lines)?.map(\.shop) == [556, 444, 0])
        #expect(try over.missing(on: Array(lines.prefix(1))) == 4_000)
        #expect(try over.discount(on: Array(lines.prefix(1))) == nil)
        let percent = try Self.terms(.percentOff(BasisPoints(2_000), ceiling: 1_500))
        #expect(try percent.discount(on: lines)?.reduce(0) { $0 + $1.platform } == 1_500)
        let one = try Self.terms(
            .amountOff(500), scope: .products(shop, [ProductID(rawValue: 2)]), funding: CouponFunding(shop: 10_000))
        #expect(try one.discount(on: lines)?.map(\.shop) == [0, 500, 0])
    }

    @Test("5,000 random baskets: parts sum exactly over lines and funders, and no line goes below zero")
    func sums() throws {
        for seed in 0..<5_000 as Range<UInt64> {
            var random = SeededGenerator(seed)
            let lines = (1...Int.random(in: 1...9, using: &random)).map { _ in
                let price = Int64.random(in: 0...20_000, using: &random)
                return line(1, 1, price, taken: Int64.random(in: 0...price, using: &random))
            }
            let shop = Int64.random(in: 0...10_000, using: &random)
            let platform = Int64.random(in: 0...(10_000 - shop), using: &random)
            let funding = try CouponFunding(shop: shop, platform: platform, creator: 10_000 - shop - platform)
            let terms = try Self.terms(
                Bool.random(using: &random)
                    ? .amountOff(Int64.random(in: 1...30_000, using: &random))
                    : .percentOff(
                        BasisPoints(Int64.random(in: 1...10_000, using: &random)),
                        ceiling: Int64.random(in: 1...9_000, using: &random)),
                scope: .shop(ShopID(rawValue: 1)), funding: funding,
                creator: funding.creator.value > 0 ? PersonID(rawValue: 5) : nil)
            guard let shares = try terms.discount(on: lines) else { continue }
            let off = shares.reduce(Int64(0)) { $0 + Int64($1.total) }
            for (line, share) in zip(lines, shares) {
                #expect(!share.isNegative && Int64(share.total) <= line.price.amount - line.taken, "seed \(seed)")
            }
            let whole = try FundingShares(
                Money(off, .cny), weights: (funding.shop.value, funding.platform.value, funding.creator.value))
            #expect(shares.reduce(FundingShares()) { $0 + $1 } == whole, "seed \(seed)")
        }
    }

    @Test("terms that can't be kept are refused")
    func refused() {
        #expect(throws: InvalidField.self) { try CouponFunding(shop: 5_000, platform: 4_999) }
        #expect(throws: InvalidField.self) {
            try Self.terms(.amountOff(5), funding: CouponFunding(shop: 10_000))
        }
        #expect(throws: InvalidField.self) { try Self.terms(.amountOff(500), over: 400) }
        #expect(throws: InvalidField.self) { try Self.terms(.percentOff(BasisPoints(10_001), ceiling: 1)) }
    }
}
