/// Count, means and centred second moments of two variables: an outcome y with a covariate or a ratio's denominator x.
///
/// This is what a cell holds: 56 bytes. It merges and takes values of any size, as ``Moments`` does.
public struct PairMoments: Sendable, Hashable, Codable {
    // The two means with their rests, laid out by hand: as two CompensatedMeans they would take 64 bytes.
    private var xValue = 0.0
    private var yValue = 0.0
    private var xRest: Float = 0
    private var yRest: Float = 0
    /// Σ(x − x̄)².
    public private(set) var xSquares: Double
    /// Σ(y − ȳ)².
    public private(set) var ySquares: Double
    /// Σ(x − x̄)(y − ȳ).
    public private(set) var products: Double
    /// How many pairs.
    public private(set) var count: Int

    /// No pairs.
    public init() { (xSquares, ySquares, products, count) = (0, 0, 0, 0) }

    /// Moments known from elsewhere; squares and products are centred sums.
    public init(count: Int, xMean: Double, yMean: Double, xSquares: Double, ySquares: Double, products: Double) {
        self.count = count
        (xValue, yValue) = (xMean, yMean)
        self.xSquares = xSquares
        self.ySquares = ySquares
        self.products = products
    }

    /// Moments about means given as an origin and a distance from it, which together have more digits than one number.
    init(
        count: Int, origin: (x: Double, y: Double), distance: (x: Double, y: Double), xSquares: Double,
        ySquares: Double, products: Double
    ) {
        self.init(
            count: count, xMean: origin.x, yMean: origin.y, xSquares: xSquares, ySquares: ySquares, products: products)
        xCentre.move(by: distance.x)
        yCentre.move(by: distance.y)
    }

    private var xCentre: CompensatedMean {
        @inline(__always) get { CompensatedMean(value: xValue, rest: xRest) }
        @inline(__always) set { (xValue, xRest) = (newValue.value, newValue.rest) }
    }
    private var yCentre: CompensatedMean {
        @inline(__always) get { CompensatedMean(value: yValue, rest: yRest) }
        @inline(__always) set { (yValue, yRest) = (newValue.value, newValue.rest) }
    }

    /// x̄.
    public var xMean: Double { xCentre.value }
    /// ȳ.
    public var yMean: Double { yCentre.value }
    /// The outcome alone.
    public var outcome: Moments { Moments(count: count, mean: yMean, squares: ySquares) }

    /// Adds one pair.
    @inline(__always)
    public mutating func add(x: Double, y: Double) {
        let (dx, dy) = (xCentre.distance(to: x), yCentre.distance(to: y))
        count += 1
        let inverse = 1 / Double(count)
        let (stepX, stepY) = (dx * inverse, dy * inverse)
        xSquares += dx * (dx - stepX)
        ySquares += dy * (dy - stepY)
        products += dx * (dy - stepY)
        xCentre.move(by: stepX)
        yCentre.move(by: stepY)
    }

    /// Raises the outcome of one unit already counted from `old` to `old + amount`; its covariate stays `x`.
    ///
    /// This is how a person's later purchase enters the square of the *person's* total, which daily squares never give:
    /// Σy² grows by 2·y·a + a².
    @inline(__always)
    public mutating func raise(x: Double, from old: Double, by amount: Double) {
        guard count > 0 else { return }
        let step = amount / Double(count)
        products += amount * xCentre.distance(to: x)
        ySquares = max(0, ySquares + amount * (2 * yCentre.distance(to: old) + amount - step))
        yCentre.move(by: step)
    }

    /// Takes out one pair that was added, as when two units turn out to be one.
    public mutating func remove(x: Double, y: Double) {
        guard count > 1 else { return self = PairMoments() }
        let rest = 1 / Double(count - 1)
        let (dx, dy) = (xCentre.distance(to: x), yCentre.distance(to: y))
        // The distances to the means that were there before the pair are those to the present ones times n / (n − 1).
        let scale = Double(count) * rest
        xSquares = max(0, xSquares - dx * dx * scale)
        ySquares = max(0, ySquares - dy * dy * scale)
        products -= dx * dy * scale
        xCentre.move(by: -dx * rest)
        yCentre.move(by: -dy * rest)
        count -= 1
    }

    /// Raises the denominator of one unit already counted; its outcome is `y`.
    public mutating func raise(y: Double, xFrom old: Double, by amount: Double) {
        guard count > 0 else { return }
        let step = amount / Double(count)
        products += amount * yCentre.distance(to: y)
        xSquares = max(0, xSquares + amount * (2 * xCentre.distance(to: old) + amount - step))
        xCentre.move(by: step)
    }

    /// Adds the pairs of another set that shares no unit with this one.
    public mutating func merge(_ other: PairMoments) {
        guard other.count > 0 else { return }
        guard count > 0 else { return self = other }
        let (a, b) = (Double(count), Double(other.count))
        let weight = a * b / (a + b)
        let (dx, dy) = (xCentre.distance(to: other.xCentre), yCentre.distance(to: other.yCentre))
        xSquares += other.xSquares + dx * dx * weight
        ySquares += other.ySquares + dy * dy * weight
        products += other.products + dx * dy * weight
        xCentre.move(by: dx * (b / (a + b)))
        yCentre.move(by: dy * (b / (a + b)))
        count += other.count
    }

    /// This set with another that shares no unit with it.
    public func merged(with other: PairMoments) -> PairMoments {
        var both = self
        both.merge(other)
        return both
    }
}
