/// An item of the exploration pool that could take a slot, and the weight of its draw.
struct PoolMember: Sendable {
    let item: Int32
    let weight: Double
}

/// Which new listings could be shown to this person, and how urgently (流量池).
///
/// Every new listing is owed the impressions of its first tier (front-loaded exposure, arXiv 2509.14102). What is still
/// owed, relative to the time left of being new, is the weight: pacing without a schedule.
struct ExplorationPool {
    let reading: Reading

    /// Most members looked at for one request.
    private static let limit = 64

    func members(_ gatherer: inout Gatherer) -> ContiguousArray<PoolMember> {
        guard reading.request.explores, reading.configuration.explorationShare > 0 else { return [] }
        let pool = reading.world.pool
        var members: ContiguousArray<PoolMember> = []
        guard !pool.isEmpty else { return members }
        // A large pool is read from a place that the person and the minute decide, not chance: all members get their
        // turn, and the propensities stay exact.
        let minute = UInt64(bitPattern: reading.request.now / 60_000)
        var random = SplitMix64(seed: UInt64(truncatingIfNeeded: reading.request.person ?? 0) &+ minute)
        let start = pool.count > Self.limit ? Int(random.next() % UInt64(pool.count)) : 0
        for step in 0..<min(pool.count, Self.limit) {
            let item = pool[(start + step) % pool.count]
            let weight = urgency(item)
            guard weight > 0, gatherer.consider(item, .exploration) else { continue }
            members.append(PoolMember(item: item, weight: weight))
        }
        return members
    }

    /// What the item is still owed; 0 when it is too old or has left the pool.
    private func urgency(_ item: Int32) -> Double {
        let state = reading.world.exploration[item]
        let tiers = reading.configuration.explorationTiers
        guard state.tier >= 0, Int(state.tier) < tiers.count else { return 0 }
        let age = max(0, reading.request.now - reading.world.items[item].listedAt)
        guard age < reading.configuration.newSpan else { return 0 }
        let owed = Double(tiers[Int(state.tier)]) - Double(state.impressions)
        let timeLeft = 1 - Double(age) / Double(reading.configuration.newSpan)
        return max(0, owed) / Double(tiers[Int(state.tier)]) / max(0.05, timeLeft)
    }
}
