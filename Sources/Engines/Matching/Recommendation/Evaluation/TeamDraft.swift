/// Team-draft interleaving (Radlinski, Kurup & Joachims 2008): two rankings share one slate, and whose items are answered
/// more is the better. It needs far fewer slates than two groups of persons, since everybody judges both.
public struct TeamDraft: Sendable, Hashable {
    /// Whose pick a slot is.
    public enum Team: Sendable, Hashable {
        case first, second
    }

    /// One slot.
    public struct Slot: Sendable, Hashable {
        /// The item.
        public let item: Key
        /// Who picked it; both teams want an item that both have, so a pick is no verdict on who found it.
        public let team: Team
    }

    /// The slots, first to last.
    public let slots: [Slot]

    /// Drafts a slate: whoever has fewer picks goes next, a fair coin decides ties, and each picks its best item left.
    ///
    /// - Parameters:
    ///   - first: the first ranking, best first; duplicates are skipped.
    ///   - second: the second.
    ///   - count: most slots.
    ///   - seed: of the coin; the same seed drafts the same slate.
    public init(_ first: [Key], _ second: [Key], count: Int, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var taken: Set<Key> = []
        var rankings = (first[...], second[...])
        var picks = (0, 0)
        var slots: [Slot] = []
        func next(_ ranking: inout ArraySlice<Key>) -> Key? {
            while let item = ranking.popFirst() { if taken.insert(item).inserted { return item } }
            return nil
        }
        while slots.count < count {
            let isFirst = picks.0 < picks.1 || (picks.0 == picks.1 && random.unit() < 0.5)
            if let item = isFirst ? next(&rankings.0) : next(&rankings.1) {
                slots.append(Slot(item: item, team: isFirst ? .first : .second))
            } else if let item = isFirst ? next(&rankings.1) : next(&rankings.0) {
                slots.append(Slot(item: item, team: isFirst ? .second : .first))
            } else {
                break
            }
            if slots.last?.team == .first { picks.0 += 1 } else { picks.1 += 1 }
        }
        self.slots = slots
    }

    /// What the slate says: worth of the answers to the first team's picks less that to the second's.
    ///
    /// - Parameter answers: what came of items, in units of a like; items that were not shown are ignored.
    public func preference(_ answers: [Key: Double]) -> Double {
        slots.reduce(0) { $0 + ($1.team == .first ? 1 : -1) * (answers[$1.item] ?? 0) }
    }
}
