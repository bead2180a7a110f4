import CCSV

/// Records of an RFC 4180 file through libcsv, chunk by chunk; line ends of any kind, a byte-order mark is dropped.
///
/// libcsv stops at the first broken quote. What was read of that record is refused, and reading goes on at the next line
/// with a new parser, so that one bad quote costs one report and not the rest of the file. One thread uses it.
public final class CSVRecords {
    /// What a file consists of.
    public enum Item {
        /// A record's fields as bytes, without their quotes.
        case fields([[UInt8]])
        /// A record that can't be read, and why ("has …", "ends …").
        case broken(String)
    }

    /// Number of the record handed out last; the header is 1.
    public var number: Int { sink.number }

    private let read: () throws -> [UInt8]
    private let recordLimit: Int
    private let delimiter: UInt8
    private let parser = UnsafeMutablePointer<csv_parser>.allocate(capacity: 1)
    private let sink: CSVSink
    private var waiting: [UInt8] = []
    private var isAtStart = true
    private var isAtEnd = false

    /// Records from whatever gives bytes.
    ///
    /// - Parameters:
    ///   - recordLimit: bytes of the longest record taken.
    ///   - delimiter: what stands between two fields: a comma, or a tab in TSV.
    ///   - read: the next bytes, some kibibytes at a time; empty at the end.
    public init(recordLimit: Int, delimiter: UInt8 = UInt8(ascii: ","), read: @escaping () throws -> [UInt8]) {
        self.recordLimit = recordLimit
        self.delimiter = delimiter
        self.read = read
        sink = CSVSink(recordLimit: recordLimit)
        start()
    }

    deinit {
        csv_free(parser)
        parser.deallocate()
    }

    /// The next record, or nil at the end.
    ///
    /// - Throws: what `read` throws.
    public func next() throws -> Item? {
        while true {
            if let item = sink.take() { return item }
            if isAtEnd { return nil }
            try feed()
        }
    }

    private func start() {
        csv_init(parser, UInt8(CSV_STRICT | CSV_STRICT_FINI))
        csv_set_delim(parser, delimiter)
    }

    private func feed() throws {
        if waiting.isEmpty { waiting = try nextBytes() }
        let context = Unmanaged.passUnretained(sink).toOpaque()
        guard !waiting.isEmpty else {
            isAtEnd = true
            if csv_fini(parser, CSVSink.field, CSVSink.end, context) != 0 {
                sink.breakOff("ends inside a quoted field.")
            }
            return
        }
        let parsed = waiting.withUnsafeBytes {
            csv_parse(parser, $0.baseAddress, $0.count, CSVSink.field, CSVSink.end, context)
        }
        if parsed < waiting.count {
            waiting.removeFirst(parsed)
            try skipLine("has a quotation mark in the wrong place (quotes inside a field are doubled).")
        } else if sink.pendingBytes + csv_get_buffer_size(parser) > recordLimit * 2 {
            waiting = []
            try skipLine("is longer than \(recordLimit * 2) bytes; is a closing quote missing?")
        } else {
            waiting = []
        }
    }

    /// Spreadsheets put a byte-order mark before the first name, even before its quote.
    private func nextBytes() throws -> [UInt8] {
        var bytes = try read()
        if isAtStart {
            isAtStart = false
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        }
        return bytes
    }

    /// Gives up the record that was begun and goes on behind the next line feed.
    private func skipLine(_ reason: String) throws {
        sink.breakOff(reason)
        csv_free(parser)
        start()
        while true {
            if let end = waiting.firstIndex(of: UInt8(ascii: "\n")) {
                waiting.removeFirst(end + 1)
                return
            }
            waiting = try nextBytes()
            if waiting.isEmpty { return }
        }
    }
}
