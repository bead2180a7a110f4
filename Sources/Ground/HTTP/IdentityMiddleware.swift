import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Store

/// A signed-in browser, and the new secret of its cookie when the old one has been used long enough.
public struct KnownSession: Sendable {
    /// Who it is.
    public let identity: Identity
    /// The secret that replaces the one that was sent.
    public let renewedSecret: String?

    /// A session.
    public init(identity: Identity, renewedSecret: String? = nil) {
        self.identity = identity
        self.renewedSecret = renewedSecret
    }
}

/// Knows people by what a request carries; the People room is one.
public protocol Authenticator: Sendable {
    /// The session behind a cookie's secret, or `nil`.
    func session(secret: String) async throws -> KnownSession?
    /// The identity behind a bearer token, or `nil`.
    func identity(token secret: String) async throws -> Identity?
}

/// Signs visitors' cookies and forms with a key that only the server has.
public struct Signer: Sendable {
    private let key: SymmetricKey

    /// A signer with a secret of at least 32 bytes.
    public init(secret: String) { key = SymmetricKey(data: Data(secret.utf8)) }

    /// The signature of a text, 32 hexadecimal digits.
    public func signature(of text: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key)
        return code.prefix(16).hexadecimal
    }

    /// Whether `signature` is that of `text`, in constant time.
    public func isValid(_ signature: some StringProtocol, of text: String) -> Bool {
        let expected = Array(self.signature(of: text).utf8)
        let given = Array(signature.utf8)
        return expected.count == given.count && zip(expected, given).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// A visitor's cookie: the identifier and its signature.
    public func visitorCookie(for person: PersonID) -> String { "\(person).\(signature(of: "visitor \(person)"))" }

    func visitor(in cookie: String) -> PersonID? {
        let parts = cookie.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let person = PersonID(parts[0]), isValid(parts[1], of: "visitor \(person)") else {
            return nil
        }
        return person
    }
}

/// The request's forms or its origin don't show that it came from our own page.
public struct CrossSiteRequest: Problem, Equatable {
    public init() {}

    public var details: ProblemDetails {
        ProblemDetails(
            .forbidden, "cross-site-request",
            "This request did not come from a page of this site, or the page is too old. Reload the page and try again.",
            zh: "请求并非来自本站页面，或页面已过期。请刷新后重试。")
    }
}

/// Finds out who is asking, in which language, and that a browser's unsafe request came from our own page.
public struct IdentityMiddleware: RouterMiddleware {
    /// Names of the cookies.
    public static let sessionCookie = "quanyu_session"
    public static let visitorCookie = "quanyu_visitor"
    public static let languageCookie = "quanyu_language"

    private let authenticator: any Authenticator
    private let signer: Signer
    private let source: Source
    /// Whether the site is served over HTTPS.
    public let isSecure: Bool
    /// Cookies whose signature was found good a moment ago.
    private let visitors = Recent<String, PersonID>(lifetime: .minutes(1), limit: 20_000)

    /// - Parameter isSecure: whether the site is served over HTTPS, so that cookies may demand it.
    public init(authenticator: any Authenticator, signer: Signer, source: Source, isSecure: Bool) {
        self.authenticator = authenticator
        self.signer = signer
        self.source = source
        self.isSecure = isSecure
    }

    public func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var context = context
        let cookies = request.cookies
        context.language = Self.language(of: request, cookies)
        if let header = request.headers[.authorization] {
            context.identity = try await bearer(header)
            return try await next(request, context)
        }
        var newCookie: Cookie?
        let secret = cookies[Self.sessionCookie]?.value
        if let secret, let session = try await authenticator.session(secret: secret) {
            context.identity = session.identity
            if case .session(let id) = session.identity.proof { context.formSubject = (signer, "form \(id)") }
            newCookie = session.renewedSecret.map { cookie(Self.sessionCookie, $0, days: 60) }
        } else {
            let known = cookies[Self.visitorCookie].flatMap { self.visitor(in: $0.value) }
            let visitor = known ?? source.identifier(PersonKind.self)
            context.identity = Identity(person: visitor, proof: .visitor)
            context.formSubject = (signer, "form \(visitor)")
            if known == nil { newCookie = cookie(Self.visitorCookie, signer.visitorCookie(for: visitor), days: 400) }
        }
        try Self.requireSameSite(request)
        var response = try await next(request, context)
        if let newCookie, response.headers[.setCookie] == nil { response.setCookie(newCookie) }
        return response
    }

    private func visitor(in cookie: String) -> PersonID? {
        let now = source.now
        if let known = visitors.find(cookie, at: now) { return known }
        guard let person = signer.visitor(in: cookie) else { return nil }
        visitors.remember([cookie: person], at: now, version: visitors.version)
        return person
    }

    private func bearer(_ header: String) async throws -> Identity {
        guard header.hasPrefix("Bearer "),
            let identity = try await authenticator.identity(token: String(header.dropFirst(7)))
        else { throw SignInRequired() }
        return identity
    }

    /// A cookie with the site's defaults: not for scripts, not for other sites.
    public func cookie(_ name: String, _ value: String, days: Int) -> Cookie {
        Cookie(
            name: name, value: value, maxAge: days * 86_400, path: "/", secure: isSecure, httpOnly: true, sameSite: .lax
        )
    }

    /// Browsers say where a request comes from (Fetch Metadata, or Origin); another site's unsafe requests stop here.
    private static func requireSameSite(_ request: Request) throws {
        guard ![.get, .head, .options].contains(request.method) else { return }
        if let name = HTTPField.Name("Sec-Fetch-Site"), let site = request.headers[name] {
            guard site == "same-origin" || site == "none" else { throw CrossSiteRequest() }
        } else if let origin = request.headers[.origin] {
            let host = request.head.authority ?? ""
            guard origin.split(separator: "//").last.map(String.init) == host else { throw CrossSiteRequest() }
        }
    }

    private static func language(of request: Request, _ cookies: Cookies) -> Kernel.Language {
        if let chosen = cookies[languageCookie].flatMap({ Kernel.Language(rawValue: $0.value) }) {
            return chosen
        }
        let accepted = request.headers[.acceptLanguage] ?? ""
        for preference in accepted.split(separator: ",") {
            let tag = preference.split(separator: ";").first?.trimmingPrefix(" ").lowercased() ?? ""
            if tag.hasPrefix("zh") { return .zh }
            if tag.hasPrefix("en") { return .en }
        }
        return .en
    }
}

extension Context {
    /// Checks the hidden field of a form.
    ///
    /// - Throws: ``CrossSiteRequest``.
    public func requireFormToken(_ token: String?) throws {
        guard let token, !formToken.isEmpty, token == formToken else { throw CrossSiteRequest() }
    }
}
