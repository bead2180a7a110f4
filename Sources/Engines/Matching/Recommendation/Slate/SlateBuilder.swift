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
    private var rooms = 0
    /// How many live rooms one slate takes before others get the slots.
    private let roomCap: Int
    /// How many of a category, and of a shop or creator, one slate takes before others get the slots.
    private let categoryCap: Int
    private let makerCap: Int
    /// What another piece by a creator costs who has so many already, in log-odds.
    private let creatorCosts: ContiguousArray<Float>
    /// How many slots of one slate exploration may take: its share, one at least.
    private let explorationCap: Int

    /// A candidate that got its place, and with which probability.
    struct Choice {
        let rank: Int
        let propensity: Double
        let explored: Bool
    }

    /// What a forced slot could have held: the probability of the item asked for, and everybody's.
    struct Odds {
        let propensity: Double
        let all: [(rank: Int, probability: Double)]
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
        roomCap = max(1, Int(LiveWeights.current.share * count))
        explorationCap = max(1, Int((request.explorationShare ?? configuration.explorationShare) * count))
        let (decay, floor) = (logarithm2(Float(configuration.creatorDecay)), Float(configuration.creatorFloor))
        creatorCosts = ContiguousArray(
            (0...makerCap).map { $0 == 0 ? 0 : -naturalLog(max(floor, power2(Float($0) * decay))) })
    }

    /// Fills the slots one after another.
    ///
    /// Each slot explores with a known probability, until the slate's part of exploration is used up, then draws from the
    /// pool with known weights; otherwise the best candidate takes it. The propensity of what was chosen is exact, given
    /// the slots before it.
    mutating func build(_ pool: DrawPool) -> [Choice] {
        var slots = OpenSlots(candidates: scores.count, pool: pool)
        var random = SplitMix64(seed: request.seed)
        var choices: [Choice] = []
        choices.reserveCapacity(request.count)
        while choices.count < request.count {
            let draw = draw(&slots)
            guard let rank = draw.rank(&random) else { break }
            choices.append(
                Choice(rank: rank, propensity: draw.probability(of: rank), explored: draw.wasDrawn(rank)))
            fill(rank, draw, &slots)
        }
        return choices
    }

    /// Fills the slots with given ranks, nil for what is no candidate, and says how probable each was.
    mutating func odds(_ pool: DrawPool, of forced: [Int?]) -> [Odds] {
        var slots = OpenSlots(candidates: scores.count, pool: pool)
        return forced.map { rank in
            let draw = draw(&slots)
            let odds = Odds(propensity: rank.map { draw.probability(of: $0) } ?? 0, all: draw.odds)
            // Judging goes on behind an item that could not have been here.
            if let rank { fill(rank, draw, &slots) }
            return odds
        }
    }

    /// Who could take the next slot.
    private func draw(_ slots: inout OpenSlots) -> SlotDraw {
        if slots.rest.isEmpty { swap(&slots.rest, &slots.spare) }
        let best = bestPlace(slots.rest).map { slots.rest[$0] }
        return SlotDraw(
            pool: slots.pool, best: best, share: slots.explored < explorationCap ? slots.pool.share : 0)
    }

    private mutating func fill(_ rank: Int, _ draw: SlotDraw, _ slots: inout OpenSlots) {
        if draw.wasDrawn(rank) { slots.explored += 1 }
        if let place = slots.rest.lastIndex(of: rank) {
            slots.rest.remove(at: place)
        } else {
            slots.spare.removeAll { $0 == rank }
        }
        slots.pool.remove(rank)
        guard take(rank), keepsCaps else { return }
        // No closures: each call would copy the whole builder.
        var fitting: [Int] = []
        for other in slots.rest {
            if fits(other) { fitting.append(other) } else { slots.spare.append(other) }
        }
        slots.rest = fitting
        slots.spare.sort(by: >)
        slots.pool.keep { fits($0) }
    }

    // MARK: Choosing

    /// The place of the best candidate for the next slot; the mix yields rather than leave a slot empty.
    private func bestPlace(_ rest: [Int]) -> Int? {
        guard request.diversifies else { return rest.indices.last }
        return wantsGoods().flatMap { wanted in best(rest) { ($0 == .product) == wanted } } ?? best(rest) { _ in true }
    }

    @inline(__always)
    private func best(_ rest: [Int], _ isWanted: (ItemKind) -> Bool) -> Int? {
        var place: Int?
        var bestValue = -Float.infinity
        for index in rest.indices.reversed() {
            let rank = rest[index]
            let score = scores[rank]
            // Sorted by score: nothing further on can win once the bare score is beaten.
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
        if own.kind == .liveRoom, rooms >= roomCap { return false }
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
        if own.kind == .liveRoom { rooms += 1 }
        var isFull = own.kind == .liveRoom && rooms >= roomCap
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

/// What a slate being filled still has to choose from.
private struct OpenSlots {
    /// Best last: the best are taken first, and nothing has to move up behind them.
    var rest: [Int]
    /// A cap once reached stays so: whatever it keeps out waits here until nothing else is left.
    var spare: [Int] = []
    var pool: DrawPool
    var explored = 0

    init(candidates: Int, pool: DrawPool) {
        rest = (0..<candidates).reversed()
        self.pool = pool
    }
}
