/// Orders ranked candidates into a slate: caps, decay of creators, diversity, mix of kinds, exploration.
///
/// Candidates go by their rank, 0 for the best: a candidate is large, and a slate looks at most of them many times.
struct SlateBuilder {
    private let request: Request
    private let configuration: Configuration
    private let keepsCaps: Bool
    private let scores: ContiguousArray<Float>
    private let traits: SlateTraits
    /// Ranks that have their place.
    private var taken: ContiguousArray<Int> = []
    private var categories: ContiguousArray<Int>
    private var makers: ContiguousArray<Int>
    private var goods = 0
    /// How many of a category, and of a shop or creator, one slate takes before others get the slots.
    private let categoryCap: Int
    private let makerCap: Int
    /// What another piece by a creator costs who has so many already, in log-odds.
    private let creatorCosts: ContiguousArray<Float>

    /// A candidate that got its place, and with which probability.
    struct Choice {
        let rank: Int
        let propensity: Double
        let explored: Bool
    }

    /// - Parameter order: the candidates' places, best first.
    init(_ reading: Reading, _ candidates: ContiguousArray<Candidate>, _ order: [Int]) {
        request = reading.request
        configuration = reading.configuration
        keepsCaps = request.diversifies && reading.within == -1
        scores = ContiguousArray(order.map { candidates[$0].score })
        traits = SlateTraits(order.map { candidates[$0].item }, of: reading.world)
        categories = ContiguousArray(repeating: 0, count: traits.categories)
        makers = ContiguousArray(repeating: 0, count: traits.makers)
        let count = Double(request.count)
        categoryCap = max(2, Int((configuration.categoryShare * count).rounded(.up)))
        makerCap = max(2, Int((configuration.shopShare * count).rounded(.up)))
        let (decay, floor) = (logarithm2(Float(configuration.creatorDecay)), Float(configuration.creatorFloor))
        creatorCosts = ContiguousArray(
            (0...makerCap).map { $0 == 0 ? 0 : -naturalLog(max(floor, power2(Float($0) * decay))) })
    }

    /// Fills the slots one after another.
    ///
    /// Each slot explores with a fixed probability, then draws from the pool with known weights; otherwise the best
    /// candidate takes it. The propensity of what was chosen is exact, given the slots before it.
    ///
    /// - Parameter pool: the ranks that exploration may draw, with their weights.
    mutating func build(_ pool: ContiguousArray<(rank: Int, weight: Double)>) -> [Choice] {
        var pool = pool
        var rest = Array(scores.indices)
        // A cap once reached stays so: whatever it keeps out waits here until nothing else is left.
        var spare: [Int] = []
        var random = SplitMix64(seed: request.seed)
        var choices: [Choice] = []
        choices.reserveCapacity(request.count)
        while choices.count < request.count {
            if rest.isEmpty { swap(&rest, &spare) }
            let best = bestPlace(rest)
            let share = best == nil ? 1 : (pool.isEmpty ? 0 : configuration.explorationShare)
            let explores = !pool.isEmpty && random.unit() < share
            let total = pool.reduce(0) { $0 + $1.weight }
            let choice: Choice
            if explores {
                let member = Self.draw(pool, total, &random)
                let drawn = share * member.weight / total
                let wasBest = best.map { rest[$0] == member.rank } ?? false
                choice = Choice(rank: member.rank, propensity: wasBest ? drawn + 1 - share : drawn, explored: true)
            } else {
                guard let best else { break }
                let drawn = pool.first { $0.rank == rest[best] }.map { share * $0.weight / total } ?? 0
                choice = Choice(rank: rest[best], propensity: 1 - share + drawn, explored: false)
            }
            if let place = explores ? rest.firstIndex(of: choice.rank) : best {
                rest.remove(at: place)
            } else {
                spare.removeAll { $0 == choice.rank }
            }
            pool.removeAll { $0.rank == choice.rank }
            if take(choice.rank) {
                spare += rest.filter { !fits($0) }
                spare.sort()
                rest.removeAll { !fits($0) }
                pool.removeAll { !fits($0.rank) }
            }
            choices.append(choice)
        }
        return choices
    }

    private static func draw(
        _ pool: ContiguousArray<(rank: Int, weight: Double)>, _ total: Double, _ random: inout SplitMix64
    ) -> (rank: Int, weight: Double) {
        var left = random.unit() * total
        for member in pool {
            left -= member.weight
            if left < 0 { return member }
        }
        return pool[pool.count - 1]
    }

    // MARK: Choosing

    /// The place of the best candidate for the next slot; the mix yields rather than leave a slot empty.
    private func bestPlace(_ rest: [Int]) -> Int? {
        guard request.diversifies else { return rest.isEmpty ? nil : 0 }
        return wantsGoods().flatMap { wanted in best(rest) { ($0 == .product) == wanted } } ?? best(rest) { _ in true }
    }

    @inline(__always)
    private func best(_ rest: [Int], _ isWanted: (ItemKind) -> Bool) -> Int? {
        var place: Int?
        var bestValue = -Float.infinity
        for (index, rank) in rest.enumerated() {
            let score = scores[rank]
            // Sorted by score: nothing further down can win once the bare score is beaten.
            if score <= bestValue { break }
            if !isWanted(traits[rank].kind) { continue }
            let value = score - penalty(rank)
            if value > bestValue {
                bestValue = value
                place = index
            }
        }
        return place
    }

    /// Whether goods, or anything but goods, must take the next slot so that the mix still comes out; nil when any may.
    private func wantsGoods() -> Bool? {
        guard request.kinds.contains(.product), request.kinds.count > 1 else { return nil }
        let floor = Int((configuration.mixShare * Double(taken.count + 1)).rounded(.down))
        if goods < floor { return true }
        if taken.count - goods < floor { return false }
        return nil
    }

    /// Caps on categories and on shops and creators.
    private func fits(_ rank: Int) -> Bool {
        guard keepsCaps else { return true }
        let own = traits[rank]
        if own.category >= 0, categories[Int(own.category)] >= categoryCap { return false }
        if own.shop >= 0, makers[Int(own.shop)] >= makerCap { return false }
        return own.creator < 0 || makers[Int(own.creator)] < makerCap
    }

    /// What likeness to the last slots and another piece by the same creator cost, in log-odds.
    private func penalty(_ rank: Int) -> Float {
        var likeness: Float = 0
        for other in taken.suffix(6) { likeness = max(likeness, traits.likeness(rank, other)) }
        let creator = traits[rank].creator
        let pieces = creator >= 0 ? min(makers[Int(creator)], makerCap) : 0
        return Float(1 - configuration.relevanceWeight) * 3 * likeness + creatorCosts[pieces]
    }

    /// - Returns: whether a cap may have been reached.
    private mutating func take(_ rank: Int) -> Bool {
        let own = traits[rank]
        taken.append(rank)
        if own.kind == .product { goods += 1 }
        var isFull = false
        if own.category >= 0 { isFull = Self.count(own.category, in: &categories) >= categoryCap }
        if own.shop >= 0, Self.count(own.shop, in: &makers) >= makerCap { isFull = true }
        if own.creator >= 0, own.creator != own.shop, Self.count(own.creator, in: &makers) >= makerCap { isFull = true }
        return isFull
    }

    private static func count(_ number: Int32, in counts: inout ContiguousArray<Int>) -> Int {
        counts[Int(number)] += 1
        return counts[Int(number)]
    }
}
