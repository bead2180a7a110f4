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
    /// What the whole, untruncated model said to each person at the refresh: start of each person's row.
    let personStarts: ContiguousArray<Int32>
    let personEntries: ContiguousArray<Entry>
    /// When it was made; evidence after it is added from the items' rows.
    let time: Int64
    let version: UInt32

    static let empty = LinearModel(starts: [0], entries: [], time: 0, version: 0)

    init(
        starts: ContiguousArray<Int32>, entries: ContiguousArray<Entry>, personStarts: ContiguousArray<Int32> = [0],
        personEntries: ContiguousArray<Entry> = [], time: Int64, version: UInt32
    ) {
        self.starts = starts
        self.entries = entries
        self.personStarts = personStarts
        self.personEntries = personEntries
        self.time = time
        self.version = version
    }

    /// The entries of an item's row, strongest first.
    @inline(__always)
    func row(_ item: Int32) -> Range<Int> { Self.range(starts, item) }

    /// The entries of a person's row, strongest first.
    func personRow(_ person: Int32) -> Range<Int> { Self.range(personStarts, person) }

    private static func range(_ starts: ContiguousArray<Int32>, _ number: Int32) -> Range<Int> {
        guard number >= 0, Int(number) + 1 < starts.count else { return 0..<0 }
        return Int(starts[Int(number)])..<Int(starts[Int(number) + 1])
    }

    /// The same model without what it says to one person.
    func forgetting(_ person: Int32) -> LinearModel {
        let gone = personRow(person)
        if gone.isEmpty { return self }
        var rest = personEntries
        rest.removeSubrange(gone)
        let starts = ContiguousArray(
            personStarts.enumerated().map { $0.offset > Int(person) ? $0.element - Int32(gone.count) : $0.element })
        return LinearModel(
            starts: self.starts, entries: entries, personStarts: starts, personEntries: rest, time: time,
            version: version)
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
    /// The person's number of each row.
    var numbers: ContiguousArray<Int32> = []

    init(items: Int) { self.items = items }

    var persons: Int { starts.count - 1 }

    mutating func append(_ row: some Sequence<Entry>, of number: Int32) {
        numbers.append(number)
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
