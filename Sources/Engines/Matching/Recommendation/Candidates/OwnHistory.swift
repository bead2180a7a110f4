/// Reads a person's history as it stands at one time.
struct OwnHistory {
    let world: World
    let configuration: Configuration
    let now: Int64

    func evidence(_ history: History, at place: Int) -> OwnEvidence {
        let days = Float(max(0, now - history.last)) / 86_400_000
        let unit = 1 / Float(configuration.weights.buy)
        let fast = history.fast * unit * power2(-days / Float(configuration.fastHalfLifeDays))
        let slow = history.slow * unit * power2(-days / Float(configuration.slowHalfLifeDays))
        let (due, overdue) = due(history)
        let rate = repeatRate(history.item)
        let repurchase: Float
        if history.purchases > 0 {
            // Once bought, an item that nobody buys twice is done with; groceries come back.
            let own = history.purchases > 1 ? Float(1) : min(1, 0.1 + 2 * rate)
            repurchase = naturalLog1p(slow) * own * due
        } else {
            repurchase = 0.4 * naturalLog1p(fast) + 0.1 * naturalLog1p(slow)
        }
        return OwnEvidence(
            item: history.item, place: Int32(place), fast: fast, slow: slow, repurchase: repurchase, due: due,
            overdue: overdue)
    }

    /// Share of an item's buyers who bought again, shrunk towards one in four.
    func repeatRate(_ item: Int32) -> Float {
        let counters = world.counters[item]
        return (Float(counters.repeaters) + 1) / (Float(counters.buyers) + 4)
    }

    /// The gap that is usual for an item, days: its buyers' mean, shrunk towards the mean over all goods, which leans on
    /// a month as long as little is known.
    func itemGap(_ item: Int32) -> Float {
        let counters = world.counters[item], total = world.total
        let usual = (total.gap * Float(min(total.gaps, 1000)) + 30 * 10) / Float(min(total.gaps, 1000) + 10)
        return (counters.gap * Float(min(counters.gaps, 1000)) + usual * 5) / Float(min(counters.gaps, 1000) + 5)
    }

    /// How the usual gap between purchases compares with the time since the last one (repurchase interval).
    private func due(_ history: History) -> (due: Float, overdue: Float) {
        guard history.gaps > 0, history.gap > 0 else { return (1, 0) }
        let elapsed = Float(max(0, now - history.bought)) / 86_400_000
        // One gap says little: it is mixed with the item's usual gap, weighing as one.
        let usual = (history.gap * Float(history.gaps) + itemGap(history.item)) / Float(history.gaps + 1)
        let ratio = elapsed / usual
        // Just bought: less. About due: full. Long overdue: given up, slowly.
        let early = min(1, 0.45 + 0.55 * ratio)
        let late = ratio > 2 ? max(0.2, 1 - 0.15 * (ratio - 2)) : 1
        return (early * late, min(ratio, 20))
    }
}

/// ln(1 + x) for x ≥ 0.
@inline(__always) func naturalLog1p(_ x: Float) -> Float { 0.693_147_2 * logarithm2(1 + max(0, x)) }
