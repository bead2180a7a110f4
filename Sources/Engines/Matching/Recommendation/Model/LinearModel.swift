/// Sparse rows of an item-to-item model: what each item says about every other.
///
/// Immutable; a refresh makes a new one and swaps it in.
final class LinearModel: Sendable {
    struct Entry: Sendable, Hashable {
        let item: Int32
        let weight: Float
    }

    /// Start of each item's row; one more than the items known at the refresh.
    let starts: ContiguousArray<Int32>
    let entries: ContiguousArray<Entry>
    let version: UInt32

    static let empty = LinearModel(starts: [0], entries: [], version: 0)

    init(starts: ContiguousArray<Int32>, entries: ContiguousArray<Entry>, version: UInt32) {
        self.starts = starts
        self.entries = entries
        self.version = version
    }

    /// The entries of an item's row, strongest first.
    @inline(__always)
    func row(_ item: Int32) -> Range<Int> {
        Int(item) + 1 < starts.count ? Int(starts[Int(item)])..<Int(starts[Int(item) + 1]) : 0..<0
    }
}

/// Who likes what, in rows of persons: the training data of the closed-form model.
struct Preferences: Sendable {
    struct Entry: Sendable {
        let item: Int32
        let value: Float
    }

    var items: Int
    var starts: ContiguousArray<Int> = [0]
    var entries: ContiguousArray<Entry> = []

    init(items: Int) { self.items = items }

    var persons: Int { starts.count - 1 }

    mutating func append(_ row: some Sequence<Entry>) {
        entries.append(contentsOf: row)
        starts.append(entries.count)
    }

    /// The same by items: for each item the persons and their values.
    func transposed() -> (starts: ContiguousArray<Int>, entries: ContiguousArray<Entry>) {
        var starts = ContiguousArray(repeating: 0, count: items + 1)
        for entry in entries { starts[Int(entry.item) + 1] += 1 }
        for item in 0..<items { starts[item + 1] += starts[item] }
        var next = starts
        var columns = ContiguousArray(repeating: Entry(item: 0, value: 0), count: entries.count)
        for person in 0..<persons {
            for place in self.starts[person]..<self.starts[person + 1] {
                let entry = entries[place]
                columns[next[Int(entry.item)]] = Entry(item: Int32(person), value: entry.value)
                next[Int(entry.item)] += 1
            }
        }
        return (starts, columns)
    }
}
