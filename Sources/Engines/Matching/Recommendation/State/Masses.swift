/// A sum of exponentially decayed evidence, kept as the logarithm of its forward-decayed value
/// (Cormode, Shkapenyuk, Srivastava, Xu 2009): log₂ Σ w·2^(t/h).
///
/// Comparing two masses of one half-life needs no clock, adding never overflows, and the order of arrival does not matter.
struct LogMass: Sendable, Hashable, Comparable {
    /// log₂ of the forward-decayed sum; −∞ when empty.
    var level = -Double.infinity

    @inline(__always)
    mutating func add(_ weight: Double, at time: Int64, halfLife: Int64) {
        level = logAdd2(level, Double(time) / Double(halfLife) + logarithm2(weight))
    }

    /// The decayed sum at `now`.
    @inline(__always)
    func value(at now: Int64, halfLife: Int64) -> Double {
        level == -.infinity ? 0 : power2(min(64, level - Double(now) / Double(halfLife)))
    }

    @inline(__always)
    static func < (a: LogMass, b: LogMass) -> Bool { a.level < b.level }
}

/// The highest masses of one half-life, exact under additions: all masses decay together, so order changes only by
/// what is added.
struct TopList: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
        var item: Int32
        var level: Double
    }

    private(set) var entries: ContiguousArray<Entry> = []

    init() {}

    init(entries: ContiguousArray<Entry>) { self.entries = entries }

    /// Takes note that `item` has reached `level`.
    mutating func rise(_ item: Int32, to level: Double, capacity: Int) {
        let full = entries.count >= capacity
        if full, let last = entries.last, level <= last.level { return }
        var place = entries.firstIndex { $0.item == item } ?? -1
        if place < 0 {
            if full { entries.removeLast() }
            entries.append(Entry(item: item, level: level))
            place = entries.count - 1
        } else {
            entries[place].level = level
        }
        while place > 0, entries[place - 1].level < level {
            entries.swapAt(place - 1, place)
            place -= 1
        }
    }

    mutating func remove(_ item: Int32) { entries.removeAll { $0.item == item } }
}

/// A small sorted association from a number to a value: binary search, one allocation, the same order on every run.
struct SortedTable<Value: Sendable & Keyed>: Sendable {
    private(set) var values: ContiguousArray<Value> = []

    init() {}

    init(values: ContiguousArray<Value>) { self.values = values }

    var count: Int { values.count }

    func place(of key: Int32) -> (place: Int, found: Bool) {
        var low = 0
        var high = values.count
        while low < high {
            let middle = (low + high) >> 1
            if values[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return (low, low < values.count && values[low].key == key)
    }

    subscript(key: Int32) -> Value? {
        let (place, found) = place(of: key)
        return found ? values[place] : nil
    }

    /// Changes the value of `key`, made first when absent. Past the limit the least value leaves, never the one changed.
    mutating func update(
        _ key: Int32, limit: Int, make: () -> Value, leastFirst: (Value, Value) -> Bool, change: (inout Value) -> Void
    ) {
        let (place, found) = place(of: key)
        if found {
            change(&values[place])
            return
        }
        var value = make()
        change(&value)
        values.insert(value, at: place)
        guard values.count > limit else { return }
        // One eighth leaves at once, so that a full table does not pay a scan for each newcomer.
        let order = values.indices.filter { $0 != place }.sorted { leastFirst(values[$0], values[$1]) }
        let leaving = Set(order.prefix(max(1, limit / 8)).map { values[$0].key })
        values.removeAll { leaving.contains($0.key) }
    }

    mutating func remove(_ key: Int32) {
        let (place, found) = place(of: key)
        if found { values.remove(at: place) }
    }

    mutating func modifyAll(_ change: (inout Value) -> Void) {
        for place in values.indices { change(&values[place]) }
    }
}

/// What a ``SortedTable`` sorts by.
protocol Keyed {
    var key: Int32 { get }
}
