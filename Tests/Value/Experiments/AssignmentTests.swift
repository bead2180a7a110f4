import Inference
import Journal
import Kernel
import Testing

@testable import Experiments

/// Who gets what: uniform, independent, stable, exclusive; on seeds.
struct AssignmentTests {
    private static let size = 20_000

    private static func people(_ seed: UInt64, _ count: Int = size) -> [PersonID] {
        // Identifiers made in a row differ in few bits; the hash must not mind.
        (0..<count).map { PersonID(rawValue: UInt128(seed) << 80 | UInt128($0)) }
    }

    @Test("buckets are uniform, whatever the key", arguments: [1, 2, 3] as [UInt64])
    func uniform(seed: UInt64) throws {
        let key = AssignmentKey(secret: "key \(seed)")
        var counts = [Int](repeating: 0, count: 100)
        for person in Self.people(seed) { counts[key.bucket("layer/ranking", person.rawValue) / 100] += 1 }
        #expect(try SampleRatio.pValue(counts: counts, weights: Array(repeating: 1, count: 100)) > 1e-4)
    }

    @Test("layers, arms and holdouts say nothing about one another", arguments: [4, 5, 6] as [UInt64])
    func independent(seed: UInt64) throws {
        let key = AssignmentKey(secret: "key \(seed)")
        let labels = ["layer/ranking", "layer/coupons", "arm/exp_1", "arm/exp_2", "holdout/global"]
        let fifths = labels.map { label in
            Self.people(seed, 10_000).map { key.bucket(label, $0.rawValue) / 2_000 }
        }
        for first in labels.indices {
            for second in labels.indices where second > first {
                var counts = [Int](repeating: 0, count: 25)
                for (a, b) in zip(fifths[first], fifths[second]) { counts[a * 5 + b] += 1 }
                let p = try SampleRatio.pValue(counts: counts, weights: Array(repeating: 1, count: 25))
                #expect(p > 1e-4, "\(labels[first]) × \(labels[second])")
            }
        }
    }

    @Test("another key is another assignment, the same key the same")
    func keyed() {
        let (one, same, other) = (AssignmentKey(secret: "a"), AssignmentKey(secret: "a"), AssignmentKey(secret: "b"))
        let people = Self.people(9, 2_000)
        #expect(people.allSatisfy { one.hash("x", $0.rawValue) == same.hash("x", $0.rawValue) })
        #expect(people.allSatisfy { one.hash("x", $0.rawValue) != other.hash("x", $0.rawValue) })
        // A value from another implementation (Python's hmac), so that no release moves anybody unnoticed.
        #expect(one.hash("layer/ranking", 1) == Self.known)
    }

    private static let known: UInt64 = 0xa322bbf9fbc7cd09

