import CVectors

/// The few directions that hold nearly all of what vectors are: principal components about the origin (Pearson 1901), since
/// inner products are asked for. What lies outside them is left to the comparison in full precision.
struct PrincipalComponents: Sendable {
    /// How many directions, a multiple of 16 and at most half of the vectors' length.
    let width: Int
    /// The directions one after the other, each as long as a vector.
    let directions: ContiguousArray<Float>

    /// Share of the squared lengths that the directions must hold.
    private static let leastShare = 0.96
    /// A share lost to drift that is not worth new codes.
    private static let patience = 0.02
    /// Longer vectors are taken as they are: finding their directions would hold up the writer for seconds.
    private static let longest = 512
    private static let rounds = 12

    init(width: Int, directions: ContiguousArray<Float>) {
        self.width = width
        self.directions = directions
    }

    /// By orthogonal iteration (Golub & Van Loan, Matrix Computations, 8.2.4); nil where half of the directions hold too little.
    init?(of slots: some Collection<Int32>, in vectors: VectorRows) {
        let length = vectors.width
        let most = length / 2 / 16 * 16
        guard most > 0, length <= Self.longest else { return nil }
        let moments = Self.moments(slots, vectors)
        var basis = OrthonormalRows(count: most, length: length)
        for _ in 0..<Self.rounds { basis.advance(by: moments) }
        let total = (0..<length).reduce(0) { $0 + moments[$1 * length + $1] }
        let energies = basis.energies(moments)
        let held = stride(from: 16, through: most, by: 16)
            .first { energies.prefix($0).reduce(0, +) >= Self.leastShare * total }
        guard let held, total > 0 else { return nil }
        self.init(width: held, directions: ContiguousArray(basis.values.prefix(held * length).map { Float($0) }))
    }

    /// Runs with the vector's components along the directions.
    @inline(__always)
    func project<Result>(
        _ vector: UnsafeBufferPointer<Float>, _ body: (UnsafeBufferPointer<Float>) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { projection in
            directions.withUnsafeBufferPointer { directions in
                guard let vector = vector.baseAddress, let start = directions.baseAddress else { return }
                let length = directions.count / width
                for place in 0..<width {
                    projection.initializeElement(
                        at: place, to: quanyu_dot(start + place * length, vector, Int64(length)))
                }
            }
            return body(UnsafeBufferPointer(projection))
        }
    }

    /// Whether the directions still hold what the vectors are.
    func hold(_ slots: some Collection<Int32>, in vectors: VectorRows) -> Bool {
        var (inside, all) = (0.0, 0.0)
        for slot in slots {
            vectors.with(slot) { row in
                all += Self.square(row)
                inside += project(row, Self.square)
            }
        }
        return inside >= (Self.leastShare - Self.patience) * all
    }

    private static func square(_ vector: UnsafeBufferPointer<Float>) -> Double {
        vector.reduce(0) { $0 + Double($1 * $1) }
    }

    /// Sums of the products of all pairs of components.
    private static func moments(_ slots: some Collection<Int32>, _ vectors: VectorRows) -> [Double] {
        let length = vectors.width
        var moments = [Double](repeating: 0, count: length * length)
        moments.withUnsafeMutableBufferPointer { moments in
            for slot in slots {
                vectors.with(slot) { row in
                    for one in 0..<length where row[one] != 0 {
                        let value = Double(row[one])
                        for other in 0..<length { moments[one &* length &+ other] += value * Double(row[other]) }
                    }
                }
            }
        }
        return moments
    }
}

/// Vectors, and what the clusters know of them.
struct ProjectedRows: Sendable {
    var full: VectorRows
    /// Nil where the clusters know the vectors whole.
    var components: PrincipalComponents?

    init(_ full: VectorRows) { self.full = full }

    /// Components of what the clusters know.
    var width: Int { components?.width ?? full.width }

    @inline(__always)
    func with<Result>(_ slot: Int32, _ body: (UnsafeBufferPointer<Float>) -> Result) -> Result {
        full.with(slot) { row in
            if let components { return components.project(row, body) }
            return body(row)
        }
    }

    subscript(slot: Int32) -> ContiguousArray<Float> { with(slot) { ContiguousArray($0) } }

    /// Of a vector as long as the rows.
    func project(_ vector: ContiguousArray<Float>) -> ContiguousArray<Float> {
        guard let components else { return vector }
        return vector.withUnsafeBufferPointer { components.project($0) { ContiguousArray($0) } }
    }
}

/// Rows of length 1 at right angles to one another.
private struct OrthonormalRows {
    private(set) var values: [Double]
    private let count, length: Int

    init(count: Int, length: Int) {
        (self.count, self.length) = (count, length)
        var random = SplitMix64(seed: 1)
        values = (0..<(count * length)).map { _ in random.unit() - 0.5 }
        orthonormalise()
    }

    mutating func advance(by matrix: [Double]) {
        values = times(matrix)
        orthonormalise()
    }

    /// How much of the matrix lies along each row.
    func energies(_ matrix: [Double]) -> [Double] {
        let turned = times(matrix)
        return (0..<count).map { row in
            (row * length..<(row + 1) * length).reduce(0) { $0 + values[$1] * turned[$1] }
        }
    }

    private func times(_ matrix: [Double]) -> [Double] {
        var product = [Double](repeating: 0, count: values.count)
        product.withUnsafeMutableBufferPointer { product in
            for row in 0..<count {
                for inner in 0..<length {
                    let value = values[row * length + inner]
                    for column in 0..<length {
                        product[row &* length &+ column] += value * matrix[inner &* length &+ column]
                    }
                }
            }
        }
        return product
    }

    /// Modified Gram–Schmidt; a row that nothing is left of becomes zero.
    private mutating func orthonormalise() {
        let length = length
        values.withUnsafeMutableBufferPointer { values in
            for row in 0..<count {
                let start = row * length
                for earlier in 0..<row {
                    var product = 0.0
                    for column in 0..<length { product += values[start + column] * values[earlier * length + column] }
                    for column in 0..<length { values[start + column] -= product * values[earlier * length + column] }
                }
                var square = 0.0
                for column in 0..<length { square += values[start + column] * values[start + column] }
                let scale = square > 1e-200 ? 1 / square.squareRoot() : 0
                for column in 0..<length { values[start + column] *= scale }
            }
        }
    }
}
