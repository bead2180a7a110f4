import HTTP
import Kernel
import Store
import Synchronization

/// A signed-in browser as its owner sees it.
public struct Session: Sendable, Equatable {
    /// The session.
    public let id: SessionID
    /// What the browser said it is.
    public let device: String
    /// When somebody signed in.
    public let createdAt: Instant
    /// When it ends without use.
    public let expiresAt: Instant
}

/// A session that was just opened, with the only copy of its secret.
public struct OpenedSession: Sendable {
    /// The session.
    public let id: SessionID
    /// The person.
    public let person: PersonID
    /// The cookie's value.
    public let secret: String
}

extension People {
    /// Checks credentials.
    ///
    /// - Throws: ``PeopleProblem/wrongCredentials``, ``TooManyRequests``.
    public func verify(email: String, password: String, address: String) async throws -> PersonID {
        let email = email.lowercased()
        try signInsByAddress.take(address)
        try signInsByAccount.take(email)
        let row = try await store.read {
            try $0.row("SELECT id, password_hash FROM people WHERE email = \(String(email.prefix(254)))")
        }
        let isRight = try await passwords.verify(String(password.prefix(128)), against: try row?.get("password_hash"))
        guard let row, isRight else { throw PeopleProblem.wrongCredentials }
        return try row.get("id")
    }

    /// Checks the password of somebody who is signed in, before something that can't be undone.
    ///
    /// - Throws: ``PeopleProblem/wrongPassword``, ``TooManyRequests``.
    public func confirm(_ person: PersonID, password: String, address: String) async throws {
        guard let email = try await account(person)?.email else { throw PeopleProblem.wrongPassword }
        do {
            guard try await verify(email: email, password: password, address: address) == person else {
                throw PeopleProblem.wrongPassword
            }
        } catch PeopleProblem.wrongCredentials { throw PeopleProblem.wrongPassword }
    }

    /// Forgets sessions and names of somebody who is gone, once that is durable, and tells those who follow.
    public func forget(_ person: PersonID, in transaction: any Transaction) throws {
        try journal.append(PersonDeleted(person: person), at: source.now, in: transaction)
        transaction.afterCommit { [self] in forget(person) }
    }

    /// Opens a session for somebody who has just proved who they are, and tells the journal that they were `visitor`.
    public func open(
        for person: PersonID, visitor: PersonID?, device: String, in transaction: any Transaction
    ) throws -> OpenedSession {
        let now = source.now
        let session = OpenedSession(id: source.identifier(), person: person, secret: source.secret(bytes: 32))
        let expiresAt = now + configuration.sessionLifetime
        try transaction.send(
            """
            INSERT INTO sessions (id, person, secret_hash, device, created_at, rotated_at, expires_at)
            VALUES (\(session.id), \(person), \(digest(session.secret)), \(String(device.prefix(200))), \(now), \(now),
                \(expiresAt))
            """)
        if let visitor, visitor != person {
            try journal.append(VisitorRecognised(visitor: visitor, person: person), at: now, in: transaction)
        }
        return session
    }

    /// Open sessions of a person, newest first.
    public func sessions(of person: PersonID) async throws -> [Session] {
        let now = source.now
        return try await store.read { transaction in
            try transaction.rows(
                """
                SELECT id, device, created_at, expires_at FROM sessions
                WHERE person = \(person) AND expires_at > \(now) ORDER BY created_at DESC
                """
            ).map {
                Session(
                    id: try $0.get("id"), device: try $0.get("device"), createdAt: try $0.get("created_at"),
                    expiresAt: try $0.get("expires_at"))
            }
        }
    }

    /// Ends a session of a person at once.
    ///
    /// - Throws: ``NotFound`` when it is not theirs.
    public func revoke(_ session: SessionID, of person: PersonID) async throws {
        try await store.write { [self] transaction in
            guard try transaction.run("DELETE FROM sessions WHERE id = \(session) AND person = \(person)") == 1 else {
                throw NotFound("session")
            }
            transaction.afterCommit { [self] in forget(person) }
        }
    }
}

