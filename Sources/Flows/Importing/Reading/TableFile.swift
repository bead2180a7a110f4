/// The file of one table, opened.
struct TableFile {
    /// The table.
    let table: Table
    /// The file.
    let input: FileInput
    /// Its records.
    let reader: any RecordReader

    /// Opens every table that the folder has, in order of reading, so that what is wrong with a file as a whole is found
    /// before anything is written.
    ///
    /// - Throws: ``ImportProblem/unreadable(_:_:)`` for a file that is a link, stands there in both formats or lacks a
    ///   column that its table can't do without.
    static func all(in folder: Folder) throws -> [TableFile] {
        try Table.allCases.compactMap { try Self(of: $0, in: folder) }
    }

    private init?(of table: Table, in folder: Folder) throws {
        self.table = table
        let inputs = try ["csv", "jsonl"].map { try Self.open("\(table.rawValue).\($0)", in: folder) }
        switch (inputs[0], inputs[1]) {
        case (nil, nil): return nil
        case (.some, .some):
            throw ImportProblem.unreadable(table.rawValue, "there is a .csv and a .jsonl of it; keep one.")
        case (let csv?, nil):
            input = csv
            reader = try CSVReader(csv)
            let columns = reader.columns
            if let missing = table.required.first(where: { !columns.contains($0) }) {
                throw ImportProblem.unreadable(csv.name, "it has no column \(missing).")
            }
        case (nil, let lines?):
            input = lines
            reader = JSONLinesReader(lines)
        }
    }

    private static func open(_ name: String, in folder: Folder) throws -> FileInput? {
        do { return try folder.file(name) } catch { throw ImportProblem.unreadable(name, "it \(error.reason)") }
    }

    /// Columns that the format does not know, as far as the file was read.
    var unknownColumns: [String] { reader.columns.subtracting(table.columns).sorted() }
}
