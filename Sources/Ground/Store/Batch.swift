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
    private struct Answer {
        let rows: [SQLRow]
        let names: Set<String>
    }

    private var answers: [Question: Answer] = [:]
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
        // While rows of a table wait, no answer names it: asking would have had them written.
        if waiting[group].values.isEmpty { forget(.table(waiting[group].table)) }
        waiting[group].values.append(row.parameters)
    }

    /// What has to be run before `sql`: the rows that wait for tables that it names. Answers that `sql` changes are
    /// forgotten.
    package func due(before sql: SQL) -> [SQL] {
        guard !answers.isEmpty || waiting.contains(where: { !$0.values.isEmpty }) else { return [] }
        let statement = tables[sql.text]
        forget(statement.change)
        return waiting.indices.flatMap { index in
            statement.names.contains(waiting[index].table) ? waiting[index].write() : []
        }
    }

    /// Everything that still waits; to be run before the commit.
    package func rest() -> [SQL] {
        waiting.indices.flatMap { waiting[$0].write() }
    }

    /// The rows that `sql` has answered in this commit, if nothing has changed its tables since; else what `ask` answers.
    package func answer(to sql: SQL, _ ask: () throws -> [SQLRow]) rethrows -> [SQLRow] {
        let question = Question(text: sql.text, parameters: sql.parameters)
        if let known = answers[question] { return known.rows }
        let rows = try ask()
        answers[question] = Answer(rows: rows, names: tables[sql.text].names)
        return rows
    }

    /// The first of all `now` that were said.
    package func moment(_ now: Instant) -> Instant {
        if let said = self.now { return said }
        self.now = now
        return now
    }

    private func forget(_ change: StatementTables.Change) {
        guard !answers.isEmpty else { return }
        switch change {
        case .none: return
        case .table(let table): answers = answers.filter { !$0.value.names.contains(table) }
        case .anything: answers.removeAll()
        }
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
    enum Change {
        case none
        case table(String)
        case anything
    }

    struct Statement {
        /// Every word of it, tables among them.
        let names: Set<String>
        let change: Change

        init(_ text: String) {
            let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
            names = Set(words)
            change =
                switch words.first?.uppercased() {
                case "SELECT", nil: .none
                case "INSERT", "DELETE": words.count > 2 ? .table(words[2]) : .anything
                case "UPDATE": words.count > 1 ? .table(words[1]) : .anything
                default: .anything
                }
        }
    }

    private let known = Mutex<[String: Statement]>([:])

    /// Knows nothing yet.
    package init() {}

    subscript(text: String) -> Statement {
        known.withLock { known in
            if let statement = known[text] { return statement }
            let statement = Statement(text)
            known[text] = statement
            return statement
        }
    }
}
