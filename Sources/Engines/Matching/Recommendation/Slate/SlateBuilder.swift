/// Orders ranked candidates into a slate: caps, decay of creators, diversity, mix of kinds, exploration.
struct SlateBuilder {
    let reading: Reading
    private let world: World
    private let request: Request
    private let configuration: Configuration
    private var taken: ContiguousArray<ItemRecord> = []
    /// Attributes of the candidates, in their order.
    private var traits: ContiguousArray<ItemRecord> = []
    private var categories: [Int32: Int] = [:]
    private var makers: [Int32: Int] = [:]
    private var kinds: SIMD4<Int> = SIMD4()
    /// How many of a category, and of a shop or creator, one slate takes before others get the slots.
    private let categoryCap: Int
    private let makerCap: Int
    /// How many slots of one slate exploration may take: its share, one at least.
    private let explorationCap: Int

    /// A candidate that got its place, and with which probability.
    struct Choice {
        let candidate: Candidate
        let propensity: Double
        let explored: Bool
        /// What could have taken the slot, each with its probability; only when slots are forced.
        let odds: [(place: Int, probability: Double)]
    }

    init(_ reading: Reading) {
        self.reading = reading
        world = reading.world
        request = reading.request
        configuration = reading.configuration
        let count = Double(request.count)
        categoryCap = max(2, Int((configuration.categoryShare * count).rounded(.up)))
        makerCap = max(2, Int((configuration.shopShare * count).rounded(.up)))
        explorationCap = max(1, Int(configuration.explorationShare * count))
    }

    /// Fills the slots one after another.
    ///
    /// Each slot explores with a known probability, until the slate's part of exploration is used up, then draws from the
    /// pool with known weights; otherwise the best candidate takes it. The propensity of what was chosen is exact, given
    /// the slots before it.
    ///
    /// With `forced` the slots are filled with these items whatever the draw, and ``Choice/propensity`` is the probability
    /// with which they would have been chosen, 0 for one that could not have been.
    mutating func build(
        _ candidates: ContiguousArray<Candidate>, pool members: ExplorationPool.Members, forced: [Int32]? = nil
    ) -> [Choice] {
        // Places, not candidates, are moved about: a candidate is large.
        var rest = Array(candidates.indices)
        // A cap once reached stays so: whatever it keeps out waits here until nothing else is left.
        var spare: [Int] = []
        traits = ContiguousArray(candidates.map { world.items[$0.item] })
        var pool = DrawPool(members.all, candidates)
        var random = SplitMix64(seed: request.seed)
        var choices: [Choice] = []
        var explored = 0
        while choices.count < min(request.count, forced?.count ?? .max) {
            if rest.isEmpty { swap(&rest, &spare) }
            let best = bestPlace(rest, candidates).map { rest[$0] }
            let share = explored < explorationCap ? members.share : 0
            let draw = SlotDraw(pool: pool, best: best, share: share)
            let place: Int?
            if let forced {
                let wanted = forced[choices.count]
                place = candidates.firstIndex { $0.item == wanted }
            } else {
                place = draw.place(&random)
            }
            guard let place else {
                guard let forced else { break }
                // Judging goes on behind an item that could not have been here.
                let missing = Candidate(item: forced[choices.count], sources: 0)
                choices.append(Choice(candidate: missing, propensity: 0, explored: false, odds: draw.odds))
                continue
            }
            let isDrawn = draw.wasDrawn(place)
            choices.append(
                Choice(
                    candidate: candidates[place], propensity: draw.probability(of: place), explored: isDrawn,
                    odds: forced == nil ? [] : draw.odds))
            if isDrawn { explored += 1 }
            rest.removeAll { $0 == place }
            spare.removeAll { $0 == place }
            pool.remove(place)
            if take(candidates[place]) {
                spare += rest.filter { !fits(traits[$0]) }
                spare.sort()
                rest.removeAll { !fits(traits[$0]) }
                pool.keep { fits(traits[$0]) }
            }
        }
        return choices
    }

