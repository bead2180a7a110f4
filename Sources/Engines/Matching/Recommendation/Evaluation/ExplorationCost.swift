/// What exploration cost viewers: explored slots against the slots that ranking filled, at the same positions.
///
/// Explored slots lie where chance put them, so a position's other slots are a fair comparison up to who the viewers
/// were; the interval is over slots (normal, 95 %).
public struct ExplorationCost: Sendable {
    /// Slots seen, and those of them that exploration filled.
    public let slots, explored: Int
    /// Mean worth of a ranked and of an explored slot, in units of a like; ranked slots weigh by the explored positions.
    public let ranked, exploredWorth: Double
    /// Worth lost over all slots as a share of all worth, with its interval; positive is a loss.
    public let loss: (mean: Double, low: Double, high: Double)

    /// Share of slots that exploration filled.
    public var share: Double { slots == 0 ? 0 : Double(explored) / Double(slots) }

    /// Looks at replayed slots.
    public init(_ all: [SlateReplay.Slot]) { self.init(all.map { ($0.position, $0.isExplored, $0.reward) }) }

    /// Looks at slots: position, whether explored, and what came of it.
    public init(_ all: [(position: Int, isExplored: Bool, reward: Double)]) {
        var cells: [Int: (ranked: Spread, explored: Spread)] = [:]
        for slot in all {
            if slot.isExplored {
                cells[slot.position, default: (Spread(), Spread())].explored.add(slot.reward)
            } else {
                cells[slot.position, default: (Spread(), Spread())].ranked.add(slot.reward)
            }
        }
        var (lost, variance, rankedSum, exploredSum, count) = (0.0, 0.0, 0.0, 0.0, 0.0)
        // A position where only one of the two was seen compares nothing.
        for (_, cell) in cells.sorted(by: { $0.key < $1.key }) where cell.explored.count > 0 && cell.ranked.count > 0 {
            let weight = cell.explored.count
            lost += weight * (cell.ranked.mean - cell.explored.mean)
            variance += weight * weight * (cell.ranked.squaredError + cell.explored.squaredError)
            rankedSum += weight * cell.ranked.mean
            exploredSum += weight * cell.explored.mean
            count += weight
        }
        slots = all.count
        explored = all.count { $0.isExplored }
        ranked = count > 0 ? rankedSum / count : 0
        exploredWorth = count > 0 ? exploredSum / count : 0
        let total = all.reduce(0) { $0 + $1.reward } + lost
        let margin = 1.96 * variance.squareRoot()
        loss = total > 0 ? (lost / total, (lost - margin) / total, (lost + margin) / total) : (0, 0, 0)
    }
}

/// Mean and spread (Welford 1962).
private struct Spread {
    private(set) var count = 0.0
    private(set) var mean = 0.0
    private var squares = 0.0

    mutating func add(_ value: Double) {
        count += 1
        let step = value - mean
        mean += step / count
        squares += step * (value - mean)
    }

    /// Squared standard error of the mean.
    var squaredError: Double { count > 1 ? squares / (count - 1) / count : 0 }
}
