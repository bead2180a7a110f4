/// The strongest entries of each row while a model is being solved.
struct RowSet {
    private var rows: [[LinearModel.Entry]]
    private let limit: Int

    init(items: Int, limit: Int) {
        rows = Array(repeating: [], count: items)
        self.limit = limit
    }

    /// Keeps the strongest positive weights of a whole row.
    mutating func keep(_ source: Int32, targets: [Int], weight: (Int) -> Float) {
        var best: [LinearModel.Entry] = []
        best.reserveCapacity(4 * limit)
        var bar: Float = 1e-4
        for target in targets {
            let value = weight(target)
            guard value > bar else { continue }
            best.append(LinearModel.Entry(item: Int32(target), weight: value))
            if best.count == 4 * limit {
                Self.trim(&best, to: limit)
                bar = best[limit - 1].weight
            }
        }
        Self.trim(&best, to: limit)
        rows[Int(source)] = best
    }

    /// Offers one entry to a row.
    mutating func offer(_ source: Int32, _ entry: LinearModel.Entry) {
        rows[Int(source)].append(entry)
        if rows[Int(source)].count >= 2 * limit { Self.trim(&rows[Int(source)], to: limit) }
    }

    func model(persons: RowSet?, time: Int64, version: UInt32) -> LinearModel {
        let items = packed(), others = persons?.packed() ?? (starts: [0], entries: [])
        return LinearModel(
            starts: items.starts, entries: items.entries, personStarts: others.starts, personEntries: others.entries,
            time: time, version: version)
    }

    private func packed() -> (starts: ContiguousArray<Int32>, entries: ContiguousArray<LinearModel.Entry>) {
        var starts: ContiguousArray<Int32> = [0]
        var entries: ContiguousArray<LinearModel.Entry> = []
        for row in rows {
            var row = row
            Self.trim(&row, to: limit)
            entries.append(contentsOf: row)
            starts.append(Int32(entries.count))
        }
        return (starts, entries)
    }

    private static func trim(_ row: inout [LinearModel.Entry], to limit: Int) {
        row.sort { ($0.weight, $1.item) > ($1.weight, $0.item) }
        if row.count > limit { row.removeLast(row.count - limit) }
    }
}
