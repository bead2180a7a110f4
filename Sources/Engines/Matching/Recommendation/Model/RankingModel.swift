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
    ///
    /// Eight candidates are asked at once: bins have at most seven bits, so one addition to eight bytes in a word leaves
    /// the answer to "above?" in each byte's highest bit.
    func logOdds(_ candidates: ContiguousArray<Candidate>) -> ContiguousArray<Float> {
        let words = (candidates.count + 7) / 8
        var columns = ContiguousArray(repeating: UInt64(0), count: edges.count * words)
        for signal in Set(trees.flatMap(\.signals)) {
            let edges = edges[signal]
            for (place, candidate) in candidates.enumerated() {
                let bin = UInt64(Self.bin(candidate.signals[signal], edges))
                columns[signal * words + (place >> 3)] |= bin << UInt64(8 * (place & 7))
            }
        }
        var sums = ContiguousArray(repeating: base, count: words * 8)
        sums.withUnsafeMutableBufferPointer { sums in
            columns.withUnsafeBufferPointer { columns in
                for tree in trees { Self.add(tree, columns, words, to: sums) }
            }
        }
        return ContiguousArray(sums.prefix(candidates.count))
    }

    private static func add(
        _ tree: Tree, _ columns: UnsafeBufferPointer<UInt64>, _ words: Int, to sums: UnsafeMutableBufferPointer<Float>
    ) {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let depth = tree.signals.count
        tree.leaves.withUnsafeBufferPointer { leaves in
            for word in 0..<words {
                var place: UInt64 = 0
                for level in 0..<depth {
                    let bins = columns[tree.signals[level] &* words &+ word]
                    let above = (bins &+ ones &* UInt64(127 &- tree.bins[level])) & (ones << 7)
                    place |= above &>> UInt64(7 &- level)
                }
                for lane in 0..<8 {
                    sums[word &* 8 &+ lane] += leaves[Int(truncatingIfNeeded: (place &>> UInt64(8 &* lane)) & 0xFF)]
                }
            }
        }
    }
}

/// What was shown or could have been, and whether the person responded.
struct Example: Sendable {
    let signals: Signals
    let responded: Bool
    /// How many like it the example stands for.
    let weight: Float
}
