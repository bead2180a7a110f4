import HTTP
import Kernel
import Store

/// A token for programs as its owner sees it.
public struct Token: Sendable, Codable, Equatable {
    /// The token.
    public let id: TokenID
    /// What the owner called it.
    public let name: String
    /// What it may be used for.
    public let scopes: [Scope]
    /// When it was made.
    public let createdAt: Instant
    /// When it ends; `nil` for never.
    public let expiresAt: Instant?
}

extension People {
    /// Makes a token and returns its secret, which is never shown again.
    ///
    /// - Parameter key: makes one token however often it is sent; the secret comes with the first answer only, since no
    ///   copy of it is kept.
    /// - Throws: ``InvalidField``, ``IdempotencyKeyReused``.
    public func makeToken(
        for person: PersonID, name: String, scopes: [Scope], lifetime: Duration?, key: IdempotencyKey? = nil
    ) async throws -> (token: Token, secret: String?) {
        let name = try ValidatedText(name, field: "name", length: 1...60).value
        guard !scopes.isEmpty else {
            throw InvalidField("scopes", "must name at least one scope.", zh: "至少选择一个权限范围。")
        }
        let now = source.now
        let secret = "qy_" + source.secret(bytes: 32)
        let token = Token(
            id: source.identifier(), name: name, scopes: scopes, createdAt: now, expiresAt: lifetime.map { now + $0 })
        let asked = "token \(name) \(scopes.map(\.rawValue)) \(lifetime?.milliseconds ?? 0)"
        let made = try await store.write { transaction in
            try transaction.once(key, fingerprint: asked, at: now) {
                try transaction.send(
                    """
                    INSERT INTO api_tokens (id, person, name, secret_hash, scopes, created_at, expires_at)
                    VALUES (\(token.id), \(person), \(name), \(digest(secret)),
                        \(scopes.map(\.rawValue).joined(separator: " ")), \(now), \(token.expiresAt))
                    """)
                return token
            }
        }
        return (made, made.id == token.id ? secret : nil)
    }

    /// Tokens of a person, newest first.
    public func tokens(of person: PersonID) async throws -> [Token] {
        try await store.read { transaction in
            try transaction.rows("SELECT * FROM api_tokens WHERE person = \(person) ORDER BY created_at DESC").map {
                Token(
                    id: try $0.get("id"), name: try $0.get("name"),
                    scopes: try $0.get("scopes", as: String.self).split(separator: " ")
                        .compactMap { Scope(rawValue: String($0)) },
                    createdAt: try $0.get("created_at"), expiresAt: try $0.get("expires_at"))
            }
        }
    }

    /// Ends a token at once.
    ///
    /// - Throws: ``NotFound`` when it is not theirs.
    public func revoke(_ token: TokenID, of person: PersonID) async throws {
        try await store.write { [self] transaction in
            guard try transaction.run("DELETE FROM api_tokens WHERE id = \(token) AND person = \(person)") == 1 else {
                throw NotFound("token")
            }
            transaction.afterCommit { [self] in forget(person) }
        }
    }
}
