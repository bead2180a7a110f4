import HTTP
import Hummingbird
import Kernel

/// A person as the API shows them to themselves.
public struct PersonBody: Documented {
    let id: PersonID
    let email: String?
    let name: String
    let roles: [Role]
    public static let example = PersonBody(
        id: Identifier(rawValue: 1), email: "lin@example.com", name: "Lin", roles: [.shopper])

    init(id: PersonID, email: String?, name: String, roles: [Role]) {
        self.id = id
        self.email = email
        self.name = name
        self.roles = roles
    }

    /// An account as its owner sees it.
    public init(_ account: Account) {
        self.init(
            id: account.id, email: account.email, name: account.name,
            roles: account.roles.sorted { $0.rawValue < $1.rawValue })
    }
}

/// What a person may change.
struct PersonChange: Documented {
    let name: String
    let language: Kernel.Language
    let bio: Localized?
    static let example = PersonChange(name: "Lin", language: .zh, bio: Localized(en: "Tea and books", zh: "茶与书"))
}

/// A session in a list.
struct SessionBody: Documented {
    let id: SessionID
    let device: String
    let createdAt: Instant
    let isCurrent: Bool
    static let example = SessionBody(
        id: Identifier(rawValue: 2), device: "Firefox", createdAt: Instant(milliseconds: 0), isCurrent: true)
}

/// What a new token needs.
struct NewTokenBody: Documented {
    let name: String
    let scopes: [Scope]
    let days: Int?
    static let example = NewTokenBody(name: "stock sync", scopes: [.shops, .orders], days: 90)
}

/// A token; the secret only in the answer that made it.
struct TokenBody: Documented {
    let id: TokenID
    let name: String
    let scopes: [Scope]
    let expiresAt: Instant?
    let secret: String?
    static let example = TokenBody(
        id: Identifier(rawValue: 3), name: "stock sync", scopes: [.shops], expiresAt: Instant(milliseconds: 0),
        secret: "qy_…")

    init(id: TokenID, name: String, scopes: [Scope], expiresAt: Instant?, secret: String?) {
        self.id = id
        self.name = name
        self.scopes = scopes
        self.expiresAt = expiresAt
        self.secret = secret
    }

    init(_ token: Token, secret: String? = nil) {
        self.init(id: token.id, name: token.name, scopes: token.scopes, expiresAt: token.expiresAt, secret: secret)
    }
}

extension People {
    /// The room's routes below `/api/v1`.
    public func addRoutes(to api: API) {
        addAccountRoutes(to: api)
        addSessionRoutes(to: api)
        addTokenRoutes(to: api)
    }

    private func addAccountRoutes(to api: API) {
        api.route(.get, "/me", "readMe", "The signed-in person.", access: .person(.profile)) { [self] call in
            guard let account = try await account(try call.person) else { throw NotFound("person") }
            return PersonBody(account)
        }
        api.route(
            .patch, "/me", "changeMe", "Changes name, language and description.", access: .person(.profile),
            body: PersonChange.self
        ) { [self] call in
            PersonBody(
                try await update(
                    try call.person, name: call.body.name, language: call.body.language,
                    bio: call.body.bio ?? Localized(en: "")))
        }
    }

    private func addSessionRoutes(to api: API) {
        api.route(.get, "/me/sessions", "listSessions", "Open sessions.", access: .person(.profile)) { [self] call in
            let current = try call.context.person().proof
            let items = try await sessions(of: try call.person).map {
                SessionBody(
                    id: $0.id, device: $0.device, createdAt: $0.createdAt, isCurrent: current == .session($0.id))
            }
            return HTTP.Page(items: items)
        }
        api.route(
            .delete, "/me/sessions/{session}", "endSession", "Ends a session at once.", access: .person(.profile)
        ) { [self] call in
            try await revoke(
                try call.context.identifier("session", "session", as: SessionKind.self), of: try call.person)
            return Nothing()
        }
    }

    private func addTokenRoutes(to api: API) {
        api.route(.get, "/me/tokens", "listTokens", "API tokens, without secrets.", access: .person(.profile)) {
            [self] call in
            HTTP.Page(items: try await tokens(of: try call.person).map { TokenBody($0) })
        }
        api.route(
            .post, "/me/tokens", "makeToken", "Makes an API token; its secret is in the first answer only.",
            access: .person(.profile), body: NewTokenBody.self, status: .created
        ) { [self] call in
            guard case .session = try call.context.person().proof else {
                // A stolen token must not make itself immortal.
                throw Forbidden("a signed-in browser session")
            }
            let (token, secret) = try await makeToken(
                for: try call.person, name: call.body.name, scopes: call.body.scopes,
                lifetime: call.body.days.map { .days(Int64(max(1, min($0, 3650)))) }, key: call.key)
            return TokenBody(token, secret: secret)
        }
        api.route(.delete, "/me/tokens/{token}", "endToken", "Ends a token at once.", access: .person(.profile)) {
            [self] call in
            try await revoke(try call.context.identifier("token", "token", as: TokenKind.self), of: try call.person)
            return Nothing()
        }
    }
}
