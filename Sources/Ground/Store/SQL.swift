import Kernel

/// A value that crosses the store's door.
public enum SQLValue: Sendable, Hashable {
    /// No value.
    case null
    /// A 64-bit integer; also a Boolean as 0 or 1 and a moment as milliseconds.
    case integer(Int64)
    /// A double.
    case real(Double)
    /// Text; also an identifier in its prefixed form and JSON.
    case text(String)
}

/// A type that can stand in a statement as a parameter.
public protocol SQLBindable: Sendable {
    /// The value that is bound.
    var sqlValue: SQLValue { get }
}

/// A type that can be read from a column.
public protocol SQLReadable {
    /// Reads a value; `nil` when it has another type.
    init?(sqlValue: SQLValue)
}

/// A statement whose parameters can only be bound, never pasted:
/// `"SELECT title FROM products WHERE id = \(id)"` holds a `?` where `id` stood.
///
/// The text is the common subset of SQLite and PostgreSQL (upsert, `RETURNING`, CTE, window functions).
public struct SQL: ExpressibleByStringInterpolation, Sendable {
    /// The statement with `?` for each parameter.
    public private(set) var text: String
    /// The parameters in order.
    public private(set) var parameters: [SQLValue]

    /// A statement without parameters, from a literal in the source.
    public init(stringLiteral value: String) {
        text = value
        parameters = []
    }

    /// The literal pieces and parameters of an interpolated statement.
    public init(stringInterpolation: Interpolation) {
        text = stringInterpolation.text
        parameters = stringInterpolation.parameters
    }

    /// A statement from a migration file or built by a store itself; never from input.
    package init(trusted text: String, parameters: [SQLValue] = []) {
        self.text = text
        self.parameters = parameters
    }

    /// A statement that ends in many rows of one shape.
    ///
    /// - Parameters:
    ///   - head: everything before the rows, a literal of the source.
    ///   - row: one row in parentheses with `?` for each of its values, a literal of the source.
    ///   - values: the values of each row.
    public init(_ head: StaticString, row: StaticString, values: [[SQLValue]]) {
        text = head.description + Array(repeating: row.description, count: values.count).joined(separator: ", ")
        parameters = values.flatMap(\.self)
    }

    /// Two fragments, one after the other.
    public static func + (left: SQL, right: SQL) -> SQL {
        SQL(trusted: left.text + right.text, parameters: left.parameters + right.parameters)
    }

    /// Gathers literals and parameters.
    public struct Interpolation: StringInterpolationProtocol {
        var text = ""
        var parameters: [SQLValue] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount)
            parameters.reserveCapacity(interpolationCount)
        }

        public mutating func appendLiteral(_ literal: String) { text += literal }

        /// Binds one parameter.
        public mutating func appendInterpolation(_ value: some SQLBindable) {
            text += "?"
            parameters.append(value.sqlValue)
        }

        /// Binds a parameter that may be absent.
        public mutating func appendInterpolation(_ value: (some SQLBindable)?) {
            text += "?"
            parameters.append(value?.sqlValue ?? .null)
        }

        /// Inserts another statement fragment with its parameters.
        public mutating func appendInterpolation(_ fragment: SQL) {
            text += fragment.text
            parameters += fragment.parameters
        }

        /// Binds a list as `(?, ?, …)` for `IN`; an empty list matches nothing.
        public mutating func appendInterpolation(list values: [some SQLBindable]) {
            guard !values.isEmpty else {
                text += "(NULL)"
                return
            }
            text += "(" + Array(repeating: "?", count: values.count).joined(separator: ", ") + ")"
            parameters += values.map { $0.sqlValue }
        }
    }
}

/// One row of an answer.
public struct SQLRow: Sendable {
    private let columns: ColumnNames
    private let values: [SQLValue]

    /// A row of `values` under `columns`; made by the stores.
    package init(columns: ColumnNames, values: [SQLValue]) {
        self.columns = columns
        self.values = values
    }