extension People {
    /// Deletes sessions and API tokens whose time is over.
    ///
    /// - Returns: how many there were.
    public func forgetEndedSessions() async throws -> Int {
        let now = source.now
        return try await store.write { transaction in
            try transaction.run("DELETE FROM sessions WHERE expires_at <= \(now)")
                + transaction.run("DELETE FROM api_tokens WHERE expires_at <= \(now)")
        }
    }

    /// Forgets what is known about somebody who has just changed.
    func forget(_ person: PersonID) {
        identities.forget { $0.person == person }
        recentAccounts.forget([person])
    }
}

extension People: Authenticator {
    public func session(secret: String) async throws -> KnownSession? {
        guard secret.utf8.count == 64 else { return nil }
        let hash = digest(secret)
        let now = source.now
        if let known = identities.find(hash, at: now) { return KnownSession(identity: known) }
        let version = identities.version
        let found = try await store.read { transaction -> (Identity, Instant)? in
            // The secret before the last one stays good for a minute: requests already under way carry it.
            guard
                let row = try transaction.row(
                    """
                    SELECT id, person, rotated_at FROM sessions WHERE expires_at > \(now) AND (secret_hash = \(hash)
                    OR (previous_hash = \(hash) AND rotated_at > \(now - .minutes(1))))
                    """)
            else { return nil }
            let identity = try Self.identity(row.get("person"), proof: .session(row.get("id")), in: transaction)
            return try identity.map { ($0, try row.get("rotated_at")) }
        }
        guard let (identity, rotatedAt) = found, case .session(let id) = identity.proof else { return nil }
        guard rotatedAt + configuration.secretLifetime <= now else {
            identities.remember([hash: identity], at: now, version: version)
            return KnownSession(identity: identity)
        }
        return KnownSession(identity: identity, renewedSecret: try await rotate(id, from: hash, at: now))
    }

    public func identity(token secret: String) async throws -> Identity? {
        guard secret.hasPrefix("qy_"), secret.utf8.count <= 100 else { return nil }
        let hash = digest(secret)
        let now = source.now
        if let known = identities.find(hash, at: now) { return known }
        let version = identities.version
        let identity = try await store.read { transaction -> Identity? in
            guard
                let row = try transaction.row(
                    """
                    SELECT id, person, scopes FROM api_tokens
                    WHERE secret_hash = \(hash) AND (expires_at IS NULL OR expires_at > \(now))
                    """)
            else { return nil }
            let scopes = try row.get("scopes", as: String.self).split(separator: " ").compactMap {
                Scope(rawValue: String($0))
            }
            return try Self.identity(row.get("person"), proof: .token(row.get("id"), Set(scopes)), in: transaction)
        }
        if let identity { identities.remember([hash: identity], at: now, version: version) }
        return identity
    }

    private func rotate(_ id: SessionID, from hash: String, at now: Instant) async throws -> String? {
        let secret = source.secret(bytes: 32)
        let expiresAt = now + configuration.sessionLifetime
        let changed = try await store.write { transaction in
            try transaction.run(
                """
                UPDATE sessions SET secret_hash = \(digest(secret)), previous_hash = \(hash), rotated_at = \(now),
                    expires_at = \(expiresAt) WHERE id = \(id) AND secret_hash = \(hash)
                """)
        }
        return changed == 1 ? secret : nil
    }

    private static func identity(
        _ person: PersonID, proof: Identity.Proof, in transaction: any Transaction
    ) throws -> Identity? {
        guard let name: String = try transaction.value("SELECT name FROM people WHERE id = \(person)") else {
            return nil
        }
        let parts = try transaction.rows("SELECT shop, role FROM shop_staff WHERE person = \(person)")
        let shops = try parts.compactMap { row -> (ShopID, ShopRole)? in
            guard let role = ShopRole(rawValue: try row.get("role")) else { return nil }
            return (try row.get("shop"), role)
        }
        return Identity(
            person: person, proof: proof, roles: try roles(of: person, in: transaction),
            shops: Dictionary(shops, uniquingKeysWith: { first, _ in first }), name: name)
    }
}
