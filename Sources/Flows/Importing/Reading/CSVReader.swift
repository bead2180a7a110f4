import CCSV

/// Reads RFC 4180 through libcsv, chunk by chunk.
///
/// libcsv stops at the first broken quote. What was read of that record is refused, and reading goes on at the next line
/// with a new parser, so that one bad quote costs one report and not the rest of the file.
final class CSVReader: RecordReader {
    private(set) var columns: Set<String> = []
    var bytesRead: Int { input.bytesRead }

    private let input: FileInput
    private let parser = UnsafeMutablePointer<csv_parser>.allocate(capacity: 1)
    private let sink = CSVSink()
    private var header: [String]?
    private var waiting: [UInt8] = []
    private var isAtEnd = false

    /// A reader of an opened file.
    ///
    /// - Throws: ``ImportProblem/unreadable(_:_:)`` when the header is missing or names a column twice.
    init(_ input: FileInput) throws {
        self.input = input
        start()
        guard case .fields(let fields)? = try nextItem(), let header = Self.header(fields) else {
            throw ImportProblem.unreadable(input.name, "its first row must name the columns, each once.")
        }
        self.header = header
        columns = Set(header)
    }

    deinit {
        csv_free(parser)
        parser.deallocate()
    }

    func next() throws -> Record? {
        guard let item = try nextItem() else { return nil }
        switch item {
        case .broken(let reason): return .broken(number: sink.number, Refusal(nil, reason))
        case .fields(let fields):
            do { return .row(try row(fields)) } catch { return .broken(number: sink.number, error) }
        }
    }

    private static func header(_ fields: [[UInt8]]) -> [String]? {
        var names = fields.map { String(decoding: $0, as: UTF8.self) }
        // Spreadsheets put a byte-order mark before the first name.
        if let first = names.first, first.unicodeScalars.first == "\u{FEFF}" {
            names[0] = String(first.unicodeScalars.dropFirst())
        }
        let isGood = names.count <= ReadingLimits.columns && Set(names).count == names.count && !names.contains("")
        return isGood ? names : nil
    }

    private func row(_ fields: [[UInt8]]) throws(Refusal) -> Row {
        guard let header, fields.count == header.count else {
            throw Refusal(nil, "has \(fields.count) fields where the header has \(header?.count ?? 0).")
        }
        var texts: [String: String] = Dictionary(minimumCapacity: fields.count)
        for (name, field) in zip(header, fields) where !field.isEmpty {
            let checked = field.withUnsafeBytes { bytes in
                Result { () throws(Refusal) in try validatedText(bytes, column: name) }
            }
            texts[name] = try checked.get()
        }
        return Row(number: sink.number, texts: texts)
    }

    private func nextItem() throws -> CSVSink.Item? {
        while true {
            if let item = sink.take() { return item }
            if isAtEnd { return nil }
            try feed()
        }
    }

    private func start() {
        csv_init(parser, UInt8(CSV_STRICT | CSV_STRICT_FINI))
    }

    private func feed() throws {
        if waiting.isEmpty { waiting = try input.read(ReadingLimits.chunk) }
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
        } else if sink.pendingBytes + csv_get_buffer_size(parser) > ReadingLimits.record * 2 {
            waiting = []
            try skipLine("is longer than \(ReadingLimits.record * 2) bytes; is a closing quote missing?")
        } else {
            waiting = []
        }
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
            waiting = try input.read(ReadingLimits.chunk)
            if waiting.isEmpty { return }
        }
    }
}

/// Where libcsv's callbacks leave what they found; lives as long as its reader and is used by one thread.
private final class CSVSink {
    enum Item {
        case fields([[UInt8]])
        case broken(String)
    }

    /// Number of the record handed out last.
    private(set) var number = 0
    private(set) var pendingBytes = 0
    private var pending: [[UInt8]] = []
    private var items: [Item] = []
    private var taken = 0

    func take() -> Item? {
        guard taken < items.count else { return nil }
        defer {
            taken += 1
            number += 1
            if taken == items.count {
                items.removeAll(keepingCapacity: true)
                taken = 0
            }
        }
        return items[taken]
    }

    func breakOff(_ reason: String) {
        pending = []
        pendingBytes = 0
        items.append(.broken(reason))
    }

    private func add(_ bytes: UnsafeRawBufferPointer) {
        pendingBytes += bytes.count + 1
        // Fields of a record that is too long are only counted.
        if pendingBytes <= ReadingLimits.record { pending.append(Array(bytes)) }
    }

    private func end() {
        if pendingBytes > ReadingLimits.record {
            breakOff("is longer than \(ReadingLimits.record) bytes.")
        } else {
            items.append(.fields(pending))
            pending = []
            pendingBytes = 0
        }
    }

    static let field: @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeMutableRawPointer?) -> Void = {
        bytes, count, context in
        guard let context else { return }
        Unmanaged<CSVSink>.fromOpaque(context).takeUnretainedValue()
            .add(UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
    }

    static let end: @convention(c) (Int32, UnsafeMutableRawPointer?) -> Void = { _, context in
        guard let context else { return }
        Unmanaged<CSVSink>.fromOpaque(context).takeUnretainedValue().end()
    }
}
