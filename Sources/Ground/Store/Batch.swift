import Kernel
import Synchronization

/// What the units of work of one commit share: rows that wait to be inserted together, answers that still hold, and the
/// moment.
///
/// Nobody can tell that rows wait: a statement that names their table makes them written first. A unit of work that is
/// undone takes its own rows with it and leaves those of the others.
///
/// Confined to the thread of its commit.
package final class Batch {
    private struct Question: Hashable {
        let text: String
        let parameters: [SQLValue]
    }

    private var waiting: [WaitingRows] = []
    private var answers: [Question: [SQLRow]] = [:]
    private let tables: StatementTables
    private var now: Instant?

    /// An empty batch.
    ///
    /// - Parameter tables: what is known about the statements of this connection.
    package init(tables: StatementTables) { self.tables = tables }

    /// A unit of work begins.
    package func begin() {
        for index in waiting.indices { waiting[index].begin() }
    }

    /// The unit of work that began last was undone.
    package func undo() {
        for index in waiting.indices { waiting[index].undo() }
        // Some may have been read after changes that are undone.
        answers.removeAll()
    }

    /// Keeps a row until ``due(before:)`` or ``rest()``; see ``Transaction/insert(into:_:)``.
    package func insert(into table: StaticString, _ row: SQL) {
        let group =
            waiting.firstIndex { $0.isFor(table, row.text) }
            ?? {
                waiting.append(WaitingRows(table, row: row.text))
                return waiting.endIndex - 1
            }()
        waiting[group].values.append(row.parameters)
        forget(answersAbout: waiting[group].table)
    }

    /// What has to be run before `sql`: the rows that wait for tables that it names. Answers that `sql` changes are
    /// forgotten.
    package func due(before sql: SQL) -> [SQL] {
        if !answers.isEmpty, let target = tables.target(of: sql.text) { forget(answersAbout: target) }
        var due: [SQL] = []
        for index in waiting.indices where !waiting[index].values.isEmpty {
            if tables.does(sql.text, name: waiting[index].table) { due += waiting[index].write() }
        }
        return due
    }

    /// Everything that still waits; to be run before the commit.
    package func rest() -> [SQL] {
        waiting.indices.flatMap { waiting[$0].write() }
    }

    /// The rows that `sql` has answered in this commit, if nothing has changed its tables since; else what `ask` answers.
    package func answer(to sql: SQL, _ ask: () throws -> [SQLRow]) rethrows -> [SQLRow] {
        let question = Question(text: sql.text, parameters: sql.parameters)
        if let known = answers[question] { return known }
        let rows = try ask()
        answers[question] = rows
        return rows
    }

    /// The first of all `now` that were said.
    package func moment(_ now: Instant) -> Instant {
        if let said = self.now { return said }
        self.now = now
        return now
    }

    private func forget(answersAbout table: String) {
        guard !answers.isEmpty else { return }
        answers = answers.filter { !tables.does($0.key.text, name: table) }
    }
}

/// Rows of one shape for one table.
private struct WaitingRows {
    let table: String
    var values: [[SQLValue]] = []
    private let into: StaticString
    private let row: String
    /// How many of the values are of units of work before the present one.
    private var settled = 0
    /// Values of units of work before the present one that the present one has written, and would undo.
    private var written: [[SQLValue]] = []

    init(_ into: StaticString, row: String) {
        self.into = into
        self.row = row
        table = String(into.description.prefix { $0 != " " })
    }

    func isFor(_ into: StaticString, _ row: String) -> Bool {
        self.into.utf8Start == into.utf8Start && self.row == row
    }

    mutating func begin() {
        settled = values.count
        written = []
    }

    mutating func undo() {
        values = written + values.prefix(settled)
        begin()
    }

    /// Statements that insert all rows, of few different lengths so that they stay prepared.
    mutating func write() -> [SQL] {
        var statements: [SQL] = []
        var rest = values[...]
        while !rest.isEmpty {
            let count = [32, 8].first { $0 <= rest.count } ?? 1
            let rows = Array(repeating: row, count: count).joined(separator: ", ")
            statements.append(
                SQL(
                    trusted: "INSERT INTO \(into) VALUES \(rows)",
                    parameters: rest.prefix(count).flatMap(\.self)))
            rest = rest.dropFirst(count)
        }
        written += values.prefix(settled)
        settled = 0
        values = []
        return statements
    }
}

/// What statements name and change, told from their text once.
package final class StatementTables: Sendable {
    private struct Known: ~Copyable {
        /// By statement, the table that it changes; `nil` when it only reads.
        var targets: [String: String?] = [:]
        /// By table and statement, whether one names the other.
        var mentions: [String: [String: Bool]] = [:]
    }

    private let known = Mutex(Known())

    /// Knows nothing yet.
    package init() {}

    /// The table that a statement changes; `nil` when it only reads.
    func target(of text: String) -> String? {
        known.withLock { known in
            if let target = known.targets[text] { return target }
            let target = Self.target(of: text)
            known.targets[text] = .some(target)
            return target
        }
    }

    /// Whether a statement names a table. A longer name that holds this one counts too.
    func does(_ text: String, name table: String) -> Bool {
        known.withLock { known in
            if let answer = known.mentions[table]?[text] { return answer }
            let answer = text.contains(table)
            known.mentions[table, default: [:]][text] = answer
            return answer
        }
    }

    private static func target(of text: String) -> String? {
        let words = text.split(maxSplits: 3, whereSeparator: \.isWhitespace)
        switch words.first?.uppercased() {
        case "SELECT", nil: return nil
        case "INSERT", "DELETE": return words.count > 2 ? String(words[2].prefix { $0 != "(" }) : ""
        case "UPDATE": return words.count > 1 ? String(words[1]) : ""
        // Whatever else it is may change anything: every statement names the table without a name.
        default: return ""
        }
    }
}
