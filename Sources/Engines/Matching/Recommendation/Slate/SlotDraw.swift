/// The members of the exploration pool that a slate can still draw.
struct DrawPool {
    /// Rank among the candidates and weight of the draw.
    private(set) var members: ContiguousArray<(rank: Int, weight: Double)> = []
    /// Share of slots that the pool takes while it has members.
    let share: Double

    static let empty = DrawPool([], share: 0)

    /// Whoever could like a new listing is asked first: a member's weight counts by how its score compares with the best
    /// of the pool for this person, within a factor of a hundred so that nobody is left out.
    ///
    /// - Parameter members: rank, urgency and score of each.
    init(_ members: [(rank: Int, weight: Double, score: Float)], share: Double) {
        self.share = share
        guard let highest = members.map(\.score).max() else { return }
        self.members = ContiguousArray(
            members.map { member in
                let fit = naturalExponential(max(-20, member.score - highest))
                return (member.rank, member.weight * Double(max(0.01, fit)))
            })
    }

    var total: Double { members.reduce(0) { $0 + $1.weight } }

    mutating func remove(_ rank: Int) { members.removeAll { $0.rank == rank } }

    mutating func keep(_ fits: (Int) -> Bool) { members.removeAll { !fits($0.rank) } }
}

/// Who could take one slot, and with which probability.
struct SlotDraw {
    private let pool: DrawPool
    private let best: Int?
    private let share: Double
    private let total: Double

    /// - Parameter share: probability that the slot explores; 1 when nothing but the pool is left.
    init(pool: DrawPool, best: Int?, share: Double) {
        self.pool = pool
        self.best = best
        total = pool.total
        self.share = total > 0 ? (best == nil ? 1 : share) : 0
    }

    /// Draws who takes the slot; nil when there is nobody.
    func rank(_ random: inout SplitMix64) -> Int? {
        guard share > 0, random.unit() < share else { return best }
        var left = random.unit() * total
        for member in pool.members {
            left -= member.weight
            if left < 0 { return member.rank }
        }
        return pool.members.last?.rank
    }

    /// Whether only exploration could bring the candidate here.
    func wasDrawn(_ rank: Int) -> Bool { rank != best }

    /// The probability that the candidate takes the slot.
    func probability(of rank: Int) -> Double {
        var probability = rank == best ? 1 - share : 0
        if share > 0, let member = pool.members.first(where: { $0.rank == rank }) {
            probability += share * member.weight / total
        }
        return probability
    }

    /// Everybody who could, each with its probability.
    var odds: [(rank: Int, probability: Double)] {
        let drawn = share > 0 ? pool.members.map(\.rank) : []
        let ranks = drawn + (best.map { drawn.contains($0) ? [] : [$0] } ?? [])
        return ranks.map { ($0, probability(of: $0)) }
    }
}
