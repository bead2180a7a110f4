import Foundation
import Kernel

/// One row of a file of events: who did what to which item, when.
public struct EventRow: Sendable, Equatable {
    /// 1 for the first line of the file; in CSV that is the header.
    public let number: Int
    /// The file's own identifiers.
    public let person, item: String
    /// One of the kinds of the import format's touchpoints.
    public let kind: String
    /// When it happened.
    public let time: Instant
    /// How long, milliseconds; `nil` when the file does not say.
    public let dwell: Int64?
    /// How many, for `buy`; 1 when the file does not say.
    public let quantity: Int64
    /// The slate in which it was shown, if the file says.
    public let slate: String?
}

/// A row that was left out.
public struct RefusedRow: Sendable, Equatable, Encodable {
    /// Its number, the column at fault and what is wrong.
    public let row: Int
    public let column: String?
    public let reason: String
}

/// A file of events in the import format, read by itself: `person`, `item`, `time`, `kind` and what else is there.
///
/// The tables `touchpoints` (its item is `subject`) and `orders` (its item is `variant`, its kind `buy`) are such files too.
/// Times may lie anywhere between 1970 and 2100: what is judged may be older than a marketplace.
public struct EventFile: Sendable {
    /// Events that can be used, in the order of the file.
    public let rows: [EventRow]
    /// How many rows were left out, and the first of them.
    public let refused: Int
    public let refusals: [RefusedRow]

    /// The kinds that are known.
    public static let kinds: Set<String> = [
        "impression", "view", "finish", "like", "favourite", "share", "follow", "unfollow", "open", "cart", "buy",
        "search", "not_interested", "report", "block", "refund",
        "late_delivery", "complaint", "unlike", "unfavourite",
    ]

    private static let shownRefusals = 20
    /// Where the item stands: in a file of events, in touchpoints, in orders.
    private static let itemColumns = ["item", "subject", "variant", "product"]

    /// Reads a file of CSV, TSV or JSON Lines, told apart by the name's ending, then by its first byte.
    ///
    /// - Throws: ``ImportProblem/unreadable(_:_:)`` when it is missing, no regular file or lacks a column.
    public init(path: String) throws {
        let reader = try Self.reader(of: path, columns: [["person"], Self.itemColumns, ["time"]])
        var rows: [EventRow] = []
        var refusals: [RefusedRow] = []
        var refused = 0
        func refuse(_ number: Int, _ refusal: Refusal) {
            refused += 1
            if refusals.count < Self.shownRefusals {
                refusals.append(RefusedRow(row: number, column: refusal.column, reason: refusal.reason))
            }
        }
        while let record = try reader.next() {
            switch record {
            case .broken(let number, let refusal): refuse(number, refusal)
            case .row(let row):
                do { rows.append(try Self.event(row)) } catch { refuse(row.number, error) }
            }
        }
        self.rows = rows
        self.refused = refused
        self.refusals = refusals
    }

    /// Opens a file by itself; of each group of columns a CSV must have one.
    static func reader(of path: String, columns: [[String]]) throws -> any RecordReader {
        // Whoever names a file may name a link to it.
        let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        let folder = try Folder(url.deletingLastPathComponent().path)
        let name = url.lastPathComponent
        func open() throws -> FileInput {
            do {
                guard let input = try folder.file(name) else {
                    throw ImportProblem.unreadable(name, "there is no such file.")
                }
                return input
            } catch let refusal as Refusal { throw ImportProblem.unreadable(name, "it \(refusal.reason)") }
        }
        let isLines: Bool
        switch url.pathExtension.lowercased() {
        case "csv", "tsv": isLines = false
        case "jsonl", "ndjson", "json": isLines = true
        default: isLines = try open().read(1).first == UInt8(ascii: "{")
        }
        let input = try open()
        guard input.size > 0 else { throw ImportProblem.unreadable(name, "it is empty: not even a header line.") }
        if isLines { return JSONLinesReader(input) }
        let isTabbed = url.pathExtension.lowercased() == "tsv"
        let reader = try CSVReader(input, delimiter: UInt8(ascii: isTabbed ? "\t" : ","))
        for choices in columns where reader.columns.isDisjoint(with: choices) {
            throw ImportProblem.unreadable(name, "it has no column \(choices[0]).")
        }
        return reader
    }

    private static func event(_ row: Row) throws(Refusal) -> EventRow {
        func key(_ columns: [String]) throws(Refusal) -> String {
            guard let column = columns.first(where: { row[$0] != nil }), let text = row[column] else {
                throw Refusal(columns[0], "is missing.")
            }
            guard text.utf8.count <= 512 else { throw Refusal(column, "must be 1–128 characters.") }
            return text
        }
        // A row of orders has no kind: what stands there was bought.
        let kind = row["kind"] ?? "buy"
        guard kinds.contains(kind) else {
            throw Refusal("kind", "must be one of \(kinds.sorted().joined(separator: ", ")), not “\(kind.prefix(40))”.")
        }
        return EventRow(
            number: row.number, person: try key(["person"]), item: try key(itemColumns), kind: kind,
            time: try time(row), dwell: try whole(row, "dwell_ms"), quantity: try whole(row, "quantity") ?? 1,
            slate: row["slate"])
    }

    private static func time(_ row: Row) throws(Refusal) -> Instant {
        guard let text = row["time"] else { throw Refusal("time", "is missing.") }
        guard let instant = moment(text) else {
            throw Refusal(
                "time",
                "must be RFC 3339 (2026-03-01T08:00:00Z) or whole milliseconds since 1970, not “\(text.prefix(40))”.")
        }
        guard instant.milliseconds >= 0, instant.milliseconds < 4_102_444_800_000 else {
            throw Refusal("time", "must lie between the years 1970 and 2100.")
        }
        return instant
    }

    /// Reads a time as the format writes it; a date alone is its midnight in UTC.
    public static func moment(_ text: String) -> Instant? {
        if let milliseconds = Int64(text) { return Instant(milliseconds: milliseconds) }
        return Instant(rfc3339: text) ?? Instant(rfc3339: "\(text)T00:00:00Z")
    }

    private static func whole(_ row: Row, _ column: String) throws(Refusal) -> Int64? {
        guard let text = row[column] else { return nil }
        guard let value = Int64(text), value >= 0 else {
            throw Refusal(column, "must be a whole number, not “\(text.prefix(40))”.")
        }
        return value
    }
}

/// One row of a products table, as far as matching reads it.
public struct ItemRow: Sendable, Equatable {
    /// The file's own identifiers.
    public let id: String
    public let shop, category, brand: String?
}

/// A products table read by itself.
public struct ItemFile: Sendable {
    /// The rows that name an item.
    public let rows: [ItemRow]

    /// Reads a file of CSV or JSON Lines; rows that can't be read are left out, since attributes are an extra.
    ///
    /// - Throws: ``ImportProblem/unreadable(_:_:)`` when it is missing, no regular file or has no column `id`.
    public init(path: String) throws {
        let reader = try EventFile.reader(of: path, columns: [["id"]])
        var rows: [ItemRow] = []
        while let record = try reader.next() {
            guard case .row(let row) = record, let id = row["id"] else { continue }
            rows.append(ItemRow(id: id, shop: row["shop"], category: row["category"], brand: row["brand"]))
        }
        self.rows = rows
    }
}