    /// The same row with another value in its first column.
    func replacingFirst(with value: SQLValue) -> SQLRow {
        SQLRow(columns: columns, values: [value] + values.dropFirst())
    }

    /// The value of a column, read as `T`.
    ///
    /// - Throws: ``StoreError/unreadableColumn(_:)`` when there is no such column or it holds another type.
    public func get<T: SQLReadable>(_ column: String, as type: T.Type = T.self) throws -> T {
        guard let index = columns.index(of: column), let value = T(sqlValue: values[index]) else {
            throw StoreError.unreadableColumn(column)
        }
        return value
    }

    /// The value of a column by position, for hot paths.
    public func get<T: SQLReadable>(_ index: Int, as type: T.Type = T.self) throws -> T {
        guard values.indices.contains(index), let value = T(sqlValue: values[index]) else {
            throw StoreError.unreadableColumn("#\(index)")
        }
        return value
    }
}

/// The column names of one answer, shared by its rows.
package final class ColumnNames: Sendable {
    private let names: [String]

    package init(_ names: [String]) { self.names = names }

    package func index(of name: String) -> Int? { names.firstIndex(of: name) }
}

extension Int64: SQLBindable, SQLReadable {
    public var sqlValue: SQLValue { .integer(self) }
    public init?(sqlValue: SQLValue) {
        guard case .integer(let value) = sqlValue else { return nil }
        self = value
    }
}

extension Int: SQLBindable, SQLReadable {
    public var sqlValue: SQLValue { .integer(Int64(self)) }
    public init?(sqlValue: SQLValue) {
        guard case .integer(let value) = sqlValue else { return nil }
        self.init(exactly: value)
    }
}

extension Bool: SQLBindable, SQLReadable {
    public var sqlValue: SQLValue { .integer(self ? 1 : 0) }
    public init?(sqlValue: SQLValue) {
        guard case .integer(let value) = sqlValue else { return nil }
        self = value != 0
    }
}

extension Double: SQLBindable, SQLReadable {
    public var sqlValue: SQLValue { .real(self) }
    public init?(sqlValue: SQLValue) {
        switch sqlValue {
        case .real(let value): self = value
        case .integer(let value): self = Double(value)
        default: return nil
        }
    }
}

extension String: SQLBindable, SQLReadable {
    public var sqlValue: SQLValue { .text(self) }
    public init?(sqlValue: SQLValue) {
        guard case .text(let value) = sqlValue else { return nil }
        self = value
    }
}

extension Optional: SQLReadable where Wrapped: SQLReadable {
    public init?(sqlValue: SQLValue) {
        if case .null = sqlValue {
            self = nil
            return
        }
        guard let value = Wrapped(sqlValue: sqlValue) else { return nil }
        self = value
    }
}

extension Identifier: SQLBindable, SQLReadable {
    public var sqlValue: SQLValue { .text(description) }
    public init?(sqlValue: SQLValue) {
        guard case .text(let text) = sqlValue, let value = Self(text) else { return nil }
        self = value
    }
}

extension Instant: SQLBindable, SQLReadable {
    public var sqlValue: SQLValue { .integer(milliseconds) }
    public init?(sqlValue: SQLValue) {
        guard case .integer(let value) = sqlValue else { return nil }
        self.init(milliseconds: value)
    }
}

extension Currency: SQLBindable, SQLReadable {
    public var sqlValue: SQLValue { .text(code) }
    public init?(sqlValue: SQLValue) {
        guard case .text(let text) = sqlValue, let value = Self(text) else { return nil }
        self = value
    }
}

extension SQLBindable where Self: RawRepresentable, RawValue == String {
    public var sqlValue: SQLValue { .text(rawValue) }
}

extension SQLReadable where Self: RawRepresentable, RawValue == String {
    public init?(sqlValue: SQLValue) {
        guard case .text(let text) = sqlValue else { return nil }
        self.init(rawValue: text)
    }
}

extension Language: SQLBindable, SQLReadable {}
