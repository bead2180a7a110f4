/// The members of the exploration pool that a slate can still draw.
struct DrawPool {
    /// Place among the candidates and weight of the draw.
    private(set) var members: ContiguousArray<(place: Int, weight: Double)> = []

    /// Whoever could like a new listing is asked first: a member's weight counts by how its score compares with the best
    /// of the pool for this person, within a factor of a hundred so that nobody is left out.
    init(_ pool: ContiguousArray<PoolMember>, _ candidates: ContiguousArray<Candidate>) {
        if pool.isEmpty { return }
        let weights = Dictionary(pool.map { ($0.item, $0.weight) }, uniquingKeysWith: { first, _ in first })
        var highest = -Float.infinity
        for (place, candidate) in candidates.enumerated() {
            guard let weight = weights[candidate.item] else { continue }
            members.append((place, weight))
            highest = max(highest, candidate.score)
        }
        for member in members.indices {
            let fit = naturalExponential(max(-20, candidates[members[member].place].score - highest))
            members[member].weight *= Double(max(0.01, fit))
        }
    }

    var total: Double { members.reduce(0) { $0 + $1.weight } }

    mutating func remove(_ place: Int) { members.removeAll { $0.place == place } }

    mutating func keep(_ fits: (Int) -> Bool) { members.removeAll { !fits($0.place) } }
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

    /// Draws the place that takes the slot; nil when there is none.
    func place(_ random: inout SplitMix64) -> Int? {
        guard share > 0, random.unit() < share else { return best }
        var left = random.unit() * total
        for member in pool.members {
            left -= member.weight
            if left < 0 { return member.place }
        }
        return pool.members.last?.place
    }

    /// Whether only exploration could bring the candidate here.
    func wasDrawn(_ place: Int) -> Bool { place != best }

    /// The probability that the candidate at a place takes the slot.
    func probability(of place: Int) -> Double {
        var probability = place == best ? 1 - share : 0
        if share > 0, let member = pool.members.first(where: { $0.place == place }) {
            probability += share * member.weight / total
        }
        return probability
    }

    /// Everybody who could, each with its probability.
    var odds: [(place: Int, probability: Double)] {
        let drawn = share > 0 ? pool.members.map(\.place) : []
        let places = drawn + (best.map { drawn.contains($0) ? [] : [$0] } ?? [])
        return places.map { ($0, probability(of: $0)) }
    }
}
