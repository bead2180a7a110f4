/// An item of the exploration pool that could take a slot, and the weight of its draw.
struct PoolMember: Sendable {
    let item: Int32
    var weight: Double
}

/// Which new listings could be shown to this person, how urgently, and how many of the slots that takes (流量池).
///
/// Every new listing is owed the impressions of its first tier within ``Configuration/explorationSpan`` (front-loaded
/// exposure, arXiv 2509.14102). What it is still owed over the time left is its pace; the paces of all members over the
/// traffic are the share of slots that exploration takes, never more than ``Configuration/explorationShare``. Nothing here
/// is up to chance, so the propensities of the draw are exact.
struct ExplorationPool {
    let reading: Reading

    /// The members that could be shown, and the share of slots they take together.
    struct Members {
        var all: ContiguousArray<PoolMember> = []
        var share = 0.0
    }

    /// Most members looked at for one request.
    private static let limit = 64
    /// Slots are lost to pages that nobody scrolls through; asking for more than is owed makes up for them.
    private static let margin = 1.5

    func members(_ gatherer: inout Gatherer) -> Members {
        var members = Members()
        let most = reading.request.explorationShare ?? reading.configuration.explorationShare
        guard reading.request.explores, most > 0 else { return members }
        let pool = reading.world.pool
        guard !pool.isEmpty else { return members }
        // A large pool is read from a place that the person and the minute decide, not chance: all members get their
        // turn, and the propensities stay exact.
        let minute = UInt64(bitPattern: reading.request.now / 60_000)
        var random = SplitMix64(seed: UInt64(truncatingIfNeeded: reading.request.person ?? 0) &+ minute)
        let start = pool.count > Self.limit ? Int(random.next() % UInt64(pool.count)) : 0
        let looked = min(pool.count, Self.limit)
        var pace = 0.0
        for step in 0..<looked {
            let item = pool[(start + step) % pool.count]
            let weight = self.pace(item)
            pace += weight
            guard weight > 0, gatherer.consider(item, .exploration) else { continue }
            members.all.append(PoolMember(item: item, weight: weight))
        }
        let needed = pace * Double(pool.count) / Double(looked)
        members.share = traffic > 0 ? min(most, Self.margin * needed / traffic) : most
        return members
    }

    /// Impressions a day that the item needs to get what it is owed in time; 0 when it is too old or has left the pool.
    private func pace(_ item: Int32) -> Double {
        let state = reading.world.exploration[item]
        let configuration = reading.configuration
        let tiers = configuration.explorationTiers
        guard state.tier >= 0, Int(state.tier) < tiers.count else { return 0 }
        let age = max(0, reading.request.now - reading.world.items[item].listedAt)
        guard age < configuration.newSpan else { return 0 }
        let quota = tiers[Int(state.tier)]
        guard quota > 0 else { return 0 }
        let isOwed = state.tier == 0 && state.impressions < quota
        let span = isOwed ? configuration.explorationSpan : configuration.newSpan
        // The last twentieth of the time stays open: a debt never becomes urgent without bound.
        let left = max(Double(span) / 20, Double(span - age)) / 86_400_000
        return Double(quota - state.impressions % quota) / left
    }

    /// Impressions a day, from the decayed sum: a steady rate r gives r·h/ln 2.
    private var traffic: Double {
        let halfLife = Window.day.halfLife
        let sum = reading.world.shown.value(at: reading.request.now, halfLife: halfLife)
        return sum * 0.693_147 * 86_400_000 / Double(halfLife)
    }
}
