import CVectors

/// Working memory of searches, so that a table can be searched by many at once.
struct VectorScratch: Sendable {
    fileprivate(set) var query: ContiguousArray<Int8> = []
    var scores: ContiguousArray<Float> = []
    var passing: ContiguousArray<Int32> = []
    var promises: ContiguousArray<Float> = []
    var looks = Looks()

    /// Puts the query's bytes in place and returns their scale.
    mutating func encode(_ vector: ContiguousArray<Float>) -> Float {
        if query.count != vector.count { query = ContiguousArray(repeating: 0, count: vector.count) }
        return vector.withUnsafeBufferPointer { vector in
            query.withUnsafeMutableBufferPointer { query in
                guard let start = vector.baseAddress, let query = query.baseAddress else { return 1 }
                return quanyu_encode(start, Int64(vector.count), query)
            }
        }
    }

    /// Room for the scores of the largest cluster.
    mutating func makeRoom(_ needed: Int) {
        if scores.count < needed { scores.append(contentsOf: repeatElement(0, count: needed - scores.count)) }
        if passing.count < needed { passing.append(contentsOf: repeatElement(0, count: needed - passing.count)) }
    }

    /// Scores of all codes against the query in place, in units of its bytes, into ``scores``.
    mutating func score(_ codes: VectorCodes) {
        if scores.count < codes.count {
            scores.append(contentsOf: repeatElement(0, count: codes.count - scores.count))
        }
        let (count, width) = (Int64(codes.count), Int64(codes.width))
        scores.withUnsafeMutableBufferPointer { scores in
            query.withUnsafeBufferPointer { query in
                codes.bytes.withUnsafeBufferPointer { bytes in
                    codes.scales.withUnsafeBufferPointer { scales in
                        guard let query = query.baseAddress, let bytes = bytes.baseAddress,
                            let scales = scales.baseAddress, let scores = scores.baseAddress
                        else { return }
                        quanyu_dot_blocks(query, bytes, scales, count, width, scores)
                    }
                }
            }
        }
    }
}

/// How many clusters queries looked at.
struct Looks: Sendable {
    private var queries = 0, clusters = 0

    var mean: Double { Double(clusters) / Double(max(1, queries)) }

    mutating func add(_ looked: Int) {
        queries += 1
        clusters += looked
    }
}
