import RealModule

/// Coupons of four sizes for many persons whose value saturates, as the knapsack figures of the peers were taken.
public struct AllocationTrial: Sendable {
    /// Persons × 4 values.
    public private(set) var values: [Double] = []
    /// Persons × 4 costs.
    public private(set) var costs: [Double] = []
    /// Persons × 4 effects on the experience.
    public private(set) var experience: [Double] = []

    /// Draws persons.
    public init(persons: Int, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        values.reserveCapacity(persons * 4)
        costs.reserveCapacity(persons * 4)
        experience.reserveCapacity(persons * 4)
        for _ in 0..<persons {
            let scale = Double.exp(2 + random.normal())
            let speed = 0.5 + 2 * random.uniform()
            let price = 1 + 3 * random.uniform()
            let annoyance = 0.2 * random.uniform()
            values += [0, scale * (1 - .exp(-speed)), scale * (1 - .exp(-2 * speed)), scale * (1 - .exp(-4 * speed))]
            costs += [0, price, 2 * price, 4 * price]
            experience += [0, -annoyance, -2 * annoyance, -4 * annoyance]
        }
    }
}
