import Kernel

/// Where everything is kept: one door, two implementations (SQLite and PostgreSQL), one test-suite.
///
/// A unit of work is a synchronous closure over a ``Transaction``. It may run more than once (a serialization failure on
/// PostgreSQL is retried), so it must not touch anything but the transaction; what has to happen once goes into
/// ``Transaction/afterCommit(_:)``.
public protocol Store: Sendable {
    /// Runs `work` and makes its changes durable before returning; an error thrown by `work` undoes them.
    ///
    /// - Throws: what `work` throws, or ``StoreError``.
    @discardableResult
    func write<Result: Sendable>(_ work: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result

    /// ``write(_:)`` for work that many do at once on the same few rows, such as the stock of a hot variant.
    ///
    /// Those that name the same rows run one after the other and may share a commit, instead of undoing each other.
    /// - Parameter rows: a name for what is contended for, known to all who do; `nil` when nothing is.
    @discardableResult
    func write<Result: Sendable>(
        contendingFor rows: String?, _ work: @escaping @Sendable (any Transaction) throws -> Result
    ) async throws -> Result

    /// Runs `work` on a consistent snapshot; statements that change something fail.
    func read<Result: Sendable>(_ work: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result

    /// Which database answers.
    var dialect: Dialect { get }

    /// Finishes what was accepted, refuses what comes later, and lets go of the database.
    func close() async
}

extension Store {
    /// A store with a single writer has no contention to avoid.
    @discardableResult
    public func write<Result: Sendable>(
        contendingFor rows: String?, _ work: @escaping @Sendable (any Transaction) throws -> Result
    ) async throws -> Result {
        try await write(work)
    }
}

/// The database behind a store, for the few places where the common subset ends (migrations, the journal's horizon).
public enum Dialect: String, Sendable {
    case sqlite
    case postgres
}

/// One unit of work. Use it only inside the closure that received it.
public protocol Transaction: AnyObject {
    /// Which database answers.
    var dialect: Dialect { get }

    /// The rows of a statement.
    func rows(_ sql: SQL) throws -> [SQLRow]

    /// Runs a statement and tells how many rows it changed.
    @discardableResult
    func run(_ sql: SQL) throws -> Int

    /// Runs a statement whose outcome nothing in this unit of work waits for: PostgreSQL pipelines it. Its error, if any,
    /// surfaces at the next statement or at commit.
    func send(_ sql: SQL) throws

    /// Inserts a row that nobody can know of before the commit, such as one with a new identifier: the store writes it
    /// together with equal rows, also of other units of work that share the commit. A statement that names the table makes
    /// it written first. Its error, if any, surfaces at the commit.
    ///
    /// - Parameters:
    ///   - table: the table and its columns, a literal of the source: `"orders (id, shop)"`.
    ///   - row: the values: `"(\(id), \(shop))"`.
    func insert(into table: StaticString, _ row: SQL) throws

    /// Adds to a number unless it would fall below 0. Units of work that share a commit are told of each other's changes
    /// without asking the database for each; the sum of them is written once.
    ///
    /// - Returns: the number and the columns beside it as they are afterwards; `nil` when too little is left or there is no
    ///   such row.
    func change(_ counter: Counter, by amount: Int64) throws -> SQLRow?

    /// What `read` makes of the rows of a statement that many units of work ask at once: those that share a commit share
    /// it, until one of them changes a table that the statement names.
    ///
    /// - Parameters:
    ///   - despiteCounting: whether it is also shared after ``change(_:by:)`` of such a table: for who finds out by a change
    ///     of the number whether enough is left, and only has to know about the rest of the row.
    ///   - read: the same for equal statements.
    func shared<Value: Sendable>(
        _ sql: SQL, despiteCounting: Bool, _ read: ([SQLRow]) throws -> Value
    ) throws -> Value

    /// `now`, or what the first unit of work that shares the commit said was now: a few milliseconds are nothing to them,
    /// and they can share what they read.
    func moment(_ now: Instant) -> Instant

    /// Calls `action` once after the changes are durable; never when they are undone.
    func afterCommit(_ action: @escaping @Sendable () -> Void)
}

extension Transaction {
    public func insert(into table: StaticString, _ row: SQL) throws {
        try send(SQL(trusted: "INSERT INTO \(table) VALUES ") + row)
    }

    public func change(_ counter: Counter, by amount: Int64) throws -> SQLRow? {
        try row(counter.statement(by: amount))
    }

    public func shared<Value: Sendable>(
        _ sql: SQL, despiteCounting: Bool, _ read: ([SQLRow]) throws -> Value
    ) throws -> Value {
        try read(rows(sql))
    }

    /// ``shared(_:despiteCounting:_:)`` that counting ends too.
    public func shared<Value: Sendable>(_ sql: SQL, _ read: ([SQLRow]) throws -> Value) throws -> Value {
        try shared(sql, despiteCounting: false, read)
    }

    public func moment(_ now: Instant) -> Instant { now }

    /// The first row, or `nil`.
    public func row(_ sql: SQL) throws -> SQLRow? {
        try rows(sql).first
    }

    /// The single value of the first row, or `nil` when there is no row.
    public func value<T: SQLReadable>(_ sql: SQL, as type: T.Type = T.self) throws -> T? {
        try rows(sql).first?.get(0)
    }
}

/// A number in a row that many count down at once: what is left of a variant's stock, of a lot.
public struct Counter: Sendable, Equatable {
    /// The table.
    package let table: String
    private let columns: String
    private let key: String
    private let value: SQLValue

    /// The number in `column` of the row of `table` whose `key` is `value`. All names are literals of the source.
    ///
    /// - Parameter beside: other columns that whoever changes the number wants to know, with commas between.
    public init(
        _ column: StaticString, of table: StaticString, where key: StaticString, is value: some SQLBindable,
        beside: StaticString
    ) {
        self.table = table.description
        columns = "\(column), \(beside)"
        self.key = key.description
        self.value = value.sqlValue
    }

    private var column: Substring { columns.prefix { $0 != "," } }

    /// The change as a statement that answers with the row, or with none.
    package func statement(by amount: Int64) -> SQL {
        SQL(
            trusted: """
                UPDATE \(table) SET \(column) = \(column) + ? WHERE \(key) = ? AND \(column) + ? >= 0 RETURNING \(columns)
                """, parameters: [.integer(amount), value, .integer(amount)])
    }

    /// The sum of changes that are known to be possible.
    package func settlement(of amount: Int64) -> SQL {
        SQL(
            trusted: "UPDATE \(table) SET \(column) = \(column) + ? WHERE \(key) = ?",
            parameters: [.integer(amount), value])
    }
}

/// What a store can't do.
public enum StoreError: Error, Equatable {
    /// More work is queued than the store accepts; try again in a moment.
    case overloaded
    /// The disk is full: writes fail, reads go on, and writes resume when space returns.
    case full
    /// The database can't be reached, or is closing.
    case unavailable(String)
    /// Serialization failures went on for every retry.
    case contention
    /// A uniqueness or reference rule of the schema was broken.
    case constraint(String)
    /// A column is missing or holds another type: a fault of ours.
    case unreadableColumn(String)
    /// The database refused a statement: a fault of ours.
    case statement(String)
}

extension StoreError: Problem {
    public var details: ProblemDetails {
        switch self {
        case .overloaded, .contention:
            ProblemDetails(
                .unavailable, "busy", "Too much is going on right now. Try again in a moment.", zh: "系统繁忙，请稍后再试。",
                retryAfter: 1)
        case .full:
            ProblemDetails(
                .unavailable, "store-full", "The server's disk is full, so nothing can be saved. Reading still works.",
                zh: "服务器磁盘已满，暂时无法保存；浏览不受影响。", retryAfter: 30)
        case .unavailable:
            ProblemDetails(
                .unavailable, "store-unavailable", "The database can't be reached. Try again in a moment.",
                zh: "数据库暂时不可用，请稍后再试。", retryAfter: 5)
        case .constraint:
            ProblemDetails(.conflict, "conflict", "This collides with what is already there.", zh: "与已有数据冲突。")
        case .unreadableColumn, .statement:
            ProblemDetails(
                .internalFault, "internal-fault", "Something went wrong on our side. It has been logged.",
                zh: "服务器出错，已记录。")
        }
    }
}
