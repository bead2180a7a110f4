import Allocations
import Decisions
import Experience
import Experiments
import Feed
import Flows
import Foundation
import Inference
import Journal
import Kernel
import Store
import Testing

/// What a decision did is looked at again: against the global holdout, on its review date, and before it ships.
struct ValueReviewTests {
    // MARK: Covariates

    @Test("what people did before sharpens what they do now, without moving it", arguments: TestStore.available)
    func covariates(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkCovariates(CouponLab($0, seed: 41)) }
    }

    private static func checkCovariates(_ desk: CouponLab) async throws {
        var random = SystemSeeded(state: 7)
        // Each has a level of their own, before and after.
        let levels = desk.kinds.map { _ in Int64.random(in: 100...100_000, using: &random) }
        let before = desk.lab.source.now - .days(14)
        try await desk.tell(orders: zip(desk.kinds, levels).map { ($0, $1, before) })
        let experiment = try await desk.lab.runningExperiment(share: 10_000)
        try await meet(desk, experiment.id)
        let after = desk.lab.source.now + .hours(1)
        let lift: Int64 = 2_000
        try await desk.tell(
            orders: desk.kinds.indices.map {
                (
                    desk.kinds[$0], levels[$0] + Int64.random(in: 0...9_000, using: &random) + ($0 % 2 == 1 ? lift : 0),
                    after
                )
            })
        let row = try await row(of: experiment.id, .paidValue, desk)
        let explained = try #require(row.explained)
        #expect(explained > 0.95)
        let comparison = try #require(row.comparison)
        // The levels' own error would be √(2/450)·28,800 ≈ 1,900; what is left after them is a tenth of it.
        #expect(comparison.standardError < 250, "\(comparison.standardError)")
        #expect(abs(comparison.effect - Double(lift)) < 4 * comparison.standardError)
        #expect(row.isSignificant)
        // What came in the week of the exposure is nobody's past.
        let late = try await desk.lab.store.read {
            try Experiments.earlier(of: desk.kinds[0], at: after, in: $0).totals[.paidOrders]
        }
        #expect(late == 1)
    }

    /// Everybody meets an experiment, every second one in treatment.
    private static func meet(_ desk: CouponLab, _ experiment: ExperimentID) async throws {
        let now = desk.lab.source.now
        let exposures = desk.kinds.enumerated().map {
            Exposure(
                experiment: experiment, arm: $0 % 2, person: $1, time: now, propensity: 0.5, isGhost: $0 % 2 == 0)
        }
        let journal = desk.market.journal
        try await desk.lab.store.write { try journal.append(exposures, at: now, in: $0) }
    }

    private static func row(
        of id: ExperimentID, _ metric: MetricName, _ desk: CouponLab
    ) async throws -> ExperimentResult.Row {
        let result = try await ReadValue(desk.market).result(of: id).result
        return try #require(result.arms.first?.row(metric))
    }

    // MARK: Everything and drift

    @Test("everything is compared with the global holdout, and what faded is flagged", arguments: TestStore.available)
    func everything(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkEverything(CouponLab($0, seed: 42)) }
    }

    private static func checkEverything(_ desk: CouponLab) async throws {
        let experiment = try await desk.lab.runningExperiment(share: 10_000)
        try await desk.settle()
        let total = try #require(try await desk.lab.store.read { try Experiments.everything(in: $0) })
        #expect(total.purpose == .total && total.terms.arms.map(\.share) == [100, 9_900])
        // A second experiment doesn't begin a second one.
        _ = try await desk.experiment()
        let running = try await desk.lab.store.read { try Experiments.running(in: $0) }
        #expect(running.filter { $0.purpose == .total }.map(\.id) == [total.id])
        try await meet(desk, experiment.id)
        let bought = desk.lab.source.now + .minutes(1)
        // Of ten in treatment nine buy, of ten in control one.
        try await desk.tell(
            orders: desk.kinds.indices.filter { $0 % 20 == 0 || $0 % 2 == 1 && $0 % 20 != 1 }.map {
                (desk.kinds[$0], 500, bought)
            })
        try await desk.lab.move(experiment.decision, .ship)
        try await desk.market.load()
        try await checkDrift(desk, experiment.decision)
        try await checkTotal(desk, total.id)
    }

    /// Once it is shipped it creates nothing any more: those held back buy as often.
    private static func checkDrift(_ desk: CouponLab, _ decision: DecisionID) async throws {
        #expect(try await review(of: decision, desk).drift == .unknown)
        let own = try await desk.lab.store.read { try Experiments.of(decision, in: $0) }
        let confirming = try #require(own.first { $0.purpose == .confirm })
        try await meet(desk, confirming.id)
        desk.lab.clock.advance(by: .hours(1))
        let now = desk.lab.source.now
        try await desk.tell(orders: desk.kinds.indices.filter { $0 % 3 == 0 }.map { (desk.kinds[$0], 500, now) })
        let early = try await review(of: decision, desk)
        #expect(early.drift == .faded && early.drift.isDrift && !early.isDue, "\(early)")
        desk.lab.clock.advance(by: .days(2_000))
        #expect(try await review(of: decision, desk).isDue)
        try await desk.lab.move(decision, .review)
        #expect(try await ReadValue(desk.market).reviews().allSatisfy { $0.decision.id != decision })
    }

    private static func review(of decision: DecisionID, _ desk: CouponLab) async throws -> ValueReview {
        try #require(try await ReadValue(desk.market).reviews().first { $0.decision.id == decision })
    }

    /// The feed tells where everybody stands; the ledger shows what all decisions did together.
    private static func checkTotal(_ desk: CouponLab, _ total: ExperimentID) async throws {
        let now = desk.lab.source.now
        let exposures = desk.lab.people(4_000).flatMap {
            desk.market.rankingArms.weights(for: $0, at: now).exposures
        }.filter { $0.experiment == total }
        #expect(exposures.count == 4_000)
        let heldOut = exposures.filter(\.isGhost)
        #expect(heldOut.count > 15 && heldOut.count < 80, "\(heldOut.count)")
        #expect(heldOut.allSatisfy { desk.market.rankingArms.weights(for: $0.person, at: now).weights == nil })
        let journal = desk.market.journal
        try await desk.lab.store.write { try journal.append(exposures, at: now, in: $0) }
        try await desk.tell(orders: exposures.filter { !$0.isGhost }.prefix(2_000).map { ($0.person, 700, now) })
        let account = try #require(try await ReadValue(desk.market).ledger().first { $0.metric.name == .buyers })
        let everything = try #require(account.everything)
        let share = 1_000 * 2_000 / Double(exposures.count - heldOut.count)
        #expect(abs(everything.value - share) < 1e-6, "nobody of those held out bought")
        #expect(everything.interval.contains(share))
    }

    @Test("another size of the global holdout begins the comparison anew", arguments: TestStore.available)
    func resized(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkResized(CouponLab($0, seed: 43)) }
    }

    private static func checkResized(_ desk: CouponLab) async throws {
        _ = try await desk.experiment()
        let first = try #require(try await desk.lab.store.read { try Experiments.everything(in: $0) })
        let keep = KeepAllocations(desk.market)
        desk.lab.clock.advance(by: .hours(1))
        try await keep.resizeHoldout("global", to: 200, for: desk.decision, desk.lab.command)
        let second = try #require(try await desk.lab.store.read { try Experiments.everything(in: $0) })
        #expect(second.id != first.id && second.terms.arms.map(\.share) == [200, 9_800])
        #expect(try await desk.lab.store.read { try Experiments.find(first.id, in: $0) }.state == .ended)
        try await keep.resizeHoldout("global", to: 0, for: desk.decision, desk.lab.command)
        #expect(try await desk.lab.store.read { try Experiments.running(in: $0) }.allSatisfy { $0.purpose != .total })
        // Stopping the decision in whose name it began ends its own experiments only.
        try await keep.resizeHoldout("global", to: 100, for: desk.decision, desk.lab.command)
        try await desk.lab.move(desk.decision, .stop)
        let left = try await desk.lab.store.read { try Experiments.running(in: $0) }
        #expect(left.map(\.purpose) == [.total])
    }

    // MARK: Answers

    @Test("what is silent in one arm only is no effect: bounds hold zero", arguments: TestStore.available)
    func silence(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkSilence(CouponLab($0, seed: 44)) }
    }

    /// Nobody fares differently, but in treatment the unhappy answer and in control three of four of them are silent.
    private static func checkSilence(_ desk: CouponLab) async throws {
        let experiment = try await desk.lab.runningExperiment(share: 10_000)
        try await meet(desk, experiment.id)
        try await desk.settle()
        try await answer(desk) { index in
            let isHappy = index / 2 % 2 == 0
            return isHappy ? 10 : index % 2 == 1 || index / 4 % 4 == 0 ? 2 : nil
        }
        let arms = try await ReadExperience(desk.market).arms(of: experiment.id)
        let (control, treatment) = (arms[0].score, arms[1].score)
        #expect(control.score - treatment.score > 30, "taken as it is, the treatment looks harmful")
        let naive = treatment.score - control.score
        #expect(abs(naive) > 5 * (treatment.standardError + control.standardError), "and surely so")
        let (bounds, interval) = (try #require(arms[1].bounds), try #require(arms[1].interval))
        #expect(interval.contains(0) && bounds.lower < bounds.upper && bounds.contains(naive))
        #expect(try #require(arms[1].trimmed) > 0.2)
    }

    /// People are seen, asked, and answer as `score` says; `nil` is silence.
    private static func answer(_ desk: CouponLab, _ score: (Int) -> Int?) async throws {
        let survey = SurveyDesk(desk.lab.store, share: 10_000)
        survey.clock.advance(by: .milliseconds(desk.lab.source.now.milliseconds - survey.source.now.milliseconds + 1))
        try await survey.see(desk.kinds)
        try await survey.follow()
        let asked = try await desk.lab.store.read { transaction in
            try transaction.rows("SELECT person, id FROM survey_invitations").map {
                (person: try $0.get(0, as: PersonID.self), id: try $0.get(1, as: InvitationID.self))
            }
        }
        let invitations = Dictionary(asked.map { ($0.person, $0.id) }, uniquingKeysWith: { first, _ in first })
        #expect(invitations.count == desk.kinds.count)
        let answers = try desk.kinds.enumerated().compactMap { index, person in
            try score(index).flatMap { score in
                try invitations[person].map {
                    (id: $0, person: person, answer: try SurveyAnswer(score: score, drivers: []))
                }
            }
        }
        let room = survey.room
        try await desk.lab.store.write { transaction in
            for entry in answers { try room.answer(entry.id, with: entry.answer, by: entry.person, in: transaction) }
        }
    }

    @Test("what may hurt more than is left to spend doesn't ship, and changes nothing", arguments: TestStore.available)
    func guarded(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkGuarded(CouponLab($0, seed: 45)) }
    }

    private static func checkGuarded(_ desk: CouponLab) async throws {
        let experiment = try await desk.lab.runningExperiment(share: 10_000)
        try await meet(desk, experiment.id)
        try await desk.settle()
        // A sixth fewer promoters in treatment: about 17 points.
        try await answer(desk) { $0 % 12 == 1 ? 8 : 10 }
        let lower = try #require(try await ReadExperience(desk.market).arms(of: experiment.id)[1].interval?.lower)
        #expect(lower < -10 && lower > -30, "\(lower)")
        let keep = KeepAllocations(desk.market)
        let (now, end) = (desk.lab.source.now, desk.lab.source.now + .days(90))
        try await keep.setBudget(5, from: now, until: end, for: desk.decision, desk.lab.command)
        await #expect(throws: AllocationProblem.self) { try await desk.lab.move(experiment.decision, .ship) }
        #expect(try await desk.lab.standing() == [])
        var budget = try #require(try await keep.desk().budget).budget
        #expect(budget.spent == 0)
        let found = try await desk.lab.store.read { try Decisions.find(experiment.decision, in: $0).state }
        #expect(found == .running)
        try await keep.setBudget(100, from: now, until: end, for: desk.decision, desk.lab.command)
        try await desk.lab.move(experiment.decision, .ship)
        budget = try #require(try await keep.desk().budget).budget
        #expect(abs(budget.spent + lower) < 1e-9, "its lower end is spent, not its middle")
        #expect(try await desk.lab.standing().count == 1)
    }
}
