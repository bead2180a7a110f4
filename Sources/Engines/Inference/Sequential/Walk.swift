import RealModule

/// The density of the score that has not yet left its bounds, on Gauss–Legendre nodes (Armitage, McPherson & Rowe 1969).
struct Walk {
    private(set) var time = 0.0
    /// What the score gains in one unit of information; 0 under no effect.
    private let drift: Double
    private var nodes: [Double] = []
    /// Density times quadrature weight.
    private var masses: [Double] = []

    init(drift: Double = 0) { self.drift = drift }

    /// The probability of leaving ±bound at `fraction`, not having left before.
    func exit(at fraction: Double, bound: Double) -> Double {
        let edge = bound * .sqrt(fraction)
        let spread = Double.sqrt(fraction - time)
        let shift = drift * (fraction - time)
        guard time > 0 else {
            return Normal.upperTail((edge - shift) / spread) + Normal.upperTail((edge + shift) / spread)
        }
        var sum = 0.0
        for (node, mass) in zip(nodes, masses) {
            let node = node + shift
            sum += mass * (Normal.upperTail((edge - node) / spread) + Normal.upperTail((edge + node) / spread))
        }
        return sum
    }

    /// The bound that is left with probability `exit`.
    func bound(at fraction: Double, exit target: Double) -> Double {
        guard target > 1e-300 else { return .infinity }
        if time == 0 { return Normal.upperQuantile(target / 2) }
        var (low, high) = (0.0, 40.0)
        // Regula falsi on the logarithm, which is nearly quadratic, guarded by bisection.
        var guess = Normal.upperQuantile(Swift.min(0.5, target))
        for _ in 0..<200 {
            let value = exit(at: fraction, bound: guess)
            if value > target { low = guess } else { high = guess }
            if high - low < 1e-13 || value == target { break }
            let next = guess + (value - target) / Swift.max(slope(at: fraction, bound: guess), 1e-300)
            guess = next > low && next < high ? next : (low + high) / 2
        }
        return guess
    }

    /// −d exit / d bound.
    private func slope(at fraction: Double, bound: Double) -> Double {
        let root = Double.sqrt(fraction)
        let spread = Double.sqrt(fraction - time)
        var sum = 0.0
        for (node, mass) in zip(nodes, masses) {
            let edge = bound * root
            sum += mass * (Normal.density((edge - node) / spread) + Normal.density((edge + node) / spread))
        }
        return sum * root / spread
    }

    mutating func advance(to fraction: Double, bound: Double) {
        // Without a bound nothing leaves; eight standard deviations hold all of it.
        let edge = Swift.min(bound, 8.5) * .sqrt(fraction)
        let spread = Double.sqrt(fraction - time)
        let count = Swift.min(600, Swift.max(48, Int(8 * edge / spread) + 24))
        let rule = GaussLegendre(count)
        let shift = drift * (fraction - time)
        let places = rule.nodes.map { $0 * edge }
        var next = [Double](repeating: 0, count: count)
        for (index, place) in places.enumerated() {
            let place = place - shift
            var density = 0.0
            if time == 0 {
                density = Normal.density(place / spread)
            } else {
                for (node, mass) in zip(nodes, masses) { density += mass * Normal.density((place - node) / spread) }
            }
            next[index] = density / spread * rule.weights[index] * edge
        }
        (time, nodes, masses) = (fraction, places, next)
    }
}
