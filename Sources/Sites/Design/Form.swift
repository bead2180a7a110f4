import Flows
import Foundation
import HTTP
import Hummingbird
import Kernel
import Store

/// The fields of a posted form, checked to come from a page of ours.
struct Form: Sendable {
    private let fields: FormFields

    /// Reads a form of at most 64 KiB.
    ///
    /// - Throws: ``CrossSiteRequest`` when the hidden `form_token` is missing or stale; 413 for a larger body.
    init(_ request: Request, _ context: Context) async throws {
        let body = try await request.body.collect(upTo: 1 << 16)
        fields = FormFields(String(buffer: body))
        try context.requireFormToken(self["form_token"])
    }

    /// The first value of a field; `nil` when it is absent or empty.
    subscript(_ name: String) -> String? {
        guard let value = fields.first(name), !value.isEmpty else { return nil }
        return value
    }

    /// All values of a field.
    func all(_ name: String) -> [String] { fields.all(name) }

    /// A field that has to be there; `InvalidField` says so otherwise.
    func required(_ name: String) throws -> String {
        guard let value = self[name] else { throw InvalidField(name, "must not be empty.", zh: "不能为空。") }
        return value
    }

    /// A whole number; `nil` when it is absent.
    ///
    /// - Throws: ``InvalidField`` when it is something else.
    func number(_ name: String) throws -> Int64? {
        guard let text = self[name] else { return nil }
        guard let number = Int64(text) else { throw InvalidField(name, "must be a whole number.", zh: "须为整数。") }
        return number
    }

    /// An identifier that has to be there.
    ///
    /// - Throws: ``InvalidField``.
    func identifier<Kind>(_ name: String, as kind: Kind.Type = Kind.self) throws -> Identifier<Kind> {
        guard let id = Identifier<Kind>(try required(name)) else {
            throw InvalidField(name, "is not an identifier of that kind.", zh: "编号无效。")
        }
        return id
    }

    /// The form as a command of somebody: a double click sends the same key twice and does it once.
    ///
    /// - Parameter what: stands for what was asked.
    func command(by identity: Identity, _ what: String) throws -> Command {
        let key = try self["key"].map { try IdempotencyKey(caller: "\(identity.person)", text: $0) }
        return Command(by: identity, key: key, fingerprint: what)
    }

    /// Where to go afterwards: the field `next` when it is a path of this site.
    func next(else fallback: String) -> String { LocalPath(self["next"])?.text ?? fallback }
}

/// A path on this site, safe to redirect to.
struct LocalPath: Sendable, Equatable {
    let text: String

    /// Reads a path and query; `nil` for anything that a browser could take for another host.
    init?(_ raw: String?) {
        guard let raw, raw.utf8.count <= 2_000, raw.hasPrefix("/") else { return nil }
        // `//host` and `/\host` leave the site, and browsers drop control characters before they look.
        guard !raw.hasPrefix("//"), raw.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "\\") }) else {
            return nil
        }
        text = raw
    }
}

extension String {
    /// Escaped for one value of a query.
    var queryEscaped: String { addingPercentEncoding(withAllowedCharacters: Self.queryValue) ?? "" }
    private static let queryValue = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
