/// What was shown or could have been, and whether the person responded: the training data of a ranking, row by row.
struct Examples: Sendable {
    /// Signals of all examples, ``width`` each.
    private(set) var signals: ContiguousArray<Float> = []
    private(set) var responded: ContiguousArray<Bool> = []
    /// How many like it each example stands for.
    private(set) var weights: ContiguousArray<Float> = []
    /// Where the list of each person begins.
    private(set) var lists: ContiguousArray<Int> = []

    static let width = Signal.allCases.count

    var count: Int { weights.count }
    var isEmpty: Bool { weights.isEmpty }
    var positives: Int { responded.count { $0 } }

    /// What follows belongs to another person's list.
    mutating func beginList() { lists.append(count) }

    mutating func append(_ signals: Signals, responded: Bool, weight: Float) {
        for signal in 0..<Self.width { self.signals.append(signals[signal]) }
        self.responded.append(responded)
        weights.append(weight)
    }

    static func += (all: inout Examples, more: Examples) {
        let offset = all.count
        all.lists += more.lists.map { $0 + offset }
        all.signals += more.signals
        all.responded += more.responded
        all.weights += more.weights
    }

    /// The examples, apart from their lists, with a place among the `share` of all, by weight, that have the highest odds.
    func highest(_ odds: ContiguousArray<Float>, share: Double) -> Examples {
        let order = odds.indices.sorted { odds[$0] != odds[$1] ? odds[$0] > odds[$1] : $0 < $1 }
        var left = share * weights.reduce(0.0) { $0 + Double($1) }
        var isKept = ContiguousArray(repeating: false, count: count)
        for place in order {
            left -= Double(weights[place])
            if left < 0 { break }
            isKept[place] = true
        }
        var kept = Examples()
        for place in 0..<count where isKept[place] {
            kept.signals += signals[(place * Self.width)..<((place + 1) * Self.width)]
            kept.responded.append(responded[place])
            kept.weights.append(weights[place])
        }
        return kept
    }

    @inline(__always)
    func value(_ signal: Int, of example: Int) -> Float { signals[example * Self.width + signal] }
}
