import Allocations
import Coupons
import Decisions
import Experiments
import Feed
import Flows
import Foundation
import HTTP
import Inference
import Journal
import Kernel
import Store
import Testing

/// A lab with a coupon that the platform pays, the decision behind it and its experiment.
final class CouponLab: Sendable {
    let lab: Lab
    let decision: DecisionID
    let coupon: CouponID
    let kinds: [PersonID]

    var market: Marketplace { lab.market }

    init(_ store: any Store, seed: UInt64) async throws {
        lab = try await Lab(store, seed: seed)
        // The experiment's weeks come after those from which people are known.
        lab.clock.advance(by: .days(70))
        decision = try await lab.draftDecision()
        kinds = lab.people(900)
        coupon = try await Self.offer(lab, decision)
    }

    private static func offer(_ lab: Lab, _ decision: DecisionID) async throws -> CouponID {
        try await lab.move(decision, .start)
        let now = lab.source.now
        let terms = try CouponTerms(
            name: Localized(en: "c"), benefit: .amountOff(1_000), threshold: 0, scope: .everything, currency: .cny,
            funding: CouponFunding(platform: 10_000), personLimit: 5, uses: 1_000_000, budget: 1_000_000_000,
            startsAt: now, endsAt: now + .days(300), zone: .shanghai)
        return try await OfferCoupons(lab.market).offer(terms, as: .platform, decision: decision, lab.command).id
    }

    func experiment() async throws -> Experiment {
        let terms = ExperimentTerms(
            name: "Coupon", lever: .coupons,
            arms: [
                Arm(name: "without", share: 5_000, treatment: nil),
                Arm(name: "with", share: 5_000, treatment: coupon.description),
            ], share: 10_000, leastWorthwhile: 1)
        let drafted = try await lab.keep.draft(terms, of: decision, lab.command)
        return try await lab.keep.start(drafted.id, lab.command)
    }

    /// Who is offered the coupon now.
    func offered() async throws -> Set<PersonID> {
        var offered: Set<PersonID> = []
        for person in kinds where try await isOffered(to: person) { offered.insert(person) }
        return offered
    }

    func isOffered(to person: PersonID) async throws -> Bool {
        try await !GrantCoupons(market).offered(at: [ShopID(rawValue: 1)], to: person, limit: 10).isEmpty
    }

    func claims(_ person: PersonID) async throws -> Bool {
        do {
            _ = try await OfferCoupons(market).claim(
                coupon, code: nil, Command(by: Identity(person: person, proof: .visitor)))
            return true
        } catch CouponProblem.notGranted { return false }
    }

    func exposures() async throws -> [Exposure] {
        try await lab.store.read {
            try $0.rows("SELECT payload FROM journal WHERE topic = 'value.exposure' ORDER BY sequence").map {
                try Exposure.read(try $0.get(0), with: JSONDecoder())
            }
        }
    }

    /// Kind of buyer by number: no order lately, one, two.
    func kind(of index: Int) -> Int { index % 3 }

    func tell(orders: [(person: PersonID, amount: Int64, time: Instant)]) async throws {
        let facts = orders.map {
            ToldPaid(
                order: lab.source.identifier(), buyer: $0.person, state: "paid", time: $0.time,
                lines: [["amount": $0.amount]])
        }
        let now = lab.source.now
        try await lab.store.write { [journal = market.journal] in try journal.append(facts, at: now, in: $0) }
        try await settle()
    }

    /// Follows until everything is counted; on PostgreSQL facts are seen once older transactions have ended.
    func settle() async throws {
        let end = try await lab.store.read { try $0.value("SELECT COUNT(*) FROM journal", as: Int.self) ?? 0 }
        try await eventually {
            try await self.lab.store.read {
                try Journal.facts(after: .start, topics: CouponLab.topics, limit: 100_000, in: $0).facts.count >= end
            }
        }
        try await lab.follow()
    }

    static let topics =
        Story.topics + [
            "value.decision_changed", ExperimentChanged.topic, AllocationMade.topic, HoldoutResized.topic,
            AssignmentKept.topic, "people.visitor_recognised",
        ]

    /// Pays coupons of some people.
    func use(by people: [PersonID]) async throws {
        try await lab.store.write { [self] transaction in
            for (index, person) in people.enumerated() {
                let group = OrderGroupID(rawValue: UInt128(index + 1))
                try market.coupons.hold(
                    [coupon: 1_000], for: group, by: person, until: lab.source.now + .days(1), in: transaction)
                _ = try market.coupons.consume([coupon], of: group, in: transaction)
            }
        }
    }
}

