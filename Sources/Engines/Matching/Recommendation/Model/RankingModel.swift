/// A learned ranking: boosted oblivious trees (Friedman 2001; symmetric trees as in CatBoost, arXiv 1706.09516).
///
/// Every level of a tree asks one question of all its nodes, so a tree is a few comparisons and one look-up, for many
/// candidates at once. Its output is the log-odds that the person responds to the item within the horizon it learned from.
public struct RankingModel: Sendable, Hashable {
    /// One symmetric tree: questions "is the bin of `signal` above `bin`?", leaf values by the answers as bits.
    struct Tree: Sendable, Hashable {
        var signals: [Int]
        var bins: [UInt8]
        var leaves: [Float]
    }

    /// Upper edges of the bins of each signal, ascending.
    var edges: [[Float]]
    var trees: [Tree]
    /// Log-odds before any tree.
    var base: Float
    /// Names it in the model version.
    public var version: String

    /// The bin of a value: how many edges are below it.
    static func bin(_ value: Float, _ edges: [Float]) -> UInt8 {
        var low = 0
        var high = edges.count
        while low < high {
            let middle = (low + high) >> 1
            if edges[middle] < value { low = middle + 1 } else { high = middle }
        }
        return UInt8(low)
    }

    /// Log-odds of all candidates, in their order.
    func logOdds(_ candidates: ContiguousArray<Candidate>) -> ContiguousArray<Float> {
        let blocks = (candidates.count + 15) / 16
        let used = Set(trees.flatMap(\.signals)).sorted()
        var columns = ContiguousArray(repeating: SIMD16<UInt8>(), count: edges.count * blocks)
        for signal in used {
            let edges = edges[signal]
            for (place, candidate) in candidates.enumerated() {
                columns[signal * blocks + (place >> 4)][place & 15] = Self.bin(candidate.signals[signal], edges)
            }
        }
        var sums = ContiguousArray(repeating: base, count: blocks * 16)
        for tree in trees {
            tree.leaves.withUnsafeBufferPointer { leaves in
                for block in 0..<blocks {
                    var place = SIMD16<UInt8>()
                    for level in tree.signals.indices {
                        let above = columns[tree.signals[level] * blocks + block] .> SIMD16(repeating: tree.bins[level])
                        place |= SIMD16<UInt8>().replacing(with: UInt8(1) << UInt8(level), where: above)
                    }
                    for lane in 0..<16 { sums[block * 16 + lane] += leaves[Int(place[lane])] }
                }
            }
        }
        return ContiguousArray(sums.prefix(candidates.count))
    }
}

/// What was shown or could have been, and whether the person responded.
struct Example: Sendable {
    let signals: Signals
    let responded: Bool
    /// How many like it the example stands for.
    let weight: Float
}
