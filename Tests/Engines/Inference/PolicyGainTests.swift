import Inference
import Testing

@Suite("Gain of a policy over the log")
struct PolicyGainTests {
    /// A seeded number in [0, 1).
    private struct Dice {
        var state: UInt64
        mutating func unit() -> Double {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
        }
    }

    /// Two actions worth .3 and .5, logged half and half; the judged policy takes the better with probability .9.
    private static func log(_ seed: UInt64, clusters: Int = 200) -> (choices: [LoggedChoice], clusters: [Int]) {
        var dice = Dice(state: seed)
        var choices: [LoggedChoice] = [], members: [Int] = []
        for cluster in 0..<clusters {
            let mood = dice.unit() * 0.2 - 0.1
            for _ in 0..<5 {
                let isBetter = dice.unit() < 0.5
                let reward = dice.unit() < (isBetter ? 0.5 : 0.3) + mood ? 1.0 : 0
                choices.append(
                    LoggedChoice(
                        reward: reward, propensity: 0.5, target: isBetter ? 0.9 : 0.1,
                        predicted: isBetter ? 0.45 : 0.35,
                        predictedTarget: 0.44))
                members.append(cluster)
            }
        }
        return (choices, members)
    }

    @Test("the interval covers the true gain about as often as it says")
    func coverage() throws {
        var covered = 0
        for seed in UInt64(1)...300 {
            let (choices, clusters) = Self.log(seed)
            let interval = try PolicyGain(choices, clusters: clusters).interval()
            // .9 × .5 + .1 × .3 − .4 = .08.
            if interval.lower <= 0.08, 0.08 <= interval.upper { covered += 1 }
        }
        #expect((275...296).contains(covered))
    }

    @Test("the same policy gains nothing, whatever the rewards")
    func same() throws {
        let (choices, clusters) = Self.log(9)
        let same = choices.map { LoggedChoice(reward: $0.reward, propensity: $0.propensity, target: $0.propensity) }
        let gain = try PolicyGain(same, clusters: clusters)
        #expect(abs(gain.value) < 1e-12 && gain.standardError < 1e-12)
    }

    @Test("what can't be is refused")
    func refused() {
        let choice = LoggedChoice(reward: 1, propensity: 0, target: 1)
        #expect(throws: InferenceProblem.self) { try PolicyGain([choice, choice], clusters: [0, 1]) }
        let fine = LoggedChoice(reward: 1, propensity: 1, target: 1)
        #expect(throws: InferenceProblem.self) { try PolicyGain([fine, fine], clusters: [0]) }
        #expect(throws: InferenceProblem.self) { try PolicyGain([fine, fine], clusters: [0, 0]) }
    }
}