/// Levers besides ranking, on both stores: nothing moves without a running decision, who would have been reached is written
/// down too, and money goes only where it surely creates more than it costs.
struct LeverTests {
    @Test(
        "a coupon that is measured goes to one arm; the other's ghosts are told, once", arguments: TestStore.available)
    func ghosts(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkGhosts(CouponLab($0, seed: 21)) }
    }

    private static func checkGhosts(_ desk: CouponLab) async throws {
        #expect(try await desk.offered().isEmpty, "nobody gets what nothing is known of")
        #expect(try await !desk.claims(desk.kinds[0]))
        let experiment = try await desk.experiment()
        let offered = try await desk.offered()
        let again = try await desk.offered()
        #expect(again == offered)
        let exposures = try await desk.exposures()
        #expect(Set(exposures.map(\.person)).count == exposures.count, "once a person and day")
        #expect(exposures.allSatisfy { $0.experiment == experiment.id && $0.isGhost == ($0.arm == 0) })
        #expect(Set(exposures.filter { $0.arm == 1 }.map(\.person)) == offered)
        let ghosts = exposures.filter(\.isGhost).map(\.person)
        #expect(ghosts.count > 300 && offered.count > 300 && Set(ghosts).isDisjoint(with: offered))
        // 2 % are held out of everything or of coupons, and are in no arm.
        #expect(exposures.count < desk.kinds.count && exposures.count > desk.kinds.count * 9 / 10)
        #expect(try await !desk.claims(ghosts[0]))
        for person in offered.prefix(2) { #expect(try await desk.claims(person)) }
        #expect(try await desk.exposures().count == exposures.count)
        try await desk.lab.move(desk.decision, .stop)
        try await desk.market.load()
        #expect(try await desk.offered().isEmpty, "what was stopped goes to nobody")
    }

    @Test(
        "money goes to audiences for which the coupon surely creates more than it costs", arguments: TestStore.available
    )
    func allocation(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkAllocation(CouponLab($0, seed: 22)) }
    }

    private static func checkAllocation(_ desk: CouponLab) async throws {
        let before = desk.lab.source.now - .days(14)
        var early: [(person: PersonID, amount: Int64, time: Instant)] = []
        for (index, person) in desk.kinds.enumerated() {
            for _ in 0..<desk.kind(of: index) { early.append((person, 3_000, before)) }
        }
        try await desk.tell(orders: early)
        let experiment = try await desk.experiment()
        let treated = try await desk.offered()
        try await desk.settle()
        for person in treated { #expect(try await desk.claims(person)) }
        try await desk.use(by: treated.sorted())
        // The coupon makes those buy more who bought often; the others only pay less.
        var random = SystemSeeded(state: 5)
        let now = desk.lab.source.now + .hours(1)
        desk.lab.clock.advance(by: .hours(2))
        let orders = desk.kinds.enumerated().map { index, person in
            let lift: Int64 = !treated.contains(person) ? 0 : desk.kind(of: index) == 2 ? 6_000 : -1_000
            return (person, Int64.random(in: 9_000...11_000, using: &random) + lift, now)
        }
        try await desk.tell(orders: orders)
        try await checkGrants(desk, experiment)
    }

    private static func checkGrants(_ desk: CouponLab, _ experiment: Experiment) async throws {
        let keep = KeepAllocations(desk.market)
        await #expect(throws: ExperimentProblem.notAllocated) { try await desk.lab.move(desk.decision, .ship) }
        try await checkMargin(desk, experiment)
        try await checkSegments(desk, experiment)
        let wanted = CouponAllocation(
            from: experiment.id, named: "spring", budget: 10_000_000, margin: BasisPoints(5_000), for: desk.decision)
        let made = try await keep.allocate(wanted, desk.lab.command)
        let often = made.outcome.choices.filter { $0.people > 0 }
        #expect(often.count == Audience.folds && often.allSatisfy { $0.group.hasPrefix("orders-2/") }, "\(often)")
        #expect(often.allSatisfy { $0.net > 0 && $0.value > 2_000 && $0.value < 3_250 && abs($0.cost - 1_000) < 1 })
        let prices = try #require(try await keep.desk().prices.first)
        #expect(prices.allocation == made.id && prices.money == made.outcome.money && prices.currency == .cny)
        try await desk.lab.move(desk.decision, .ship)
        try await desk.market.load()
        let granted = try await desk.offered()
        let buyers = Set(desk.kinds.enumerated().filter { desk.kind(of: $0.offset) == 2 }.map(\.element))
        #expect(granted.isSubset(of: buyers))
        // 5 % are held back to confirm it, 2 % from everything and from coupons.
        #expect(granted.count > buyers.count * 8 / 10 && granted.count < buyers.count)
        let confirming = try await desk.exposures().filter { $0.experiment != experiment.id }
        #expect(Set(confirming.map(\.person)).isSubset(of: buyers), "only whom it would reach is compared")
        #expect(Set(confirming.filter { !$0.isGhost }.map(\.person)) == granted)
    }

    /// Cells know what kind of buyer somebody was before, and forget nobody.
    private static func checkSegments(_ desk: CouponLab, _ experiment: Experiment) async throws {
        let (counted, members) = try await desk.market.store.read { transaction in
            var members: Set<PersonID> = []
            try Experiments.eachParticipant(in: experiment.id, in: transaction) { person, _ in members.insert(person) }
            return (try Experiments.counted(experiment.id, in: transaction), members)
        }
        for kind in Audience.Purchases.allCases {
            let people = counted.cells.filter { $0.metric == .buyers && $0.segment == kind }
                .reduce(0) { $0 + $1.moments.count }
            let expected = desk.kinds.enumerated().count {
                members.contains($0.element) && min(2, desk.kind(of: $0.offset)) == kind.rawValue
            }
            #expect(people == expected && people > 0)
        }
        let reading = try await ReadValue(desk.market).result(of: experiment.id)
        let several = try #require(reading.result.arms[0].segments.last)
        #expect(several.segment == .several && several.counts.control + several.counts.treatment > 0)
        #expect(reading.plan == nil, "everybody bought: nothing varies by which people could be counted")
    }

    /// What people paid is no value before somebody said how much of it is left.
    private static func checkMargin(_ desk: CouponLab, _ experiment: Experiment) async throws {
        let keep = KeepAllocations(desk.market)
        let measured = [KeepAllocations.MeasuredOption(group: "all", option: "coupon", experiment: experiment.id)]
        let option = OptionEstimate(option: "coupon", value: 0, valueError: 0, cost: 1)
        func values(_ margin: BasisPoints?) async throws -> OptionEstimate {
            let request = AllocationRequest(
                name: "measured", budget: 1_000, currency: .cny, margin: margin,
                groups: [AllocationGroup(name: "all", people: 10, options: [option])])
            let made = try await keep.allocate(
                request, measured: measured, for: desk.decision, desk.lab.command)
            return made.request.groups[0].options[0]
        }
        for margin in [nil, BasisPoints(0), BasisPoints(10_001)] {
            await #expect(throws: InvalidField.self) { _ = try await values(margin) }
        }
        let (all, quarter) = (try await values(BasisPoints(10_000)), try await values(BasisPoints(2_500)))
        #expect(all.value > 0 && abs(all.value - 4 * quarter.value) < 1e-6)
        #expect(abs(all.valueError - 4 * quarter.valueError) < 1e-6)
    }

    @Test("a price above what the coupon creates stops it at once", arguments: TestStore.available)
    func price(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkPrice(CouponLab($0, seed: 23)) }
    }

    private static func checkPrice(_ desk: CouponLab) async throws {
        let keep = KeepAllocations(desk.market)
        _ = try await keep.allocate(request(desk, cost: 1_000, budget: 1e9), for: desk.decision, desk.lab.command)
        let granted = try await desk.offered()
        #expect(granted.count > desk.kinds.count * 9 / 10, "money isn't short, so every gain is taken")
        // Another use of money that is worth ten times its cost makes money dear: λ is ten.
        var dear = AllocationRequest(name: "dear", budget: 1_000, currency: .cny, groups: [])
        dear.groups = [
            AllocationGroup(
                name: "all", people: 1_000,
                options: [OptionEstimate(option: "other", value: 1_000, valueError: 0, cost: 100)])
        ]
        let second = try await keep.allocate(dear, for: desk.decision, desk.lab.command)
        #expect(abs(second.outcome.money - 10) < 0.5)
        #expect(try await desk.offered().isEmpty)
    }

    private static func request(_ desk: CouponLab, cost: Double, budget: Double) -> AllocationRequest {
        AllocationRequest(
            name: "r", budget: budget, currency: .cny,
            groups: Audience.all.map { audience in
                AllocationGroup(
                    name: audience.name, people: 100,
                    options: [
                        OptionEstimate(option: desk.coupon.description, value: 1_500, valueError: 0, cost: cost)
                    ])
            })
    }

    @Test("published prices only ever raise what dissatisfaction costs", arguments: TestStore.available)
    func rates(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkRates(CouponLab($0, seed: 24)) }
    }

    private static func checkRates(_ desk: CouponLab) async throws {
        let keep = KeepAllocations(desk.market)
        let rates = ExchangeRates(
            currency: .cny, like: 20, refundPoints: 2, reportPoints: 0, notInterestedPoints: 0, refundCost: 100,
            complaintPoints: 3, complaintCost: 50)
        let idle = try await desk.lab.draftDecision()
        await #expect(throws: DecisionProblem.notRunning) {
            try await keep.setRates(rates, for: idle, desk.lab.command)
        }
        var wrong = rates
        wrong.like = 0
        let bad = wrong
        await #expect(throws: InvalidField.self) {
            try await keep.setRates(bad, for: desk.decision, desk.lab.command)
        }
        try await keep.setRates(rates, for: desk.decision, desk.lab.command)
        #expect(desk.lab.versions(desk.kinds).allSatisfy { $0 == nil }, "rates wait for prices")
        let made = try await keep.allocate(tight(), for: desk.decision, desk.lab.command)
        #expect(made.outcome.experience > 0)
        let weights = desk.kinds.compactMap {
            desk.market.rankingArms.weights(for: $0, at: desk.lab.source.now).weights
        }
        let expected = (made.outcome.experience * 2 + made.outcome.money * 100) / 20
        // 2 % keep the baseline.
        #expect(weights.count > desk.kinds.count * 9 / 10 && weights.count < desk.kinds.count)
        #expect(
            Set(weights.map(\.version)).count == 1 && weights[0].version.hasPrefix(Feed.baseline.version + "+rates-1"))
        #expect(weights.allSatisfy { abs($0.refund - min(100, expected)) < 1e-9 }, "\(expected)")
        let complaint = (made.outcome.experience * 3 + made.outcome.money * 50) / 20
        #expect(weights.allSatisfy { abs($0.complaint - max(Feed.baseline.complaint, min(100, complaint))) < 1e-9 })
        #expect(weights.allSatisfy { $0.lateDelivery == Feed.baseline.lateDelivery }, "rates name nothing for it")
        #expect(weights.allSatisfy { $0.report == Feed.baseline.report && $0.buy == Feed.baseline.buy })
    }

    /// Something that earns and annoys, under a floor that binds.
    private static func tight() -> AllocationRequest {
        AllocationRequest(
            name: "tight", budget: 1e9, currency: .cny, experienceFloor: -0.1,
            groups: [
                AllocationGroup(
                    name: "all", people: 1_000,
                    options: [
                        OptionEstimate(option: "noise", value: 300, valueError: 0, cost: 1, experience: -1)
                    ])
            ])
    }

    @Test(
        "exploration changes by a running decision only, and each person by their arm", arguments: TestStore.available)
    func pools(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkPools(CouponLab($0, seed: 25)) }
    }

    private static func checkPools(_ desk: CouponLab) async throws {
        let lab = desk.lab
        func terms(_ share: String) -> ExperimentTerms {
            ExperimentTerms(
                name: "Pools", lever: .explorationPools,
                arms: [
                    Arm(name: "as now", share: 5_000, treatment: nil),
                    Arm(name: "more", share: 5_000, treatment: share),
                ], share: 10_000, leastWorthwhile: 1)
        }
        for share in ["-1", "2001", "much"] {
            await #expect(throws: InvalidField.self) {
                _ = try await lab.keep.draft(terms(share), of: desk.decision, lab.command)
            }
        }
        let drafted = try await lab.keep.draft(terms("1500"), of: desk.decision, lab.command)
        let running = try await lab.keep.start(drafted.id, lab.command)
        #expect(running.terms.arms.map(\.treatment) == ["\(Feed.usualExplorationShare)", "1500"])
        let during = desk.kinds.map { lab.market.rankingArms.weights(for: $0, at: lab.source.now).exploration }
        let counts = Dictionary(grouping: during) { $0 }.mapValues(\.count)
        #expect(counts.count == 3 && counts[1_500] ?? 0 > 350 && counts[Feed.usualExplorationShare] ?? 0 > 350)
        try await lab.move(desk.decision, .ship)
        try await lab.market.load()
        let after = desk.kinds.map { lab.market.rankingArms.weights(for: $0, at: lab.source.now).exploration }
        #expect(after.filter { $0 == 1_500 }.count > desk.kinds.count * 85 / 100)
        #expect(after.contains(Feed.usualExplorationShare) && after.contains(nil))
        #expect(try await lab.store.read { try Feed.exploration(in: $0)?.value } == 1_500)
    }

    @Test("an experiment can't try what isn't there or belongs to another decision", arguments: TestStore.available)
    func foreign(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkForeign(CouponLab($0, seed: 26)) }
    }

    private static func checkForeign(_ desk: CouponLab) async throws {
        let other = try await desk.lab.draftDecision()
        let terms = ExperimentTerms(
            name: "Coupon", lever: .coupons,
            arms: [
                Arm(name: "without", share: 5_000, treatment: nil),
                Arm(name: "with", share: 5_000, treatment: desk.coupon.description),
            ], share: 10_000, leastWorthwhile: 1)
        await #expect(throws: ExperimentProblem.unknownTreatment(desk.coupon.description)) {
            _ = try await desk.lab.keep.draft(terms, of: other, desk.lab.command)
        }
        var everything = terms
        everything.lever = .everything
        let total = everything
        await #expect(throws: ExperimentProblem.self) {
            _ = try await desk.lab.keep.draft(total, of: desk.decision, desk.lab.command)
        }
    }
}
