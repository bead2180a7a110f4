/// Count, mean and centred sum of squares of one variable. They merge exactly in the sense of Chan, Golub & LeVeque (1983)
/// and take values of any size: the variance of 10⁹ ± 1 has a relative error below 1e-12.
public struct Moments: Sendable, Hashable, Codable {
    private(set) var centre = CompensatedMean()
    private var units: UInt32 = 0
    /// Σ(y − ȳ)².
    public private(set) var squares: Double = 0

    /// No values.
    public init() {}

    /// The moments of some values.
    public init(_ values: some Sequence<Double>) {
        self.init()
        for value in values { add(value) }
    }

    /// Moments known from elsewhere; `squares` is Σ(y − ȳ)².
    public init(count: Int, mean: Double, squares: Double) {
        (units, centre, self.squares) = (UInt32(clamping: count), CompensatedMean(value: mean), squares)
    }

    /// How many values.
    public var count: Int { Int(units) }
    /// ȳ.
    public var mean: Double { centre.value }
    /// Σ(y − ȳ)² / (n − 1); NaN below two values.
    public var variance: Double { units > 1 ? squares / Double(units - 1) : .nan }
    /// Σy.
    public var sum: Double { mean * Double(units) }

    /// Adds one value.
    @inline(__always)
    public mutating func add(_ value: Double) {
        let distance = centre.distance(to: value)
        units += 1
        let step = distance / Double(units)
        squares += distance * (distance - step)
        centre.move(by: step)
    }

    /// Replaces one of the values by another, in constant time.
    public mutating func replace(_ old: Double, by new: Double) {
        guard units > 0 else { return }
        let change = new - old
        let step = change / Double(units)
        squares = max(0, squares + change * (2 * centre.distance(to: old) + change - step))
        centre.move(by: step)
    }

    /// Adds the values of another set that shares no unit with this one.
    public mutating func merge(_ other: Moments) {
        guard other.units > 0 else { return }
        guard units > 0 else { return self = other }
        let (a, b) = (Double(units), Double(other.units))
        let distance = centre.distance(to: other.centre)
        squares += other.squares + distance * distance * (a * b / (a + b))
        centre.move(by: distance * (b / (a + b)))
        units += other.units
    }
}
