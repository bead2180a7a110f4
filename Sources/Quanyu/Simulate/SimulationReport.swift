import Foundation
import World

/// A day as it is printed: the flywheel from creation to satisfaction.
struct SimulatedDay: Codable, Equatable {
    let day: Int
    let members: Int
    let visitors: Int
    let creations: Int
    let impressions: Int
    let interactions: Int
    let followers: Int
    let orders: Int
    let missed: Int
    /// Share of the members who are satisfied, in truth.
    let satisfied: Double
    /// NPS of those who answered today, and how many did.
    let answeredNPS: Double?
    let answers: Int
    /// NPS if everybody answered.
    let trueNPS: Double

    init(_ today: Day, visitors: Int, followers: Int) {
        day = today.number + 1
        members = today.truth.members
        self.visitors = visitors
        creations = today.creations.count
        impressions = today.count(.impression)
        interactions = [.finish, .like, .follow, .click].reduce(0) { $0 + today.count($1) }
        self.followers = followers
        orders = today.count(.purchase)
        missed = today.count(.missed)
        satisfied = today.truth.satisfied
        answeredNPS = today.answeredScore
        answers = today.answers.count
        trueNPS = today.truth.netPromoterScore
    }

    enum CodingKeys: String, CodingKey {
        case day, members, visitors, creations, impressions, interactions, followers, orders, missed, satisfied, answers
        case answeredNPS = "answered_nps"
        case trueNPS = "true_nps"
    }

    static let heading =
        "day  members visitors creations impressions interactions followers orders missed satisfied  NPS said/true"

    var line: String {
        func pad(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count)) + text
        }
        let said = answeredNPS.map { "\(Int($0.rounded()))" } ?? "–"
        let cells = [
            ("\(day)", 3), ("\(members)", 9), ("\(visitors)", 9), ("\(creations)", 10), ("\(impressions)", 12),
            ("\(interactions)", 13), ("\(followers)", 10), ("\(orders)", 7), ("\(missed)", 7),
            ("\(Int((100 * satisfied).rounded())) %", 10), ("\(said)/\(Int(trueNPS.rounded()))", 15),
        ]
        return cells.map { pad($0.0, $0.1) }.joined()
    }
}

/// A metric of the experiment beside the truth, per 1,000 people.
struct SimulatedEffect: Codable, Equatable {
    let metric: String
    let isPrimary: Bool
    /// What the decision called worthwhile; primary metric only.
    let claimed: Double?
    let measured: Double?
    /// The room's interval, which holds however often one looks.
    let low: Double?
    let high: Double?
    /// Welch's 95 % interval, for one look at the end.
    let lowOnce: Double?
    let highOnce: Double?
    /// From the twin worlds; `nil` when they were not run.
    let truth: Double?
    let coversTruth: Bool?
    let coversTruthOnce: Bool?

    enum CodingKeys: String, CodingKey {
        case metric, claimed, measured, low, high, truth
        case isPrimary = "is_primary"
        case coversTruth = "interval_covers_truth"
        case lowOnce = "single_look_low"
        case highOnce = "single_look_high"
        case coversTruthOnce = "single_look_covers_truth"
    }
}

/// What `quanyu simulate` says. Everything in it is simulated.
struct SimulationReport: Codable {
    /// An answer of the three lights.
    struct Light: Codable {
        let question: String
        let colour: String
        let reason: String
    }

    private(set) var simulated = true
    let days: Int
    let seed: UInt64
    let shoppers: Int
    let experimentFrom: Int
    let treatment: String
    /// Log-odds of enjoying that the treatment adds.
    let enjoyment: Double
    let people: [Int]
    let flywheel: [SimulatedDay]
    let effects: [SimulatedEffect]
    let lights: [Light]
    let warning: String?
    /// What the claim is over the truth, and the measurement over the truth, on the primary metric.
    let claimedOverTrue: Double?
    let measuredOverTrue: Double?
    /// Orders on which the world and the real rooms disagreed.
    let disagreements: Int
    let seconds: Double

    enum CodingKeys: String, CodingKey {
        case simulated, days, seed, shoppers, treatment, enjoyment, people, flywheel, effects, lights, warning,
            disagreements
        case seconds
        case experimentFrom = "experiment_from_day"
        case claimedOverTrue = "claimed_over_true"
        case measuredOverTrue = "measured_over_true"
    }

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// What stands below the table of days.
    var text: String {
        func number(_ value: Double?) -> String {
            value.map { $0.formatted(.number.precision(.fractionLength(1)).locale(Locale(identifier: "en_US"))) } ?? "–"
        }
        var lines = [
            "",
            "SIMULATED experiment from day \(experimentFrom), \(people.map(String.init).joined(separator: " / ")) people",
            "Treatment: \(treatment); log-odds of enjoying \(number(enjoyment)) more", "Effects per 1,000 people:",
        ]
        for effect in effects {
            func interval(_ low: Double?, _ high: Double?, _ covers: Bool?) -> String {
                "\(number(low)) … \(number(high))" + (covers == false ? ", which MISSES the truth" : "")
            }
            let claimed = effect.claimed.map { "; claimed at least \(number($0))" } ?? ""
            lines.append(
                "  \(effect.metric): measured \(number(effect.measured)), true \(number(effect.truth))\(claimed)")
            lines.append("    at one look \(interval(effect.lowOnce, effect.highOnce, effect.coversTruthOnce))")
            lines.append("    at any look \(interval(effect.low, effect.high, effect.coversTruth))")
        }
        lines.append("  claimed / true \(number(claimedOverTrue)), measured / true \(number(measuredOverTrue))")
        lines += lights.map { "\($0.question) \($0.colour): \($0.reason)" }
        if let warning { lines.append("Warning: \(warning)") }
        lines.append(
            "World and rooms disagreed on \(disagreements) orders. \(number(seconds)) s. All of this is SIMULATED.")
        return lines.joined(separator: "\n")
    }
}
