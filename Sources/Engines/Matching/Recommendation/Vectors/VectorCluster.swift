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
        let scale = Self.scale(vector)
        scales[row] = scale
        let factor = 1 / scale
        var place = start(of: row)
        var number = 0
        for component in vector {
            bytes[place] = UInt8(max(1, min(255, 128 + (component * factor).rounded())))
            number += 1
            place += number % 4 == 0 ? 4 * Self.lanes - 3 : 1
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

    private static func scale(_ vector: some Collection<Float>) -> Float {
        max(1e-20, vector.reduce(0) { max($0, abs($1)) }) / 127
    }
}

/// Vectors that lie near one centre.
struct VectorCluster: Sendable {
    let centre: ContiguousArray<Float>
    let halfNorm: Float
    private(set) var slots: ContiguousArray<Int32> = []
    private(set) var codes: VectorCodes

    init(width: Int, centre: ContiguousArray<Float>) {
        self.centre = centre
        halfNorm = VectorTable.halfNorm(centre)
        codes = VectorCodes(width: width)
    }

    var count: Int { slots.count }

    mutating func append(_ slot: Int32, _ vector: UnsafeBufferPointer<Float>) {
        slots.append(slot)
        codes.append(vector)
    }

    /// Returns the slot that took the row, if another did.
    mutating func remove(row: Int) -> Int32? {
        let last = slots.count - 1
        codes.remove(row)
        let moved = row < last ? slots[last] : nil
        slots.swapAt(row, last)
        slots.removeLast()
        return moved
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
