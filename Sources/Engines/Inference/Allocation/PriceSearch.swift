/// Finds the prices: a rough pair from a sample, then a box around it outside of which almost nobody changes their option,
/// then exactly among the few who do.
struct PriceSearch {
    struct Result {
        /// Choices of everybody at the feasible end of the last box.
        let choices: [UInt8]
        /// Persons whose choice still differs within the last box.
        let open: [Int]
        let prices: AllocationPrices
        /// Totals of the relaxed optimum at these prices.
        let relaxed: AllocationTotals
    }

    private let table: OptionTable
    private let limits: Allocation.Limits
    private let isFloored: Bool
    private static let sampleSize = 8_000

    init(table: OptionTable, limits: Allocation.Limits, isFloored: Bool) {
        (self.table, self.limits, self.isFloored) = (table, limits, isFloored)
    }

    func run() throws(Allocation.Failure) -> Result {
        try checkFeasible()
        var open = Array(0..<table.count)
        var part = table
        var settled = AllocationTotals()
        var choices = [UInt8](repeating: 0, count: table.count)
        var prices = AllocationPrices(money: 0, experience: 0)
        var isExact = false
        let rough = table.count > Self.sampleSize ? try roughPrices() : nil
        for margin in [0.04, 0.2] where !isExact {
            guard let rough else { break }
            let box = Self.box(rough, margin: margin, isFloored: isFloored)
            let (rows, sum) = table.undecided(box) { choices[$0] = UInt8(truncatingIfNeeded: $1) }
            let rest = table.rows(rows)
            let dual = Dual(table: rest, settled: sum, limits: limits, isFloored: isFloored)
            // Outside the box the settled ones would not be settled: then it fails or finds another place.
            guard let found = try? dual.solve(), Self.contains(box, found) else { continue }
            (open, settled, part, prices, isExact) = (rows, sum, rest, found, true)
        }
        if !isExact {
            prices = try Dual(table: table, settled: settled, limits: limits, isFloored: isFloored).solve()
        }
        for (row, choice) in zip(open, part.choices(prices)) { choices[row] = UInt8(truncatingIfNeeded: choice) }
        return Result(
            choices: choices, open: open, prices: prices, relaxed: settled + part.totals(prices))
    }

    private func checkFeasible() throws(Allocation.Failure) {
        let cheapest = table.totals(AllocationPrices(money: 1e250, experience: 0)).cost
        guard cheapest.isFinite else { throw .malformed }
        if cheapest > limits.budget { throw .budgetTooSmall(least: cheapest) }
        guard isFloored, let floor = limits.experienceFloor else { return }
        let kindest = table.totals(AllocationPrices(money: 0, experience: 1e250)).experience
        if kindest < floor { throw .experienceFloorCrossed(best: kindest) }
    }

    /// Prices of a sample with its share of the limits.
    private func roughPrices() throws(Allocation.Failure) -> AllocationPrices {
        let step = table.count / Self.sampleSize
        let rows = Array(stride(from: step / 2, to: table.count, by: step))
        let share = Double(rows.count) / Double(table.count)
        let scaled = Allocation.Limits(
            budget: limits.budget * share, experienceFloor: limits.experienceFloor.map { $0 * share })
        let dual = Dual(table: table.rows(rows), settled: AllocationTotals(), limits: scaled, isFloored: isFloored)
        // A sample may fail where the whole doesn't.
        return (try? dual.solve(tolerance: 1e-4)) ?? AllocationPrices(money: 0, experience: 0)
    }

    private static func box(_ p: AllocationPrices, margin: Double, isFloored: Bool) -> [AllocationPrices] {
        func ends(_ price: Double) -> [Double] { [price * (1 - margin), price * (1 + margin) + 1e-9] }
        return ends(p.money).flatMap { money in
            (isFloored ? ends(p.experience) : [0]).map { AllocationPrices(money: money, experience: $0) }
        }
    }

    private static func contains(_ box: [AllocationPrices], _ p: AllocationPrices) -> Bool {
        guard let first = box.first, let last = box.last else { return false }
        return first.money <= p.money && p.money <= last.money && first.experience <= p.experience
            && p.experience <= last.experience
    }
}

