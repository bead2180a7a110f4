import Hummingbird
import HummingbirdCore

/// The fields of a form as browsers write them (`application/x-www-form-urlencoded`), in a query or a body.
///
/// The grammar is that of a URI's query with one difference: a space is written as `+`, and a plus as `%2B`.
public struct FormFields: Sendable {
    private let uri: URI

    /// Reads `name=value&…`.
    public init(_ text: String) {
        uri = URI("/?" + (text.utf8.contains(UInt8(ascii: "+")) ? text.replacing("+", with: "%20") : text))
    }

    /// The first value of a field, or `nil`.
    public func first(_ name: String) -> String? { uri.queryParameters[Substring(name)].map { String($0) } }

    /// All values of a field.
    public func all(_ name: String) -> [String] { uri.queryParameters[values: Substring(name)].map { String($0) } }
}
