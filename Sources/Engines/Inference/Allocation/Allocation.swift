/// Which option each person gets so that total value is highest within a budget, and the experience never falls through its
/// floor: a multiple-choice knapsack by its Lagrangian.
///
/// Everybody gets the option with the highest v − λ·cost + μ·experience at the same two prices, which are published; only the
/// few persons at the margin are decided one by one.
public struct Allocation: Sendable {
    /// For each person the index of the option.
    public let choices: [UInt8]
    /// What the choices add up to.
    public let totals: AllocationTotals
    /// λ and μ.
    public let prices: AllocationPrices
    /// No allocation within the limits can be worth more than this.
    public let bound: Double

    /// How far the value may be from the best, as a share of it.
    public var gap: Double { bound != 0 ? Swift.max(0, (bound - totals.value) / abs(bound)) : 0 }

    /// What is to be allocated.
    public struct Limits: Sendable, Hashable {
        /// Money that may be spent.
        public var budget: Double
        /// What the summed experience must not fall below; nil when it is not limited.
        public var experienceFloor: Double?

        /// Limits.
        public init(budget: Double, experienceFloor: Double? = nil) {
            (self.budget, self.experienceFloor) = (budget, experienceFloor)
        }
    }

    /// Why nothing can be allocated.
    public enum Failure: Error, Hashable, Sendable {
        /// Even the cheapest options cost more than the budget.
        case budgetTooSmall(least: Double)
        /// Even the kindest options that the budget allows leave the experience below its floor.
        case experienceFloorCrossed(best: Double)
        /// Columns of unequal length, no options, more than 256 of them, or numbers that are not finite.
        case malformed
    }

    /// Allocates.
    ///
    /// - Parameters:
    ///   - options: options a person; each may differ from person to person, "nothing" is one of them.
    ///   - values: value of person × option, row by row: lower bounds of shrunk, cross-fitted estimates.
    ///   - costs: cost of person × option, not negative.
    ///   - experience: effect on the experience of person × option; empty when none has any.
    /// - Throws: ``Failure``.
    public init(
        options: Int, values: [Double], costs: [Double], experience: [Double] = [], limits: Limits
    ) throws(Failure) {
        guard (1...256).contains(options), values.count == costs.count, values.count % options == 0,
            experience.isEmpty || experience.count == values.count, limits.budget.isFinite
        else { throw .malformed }
        let isFloored = limits.experienceFloor != nil && !experience.isEmpty
        let table = OptionTable(options: options, values: values, costs: costs, experience: experience)
        // Prices have no say in what nobody limits.
        let relevant = isFloored ? table : OptionTable(options: options, values: values, costs: costs, experience: [])
        if let floor = limits.experienceFloor, experience.isEmpty, floor > 0 {
            throw .experienceFloorCrossed(best: 0)
        }
        let search = PriceSearch(table: relevant, limits: limits, isFloored: isFloored)
        let settled = try search.run()
        var choices = settled.choices
        let filled = MarginFill(table: table, limits: limits, rows: settled.open, prices: settled.prices)
            .run(&choices)
        self.choices = choices
        prices = settled.prices
        totals = filled
        let atPrices = settled.relaxed
        bound =
            atPrices.value - prices.money * (atPrices.cost - limits.budget)
            + prices.experience * (atPrices.experience - (isFloored ? limits.experienceFloor ?? 0 : 0))
    }
}
