import Kernel
import People
import Store

/// What the tables of one import share.
final class ImportSession {
    let store: any Store
    let people: People
    let source: Source
    let names: Names
    let now: Instant
    let log: RejectionLog
    let media: MediaFiles
    let progress: @Sendable (ImportProgress) -> Void
    var directory = Directory()
    private var passwordHashes: [String: String] = [:]

    /// Different passwords that one import may bring: each costs a good part of a second.
    private static let passwordLimit = 200

    init(
        store: any Store, people: People, source: Source, names: Names, now: Instant, log: RejectionLog,
        media: MediaFiles, progress: @escaping @Sendable (ImportProgress) -> Void
    ) {
        self.store = store
        self.people = people
        self.source = source
        self.names = names
        self.now = now
        self.log = log
        self.media = media
        self.progress = progress
    }

    /// Hashes each password once, however many accounts use it: demo accounts share one.
    func hashes(of passwords: [String]) async throws -> [String: String] {
        for password in passwords where passwordHashes[password] == nil && passwordHashes.count < Self.passwordLimit {
            passwordHashes[password] = try await people.hash(password: password)
        }
        return passwordHashes
    }
}

/// Imports one file: reads it in batches and writes each batch with its checkpoint in one transaction.
final class TableImport<Rows: ImportedTable> {
    private let rows: Rows
    private let session: ImportSession
    private let input: FileInput
    private let reader: any RecordReader
    private var checkpoint: Checkpoint
    private var count: ImportReport.Count
    /// Keys that the file has used; 64 bits of each, so that ten million rows fit.
    private var claimed: Set<Int64> = []

    private static var batch: Int { 2_000 }

    init(_ rows: Rows, session: ImportSession, file: TableFile, checkpoint: Checkpoint) {
        self.rows = rows
        self.session = session
        input = file.input
        reader = file.reader
        self.checkpoint = checkpoint
        count = ImportReport.Count(table: Rows.table)
    }

    /// Imports what is left of the file.
    func run() async throws -> ImportReport.Count {
        let began = session.source.now
        let units = UnitReader(reader, group: Rows.table == .orders ? "order" : nil)
        let resumed = checkpoint
        if resumed.row == 0 {
            let start = checkpoint
            try await session.store.write { try start.begin(in: $0) }
        }
        count.read = resumed.read
        count.refused = resumed.refused
        count.unchanged = resumed.read - resumed.refused
        var batch: [Unit] = []
        var size = 0
        while let unit = try units.next() {
            if unit.last <= resumed.row {
                // Dealt with before the import was stopped; its keys still count as used.
                _ = try? key(of: unit)
                continue
            }
            batch.append(unit)
            size += unit.count
            if size >= Self.batch {
                try await importBatch(batch)
                tell(since: began)
                batch = []
                size = 0
            }
        }
        if !batch.isEmpty { try await importBatch(batch) }
        try await finish()
        tell(since: began)
        return count
    }

    private func finish() async throws {
        let before = checkpoint
        checkpoint.isDone = true
        let after = checkpoint
        try await session.store.write { try after.advance(from: before, in: $0) }
    }

    private func tell(since began: Instant) {
        let seconds = max(0.001, Double(session.source.now.milliseconds - began.milliseconds) / 1_000)
        session.progress(
            ImportProgress(
                table: Rows.table, rows: count.read, rowsPerSecond: Double(count.read) / seconds,
                fraction: input.size == 0 ? 1 : min(1, Double(input.bytesRead) / Double(input.size))))
    }

    private func importBatch(_ units: [Unit]) async throws {
        var batch = Batch<Rows>()
        for unit in units { read(unit, into: &batch) }
        let digests = try await lookUp(batch.items)
        try await settle(&batch, against: digests)
        session.media.sync()
        try session.log.add(batch.refused.map(line))
        let outcome = try await write(batch, rows: units.reduce(0) { $0 + $1.count }, last: units.last?.last ?? 0)
        try session.log.add(outcome.refused.map(line))
        count.read += units.reduce(0) { $0 + $1.count }
        count.refused += batch.refused.count + outcome.refused.count
        count.written += outcome.written
        count.unchanged += batch.unchanged
        checkpoint = outcome.checkpoint
    }

    private func line(_ refused: Refused) -> RejectionLog.Line {
        RejectionLog.Line(
            file: input.name, row: refused.row, column: refused.refusal.column, reason: refused.refusal.reason)
    }
}

/// A row that was refused.
struct Refused: Sendable {
    let row: Int
    let refusal: Refusal
}

/// What is being done with one batch.
struct Batch<Rows: ImportedTable> {
    /// Rows that can be read.
    struct Item: Sendable {
        let unit: Unit
        let key: Int64
        let number: UInt128
        var draft: Draft<Rows.Entry>
        var digest: Int64 = 0
    }

    var items: [Item] = []
    var refused: [Refused] = []
    var unchanged = 0
}

// The steps of a batch, in order.
extension TableImport {
    private func fields(_ row: Row) -> Fields { Fields(row: row, names: session.names, now: session.now) }

    /// The key of a unit; claims it.
    private func key(of unit: Unit) throws(Refusal) -> (number: UInt128, key: Int64)? {
        guard let row = unit.rows.first else { return nil }
        let number = session.names.number(Rows.table, try rows.key(of: fields(row)))
        let key = Int64(truncatingIfNeeded: number >> 64)
        guard claimed.insert(key).inserted else {
            throw Refusal(
                nil, Rows.table == .orders ? "has an order whose rows stand apart." : "appears a second time.")
        }
        return (number, key)
    }

