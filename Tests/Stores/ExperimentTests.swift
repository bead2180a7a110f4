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

/// Experiments on both stores: what counts, how often, and what can't start.
struct ExperimentTests {
    @Test("cells hold what a count by hand holds, whatever is told twice", arguments: TestStore.available)
    func cells(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            for seed in 1...4 { try await Self.checkCells(store, seed: UInt64(seed)) }
        }
    }

    private static func checkCells(_ store: any Store, seed: UInt64) async throws {
        let lab = try await Lab(store, seed: seed)
        let experiment = try await lab.runningExperiment(share: 2_000)
        let story = Story(lab, experiment)
        try await lab.tell(story)
        try await lab.follow()
        try await Self.expect(lab, experiment, story)
        // Told again, from another client or after a retry: nothing moves.
        try await lab.tell(story)
        try await lab.follow()
        try await Self.expect(lab, experiment, story)
        // Followed again from the start, as after a restored backup of the position alone.
        try await lab.rewind()
        try await lab.follow()
        try await Self.expect(lab, experiment, story)
    }

    private static func expect(_ lab: Lab, _ experiment: Experiment, _ story: Story) async throws {
        let counted = try await lab.counted(experiment.id)
        let merged = counted.merged(arms: 2)
        for arm in 0..<2 {
            for metric in MetricName.allCases {
                let values = story.totals(arm: arm, metric)
                let (moments, truth) = (merged[arm][metric]?.outcome ?? Moments(), Moments(values))
                #expect(moments.count == truth.count, "\(metric) \(arm)")
                #expect(abs(moments.sum - values.reduce(0, +)) < 1e-6, "\(metric) \(arm)")
                #expect(abs(moments.squares - truth.squares) <= 1e-9 * max(1, truth.squares), "\(metric) \(arm)")
            }
        }
        let people = try await lab.store.read { try Experiments.find(experiment.id, in: $0).people }
        #expect(people == story.exposed.count)
    }

    @Test("a batch that fails leaves nothing, and counts once when it succeeds", arguments: TestStore.available)
    func exactlyOnce(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkExactlyOnce($0) }
    }

    private static func checkExactlyOnce(_ store: any Store) async throws {
        let lab = try await Lab(store, seed: 77)
        let experiment = try await lab.runningExperiment()
        let story = Story(lab, experiment)
        try await lab.tell(story)
        let real = lab.market.experiments.follower
        struct Crash: Error {}
        let crashing = Subscription(name: real.name, topics: real.topics, batch: 40) { facts, transaction in
            try lab.market.experiments.apply(facts, in: transaction)
            throw Crash()
        }
        await #expect(throws: Crash.self) { try await lab.market.journal.catchUp(crashing) }
        #expect(try await lab.counted(experiment.id).cells.isEmpty)
        // Two nodes follow at once: one of them applies each batch.
        async let first: () = lab.follow()
        async let second: () = lab.follow()
        _ = try await (first, second)
        try await Self.expect(lab, experiment, story)
    }

    @Test("nothing starts, grows or ships without a running decision", arguments: TestStore.available)
    func refusal(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkRefusal($0) }
    }

    private static func checkRefusal(_ store: any Store) async throws {
        let lab = try await Lab(store, seed: 5)
        let version = try await lab.register("v5")
        let decision = try await lab.draftDecision()
        let drafted = try await lab.keep.draft(Lab.terms(version), of: decision, lab.command)
        await #expect(throws: DecisionProblem.notRunning) { try await lab.keep.start(drafted.id, lab.command) }
        await #expect(throws: DecisionProblem.notRunning) { try await lab.ship(version, decision) }
        #expect(try await lab.standing() == [])
        try await lab.move(decision, .start)
        await #expect(throws: WeightProblem.unknownVersion("nowhere")) { try await lab.ship("nowhere", decision) }
        let running = try await lab.keep.start(drafted.id, lab.command)
        #expect(running.state == .running && running.terms.arms[0].treatment == Feed.baseline.version)
        await #expect(throws: ExperimentProblem.shrinking) {
            try await lab.keep.ramp(running.id, to: 100, lab.command)
        }
        #expect(try await lab.keep.ramp(running.id, to: 6_000, lab.command).buckets.count == 6_000)
        // A second one takes what is left of the layer, and no more.
        let other = try await lab.keep.draft(Lab.terms(version, share: 5_000), of: decision, lab.command)
        await #expect(throws: ExperimentProblem.layerFull(left: 4_000)) {
            try await lab.keep.start(other.id, lab.command)
        }
        try await lab.move(decision, .stop)
        let ended = try await store.read { try Experiments.find(running.id, in: $0) }
        #expect(ended.state == .ended && ended.endedAt != nil)
        await #expect(throws: DecisionProblem.notRunning) {
            try await lab.keep.ramp(running.id, to: 7_000, lab.command)
        }
        await #expect(throws: DecisionProblem.notRunning) { try await lab.ship(version, decision) }
        #expect(try await lab.standing() == [])
    }

    @Test("what ships is in force for all but those held back, and that confirms it", arguments: TestStore.available)
    func shipping(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkShipping($0) }
    }

    private static func checkShipping(_ store: any Store) async throws {
        let lab = try await Lab(store, seed: 6)
        let experiment = try await lab.runningExperiment()
        let version = try #require(experiment.terms.arms[1].treatment)
        let people = lab.people(4_000)
        let during = lab.versions(people)
        #expect(Set(during) == [nil, version, Feed.baseline.version])
        try await lab.move(experiment.decision, .ship)
        #expect(try await lab.standing() == [version])
        try await lab.market.rankingArms.load()
        let after = lab.versions(people)
        // 5 % are held back from this, 2 % from everything.
        let share = Double(after.filter { $0 == version }.count) / Double(people.count)
        #expect(abs(share - 0.931) < 0.02)
        let confirming = try await store.read { try Experiments.of(experiment.decision, in: $0) }.last
        #expect(confirming?.purpose == .confirm && confirming?.state == .running)
        #expect(confirming?.terms.arms.map(\.treatment) == [Feed.baseline.version, version])
        try await lab.move(experiment.decision, .review)
        try await lab.market.rankingArms.load()
        let reviewed = lab.versions(people)
        #expect(zip(reviewed, after).allSatisfy { $0.0 == version || $0.0 == nil && $0.1 == nil })
    }

    @Test("of a start and a stop at once, nothing runs in the name of what was stopped", arguments: TestStore.available)
    func race(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { store in
            for round in 0..<6 { try await Self.checkRace(store, round) }
        }
    }

    private static func checkRace(_ store: any Store, _ round: Int) async throws {
        let lab = try await Lab(store, seed: UInt64(900 + round))
        let version = try await lab.register("race-\(round)")
        let decision = try await lab.draftDecision()
        try await lab.move(decision, .start)
        let drafts = [
            try await lab.keep.draft(Lab.terms(version), of: decision, lab.command).id,
            try await lab.keep.draft(Lab.terms(version), of: decision, lab.command).id,
        ]
        async let one: Experiment? = try? lab.keep.start(drafts[0], lab.command)
        async let stopped: ()? = try? lab.move(decision, .stop)
        async let two: Experiment? = try? lab.keep.start(drafts[1], lab.command)
        _ = await (one, two)
        #expect(await stopped != nil)
        let left = try await store.read { try Experiments.of(decision, in: $0) }
        #expect(left.allSatisfy { $0.state != .running })
    }

    @Test("an exposure is logged with its slate, once a person", arguments: TestStore.available)
    func exposureWithSlate(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkExposureWithSlate($0) }
    }

    private static func checkExposureWithSlate(_ store: any Store) async throws {
        let lab = try await Lab(store, seed: 8)
        let experiment = try await lab.runningExperiment(share: 10_000)
        let running = Task { await lab.market.feed.run() }
        let people = lab.people(300)
        var models: [PersonID: String] = [:]
        for person in people + people { models[person] = lab.market.feed.forYou(person, count: 5).model }
        running.cancel()
        await running.value
        try await eventually {
            try await lab.follow()
            return try await lab.counted(experiment.id).merged(arms: 2)[0][.buyers]?.count ?? 0 > 100
        }
        let exposures = try await store.read {
            try $0.rows("SELECT payload FROM journal WHERE topic = 'value.exposure'").map {
                try Exposure.read(try $0.get(0), with: JSONDecoder())
            }.filter { $0.experiment == experiment.id }
        }
        #expect(Set(exposures.map(\.person)).count == exposures.count)
        for exposure in exposures {
            let version = try #require(experiment.terms.arms[exposure.arm].treatment)
            #expect(models[exposure.person]?.hasPrefix("\(version)/") == true, "the log names the arm's weights")
            #expect(exposure.propensity == 0.5 && exposure.isGhost == (exposure.arm == 0))
        }
        let merged = try await lab.counted(experiment.id).merged(arms: 2)
        #expect(merged.reduce(0) { $0 + ($1[.buyers]?.count ?? 0) } == exposures.count)
    }
}
