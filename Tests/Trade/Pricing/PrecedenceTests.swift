import Kernel
import Pricing
import Testing

/// SplitMix64, so that every seed is a test of its own that can be repeated.
struct SeededGenerator: RandomNumberGenerator {
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

@Suite("Which price holds") struct PrecedenceTests {
    private let catalogue = Money(1_000, .cny)

    private func offer(
        _ number: UInt128, _ rule: PriceRule, _ amount: Int64, _ audience: String = "", from: Int64 = 0, to: Int64 = 100
    ) -> PriceOffer {
        PriceOffer(
            id: PriceOfferID(rawValue: number), shop: ShopID(rawValue: 1), variant: VariantID(rawValue: 1), rule: rule,
            audience: audience, price: Money(amount, .cny), startsAt: Instant(milliseconds: from),
            endsAt: Instant(milliseconds: to))
    }

    private func price(
        _ offers: [PriceOffer], member: Int64? = nil, flash: Int64? = nil, _ audience: PriceAudience = .init(),
        at time: Int64 = 50,
        version: Int = PricePrecedence.current
    ) -> ResolvedPrice {
        PricePrecedence.resolve(
            catalogue: catalogue, member: member.map { Money($0, .cny) }, offers: offers,
            flash: flash.map { (Money($0, .cny), FlashLotID(rawValue: 9)) }, for: audience,
            at: Instant(milliseconds: time), version: version)
    }

    @Test("live before flash before the lower of member and deal before list")
    func order() {
        let offers = [offer(1, .deal, 800), offer(2, .member, 850, "gold"), offer(3, .live, 950, "tonight")]
        let gold = PriceAudience(tiers: ["gold"])
        #expect(price([]).rule == .list)
        #expect(price(offers).rule == .deal)
        #expect(price(offers, gold).amount.amount == 800)
        #expect(price([offer(1, .deal, 900), offers[1]], gold).rule == .member)
        #expect(price(offers, flash: 900, gold).rule == .flash)
        #expect(price(offers, flash: 900, PriceAudience(liveSessions: ["tonight"])).rule == .live)
    }

    @Test("the catalogue's member price is for members, and one of equals with deals")
    func standing() {
        let member = PriceAudience(tiers: [PriceAudience.shopMember])
        #expect(price([], member: 900).rule == .list && price([], member: 900, member).rule == .member)
        #expect(price([offer(1, .deal, 800)], member: 900, member).amount.amount == 800)
        #expect(price([offer(1, .deal, 950)], member: 900, member).amount.amount == 900)
        #expect(price([], member: 900, flash: 950, member).rule == .flash)
        #expect(price([], member: catalogue.amount, member).rule == .list, "no advantage")
    }

    @Test("a time is half open, and its version is kept with the price")
    func times() {
        let deal = offer(1, .deal, 800, from: 10, to: 20)
        #expect([9, 10, 19, 20].map { price([deal], at: $0).rule } == [.list, .deal, .deal, .list])
        #expect(price([deal], at: 15).version == 2 && price([deal], at: 15).source == "\(deal.id)")
        // The first version knew flash lots only.
        #expect(price([deal], flash: 900, at: 15, version: 1).rule == .flash)
        #expect(price([deal], at: 15, version: 1).rule == .list)
    }

    @Test("2,000 random shelves: nothing is dearer than the catalogue, being a member never costs, order never matters")
    func properties() {
        for seed in 0..<2_000 as Range<UInt64> {
            var random = SeededGenerator(seed)
            let offers = (1...UInt128.random(in: 1...8, using: &random)).map { number in
                let rule = [PriceRule.deal, .member, .live].randomElement(using: &random)!
                let from = Int64.random(in: 0...90, using: &random)
                return offer(
                    number, rule, Int64.random(in: 500...1_300, using: &random),
                    rule == .deal ? "" : ["a", "b"].randomElement(using: &random)!, from: from,
                    to: from + Int64.random(in: 1...60, using: &random))
            }
            let flash = Bool.random(using: &random) ? Int64.random(in: 500...1_300, using: &random) : nil
            let time = Int64.random(in: 0...120, using: &random)
            let plain = price(offers, flash: flash, at: time)
            let member = price(offers, flash: flash, PriceAudience(tiers: ["a"]), at: time)
            #expect(plain.amount.amount <= catalogue.amount, "seed \(seed)")
            #expect(member.amount.amount <= plain.amount.amount, "seed \(seed)")
            #expect(price(offers.shuffled(using: &random), flash: flash, at: time) == plain, "seed \(seed)")
            if plain.rule == .deal || plain.rule == .live {
                let source = offers.first { "\($0.id)" == plain.source }
                #expect(source.map { $0.startsAt.milliseconds <= time && time < $0.endsAt.milliseconds } == true)
            }
        }
    }
}
