/// A dense symmetric positive definite matrix and its inverse by Cholesky factors.
///
/// Written for one purpose, the closed-form item model: single precision, row major, all work in dot products of
/// contiguous rows so that it vectorises without help.
struct SymmetricMatrix {
    let order: Int
    /// Row major; only the lower triangle is read by ``invert()``.
    var values: ContiguousArray<Float>

    init(order: Int, diagonal: Float) {
        self.order = order
        values = ContiguousArray(repeating: 0, count: order * order)
        for place in 0..<order { values[place * order + place] = diagonal }
    }

    /// Replaces the matrix by its inverse, both triangles filled.
    mutating func invert() {
        let n = order
        values.withUnsafeMutableBufferPointer { buffer in
            guard let a = buffer.baseAddress else { return }
            Self.factor(a, n)
            Self.invertFactor(a, n)
            Self.multiplyFactors(a, n)
        }
    }

    /// A = L·Lᵀ, L in the lower triangle.
    private static func factor(_ a: UnsafeMutablePointer<Float>, _ n: Int) {
        var row = 0
        while row < n {
            let rows = min(4, n - row)
            if rows == 4 { factorPanel(a, n, row) }
            for i in row..<(row + rows) {
                for j in (rows == 4 ? row : 0)...i {
                    let rest = a[i * n + j] - dot(a + i * n, a + j * n, 0, j)
                    a[i * n + j] = i == j ? max(rest, 1e-12).squareRoot() : rest / a[j * n + j]
                }
            }
            row += rows
        }
    }

    /// The part of four rows left of their diagonal block.
    private static func factorPanel(_ a: UnsafeMutablePointer<Float>, _ n: Int, _ row: Int) {
        var column = 0
        while column + 1 < row {
            let d = dots(a + row * n, n, a + column * n, a + (column + 1) * n, 0, column)
            let pivot = a[column * n + column], next = a[(column + 1) * n + column + 1]
            let link = a[(column + 1) * n + column]
            for i in 0..<4 {
                let first = (a[(row + i) * n + column] - d.0[i]) / pivot
                a[(row + i) * n + column] = first
                a[(row + i) * n + column + 1] = (a[(row + i) * n + column + 1] - d.1[i] - first * link) / next
            }
            column += 2
        }
    }

    /// W = L⁻¹, stored transposed in the upper triangle (row j holds column j of W); the diagonal becomes W's.
    private static func invertFactor(_ a: UnsafeMutablePointer<Float>, _ n: Int) {
        for i in 0..<n {
            let pivot = 1 / a[i * n + i]
            // Row i of L is read once for every earlier column, contiguous with the upper triangle's rows.
            var j = 0
            while j < i {
                // The diagonal of row j already holds W[j][j].
                let sum = dot(a + i * n, a + j * n, j, i)
                a[j * n + i] = -sum * pivot
                j += 1
            }
            a[i * n + i] = pivot
        }
    }

    /// A⁻¹ = Wᵀ·W from the upper triangle, mirrored into the lower.
    private static func multiplyFactors(_ a: UnsafeMutablePointer<Float>, _ n: Int) {
        for i in 0..<n {
            for j in i..<n {
                // Lands in the lower triangle, where the factor L is no longer needed.
                a[j * n + i] = dot(a + i * n, a + j * n, j, n)
            }
            // Row i of W is spent: later rows read only themselves and the rows after them.
            for j in i..<n { a[i * n + j] = a[j * n + i] }
        }
    }

    @inline(__always)
    static func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ from: Int, _ to: Int) -> Float {
        var a = SIMD8<Float>(), b = SIMD8<Float>(), c = SIMD8<Float>(), d = SIMD8<Float>()
        var k = from
        while k + 32 <= to {
            a += load(x + k) * load(y + k)
            b += load(x + k + 8) * load(y + k + 8)
            c += load(x + k + 16) * load(y + k + 16)
            d += load(x + k + 24) * load(y + k + 24)
            k += 32
        }
        var sum = ((a + b) + (c + d)).sum()
        while k < to {
            sum += x[k] * y[k]
            k += 1
        }
        return sum
    }

    /// Four rows against two.
    @inline(__always)
    private static func dots(
        _ x: UnsafePointer<Float>, _ stride: Int, _ y: UnsafePointer<Float>, _ z: UnsafePointer<Float>,
        _ from: Int, _ to: Int
    ) -> (SIMD4<Float>, SIMD4<Float>) {
        var y0 = SIMD4<Float>(), y1 = y0, y2 = y0, y3 = y0, z0 = y0, z1 = y0, z2 = y0, z3 = y0
        let x1 = x + stride, x2 = x1 + stride, x3 = x2 + stride
        var k = from
        while k + 4 <= to {
            let y = load4(y + k), z = load4(z + k)
            let a = load4(x + k), b = load4(x1 + k), c = load4(x2 + k), d = load4(x3 + k)
            y0 += a * y
            y1 += b * y
            y2 += c * y
            y3 += d * y
            z0 += a * z
            z1 += b * z
            z2 += c * z
            z3 += d * z
            k += 4
        }
        var ys = SIMD4(y0.sum(), y1.sum(), y2.sum(), y3.sum())
        var zs = SIMD4(z0.sum(), z1.sum(), z2.sum(), z3.sum())
        while k < to {
            let column = SIMD4(x[k], x1[k], x2[k], x3[k])
            ys += column * y[k]
            zs += column * z[k]
            k += 1
        }
        return (ys, zs)
    }

    @inline(__always)
    static func load(_ p: UnsafePointer<Float>) -> SIMD8<Float> {
        UnsafeRawPointer(p).loadUnaligned(as: SIMD8<Float>.self)
    }

    @inline(__always)
    private static func load4(_ p: UnsafePointer<Float>) -> SIMD4<Float> {
        UnsafeRawPointer(p).loadUnaligned(as: SIMD4<Float>.self)
    }
}
