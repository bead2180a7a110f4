/// Fits a ``RankingModel`` by gradient boosting with Newton steps on the logistic loss, on histograms of binned signals.
struct RankingTrainer {
    var trees = 300
    var depth = 6
    var rate: Float = 0.06
    /// L2 shrinkage of the leaves.
    var ridge: Float = 20
    /// Signals tried at each tree, as a share.
    var signalShare = 0.6
    /// Examples that choose the questions of each tree, as a share (stochastic gradient boosting, Friedman 2002).
    var exampleShare = 0.4
    /// Signals that may be asked for; all when empty.
    var among: [Signal] = []
    var seed: UInt64 = 1

    private static let bins = RankingModel.bins

    func fit(_ examples: Examples, version: String) -> RankingModel {
        let width = Signal.allCases.count
        let asked = Set(among.map(\.rawValue))
        let edges = (0..<width).map { asked.isEmpty || asked.contains($0) ? self.edges(examples, $0) : [] }
        // Row major: one example's bins lie together, one pass fills the histograms of all signals.
        var binned = ContiguousArray(repeating: UInt8(0), count: examples.count * width)
        for place in 0..<examples.count {
            for signal in 0..<width where !edges[signal].isEmpty {
                binned[place * width + signal] = RankingModel.bin(examples.value(signal, of: place), edges[signal])
            }
        }
        var positives = 1.0, all = 2.0
        for (responded, weight) in zip(examples.responded, examples.weights) {
            positives += responded ? Double(weight) : 0
            all += Double(weight)
        }
        let base = Float(naturalLogarithm(positives / (all - positives)))
        var grown: [RankingModel.Tree] = []
        var sums = ContiguousArray(repeating: base, count: examples.count)
        var random = SplitMix64(seed: seed)
        for _ in 0..<trees {
            let (tree, leaves) = grow(examples, binned, sums, edges, &random)
            for place in sums.indices { sums[place] += tree.leaves[Int(leaves[place])] }
            grown.append(tree)
        }
        return RankingModel(edges: edges, trees: grown, base: base, version: version)
    }

    /// Edges at the quantiles of a sample; few distinct values give few bins.
    private func edges(_ examples: Examples, _ signal: Int) -> [Float] {
        let step = max(1, examples.count / 20_000)
        let sample = stride(from: 0, to: examples.count, by: step).map { examples.value(signal, of: $0) }.sorted()
        guard !sample.isEmpty else { return [] }
        var edges: [Float] = []
        for bin in 1..<Self.bins {
            let edge = sample[bin * (sample.count - 1) / Self.bins]
            if edges.last.map({ edge > $0 }) ?? true, edge < sample[sample.count - 1] { edges.append(edge) }
        }
        return edges
    }

    /// One tree, level by level: each level takes the question that gains most over all nodes together.
    private func grow(
        _ examples: Examples, _ binned: ContiguousArray<UInt8>, _ sums: ContiguousArray<Float>, _ edges: [[Float]],
        _ random: inout SplitMix64
    ) -> (RankingModel.Tree, ContiguousArray<UInt8>) {
        let signals = (0..<edges.count).filter { !edges[$0].isEmpty && random.unit() < signalShare }
        var slopes = ContiguousArray(repeating: SIMD2<Float>(), count: examples.count)
        for place in 0..<examples.count {
            let probability = 1 / (1 + naturalExponential(-sums[place]))
            let weight = examples.weights[place]
            slopes[place] = SIMD2(
                weight * ((examples.responded[place] ? 1 : 0) - probability), weight * probability * (1 - probability))
        }
        let chosen = examples.count < 5_000 ? 1 : exampleShare
        let rows = ContiguousArray((0..<examples.count).filter { _ in random.unit() < chosen })
        var tree = RankingModel.Tree(signals: [], bins: [], leaves: [])
        var leaves = ContiguousArray(repeating: UInt8(0), count: examples.count)
        for level in 0..<depth {
            let nodes = 1 << level
            let histogram = self.histogram(slopes, binned, leaves, rows, signals, nodes, edges.count)
            guard let best = bestQuestion(histogram, signals, edges, nodes) else { break }
            tree.signals.append(best.signal)
            tree.bins.append(best.bin)
            for place in leaves.indices where binned[place * edges.count + best.signal] > best.bin {
                leaves[place] |= 1 << UInt8(level)
            }
        }
        var totals = ContiguousArray(repeating: SIMD2<Float>(), count: 1 << tree.signals.count)
        for place in leaves.indices { totals[Int(leaves[place])] += slopes[place] }
        tree.leaves = totals.map { rate * $0.x / ($0.y + ridge) }
        return (tree, leaves)
    }

