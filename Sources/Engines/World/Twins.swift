/// Who distributes: what is shown to a shopper today.
public enum Distribution: Sendable {
    /// What they would enjoy most, as nobody but the world can know.
    case matched
    /// Anything.
    case random

    /// The first `count` items for `shopper`.
    public func slate(for shopper: Int, in world: World, count: Int) -> [Item] {
        let items = world.products.indices.map { Item.product($0) } + world.videos.keys.sorted { $0.key < $1.key }
        let scored = items.map { item -> (Item, Double) in
            switch self {
            case .matched: (item, world.enjoyment(of: item, by: shopper) ?? -.infinity)
            case .random: (item, world.draws.uniform(.explore, shopper, world.day, item.key))
            }
        }
        return scored.sorted { ($0.1, $1.0.key) > ($1.1, $0.0.key) }.prefix(count).map(\.0)
    }
}

/// What shoppers came to in some days.
public struct Outcomes: Sendable, Equatable {
    /// Videos watched to the end, units bought and minor units spent, by shopper.
    public internal(set) var finishes: [Int]
    public internal(set) var purchases: [Int]
    public internal(set) var spent: [Int]
    /// Satisfaction at the end, by shopper.
    public internal(set) var satisfaction: [Double]
    /// Videos made.
    public internal(set) var creations: Int
    /// The last day's truth.
    public internal(set) var truth: Truth
    /// Each day's NPS of those who answered, and how many were asked and answered in all.
    public internal(set) var asked: Int
    public internal(set) var answers: [Answer]

    /// Everybody's total of a column.
    public func total(_ column: KeyPath<Outcomes, [Int]>) -> Int { self[keyPath: column].reduce(0, +) }
}

/// Runs a world and its twin, the same people with the same luck under different treatments: both potential outcomes.
public struct Twins: Sendable {
    /// How the worlds work.
    public let parameters: Parameters
    /// Their seed.
    public let seed: UInt64
    /// Who distributes.
    public let distribution: Distribution
    /// Slots shown on a visit.
    public let slots: Int

    /// Worlds of one seed.
    public init(
        _ parameters: Parameters = Parameters(), seed: UInt64, distribution: Distribution = .matched, slots: Int = 20
    ) {
        (self.parameters, self.seed, self.distribution, self.slots) = (parameters, seed, distribution, slots)
    }

    /// Lives `days` days in which `effect` says what is done to each shopper.
    public func live(days: Int, _ effect: (_ shopper: Int, _ day: Int) -> Effect = { _, _ in .none }) -> Outcomes {
        var world = World(parameters, seed: seed)
        let zeros = [Int](repeating: 0, count: world.shoppers.count)
        var outcomes = Outcomes(
            finishes: zeros, purchases: zeros, spent: zeros, satisfaction: [], creations: 0, truth: world.truth,
            asked: 0, answers: [])
        for number in 0..<days {
            let visits = world.visitors.map { who in
                Visit(
                    shopper: who, slate: distribution.slate(for: who, in: world, count: slots),
                    effect: effect(who, number))
            }
            let today = world.step(visits)
            outcomes.add(today, world)
        }
        outcomes.satisfaction = world.shoppers.map(\.satisfaction)
        outcomes.truth = world.truth
        return outcomes
    }
}

extension Outcomes {
    fileprivate mutating func add(_ today: Day, _ world: World) {
        for happening in today.happenings {
            switch happening.action {
            case .finish: finishes[happening.shopper] += 1
            case .purchase:
                purchases[happening.shopper] += 1
                if case .product(let index) = happening.item { spent[happening.shopper] += world.products[index].price }
            default: break
            }
        }
        creations += today.creations.count
        asked += today.asked
        answers += today.answers
    }
}
