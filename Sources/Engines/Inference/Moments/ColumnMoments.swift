/// Moments of two arms from whole columns, as fast as memory gives them.
///
/// Rows are taken by blocks that fit the nearest cache. Within a block, sums are of distances from the first row, so they
/// don't cancel; a block's sums become centred moments, which are merged exactly.
public enum ColumnMoments {
    private static let block = 512

    /// One metric's columns; both hold one number a row.
    public struct Metric {
        /// Before the experiment.
        public let covariate: UnsafeBufferPointer<Double>
        /// Since exposure.
        public let outcome: UnsafeBufferPointer<Double>

        /// Columns that outlive the call.
        public init(covariate: UnsafeBufferPointer<Double>, outcome: UnsafeBufferPointer<Double>) {
            (self.covariate, self.outcome) = (covariate, outcome)
        }
    }

    /// Control and treatment moments of each metric.
    ///
    /// - Parameter isTreated: 1 for treated rows, 0 for the others.
    public static func moments(
        _ metrics: [Metric], isTreated: UnsafeBufferPointer<UInt8>
    ) -> [(control: PairMoments, treatment: PairMoments)] {
        var all = [(control: PairMoments, treatment: PairMoments)](
            repeating: (PairMoments(), PairMoments()), count: metrics.count)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: block) { mask in
            for start in stride(from: 0, to: isTreated.count, by: block) {
                let count = Swift.min(block, isTreated.count - start)
                var treated = 0
                for row in 0..<count {
                    let flag = isTreated[start &+ row]
                    mask[row] = flag == 0 ? 0 : 1
                    treated &+= flag == 0 ? 0 : 1
                }
                for (index, metric) in metrics.enumerated() {
                    let sums = BlockSums(
                        UnsafeBufferPointer(rebasing: metric.covariate[start..<start + count]),
                        UnsafeBufferPointer(rebasing: metric.outcome[start..<start + count]), mask: mask)
                    all[index].control.merge(sums.moments(count: count - treated, isTreated: false))
                    all[index].treatment.merge(sums.moments(count: treated, isTreated: true))
                }
            }
        }
        return all
    }

    /// Sums over all rows and over treated rows of a block.
    private struct BlockSums {
        private let x0: Double
        private let y0: Double
        private var all = [5 of Double](repeating: 0)
        private var treated = [5 of Double](repeating: 0)

        @inline(__always)
        init(
            _ x: UnsafeBufferPointer<Double>, _ y: UnsafeBufferPointer<Double>, mask: UnsafeMutableBufferPointer<Double>
        ) {
            (x0, y0) = (x[0], y[0])
            let (shiftX, shiftY) = (SIMD2(repeating: x0), SIMD2(repeating: y0))
            var (sx, sy, sxx, syy, sxy) = (
                SIMD2<Double>(), SIMD2<Double>(), SIMD2<Double>(), SIMD2<Double>(), SIMD2<Double>()
            )
            var (tx, ty, txx, tyy, txy) = (
                SIMD2<Double>(), SIMD2<Double>(), SIMD2<Double>(), SIMD2<Double>(), SIMD2<Double>()
            )
            let pairs = x.count / 2
            for pair in 0..<pairs {
                let row = pair &* 2
                let dx = SIMD2(x[row], x[row &+ 1]) - shiftX
                let dy = SIMD2(y[row], y[row &+ 1]) - shiftY
                let m = SIMD2(mask[row], mask[row &+ 1])
                let (mx, my) = (dx * m, dy * m)
                sx += dx
                sy += dy
                sxx += dx * dx
                syy += dy * dy
                sxy += dx * dy
                tx += mx
                ty += my
                txx += mx * dx
                tyy += my * dy
                txy += mx * dy
            }
            all = [sx.sum(), sy.sum(), sxx.sum(), syy.sum(), sxy.sum()]
            treated = [tx.sum(), ty.sum(), txx.sum(), tyy.sum(), txy.sum()]
            guard x.count % 2 == 1 else { return }
            let last = x.count - 1
            let (dx, dy, m) = (x[last] - x0, y[last] - y0, mask[last])
            let parts: [5 of Double] = [dx, dy, dx * dx, dy * dy, dx * dy]
            for index in 0..<5 {
                all[index] += parts[index]
                treated[index] += parts[index] * m
            }
        }

        @inline(__always)
        func moments(count: Int, isTreated: Bool) -> PairMoments {
            guard count > 0 else { return PairMoments() }
            var sums = treated
            if !isTreated { for index in 0..<5 { sums[index] = all[index] - treated[index] } }
            let n = Double(count)
            let (x, y) = (sums[0] / n, sums[1] / n)
            return PairMoments(
                count: count, origin: (x0, y0), distance: (x, y), xSquares: Swift.max(0, sums[2] - n * x * x),
                ySquares: Swift.max(0, sums[3] - n * y * y), products: sums[4] - n * x * y)
        }
    }
}

extension SIMD2<Double> { fileprivate func sum() -> Double { self[0] + self[1] } }
