import Foundation
import Inference
import Matching

/// What replayed slates say about a release.
struct ReleaseVerdict: Encodable {
    enum Outcome: String, Encodable {
        case passes
        case falls
        case unclear = "the log can't tell"
    }

    struct Estimate: Encodable {
        let value, low, high: Double

        init(_ value: Double, _ interval: Interval) {
            (self.value, low, high) = (Self.rounded(value), Self.rounded(interval.lower), Self.rounded(interval.upper))
        }

        init(_ value: Double, _ low: Double, _ high: Double) {
            (self.value, self.low, self.high) = (Self.rounded(value), Self.rounded(low), Self.rounded(high))
        }

        private static func rounded(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }

        var text: String { "\(value) (\(low)…\(high))" }
    }

    struct Policy: Encodable {
        let selfNormalised, doublyRobust: Estimate
        let effectiveSize, largestWeight: Double
        let isReliable: Bool
    }

    struct Exploration: Encodable {
        let slots: Int
        let share, rankedWorth, exploredWorth: Double
        let loss: Estimate
    }

    struct Regrets: Encodable {
        /// Slots whose 45 days are over, and how many of all each of them stands for; 0 where regrets are not judged.
        let slots: Int
        let weight: Double
        let areJudged: Bool

        init(_ replayed: [SlateReplay.Slot]) {
            slots = replayed.count { $0.regret != nil }
            areJudged = slots > 0
            weight = areJudged ? (Double(replayed.count) / Double(slots) * 1_000).rounded() / 1_000 : 0
        }

        var text: String {
            areJudged
                ? "judged by the \(slots) slots whose 45 days are over, each of which stands for \(weight)"
                : "not judged, since fewer than a twentieth of the slots are 45 days old; the rest is"
        }
    }

    let weights: String
    let outcome: Outcome
    let reason: String
    let slots, persons: Int
    /// Worth less dissatisfaction a slot, in units of a like: of the log, under the new weights, and the gain.
    let logged: Double
    let satisfaction: Policy?
    let gain, dissatisfactionGain: Estimate?
    let exploration: Exploration
    let regrets: Regrets

    init(_ replayed: [SlateReplay.Slot], weights: String, tolerance: Double) {
        self.weights = weights
        slots = replayed.count
        persons = Set(replayed.map(\.person)).count
        logged = replayed.isEmpty ? 0 : replayed.reduce(0) { $0 + $1.reward } / Double(replayed.count)
        regrets = Regrets(replayed)
        let cost = ExplorationCost(replayed)
        exploration = Exploration(
            slots: cost.explored, share: cost.share, rankedWorth: cost.ranked, exploredWorth: cost.exploredWorth,
            loss: Estimate(cost.loss.mean, cost.loss.low, cost.loss.high))
        let clusters = Self.clusters(replayed)
        let choices = Self.choices(replayed, reward: \.reward),
            costs = Self.choices(replayed, reward: \.dissatisfaction)
        guard let gain = try? PolicyGain(choices, clusters: clusters),
            let costGain = try? PolicyGain(costs, clusters: clusters),
            let snips = try? OffPolicyEstimate.selfNormalised(choices),
            let robust = try? OffPolicyEstimate.doublyRobust(choices)
        else {
            (satisfaction, self.gain, dissatisfactionGain) = (nil, nil, nil)
            (outcome, reason) = (.unclear, "no logged slot is one that the new weights would choose")
            return
        }
        satisfaction = Policy(
            selfNormalised: Estimate(snips.value, snips.interval()),
            doublyRobust: Estimate(robust.value, robust.interval()), effectiveSize: snips.effectiveSize.rounded(),
            largestWeight: snips.largestWeight, isReliable: snips.isReliable)
        let interval = gain.interval()
        self.gain = Estimate(gain.value, interval)
        dissatisfactionGain = Estimate(costGain.value, costGain.interval())
        let floor = -tolerance * abs(gain.logged)
        if !snips.isReliable {
            (outcome, reason) = (.unclear, "too few logged slots are ones that the new weights would choose")
        } else if interval.lower < floor {
            (outcome, reason) = (.falls, "the lower bound of the change in satisfaction lies below \(floor)")
        } else {
            (outcome, reason) = (.passes, "the lower bound of the change in satisfaction is at least \(floor)")
        }
    }

    /// A person's slots hang together.
    private static func clusters(_ slots: [SlateReplay.Slot]) -> [Int] {
        var numbers: [Key: Int] = [:]
        return slots.map { slot in
            let number = numbers[slot.person] ?? numbers.count
            numbers[slot.person] = number
            return number
        }
    }

    /// The item's response rate, scaled to the reward by least squares, is the model of the doubly robust estimate: it is
    /// known before the slate, so it can only help.
    private static func choices(
        _ slots: [SlateReplay.Slot], reward: KeyPath<SlateReplay.Slot, Double>
    ) -> [LoggedChoice] {
        let squares = slots.reduce(0) { $0 + $1.predicted * $1.predicted }
        let product = slots.reduce(0) { $0 + $1.predicted * $1[keyPath: reward] }
        let scale = squares > 0 ? product / squares : 0
        return slots.map {
            LoggedChoice(
                reward: $0[keyPath: reward], propensity: $0.propensity, target: $0.target,
                predicted: scale * $0.predicted, predictedTarget: scale * $0.predictedTarget)
        }
    }

    func show(json: Bool) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(self), as: UTF8.self))
            return
        }
        print("weights \(weights): \(outcome.rawValue) – \(reason)")
        print("\(slots) slots seen by \(persons) persons, satisfaction \(logged) a slot as logged")
        print("  regrets: \(regrets.text)")
        if let satisfaction, let gain, let dissatisfactionGain {
            print("  new weights, self-normalised: \(satisfaction.selfNormalised.text)")
            print("  new weights, doubly robust:   \(satisfaction.doublyRobust.text)")
            print("  change in satisfaction:       \(gain.text)")
            print("  change in dissatisfaction:    \(dissatisfactionGain.text)")
            print("  effective slots: \(satisfaction.effectiveSize), largest weight \(satisfaction.largestWeight)")
        }
        print(
            "exploration: \(exploration.slots) slots, share \(exploration.share), "
                + "viewers' loss \(exploration.loss.text) of all satisfaction")
    }
}
