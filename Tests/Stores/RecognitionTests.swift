import Experiments
import Flows
import Inference
import Journal
import Kernel
import Store
import Testing

/// A visitor who signs in was one person all along: counted once, in the arm that was met first.
struct RecognitionTests {
    /// As the room of people tells it.
    struct Recognised: FactContent {
        static let topic = "people.visitor_recognised"
        let visitor: PersonID
        let person: PersonID
        var key: String { person.description }
    }

    @Test("visitors and persons become one, however facts fall into batches", arguments: TestStore.available)
    func once(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkOnce(CouponLab($0, seed: 31)) }
    }

    /// What one human being does as a visitor and as a person.
    private struct Life {
        let visitor: PersonID
        let person: PersonID
        /// Minutes after the start of the first exposure under each name; `nil` for never.
        let met: (visitor: Int64?, person: Int64?)
        let arms: (visitor: Int, person: Int)
        let spent: (visitor: Int64, person: Int64)

        var arm: Int? {
            switch met {
            case (nil, nil): nil
            case (let visitor?, let person?): visitor < person ? arms.visitor : arms.person
            case (_?, nil): arms.visitor
            case (nil, _?): arms.person
            }
        }
        /// What counts: after the first exposure under the name that did it.
        var counted: Double {
            Double((met.visitor == nil ? 0 : spent.visitor) + (arm == nil ? 0 : spent.person))
        }
    }

    private static func lives(_ desk: CouponLab) -> [Life] {
        var random = SystemSeeded(state: 9)
        return (0..<80).map { index in
            let visitorMet: Int64? = Bool.random(using: &random) ? Int64.random(in: 1...40, using: &random) : nil
            let personMet: Int64? = Bool.random(using: &random) ? Int64.random(in: 41...80, using: &random) : nil
            return Life(
                visitor: desk.kinds[index], person: desk.kinds[400 + index], met: (visitorMet, personMet),
                arms: (Int.random(in: 0...1, using: &random), Int.random(in: 0...1, using: &random)),
                spent: (Int64.random(in: 0...9, using: &random), Int64.random(in: 0...9, using: &random)))
        }
    }

    private static func checkOnce(_ desk: CouponLab) async throws {
        let experiment = try await desk.lab.runningExperiment(share: 10_000)
        let lives = lives(desk)
        try await tell(lives, desk, experiment.id)
        try await desk.settle()
        try await expect(lives, desk, experiment)
        // Told again from the start, nothing happens twice.
        try await desk.lab.rewind()
        try await desk.lab.follow()
        try await expect(lives, desk, experiment)
        try await checkStaying(lives, desk, experiment)
    }

    /// Visitors act in the first forty minutes, sign in, and act as persons from then on.
    private static func tell(_ lives: [Life], _ desk: CouponLab, _ experiment: ExperimentID) async throws {
        let start = desk.lab.source.now
        let journal = desk.market.journal
        try await desk.lab.store.write { transaction in
            func meet(_ person: PersonID, _ arm: Int, _ minutes: Int64?) throws {
                guard let minutes else { return }
                let exposure = Exposure(
                    experiment: experiment, arm: arm, person: person, time: start + .minutes(minutes), propensity: 0.5,
                    isGhost: arm == 0)
                try journal.append(exposure, at: start, in: transaction)
            }
            func buy(_ person: PersonID, _ amount: Int64, _ minutes: Int64) throws {
                guard amount > 0 else { return }
                let paid = ToldPaid(
                    order: desk.lab.source.identifier(), buyer: person, state: "paid", time: start + .minutes(minutes),
                    lines: [["amount": amount]])
                try journal.append(paid, at: start, in: transaction)
            }
            for life in lives {
                try meet(life.visitor, life.arms.visitor, life.met.visitor)
                try buy(life.visitor, life.spent.visitor, 40)
            }
            for life in lives {
                try journal.append(Recognised(visitor: life.visitor, person: life.person), at: start, in: transaction)
            }
            for life in lives {
                try meet(life.person, life.arms.person, life.met.person)
                try buy(life.person, life.spent.person, 90)
            }
        }
    }

    private static func expect(_ lives: [Life], _ desk: CouponLab, _ experiment: Experiment) async throws {
        let merged = try await desk.lab.counted(experiment.id).merged(arms: 2)
        for arm in 0..<2 {
            let own = lives.filter { $0.arm == arm }
            let (moments, truth) = (merged[arm][.paidValue]?.outcome ?? Moments(), Moments(own.map(\.counted)))
            #expect(moments.count == own.count, "arm \(arm)")
            #expect(abs(moments.sum - truth.sum) < 1e-6, "arm \(arm): \(moments.sum) for \(truth.sum)")
            #expect(abs(moments.squares - truth.squares) < 1e-6 * max(1, truth.squares), "arm \(arm)")
            let buyers = merged[arm][.buyers]?.outcome.sum ?? -1
            #expect(abs(buyers - Double(own.filter { $0.counted > 0 }.count)) < 1e-6, "arm \(arm)")
        }
        let people = try await desk.lab.store.read { try Experiments.find(experiment.id, in: $0).people }
        #expect(people == lives.filter { $0.arm != nil }.count)
    }

    /// Whoever was a visitor in an arm is ranked by it as a person, here and on every node that reads it later.
    private static func checkStaying(_ lives: [Life], _ desk: CouponLab, _ experiment: Experiment) async throws {
        try await desk.market.load()
        let assignments = try #require(desk.market.experiments.assignments)
        var moved = 0
        for life in lives where life.met.visitor != nil {
            let place = assignments.place(of: life.person, lever: .rankingWeights, at: desk.lab.source.now)
            guard case .arm(let answer) = place else {
                Issue.record("a person who was in the experiment is in no arm")
                continue
            }
            #expect(answer.exposure.arm == life.arms.visitor && answer.exposure.isGhost == (life.arms.visitor == 0))
            if answer.exposure.arm != life.arms.person { moved += 1 }
        }
        #expect(moved > 5)
    }
}
