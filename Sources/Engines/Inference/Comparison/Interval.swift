/// A closed interval; either end may be infinite.
public struct Interval: Sendable, Hashable, Codable {
    /// The lower end.
    public let lower: Double
    /// The upper end.
    public let upper: Double

    /// From `lower` to `upper`.
    public init(_ lower: Double, _ upper: Double) { (self.lower, self.upper) = (lower, upper) }

    /// `centre` ± `margin`.
    public init(centre: Double, margin: Double) { self.init(centre - margin, centre + margin) }

    /// Whether a value lies inside.
    public func contains(_ value: Double) -> Bool { lower <= value && value <= upper }

    /// Upper minus lower end.
    public var width: Double { upper - lower }
}
