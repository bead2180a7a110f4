import Hummingbird
import Kernel

/// What is known about a request on its way through the house.
public struct Context: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// Who is asking; set by ``IdentityMiddleware``.
    public var identity: Identity?
    /// In which language to answer.
    public var language: Kernel.Language = .en
    /// Secret of the caller's forms; empty for programs.
    public var formToken: String { formSubject.map { $0.signer.signature(of: $0.text) } ?? "" }
    /// Signed only when a page asks for it.
    var formSubject: (signer: Signer, text: String)?
    /// The caller's address, for rate limits.
    public var address = "unknown"
    /// The deadline of a body: bytes that a decoded body may have.
    public var maxUploadSize: Int { 1 << 20 }

    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? "unknown"
    }

    /// Whoever is asking, visitor or person.
    ///
    /// - Throws: ``SignInRequired`` when the request carries nothing at all.
    public func anybody() throws -> Identity {
        guard let identity else { throw SignInRequired() }
        return identity
    }

    /// The signed-in person.
    ///
    /// - Throws: ``SignInRequired`` for visitors.
    public func person() throws -> Identity {
        guard let identity, !identity.isVisitor else { throw SignInRequired() }
        return identity
    }

    /// An identifier in the path.
    ///
    /// - Throws: ``NotFound`` when it is not one: there is no such thing.
    public func identifier<Kind>(_ name: String, _ what: String, as kind: Kind.Type = Kind.self) throws -> Identifier<
        Kind
    > {
        guard let text = parameters.get(name), let id = Identifier<Kind>(text) else { throw NotFound(what) }
        return id
    }
}

extension Request {
    /// A text from the query, trimmed to `limit` characters; `nil` when absent or empty.
    public func query(_ name: String, limit: Int = 200) -> String? {
        guard let text = FormFields(uri.query ?? "").first(name), !text.isEmpty else { return nil }
        return String(text.prefix(limit))
    }

    /// Where a page of a list begins, as `next` of the page before said; `nil` for the first page.
    ///
    /// - Throws: ``InvalidField`` when it is none of the list.
    public func cursor<Cursor: LosslessStringConvertible>(as type: Cursor.Type = Cursor.self) throws -> Cursor? {
        guard let text = query("cursor") else { return nil }
        guard let cursor = Cursor(text) else {
            throw InvalidField("cursor", "is not a cursor of this list.", zh: "分页标记无效。")
        }
        return cursor
    }

    /// A whole number from the query within `range`.
    ///
    /// - Throws: ``InvalidField`` when it is there and not such a number.
    public func query(_ name: String, in range: ClosedRange<Int>, default fallback: Int) throws -> Int {
        guard let text = query(name) else { return fallback }
        guard let number = Int(text), range.contains(number) else {
            throw InvalidField(
                name, "must be a whole number from \(range.lowerBound) to \(range.upperBound).",
                zh: "须为 \(range.lowerBound) 到 \(range.upperBound) 的整数。")
        }
        return number
    }
}
