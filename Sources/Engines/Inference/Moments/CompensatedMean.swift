/// A mean that is kept as a Double and its rounding, so that values around 10⁹ lose nothing to their size.
///
/// The rest is a Float: it is at most half a unit in the last place of the mean, so 24 bits of it are 77 of the mean.
struct CompensatedMean: Sendable, Hashable, Codable {
    private(set) var value: Double
    private(set) var rest: Float

    @inline(__always)
    init(value: Double = 0, rest: Float = 0) { (self.value, self.rest) = (value, rest) }

    /// `x` − mean.
    @inline(__always)
    func distance(to x: Double) -> Double { (x - value) - Double(rest) }

    /// `other` − mean.
    @inline(__always)
    func distance(to other: CompensatedMean) -> Double {
        (other.value - value) + (Double(other.rest) - Double(rest))
    }

    /// Moves the mean by `step` (Knuth's exact sum keeps what the addition rounds away).
    @inline(__always)
    mutating func move(by step: Double) {
        let step = step + Double(rest)
        let sum = value + step
        let back = sum - value
        rest = Float((value - (sum - back)) + (step - back))
        value = sum
    }
}