    @Test("growing moves nobody, and no two experiments share a person", arguments: (1...4).map(UInt64.init))
    func exclusive(seed: UInt64) throws {
        var random = Random(seed: seed)
        var sets: [BucketSet] = []
        for _ in 0..<60 {
            let index = Int(random.next() % 6)
            if index < sets.count {
                let others = sets.indices.filter { $0 != index }.map { sets[$0] }
                let count = sets[index].count + Int(random.next() % 900)
                let free = BucketSet.size - others.reduce(0) { $0 + $1.count }
                let grown = sets[index].grown(to: count, besides: others)
                #expect((grown == nil) == (count > free))
                if let grown {
                    #expect(grown.count == count)
                    let before = sets[index]
                    #expect(
                        stride(from: 0, to: BucketSet.size, by: 7).allSatisfy {
                            !before.contains($0) || grown.contains($0)
                        })
                    sets[index] = grown
                }
                if random.next() % 7 == 0 { sets.remove(at: index) }
            } else if let set = BucketSet().grown(to: Int(random.next() % 2_500), besides: sets) {
                sets.append(set)
            }
            let buckets = stride(from: 0, to: BucketSet.size, by: 7)
            #expect(buckets.allSatisfy { bucket in sets.filter { $0.contains(bucket) }.count <= 1 })
        }
    }

    @Test("a ramp moves nobody who is assigned; shares and propensities are those of the arms")
    func ramp() throws {
        let key = AssignmentKey(secret: "ramp")
        let people = Self.people(11)
        var before: [PersonID: Assignments.Answer] = [:]
        var buckets = BucketSet()
        for share in [500, 2_000, 6_000, 10_000] {
            buckets = try #require(buckets.grown(to: share, besides: []))
            let assignments = Assignments(key: key, holdouts: [], experiments: [Self.experiment(1, buckets)])
            var now: [PersonID: Assignments.Answer] = [:]
            for person in people {
                if case .arm(let answer) = assignments.place(of: person, lever: .rankingWeights, at: Self.now) {
                    now[person] = answer
                }
            }
            #expect(before.allSatisfy { now[$0.key] == $0.value })
            let counts = (0..<3).map { arm in now.values.filter { $0.exposure.arm == arm }.count }
            #expect(try SampleRatio.pValue(counts: counts, weights: [0.5, 0.3, 0.2]) > 1e-4)
            #expect(now.values.allSatisfy { $0.exposure.propensity == [0.5, 0.3, 0.2][$0.exposure.arm] })
            #expect(now.values.allSatisfy { $0.exposure.isGhost == ($0.exposure.arm == 0) })
            #expect(now.values.allSatisfy { $0.treatment == ["old", "a", "b"][$0.exposure.arm] })
            #expect(abs(Double(now.count) / Double(people.count) - Double(share) / 10_000) < 0.01)
            before = now
        }
    }

    @Test("who is held out is in no experiment, and about as many as were asked for")
    func holdout() {
        let key = AssignmentKey(secret: "holdout")
        let holdouts = [Holdout(name: "global", share: 200), Holdout(name: "ranking", share: 300)]
        let running = Assignments(key: key, holdouts: holdouts, experiments: [Self.experiment(1, .all)])
        let people = Self.people(12)
        let held = people.filter { running.place(of: $0, lever: .rankingWeights, at: Self.now) == .heldOut }
        #expect(Set(held) == Set(people.filter { person in holdouts.contains { $0.contains(person, key) } }))
        #expect(abs(Double(held.count) / Double(people.count) - 0.0494) < 0.005)
    }

    @Test("windows of time switch everybody at once, and both arms come up")
    func switchback() throws {
        let key = AssignmentKey(secret: "windows")
        let experiment = Self.experiment(3, .all, design: .switchback(window: 60, carryOver: 10))
        let assignments = Assignments(key: key, holdouts: [], experiments: [experiment])
        var arms: [Int] = []
        for window in 0..<400 as Range<Int64> {
            let times = [0, 9, 30, 59].map { Instant(milliseconds: (window * 60 + $0) * 60_000) }
            let seen = Set(
                times.flatMap { time in
                    Self.people(13, 5).map { assignments.arm(of: $0, in: experiment, at: time) }
                })
            #expect(seen.count == 1)
            arms.append(try #require(seen.first))
            #expect(times.map { experiment.terms.design.period(of: $0) } == [nil, nil, window, window])
        }
        let counts = [arms.filter { $0 == 0 }.count, arms.filter { $0 == 1 }.count]
        #expect(try SampleRatio.pValue(counts: counts, weights: [1, 1]) > 1e-4)
    }

    private static let now = Instant(milliseconds: 1_772_352_000_000)

    private static func experiment(_ id: UInt128, _ buckets: BucketSet, design: Design = .persons) -> Experiment {
        let three = [
            Arm(name: "control", share: 5_000, treatment: "old"), Arm(name: "a", share: 3_000, treatment: "a"),
            Arm(name: "b", share: 2_000, treatment: "b"),
        ]
        let two = [
            Arm(name: "control", share: 5_000, treatment: "old"), Arm(name: "a", share: 5_000, treatment: "a"),
        ]
        return Experiment(
            id: ExperimentID(rawValue: id), decision: DecisionID(rawValue: 1), purpose: .measure,
            terms: ExperimentTerms(
                name: "t", arms: design == .persons ? three : two, design: design, share: 1, leastWorthwhile: 1),
            state: .running, buckets: buckets, people: 0, cost: nil, author: PersonID(rawValue: 1), createdAt: now,
            startedAt: now, endedAt: nil)
    }
}

/// SplitMix64.
struct Random {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
