/// The lists of somebody else's recommender: which items it ranks for which person, best first.
///
/// One row an item: `person`, `item`, optionally `rank` (1 is the best; without it the order of the rows counts) and `report`
/// (`all` or `discovery`: the question that the list answers; without it, both).
public struct RankedListFile: Sendable {
    /// The questions that a list may answer.
    public enum Report: String, Sendable, CaseIterable {
        case all, discovery
    }

    /// For each question the list of each person, best first, every item once.
    public let lists: [Report: [String: [String]]]
    /// How many rows were left out, and the first of them.
    public let refused: Int
    public let refusals: [RefusedRow]

    private static let shownRefusals = 20

    /// Reads a file of CSV, TSV or JSON Lines.
    ///
    /// - Throws: ``ImportProblem/unreadable(_:_:)`` when it is missing, no regular file or lacks a column.
    public init(path: String) throws {
        let reader = try EventFile.reader(of: path, columns: [["person"], ["item"]])
        var places = Places()
        var refusals: [RefusedRow] = []
        var refused = 0
        while let record = try reader.next() {
            let refusal: (number: Int, why: Refusal)
            switch record {
            case .broken(let number, let why): refusal = (number, why)
            case .row(let row):
                do {
                    try places.add(row)
                    continue
                } catch { refusal = (row.number, error) }
            }
            refused += 1
            if refusals.count < Self.shownRefusals {
                refusals.append(
                    RefusedRow(row: refusal.number, column: refusal.why.column, reason: refusal.why.reason))
            }
        }
        lists = places.lists
        self.refused = refused
        self.refusals = refusals
    }

    /// The rows so far.
    private struct Places {
        private var ranked: [Report: [String: [(item: String, rank: Int)]]] = [:]
        private var taken: Set<[String]> = []

        mutating func add(_ row: Row) throws(Refusal) {
            guard let person = row["person"] else { throw Refusal("person", "is missing.") }
            guard let item = row["item"] else { throw Refusal("item", "is missing.") }
            let reports = try Self.reports(row), rank = try Self.rank(row)
            // An item named twice would be found twice.
            for report in reports where taken.contains([report.rawValue, person, item]) {
                throw Refusal("item", "stands twice in the list of “\(person.prefix(40))”.")
            }
            for report in reports {
                taken.insert([report.rawValue, person, item])
                let place = rank ?? ranked[report]?[person].map { $0.count + 1 } ?? 1
                ranked[report, default: [:]][person, default: []].append((item, place))
            }
        }

        private static func reports(_ row: Row) throws(Refusal) -> [Report] {
            guard let text = row["report"] else { return Report.allCases }
            guard let report = Report(rawValue: text) else {
                throw Refusal("report", "must be all or discovery, not “\(text.prefix(40))”.")
            }
            return [report]
        }

        private static func rank(_ row: Row) throws(Refusal) -> Int? {
            guard let text = row["rank"] else { return nil }
            guard let rank = Int(text), rank > 0 else {
                throw Refusal("rank", "must be a whole number from 1, not “\(text.prefix(40))”.")
            }
            return rank
        }

        var lists: [Report: [String: [String]]] {
            ranked.mapValues { persons in
                persons.mapValues { places in
                    // Equal ranks keep the order of the file.
                    places.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
                        .map(\.element.item)
                }
            }
        }
    }
}
