/// Where libcsv's callbacks leave what they found; lives as long as its reader and is used by one thread.
final class CSVSink {
    /// Number of the record handed out last.
    private(set) var number = 0
    private(set) var pendingBytes = 0
    private var pending: [[UInt8]] = []
    private var items: [CSVRecords.Item] = []
    private var taken = 0
    private let recordLimit: Int

    init(recordLimit: Int) { self.recordLimit = recordLimit }

    func take() -> CSVRecords.Item? {
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
        if pendingBytes <= recordLimit { pending.append(Array(bytes)) }
    }

    private func end() {
        if pendingBytes > recordLimit {
            breakOff("is longer than \(recordLimit) bytes.")
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
