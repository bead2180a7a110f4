import RealModule

/// Nodes and weights of Gauss–Legendre quadrature on [−1, 1].
struct GaussLegendre {
    let nodes: [Double]
    let weights: [Double]

    init(_ count: Int) {
        var nodes = [Double](repeating: 0, count: count)
        var weights = nodes
        for index in 0..<(count + 1) / 2 {
            var x = Double.cos(.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
            var slope = 0.0
            for _ in 0..<100 {
                let (value, derivative) = Self.legendre(count, x)
                slope = derivative
                let step = value / derivative
                x -= step
                if abs(step) < 1e-15 { break }
            }
            let weight = 2 / ((1 - x * x) * slope * slope)
            (nodes[index], nodes[count - 1 - index]) = (-x, x)
            (weights[index], weights[count - 1 - index]) = (weight, weight)
        }
        (self.nodes, self.weights) = (nodes, weights)
    }

    private static func legendre(_ n: Int, _ x: Double) -> (value: Double, derivative: Double) {
        var (previous, value) = (1.0, x)
        for k in stride(from: 2, through: n, by: 1) {
            let k = Double(k)
            (previous, value) = (value, ((2 * k - 1) * x * value - (k - 1) * previous) / k)
        }
        return (value, Double(n) * (x * value - previous) / (x * x - 1))
    }
}
