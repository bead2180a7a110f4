import Coupons
import Kernel
import Sequences
import Store
import Testing

/// Coupons by themselves: who gets the last use, and that a model on paper agrees.
@Suite("Coupons") struct CouponTests {
    /// A room of coupons and its clock.
    struct Desk {
        let store: any Store
        let clock = TestClock()
        let coupons: Coupons
        static let period = 1_000_000

        init(_ store: any Store) {
            self.store = store
            coupons = Coupons(store: store, source: clock.source)
        }

        func offer(uses: Int64, budget: Int64 = 1_000_000, personLimit: Int64 = 1) async throws -> CouponID {
            let now = clock.source.now
            let terms = try CouponTerms(
                name: Localized(en: "c"), benefit: .amountOff(100), threshold: 0, scope: .everything, currency: .cny,
                funding: CouponFunding(platform: 10_000), personLimit: personLimit, uses: uses, budget: budget,
                startsAt: now, endsAt: now + .days(30), zone: .shanghai)
            return try await store.write { [coupons] in try coupons.offer(terms, by: .platform, in: $0) }
        }

        func claim(_ coupon: CouponID, _ person: Int) async throws {
            try await store.write { [coupons] in
                try coupons.claim(coupon, by: Self.person(person), in: $0)
            }
        }

        func hold(_ coupon: CouponID, _ person: Int, group: Int, amount: Int64 = 100) async throws {
            let expiry = clock.source.now + .minutes(15)
            try await store.write { [coupons] in
                try coupons.hold(
                    [coupon: amount], for: Self.group(group), by: Self.person(person), until: expiry, in: $0)
            }
        }

        func consume(_ coupon: CouponID, group: Int) async throws -> Bool {
            try await store.write { [coupons] in
                try coupons.consume([coupon], of: Self.group(group), in: $0).isEmpty
            }
        }

        func release(_ coupon: CouponID, group: Int) async throws {
            try await store.write { [coupons] in try coupons.release([coupon], of: Self.group(group), in: $0) }
        }

        static func person(_ number: Int) -> PersonID { PersonID(rawValue: UInt128(100 + number)) }
        static func group(_ number: Int) -> OrderGroupID { OrderGroupID(rawValue: UInt128(5_000 + number)) }
    }

    @Test("the last uses by many at once: exactly as many as there are", arguments: TestStore.available)
    func lastUse(kind: TestStore) async throws {
        try await kind.run(Coupons.migrations + storeMigrations) { try await Self.lastUse($0) }
    }

