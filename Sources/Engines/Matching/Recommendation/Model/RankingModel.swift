/// A learned ranking: boosted oblivious trees (Friedman 2001; symmetric trees as in CatBoost, arXiv 1706.09516).
///
/// Every level of a tree asks one question of all its nodes, so a tree is a few comparisons and one look-up, for many
/// candidates at once. Its output is the log-odds that the person responds to the item within the horizon it learned from.
public struct RankingModel: Sendable, Hashable {
    /// One symmetric tree: questions "is the bin of `signal` above `bin`?", leaf values by the answers as bits.
    struct Tree: Sendable, Hashable, Codable {
        var signals: [Int]
        var bins: [UInt8]
        var leaves: [Float]
    }

    /// Bins of one signal; seven bits at most, see ``logOdds(_:)``.
    static let bins = 64

    /// Upper edges of the bins of each signal, ascending.
    let edges: [[Float]]
    let trees: [Tree]
    /// Log-odds before any tree.
    let base: Float
    /// Names it in the model version.
    public var version: String
    /// The signals that a tree asks for, and their edges filled up to 63 with infinity.
    private let used: ContiguousArray<Int>
    private let search: ContiguousArray<Float>

    init(edges: [[Float]], trees: [Tree], base: Float, version: String) {
        self.edges = edges
        self.trees = trees
        self.base = base
        self.version = version
        used = ContiguousArray(Set(trees.flatMap(\.signals)).sorted())
        var search = ContiguousArray(repeating: Float.infinity, count: used.count * Self.bins)
        for (place, signal) in used.enumerated() {
            for (number, edge) in edges[signal].enumerated() { search[place * Self.bins + number] = edge }
        }
        self.search = search
    }

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
        columns.withUnsafeMutableBytes { bin(candidates, words, into: $0) }
        var sums = ContiguousArray(repeating: base, count: words * 8)
        sums.withUnsafeMutableBufferPointer { sums in
            columns.withUnsafeBufferPointer { columns in
                for tree in trees { Self.add(tree, columns, words, to: sums) }
            }
        }
        return ContiguousArray(sums.prefix(candidates.count))
    }

    /// Log-odds of all examples, in their order: for learning, where speed is no concern.
    func logOdds(_ examples: Examples) -> ContiguousArray<Float> {
        ContiguousArray(
            (0..<examples.count).map { place in
                var sum = base
                for tree in trees {
                    var leaf = 0
                    for level in tree.signals.indices {
                        let signal = tree.signals[level]
                        // Above the bin's edge is above the bin.
                        let edge = edges[signal][Int(tree.bins[level])]
                        if examples.value(signal, of: place) > edge { leaf |= 1 << level }
                    }
                    sum += tree.leaves[leaf]
                }
                return sum
            })
    }

    /// A condition as a number: where the processor can't guess, arithmetic beats a branch.
    @inline(__always)
    private func bit(_ condition: Bool) -> Int { Int(unsafeBitCast(condition, to: UInt8.self)) }

    /// Six halvings without a branch find the bin of each signal.
    private func bin(
        _ candidates: ContiguousArray<Candidate>, _ words: Int, into columns: UnsafeMutableRawBufferPointer
    ) {
        search.withUnsafeBufferPointer { search in
            used.withUnsafeBufferPointer { used in
                // Read in place: taking a lane by number out of a copy would copy all of them each time.
                candidates.withUnsafeBytes { bytes in
                    let offset = MemoryLayout<Candidate>.offset(of: \.signals) ?? 0
                    for place in 0..<(bytes.count / MemoryLayout<Candidate>.stride) {
                        let row = place &* MemoryLayout<Candidate>.stride &+ offset
                        for number in used.indices {
                            let signal = used[number]
                            let value = bytes.load(
                                fromByteOffset: row &+ signal &* MemoryLayout<Float>.stride, as: Float.self)
                            let start = number &* Self.bins
                            var bin = bit(search[start &+ 31] < value) << 5
                            bin += bit(search[start &+ bin &+ 15] < value) << 4
                            bin += bit(search[start &+ bin &+ 7] < value) << 3
                            bin += bit(search[start &+ bin &+ 3] < value) << 2
                            bin += bit(search[start &+ bin &+ 1] < value) << 1
                            bin += bit(search[start &+ bin] < value)
                            columns[signal &* words &* 8 &+ place] = UInt8(truncatingIfNeeded: bin)
                        }
                    }
                }
            }
        }
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
