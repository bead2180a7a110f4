import HTTP
import Kernel
import Store

/// An account as its owner and operators see it.
public struct Account: Sendable, Equatable {
    /// The person.
    public let id: PersonID
    /// Sign-in name; absent for imported people.
    public let email: String?
    /// Public short name of a creator.
    public let handle: String?
    /// Public name.
    public let name: String
    /// Preferred language.
    public let language: Language
    /// Public description.
    public let bio: Localized
    /// Path of the picture under `/media`.
    public let avatar: String?
    /// Roles.
    public let roles: Set<Role>
    /// When the account was made.
    public let createdAt: Instant
}

/// What a new account needs, checked.
public struct NewAccount: Sendable {
    let email: String?
    let name: String
    let password: String?
    let handle: String?
    let language: Language
    let roles: Set<Role>
    let bio: Localized
    let avatar: String?

    /// Checks what somebody typed.
    ///
    /// - Throws: ``InvalidField``.
    public init(signUp email: String, name: String, password: String, language: Language) throws {
        self.email = try Self.email(email)
        self.name = try ValidatedText(name, field: "name", length: 1...40).value
        guard (8...128).contains(password.count) else {
            throw InvalidField("password", "must be 8–128 characters.", zh: "密码须为 8–128 个字符。")
        }
        self.password = password
        self.language = language
        handle = nil
        roles = [.shopper]
        bio = Localized(en: "")
        avatar = nil
    }

    /// Checks a row of an import or an operator's entry.
    ///
    /// - Throws: ``InvalidField``.
    public init(
        imported name: String, email: String?, password: String?, handle: String?, language: Language, roles: Set<Role>,
        bio: Localized, avatar: String?
    ) throws {
        self.name = try ValidatedText(name, field: "name", length: 1...80).value
        self.email = try email.map(Self.email)
        self.password = password
        self.handle = try handle.map(Self.handle)
        self.language = language
        self.roles = roles
        self.bio = bio
        self.avatar = avatar
    }

    /// Lower case, one `@` between visible characters, a dot in the host: the mail server knows the rest.
    static func email(_ raw: String) throws -> String {
        let text = try ValidatedText(raw, field: "email", length: 3...254).value.lowercased()
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let isPlausible =
            parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".") && !parts[1].hasPrefix(".")
            && !parts[1].hasSuffix(".") && !text.contains(where: \.isWhitespace)
        guard isPlausible else {
            throw InvalidField("email", "is not an e-mail address.", zh: "邮箱格式不正确。")
        }
        return text
    }

    static func handle(_ raw: String) throws -> String {
        let text = raw.lowercased()
        let isValid =
            (2...30).contains(text.utf8.count)
            && text.utf8.allSatisfy { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 95 || $0 == 46 }
        guard isValid else {
            throw InvalidField(
                "handle", "must be 2–30 letters a–z, digits, dots or underscores.", zh: "须为 2–30 个小写字母、数字、点或下划线。")
        }
        return text
    }
}

extension People {
    /// Makes an account for a visitor, who keeps the identifier; an identifier that already has an account is not reused.
    ///
    /// - Throws: ``PeopleProblem/emailTaken``.
    public func signUp(_ new: NewAccount, as visitor: PersonID) async throws -> Account {
        let now = source.now
        let hash = try await new.password.asyncMap { try await passwords.hash($0) }
        let fresh = source.identifier(PersonKind.self)
        return try await store.write { [journal] transaction in
            let isTaken = try transaction.row("SELECT 1 FROM people WHERE id = \(visitor)") != nil
            let id = isTaken ? fresh : visitor
            let account = try Self.add(new, id: id, passwordHash: hash, at: now, in: transaction)
            try journal.append(account.changed, at: now, in: transaction)
            return account
        }
    }

    /// Adds or updates an imported person. Roles are added, never taken away.
    public func put(
        _ new: NewAccount, id: PersonID, passwordHash: String?, at createdAt: Instant, in transaction: any Transaction
    ) throws {
        let exists = try transaction.row("SELECT 1 FROM people WHERE id = \(id)") != nil
        if exists {
            try transaction.send(
                """
                UPDATE people SET name = \(new.name), bio_en = \(new.bio.en), bio_zh = \(new.bio.zh),
                    avatar = COALESCE(\(new.avatar), avatar) WHERE id = \(id)
                """)
            try Self.addRoles(new.roles, to: id, in: transaction)
        } else {
            let account = try Self.add(new, id: id, passwordHash: passwordHash, at: createdAt, in: transaction)
            // Shoppers have no public side, and a hundred thousand of them would only fill the journal.
            if new.roles != [.shopper] { try journal.append(account.changed, at: createdAt, in: transaction) }
        }
    }

    /// Hashes a password off the cooperative pool; takes a good part of a second.
    public func hash(password: String) async throws -> String { try await passwords.hash(password) }

    /// The account of a person, or `nil`.
    public func account(_ id: PersonID) async throws -> Account? {
        try await store.read { try Self.account(id, in: $0) }
    }

    /// Which of these have an account.
    public static func known(_ ids: [PersonID], in transaction: any Transaction) throws -> Set<PersonID> {
        Set(try transaction.rows("SELECT id FROM people WHERE id IN \(list: ids)").map { try $0.get(0) })
    }

    /// Changes whenever this node changes somebody.
    public var accountVersion: Int { recentAccounts.version }

