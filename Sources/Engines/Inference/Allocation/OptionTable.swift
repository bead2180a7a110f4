/// The prices λ and μ at which options are chosen: v − λ·cost + μ·experience.
public struct AllocationPrices: Sendable, Hashable, Codable {
    /// Value that the last unit of money buys, λ.
    public var money: Double
    /// Value given up for the last unit of experience, μ.
    public var experience: Double

    /// Prices.
    public init(money: Double, experience: Double) { (self.money, self.experience) = (money, experience) }
}

/// Sums over persons of what was chosen for them.
public struct AllocationTotals: Sendable, Hashable, Codable {
    /// Σ value.
    public var value = 0.0
    /// Σ cost.
    public var cost = 0.0
    /// Σ experience.
    public var experience = 0.0

    /// Nothing chosen.
    public init() {}

    static func + (a: AllocationTotals, b: AllocationTotals) -> AllocationTotals {
        var sum = a
        sum.value += b.value
        sum.cost += b.cost
        sum.experience += b.experience
        return sum
    }
}

/// Persons × options, row by row, with what the choice needs in one pass.
struct OptionTable {
    let options: Int
    private(set) var values: [Double] = []
    private(set) var costs: [Double] = []
    /// Empty when no option touches the experience.
    private(set) var experience: [Double] = []

    init(options: Int, values: [Double], costs: [Double], experience: [Double]) {
        self.options = options
        self.values = values
        self.costs = costs
        self.experience = experience
    }

    /// Some of the rows.
    func rows(_ rows: [Int]) -> OptionTable {
        func part(_ column: [Double]) -> [Double] {
            var part: [Double] = []
            guard !column.isEmpty else { return part }
            part.reserveCapacity(rows.count * options)
            for row in rows { part += column[row * options..<(row + 1) * options] }
            return part
        }
        return OptionTable(options: options, values: part(values), costs: part(costs), experience: part(experience))
    }

    var count: Int { values.count / options }

    /// The best option of one row; the first of equals, so that the cheaper is listed first.
    @inline(__always)
    private func best(
        _ row: Int, _ prices: AllocationPrices, _ v: UnsafeBufferPointer<Double>, _ c: UnsafeBufferPointer<Double>,
        _ e: UnsafeBufferPointer<Double>
    ) -> Int {
        let start = row &* options
        var (choice, highest) = (start, -Double.infinity)
        if e.isEmpty {
            for index in start..<start &+ options {
                let score = v[index] - prices.money * c[index]
                if score > highest { (choice, highest) = (index, score) }
            }
        } else {
            for index in start..<start &+ options {
                let score = v[index] - prices.money * c[index] + prices.experience * e[index]
                if score > highest { (choice, highest) = (index, score) }
            }
        }
        return choice
    }

    /// Calls `body` with each row and the place of its best option.
    @inline(__always)
    private func scan(_ prices: AllocationPrices, _ body: (Int, Int) -> Void) {
        values.withUnsafeBufferPointer { v in
            costs.withUnsafeBufferPointer { c in
                experience.withUnsafeBufferPointer { e in
                    for row in 0..<v.count / options { body(row, best(row, prices, v, c, e)) }
                }
            }
        }
    }

    func totals(_ prices: AllocationPrices) -> AllocationTotals {
        var sum = AllocationTotals()
        values.withUnsafeBufferPointer { v in
            costs.withUnsafeBufferPointer { c in
                experience.withUnsafeBufferPointer { e in
                    for row in 0..<v.count / options {
                        let place = best(row, prices, v, c, e)
                        sum.value += v[place]
                        sum.cost += c[place]
                        if !e.isEmpty { sum.experience += e[place] }
                    }
                }
            }
        }
        return sum
    }

    func choices(_ prices: AllocationPrices) -> [Int] {
        var choices = [Int](repeating: 0, count: count)
        scan(prices) { row, place in choices[row] = place - row * options }
        return choices
    }

    /// Rows whose best option is the same at every corner are settled inside the whole box: the prices at which an option is
    /// best form a convex set. Returns the others, and what the settled ones add up to.
    func undecided(_ corners: [AllocationPrices], settle: (Int, Int) -> Void) -> (
        rows: [Int], settled: AllocationTotals
    ) {
        var (rows, settled) = ([Int](), AllocationTotals())
        values.withUnsafeBufferPointer { v in
            costs.withUnsafeBufferPointer { c in
                experience.withUnsafeBufferPointer { e in
                    for row in 0..<v.count / options {
                        let place = best(row, corners[0], v, c, e)
                        var isSame = true
                        for corner in corners.dropFirst() { isSame = isSame && best(row, corner, v, c, e) == place }
                        guard isSame else {
                            rows.append(row)
                            continue
                        }
                        settle(row, place - row * options)
                        settled.value += v[place]
                        settled.cost += c[place]
                        if !e.isEmpty { settled.experience += e[place] }
                    }
                }
            }
        }
        return (rows, settled)
    }
}
