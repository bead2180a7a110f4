import Kernel
import Testing

@testable import Ledger

/// Numbers from a seed (SplitMix64), so that a failure repeats.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension LineTerms {
    /// Any terms a sale can have.
    static func any(_ random: inout Seeded) -> LineTerms {
        let price = Int64.random(in: 0...(Bool.random(using: &random) ? 60 : 5_000_000), using: &random)
        var terms = LineTerms(quantity: Int64.random(in: 1...12, using: &random), price: Money(price, .cny))
        terms.discount = .any(upTo: price, &random)
        terms.shipping = Int64.random(in: 0...2_000, using: &random)
        terms.shippingDiscount = .any(upTo: terms.shipping, &random)
        terms.tax = TaxRule(
            BasisPoints(.random(in: 0...2_500, using: &random)), isIncluded: .random(using: &random))
        terms.fee = BasisPoints(.random(in: 0...3_000, using: &random))
        terms.commission = BasisPoints(.random(in: 0...6_000, using: &random))
        terms.agencyShare = BasisPoints(.random(in: 0...10_000, using: &random))
        return terms
    }
}

extension FundingShares {
    static func any(upTo whole: Int64, _ random: inout Seeded) -> FundingShares {
        let discount = Int64.random(in: 0...whole, using: &random)
        let weights = (0..<3).map { _ in Int64.random(in: 0...3, using: &random) }
        let shares = try? FundingShares(Money(discount, .cny), weights: (weights[0], weights[1], weights[2]))
        return shares ?? FundingShares()
    }
}

extension RefundMeasure {
    /// Any measure that the remainder allows, or nearly.
    static func any(_ left: LineRemainder, _ random: inout Seeded) -> RefundMeasure {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: .everything
        case 1: .amount(Int64.random(in: 1...max(1, left.paid), using: &random))
        default:
            .units(Int64.random(in: 1...max(1, left.quantity), using: &random), withShipping: .random(using: &random))
        }
    }
}

@Suite("Every way back reconciles to zero") struct RefundTests {
    @Test("A sale and any mix of partial refunds sum to zero over every side, and end exactly where they began")
    func everyPath() throws {
        for seed in 0..<20_000 as Range<UInt64> {
            var random = Seeded(seed)
            let terms = LineTerms.any(&random)
            let amounts = try terms.amounts()
            let included = terms.tax.isIncluded
            #expect(amounts.gains(taxIncluded: included).values.reduce(0, +) == 0, "seed \(seed)")
            var left = LineRemainder(quantity: terms.quantity, amounts: amounts, taxIncluded: included)
            var returned = LineAmounts()
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                guard let part = try? left.part(.any(left, &random)) else { continue }
                try #require(part.amounts.gains(taxIncluded: included).values.reduce(0, +) == 0, "seed \(seed)")
                for component in Component.allCases {
                    let isWithin = (0...left.amounts[component]).contains(part.amounts[component])
                    try #require(isWithin, "seed \(seed): \(component) \(part.amounts[component])")
                }
                try #require(part.amounts.paid(taxIncluded: included) >= 0, "seed \(seed)")
                returned = returned + part.amounts
                left = left.without(part)
            }
            let rest = try left.part(.everything)
            #expect(returned + rest.amounts == amounts, "seed \(seed)")
            #expect(left.without(rest).amounts.isEmpty && left.without(rest).quantity == 0, "seed \(seed)")
        }
    }

    @Test("A refund of an amount gives the buyer exactly that amount, again and again, and never more than was paid")
    func amounts() throws {
        for seed in 0..<10_000 as Range<UInt64> {
            var random = Seeded(seed)
            let terms = LineTerms.any(&random)
            var left = LineRemainder(
                quantity: terms.quantity, amounts: try terms.amounts(), taxIncluded: terms.tax.isIncluded)
            guard left.amounts.goodsPaid(taxIncluded: left.taxIncluded) > 0 else { continue }
            while left.amounts.goodsPaid(taxIncluded: left.taxIncluded) > 0 {
                let goods = left.amounts.goodsPaid(taxIncluded: left.taxIncluded)
                #expect(throws: LedgerProblem.refundTooLarge) { try left.part(.amount(goods + 1)) }
                let wanted = Int64.random(in: max(1, goods / 4)...goods, using: &random)
                let part = try left.part(.amount(wanted))
                try #require(part.amounts.paid(taxIncluded: left.taxIncluded) == wanted, "seed \(seed)")
                left = left.without(part)
            }
            #expect(Component.allCases.allSatisfy { $0.isShipping || left.amounts[$0] == 0 }, "seed \(seed)")
        }
    }

    @Test("Units that go back one by one cost what they cost together")
    func oneByOne() throws {
        for seed in 0..<5_000 as Range<UInt64> {
            var random = Seeded(seed)
            let terms = LineTerms.any(&random)
            let whole = LineRemainder(
                quantity: terms.quantity, amounts: try terms.amounts(), taxIncluded: terms.tax.isIncluded)
            var (left, sum) = (whole, LineAmounts())
            while left.quantity > 0 {
                let part = try left.part(.units(1, withShipping: false))
                sum = sum + part.amounts
                left = left.without(part)
            }
            #expect(sum == (try whole.part(.units(terms.quantity, withShipping: false)).amounts), "seed \(seed)")
            #expect(throws: LedgerProblem.refundTooLarge) { try left.part(.units(1, withShipping: false)) }
        }
    }

    @Test("The worked example of docs/trade.md, to the cent")
    func workedExample() throws {
        var terms = LineTerms(quantity: 3, price: Money(10_000, .cny))
        terms.discount = FundingShares(shop: 1_000, platform: 500, creator: 250)
        terms.shipping = 800
        terms.fee = BasisPoints(200)
        terms.commission = BasisPoints(1_500)
        terms.agencyShare = BasisPoints(2_000)
        terms.tax = TaxRule(BasisPoints(600), isIncluded: true)
        let amounts = try terms.amounts()
        #expect(amounts.paid(taxIncluded: true) == 9_050)
        let gains = amounts.gains(taxIncluded: true)
        #expect(
            gains == [
                .buyer: -9_050, .shop: 7_716, .creator: 830, .agency: 270, .fees: 180, .subsidy: -500, .tax: 554,
            ])
        let one = try LineRemainder(quantity: 3, amounts: amounts, taxIncluded: true)
            .part(.units(1, withShipping: false))
        #expect(
            one.amounts.gains(taxIncluded: true) == [
                .buyer: -2_750, .shop: 2_320, .creator: 277, .agency: 90, .fees: 60, .subsidy: -167, .tax: 170,
            ])
    }

    @Test("Terms that no sale can have are refused")
    func badTerms() {
        var discount = LineTerms(quantity: 1, price: Money(100, .cny))
        discount.discount = FundingShares(shop: 60, platform: 41)
        var rates = LineTerms(quantity: 1, price: Money(100, .cny))
        rates.fee = BasisPoints(6_000)
        rates.commission = BasisPoints(6_000)
        for terms in [discount, rates, LineTerms(quantity: 0, price: Money(1, .cny))] {
            #expect(throws: LedgerProblem.self) { try terms.amounts() }
        }
    }
}
