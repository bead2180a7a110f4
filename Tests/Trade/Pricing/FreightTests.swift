import Kernel
import Pricing
import Testing

@Suite("Freight and tax") struct FreightTests {
    private func template(_ measure: FreightTemplate.Measure, _ zones: [FreightZone]) throws -> FreightTemplate {
        try FreightTemplate(
            id: FreightTemplateID(rawValue: 1), shop: ShopID(rawValue: 1), name: "t", measure: measure, currency: .cny,
            zones: zones, isDefault: true)
    }

    private func line(_ quantity: Int64, grams: Int64 = 0, price: Int64 = 1_000) -> FreightLine {
        FreightLine(
            template: FreightTemplateID(rawValue: 1), quantity: quantity, grams: grams, price: Money(price, .cny))
    }

    @Test("first and additional steps, free above an amount, by region however it is written")
    func zones() throws {
        let near = FreightZone(
            regions: ["浙江", "Zhejiang"], first: 1, firstAmount: 600, additional: 2, additionalAmount: 100,
            freeAbove: 5_000)
        let far = FreightZone(regions: ["西藏"], first: 1, firstAmount: 2_500, additional: 1, additionalAmount: 900)
        let one = try template(.piece, [near, far])
        #expect(try Freight.spread([line(1), line(3)], [one], to: "浙江省") == [200, 600])
        #expect(try Freight.spread([line(4, price: 5_000)], [one], to: "zhejiang Province") == [0])
        #expect(try Freight.spread([line(2)], [one], to: "西藏自治区") == [3_400])
        #expect(try Freight.spread([line(2)], [one], to: "Berlin") == [nil])
        #expect(try Freight.spread([line(2)], [one], to: nil) == [0])
        let rest = FreightZone(first: 1_000, firstAmount: 800, additional: 500, additionalAmount: 300)
        let heavy = try template(.weight, [rest])
        #expect(try Freight.spread([line(1, grams: 700), line(2, grams: 400)], [heavy], to: "x") == [513, 587])
    }

    @Test("1,000 random parcels: the parts sum to the fee, which never falls with more goods below the free amount")
    func sums() throws {
        for seed in 0..<1_000 as Range<UInt64> {
            var random = SeededGenerator(seed)
            let zone = FreightZone(
                first: .random(in: 1...900, using: &random), firstAmount: .random(in: 0...3_000, using: &random),
                additional: .random(in: 1...900, using: &random),
                additionalAmount: .random(in: 0...900, using: &random))
            let one = try template(.weight, [zone])
            let lines = (1...Int.random(in: 1...6, using: &random)).map { _ in
                line(.random(in: 1...5, using: &random), grams: .random(in: 0...700, using: &random))
            }
            let parts = try Freight.spread(lines, [one], to: "x").map { $0 ?? -1 }
            let units = lines.reduce(0) { $0 + $1.quantity * $1.grams }
            let steps = max(0, units - zone.first + zone.additional - 1) / zone.additional
            #expect(parts.reduce(0, +) == zone.firstAmount + steps * zone.additionalAmount, "seed \(seed)")
            #expect(parts.allSatisfy { $0 >= 0 })
            let more = try Freight.spread(lines + [line(1, grams: 50)], [one], to: "x").reduce(0) { $0 + ($1 ?? 0) }
            #expect(more >= parts.reduce(0, +), "seed \(seed)")
        }
    }

    @Test("the most exact tax rate holds")
    func tax() throws {
        let (tea, books) = (CategoryID(rawValue: 1), CategoryID(rawValue: 2))
        func rate(_ category: CategoryID?, _ region: String?, _ value: Int64) throws -> TaxRate {
            try TaxRate(category: category, region: region, rule: TaxRule(BasisPoints(value), isIncluded: false))
        }
        let table = TaxTable([
            try rate(nil, nil, 1), try rate(nil, "上海市", 2), try rate(tea, nil, 3), try rate(tea, "上海", 4),
        ])
        let rules = [(books, "x"), (books, "上海"), (tea, "x"), (tea, "上海市")].map {
            table.rule(for: $0.0, in: $0.1, else: .none).rate.value
        }
        #expect(rules == [1, 2, 3, 4])
        #expect(TaxTable([]).rule(for: tea, in: nil, else: .none) == .none)
    }

    @Test("a wall-clock time means what its zone says, summer time included")
    func zonesOfTime() throws {
        let berlin = try TimeZoneName("Europe/Berlin")
        #expect(berlin.instant(local: "2026-01-15T08:00")?.rfc3339 == "2026-01-15T07:00:00.000Z")
        #expect(berlin.instant(local: "2026-07-15T08:00")?.rfc3339 == "2026-07-15T06:00:00.000Z")
        #expect(TimeZoneName.shanghai.local(Instant(milliseconds: 0)) == "1970-01-01T08:00")
        #expect(throws: InvalidField.self) { try TimeZoneName("GMT+8") }
        #expect(berlin.instant(local: "yesterday") == nil)
    }
}
