import Kernel

/// Which rows of a table are about a person, what they say, and what becomes of them when the person goes.
public struct PersonalTable: Sendable {
    /// How a row names the person it is about.
    public enum Owner: Sendable {
        /// A column holds the person's identifier.
        case column(StaticString)
        /// A column holds the person's identifier behind the name of a part, as `buyer:per_…`.
        case party(StaticString)
        /// A column names a row of another table, in which a column holds the person's identifier.
        case through(StaticString, StaticString, StaticString)
    }

    /// What becomes of the rows.
    public enum Fate: Sendable, Equatable {
        /// They go.
        case deleted
        /// They stay under an identifier that leads to nobody any more, and these columns are overwritten.
        case kept([String: String])
    }

    /// The table.
    public let name: String
    /// Whose a row is.
    public let owner: Owner
    /// The columns that say something about the person; they are exported.
    public let columns: [String]
    /// Columns of secrets: deleted with the row, never exported.
    public let secrets: [String]
    /// What becomes of the rows.
    public let fate: Fate

    /// A table with something about a person.
    public init(
        _ name: StaticString, _ owner: Owner, _ columns: StaticString, secrets: StaticString = "", _ fate: Fate
    ) {
        self.name = name.description
        self.owner = owner
        self.columns = columns.description.split(separator: " ").map(String.init)
        self.secrets = secrets.description.split(separator: " ").map(String.init)
        self.fate = fate
    }

    /// Every column that this entry accounts for.
    public var accountedColumns: [String] { [ownerColumn] + columns + secrets }

    private var ownerColumn: String {
        switch owner {
        case .column(let column), .party(let column), .through(let column, _, _): column.description
        }
    }

    private func condition(_ person: PersonID) -> SQL {
        switch owner {
        case .column: SQL(trusted: "\(ownerColumn) = ?", parameters: [.text("\(person)")])
        case .party:
            SQL(
                trusted: "\(ownerColumn) IN (?, ?)",
                parameters: [.text("buyer:\(person)"), .text("creator:\(person)")])
        case .through(_, let table, let column):
            SQL(
                trusted: "\(ownerColumn) IN (SELECT id FROM \(table) WHERE \(column) = ?)",
                parameters: [.text("\(person)")])
        }
    }
}

extension PersonalTable {
    /// One row: the values by column, moments as RFC 3339; what is empty is left out.
    public typealias Row = [String: String]

    /// What the table says about a person.
    ///
    /// - Parameter limit: rows at most.
    public func rows(of person: PersonID, limit: Int, in transaction: any Transaction) throws -> [Row] {
        let head = "SELECT \(columns.joined(separator: ", ")) FROM \(name) WHERE "
        let sql: SQL = "\(SQL(trusted: head))\(condition(person)) LIMIT \(limit)"
        return try transaction.rows(sql).map { row in
            var found: Row = [:]
            for (index, column) in columns.enumerated() {
                found[column] = try row.get(index, as: PersonalValue.self).text(under: column)
            }
            return found
        }
    }

    /// Deletes or overwrites what the table says about a person.
    public func erase(_ person: PersonID, in transaction: any Transaction) throws {
        switch fate {
        case .deleted:
            try transaction.run("\(SQL(trusted: "DELETE FROM \(name) WHERE "))\(condition(person))")
        case .kept(let blanks):
            guard !blanks.isEmpty else { return }
            let sorted = blanks.sorted { $0.key < $1.key }
            // What says nothing goes on saying nothing.
            let columns = sorted.map { "\($0.key) = CASE WHEN \($0.key) IS NULL THEN NULL ELSE ? END" }
                .joined(separator: ", ")
            let head = SQL(
                trusted: "UPDATE \(name) SET \(columns) WHERE ", parameters: sorted.map { .text($0.value) })
            try transaction.run("\(head)\(condition(person))")
        }
    }
}

/// Whatever a column holds.
private struct PersonalValue: SQLReadable {
    let value: SQLValue

    init?(sqlValue: SQLValue) { value = sqlValue }

    func text(under column: String) -> String? {
        switch value {
        case .null: nil
        case .text(let text): text.isEmpty ? nil : text
        case .real(let number): "\(number)"
        case .integer(let number):
            column.hasSuffix("_at") || column.hasSuffix("_until")
                ? Instant(milliseconds: number).rfc3339 : "\(number)"
        }
    }
}
