import Kernel
import Store

/// A person's membership of a shop.
public struct ShopMembership: Sendable, Equatable {
    /// The shop.
    public let shop: ShopID
    /// The version of the terms to which the person agreed; see ``Membership/terms``.
    public let terms: Int64
    /// Since when.
    public let joinedAt: Instant
}

/// Who has joined which shop: members pay a shop's member prices.
///
/// Joining is free and asks for nothing but a yes to the terms; who leaves is forgotten. A shop learns how many members
/// it has, and from an order that it was paid at a member price; there is no list of members.
public final class Membership: Sendable {
    let store: any Store
    let source: Source

    /// The room on a store.
    public init(store: any Store, source: Source) {
        self.store = store
        self.source = source
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "membership", number: 1, file: PackageResources._001_membership_sql)
    ]

    /// The version of the terms that hold now. Whoever changes what joining means raises it, and members of earlier
    /// terms stay members under these.
    public static let terms: Int64 = 1

    /// A person joins a shop. Joining again changes nothing.
    ///
    /// - Parameter terms: the version that the person was shown.
    /// - Throws: ``InvalidField`` for other terms than those that hold.
    public func join(_ shop: ShopID, by person: PersonID, terms: Int64, in transaction: any Transaction) throws {
        guard terms == Self.terms else {
            throw InvalidField("terms", "have changed: read them again.", zh: "会员条款已更新，请重新阅读。")
        }
        try transaction.run(
            """
            INSERT INTO shop_members (shop, person, terms, joined_at)
            VALUES (\(shop), \(person), \(terms), \(source.now)) ON CONFLICT (shop, person) DO NOTHING
            """)
    }

    /// A person leaves a shop, which keeps nothing of the membership.
    public func leave(_ shop: ShopID, by person: PersonID, in transaction: any Transaction) throws {
        try transaction.run("DELETE FROM shop_members WHERE shop = \(shop) AND person = \(person)")
    }

    /// Those of these shops that a person has joined; one statement, none for no shops.
    public static func joined(
        _ shops: Set<ShopID>, by person: PersonID, in transaction: any Transaction
    ) throws -> Set<ShopID> {
        guard !shops.isEmpty else { return [] }
        let rows = try transaction.rows(
            "SELECT shop FROM shop_members WHERE person = \(person) AND shop IN \(list: shops.sorted())")
        return Set(try rows.map { try $0.get(0) })
    }

    /// A person's memberships, the newest first; five hundred at most.
    public func memberships(of person: PersonID) async throws -> [ShopMembership] {
        try await store.read { transaction in
            try transaction.rows(
                """
                SELECT shop, terms, joined_at FROM shop_members WHERE person = \(person)
                ORDER BY joined_at DESC, shop LIMIT 500
                """
            ).map { ShopMembership(shop: try $0.get(0), terms: try $0.get(1), joinedAt: try $0.get(2)) }
        }
    }

    /// Whether a person has joined a shop.
    public func isMember(_ person: PersonID, of shop: ShopID) async throws -> Bool {
        try await store.read { try Self.joined([shop], by: person, in: $0).contains(shop) }
    }

    /// How many members a shop has.
    public func count(of shop: ShopID) async throws -> Int64 {
        try await store.read {
            try $0.value("SELECT COUNT(*) FROM shop_members WHERE shop = \(shop)") ?? 0
        }
    }
}
