import CVectors

/// Vectors as bytes, each with its own scale, in blocks of sixteen rows (see CVectors.h for the order of the bytes).
struct VectorCodes: Sendable {
    let width: Int
    private(set) var bytes: ContiguousArray<UInt8> = []
    private(set) var scales: ContiguousArray<Float> = []

    private static let lanes = 16

    /// - Parameter width: components of a row, a multiple of 4.
    init(width: Int) { self.width = width }

    var count: Int { scales.count }

    mutating func append(_ vector: some Collection<Float>) {
        if count % Self.lanes == 0 { bytes.append(contentsOf: repeatElement(128, count: Self.lanes * width)) }
        scales.append(0)
        replace(count - 1, by: vector)
    }

    mutating func replace(_ row: Int, by vector: some Collection<Float>) {
        var signed = [Int8](repeating: 0, count: width)
        let components = Array(vector)
        scales[row] = quanyu_encode(components, Int64(components.count), &signed)
        var place = start(of: row)
        for group in 0..<(width / 4) {
            for component in 0..<4 {
                bytes[place + component] = UInt8(truncatingIfNeeded: Int(signed[4 * group + component]) + 128)
            }
            place += 4 * Self.lanes
        }
    }

    /// The last row takes the place of the one that leaves.
    mutating func remove(_ row: Int) {
        let last = count - 1
        if row < last {
            scales[row] = scales[last]
            let (to, from) = (start(of: row), start(of: last))
            for group in 0..<(width / 4) {
                let step = group * 4 * Self.lanes
                for component in step..<(step + 4) { bytes[to + component] = bytes[from + component] }
            }
        }
        scales.removeLast()
        if count % Self.lanes == 0 { bytes.removeLast(Self.lanes * width) }
    }

    /// The first byte of a row; its next three follow, then those of other rows come between.
    private func start(of row: Int) -> Int {
        (row / Self.lanes) * Self.lanes * width + (row % Self.lanes) * 4
    }
}

/// Vectors that lie near one centre.
struct VectorCluster: Sendable {
    let centre: ContiguousArray<Float>
    let halfNorm: Float
    private(set) var slots: ContiguousArray<Int32> = []
    private(set) var codes: VectorCodes
    /// Sum of the squared distances from the centre.
    private(set) var distances = 0.0

    init(width: Int, centre: ContiguousArray<Float>) {
        self.centre = centre
        halfNorm = VectorTable.halfNorm(centre)
        codes = VectorCodes(width: width)
    }

    var count: Int { slots.count }

    /// How far members lie from the centre, root mean square.
    var spread: Float { Float((max(0, distances) / Double(max(1, slots.count))).squareRoot()) }

    /// Takes over the sum as it had come to be, in place of the sum over the members as they stand.
    mutating func settle(distances: Double) { self.distances = distances }

    mutating func append(_ slot: Int32, _ vector: UnsafeBufferPointer<Float>) {
        slots.append(slot)
        codes.append(vector)
        distances += distance(vector)
    }

    /// Takes out the row of `vector`; returns the slot that took the row, if another did.
    mutating func remove(row: Int, _ vector: UnsafeBufferPointer<Float>) -> Int32? {
        let last = slots.count - 1
        codes.remove(row)
        distances -= distance(vector)
        let moved = row < last ? slots[last] : nil
        slots.swapAt(row, last)
        slots.removeLast()
        return moved
    }

    /// |x − c|², from |x|² − 2 x·c + |c|².
    private func distance(_ vector: UnsafeBufferPointer<Float>) -> Double {
        guard let start = vector.baseAddress else { return 0 }
        let width = Int64(vector.count)
        let likeness = centre.withUnsafeBufferPointer { centre in
            centre.baseAddress.map { quanyu_dot($0, start, width) } ?? 0
        }
        return Double(quanyu_dot(start, start, width)) - 2 * Double(likeness) + 2 * Double(halfNorm)
    }
}

/// The highest few of many scores: a heap whose root is the lowest kept.
struct Best {
    struct Entry {
        var score: Float
        var number: Int32
    }

    private(set) var entries: ContiguousArray<Entry> = []
    private let limit: Int

    init(limit: Int) {
        self.limit = max(1, limit)
        entries.reserveCapacity(self.limit)
    }

    /// What a score must exceed to be kept.
    var bar: Float { entries.count < limit ? -.infinity : entries[0].score }

    @inline(__always)
    mutating func offer(_ score: Float, _ number: Int32) {
        if entries.count < limit {
            entries.append(Entry(score: score, number: number))
            var place = entries.count - 1
            while place > 0, entries[(place - 1) >> 1].score > entries[place].score {
                entries.swapAt(place, (place - 1) >> 1)
                place = (place - 1) >> 1
            }
        } else if score > entries[0].score {
            entries[0] = Entry(score: score, number: number)
            sink()
        }
    }

    /// The places of the highest scores.
    static func places(of scores: UnsafeBufferPointer<Float>, limit: Int) -> [Int32] {
        var best = Best(limit: limit)
        for place in scores.indices where scores[place] > best.bar { best.offer(scores[place], Int32(place)) }
        return best.entries.map(\.number)
    }

    private mutating func sink() {
        var place = 0
        while true {
            var least = 2 * place + 1
            guard least < entries.count else { return }
            if least + 1 < entries.count, entries[least + 1].score < entries[least].score { least += 1 }
            if entries[place].score <= entries[least].score { return }
            entries.swapAt(place, least)
            place = least
        }
    }
}
