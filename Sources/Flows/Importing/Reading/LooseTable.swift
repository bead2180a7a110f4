/// A file of rows whose columns its reader picks: documents and queries to measure with.
public struct LooseTable: Sendable {
    /// Column → text of each row; empty columns are absent.
    public let rows: [[String: String]]
    /// Rows that could not be read, and the first of them.
    public let refused: Int
    public let firstRefusal: RefusedRow?

    /// Reads CSV or JSON Lines, told apart by the name's ending, then by its first byte.
    ///
    /// - Throws: ``ImportProblem/unreadable(_:_:)`` when it is missing, no regular file or has none of `columns`.
    public init(path: String, oneOf columns: [String]) throws {
        let reader = try EventFile.reader(of: path, columns: [columns])
        var rows: [[String: String]] = []
        var refused = 0
        var first: RefusedRow?
        while let record = try reader.next() {
            switch record {
            case .row(let row): rows.append(row.texts)
            case .broken(let number, let refusal):
                refused += 1
                first = first ?? RefusedRow(row: number, column: refusal.column, reason: refusal.reason)
            }
        }
        self.rows = rows
        self.refused = refused
        firstRefusal = first
    }
}
