/// Vectors as bytes, each with its own scale.
struct VectorCodes: Sendable {
    let width: Int
    private(set) var bytes: ContiguousArray<Int8> = []
    private(set) var scales: ContiguousArray<Float> = []

    init(width: Int) { self.width = width }

    var count: Int { scales.count }

    mutating func append(_ vector: some Collection<Float>) {
        let scale = Self.scale(vector)
        scales.append(scale)
        for component in vector { bytes.append(Int8((component / scale).rounded())) }
    }

    mutating func replace(_ row: Int, by vector: some Collection<Float>) {
        let scale = Self.scale(vector)
        scales[row] = scale
        for (place, component) in vector.enumerated() {
            bytes[row * width + place] = Int8((component / scale).rounded())
        }
    }

    /// The last row takes the place of the one that leaves.
    mutating func remove(_ row: Int) {
        let last = count - 1
        if row < last {
            scales[row] = scales[last]
            for place in 0..<width { bytes[row * width + place] = bytes[last * width + place] }
        }
        scales.removeLast()
        bytes.removeLast(width)
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