/// The two prices of one table, at the end of each search that keeps the limits.
struct Dual {
    let table: OptionTable
    let settled: AllocationTotals
    let limits: Allocation.Limits
    let isFloored: Bool

    func solve(tolerance: Double = 1e-13) throws(Allocation.Failure) -> AllocationPrices {
        let free = AllocationPrices(money: money(experience: 0, tolerance), experience: 0)
        guard isFloored, let floor = limits.experienceFloor else { return free }
        if (settled + table.totals(free)).experience >= floor { return free }
        func totals(_ price: Double) -> AllocationTotals {
            settled + table.totals(AllocationPrices(money: money(experience: price, tolerance), experience: price))
        }
        var (low, high) = (0.0, 1.0)
        while totals(high).experience < floor {
            (low, high) = (high, high * 4)
            if high > 1e15 { throw .experienceFloorCrossed(best: totals(high).experience) }
        }
        while high - low > Swift.max(tolerance, 1e-10) * high {
            let middle = (low + high) / 2
            if totals(middle).experience < floor { low = middle } else { high = middle }
        }
        return AllocationPrices(money: money(experience: high, tolerance), experience: high)
    }

    /// The least price of money that keeps the budget, at a given price of experience.
    private func money(experience: Double, _ tolerance: Double) -> Double {
        func cost(_ money: Double) -> Double {
            settled.cost + table.totals(AllocationPrices(money: money, experience: experience)).cost
        }
        if cost(0) <= limits.budget { return 0 }
        var (low, high) = (0.0, 1.0)
        while cost(high) > limits.budget, high < 1e200 { (low, high) = (high, high * 4) }
        while low == 0, high > 1e-200, cost(high / 4) <= limits.budget { high /= 4 }
        low = low == 0 ? high / 4 : low
        while high - low > tolerance * high {
            let middle = (low + high) / 2
            if middle <= low || middle >= high { break }
            if cost(middle) > limits.budget { low = middle } else { high = middle }
        }
        return high
    }
}

/// Spends what the prices left over, person by person, on those closest to changing their option.
struct MarginFill {
    let table: OptionTable
    let limits: Allocation.Limits
    let rows: [Int]
    let prices: AllocationPrices

    /// Improves the choices in place and returns their totals.
    func run(_ choices: inout [UInt8]) -> AllocationTotals {
        var totals = AllocationTotals()
        for row in choices.indices { totals = totals + item(row, Int(choices[row])) }
        for _ in 0..<4 where improve(&choices, &totals) {}
        return totals
    }

    private func item(_ row: Int, _ option: Int) -> AllocationTotals {
        let place = row * table.options + option
        var item = AllocationTotals()
        item.value = table.values[place]
        item.cost = table.costs[place]
        item.experience = table.experience.isEmpty ? 0 : table.experience[place]
        return item
    }

    /// One round over every better option of the open persons, the least loss at the prices first.
    private func improve(_ choices: inout [UInt8], _ totals: inout AllocationTotals) -> Bool {
        var moves: [(loss: Double, row: Int, option: Int)] = []
        for row in rows {
            let now = item(row, Int(choices[row]))
            for option in 0..<table.options where option != Int(choices[row]) {
                let next = item(row, option)
                guard next.value > now.value else { continue }
                let loss =
                    prices.money * (next.cost - now.cost) - prices.experience * (next.experience - now.experience)
                    - (next.value - now.value)
                moves.append((loss, row, option))
            }
        }
        moves.sort { $0.loss < $1.loss }
        var isBetter = false
        for move in moves.prefix(200_000) {
            let (now, next) = (item(move.row, Int(choices[move.row])), item(move.row, move.option))
            guard next.value > now.value else { continue }
            let (cost, experience) = (
                totals.cost - now.cost + next.cost, totals.experience - now.experience + next.experience
            )
            guard cost <= limits.budget, experience >= limits.experienceFloor ?? -.infinity else { continue }
            totals.value += next.value - now.value
            (totals.cost, totals.experience) = (cost, experience)
            choices[move.row] = UInt8(truncatingIfNeeded: move.option)
            isBetter = true
        }
        return isBetter
    }
}
