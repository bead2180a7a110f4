/// Why a row can't be taken.
struct Refusal: Error, Equatable, Sendable {
    /// The column that is at fault; `nil` for the row as a whole.
    let column: String?
    /// What is wrong, as a sentence for whoever prepared the folder.
    let reason: String

    init(_ column: String?, _ reason: String) {
        self.column = column
        self.reason = reason
    }
}

/// One row of a table, whichever of the two formats it was written in.
struct Row: Sendable, Equatable {
    /// 1 for the first line of the file; in CSV that is the header, so the first row of data is 2.
    let number: Int
    /// Column → text; empty and absent columns have no entry.
    let texts: [String: String]

    /// The text of a column, or `nil` when it is empty or absent.
    subscript(column: String) -> String? { texts[column] }
}

/// What a reader found at one place of a file.
enum Record: Equatable {
    /// A row that can be read.
    case row(Row)
    /// Something that is not a row; reading goes on behind it.
    case broken(number: Int, Refusal)
}

/// How much of a file is read into memory at once, and how long one of its records may be.
enum ReadingLimits {
    /// Bytes of one record: twice the longest text that any column may hold.
    static let record = 1 << 18
    /// Bytes handed to a parser at once.
    static let chunk = 1 << 16
    /// Columns of a header.
    static let columns = 100
}

/// Reads the records of one table one after the other, in constant memory.
protocol RecordReader: AnyObject {
    /// The columns of the header; for JSON Lines those met so far.
    var columns: Set<String> { get }
    /// Bytes of the file read so far.
    var bytesRead: Int { get }
    /// The next record, or `nil` at the end.
    ///
    /// - Throws: ``ImportProblem/unreadable(_:_:)`` when the file can't be read on.
    func next() throws -> Record?
}

/// Text from bytes that somebody else wrote.
///
/// - Throws: ``Refusal`` for a NUL byte or bytes that are not UTF-8.
func validatedText(_ bytes: UnsafeRawBufferPointer, column: String?) throws(Refusal) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
        throw Refusal(column, "is not valid UTF-8.")
    }
    guard !bytes.contains(0) else { throw Refusal(column, "holds a NUL byte.") }
    return text
}