    /// The public side of several people; it may be half a minute old.
    public func accounts(_ ids: [PersonID]) async throws -> [PersonID: Account] {
        let now = source.now
        let known = recentAccounts.find(ids, at: now)
        let missing = ids.filter { known[$0] == nil }
        guard !missing.isEmpty else { return known }
        let version = recentAccounts.version
        let read = try await store.read { transaction in
            try transaction.rows("SELECT * FROM people WHERE id IN \(list: missing)").map { try Account($0, roles: []) }
        }
        let fresh = Dictionary(read.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        recentAccounts.remember(fresh, at: now, version: version)
        return known.merging(fresh) { $1 }
    }

    /// The creator with a handle.
    public func account(handle: String) async throws -> Account? {
        try await store.read { transaction in
            let id: PersonID? = try transaction.value("SELECT id FROM people WHERE handle = \(handle.lowercased())")
            return try id.flatMap { try Self.account($0, in: transaction) }
        }
    }

    /// Creators, newest first.
    public func creators(limit: Int, after cursor: PersonID?) async throws -> [Account] {
        try await store.read { transaction in
            try transaction.rows(
                """
                SELECT people.* FROM person_roles JOIN people ON people.id = person_roles.person
                WHERE role = \(Role.creator.rawValue) AND person > \(cursor?.description ?? "")
                ORDER BY person LIMIT \(limit)
                """
            ).map { try Account($0, roles: [.creator]) }
        }
    }

    /// Makes somebody a member of a shop's staff, or changes the part.
    public func setStaff(_ person: PersonID, of shop: ShopID, role: ShopRole, in transaction: any Transaction) throws {
        try transaction.send(
            """
            INSERT INTO shop_staff (shop, person, role) VALUES (\(shop), \(person), \(role.rawValue))
            ON CONFLICT (shop, person) DO UPDATE SET role = excluded.role
            """)
        try Self.addRoles([.merchant], to: person, in: transaction)
        transaction.afterCommit { [self] in forget(person) }
    }

    /// Gives somebody a role; a session under way has it within ten seconds on every node.
    public func grant(_ role: Role, to person: PersonID, in transaction: any Transaction) throws {
        try Self.addRoles([role], to: person, in: transaction)
        transaction.afterCommit { [self] in forget(person) }
    }

    /// The person who signs in with an e-mail address.
    public static func person(email: String, in transaction: any Transaction) throws -> PersonID? {
        try transaction.value("SELECT id FROM people WHERE email = \(email.lowercased())")
    }

    /// Changes what a person may change about themselves.
    public func update(_ id: PersonID, name: String, language: Language, bio: Localized) async throws -> Account {
        let name = try ValidatedText(name, field: "name", length: 1...40).value
        let now = source.now
        return try await store.write { [self] transaction in
            try transaction.run(
                """
                UPDATE people SET name = \(name), language = \(language), bio_en = \(bio.en), bio_zh = \(bio.zh)
                WHERE id = \(id)
                """)
            guard let account = try Self.account(id, in: transaction) else { throw NotFound("person") }
            try journal.append(account.changed, at: now, in: transaction)
            transaction.afterCommit { [self] in forget(id) }
            return account
        }
    }

    static func account(_ id: PersonID, in transaction: any Transaction) throws -> Account? {
        guard let row = try transaction.row("SELECT * FROM people WHERE id = \(id)") else { return nil }
        return try Account(row, roles: roles(of: id, in: transaction))
    }

    static func roles(of id: PersonID, in transaction: any Transaction) throws -> Set<Role> {
        let names = try transaction.rows("SELECT role FROM person_roles WHERE person = \(id)")
        return Set(try names.compactMap { Role(rawValue: try $0.get(0)) })
    }

    private static func add(
        _ new: NewAccount, id: PersonID, passwordHash: String?, at now: Instant, in transaction: any Transaction
    ) throws -> Account {
        let added = try transaction.run(
            """
            INSERT INTO people (id, email, handle, name, password_hash, language, bio_en, bio_zh, avatar, created_at)
            VALUES (\(id), \(new.email), \(new.handle), \(new.name), \(passwordHash), \(new.language), \(new.bio.en),
                \(new.bio.zh), \(new.avatar), \(now))
            ON CONFLICT DO NOTHING
            """)
        guard added == 1 else {
            let emailOwner = try new.email.flatMap { try transaction.row("SELECT 1 FROM people WHERE email = \($0)") }
            throw emailOwner == nil ? PeopleProblem.handleTaken : PeopleProblem.emailTaken
        }
        try addRoles(new.roles, to: id, in: transaction)
        return Account(
            id: id, email: new.email, handle: new.handle, name: new.name, language: new.language, bio: new.bio,
            avatar: new.avatar, roles: new.roles, createdAt: now)
    }

    private static func addRoles(_ roles: Set<Role>, to id: PersonID, in transaction: any Transaction) throws {
        for role in roles.sorted(by: { $0.rawValue < $1.rawValue }) {
            try transaction.send(
                "INSERT INTO person_roles (person, role) VALUES (\(id), \(role.rawValue)) ON CONFLICT DO NOTHING")
        }
    }
}

extension Account {
    init(_ row: SQLRow, roles: Set<Role>) throws {
        id = try row.get("id")
        email = try row.get("email")
        handle = try row.get("handle")
        name = try row.get("name")
        language = try row.get("language")
        bio = Localized(en: try row.get("bio_en"), zh: try row.get("bio_zh"))
        avatar = try row.get("avatar")
        self.roles = roles
        createdAt = try row.get("created_at")
    }

    var changed: PersonChanged {
        PersonChanged(
            person: id, name: name, handle: handle, roles: roles.sorted { $0.rawValue < $1.rawValue })
    }
}

extension Optional {
    fileprivate func asyncMap<Result>(_ transform: (Wrapped) async throws -> Result) async rethrows -> Result? {
        guard let self else { return nil }
        return try await transform(self)
    }
}
