import Kernel
import Synchronization

/// What the units of work of one commit share: rows that wait to be inserted together, numbers that several of them count
/// down, answers that still hold, and the moment.
///
/// Nobody can tell that something waits: a statement that names its table makes it written first. A unit of work that is
/// undone takes its own rows and counts with it and leaves those of the others.
///
/// Confined to the thread of its commit.
package final class Batch {
    private struct Question: Hashable {
        let text: String
        let parameters: [SQLValue]
        let despiteCounting: Bool
    }

    private struct Answer {
        /// What was made of the rows.
        let value: any Sendable
        let names: Set<String>
    }

    private var waiting: [WaitingRows] = []
    private var counted: [CountedRow] = []
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
        counted.removeAll { !$0.isKnown }
        for index in counted.indices { counted[index].begin() }
    }

    /// The unit of work that began last was undone.
    package func undo() {
        for index in waiting.indices { waiting[index].undo() }
        for index in counted.indices { counted[index].undo() }
        counted.removeAll(where: \.isGone)
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

    /// Changes a number; see ``Transaction/change(_:by:)``. The first change of a commit is made in the database, which
    /// locks the row and tells what it holds; later ones are summed until ``due(before:)`` or ``rest()``.
    package func change(_ counter: Counter, by amount: Int64, _ ask: (SQL) throws -> [SQLRow]) rethrows -> SQLRow? {
        if let index = counted.firstIndex(where: { $0.isKnown && $0.counter == counter }) {
            guard counted[index].change(by: amount) else { return nil }
            forget(.table(counter.table), keepsDespiteCounting: true)
            return counted[index].row
        }
        guard let row = try ask(counter.statement(by: amount)).first else { return nil }
        counted.append(CountedRow(counter, row))
        return row
    }

    /// What has to be run before `sql`: what waits for tables that it names. Answers and numbers that `sql` changes are
    /// forgotten.
    package func due(before sql: SQL) -> [SQL] {
        guard !answers.isEmpty || !counted.isEmpty || waiting.contains(where: { !$0.values.isEmpty }) else { return [] }
        let statement = tables[sql.text]
        forget(statement.change)
        defer { counted.removeAll(where: \.isGone) }
        return counted.indices.compactMap { index in
            let table = counted[index].counter.table
            guard statement.concerns(table) else { return nil }
            defer { if statement.change.concerns(table) { counted[index].forget() } }
            return counted[index].write()
        }
            + waiting.indices.flatMap { index in
                statement.concerns(waiting[index].table) ? waiting[index].write() : []
            }
    }

    /// Everything that still waits; to be run before the commit.
    package func rest() -> [SQL] {
        counted.indices.compactMap { counted[$0].write() } + waiting.indices.flatMap { waiting[$0].write() }
    }

    /// What `read` made of the answer to `sql` in this commit, if nothing has changed its tables since; else what it makes
    /// of what `ask` answers.
    package func answer<Value: Sendable>(
        to sql: SQL, despiteCounting: Bool, _ read: ([SQLRow]) throws -> Value, _ ask: () throws -> [SQLRow]
    ) rethrows -> Value {
        let question = Question(text: sql.text, parameters: sql.parameters, despiteCounting: despiteCounting)
        if let known = answers[question]?.value as? Value { return known }
        let value = try read(ask())
        answers[question] = Answer(value: value, names: tables[sql.text].names)
        return value
    }

    /// The first of all `now` that were said.
    package func moment(_ now: Instant) -> Instant {
        if let said = self.now { return said }
        self.now = now
        return now
    }

    private func forget(_ change: StatementTables.Change, keepsDespiteCounting: Bool = false) {
        guard !answers.isEmpty, change != .none else { return }
        answers = answers.filter { question, answer in
            keepsDespiteCounting && question.despiteCounting || !answer.names.contains(where: change.concerns)
        }
    }
}

/// A number that units of work of one commit change, and the row that it stands in.
private struct CountedRow {
    let counter: Counter
    /// The row as the present unit of work sees it.
    private(set) var row: SQLRow
    /// Whether the row is still what the database holds with `pending`.
    private(set) var isKnown = true
    /// What the database has not been told.
    private var pending: Int64 = 0
    /// How it stood before the present unit of work; `nil` when that one asked first.
    private var before: (row: SQLRow, pending: Int64)?

    init(_ counter: Counter, _ row: SQLRow) {
        self.counter = counter
        self.row = row
    }

    mutating func begin() { before = (row, pending) }

    mutating func undo() {
        guard let before else { return forget() }
        (row, pending) = before
        isKnown = true
    }

    mutating func forget() { isKnown = false }

    /// Whether not even an undoing needs it.
    var isGone: Bool { !isKnown && before == nil }

    mutating func change(by amount: Int64) -> Bool {
        guard let left: Int64 = try? row.get(0), left + amount >= 0 else { return false }
        row = row.replacingFirst(with: .integer(left + amount))
        pending += amount
        return true
    }

    mutating func write() -> SQL? {
        guard isKnown, pending != 0 else { return nil }
        defer { pending = 0 }
        return counter.settlement(of: pending)
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
    enum Change: Equatable {
        case none
        case table(String)
        case anything

        func concerns(_ name: String) -> Bool {
            switch self {
            case .none: false
            case .table(let table): table == name
            case .anything: true
            }
        }
    }

    struct Statement {
        /// Every word of it, tables among them.
        let names: Set<String>
        let change: Change
        /// Whether it moves within the transaction: what waits would land on the wrong side of a savepoint.
        private let isSavepoint: Bool

        func concerns(_ table: String) -> Bool { isSavepoint || names.contains(table) }

        init(_ text: String) {
            let words = text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
            names = Set(words)
            isSavepoint = ["SAVEPOINT", "RELEASE", "ROLLBACK"].contains(words.first)
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