    private func read(_ unit: Unit, into batch: inout Batch<Rows>) {
        batch.refused += unit.broken.map { Refused(row: $0.number, refusal: $0.refusal) }
        do {
            guard let (number, key) = try key(of: unit) else { return }
            if let verdict = unit.verdict { throw Refusal(nil, verdict) }
            let draft = try rows.read(unit.rows.map(fields))
            batch.items.append(Batch<Rows>.Item(unit: unit, key: key, number: number, draft: draft))
        } catch {
            batch.refused += refusals(of: unit, error) ?? []
        }
    }

    /// Reads from the store what the batch refers to and how its rows stand there.
    private func lookUp(_ items: [Batch<Rows>.Item]) async throws -> [Int64: Int64] {
        session.directory.trim()
        var wanted: [Reference.Target: Set<UInt128>] = [:]
        for item in items {
            for reference in item.draft.references + item.draft.probes where !session.directory.has(reference) {
                wanted[reference.target, default: []].insert(reference.number)
            }
        }
        let (missing, keys, now) = (wanted, items.map(\.key), session.now)
        let (found, digests) = try await session.store.read { transaction in
            (
                try Directory.find(missing, at: now, in: transaction),
                try ImportedRows.digests(of: keys, in: transaction)
            )
        }
        session.directory.merge(found)
        return digests
    }

    /// Keeps what is new or changed, with everything it needs.
    private func settle(_ batch: inout Batch<Rows>, against digests: [Int64: Int64]) async throws {
        var kept: [Batch<Rows>.Item] = []
        var media: [MediaUse: String] = [:]
        for var item in batch.items {
            do {
                for reference in item.draft.references where !session.directory.has(reference) {
                    throw RowRefusal(row: reference.row, refusal: reference.refusal)
                }
                if Rows.table == .categories { session.directory.add(category: item.number) }
                for use in item.draft.media { media[use] = try session.media.name(of: use) }
                item.digest = digest(of: item, media: media)
                if let known = digests[item.key] {
                    if known == item.digest {
                        batch.unchanged += item.unit.rows.count
                        continue
                    }
                    if Rows.table.isHistory {
                        throw Refusal(nil, "was imported before with another content; history is not rewritten.")
                    }
                }
                kept.append(item)
            } catch {
                guard let refusals = refusals(of: item.unit, error) else { throw error }
                batch.refused += refusals
            }
        }
        let hashes = try await session.hashes(of: kept.compactMap(\.draft.password))
        let supplies = Supplies(directory: session.directory, media: media, passwordHashes: hashes)
        batch.items = []
        for var item in kept {
            do {
                try rows.complete(&item.draft.entry, from: supplies)
                batch.items.append(item)
            } catch {
                guard let refusals = refusals(of: item.unit, error) else { throw error }
                batch.refused += refusals
            }
        }
    }

    private func digest(of item: Batch<Rows>.Item, media: [MediaUse: String]) -> Int64 {
        var digest = ContentDigest()
        for row in item.unit.rows { digest.add(row, of: Rows.table) }
        for use in item.draft.media { digest.add(media[use] ?? "") }
        return digest.finished()
    }

    private struct Outcome: Sendable {
        var refused: [Refused] = []
        var written = 0
        var checkpoint: Checkpoint
    }

    private func write(_ batch: Batch<Rows>, rows count: Int, last: Int) async throws -> Outcome {
        let (rows, items, before, refusedBefore) = (rows, batch.items, checkpoint, batch.refused.count)
        return try await session.store.write { transaction in
            var outcome = Outcome(checkpoint: before)
            var changed: Set<ProductID> = []
            for item in items {
                do {
                    changed.formUnion(try rows.write(item.draft.entry, in: transaction))
                    try ImportedRows.put(item.key, digest: item.digest, in: transaction)
                    outcome.written += item.unit.rows.count
                } catch {
                    guard let refusals = refusals(of: item.unit, error) else { throw error }
                    outcome.refused += refusals
                }
            }
            try Unannounced.add(changed.sorted(), in: transaction)
            outcome.checkpoint.row = last
            outcome.checkpoint.read += count
            outcome.checkpoint.refused += refusedBefore + outcome.refused.count
            try outcome.checkpoint.advance(from: before, in: transaction)
            return outcome
        }
    }
}

/// What an error says about the rows of a unit: the row at fault with its reason, the others with a hint at it. `nil` for
/// an error that is not about rows.
private func refusals(of unit: Unit, _ error: any Error) -> [Refused]? {
    let first = unit.rows.first?.number ?? 0
    let culprit: (row: Int, refusal: Refusal)
    switch error {
    case let error as RowRefusal: culprit = (error.row, error.refusal)
    case let error as Refusal: culprit = (first, error)
    case let error as InvalidField: culprit = (first, Refusal(error.field, error.reason))
    case is StoreError, is ImportProblem: return nil
    case let error as any Problem:
        culprit = (first, Refusal(error.details.fields.keys.sorted().first, error.details.detail))
    case is MoneyError: culprit = (first, Refusal("amount", "does not sum up: too large or of several currencies."))
    default: return nil
    }
    let numbers = unit.rows.map(\.number) + unit.dropped
    return numbers.map { number in
        number == culprit.row
            ? Refused(row: number, refusal: culprit.refusal)
            : Refused(
                row: number, refusal: Refusal(nil, "belongs together with row \(culprit.row), which was refused."))
    }
}
