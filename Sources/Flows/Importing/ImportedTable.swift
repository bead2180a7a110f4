import Kernel
import Store

/// How the rows of one table become what the rooms hold.
protocol ImportedTable: Sendable {
    /// A row, or several that stand for one thing, as the rooms want it.
    associatedtype Entry: Sendable

    /// The table.
    static var table: Table { get }

    /// What tells a thing from the others of the table: the same text twice in a file is a mistake.
    func key(of fields: Fields) throws(Refusal) -> String

    /// Reads and checks what the rows themselves say.
    ///
    /// - Throws: ``Refusal``, ``RowRefusal`` when there are several rows, or `InvalidField` of a room.
    func read(_ fields: [Fields]) throws -> Draft<Entry>

    /// Adds what only the store and the media folder know.
    ///
    /// - Throws: ``Refusal`` or ``RowRefusal``.
    func complete(_ entry: inout Entry, from supplies: Supplies) throws

    /// Writes the entry through the rooms.
    ///
    /// - Returns: products that now differ from what the journal knows.
    /// - Throws: a `Problem` of a room, having changed nothing, or `StoreError`.
    func write(_ entry: Entry, in transaction: any Transaction) throws -> [ProductID]
}

extension ImportedTable {
    func complete(_ entry: inout Entry, from supplies: Supplies) throws {}
}

/// An entry and what it needs from elsewhere.
struct Draft<Entry: Sendable>: Sendable {
    /// The entry as far as its rows tell.
    var entry: Entry
    /// What must exist.
    var references: [Reference] = []
    /// What may exist and is looked up.
    var probes: [Reference] = []
    /// Media that it shows.
    var media: [MediaUse] = []
    /// A password that has to be hashed.
    var password: String?
}

/// What is known beyond the rows.
struct Supplies {
    /// What rows may refer to.
    let directory: Directory
    /// Names in the media folder.
    let media: [MediaUse: String]
    /// Hashes of passwords.
    let passwordHashes: [String: String]
}

/// A refusal of one row among several.
struct RowRefusal: Error {
    let row: Int
    let refusal: Refusal
}

/// Rows that stand for one thing and are taken or refused together.
struct Unit: Sendable {
    /// The rows.
    var rows: [Row] = []
    /// Records between them that can't be read.
    var broken: [(number: Int, refusal: Refusal)] = []
    /// Why none of the rows can be taken whatever they say, and the numbers of those that were not kept.
    var verdict: String?
    var dropped: [Int] = []

    /// How many records it holds.
    var count: Int { rows.count + broken.count + dropped.count }
    /// Number of its last record.
    var last: Int { max(rows.last?.number ?? 0, broken.last?.number ?? 0, dropped.last ?? 0) }
}

/// Puts together the rows that belong together.
final class UnitReader {
    private let reader: any RecordReader
    private let group: String?
    private var open = Unit()

    /// Rows that an order may have.
    static let largestUnit = 2_000

    /// - Parameter group: neighbours with the same text in this column belong together; `nil` for rows that stand alone.
    init(_ reader: any RecordReader, group: String?) {
        self.reader = reader
        self.group = group
    }

    /// The next rows that belong together, or `nil` at the end.
    func next() throws -> Unit? {
        while let record = try reader.next() {
            if let unit = take(record) { return unit }
        }
        defer { open = Unit() }
        return open.count > 0 ? open : nil
    }

    private func take(_ record: Record) -> Unit? {
        switch record {
        case .broken(let number, let refusal):
            guard group != nil, !open.rows.isEmpty else {
                return Unit(broken: [(number, refusal)])
            }
            // It may be one of the open group's rows; the next row tells.
            open.broken.append((number, refusal))
            return nil
        case .row(let row):
            guard let group else { return Unit(rows: [row]) }
            if let key = row[group], open.rows.first?[group] == key {
                extend(with: row)
                return nil
            }
            defer { open = Unit(rows: [row]) }
            return open.count > 0 ? open : nil
        }
    }

    private func extend(with row: Row) {
        if !open.broken.isEmpty { open.verdict = "stands with a row that can't be read." }
        if open.rows.count < Self.largestUnit {
            open.rows.append(row)
        } else {
            open.verdict = "belongs to more than \(Self.largestUnit) rows."
            open.dropped.append(row.number)
        }
    }
}
