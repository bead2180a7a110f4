/// What one order of the same lists gains over another, in NDCG, mean over the lists and its standard error.
struct ListGain {
    private(set) var mean = 0.0, error = 0.0

    /// Nothing can be said of fewer than two lists.
    init(_ marks: [Double], over others: [Double]) {
        guard marks.count > 1 else { return }
        let gains = zip(marks, others).map { $0 - $1 }
        mean = gains.reduce(0, +) / Double(gains.count)
        let variance = gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gains.count - 1)
        error = (variance / Double(gains.count)).squareRoot()
    }
}

extension Examples {
    /// NDCG at 20 of each list that has something to find, in the order of the scores.
    func marks(_ scores: ContiguousArray<Float>) -> [Double] {
        lists.indices.compactMap { number in
            let list = lists[number]..<(number + 1 < lists.count ? lists[number + 1] : count)
            let wanted = list.count { responded[$0] }
            return wanted > 0 ? ndcg(list, scores, wanted) : nil
        }
    }

    private func ndcg(_ list: Range<Int>, _ scores: ContiguousArray<Float>, _ wanted: Int) -> Double {
        func discount(_ rank: Int) -> Double { 1 / logarithm2(Double(rank) + 2) }
        let order = list.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
        let found = order.prefix(20).enumerated().reduce(0.0) {
            $0 + (responded[$1.element] ? discount($1.offset) : 0)
        }
        return found / (0..<min(20, wanted)).reduce(0.0) { $0 + discount($1) }
    }

    /// How the public weights alone rank the examples.
    func scores(_ weights: RankingWeights) -> ContiguousArray<Float> {
        let ranker = Ranker(weights: weights)
        return ContiguousArray((0..<count).map { ranker.score(row($0)) })
    }

    private func row(_ example: Int) -> Signals {
        var row = Signals()
        for signal in 0..<Self.width { row[signal] = value(signal, of: example) }
        return row
    }
}
