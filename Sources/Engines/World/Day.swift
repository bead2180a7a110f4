/// A shopper's visit: what was shown to whom, and what the treatment does to them.
public struct Visit: Sendable {
    /// Who, by place in ``World/shoppers``.
    public let shopper: Int
    /// What was shown, in order.
    public let slate: [Item]
    /// What is done to them.
    public let effect: Effect

    /// A visit.
    public init(shopper: Int, slate: [Item], effect: Effect = .none) {
        (self.shopper, self.slate, self.effect) = (shopper, slate, effect)
    }
}

/// What a shopper does with something shown.
public enum Action: Sendable, Equatable {
    case impression, finish, like, follow, dislike, click
    /// Wanted and got one unit.
    case purchase
    /// Wanted one when none was left.
    case missed
    /// Sent back what was bought.
    case refund
}

/// One thing that happened.
public struct Happening: Sendable, Equatable {
    /// Who.
    public let shopper: Int
    /// With what: the slot for taps, the product for purchases.
    public let item: Item
    /// What.
    public let action: Action
    /// The slot that led to it.
    public let slot: Item
}

/// An answer to "how likely are you to recommend it?".
public struct Answer: Sendable, Equatable {
    /// Who.
    public let shopper: Int
    /// 0…10.
    public let score: Int
}

/// What nobody in the world can see.
public struct Truth: Sendable, Equatable {
    /// Members.
    public let members: Int
    /// Share of the members who are satisfied (six tenths and more).
    public let satisfied: Double
    /// Mean satisfaction of the members.
    public let satisfaction: Double
    /// The NPS if every member answered what they think, −100…100.
    public let netPromoterScore: Double
}

/// What a day brought.
public struct Day: Sendable, Equatable {
    /// Which, from 0.
    public let number: Int
    /// What shoppers did, in the order in which they came to the shelf.
    public internal(set) var happenings: [Happening] = []
    /// New videos, shown from tomorrow on.
    public internal(set) var creations: [SimulatedVideo] = []
    /// Products that were delivered overnight.
    public internal(set) var restocked: [Int] = []
    /// Who was asked.
    public internal(set) var asked = 0
    /// Who answered.
    public internal(set) var answers: [Answer] = []
    /// Who heard of it from a friend and joins.
    public internal(set) var joined: [Int] = []
    /// How it truly stands at the end of the day.
    public internal(set) var truth = Truth(members: 0, satisfied: 0, satisfaction: 0, netPromoterScore: 0)

    /// How often something was done.
    public func count(_ action: Action) -> Int { happenings.reduce(0) { $0 + ($1.action == action ? 1 : 0) } }

    /// The NPS of those who answered, or `nil` when nobody did.
    public var answeredScore: Double? {
        guard !answers.isEmpty else { return nil }
        return netPromoterScore(answers.map(\.score))
    }
}

/// Promoters minus detractors in percent (Reichheld 2003).
func netPromoterScore(_ scores: [Int]) -> Double {
    let sum = scores.reduce(0) { $0 + ($1 >= 9 ? 1 : $1 <= 6 ? -1 : 0) }
    return 100 * Double(sum) / Double(max(1, scores.count))
}
