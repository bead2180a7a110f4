/// How much of the shoppers' experience may be spent in a period. It runs out, and then nothing that hurts gets through.
public struct ExperienceBudget: Sendable, Hashable, Codable {
    /// Points of the North Star that may be given up, at most, in the period.
    public let allowance: Double
    /// Points given up so far.
    public private(set) var spent: Double

    /// Why a decision may not run.
    public enum Refusal: Error, Hashable, Sendable {
        /// The lower bound of its effect would take the experience below the floor.
        case crossesFloor(bound: Double, left: Double)
    }

    /// A budget.
    public init(allowance: Double, spent: Double = 0) { (self.allowance, self.spent) = (allowance, spent) }

    /// Points left.
    public var left: Double { Swift.max(0, allowance - spent) }

    /// Whether a decision with this interval of its effect on the experience may run: its *lower* end must be affordable.
    public func allows(_ effect: Interval) -> Bool { -effect.lower <= left }

    /// Spends a decision's possible harm, or refuses and spends nothing.
    ///
    /// - Throws: ``Refusal/crossesFloor(bound:left:)``.
    public mutating func spend(_ effect: Interval) throws(Refusal) {
        guard allows(effect) else { throw .crossesFloor(bound: effect.lower, left: left) }
        spent += Swift.max(0, -effect.lower)
    }
}