    static func lastUse(_ store: any Store) async throws {
        let desk = Desk(store)
        let coupon = try await desk.offer(uses: 4, budget: 350)
        for person in 0..<20 { try await desk.claim(coupon, person) }
        let held = await withTaskGroup(of: Bool.self) { group in
            for person in 0..<20 {
                group.addTask { (try? await desk.hold(coupon, person, group: person)) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        // Four uses, and a budget for three.
        #expect(held == 3)
        let left = try await desk.coupons.coupon(coupon)
        #expect(left.usesLeft == 1 && left.budgetLeft == 50)
    }

    @Test("one person with many windows uses it as often as one may", arguments: TestStore.available)
    func personLimit(kind: TestStore) async throws {
        try await kind.run(Coupons.migrations + storeMigrations) { try await Self.personLimit($0) }
    }

    static func personLimit(_ store: any Store) async throws {
        let desk = Desk(store)
        let coupon = try await desk.offer(uses: 50, personLimit: 2)
        try await desk.claim(coupon, 1)
        let held = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<12 {
                group.addTask { (try? await desk.hold(coupon, 1, group: number)) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(held == 2)
        #expect(try await desk.coupons.coupon(coupon).usesLeft == 48)
        await #expect(throws: CouponProblem.overPersonLimit(coupon)) { try await desk.hold(coupon, 1, group: 99) }
        // Who has not taken it can't use it.
        await #expect(throws: CouponProblem.overPersonLimit(coupon)) { try await desk.hold(coupon, 2, group: 98) }
        #expect(try await desk.coupons.coupon(coupon).usesLeft == 48)
    }

    @Test("release against consume: one use is there or used, never both", arguments: TestStore.available)
    func releaseAgainstConsume(kind: TestStore) async throws {
        try await kind.run(Coupons.migrations + storeMigrations) { try await Self.releaseAgainstConsume($0) }
    }

    static func releaseAgainstConsume(_ store: any Store) async throws {
        let desk = Desk(store)
        let coupon = try await desk.offer(uses: 100, personLimit: 100)
        try await desk.claim(coupon, 1)
        for number in 0..<12 {
            let before = try await desk.coupons.coupon(coupon).usesLeft
            try await desk.hold(coupon, 1, group: number)
            async let consumed = desk.consume(coupon, group: number)
            async let released: Void = desk.release(coupon, group: number)
            _ = try await (consumed, released)
            let state = try await store.read { transaction -> String? in
                try transaction.value(
                    "SELECT state FROM coupon_uses WHERE order_group = \(Desk.group(number)) AND coupon = \(coupon)")
            }
            let after = try await desk.coupons.coupon(coupon).usesLeft
            #expect(after == (state == "consumed" ? before - 1 : before), "\(state ?? "none")")
            try await desk.release(coupon, group: number)
            #expect(try await desk.coupons.coupon(coupon).usesLeft == before)
        }
    }

    @Test(
        "a use that was not paid in time is free from that moment on, with no clean-up", arguments: TestStore.available)
    func expiry(kind: TestStore) async throws {
        try await kind.run(Coupons.migrations + storeMigrations) { try await Self.expiry($0) }
    }

    static func expiry(_ store: any Store) async throws {
        let desk = Desk(store)
        let coupon = try await desk.offer(uses: 1)
        for person in 1...2 { try await desk.claim(coupon, person) }
        try await desk.hold(coupon, 1, group: 1)
        await #expect(throws: CouponProblem.usedUp(coupon)) { try await desk.hold(coupon, 2, group: 2) }
        desk.clock.advance(by: .minutes(15))
        #expect(try await desk.coupons.coupon(coupon).usesLeft == 1)
        #expect(try await desk.coupons.claimed(by: Desk.person(1)).map(\.left) == [1])
        // Nobody has taken it yet, so late money still gets it.
        #expect(try await desk.consume(coupon, group: 1))
        await #expect(throws: CouponProblem.usedUp(coupon)) { try await desk.hold(coupon, 2, group: 2) }
        try await desk.release(coupon, group: 1)
        try await desk.hold(coupon, 2, group: 2)
        #expect(try await !desk.consume(coupon, group: 1))
    }

    @Test("200 random lives of 60 steps: what is left is what paper says") func model() async throws {
        for seed in 0..<200 as Range<UInt64> {
            try await TestStore.sqlite.run(Coupons.migrations + storeMigrations) { store in
                try await Self.life(store, seed: seed)
            }
        }
    }

    /// What a use is on paper.
    struct Use {
        let person: Int
        let amount: Int64
        var state: String
        var until: Instant
    }

    static func life(_ store: any Store, seed: UInt64) async throws {
        var random = SplitMix(state: seed)
        let desk = Desk(store)
        let (uses, budget) = (Int64.random(in: 1...6, using: &random), Int64.random(in: 50...800, using: &random))
        let limit = Int64.random(in: 1...min(3, uses), using: &random)
        let coupon = try await desk.offer(uses: uses, budget: budget, personLimit: limit)
        for person in 0..<3 { try await desk.claim(coupon, person) }
        var paper: [Int: Use] = [:]
        for step in 0..<60 {
            let now = desk.clock.source.now
            func taken(_ use: Use) -> Bool { use.state == "consumed" || (use.state == "held" && use.until > now) }
            func fits(_ person: Int, _ amount: Int64) -> Bool {
                let standing = paper.values.filter(taken)
                return Int64(standing.count) < uses && standing.reduce(0) { $0 + $1.amount } + amount <= budget
                    && Int64(standing.filter { $0.person == person }.count) < limit
            }
            let known = paper.keys.sorted().randomElement(using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1:
                let (person, amount) = (
                    Int.random(in: 0..<3, using: &random), Int64.random(in: 1...200, using: &random)
                )
                let expected = fits(person, amount)
                let held = (try? await desk.hold(coupon, person, group: step, amount: amount)) != nil
                try #require(held == expected, "seed \(seed) step \(step)")
                if held { paper[step] = Use(person: person, amount: amount, state: "held", until: now + .minutes(15)) }
            case 2:
                guard let known, let use = paper[known] else { continue }
                let expected = taken(use) || fits(use.person, use.amount)
                try #require(try await desk.consume(coupon, group: known) == expected, "seed \(seed) step \(step)")
                paper[known]?.state = expected ? "consumed" : "released"
            case 3:
                guard let known else { continue }
                try await desk.release(coupon, group: known)
                paper[known]?.state = "released"
            default: desk.clock.advance(by: .minutes(Int64.random(in: 1...9, using: &random)))
            }
            let later = desk.clock.source.now
            let standing = paper.values.filter {
                $0.state == "consumed" || ($0.state == "held" && $0.until > later)
            }
            let left = try await desk.coupons.coupon(coupon)
            try #require(left.usesLeft == uses - Int64(standing.count), "seed \(seed) step \(step)")
            try #require(left.budgetLeft == budget - standing.reduce(0) { $0 + $1.amount }, "seed \(seed) step \(step)")
        }
    }
}
