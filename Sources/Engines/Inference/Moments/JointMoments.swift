/// Count, means and centred second moments of several variables measured on the same units.
public struct JointMoments: Sendable, Hashable {
    /// How many variables.
    public let variables: Int
    /// How many units.
    public private(set) var count = 0
    private var centres: [CompensatedMean]
    private var products: [Double]

    /// No units.
    public init(variables: Int) {
        self.variables = variables
        centres = Array(repeating: CompensatedMean(), count: variables)
        products = Array(repeating: 0, count: variables * variables)
    }

    /// The mean of a variable.
    public func mean(_ variable: Int) -> Double { centres[variable].value }

    /// The sample covariance of two variables (the variance for the same one).
    public func covariance(_ a: Int, _ b: Int) -> Double {
        count > 1 ? products[min(a, b) * variables + max(a, b)] / Double(count - 1) : .nan
    }

    /// Adds one unit.
    public mutating func add(_ values: [Double]) {
        precondition(values.count == variables, "one value a variable")
        count += 1
        let weight = Double(count - 1) / Double(count)
        let distances = zip(centres, values).map { $0.distance(to: $1) }
        accumulate(distances, weight: weight)
        for (index, distance) in distances.enumerated() { centres[index].move(by: distance / Double(count)) }
    }

    /// Adds the units of another set that shares none with this one.
    public mutating func merge(_ other: JointMoments) {
        precondition(other.variables == variables, "the same variables")
        guard other.count > 0 else { return }
        guard count > 0 else { return self = other }
        let (a, b) = (Double(count), Double(other.count))
        let distances = zip(centres, other.centres).map { $0.distance(to: $1) }
        for index in products.indices { products[index] += other.products[index] }
        accumulate(distances, weight: a * b / (a + b))
        for (index, distance) in distances.enumerated() { centres[index].move(by: distance * (b / (a + b))) }
        count += other.count
    }

    /// This set with another that shares no unit with it.
    public func merged(with other: JointMoments) -> JointMoments {
        var both = self
        both.merge(other)
        return both
    }

    private mutating func accumulate(_ distances: [Double], weight: Double) {
        for a in 0..<variables {
            for b in a..<variables { products[a * variables + b] += distances[a] * distances[b] * weight }
        }
    }
}
