import Journal
import Kernel
import Store
import Synchronization

/// Writes slates in batches: a slate is shown at once and is in the log a tenth of a second later.
final class SlateLog: Sendable {
    private let store: any Store
    private let journal: Journal
    private let waiting = Mutex<[FeedSlate]>([])
    private static let limit = 50_000
    /// Slates that share one statement.
    private static let rows = 50

    init(store: any Store, journal: Journal) { (self.store, self.journal) = (store, journal) }

    func add(_ slate: FeedSlate) {
        waiting.withLock { if $0.count < Self.limit { $0.append(slate) } }
    }

    /// A slate that may not be written yet.
    func find(_ id: SlateID) -> FeedSlate? {
        waiting.withLock { $0.last { $0.id == id } }
    }

    func run() async {
        while (try? await Task.sleep(for: .milliseconds(100))) != nil { await flush() }
    }

    func flush() async {
        let slates = waiting.withLock { Array($0.prefix(2_000)) }
        guard !slates.isEmpty else { return }
        let written: Void? = try? await store.write { [journal] transaction in
            let exposures = slates.flatMap(\.exposures)
            if let last = exposures.last { try journal.append(exposures, at: last.time, in: transaction) }
            for start in stride(from: 0, to: slates.count, by: Self.rows) {
                try transaction.send(Self.insert(slates[start..<min(start + Self.rows, slates.count)]))
            }
        }
        if written != nil { waiting.withLock { $0.removeFirst(slates.count) } }
    }

    /// Writes until nothing waits, or until the store refuses.
    func flushAll() async {
        var left = Int.max
        while case let count = waiting.withLock({ $0.count }), count > 0, count < left {
            left = count
            await flush()
        }
    }

    private static func insert(_ slates: ArraySlice<FeedSlate>) -> SQL {
        SQL(
            "INSERT INTO slates (id, person, surface, model, slots, shown_at) VALUES ", row: "(?, ?, ?, ?, ?, ?)",
            values: slates.map { slate in
                [
                    slate.id.sqlValue, slate.person.sqlValue, slate.surface.sqlValue, slate.model.sqlValue,
                    .text(slate.lines), slate.shownAt.sqlValue,
                ]
            })
    }
}
