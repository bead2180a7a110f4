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

    /// A candidate that got its place, and with which probability.
    struct Choice {
        let candidate: Candidate
        let propensity: Double
        let explored: Bool
    }

    init(_ reading: Reading) {
        self.reading = reading
        world = reading.world
        request = reading.request
        configuration = reading.configuration
        let count = Double(request.count)
        categoryCap = max(2, Int((configuration.categoryShare * count).rounded(.up)))
        makerCap = max(2, Int((configuration.shopShare * count).rounded(.up)))
    }

    /// Fills the slots one after another.
    ///
    /// Each slot explores with a fixed probability, then draws from the pool with known weights; otherwise the best
    /// candidate takes it. The propensity of what was chosen is exact, given the slots before it.
    mutating func build(_ candidates: ContiguousArray<Candidate>, pool: ContiguousArray<PoolMember>) -> [Choice] {
        // Places, not candidates, are moved about: a candidate is large.
        var rest = Array(candidates.indices)
        // A cap once reached stays so: whatever it keeps out waits here until nothing else is left.
        var spare: [Int] = []
        traits = ContiguousArray(candidates.map { world.items[$0.item] })
        let wanted = Set(pool.map(\.item))
        var byItem: [Int32: Int] = [:]
        for place in rest where wanted.contains(candidates[place].item) { byItem[candidates[place].item] = place }
        var pool = ContiguousArray(pool.filter { byItem[$0.item] != nil })
        var random = SplitMix64(seed: request.seed)
        var choices: [Choice] = []
        while choices.count < request.count {
            if rest.isEmpty { swap(&rest, &spare) }
            let best = bestPlace(rest, candidates)
            let share = best == nil ? 1 : (pool.isEmpty ? 0 : configuration.explorationShare)
            let explores = !pool.isEmpty && random.unit() < share
            guard explores || best != nil else { break }
            let total = pool.reduce(0) { $0 + $1.weight }
            let choice: Choice
            if explores {
                let member = draw(pool, total, &random)
                guard let place = byItem[member.item] else { break }
                let candidate = candidates[place]
                let wasBest = best.map { rest[$0] == place } ?? false
                let drawn = share * member.weight / total
                choice = Choice(
                    candidate: candidate, propensity: wasBest ? drawn + 1 - share : drawn, explored: true)
            } else {
                guard let best else { break }
                let item = candidates[rest[best]].item
                let drawn = pool.first { $0.item == item }.map { share * $0.weight / total } ?? 0
                choice = Choice(candidate: candidates[rest[best]], propensity: 1 - share + drawn, explored: false)
            }
            let item = choice.candidate.item
            rest.removeAll { candidates[$0].item == item }
            spare.removeAll { candidates[$0].item == item }
            pool.removeAll { $0.item == item }
            if take(choice.candidate) {
                spare += rest.filter { !fits(traits[$0]) }
                spare.sort()
                rest.removeAll { !fits(traits[$0]) }
                pool.removeAll { !fits(world.items[$0.item]) }
            }
            choices.append(choice)
        }
        return choices
    }

    private func draw(_ pool: ContiguousArray<PoolMember>, _ total: Double, _ random: inout SplitMix64) -> PoolMember {
        var left = random.unit() * total
        for member in pool {
            left -= member.weight
            if left < 0 { return member }
        }
        return pool[pool.count - 1]
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
