import CSV

/// Reads RFC 4180 with a header, record by record.
final class CSVReader: RecordReader {
    private(set) var columns: Set<String> = []
    var bytesRead: Int { input.bytesRead }

    private let input: FileInput
    private let records: CSVRecords
    private let header: [String]

    /// A reader of an opened file; with a tab as `delimiter` it reads TSV.
    ///
    /// - Throws: ``ImportProblem/unreadable(_:_:)`` when the header is missing or names a column twice.
    init(_ input: FileInput, delimiter: UInt8 = UInt8(ascii: ",")) throws {
        self.input = input
        records = CSVRecords(recordLimit: ReadingLimits.record, delimiter: delimiter) {
            try input.read(ReadingLimits.chunk)
        }
        guard case .fields(let fields)? = try records.next(), let header = Self.header(fields) else {
            throw ImportProblem.unreadable(input.name, "its first row must name the columns, each once.")
        }
        self.header = header
        columns = Set(header)
    }

    func next() throws -> Record? {
        guard let item = try records.next() else { return nil }
        switch item {
        case .broken(let reason): return .broken(number: records.number, Refusal(nil, reason))
        case .fields(let fields):
            do { return .row(try row(fields)) } catch { return .broken(number: records.number, error) }
        }
    }

    private static func header(_ fields: [[UInt8]]) -> [String]? {
        let names = fields.map { String(decoding: $0, as: UTF8.self) }
        let isGood = names.count <= ReadingLimits.columns && Set(names).count == names.count && !names.contains("")
        return isGood ? names : nil
    }

    private func row(_ fields: [[UInt8]]) throws(Refusal) -> Row {
        guard fields.count == header.count else {
            throw Refusal(nil, "has \(fields.count) fields where the header has \(header.count).")
        }
        var texts: [String: String] = Dictionary(minimumCapacity: fields.count)
        for (name, field) in zip(header, fields) where !field.isEmpty {
            let checked = field.withUnsafeBytes { bytes in
                Result { () throws(Refusal) in try validatedText(bytes, column: name) }
            }
            texts[name] = try checked.get()
        }
        return Row(number: records.number, texts: texts)
    }
}
