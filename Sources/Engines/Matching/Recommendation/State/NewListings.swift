/// The items of the exploration pool, in order of listing; those listed at the same time by number. Halving finds a place:
/// a catalogue that is listed at once is as large as the pool.
struct NewListings: Sendable, Hashable, RandomAccessCollection {
    private var entries: ContiguousArray<Entry> = []

    struct Entry: Sendable, Hashable, Comparable {
        let listedAt: Int64
        let item: Int32

        static func < (a: Entry, b: Entry) -> Bool { (a.listedAt, a.item) < (b.listedAt, b.item) }
    }

    init() {}

    init(_ entries: some Sequence<Entry>) { self.entries = ContiguousArray(entries.sorted()) }

    var startIndex: Int { 0 }
    var endIndex: Int { entries.count }
    subscript(place: Int) -> Int32 { entries[place].item }

    mutating func insert(_ item: Int32, listedAt: Int64) {
        let entry = Entry(listedAt: listedAt, item: item)
        let place = place(of: entry)
        if place == entries.count || entries[place] != entry { entries.insert(entry, at: place) }
    }

    /// - Parameter listedAt: as it was when the item came in.
    mutating func remove(_ item: Int32, listedAt: Int64) {
        let entry = Entry(listedAt: listedAt, item: item)
        let place = place(of: entry)
        if place < entries.count, entries[place] == entry { entries.remove(at: place) }
    }

    /// Lets go of what was listed before.
    mutating func removeAll(listedBefore time: Int64) {
        entries.removeFirst(place(of: Entry(listedAt: time, item: .min)))
    }

    /// Of the first entry that is not before this one.
    private func place(of entry: Entry) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) >> 1
            if entries[middle] < entry { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
