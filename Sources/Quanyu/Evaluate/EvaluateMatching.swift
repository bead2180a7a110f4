import ArgumentParser
import Foundation
import Importing
import Kernel
import Matching

/// `quanyu evaluate matching`: learns until one time, predicts until another, compares (docs/matching.md).
struct EvaluateMatching: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matching",
        abstract: "Learns from a file of events until a time and predicts what follows.",
        discussion: """
            The file is CSV or JSON Lines with the columns person, item, time, kind (docs/import.md) and may be a touchpoints \
            or orders table. Nothing after --train-until is learned from, tuned on or looked at before the lists are made. \
            A row that can't be used is reported with its number and left out; exit code 2 says that there was one.
            """)

    @Option(help: "File of events: CSV or JSON Lines.") var events: String
    @Option(help: "End of the training: RFC 3339, a date, or milliseconds since 1970.") var trainUntil: String
    @Option(help: "End of the test.") var testUntil: String
    @Option(help: "Length of the lists, 1–100.") var k = 20
    @Option(help: "Seed of sampling, training and bootstrap.") var seed: UInt64 = 1
    @Option(help: "Compare with: popularity or personal.") var baseline: MatchingEvaluation.Baseline?
    @Option(help: "Compare with another recommender's lists: NAME=FILE with person, item, rank, report (repeatable).")
    var peer: [String] = []
    @Option(help: "Products table of the import format, for categories, shops and brands.") var items: String?
    @Option(help: "Judge persons one by one: all of them up to this many, else an even sample.") var persons = 20_000
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard (1...100).contains(k) else { throw ValidationError("--k must be 1–100, not \(k).") }
        for text in peer where Self.peer(text) == nil {
            throw ValidationError("--peer must be NAME=FILE, not \(text).")
        }
        guard persons > 0 else { throw ValidationError("--persons must be more than 0.") }
        let (train, test) = (try Self.time(trainUntil, "--train-until"), try Self.time(testUntil, "--test-until"))
        guard train < test else { throw ValidationError("--test-until must lie after --train-until.") }
    }

    func run() async throws {
        let file: EventFile
        let catalogue: [ItemRow]
        let rivals: [(name: String, file: RankedListFile)]
        do {
            file = try EventFile(path: events)
            catalogue = try items.map { try ItemFile(path: $0).rows } ?? []
            rivals = try peer.compactMap(Self.peer).map { ($0.name, try RankedListFile(path: $0.path)) }
        } catch let problem as any Problem {
            throw ValidationError(problem.details.detail)
        }
        var keys = EventKeys()
        let all = file.rows.compactMap { keys.event($0) }.sorted { $0.time < $1.time }
        var evaluation = MatchingEvaluation(
            trainUntil: try Self.time(trainUntil, "--train-until"), testUntil: try Self.time(testUntil, "--test-until"))
        evaluation.k = k
        evaluation.seed = seed
        evaluation.personLimit = persons
        let report = evaluation.run(
            events: all, items: catalogue.map { keys.item($0) }, baseline: baseline,
            peers: rivals.map { keys.peer($0.name, $0.file) }
        ) { processSeconds() }
        try EvaluationText(
            file: file, name: events, events: all.count, keys: keys, evaluation: evaluation, report: report,
            rivals: rivals.map(\.file)
        )
        .show(json: json)
        if file.refused + rivals.reduce(0, { $0 + $1.file.refused }) > 0 { throw ExitCode(2) }
    }

    private static func peer(_ text: String) -> (name: String, path: String)? {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : nil
    }

    private static func time(_ text: String, _ name: String) throws -> Int64 {
        guard let instant = EventFile.moment(text) else {
            throw ValidationError(
                "\(name) must be RFC 3339, a date (2026-03-01) or milliseconds since 1970, not \(text).")
        }
        return instant.milliseconds
    }
}

extension MatchingEvaluation.Baseline: ExpressibleByArgument {}

/// Gives the file's identifiers small numbers in the order of first sight; every kind of thing has its own space.
struct EventKeys {
    private(set) var people: [String: Key] = [:]
    private(set) var things: [String: Key] = [:]
    private var subjects: [String: Key] = [:]

    /// `nil` for what the engine does not learn from.
    mutating func event(_ row: EventRow) -> Event? {
        guard let kind = Self.kinds[row.kind] else { return nil }
        let person = Self.key(row.person, in: &people, space: 1)
        let isAboutMaker = kind == .follow || kind == .unfollow || kind == .block
        let subject = isAboutMaker ? maker(row.item) : Self.key(row.item, in: &things, space: 2)
        // A look whose length the file does not say counts as an ordinary one of ten seconds.
        let dwell = kind == .view ? row.dwell ?? 10_000 : row.dwell ?? 0
        return Event(
            person: person, subject: subject, kind: kind, time: row.time.milliseconds, dwell: Int32(clamping: dwell),
            quantity: Int32(clamping: row.quantity))
    }

    mutating func item(_ row: ItemRow) -> Item {
        Item(
            id: Self.key(row.id, in: &things, space: 2), shop: row.shop.map { maker($0) },
            category: row.category.map { Self.key("category/\($0)", in: &subjects, space: 4) },
            tags: row.brand.map { [Self.key("brand/\($0)", in: &subjects, space: 4)] } ?? [])
    }

    mutating func peer(_ name: String, _ file: RankedListFile) -> MatchingEvaluation.Peer {
        func lists(_ report: RankedListFile.Report) -> [Key: [Key]]? {
            file.lists[report].map { lists in
                Dictionary(
                    uniqueKeysWithValues: lists.sorted { $0.key < $1.key }.map { person, items in
                        (self.person(person), items.map { thing($0) })
                    })
            }
        }
        return MatchingEvaluation.Peer(name: name, all: lists(.all), discovery: lists(.discovery))
    }

    mutating func person(_ text: String) -> Key { Self.key(text, in: &people, space: 1) }

    mutating func thing(_ text: String) -> Key { Self.key(text, in: &things, space: 2) }

    private mutating func maker(_ name: String) -> Key { Self.key("maker/\(name)", in: &subjects, space: 4) }

    private static func key(_ text: String, in keys: inout [String: Key], space: UInt64) -> Key {
        if let key = keys[text] { return key }
        let key = Key(space) << 64 | Key(keys.count)
        keys[text] = key
        return key
    }

    private static let kinds: [String: Event.Kind] = [
        "impression": .impression, "view": .view, "finish": .finish, "like": .like, "favourite": .favourite,
        "share": .share, "follow": .follow, "unfollow": .unfollow, "open": .open, "cart": .cart, "buy": .buy,
        "search": .search, "not_interested": .notInterested, "report": .report, "block": .block, "refund": .refund,
        "late_delivery": .lateDelivery, "complaint": .complaint,
    ]
}
