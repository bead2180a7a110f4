import HTTP
import Kernel
import People
import Shops
import Store

/// `people`.
struct PersonRows: ImportedTable {
    struct Entry: Sendable {
        let id: PersonID
        let name: String
        let email: String?
        let password: String?
        let handle: String?
        let language: Language
        let role: Role
        let bio: Localized
        let avatar: MediaUse?
        let createdAt: Instant
        var avatarName: String?
        var passwordHash: String?

        func account() throws -> NewAccount {
            try NewAccount(
                imported: name, email: email, password: nil, handle: handle, language: language, roles: [role],
                bio: bio,
                avatar: avatarName)
        }
    }

    static let table = Table.people
    let people: People
    let kind: Dataset.Kind

    func key(of fields: Fields) throws(Refusal) -> String { try fields.key("id") }

    func read(_ fields: [Fields]) throws -> Draft<Entry> {
        let fields = fields[0]
        let bio = fields.localized("bio")
        let avatar = fields.text("avatar").map { MediaUse(column: "avatar", path: $0, kind: .picture) }
        let entry = Entry(
            id: fields.names.identifier("people", try fields.key("id")), name: try fields.required("name"),
            email: fields.text("email"), password: try password(fields), handle: fields.text("handle"),
            language: try fields.choice("language", among: Language.allCases, default: .zh),
            role: try fields.choice("role", among: Role.allCases, default: .shopper),
            bio: Localized(
                en: try ValidatedText(bio.en, field: "bio_en", length: 0...1_000).value,
                zh: try ValidatedText(bio.zh, field: "bio_zh", length: 0...1_000).value),
            avatar: avatar, createdAt: fields.now)
        _ = try entry.account()
        return Draft(entry: entry, media: avatar.map { [$0] } ?? [], password: entry.password)
    }

    func complete(_ entry: inout Entry, from supplies: Supplies) throws {
        entry.avatarName = entry.avatar.flatMap { supplies.media[$0] }
        if let password = entry.password {
            guard let hash = supplies.passwordHashes[password] else {
                throw Refusal("password", "is one of too many different ones; demo accounts share a few.")
            }
            entry.passwordHash = hash
        }
    }

    func write(_ entry: Entry, in transaction: any Transaction) throws -> [ProductID] {
        try people.put(
            entry.account(), id: entry.id, passwordHash: entry.passwordHash, at: entry.createdAt, in: transaction)
        return []
    }

    private func password(_ fields: Fields) throws(Refusal) -> String? {
        guard let password = fields.text("password") else { return nil }
        guard kind != .live else {
            throw Refusal("password", "is only for demo accounts; people of a live data set set their own.")
        }
        guard (8...128).contains(password.count) else { throw Refusal("password", "must be 8–128 characters.") }
        guard fields.text("email") != nil else { throw Refusal("password", "needs an email to sign in with.") }
        return password
    }
}

/// `shops`.
struct ShopRows: ImportedTable {
    struct Entry: Sendable {
        let id: ShopID
        let name: Localized
        let about: Localized
        let logo: MediaUse?
        let owner: PersonID?
        let createdAt: Instant
        var logoName: String?

        func shop() throws -> Shop {
            try Shop(id: id, name: name, about: about, logo: logoName, createdAt: createdAt)
        }
    }

    static let table = Table.shops
    let shops: Shops
    let people: People

    func key(of fields: Fields) throws(Refusal) -> String { try fields.key("id") }

    func read(_ fields: [Fields]) throws -> Draft<Entry> {
        let fields = fields[0]
        let owner = try fields.optionalReference("owner", to: .person)
        let logo = fields.text("logo").map { MediaUse(column: "logo", path: $0, kind: .picture) }
        _ = try fields.required("name_zh")
        let entry = Entry(
            id: fields.names.identifier("shops", try fields.key("id")), name: fields.localized("name"),
            about: fields.localized("about"), logo: logo, owner: owner?.identifier(),
            createdAt: try fields.past("created_at") ?? fields.now)
        _ = try entry.shop()
        return Draft(
            entry: entry, references: owner.map { [$0] } ?? [], media: logo.map { [$0] } ?? [])
    }

    func complete(_ entry: inout Entry, from supplies: Supplies) throws {
        entry.logoName = entry.logo.flatMap { supplies.media[$0] }
    }

    func write(_ entry: Entry, in transaction: any Transaction) throws -> [ProductID] {
        try shops.put(entry.shop(), in: transaction)
        if let owner = entry.owner {
            try people.setStaff(owner, of: entry.id, role: .owner, in: transaction)
        }
        return []
    }
}
