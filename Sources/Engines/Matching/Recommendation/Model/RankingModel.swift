import CVectors

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

    /// Bins of one signal.
    static let bins = 64

    /// Upper edges of the bins of each signal, ascending.
    let edges: [[Float]]
    let trees: [Tree]
    /// Log-odds before any tree.
    let base: Float
    /// Names it in the model version.
    public var version: String
    /// Most questions of one tree.
    static let levels = 6
    /// The signals that trees ask for, and their edges in the order of the halvings, 64 numbers each.
    private let used: ContiguousArray<Int>
    private let halvings: ContiguousArray<Float>
    /// The trees laid out flat: six questions each, those that a tree lacks never answered with yes, and 64 leaves.
    private var columns: ContiguousArray<Int32> = []
    private var questions: ContiguousArray<UInt8> = []
    private var leaves: ContiguousArray<Float> = []

    init(edges: [[Float]], trees: [Tree], base: Float, version: String) {
        self.edges = edges
        self.trees = trees
        self.base = base
        self.version = version
        used = ContiguousArray(Set(trees.flatMap(\.signals)).sorted())
        halvings = ContiguousArray(used.flatMap { Self.halvings(of: edges[$0]) })
        for tree in trees {
            for level in 0..<Self.levels {
                let isAsked = level < tree.signals.count
                columns.append(Int32(isAsked ? used.firstIndex(of: tree.signals[level]) ?? 0 : 0))
                questions.append(isAsked ? tree.bins[level] : 255)
            }
            leaves += tree.leaves + [Float](repeating: 0, count: 1 << Self.levels - tree.leaves.count)
        }
    }

    /// Edges filled up to 63 with infinity: the middle one, the middles of both halves, and so on.
    private static func halvings(of edges: [Float]) -> [Float] {
        let all = edges + [Float](repeating: .infinity, count: bins - edges.count)
        return (0..<levels).flatMap { level in
            (0..<(1 << level)).map { all[(2 * $0 + 1) << (levels - 1 - level) - 1] }
        } + [.infinity]
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
    func logOdds(_ candidates: ContiguousArray<Candidate>) -> ContiguousArray<Float> {
        let height = (candidates.count + 63) / 64 * 64
        var bins = ContiguousArray(repeating: UInt8(0), count: max(1, used.count) * height)
        bins.withUnsafeMutableBufferPointer { bin(candidates, height, into: $0) }
        var sums = ContiguousArray(repeating: base, count: height)
        sums.withUnsafeMutableBufferPointer { sums in
            bins.withUnsafeBufferPointer { bins in add(bins, height, to: sums) }
        }
        sums.removeLast(height - candidates.count)
        return sums
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

    private func bin(
        _ candidates: ContiguousArray<Candidate>, _ height: Int, into bins: UnsafeMutableBufferPointer<UInt8>
    ) {
        // Read in place: taking a lane by number out of a copy would copy all of them each time.
        let (stride, size) = (MemoryLayout<Candidate>.stride, MemoryLayout<Float>.stride)
        let offset = MemoryLayout<Candidate>.offset(of: \.signals) ?? 0
        candidates.withUnsafeBytes { bytes in
            halvings.withUnsafeBufferPointer { halvings in
                guard let rows = bytes.baseAddress, let halvings = halvings.baseAddress, let bins = bins.baseAddress
                else { return }
                for (number, signal) in used.enumerated() {
                    quanyu_bins(
                        (rows + offset + signal * size).assumingMemoryBound(to: Float.self), Int64(stride / size),
                        Int64(candidates.count), halvings + number * Self.bins, bins + number * height)
                }
            }
        }
    }

    private func add(
        _ bins: UnsafeBufferPointer<UInt8>, _ height: Int, to sums: UnsafeMutableBufferPointer<Float>
    ) {
        columns.withUnsafeBufferPointer { columns in
            questions.withUnsafeBufferPointer { questions in
                leaves.withUnsafeBufferPointer { leaves in
                    guard let columns = columns.baseAddress, let questions = questions.baseAddress,
                        let leaves = leaves.baseAddress, let bins = bins.baseAddress, let sums = sums.baseAddress
                    else { return }
                    quanyu_add_trees(bins, Int64(height), columns, questions, leaves, Int64(trees.count), sums)
                }
            }
        }
    }
}
