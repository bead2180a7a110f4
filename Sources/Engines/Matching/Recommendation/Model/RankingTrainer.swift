/// Fits a ``RankingModel`` by gradient boosting with Newton steps on the logistic loss, on histograms of binned signals.
struct RankingTrainer {
    var trees = 160
    var depth = 5
    var rate: Float = 0.1
    /// L2 shrinkage of the leaves.
    var ridge: Float = 20
    /// Signals tried at each tree, as a share.
    var signalShare = 0.6
    /// Examples that choose the questions of each tree, as a share (stochastic gradient boosting, Friedman 2002).
    var exampleShare = 0.4
    var seed: UInt64 = 1

    private static let bins = 64

    func fit(_ examples: [Example], version: String) -> RankingModel {
        let width = Signal.allCases.count
        let edges = (0..<width).map { self.edges(examples, $0) }
        // Row major: one example's bins lie together, one pass fills the histograms of all signals.
        var binned = ContiguousArray(repeating: UInt8(0), count: examples.count * width)
        for (place, example) in examples.enumerated() {
            for signal in 0..<width {
                binned[place * width + signal] = RankingModel.bin(example.signals[signal], edges[signal])
            }
        }
        let positives = examples.reduce(Double(1)) { $0 + ($1.responded ? Double($1.weight) : 0) }
        let all = examples.reduce(Double(2)) { $0 + Double($1.weight) }
        let base = Float(naturalLogarithm(positives / (all - positives)))
        var model = RankingModel(edges: edges, trees: [], base: base, version: version)
        var sums = ContiguousArray(repeating: base, count: examples.count)
        var random = SplitMix64(seed: seed)
        for _ in 0..<trees {
            let (tree, leaves) = grow(examples, binned, sums, edges, &random)
            for place in sums.indices { sums[place] += tree.leaves[Int(leaves[place])] }
            model.trees.append(tree)
        }
        return model
    }

    /// Edges at the quantiles of a sample; few distinct values give few bins.
    private func edges(_ examples: [Example], _ signal: Int) -> [Float] {
        let step = max(1, examples.count / 20_000)
        let sample = stride(from: 0, to: examples.count, by: step).map { examples[$0].signals[signal] }.sorted()
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
        _ examples: [Example], _ binned: ContiguousArray<UInt8>, _ sums: ContiguousArray<Float>, _ edges: [[Float]],
        _ random: inout SplitMix64
    ) -> (RankingModel.Tree, ContiguousArray<UInt8>) {
        let signals = (0..<edges.count).filter { !edges[$0].isEmpty && random.unit() < signalShare }
        var slopes = ContiguousArray(repeating: SIMD2<Float>(), count: examples.count)
        for place in examples.indices {
            let probability = 1 / (1 + naturalExponential(-sums[place]))
            let weight = examples[place].weight
            slopes[place] = SIMD2(
                weight * ((examples[place].responded ? 1 : 0) - probability), weight * probability * (1 - probability))
        }
        let chosen = examples.count < 5_000 ? 1 : exampleShare
        let rows = ContiguousArray(examples.indices.filter { _ in random.unit() < chosen })
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

    /// Sums of slopes by node, tried signal and bin.
    private func histogram(
        _ slopes: ContiguousArray<SIMD2<Float>>, _ binned: ContiguousArray<UInt8>, _ leaves: ContiguousArray<UInt8>,
        _ rows: ContiguousArray<Int>, _ signals: [Int], _ nodes: Int, _ width: Int
    ) -> ContiguousArray<SIMD2<Float>> {
        let tried = signals.count
        var sums = ContiguousArray(repeating: SIMD2<Float>(), count: nodes * tried * Self.bins)
        sums.withUnsafeMutableBufferPointer { sums in
            binned.withUnsafeBufferPointer { binned in
                signals.withUnsafeBufferPointer { signals in
                    for row in rows {
                        let node = Int(leaves[row]) * tried * Self.bins
                        let slope = slopes[row]
                        for place in 0..<tried {
                            let bin = Int(binned[row &* width &+ signals[place]])
                            sums[node &+ place &* Self.bins &+ bin] += slope
                        }
                    }
                }
            }
        }
        return sums
    }

    private func bestQuestion(
        _ histogram: ContiguousArray<SIMD2<Float>>, _ signals: [Int], _ edges: [[Float]], _ nodes: Int
    ) -> (signal: Int, bin: UInt8)? {
        var best: (gain: Float, signal: Int, bin: Int) = (0, -1, 0)
        var gains = [Float](repeating: 0, count: Self.bins)
        for (place, signal) in signals.enumerated() {
            for bin in gains.indices { gains[bin] = 0 }
            for node in 0..<nodes {
                let start = (node * signals.count + place) * Self.bins
                let total = histogram[start..<(start + Self.bins)].reduce(SIMD2<Float>(), +)
                var low = SIMD2<Float>()
                for bin in 0..<edges[signal].count {
                    low += histogram[start + bin]
                    let high = total - low
                    gains[bin] += worth(low) + worth(high) - worth(total)
                }
            }
            for bin in 0..<edges[signal].count where gains[bin] > best.gain { best = (gains[bin], signal, bin) }
        }
        return best.signal >= 0 ? (best.signal, UInt8(best.bin)) : nil
    }

    @inline(__always)
    private func worth(_ slopes: SIMD2<Float>) -> Float { slopes.x * slopes.x / (slopes.y + ridge) }
}