    // MARK: Choosing

    /// The place of the best candidate for the next slot; the mix yields rather than leave a slot empty.
    private func bestPlace(_ rest: [Int], _ candidates: ContiguousArray<Candidate>) -> Int? {
        guard request.diversifies else { return rest.isEmpty ? nil : 0 }
        return missingKinds().flatMap { best(rest, candidates, of: $0) } ?? best(rest, candidates, of: nil)
    }

    private func best(_ rest: [Int], _ candidates: ContiguousArray<Candidate>, of kinds: [ItemKind]?) -> Int? {
        var place: Int?
        var bestValue = -Float.infinity
        for (index, number) in rest.enumerated() {
            let score = candidates[number].score
            // Sorted by score: nothing further down can win once the bare score is beaten.
            if score <= bestValue { break }
            if let kinds, !kinds.contains(traits[number].kind) { continue }
            let value = score - penalty(traits[number])
            if value > bestValue {
                bestValue = value
                place = index
            }
        }
        return place
    }

    /// The kinds that must take the next slot so that the mix still comes out; nil when any may.
    private func missingKinds() -> [ItemKind]? {
        guard request.kinds.contains(.product), request.kinds.count > 1 else { return nil }
        let floor = Int((configuration.mixShare * Double(taken.count + 1)).rounded(.down))
        let goods = kinds[Int(ItemKind.product.rawValue)]
        if goods < floor { return [.product] }
        if taken.count - goods < floor { return request.kinds.filter { $0 != .product } }
        return nil
    }

    /// Caps on categories and on shops and creators.
    private func fits(_ record: ItemRecord) -> Bool {
        guard request.diversifies, reading.within == -1 else { return true }
        if record.category >= 0, categories[record.category, default: 0] >= categoryCap { return false }
        if record.shop >= 0, makers[record.shop, default: 0] >= makerCap { return false }
        if record.creator >= 0, makers[record.creator, default: 0] >= makerCap { return false }
        return true
    }

    /// What likeness to the last slots and another piece by the same creator cost, in log-odds.
    private func penalty(_ record: ItemRecord) -> Float {
        var likeness: Float = 0
        for other in taken.suffix(6) { likeness = max(likeness, self.likeness(record, other)) }
        let creator = record.creator >= 0 ? record.creator : -1
        let pieces = creator >= 0 ? makers[creator, default: 0] : 0
        var decay: Float = 1
        if pieces > 0 {
            decay = max(
                Float(configuration.creatorFloor), power2(Float(pieces) * logarithm2(Float(configuration.creatorDecay)))
            )
        }
        return Float(1 - configuration.relevanceWeight) * 3 * likeness - naturalLog(decay)
    }

    /// 0 … 1: how much two items have in common.
    private func likeness(_ a: ItemRecord, _ b: ItemRecord) -> Float {
        var sum: Float = 0
        if a.category >= 0 && a.category == b.category { sum += 0.5 }
        if a.creator >= 0 && a.creator == b.creator { sum += 0.25 }
        if a.shop >= 0 && a.shop == b.shop { sum += 0.15 }
        if a.tags.contains(where: { b.tags.contains($0) }) { sum += 0.1 }
        return sum
    }

    /// - Returns: whether a cap may have been reached.
    private mutating func take(_ candidate: Candidate) -> Bool {
        let record = world.items[candidate.item]
        taken.append(record)
        kinds[Int(record.kind.rawValue)] += 1
        var isFull = false
        if record.category >= 0 { isFull = Self.add(record.category, to: &categories) >= categoryCap }
        if record.shop >= 0, Self.add(record.shop, to: &makers) >= makerCap { isFull = true }
        if record.creator >= 0, record.creator != record.shop, Self.add(record.creator, to: &makers) >= makerCap {
            isFull = true
        }
        return isFull
    }

    private static func add(_ key: Int32, to counts: inout [Int32: Int]) -> Int {
        let count = counts[key, default: 0] + 1
        counts[key] = count
        return count
    }
}
