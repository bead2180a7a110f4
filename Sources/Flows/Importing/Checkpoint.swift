import Kernel
import Store

/// How far one file of a data set has been imported, kept in the transactions that import it.
struct Checkpoint: Sendable, Equatable {
    /// The data set.
    let namespace: String
    /// The file.
    let file: String
    /// Which content of it: another fingerprint starts over.
    let fingerprint: String
    /// Number of the last row that was dealt with.
    var row = 0
    /// Rows that were read.
    var read = 0
    /// Rows that were refused.
    var refused = 0
    /// Whether the end was reached.
    var isDone = false

    /// What is known of a data set's files.
    static func all(of namespace: String, in transaction: any Transaction) throws -> [String: Checkpoint] {
        let rows = try transaction.rows("SELECT * FROM import_progress WHERE namespace = \(namespace)")
        let checkpoints = try rows.map { row in
            var checkpoint = Checkpoint(
                namespace: namespace, file: try row.get("file"), fingerprint: try row.get("fingerprint"))
            checkpoint.row = try row.get("row_number")
            checkpoint.read = try row.get("rows_read")
            checkpoint.refused = try row.get("rows_refused")
            checkpoint.isDone = try row.get("is_done")
            return checkpoint
        }
        return Dictionary(checkpoints.map { ($0.file, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Begins the file anew.
    func begin(in transaction: any Transaction) throws {
        try transaction.run(
            """
            INSERT INTO import_progress (namespace, file, fingerprint, row_number, rows_read, rows_refused, is_done)
            VALUES (\(namespace), \(file), \(fingerprint), \(row), \(read), \(refused), \(isDone))
            ON CONFLICT (namespace, file) DO UPDATE SET fingerprint = excluded.fingerprint,
                row_number = excluded.row_number, rows_read = excluded.rows_read,
                rows_refused = excluded.rows_refused, is_done = excluded.is_done
            """)
    }

    /// Moves from `before` to this; nobody else may have moved meanwhile.
    ///
    /// - Throws: ``ImportProblem/concurrent(_:)``.
    func advance(from before: Checkpoint, in transaction: any Transaction) throws {
        let moved = try transaction.run(
            """
            UPDATE import_progress SET row_number = \(row), rows_read = \(read), rows_refused = \(refused),
                is_done = \(isDone)
            WHERE namespace = \(namespace) AND file = \(file) AND fingerprint = \(fingerprint)
                AND row_number = \(before.row) AND rows_read = \(before.read) AND is_done = 0
            """)
        guard moved == 1 else { throw ImportProblem.concurrent(namespace) }
    }
}

/// What stands in the store as which content.
enum ImportedRows {
    /// The digests of the keys that are known.
    static func digests(of keys: [Int64], in transaction: any Transaction) throws -> [Int64: Int64] {
        var digests: [Int64: Int64] = [:]
        for keys in lists(of: keys) {
            for row in try transaction.rows("SELECT row_key, digest FROM import_rows WHERE row_key IN \(list: keys)") {
                digests[try row.get(0)] = try row.get(1)
            }
        }
        return digests
    }

    /// Remembers what was written.
    static func put(_ key: Int64, digest: Int64, in transaction: any Transaction) throws {
        try transaction.send(
            """
            INSERT INTO import_rows (row_key, digest) VALUES (\(key), \(digest))
            ON CONFLICT (row_key) DO UPDATE SET digest = excluded.digest
            """)
    }
}

/// Products whose change the journal does not know yet.
enum Unannounced {
    /// Remembers products that changed.
    static func add(_ products: some Sequence<ProductID>, in transaction: any Transaction) throws {
        for product in products {
            try transaction.send("INSERT INTO import_unannounced (product) VALUES (\(product)) ON CONFLICT DO NOTHING")
        }
    }

    /// Takes up to `limit` of them.
    static func take(_ limit: Int, in transaction: any Transaction) throws -> [ProductID] {
        let products = try transaction.rows("SELECT product FROM import_unannounced ORDER BY product LIMIT \(limit)")
            .map { try $0.get(0, as: ProductID.self) }
        if let last = products.last {
            try transaction.run("DELETE FROM import_unannounced WHERE product <= \(last)")
        }
        return products
    }
}

/// Cuts a list for `IN` into pieces whose lengths are powers of two (the last value repeated), so that a store that
/// prepares each statement text once has eleven to keep and not a thousand.
func lists<Value>(of values: [Value]) -> [[Value]] {
    stride(from: 0, to: values.count, by: 1_024).map { start in
        var piece = Array(values[start..<min(start + 1_024, values.count)])
        guard let last = piece.last else { return piece }
        var length = 1
        while length < piece.count { length *= 2 }
        piece += Array(repeating: last, count: length - piece.count)
        return piece
    }
}
