import Crypto
import Foundation
import Kernel

/// Derives identifiers from the texts of a folder: the first 128 bits of SHA-256 (FIPS 180-4) over
/// `namespace/table/text`. The same folder therefore names the same things each time, and a reference needs no table of
/// names to be followed.
struct Names: Sendable {
    private let prefixes: [String: SHA256]
    private let namespace: String

    init(namespace: String) {
        self.namespace = namespace
        // The common start is hashed once; a copy of the hasher goes on from there.
        let tables = Table.allCases.map(\.rawValue) + ["order-parcels", "order-lines"]
        prefixes = Dictionary(uniqueKeysWithValues: tables.map { ($0, Self.prefix(namespace, $0)) })
    }

    /// The number behind the identifier of `text` in `table`.
    func number(_ table: String, _ text: String) -> UInt128 {
        var hasher = prefixes[table] ?? Self.prefix(namespace, table)
        var text = text
        text.withUTF8 { hasher.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        return hasher.finalize().withUnsafeBytes { bytes in
            UInt128(bigEndian: bytes.loadUnaligned(as: UInt128.self))
        }
    }

    /// The number behind the identifier of `text` in a table of the format.
    func number(_ table: Table, _ text: String) -> UInt128 { number(table.rawValue, text) }

    /// The identifier of `text` in `table`.
    func identifier<Kind>(_ table: String, _ text: String, as kind: Kind.Type = Kind.self) -> Identifier<Kind> {
        Identifier(rawValue: number(table, text))
    }

    /// A number that begins with a time, as those made here do, and ends with 80 bits of the hash: for history, which
    /// nothing in a folder refers to. A store appends what sorts by time; a year of orders in random places would cost
    /// it a page for each.
    func number(_ table: String, _ text: String, at time: Instant) -> UInt128 {
        let milliseconds = UInt128(UInt64(bitPattern: time.milliseconds) & 0xFFFF_FFFF_FFFF)
        return milliseconds << 80 | number(table, text) >> 48
    }

    private static func prefix(_ namespace: String, _ table: String) -> SHA256 {
        var hasher = SHA256()
        hasher.update(data: Data("\(namespace)/\(table)/".utf8))
        return hasher
    }
}

/// What a row says, in 64 bits, whatever the order of its columns and the format of its file.
struct ContentDigest {
    private var hasher = SHA256()

    mutating func add(_ row: Row, of table: Table) {
        let later = table.laterColumns
        for column in table.columns where !later.contains(column) { add(row[column] ?? "") }
        for column in table.columns where later.contains(column) {
            guard let text = row[column], !text.isEmpty else { continue }
            add(column)
            add(text)
        }
    }

    mutating func add(_ text: String) {
        var text = text
        // The length goes first, so that no two lists of texts read the same.
        withUnsafeBytes(of: UInt32(clamping: text.utf8.count)) { hasher.update(bufferPointer: $0) }
        text.withUTF8 { hasher.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    }

    func finished() -> Int64 {
        hasher.finalize().withUnsafeBytes { Int64(bigEndian: $0.loadUnaligned(as: Int64.self)) }
    }
}