    /// Sums of slopes by node, tried signal and bin: first derivative, second derivative, in turn.
    ///
    /// Plain numbers and pointers, here and below: this is where training spends its time, without an optimiser above all.
    private func histogram(
        _ slopes: ContiguousArray<SIMD2<Float>>, _ binned: ContiguousArray<UInt8>, _ leaves: ContiguousArray<UInt8>,
        _ rows: ContiguousArray<Int>, _ signals: [Int], _ nodes: Int, _ width: Int
    ) -> ContiguousArray<Float> {
        let tried = signals.count
        var sums = ContiguousArray(repeating: Float(0), count: nodes * tried * Self.bins * 2)
        sums.withUnsafeMutableBufferPointer { sums in
            binned.withUnsafeBufferPointer { binned in
                signals.withUnsafeBufferPointer { signals in
                    for row in rows {
                        var cell = Int(leaves[row]) &* tried &* Self.bins
                        let (first, second) = (slopes[row].x, slopes[row].y)
                        var place = 0
                        while place < tried {
                            let sum = 2 &* (cell &+ Int(binned[row &* width &+ signals[place]]))
                            sums[sum] += first
                            sums[sum &+ 1] += second
                            cell &+= Self.bins
                            place &+= 1
                        }
                    }
                }
            }
        }
        return sums
    }

    private func bestQuestion(
        _ histogram: ContiguousArray<Float>, _ signals: [Int], _ edges: [[Float]], _ nodes: Int
    ) -> (signal: Int, bin: UInt8)? {
        var best: (gain: Float, signal: Int, bin: Int) = (0, -1, 0)
        var gains = ContiguousArray(repeating: Float(0), count: Self.bins)
        for (place, signal) in signals.enumerated() {
            gains.withUnsafeMutableBufferPointer { gains in
                gains.update(repeating: 0)
                histogram.withUnsafeBufferPointer { histogram in
                    for node in 0..<nodes {
                        let start = 2 * (node * signals.count + place) * Self.bins
                        addGains(
                            UnsafeBufferPointer(rebasing: histogram[start..<(start + 2 * Self.bins)]),
                            edges[signal].count, to: gains)
                    }
                }
            }
            for bin in 0..<edges[signal].count where gains[bin] > best.gain { best = (gains[bin], signal, bin) }
        }
        return best.signal >= 0 ? (best.signal, UInt8(best.bin)) : nil
    }

    /// What each cut of one node's bins gains.
    @inline(__always)
    private func addGains(
        _ sums: UnsafeBufferPointer<Float>, _ cuts: Int, to gains: UnsafeMutableBufferPointer<Float>
    ) {
        var (first, second) = (Float(0), Float(0))
        var bin = 0
        while bin < Self.bins {
            first += sums[2 &* bin]
            second += sums[2 &* bin &+ 1]
            bin &+= 1
        }
        // Nothing is in most nodes of a deep level.
        if second == 0 { return }
        let whole = first * first / (second + ridge)
        var (low, lowSecond) = (Float(0), Float(0))
        bin = 0
        while bin < cuts {
            low += sums[2 &* bin]
            lowSecond += sums[2 &* bin &+ 1]
            let (high, highSecond) = (first - low, second - lowSecond)
            gains[bin] += low * low / (lowSecond + ridge) + high * high / (highSecond + ridge) - whole
            bin &+= 1
        }
    }
}
